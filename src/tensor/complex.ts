/**
 * Complex numbers: a pair of real tensors of one shape and dtype. Not a dtype: the graph below knows real numbers only, so everything that
 * holds for them (gradients, compile, every device) holds here. The gradient with respect to a Complex is ∂/∂re + i ∂/∂im.
 */
import { raise, ShapeError } from '../base/errors.ts';
import { formatShape, type Shape } from '../base/shape.ts';
import { currentTrace } from '../engine/trace.ts';
import type { DType } from '../ir/dtype.ts';
import { hypot } from './arithmetic.ts';
import { concat, where } from './functions.ts';
import { meetAsFloats } from './lifting.ts';
import type { Bounds } from './movement.ts';
import { htmlOf } from './print-html.ts';
import { layoutOfComplex, printComplex, type PrintOptions } from './print.ts';
import type { Axes, ReduceOptions } from './reductions.ts';
import { Tensor, type TensorLike } from './tensor.ts';
import { Compound } from './tree.ts';
import { atan2 } from './trigonometry.ts';

/** What may stand beside a complex tensor. */
export type ComplexLike = Complex | TensorLike;

const inspectCustom = Symbol.for('nodejs.util.inspect.custom');
const jupyterDisplay = Symbol.for('Jupyter.display');

/**
 * An immutable tensor of complex numbers, real + i · imag.
 * @example const z = complex(tensor([1, 0]), tensor([0, 2])); z.mul(z).toString() // '[ 1.+0.j -4.+0.j]'
 */
export class Complex extends Compound {
  readonly real: Tensor;
  readonly imag: Tensor;

  /** @param imag default 0   @throws ShapeError if the shapes do not broadcast */
  constructor(real: TensorLike, imag: TensorLike = 0) {
    super();
    [this.real, this.imag] = meetAsFloats('complex', real, imag);
  }

  /** length · (cos angle + i sin angle). */
  static polar(length: TensorLike, angle: TensorLike): Complex {
    const [r, phi] = meetAsFloats('polar', length, angle);
    return new Complex(r.mul(phi.cos()), r.mul(phi.sin()));
  }

  override members(): { readonly real: Tensor; readonly imag: Tensor } {
    return { real: this.real, imag: this.imag };
  }

  /** Any members are let through while transforms look at the tree; tensors make a Complex. */
  override withMembers({ real, imag }: Readonly<Record<string, unknown>>): Complex {
    if (real instanceof Tensor && imag instanceof Tensor) return new Complex(real, imag);
    raise(
      new ShapeError('complex: a complex value is made of two tensors; apply functions of trees to its real and imag'),
    );
  }

  get shape(): Shape {
    return this.real.shape;
  }

  /** Of the real and of the imaginary part. */
  get dtype(): DType {
    return this.real.dtype;
  }

  get rank(): number {
    return this.real.rank;
  }

  get size(): number {
    return this.real.size;
  }

  // Arithmetic

  add(other: ComplexLike): Complex {
    const { real, imag } = complexOf(other);
    return new Complex(this.real.add(real), this.imag.add(imag));
  }

  sub(other: ComplexLike): Complex {
    const { real, imag } = complexOf(other);
    return new Complex(this.real.sub(real), this.imag.sub(imag));
  }

  mul(other: ComplexLike): Complex {
    if (!(other instanceof Complex)) return this.map((part) => part.mul(other));
    return new Complex(
      this.real.mul(other.real).sub(this.imag.mul(other.imag)),
      this.real.mul(other.imag).add(this.imag.mul(other.real)),
    );
  }

  /** Both divided by the larger part of the divisor first, so that its square does not overflow. */
  div(other: ComplexLike): Complex {
    if (!(other instanceof Complex)) return this.map((part) => part.div(other));
    const largest = other.real.abs().maximum(other.imag.abs()).detach();
    const scale = where(largest.equal(0).logicalOr(largest.equal(Infinity)), 1, largest);
    const by = other.map((part) => part.div(scale));
    const square = by.real.square().add(by.imag.square()).mul(scale);
    return this.mul(by.conj()).map((part) => part.div(square));
  }

  neg(): Complex {
    return this.map((part) => part.neg());
  }

  /** real − i · imag. */
  conj(): Complex {
    return new Complex(this.real, this.imag.neg());
  }

  reciprocal(): Complex {
    return new Complex(1).div(this);
  }

  square(): Complex {
    return this.mul(this);
  }

  /** √(real² + imag²), without overflow; its gradient at 0 is 0. */
  abs(): Tensor {
    return hypot(this.real, this.imag);
  }

  /** In (−π, π]. */
  angle(): Tensor {
    return atan2(this.imag, this.real);
  }

  exp(): Complex {
    return Complex.polar(this.real.exp(), this.imag);
  }

  /** log |z| + i · angle. */
  log(): Complex {
    return new Complex(this.abs().log(), this.angle());
  }

  /** The root with a real part ≥ 0. */
  sqrt(): Complex {
    return Complex.polar(this.abs().sqrt(), this.angle().div(2));
  }

  /** zʷ = e^(w log z). */
  pow(exponent: ComplexLike): Complex {
    return this.log().mul(exponent).exp();
  }

  /** True where both parts are equal. */
  equal(other: ComplexLike): Tensor {
    const { real, imag } = complexOf(other);
    return this.real.equal(real).logicalAnd(this.imag.equal(imag));
  }

  isFinite(): Tensor {
    return this.real.isFinite().logicalAnd(this.imag.isFinite());
  }

  isNaN(): Tensor {
    return this.real.isNaN().logicalOr(this.imag.isNaN());
  }

  /** (…, M, K) · (…, K, N), as for real tensors; three real products instead of four would lose digits. */
  matmul(other: Complex | Tensor): Complex {
    if (other instanceof Tensor) return this.map((part) => part.matmul(other));
    return new Complex(
      this.real.matmul(other.real).sub(this.imag.matmul(other.imag)),
      this.real.matmul(other.imag).add(this.imag.matmul(other.real)),
    );
  }

  sum(axes?: Axes, options?: ReduceOptions): Complex {
    return this.map((part) => part.sum(axes, options));
  }

  mean(axes?: Axes, options?: ReduceOptions): Complex {
    return this.map((part) => part.mean(axes, options));
  }

  // Movement

  reshape(...sizes: number[] | [readonly number[]]): Complex {
    return this.map((part) => part.reshape(...sizes));
  }

  flatten(start?: number, end?: number): Complex {
    return this.map((part) => part.flatten(start, end));
  }

  /** Swaps two axes; by default the last two. Does not conjugate; `H` does. */
  transpose(a = -2, b = -1): Complex {
    return this.map((part) => part.transpose(a, b));
  }

  get T(): Complex {
    return this.map((part) => part.T);
  }

  /** The conjugate transpose of matrices. */
  get H(): Complex {
    return this.conj().transpose();
  }

  permute(...order: number[] | [readonly number[]]): Complex {
    return this.map((part) => part.permute(...order));
  }

  expand(...shape: number[] | [Shape]): Complex {
    return this.map((part) => part.expand(...shape));
  }

  squeeze(axes?: Axes): Complex {
    return this.map((part) => part.squeeze(axes));
  }

  unsqueeze(axis: number): Complex {
    return this.map((part) => part.unsqueeze(axis));
  }

  flip(...axes: number[]): Complex {
    return this.map((part) => part.flip(...axes));
  }

  slice(start: Bounds, stop?: Bounds, step?: Bounds): Complex {
    return this.map((part) => part.slice(start, stop, step));
  }

  at(place: number, axis = 0): Complex {
    return this.map((part) => part.at(place, axis));
  }

  take(index: Tensor, axis = 0): Complex {
    return this.map((part) => part.take(index, axis));
  }

  cast(dtype: 'float32' | 'float64'): Complex {
    return this.map((part) => part.cast(dtype));
  }

  detach(): Complex {
    return this.map((part) => part.detach());
  }

  /** Both parts through a linear function of real tensors. */
  map(f: (part: Tensor) => Tensor): Complex {
    return new Complex(f(this.real), f(this.imag));
  }

  // Reading

  /** Both parts as nested arrays. */
  async array(): Promise<{ real: unknown; imag: unknown }> {
    return this.arraySync();
  }

  arraySync(): { real: unknown; imag: unknown } {
    return { real: this.real.arraySync(), imag: this.imag.arraySync() };
  }

  /** As NumPy prints it. Inside compile, only shape and dtype. */
  override toString(): string {
    return this.format();
  }

  /** As toString, with other digits, edges or line width. @example z.format({ precision: 3 }) */
  format(options?: PrintOptions): string {
    if (currentTrace() !== undefined) return this.#summary();
    return printComplex(this.real.dataSync(), this.imag.dataSync(), this.shape, this.real.dtype, options);
  }

  /** @internal What Node's console shows. */
  [inspectCustom](): string {
    if (currentTrace() !== undefined) return this.#summary();
    return `Complex ${this.toString().replaceAll('\n', '\n        ')}`;
  }

  /** @internal What a notebook of Deno's kernel shows, by MIME type. */
  [jupyterDisplay](): Readonly<Record<string, string>> {
    if (currentTrace() !== undefined) return { 'text/plain': this.#summary() };
    const { real, imag, shape } = this;
    const layout = layoutOfComplex(real.dataSync(), imag.dataSync(), shape, real.dtype, {
      precision: 4,
      threshold: 400,
    });
    return { 'text/plain': this.toString(), 'text/html': htmlOf(layout, this.#summary()) };
  }

  #summary(): string {
    return `Complex${formatShape(this.shape)} ${this.dtype}`;
  }
}

/** real + i · imag. @example complex(1, 2)   @example complex(tensor([1, 2]), tensor([0, 1])) */
export function complex(real: TensorLike, imag: TensorLike = 0): Complex {
  return new Complex(real, imag);
}

/** @internal A tensor or a number as complex. */
export function complexOf(x: ComplexLike): Complex {
  return x instanceof Complex ? x : new Complex(x, 0);
}

/** Joined along an existing axis, as concat. */
export function concatComplex(parts: readonly Complex[], axis = 0): Complex {
  return new Complex(
    concat(
      parts.map(({ real }) => real),
      axis,
    ),
    concat(
      parts.map(({ imag }) => imag),
      axis,
    ),
  );
}

/** True for complex tensors. */
export function isComplex(x: unknown): x is Complex {
  return x instanceof Complex;
}
