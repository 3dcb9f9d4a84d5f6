/**
 * Features made as normal as a power can make them.
 */
import { raise, ValueError } from '../../base/errors.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { TransformerBase } from '../fitted.ts';
import { Matrix, matrixOf } from '../matrix.ts';
import { minimizeScalar } from '../minimize-scalar.ts';
import { moments } from '../moments.ts';
import { requireOneOf } from '../options.ts';
import type { Features, Transformer } from '../protocol.ts';
import { type ModelState, StateReader, vectorState } from '../state.ts';
import { usableScale } from './column-scaler.ts';

const methods = ['yeo-johnson', 'box-cox'] as const;
type Method = (typeof methods)[number];

export interface PowerTransformerOptions {
  /** Box and Cox's is for positive numbers only. Default yeo-johnson. */
  readonly method?: Method;
  /** Scale the result to mean 0 and deviation 1. Default true. */
  readonly standardize?: boolean;
}

/**
 * x → ((x + 1)^λ − 1) / λ and its like, with the λ of greatest likelihood for each feature. NaN stays NaN.
 * (Yeo and Johnson 2000; Box and Cox 1964.)
 * @example new PowerTransformer().fit(X).transform(X)
 */
export class PowerTransformer implements Transformer {
  readonly role = 'transformer';
  readonly method: Method;
  readonly standardize: boolean;

  constructor({ method = 'yeo-johnson', standardize = true }: PowerTransformerOptions = {}) {
    requireOneOf('PowerTransformer', 'method', method, methods);
    this.method = method;
    this.standardize = standardize;
  }

  fit(x: Features): FittedPowerTransformer {
    const samples = matrixOf('PowerTransformer.fit', x, { allowNaN: true });
    requirePositive('PowerTransformer.fit', this.method, samples);
    const lambdas = Float64Array.from({ length: samples.columns }, (_, j) =>
      bestLambda(this.method, samples.column(j)),
    );
    const plain = {
      method: this.method,
      lambdas,
      mean: new Float64Array(samples.columns),
      scale: new Float64Array(samples.columns).fill(1),
    };
    if (!this.standardize) return new FittedPowerTransformer(plain);
    const { mean, variance } = moments(new FittedPowerTransformer(plain).map(samples));
    const scale = variance.map((v) => usableScale(Math.sqrt(v)));
    return new FittedPowerTransformer({ ...plain, mean: mean.map((m) => (Number.isNaN(m) ? 0 : m)), scale });
  }
}

function requirePositive(op: string, method: Method, x: Matrix): void {
  const least = x.data.find((value) => value <= 0);
  if (method === 'box-cox' && least !== undefined) {
    raise(
      new ValueError(`${op}: Box and Cox's transform takes positive numbers only, X holds ${least}; use yeo-johnson`),
    );
  }
}

/** argmax of the likelihood that the transformed values are normal: −n/2 log variance + log |derivative|. */
function bestLambda(method: Method, column: Float64Array): number {
  const values = column.filter((value) => !Number.isNaN(value));
  if (values.every((value) => value === values[0])) return 1;
  if (method === 'box-cox') return oneSided(values.map(Math.log));
  // On one side of 0 Yeo and Johnson's is Box and Cox's of 1 + |x|, with the exponent mirrored below 0.
  if (values.every((value) => value >= 0)) return oneSided(values.map(Math.log1p));
  if (values.every((value) => value <= 0)) return 2 - oneSided(values.map((value) => Math.log1p(-value)));
  const logs = values.reduce((sum, x) => sum + Math.sign(x) * Math.log1p(Math.abs(x)), 0);
  return minimizeScalar(
    (lambda) => halfLogVariance(values.map((x) => power(method, x, lambda))) - (lambda - 1) * logs,
    -2,
    2,
  );
}

/**
 * The exponent for numbers given by their logarithms. They are divided by their geometric mean, which the likelihood does not
 * see: it takes out the huge factor between powers that would leave no digits of the variance.
 */
function oneSided(logs: Float64Array): number {
  const mean = logs.reduce((sum, x) => sum + x, 0) / logs.length;
  const centered = logs.map((x) => x - mean);
  return minimizeScalar(
    (lambda) => {
      if (Math.abs(lambda) < 2 ** -52) return halfLogVariance(centered);
      return halfLogVariance(centered.map((x) => Math.expm1(lambda * x) / lambda));
    },
    -2,
    2,
  );
}

function halfLogVariance(values: Float64Array<ArrayBuffer>): number {
  const { variance } = moments(new Matrix(values.length, 1, values));
  return (values.length / 2) * Math.log(Math.max(variance[0]!, Number.MIN_VALUE));
}

function power(method: Method, x: number, lambda: number): number {
  const grow = (base: number, exponent: number) =>
    Math.abs(exponent) < 2 ** -52 ? Math.log1p(base) : Math.expm1(exponent * Math.log1p(base)) / exponent;
  if (method === 'box-cox')
    return Math.abs(lambda) < 2 ** -52 ? Math.log(x) : Math.expm1(lambda * Math.log(x)) / lambda;
  return x >= 0 ? grow(x, lambda) : -grow(-x, 2 - lambda);
}

function unpower(method: Method, z: number, lambda: number): number {
  const shrink = (value: number, exponent: number) =>
    Math.abs(exponent) < 2 ** -52 ? Math.expm1(value) : Math.expm1(Math.log1p(value * exponent) / exponent);
  if (method === 'box-cox')
    return Math.abs(lambda) < 2 ** -52 ? Math.exp(z) : Math.exp(Math.log1p(z * lambda) / lambda);
  return z >= 0 ? shrink(z, lambda) : -shrink(-z, 2 - lambda);
}

interface Parameters {
  readonly method: Method;
  readonly lambdas: Float64Array<ArrayBuffer>;
  readonly mean: Float64Array<ArrayBuffer>;
  readonly scale: Float64Array<ArrayBuffer>;
}

/** @see PowerTransformer */
export class FittedPowerTransformer extends TransformerBase {
  readonly kind = 'PowerTransformer';
  readonly featuresIn: number;
  protected override readonly allowsNaN = true;
  readonly method: Method;
  /** The exponent of each feature. */
  readonly lambdas: Float64Array<ArrayBuffer>;
  readonly #mean: Float64Array<ArrayBuffer>;
  readonly #scale: Float64Array<ArrayBuffer>;

  constructor({ method, lambdas, mean, scale }: Parameters) {
    super();
    this.featuresIn = lambdas.length;
    this.method = method;
    this.lambdas = lambdas;
    this.#mean = mean;
    this.#scale = scale;
  }

  override map(x: Matrix): Matrix {
    requirePositive('PowerTransformer.transform', this.method, x);
    return this.#each(
      x,
      (value, j) => (power(this.method, value, this.lambdas[j]!) - this.#mean[j]!) / this.#scale[j]!,
    );
  }

  inverse(z: Features): Tensor {
    const samples = this.samples('inverse', z);
    return this.#each(samples, (value, j) =>
      unpower(this.method, value * this.#scale[j]! + this.#mean[j]!, this.lambdas[j]!),
    ).toTensor();
  }

  #each(x: Matrix, change: (value: number, column: number) => number): Matrix {
    return new Matrix(
      x.rows,
      x.columns,
      x.data.map((value, i) => change(value, i % x.columns)),
    );
  }

  toState(): ModelState {
    const arrays = {
      lambdas: vectorState(this.lambdas),
      mean: vectorState(this.#mean),
      scale: vectorState(this.#scale),
    };
    return { kind: this.kind, fields: { method: this.method }, arrays };
  }

  static fromState(state: ModelState): FittedPowerTransformer {
    const read = new StateReader(state, 'PowerTransformer');
    const lambdas = read.vector('lambdas');
    const [mean, scale] = [read.vector('mean', lambdas.length), read.vector('scale', lambdas.length)];
    return new FittedPowerTransformer({ method: read.text('method', methods), lambdas, mean, scale });
  }
}
