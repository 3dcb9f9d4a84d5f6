/**
 * The methods of tensors that work element by element: arithmetic, functions of one variable, comparison, logic, bits. What each
 * does is in its family's file, over nodes.
 */
import type { Shape } from '../../base/shape.ts';
import { cast, detach } from '../../ir/build.ts';
import type { DType } from '../../ir/dtype.ts';
import * as activations from '../activations.ts';
import * as elementwise from '../elementwise.ts';
import type { Operand } from '../operands.ts';
import type { Broadcast } from '../shape-types.ts';
import type { Tensor } from '../tensor.ts';
import { type Beside, Handle, operandOf, type TensorLike } from './handle.ts';

export abstract class ElementwiseMethods extends Handle {
  // Arithmetic

  /** x + y. */
  add<A extends Shape, B extends Shape = []>(this: Tensor<A>, other: Beside<'add', A, B>): Tensor<Broadcast<A, B>> {
    return this.derived(elementwise.add(this.node, operandOf(other)));
  }

  /** x − y. */
  sub<A extends Shape, B extends Shape = []>(this: Tensor<A>, other: Beside<'sub', A, B>): Tensor<Broadcast<A, B>> {
    return this.derived(elementwise.sub(this.node, operandOf(other)));
  }

  /** x · y, elementwise. */
  mul<A extends Shape, B extends Shape = []>(this: Tensor<A>, other: Beside<'mul', A, B>): Tensor<Broadcast<A, B>> {
    return this.derived(elementwise.mul(this.node, operandOf(other)));
  }

  /** x / y; integers give float32. */
  div<A extends Shape, B extends Shape = []>(this: Tensor<A>, other: Beside<'div', A, B>): Tensor<Broadcast<A, B>> {
    return this.derived(elementwise.div(this.node, operandOf(other)));
  }

  /** ⌊x / y⌋; integers stay integers, and give 0 where y is 0. */
  floorDivide<A extends Shape, B extends Shape = []>(
    this: Tensor<A>,
    other: Beside<'floorDivide', A, B>,
  ): Tensor<Broadcast<A, B>> {
    return this.derived(elementwise.floorDivide(this.node, operandOf(other)));
  }

  /** x − ⌊x / y⌋ · y, with the sign of y. */
  mod<A extends Shape, B extends Shape = []>(this: Tensor<A>, other: Beside<'mod', A, B>): Tensor<Broadcast<A, B>> {
    return this.derived(elementwise.mod(this.node, operandOf(other)));
  }

  /** xʸ. */
  pow<A extends Shape, B extends Shape = []>(this: Tensor<A>, exponent: Beside<'pow', A, B>): Tensor<Broadcast<A, B>> {
    return this.derived(elementwise.pow(this.node, operandOf(exponent)));
  }

  /** The larger of the two; NaN if either is. */
  maximum<A extends Shape, B extends Shape = []>(
    this: Tensor<A>,
    other: Beside<'maximum', A, B>,
  ): Tensor<Broadcast<A, B>> {
    return this.derived(elementwise.maximum(this.node, operandOf(other)));
  }

  /** The smaller of the two; NaN if either is. */
  minimum<A extends Shape, B extends Shape = []>(
    this: Tensor<A>,
    other: Beside<'minimum', A, B>,
  ): Tensor<Broadcast<A, B>> {
    return this.derived(elementwise.minimum(this.node, operandOf(other)));
  }

  /** x held between low and high. @example x.clip(0, undefined) */
  clip<A extends Shape, B extends Shape = [], C extends Shape = []>(
    this: Tensor<A>,
    low: Beside<'clip', A, B> | undefined,
    high: Beside<'clip', A, C> | undefined,
  ): Tensor<Broadcast<A, Broadcast<B, C>>> {
    return this.derived(elementwise.clip(this.node, optional(low), optional(high)));
  }

  neg<A extends Shape>(this: Tensor<A>): Tensor<A> {
    return this.derived(elementwise.neg(this.node));
  }

  abs<A extends Shape>(this: Tensor<A>): Tensor<A> {
    return this.derived(elementwise.abs(this.node));
  }

  /** −1, 0 or 1. */
  sign<A extends Shape>(this: Tensor<A>): Tensor<A> {
    return this.derived(elementwise.sign(this.node));
  }

  /** x². */
  square<A extends Shape>(this: Tensor<A>): Tensor<A> {
    return this.derived(elementwise.square(this.node));
  }

  sqrt<A extends Shape>(this: Tensor<A>): Tensor<A> {
    return this.derived(elementwise.sqrt(this.node));
  }

  /** 1 / √x. */
  rsqrt<A extends Shape>(this: Tensor<A>): Tensor<A> {
    return this.derived(elementwise.rsqrt(this.node));
  }

  /** 1 / x. */
  reciprocal<A extends Shape>(this: Tensor<A>): Tensor<A> {
    return this.derived(elementwise.reciprocal(this.node));
  }

  floor<A extends Shape>(this: Tensor<A>): Tensor<A> {
    return this.derived(elementwise.floor(this.node));
  }

  ceil<A extends Shape>(this: Tensor<A>): Tensor<A> {
    return this.derived(elementwise.ceil(this.node));
  }

  /** To the nearest whole number, halves to the even one. */
  round<A extends Shape>(this: Tensor<A>): Tensor<A> {
    return this.derived(elementwise.round(this.node));
  }

  // Functions of one variable; integers become float32

  exp<A extends Shape>(this: Tensor<A>): Tensor<A> {
    return this.derived(elementwise.exp(this.node));
  }

  /** eˣ − 1, accurate near 0. */
  expm1<A extends Shape>(this: Tensor<A>): Tensor<A> {
    return this.derived(elementwise.expm1(this.node));
  }

  /** The natural logarithm. */
  log<A extends Shape>(this: Tensor<A>): Tensor<A> {
    return this.derived(elementwise.log(this.node));
  }

  /** log(1 + x), accurate near 0. */
  log1p<A extends Shape>(this: Tensor<A>): Tensor<A> {
    return this.derived(elementwise.log1p(this.node));
  }

  sin<A extends Shape>(this: Tensor<A>): Tensor<A> {
    return this.derived(elementwise.sin(this.node));
  }

  cos<A extends Shape>(this: Tensor<A>): Tensor<A> {
    return this.derived(elementwise.cos(this.node));
  }

  tan<A extends Shape>(this: Tensor<A>): Tensor<A> {
    return this.derived(elementwise.tan(this.node));
  }

  tanh<A extends Shape>(this: Tensor<A>): Tensor<A> {
    return this.derived(elementwise.tanh(this.node));
  }

  /** 2/√π ∫₀ˣ e⁻ᵗ² dt. */
  erf<A extends Shape>(this: Tensor<A>): Tensor<A> {
    return this.derived(elementwise.erf(this.node));
  }

  /** 1 / (1 + e⁻ˣ). */
  sigmoid<A extends Shape>(this: Tensor<A>): Tensor<A> {
    return this.derived(activations.sigmoid(this.node));
  }

  /** max(x, 0). */
  relu<A extends Shape>(this: Tensor<A>): Tensor<A> {
    return this.derived(activations.relu(this.node));
  }

  /** x · Φ(x); exact, or `{ approximate: 'tanh' }`. */
  gelu<A extends Shape>(this: Tensor<A>, options?: activations.GeluOptions): Tensor<A> {
    return this.derived(activations.gelu(this.node, options));
  }

  /** x · sigmoid(x). */
  silu<A extends Shape>(this: Tensor<A>): Tensor<A> {
    return this.derived(activations.silu(this.node));
  }

  /** log(1 + eˣ). */
  softplus<A extends Shape>(this: Tensor<A>): Tensor<A> {
    return this.derived(activations.softplus(this.node));
  }

  // Comparison and logic: bool out

  less<A extends Shape, B extends Shape = []>(this: Tensor<A>, other: Beside<'less', A, B>): Tensor<Broadcast<A, B>> {
    return this.derived(elementwise.less(this.node, operandOf(other)));
  }

  lessEqual<A extends Shape, B extends Shape = []>(
    this: Tensor<A>,
    other: Beside<'lessEqual', A, B>,
  ): Tensor<Broadcast<A, B>> {
    return this.derived(elementwise.lessEqual(this.node, operandOf(other)));
  }

  greater<A extends Shape, B extends Shape = []>(
    this: Tensor<A>,
    other: Beside<'greater', A, B>,
  ): Tensor<Broadcast<A, B>> {
    return this.derived(elementwise.greater(this.node, operandOf(other)));
  }

  greaterEqual<A extends Shape, B extends Shape = []>(
    this: Tensor<A>,
    other: Beside<'greaterEqual', A, B>,
  ): Tensor<Broadcast<A, B>> {
    return this.derived(elementwise.greaterEqual(this.node, operandOf(other)));
  }

  equal<A extends Shape, B extends Shape = []>(this: Tensor<A>, other: Beside<'equal', A, B>): Tensor<Broadcast<A, B>> {
    return this.derived(elementwise.equal(this.node, operandOf(other)));
  }

  notEqual<A extends Shape, B extends Shape = []>(
    this: Tensor<A>,
    other: Beside<'notEqual', A, B>,
  ): Tensor<Broadcast<A, B>> {
    return this.derived(elementwise.notEqual(this.node, operandOf(other)));
  }

  isNaN<A extends Shape>(this: Tensor<A>): Tensor<A> {
    return this.derived(elementwise.isNaN(this.node));
  }

  isFinite<A extends Shape>(this: Tensor<A>): Tensor<A> {
    return this.derived(elementwise.isFinite(this.node));
  }

  logicalAnd<A extends Shape, B extends Shape = []>(
    this: Tensor<A>,
    other: Beside<'logicalAnd', A, B>,
  ): Tensor<Broadcast<A, B>> {
    return this.derived(elementwise.logicalAnd(this.node, operandOf(other)));
  }

  logicalOr<A extends Shape, B extends Shape = []>(
    this: Tensor<A>,
    other: Beside<'logicalOr', A, B>,
  ): Tensor<Broadcast<A, B>> {
    return this.derived(elementwise.logicalOr(this.node, operandOf(other)));
  }

  logicalNot<A extends Shape>(this: Tensor<A>): Tensor<A> {
    return this.derived(elementwise.logicalNot(this.node));
  }

  /** Integers and bool. */
  bitwiseAnd<A extends Shape, B extends Shape = []>(
    this: Tensor<A>,
    other: Beside<'bitwiseAnd', A, B>,
  ): Tensor<Broadcast<A, B>> {
    return this.derived(elementwise.bitwise('and', this.node, operandOf(other)));
  }

  bitwiseOr<A extends Shape, B extends Shape = []>(
    this: Tensor<A>,
    other: Beside<'bitwiseOr', A, B>,
  ): Tensor<Broadcast<A, B>> {
    return this.derived(elementwise.bitwise('or', this.node, operandOf(other)));
  }

  bitwiseXor<A extends Shape, B extends Shape = []>(
    this: Tensor<A>,
    other: Beside<'bitwiseXor', A, B>,
  ): Tensor<Broadcast<A, B>> {
    return this.derived(elementwise.bitwise('xor', this.node, operandOf(other)));
  }

  leftShift<A extends Shape, B extends Shape = []>(
    this: Tensor<A>,
    bits: Beside<'leftShift', A, B>,
  ): Tensor<Broadcast<A, B>> {
    return this.derived(elementwise.leftShift(this.node, operandOf(bits)));
  }

  /** Zeros come in from the left, as with >>>. */
  rightShift<A extends Shape, B extends Shape = []>(
    this: Tensor<A>,
    bits: Beside<'rightShift', A, B>,
  ): Tensor<Broadcast<A, B>> {
    return this.derived(elementwise.rightShift(this.node, operandOf(bits)));
  }

  /** To another dtype: float → int truncates toward zero, anything → bool is `≠ 0`. */
  cast<A extends Shape>(this: Tensor<A>, dtype: DType): Tensor<A> {
    return this.derived(cast(this.node, dtype));
  }

  /** The same value, through which no gradient flows. */
  detach<A extends Shape>(this: Tensor<A>): Tensor<A> {
    return this.derived(detach(this.node));
  }
}

function optional(x: TensorLike | undefined): Operand | undefined {
  return x === undefined ? undefined : operandOf(x);
}
