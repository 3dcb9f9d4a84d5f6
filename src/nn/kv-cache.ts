/**
 * Keys and values of the tokens so far, so that generating one more costs one token's work. In cells, so that the step that
 * appends is compiled once.
 */
import { Cell } from '../tensor/cell.ts';
import { arange, tensor, zeros } from '../tensor/creation.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { checkCount } from './sizes.ts';

/**
 * Room for `length` tokens of one attention layer. More than that is an IndexError when it runs.
 * @example
 * const cache = new KVCache(1, attention.kvHeads, 256, attention.headDim);
 * const next = compile((x: Tensor) => attention.forward(x, x, x, { cache })); // x (1, 1, C), a token at a time
 */
export class KVCache {
  readonly length: number;
  readonly #keys: Cell;
  readonly #values: Cell;
  readonly #used: Cell;

  constructor(batch: number, heads: number, length: number, headDim: number) {
    checkCount('KVCache', { batch, heads, length, headDim });
    this.length = length;
    this.#keys = new Cell(zeros([batch, heads, length, headDim]));
    this.#values = new Cell(zeros([batch, heads, length, headDim]));
    this.#used = new Cell(tensor(0, { dtype: 'int32' }));
  }

  /** How many tokens it holds, int32 (). */
  get used(): Tensor {
    return this.#used.value;
  }

  /** Forgets all tokens. */
  reset(): void {
    this.#keys.value = zeros(this.#keys.shape);
    this.#values.value = zeros(this.#values.shape);
    this.#used.value = tensor(0, { dtype: 'int32' });
  }

  /** The positions that the next `count` tokens get, int32 (count,). */
  positions(count: number): Tensor {
    return arange(count).add(this.#used.value);
  }

  /**
   * Takes in keys and values (B, heads, T, headDim).
   * @returns all of them (B, heads, length, headDim), and which each of the T may see: those before it and itself, bool (T, length)
   */
  append(keys: Tensor, values: Tensor): { readonly keys: Tensor; readonly values: Tensor; readonly visible: Tensor } {
    const count = keys.shape[2]!;
    const places = this.positions(count);
    this.#keys.value = this.#keys.value.scatterAdd(places, keys, 2);
    this.#values.value = this.#values.value.scatterAdd(places, values, 2);
    this.#used.value = this.#used.value.add(count);
    const visible = arange(this.length).lessEqual(places.unsqueeze(1));
    return { keys: this.#keys.value, values: this.#values.value, visible };
  }
}
