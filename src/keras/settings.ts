/**
 * The settings of one Keras layer, read with checks: each has the type that is expected, or an error names layer and setting.
 */
import { FormatError, raise } from '../base/errors.ts';
import type { Json, KerasLayer } from '../io/keras-config.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** A layer being converted: its settings and its weights, which are taken one after another. */
export class Settings {
  readonly layer: KerasLayer;
  /** Axes of what comes in, the batch's included. */
  readonly rank: number;
  readonly #weights: readonly Tensor[];
  #taken = 0;

  constructor(layer: KerasLayer, rank: number, weights: readonly Tensor[]) {
    this.layer = layer;
    this.rank = rank;
    this.#weights = weights;
  }

  /** @throws FormatError always */
  fail(message: string): never {
    return raise(new FormatError(`keras: ${this.layer.className} '${this.layer.name}': ${message}`));
  }

  get(key: string): Json | undefined {
    return Object.hasOwn(this.layer.config, key) ? this.layer.config[key] : undefined;
  }

  number(key: string, otherwise?: number): number {
    const value = this.get(key) ?? otherwise;
    return typeof value === 'number' ? value : this.fail(`${key} is no number`);
  }

  text(key: string, otherwise?: string): string {
    const value = this.get(key) ?? otherwise;
    return typeof value === 'string' ? value : this.fail(`${key} is no text`);
  }

  flag(key: string, otherwise: boolean): boolean {
    const value = this.get(key) ?? otherwise;
    return typeof value === 'boolean' ? value : this.fail(`${key} is neither true nor false`);
  }

  /** Whole numbers: a list, or one for all of `rank` axes. */
  sizes(key: string, rank: number, otherwise?: number): number[] {
    const value = this.get(key) ?? otherwise;
    const list = typeof value === 'number' ? new Array<number>(rank).fill(value) : value;
    const isFine = Array.isArray(list) && list.length === rank && list.every((n) => Number.isInteger(n));
    return isFine ? (list as number[]) : this.fail(`${key} is no list of ${rank} whole numbers`);
  }

  /** @throws FormatError for settings that have another value than these, which are not converted */
  only(values: Readonly<Record<string, Json | undefined>>): void {
    for (const [key, wanted] of Object.entries(values)) {
      const value = this.get(key);
      if (value !== undefined && value !== null && JSON.stringify(value) !== JSON.stringify(wanted))
        this.fail(`${key} ${JSON.stringify(value)} is not converted, only ${JSON.stringify(wanted)}`);
    }
  }

  /** The next weight. @param rank that it must have */
  weight(what: string, rank: number): Tensor {
    const weight = this.#weights[this.#taken++];
    if (weight === undefined) return this.fail(`has no ${what}; it has ${this.#weights.length} weights`);
    return weight.rank === rank ? weight : this.fail(`its ${what} has ${weight.rank} axes, expected ${rank}`);
  }

  /** @throws FormatError if weights are left over */
  done(): void {
    if (this.#taken !== this.#weights.length)
      this.fail(`has ${this.#weights.length} weights, of which ${this.#taken} are known`);
  }
}
