/**
 * Covariance functions of Gaussian processes as data: which, with which parameters within which bounds, and their sums and
 * products. What they are worth for given samples, and the derivatives, is covariance.ts. (Rasmussen and Williams 2006, chapter 4.)
 */
import { FormatError, raise, ValueError } from '../../base/errors.ts';
import { requireNumber, requireOneOf } from '../options.ts';
import type { Json } from '../state.ts';

/** Between which values a parameter may be tuned, both above 0; or not at all. */
export type Bounds = readonly [low: number, high: number] | 'fixed';

/** @see CovarianceKernel */
export interface Parameter {
  /** Above 0. */
  readonly value: number;
  readonly bounds: Bounds;
}

export type LeafKind = 'rbf' | 'matern' | 'rationalQuadratic' | 'expSineSquared' | 'dotProduct' | 'white' | 'constant';

/** How smooth a Matérn process is: k − ½ times differentiable. */
export type Smoothness = 0.5 | 1.5 | 2.5;

/** One covariance function. Parameters are in the order in which each class below names them. */
export interface Leaf {
  readonly kind: LeafKind;
  readonly parameters: readonly Parameter[];
  readonly nu?: Smoothness;
}

/** An expression of covariance functions. */
export type KernelForm = Leaf | Pair<'sum'> | Pair<'product'>;

interface Pair<K> {
  readonly kind: K;
  readonly left: KernelForm;
  readonly right: KernelForm;
}

/** How many parameters a kind has; `any` is one, or one a feature. */
const arity: Readonly<Record<LeafKind, number | 'any'>> = {
  rbf: 'any',
  matern: 'any',
  rationalQuadratic: 2,
  expSineSquared: 2,
  dotProduct: 1,
  white: 1,
  constant: 1,
};

const WIDE: Bounds = [1e-5, 1e5];

export interface BoundsOption {
  /** Of every parameter of this function. Default 1e-5 to 1e5. */
  readonly bounds?: Bounds | undefined;
}

function parameterOf(owner: string, name: string, value: number, bounds: Bounds = WIDE): Parameter {
  requireNumber(owner, name, value, { low: 0, open: true });
  if (bounds !== 'fixed') {
    const [low, high] = bounds;
    requireNumber(owner, 'the lower bound', low, { low: 0, open: true });
    requireNumber(owner, 'the upper bound', high, { low });
    if (value < low || value > high)
      raise(new ValueError(`${owner}: ${name} is ${value}, which is not within its bounds ${low} to ${high}`));
  }
  return { value, bounds };
}

function scalesOf(owner: string, lengthScale: number | readonly number[], bounds: Bounds | undefined): Parameter[] {
  const scales = typeof lengthScale === 'number' ? [lengthScale] : lengthScale;
  if (scales.length === 0) raise(new ValueError(`${owner}: at least one lengthScale is needed`));
  return scales.map((scale) => parameterOf(owner, 'lengthScale', scale, bounds));
}

/** A covariance function k(x, z); `plus` and `times` make sums and products. It never changes. */
export class CovarianceKernel {
  readonly form: KernelForm;

  constructor(form: KernelForm) {
    this.form = form;
  }

  /** k₁(x, z) + k₂(x, z): the process is a sum of two. @example new RBF().plus(new WhiteKernel(0.1)) */
  plus(other: CovarianceKernel): CovarianceKernel {
    return new CovarianceKernel({ kind: 'sum', left: this.form, right: other.form });
  }

  /** k₁(x, z) · k₂(x, z). @example new ConstantKernel(4).times(new RBF()) */
  times(other: CovarianceKernel): CovarianceKernel {
    return new CovarianceKernel({ kind: 'product', left: this.form, right: other.form });
  }

  /** Every parameter, in the order of the expression. */
  get parameters(): readonly Parameter[] {
    return parametersOf(this.form);
  }

  /** Logarithms of the parameters that are not fixed. */
  get theta(): Float64Array<ArrayBuffer> {
    return Float64Array.from(freeOf(this.form), (one) => Math.log(one.value));
  }

  /** Logarithms of the bounds of those. */
  get thetaBounds(): readonly (readonly [number, number])[] {
    return freeOf(this.form).map(({ bounds }) => [Math.log(Number(bounds[0])), Math.log(Number(bounds[1]))] as const);
  }

  /** The same expression with other values, within the bounds, of the parameters that are not fixed. */
  withTheta(theta: Float64Array): CovarianceKernel {
    let next = 0;
    const replaced = (form: KernelForm): KernelForm => {
      if (form.kind === 'sum' || form.kind === 'product') {
        const left = replaced(form.left);
        return { kind: form.kind, left, right: replaced(form.right) };
      }
      const parameters = form.parameters.map(({ value, bounds }) =>
        bounds === 'fixed'
          ? { value, bounds }
          : { value: Math.min(bounds[1], Math.max(bounds[0], Math.exp(theta[next++]!))), bounds },
      );
      return { ...form, parameters };
    };
    return new CovarianceKernel(replaced(this.form));
  }

  /** As text, parameters to three digits. @example `${new ConstantKernel(4).times(new RBF(2))}` // '4 · rbf(2)' */
  toString(): string {
    return textOf(this.form);
  }
}

function parametersOf(form: KernelForm): readonly Parameter[] {
  return form.kind === 'sum' || form.kind === 'product'
    ? [...parametersOf(form.left), ...parametersOf(form.right)]
    : form.parameters;
}

function freeOf(form: KernelForm): Parameter[] {
  return parametersOf(form).filter((one) => one.bounds !== 'fixed');
}

function textOf(form: KernelForm): string {
  if (form.kind === 'sum') return `${textOf(form.left)} + ${textOf(form.right)}`;
  if (form.kind === 'product') {
    const factor = (part: KernelForm) => (part.kind === 'sum' ? `(${textOf(part)})` : textOf(part));
    return `${factor(form.left)} · ${factor(form.right)}`;
  }
  const values = form.parameters.map(({ value }) => Number(value.toPrecision(3)));
  if (form.kind === 'constant') return `${values[0]}`;
  return `${form.kind}${form.nu === undefined ? '' : ` ${form.nu}`}(${values.join(', ')})`;
}

/**
 * The squared exponential exp(−½ Σ ((xⱼ − zⱼ) / lⱼ)²): very smooth functions.
 * @example new RBF([1, 0.5]) // one scale a feature
 */
export class RBF extends CovarianceKernel {
  constructor(lengthScale: number | readonly number[] = 1, { bounds }: BoundsOption = {}) {
    super({ kind: 'rbf', parameters: scalesOf('RBF', lengthScale, bounds) });
  }
}

export interface MaternOptions extends BoundsOption {
  /** Default 1.5. */
  readonly nu?: Smoothness | undefined;
}

/** With r = √Σ ((xⱼ − zⱼ) / lⱼ)²: e^(−r), (1 + √3 r) e^(−√3 r) or (1 + √5 r + 5 r²/3) e^(−√5 r). @example new Matern(1, { nu: 2.5 }) */
export class Matern extends CovarianceKernel {
  constructor(lengthScale: number | readonly number[] = 1, { nu = 1.5, bounds }: MaternOptions = {}) {
    requireOneOf('Matern', 'nu', nu, [0.5, 1.5, 2.5]);
    super({ kind: 'matern', parameters: scalesOf('Matern', lengthScale, bounds), nu });
  }
}

export interface RationalQuadraticOptions extends BoundsOption {
  /** Default 1. */
  readonly alpha?: number | undefined;
}

/** (1 + |x − z|² / (2 α l²))^(−α): squared exponentials of many scales. Parameters: α, l. @example new RationalQuadratic(1, { alpha: 0.5 }) */
export class RationalQuadratic extends CovarianceKernel {
  constructor(lengthScale = 1, { alpha = 1, bounds }: RationalQuadraticOptions = {}) {
    const owner = 'RationalQuadratic';
    const parameters = [
      parameterOf(owner, 'alpha', alpha, bounds),
      parameterOf(owner, 'lengthScale', lengthScale, bounds),
    ];
    super({ kind: 'rationalQuadratic', parameters });
  }
}

export interface ExpSineSquaredOptions extends BoundsOption {
  /** Default 1. */
  readonly period?: number | undefined;
}

/** exp(−2 sin²(π |x − z| / p) / l²): functions of period p. Parameters: l, p. @example new ExpSineSquared(1, { period: 12 }) */
export class ExpSineSquared extends CovarianceKernel {
  constructor(lengthScale = 1, { period = 1, bounds }: ExpSineSquaredOptions = {}) {
    const owner = 'ExpSineSquared';
    const parameters = [
      parameterOf(owner, 'lengthScale', lengthScale, bounds),
      parameterOf(owner, 'period', period, bounds),
    ];
    super({ kind: 'expSineSquared', parameters });
  }
}

/** σ₀² + x · z: linear functions. @example new DotProduct(0.5) */
export class DotProduct extends CovarianceKernel {
  constructor(sigma0 = 1, { bounds }: BoundsOption = {}) {
    super({ kind: 'dotProduct', parameters: [parameterOf('DotProduct', 'sigma0', sigma0, bounds)] });
  }
}

/** Noise: its variance for a sample with itself, else 0. @example new RBF().plus(new WhiteKernel(0.1)) */
export class WhiteKernel extends CovarianceKernel {
  constructor(noise = 1, { bounds }: BoundsOption = {}) {
    super({ kind: 'white', parameters: [parameterOf('WhiteKernel', 'noise', noise, bounds)] });
  }
}

/** The same for all: a variance to multiply by, or an unknown mean to add. @example new ConstantKernel(4).times(new RBF()) */
export class ConstantKernel extends CovarianceKernel {
  constructor(value = 1, { bounds }: BoundsOption = {}) {
    super({ kind: 'constant', parameters: [parameterOf('ConstantKernel', 'value', value, bounds)] });
  }
}

/** A form as a state holds it. */
export function formState(form: KernelForm): Json {
  if (form.kind === 'sum' || form.kind === 'product')
    return { kind: form.kind, left: formState(form.left), right: formState(form.right) };
  const parameters: Json = form.parameters.map(({ value, bounds }) => ({
    value,
    bounds: bounds === 'fixed' ? bounds : [...bounds],
  }));
  return { kind: form.kind, parameters, nu: form.nu ?? null };
}

/** A kernel from a state, with every number checked. @throws FormatError */
export function kernelFrom(state: Json): CovarianceKernel {
  return new CovarianceKernel(formFrom(state, 0));
}

function formFrom(state: Json, depth: number): KernelForm {
  if (typeof state !== 'object' || state === null || !('kind' in state) || depth > 64) damaged();
  const { kind } = state;
  if (kind === 'sum' || kind === 'product') {
    const { left, right } = state;
    if (left === undefined || right === undefined) damaged();
    return { kind, left: formFrom(left, depth + 1), right: formFrom(right, depth + 1) };
  }
  const { parameters, nu } = state;
  if (typeof kind !== 'string' || !isLeaf(kind) || !Array.isArray(parameters)) damaged();
  const expected = arity[kind];
  if (expected === 'any' ? parameters.length === 0 : parameters.length !== expected) damaged();
  const list = parameters.map(parameterFrom);
  if (kind !== 'matern') return { kind, parameters: list };
  if (nu !== 0.5 && nu !== 1.5 && nu !== 2.5) damaged();
  return { kind, parameters: list, nu };
}

function isLeaf(kind: string): kind is LeafKind {
  return Object.hasOwn(arity, kind);
}

function parameterFrom(state: Json): Parameter {
  if (typeof state !== 'object' || state === null || !('value' in state)) damaged();
  const { value, bounds } = state;
  if (typeof value !== 'number' || !(value > 0 && value < Infinity)) damaged();
  if (bounds === 'fixed') return { value, bounds };
  if (!Array.isArray(bounds)) damaged();
  const [low, high] = bounds.map(Number);
  if (!(low! > 0 && high! >= low! && high! < Infinity)) damaged();
  return { value, bounds: [low!, high!] };
}

function damaged(): never {
  raise(new FormatError('CovarianceKernel: the state holds no covariance function; the file is damaged'));
}
