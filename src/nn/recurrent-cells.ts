/**
 * Recurrent cells: one step in time. The layers over whole sequences are in recurrent.ts.
 */
import { raise, ShapeError } from '../base/errors.ts';
import { formatShape, sameShape } from '../base/shape.ts';
import { zeros } from '../tensor/creation.ts';
import { defaultKey, splitKeys } from '../tensor/random.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { symmetric } from './init.ts';
import type { LinearOptions } from './linear.ts';
import { Module, Parameter } from './module.ts';
import { elman, gatedUnit, longShortTerm, type Recurrence } from './recurrent-step.ts';
import { checkCount } from './sizes.ts';

/** What the cells share. */
abstract class RecurrentCell extends Module {
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly weightInput: Parameter;
  readonly weightHidden: Parameter;
  readonly biasInput: Parameter | undefined;
  readonly biasHidden: Parameter | undefined;
  readonly #recurrence: Recurrence;

  protected constructor(inputSize: number, hiddenSize: number, recurrence: Recurrence, options: LinearOptions) {
    super();
    const { bias = true, key = defaultKey() } = options;
    checkCount(this.constructor.name, { inputSize, hiddenSize });
    this.inputSize = inputSize;
    this.hiddenSize = hiddenSize;
    this.#recurrence = recurrence;
    const [w, u, b, c] = recurrentParameters(inputSize, hiddenSize, recurrence, bias, key);
    this.weightInput = w;
    this.weightHidden = u;
    this.biasInput = b;
    this.biasHidden = c;
  }

  protected advance(x: Tensor, state: readonly Tensor[] | undefined): readonly Tensor[] {
    const op = this.constructor.name;
    if (x.rank !== 2 || x.shape[1] !== this.inputSize)
      raise(new ShapeError(`${op}: expected (B, ${this.inputSize}), got ${formatShape(x.shape)}`));
    const shape = [x.shape[0]!, this.hiddenSize];
    const initial = zeros(shape, { dtype: x.dtype });
    const before = state ?? new Array<Tensor>(this.#recurrence.carried).fill(initial);
    for (const one of before) {
      if (!sameShape(one.shape, shape))
        raise(new ShapeError(`${op}: expected a state ${formatShape(shape)}, got ${formatShape(one.shape)}`));
    }
    const fromInput = projected(x, this.weightInput.value, this.biasInput?.value);
    return this.#recurrence.step(
      fromInput,
      projected(before[0]!, this.weightHidden.value, this.biasHidden?.value),
      before,
    );
  }

  /** The state under PyTorch's names. */
  protected override fields(): Iterable<readonly [string, unknown]> {
    const { weightInput, weightHidden, biasInput, biasHidden } = this;
    return Object.entries({
      weight_ih: weightInput,
      weight_hh: weightHidden,
      bias_ih: biasInput,
      bias_hh: biasHidden,
    });
  }
}

export interface RNNCellOptions extends LinearOptions {
  /** Default: 'tanh'. */
  readonly nonlinearity?: 'tanh' | 'relu';
}

/**
 * h′ = tanh(W_ih x + b_ih + W_hh h + b_hh): (B, inputSize), (B, hiddenSize) → (B, hiddenSize). Weights from U(−1/√hidden, 1/√hidden).
 * @throws ShapeError   @see Elman 1990   @example h = new RNNCell(8, 16).forward(x, h)
 */
export class RNNCell extends RecurrentCell {
  constructor(inputSize: number, hiddenSize: number, options: RNNCellOptions = {}) {
    super(inputSize, hiddenSize, elman(options.nonlinearity ?? 'tanh'), options);
  }

  /** @param h the state before; zeros if left out */
  forward(x: Tensor, h?: Tensor): Tensor {
    return this.advance(x, h === undefined ? undefined : [h])[0]!;
  }
}

/**
 * c′ = σ(f) c + σ(i) tanh(g), h′ = σ(o) tanh(c′), the gates i, f, g, o of W_ih x + b_ih + W_hh h + b_hh:
 * (B, inputSize), [(B, hiddenSize), (B, hiddenSize)] → [h′, c′].
 * @throws ShapeError   @see Hochreiter and Schmidhuber 1997; Gers et al. 2000   @example [h, c] = new LSTMCell(8, 16).forward(x, [h, c])
 */
export class LSTMCell extends RecurrentCell {
  constructor(inputSize: number, hiddenSize: number, options: LinearOptions = {}) {
    super(inputSize, hiddenSize, longShortTerm, options);
  }

  /** @param state h and c before; zeros if left out */
  forward(x: Tensor, state?: readonly [h: Tensor, c: Tensor]): [h: Tensor, c: Tensor] {
    const [h, c] = this.advance(x, state);
    return [h!, c!];
  }
}

/**
 * r, z = σ(a + b), n = tanh(aₙ + r bₙ), h′ = (1 − z) n + z h, with a = W_ih x + b_ih and b = W_hh h + b_hh:
 * (B, inputSize), (B, hiddenSize) → (B, hiddenSize).
 * @throws ShapeError   @see Cho et al. 2014   @example h = new GRUCell(8, 16).forward(x, h)
 */
export class GRUCell extends RecurrentCell {
  constructor(inputSize: number, hiddenSize: number, options: LinearOptions = {}) {
    super(inputSize, hiddenSize, gatedUnit, options);
  }

  /** @param h the state before; zeros if left out */
  forward(x: Tensor, h?: Tensor): Tensor {
    return this.advance(x, h === undefined ? undefined : [h])[0]!;
  }
}

/** Weights and biases of one direction of one layer, from U(−1/√hidden, 1/√hidden) as in PyTorch. */
export function recurrentParameters(
  inputSize: number,
  hiddenSize: number,
  { gates }: Recurrence,
  hasBias: boolean,
  key: Tensor,
): [w: Parameter, u: Parameter, b: Parameter | undefined, c: Parameter | undefined] {
  const keys = splitKeys(key, 4);
  const bound = 1 / Math.sqrt(hiddenSize);
  const made = (i: number, shape: readonly number[]): Parameter => new Parameter(symmetric(keys[i]!, shape, bound));
  const rows = gates * hiddenSize;
  const biases = hasBias ? ([made(2, [rows]), made(3, [rows])] as const) : ([undefined, undefined] as const);
  return [made(0, [rows, inputSize]), made(1, [rows, hiddenSize]), ...biases];
}

/** x Wᵀ + b. */
export function projected(x: Tensor, weight: Tensor, bias: Tensor | undefined): Tensor {
  const y = x.matmul(weight.transpose());
  return bias === undefined ? y : y.add(bias);
}
