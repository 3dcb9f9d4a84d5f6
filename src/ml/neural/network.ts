/**
 * The network of MLPClassifier and MLPRegressor: layers of weights in float64, as a module of `nn` while it learns and as matrices
 * once it has.
 */
import { FormatError, raise } from '../../base/errors.ts';
import { Module, Parameter } from '../../nn/module.ts';
import { tensor } from '../../tensor/creation.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { Matrix } from '../matrix.ts';
import { product } from '../products.ts';
import type { Random } from '../random.ts';
import { type ModelState, type StateReader, vectorState } from '../state.ts';

export const activations = ['relu', 'tanh', 'logistic', 'identity'] as const;
export type Activation = (typeof activations)[number];

/** What a network has learned. */
export interface Layers {
  readonly activation: Activation;
  /** (in, out) each. */
  readonly weights: readonly Matrix[];
  /** (out,) each. */
  readonly offsets: readonly Float64Array<ArrayBuffer>[];
}

/** U(−a, a), a = √(6 / (in + out)), √(2 / (in + out)) for the logistic function. (Glorot and Bengio 2010.) @param sizes of all layers, the input's first */
export function initialLayers(activation: Activation, sizes: readonly number[], random: Random): Layers {
  const pairs = sizes.slice(1).map((size, l) => [sizes[l]!, size] as const);
  const draw = (count: number, bound: number) =>
    Float64Array.from({ length: count }, () => bound * (2 * random.uniform() - 1));
  const bounds = pairs.map(([a, b]) => Math.sqrt((activation === 'logistic' ? 2 : 6) / (a + b)));
  return {
    activation,
    weights: pairs.map(([a, b], l) => new Matrix(a, b, draw(a * b, bounds[l]!))),
    offsets: pairs.map(([, b], l) => draw(b, bounds[l]!)),
  };
}

/** The outputs before the last function, (n, outputs). */
export function outputsOf({ activation, weights, offsets }: Layers, x: Matrix): Matrix {
  let result = x;
  weights.forEach((matrix, l) => {
    result = product(result, matrix);
    const { data, columns } = result;
    const offset = offsets[l]!;
    const isLast = l === weights.length - 1;
    for (let i = 0; i < data.length; i++) {
      const value = data[i]! + offset[i % columns]!;
      data[i] = isLast ? value : activate(activation, value);
    }
  });
  return result;
}

function activate(activation: Activation, value: number): number {
  if (activation === 'relu') return Math.max(0, value);
  if (activation === 'tanh') return Math.tanh(value);
  return activation === 'logistic' ? 1 / (1 + Math.exp(-value)) : value;
}

/** The same layers, to be trained. */
export class Network extends Module {
  readonly activation: Activation;
  readonly weights: readonly Parameter[];
  readonly offsets: readonly Parameter[];

  constructor({ activation, weights, offsets }: Layers) {
    super();
    this.activation = activation;
    this.weights = weights.map((matrix) => new Parameter(tensor(matrix.data.slice(), { shape: matrix.shape })));
    this.offsets = offsets.map((offset) => new Parameter(tensor(offset.slice())));
  }

  /** (n, features) → (n, outputs), before the last function. */
  forward(x: Tensor): Tensor {
    return this.weights.reduce((input, weight, l) => {
      const y = input.matmul(weight.value).add(this.offsets[l]!.value);
      return l === this.weights.length - 1 ? y : this.#activate(y);
    }, x);
  }

  #activate(x: Tensor): Tensor {
    switch (this.activation) {
      case 'relu':
        return x.relu();
      case 'tanh':
        return x.tanh();
      case 'logistic':
        return x.sigmoid();
      case 'identity':
        return x;
    }
  }

  /** Σ w² of all layers, without the offsets. */
  squares(): Tensor {
    return this.weights.map((weight) => weight.value.square().sum()).reduce((a, b) => a.add(b));
  }

  /** As they are now. */
  layers(): Layers {
    return {
      activation: this.activation,
      weights: this.weights.map(
        ({ value }) => new Matrix(value.shape[0]!, value.shape[1]!, Float64Array.from(value.dataSync())),
      ),
      offsets: this.offsets.map(({ value }) => Float64Array.from(value.dataSync())),
    };
  }
}

/** For the state of a model. */
export function layersState({ activation, weights, offsets }: Layers): Pick<ModelState, 'fields' | 'arrays'> {
  const arrays = Object.fromEntries(
    weights.flatMap((matrix, l) => [
      [`weights${l}`, matrix] as const,
      [`offsets${l}`, vectorState(offsets[l]!)] as const,
    ]),
  );
  return { fields: { activation, layers: weights.length }, arrays };
}

/** @param outputs how many there must be @throws FormatError if layers do not fit each other */
export function layersFrom(read: StateReader, outputs: number | undefined): Layers {
  const weights: Matrix[] = [];
  const offsets: Float64Array<ArrayBuffer>[] = [];
  const count = read.whole('layers', 1);
  for (let l = 0; l < count; l++) {
    const offset = read.vector(`offsets${l}`, l === count - 1 ? outputs : undefined);
    const matrix = read.matrix(`weights${l}`, offset.length);
    const before = offsets[l - 1];
    if (before !== undefined && before.length !== matrix.rows)
      raise(
        new FormatError(`weights${l} must have ${before.length} rows, as the layer before gives, got ${matrix.rows}`),
      );
    weights.push(matrix);
    offsets.push(offset);
  }
  return { activation: read.text<Activation>('activation', activations), weights, offsets };
}
