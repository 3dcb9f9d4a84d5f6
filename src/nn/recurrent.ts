/**
 * Recurrent layers over whole sequences (B, T, C): several layers, both directions, sequences of different lengths. What the
 * input contributes is one product for all steps; the steps themselves are a scan.
 */
import { DTypeError, raise, ShapeError } from '../base/errors.ts';
import { formatShape, sameShape } from '../base/shape.ts';
import { arange, zeros } from '../tensor/creation.ts';
import { concat, stack, where } from '../tensor/functions.ts';
import { defaultKey, splitKeys } from '../tensor/random.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { dropout } from './dropout.ts';
import { Module, type Parameter } from './module.ts';
import { projected, recurrentParameters } from './recurrent-cells.ts';
import { elman, gatedUnit, longShortTerm, type Recurrence } from './recurrent-step.ts';
import { scan } from '../tensor/transforms/loops.ts';
import { checkCount, checkFraction } from './sizes.ts';

export interface RecurrentOptions {
  /** Layers, each reading the one before. Default: 1. */
  readonly layers?: number;
  /** A second network reads from the end; outputs of both are joined. Default: false. */
  readonly bidirectional?: boolean;
  /** Share of what is handed to the next layer that is left out in training. Default: 0. */
  readonly dropout?: number;
  /** Default: true. */
  readonly bias?: boolean;
  /** Of the initial weights. Default: the next default key. */
  readonly key?: Tensor;
}

export interface SequenceOptions {
  /** int32 (B,): how many steps of each sequence count. Outputs after them are 0, and the last state is that of the last of them. Default: all. */
  readonly lengths?: Tensor;
}

type Weights = readonly [w: Parameter, u: Parameter, b: Parameter | undefined, c: Parameter | undefined];

/** What the layers share. */
abstract class RecurrentLayer extends Module {
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly layers: number;
  readonly bidirectional: boolean;
  readonly dropout: number;
  /** Of each direction of each layer, in PyTorch's order. */
  readonly weights: readonly Weights[];
  readonly #recurrence: Recurrence;

  protected constructor(inputSize: number, hiddenSize: number, recurrence: Recurrence, options: RecurrentOptions) {
    super();
    const { layers = 1, bidirectional = false, dropout: p = 0, bias = true, key = defaultKey() } = options;
    checkCount(this.constructor.name, { inputSize, hiddenSize, layers });
    checkFraction(this.constructor.name, 'dropout', p);
    this.inputSize = inputSize;
    this.hiddenSize = hiddenSize;
    this.layers = layers;
    this.bidirectional = bidirectional;
    this.dropout = p;
    this.#recurrence = recurrence;
    const directions = bidirectional ? 2 : 1;
    this.weights = splitKeys(key, layers * directions).map((own, i) =>
      recurrentParameters(i < directions ? inputSize : directions * hiddenSize, hiddenSize, recurrence, bias, own),
    );
  }

  /** @param initial h, or h and c, each (layers · directions, B, hiddenSize)   @returns the outputs, and h (and c) in the same form */
  protected run(
    x: Tensor,
    initial: readonly Tensor[] | undefined,
    { lengths }: SequenceOptions,
  ): [outputs: Tensor, state: readonly Tensor[]] {
    this.#check(x, initial, lengths);
    const [batch, steps] = x.shape as readonly [number, number];
    const directions = this.bidirectional ? 2 : 1;
    const start = zeros([batch, this.hiddenSize], { dtype: x.dtype });
    // (T, B, 1): whether the step counts.
    const counts = lengths === undefined ? undefined : arange(steps).unsqueeze(1).less(lengths).unsqueeze(-1);
    const finals: (readonly Tensor[])[] = [];
    let sequence = x.permute(1, 0, 2); // (T, B, C)
    for (let layer = 0; layer < this.layers; layer++) {
      if (layer > 0 && this.training) sequence = dropout(sequence, this.dropout);
      const outputs: Tensor[] = [];
      for (let direction = 0; direction < directions; direction++) {
        const at = layer * directions + direction;
        const state = initial?.map((one) => one.at(at)) ?? new Array<Tensor>(this.#recurrence.carried).fill(start);
        const [output, final] = this.#pass(sequence, state, this.weights[at]!, counts, direction === 1);
        outputs.push(output);
        finals.push(final);
      }
      sequence = outputs.length === 1 ? outputs[0]! : concat(outputs, -1);
    }
    const carried = Array.from({ length: this.#recurrence.carried }, (_, i) => stack(finals.map((final) => final[i]!)));
    return [sequence.permute(1, 0, 2), carried];
  }

  /** One direction of one layer: (T, B, C) → (T, B, hidden). */
  #pass(
    sequence: Tensor,
    initial: readonly Tensor[],
    [w, u, b, c]: Weights,
    counts: Tensor | undefined,
    reverse: boolean,
  ): [outputs: Tensor, final: readonly Tensor[]] {
    const fromInput = projected(sequence, w.value, b?.value); // (T, B, gates · hidden)
    const [weight, bias] = [u.value, c?.value];
    const advance = (state: readonly Tensor[], input: Tensor): readonly Tensor[] =>
      this.#recurrence.step(input, projected(state[0]!, weight, bias), state);
    if (counts === undefined) {
      const step = (state: readonly Tensor[], input: Tensor): readonly [readonly Tensor[], Tensor] => {
        const next = advance(state, input);
        return [next, next[0]!];
      };
      const [final, outputs] = scan(step, initial, fromInput, { reverse });
      return [outputs, final];
    }
    type Step = readonly [input: Tensor, counts: Tensor];
    const step = (state: readonly Tensor[], [input, isCounted]: Step): readonly [readonly Tensor[], Tensor] => {
      const next = advance(state, input);
      const kept = next.map((one, i) => where(isCounted, one, state[i]!));
      return [kept, where(isCounted, next[0]!, 0)];
    };
    const [final, outputs] = scan<readonly Tensor[], Step, Tensor>(step, initial, [fromInput, counts], { reverse });
    return [outputs, final];
  }

  #check(x: Tensor, initial: readonly Tensor[] | undefined, lengths: Tensor | undefined): void {
    const op = this.constructor.name;
    if (x.rank !== 3 || x.shape[2] !== this.inputSize || x.shape[1] === 0)
      raise(
        new ShapeError(`${op}: expected (B, T, ${this.inputSize}) with at least one step, got ${formatShape(x.shape)}`),
      );
    const shape = [this.weights.length, x.shape[0]!, this.hiddenSize];
    for (const one of initial ?? []) {
      if (!sameShape(one.shape, shape))
        raise(new ShapeError(`${op}: expected an initial state ${formatShape(shape)}, got ${formatShape(one.shape)}`));
    }
    if (lengths !== undefined && !sameShape(lengths.shape, [x.shape[0]!]))
      raise(new ShapeError(`${op}: expected lengths (${x.shape[0]},), got ${formatShape(lengths.shape)}`));
    if (lengths !== undefined && lengths.dtype !== 'int32')
      raise(new DTypeError(`${op}: lengths must be int32, got ${lengths.dtype}; convert with .cast('int32')`));
  }

  /** The state under PyTorch's names. */
  protected override fields(): Iterable<readonly [string, unknown]> {
    const directions = this.bidirectional ? 2 : 1;
    return this.weights.flatMap((own, i) => {
      const place = `l${Math.floor(i / directions)}${i % directions === 1 ? '_reverse' : ''}`;
      return ['weight_ih', 'weight_hh', 'bias_ih', 'bias_hh'].map((name, k) => [`${name}_${place}`, own[k]] as const);
    });
  }
}

export interface RNNOptions extends RecurrentOptions {
  /** Default: 'tanh'. */
  readonly nonlinearity?: 'tanh' | 'relu';
}

/**
 * hₜ = tanh(W_ih xₜ + b_ih + W_hh hₜ₋₁ + b_hh): (B, T, inputSize) → outputs (B, T, directions · hiddenSize) and the last
 * states (layers · directions, B, hiddenSize). State named as PyTorch's: weight_ih_l0, weight_hh_l0, bias_ih_l0, bias_hh_l0, …, _reverse.
 * @throws ShapeError, DTypeError   @see Elman 1990   @example const [outputs, h] = new RNN(8, 16).forward(x)
 */
export class RNN extends RecurrentLayer {
  constructor(inputSize: number, hiddenSize: number, options: RNNOptions = {}) {
    super(inputSize, hiddenSize, elman(options.nonlinearity ?? 'tanh'), options);
  }

  /** @param initial the states before; zeros if left out */
  forward(x: Tensor, initial?: Tensor, options: SequenceOptions = {}): [outputs: Tensor, h: Tensor] {
    const [outputs, [h]] = this.run(x, initial === undefined ? undefined : [initial], options);
    return [outputs, h!];
  }
}

/**
 * LSTMCell over time: (B, T, inputSize) → outputs (B, T, directions · hiddenSize) and the last [h, c], each
 * (layers · directions, B, hiddenSize).
 * @throws ShapeError, DTypeError   @see Hochreiter and Schmidhuber 1997   @example const [outputs, [h, c]] = new LSTM(8, 16, { layers: 2 }).forward(x, undefined, { lengths })
 */
export class LSTM extends RecurrentLayer {
  constructor(inputSize: number, hiddenSize: number, options: RecurrentOptions = {}) {
    super(inputSize, hiddenSize, longShortTerm, options);
  }

  /** @param initial h and c before; zeros if left out */
  forward(
    x: Tensor,
    initial?: readonly [h: Tensor, c: Tensor],
    options: SequenceOptions = {},
  ): [outputs: Tensor, state: [h: Tensor, c: Tensor]] {
    const [outputs, [h, c]] = this.run(x, initial, options);
    return [outputs, [h!, c!]];
  }
}

/**
 * GRUCell over time: (B, T, inputSize) → outputs (B, T, directions · hiddenSize) and the last states (layers · directions, B, hiddenSize).
 * @throws ShapeError, DTypeError   @see Cho et al. 2014   @example const [outputs, h] = new GRU(8, 16, { bidirectional: true }).forward(x)
 */
export class GRU extends RecurrentLayer {
  constructor(inputSize: number, hiddenSize: number, options: RecurrentOptions = {}) {
    super(inputSize, hiddenSize, gatedUnit, options);
  }

  /** @param initial the states before; zeros if left out */
  forward(x: Tensor, initial?: Tensor, options: SequenceOptions = {}): [outputs: Tensor, h: Tensor] {
    const [outputs, [h]] = this.run(x, initial === undefined ? undefined : [initial], options);
    return [outputs, h!];
  }
}
