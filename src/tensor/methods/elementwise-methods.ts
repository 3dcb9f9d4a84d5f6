/**
 * The methods of tensors that work element by element: arithmetic, functions of one variable, comparison, logic, bits. What each
 * does is in its family's file, over nodes.
 */
import { cast, detach } from '../../ir/build.ts';
import type { DType } from '../../ir/dtype.ts';
import * as activations from '../activations.ts';
import * as elementwise from '../elementwise.ts';
import type { Operand } from '../operands.ts';
import type { Tensor } from '../tensor.ts';
import { Handle, operandOf, type TensorLike } from './handle.ts';

export abstract class ElementwiseMethods extends Handle {
  // Arithmetic

  /** x + y. */
  add(other: TensorLike): Tensor {
    return this.derived(elementwise.add(this.node, operandOf(other)));
  }

  /** x − y. */
  sub(other: TensorLike): Tensor {
    return this.derived(elementwise.sub(this.node, operandOf(other)));
  }

  /** x · y, elementwise. */
  mul(other: TensorLike): Tensor {
    return this.derived(elementwise.mul(this.node, operandOf(other)));
  }

  /** x / y; integers give float32. */
  div(other: TensorLike): Tensor {
    return this.derived(elementwise.div(this.node, operandOf(other)));
  }

  /** ⌊x / y⌋; integers stay integers, and give 0 where y is 0. */
  floorDivide(other: TensorLike): Tensor {
    return this.derived(elementwise.floorDivide(this.node, operandOf(other)));
  }

  /** x − ⌊x / y⌋ · y, with the sign of y. */
  mod(other: TensorLike): Tensor {
    return this.derived(elementwise.mod(this.node, operandOf(other)));
  }

  /** xʸ. */
  pow(exponent: TensorLike): Tensor {
    return this.derived(elementwise.pow(this.node, operandOf(exponent)));
  }

  /** The larger of the two; NaN if either is. */
  maximum(other: TensorLike): Tensor {
    return this.derived(elementwise.maximum(this.node, operandOf(other)));
  }

  /** The smaller of the two; NaN if either is. */
  minimum(other: TensorLike): Tensor {
    return this.derived(elementwise.minimum(this.node, operandOf(other)));
  }

  /** x held between low and high. @example x.clip(0, undefined) */
  clip(low: TensorLike | undefined, high: TensorLike | undefined): Tensor {
    return this.derived(elementwise.clip(this.node, optional(low), optional(high)));
  }

  neg(): Tensor {
    return this.derived(elementwise.neg(this.node));
  }

  abs(): Tensor {
    return this.derived(elementwise.abs(this.node));
  }

  /** −1, 0 or 1. */
  sign(): Tensor {
    return this.derived(elementwise.sign(this.node));
  }

  /** x². */
  square(): Tensor {
    return this.derived(elementwise.square(this.node));
  }

  sqrt(): Tensor {
    return this.derived(elementwise.sqrt(this.node));
  }

  /** 1 / √x. */
  rsqrt(): Tensor {
    return this.derived(elementwise.rsqrt(this.node));
  }

  /** 1 / x. */
  reciprocal(): Tensor {
    return this.derived(elementwise.reciprocal(this.node));
  }

  floor(): Tensor {
    return this.derived(elementwise.floor(this.node));
  }

  ceil(): Tensor {
    return this.derived(elementwise.ceil(this.node));
  }

  /** To the nearest whole number, halves to the even one. */
  round(): Tensor {
    return this.derived(elementwise.round(this.node));
  }

  // Functions of one variable; integers become float32

  exp(): Tensor {
    return this.derived(elementwise.exp(this.node));
  }

  /** eˣ − 1, accurate near 0. */
  expm1(): Tensor {
    return this.derived(elementwise.expm1(this.node));
  }

  /** The natural logarithm. */
  log(): Tensor {
    return this.derived(elementwise.log(this.node));
  }

  /** log(1 + x), accurate near 0. */
  log1p(): Tensor {
    return this.derived(elementwise.log1p(this.node));
  }

  sin(): Tensor {
    return this.derived(elementwise.sin(this.node));
  }

  cos(): Tensor {
    return this.derived(elementwise.cos(this.node));
  }

  tan(): Tensor {
    return this.derived(elementwise.tan(this.node));
  }

  tanh(): Tensor {
    return this.derived(elementwise.tanh(this.node));
  }

  /** 2/√π ∫₀ˣ e⁻ᵗ² dt. */
  erf(): Tensor {
    return this.derived(elementwise.erf(this.node));
  }

  /** 1 / (1 + e⁻ˣ). */
  sigmoid(): Tensor {
    return this.derived(activations.sigmoid(this.node));
  }

  /** max(x, 0). */
  relu(): Tensor {
    return this.derived(activations.relu(this.node));
  }

  /** x · Φ(x); exact, or `{ approximate: 'tanh' }`. */
  gelu(options?: activations.GeluOptions): Tensor {
    return this.derived(activations.gelu(this.node, options));
  }

  /** x · sigmoid(x). */
  silu(): Tensor {
    return this.derived(activations.silu(this.node));
  }

  /** log(1 + eˣ). */
  softplus(): Tensor {
    return this.derived(activations.softplus(this.node));
  }

  // Comparison and logic: bool out

  less(other: TensorLike): Tensor {
    return this.derived(elementwise.less(this.node, operandOf(other)));
  }

  lessEqual(other: TensorLike): Tensor {
    return this.derived(elementwise.lessEqual(this.node, operandOf(other)));
  }

  greater(other: TensorLike): Tensor {
    return this.derived(elementwise.greater(this.node, operandOf(other)));
  }

  greaterEqual(other: TensorLike): Tensor {
    return this.derived(elementwise.greaterEqual(this.node, operandOf(other)));
  }

  equal(other: TensorLike): Tensor {
    return this.derived(elementwise.equal(this.node, operandOf(other)));
  }

  notEqual(other: TensorLike): Tensor {
    return this.derived(elementwise.notEqual(this.node, operandOf(other)));
  }

  isNaN(): Tensor {
    return this.derived(elementwise.isNaN(this.node));
  }

  isFinite(): Tensor {
    return this.derived(elementwise.isFinite(this.node));
  }

  logicalAnd(other: TensorLike): Tensor {
    return this.derived(elementwise.logicalAnd(this.node, operandOf(other)));
  }

  logicalOr(other: TensorLike): Tensor {
    return this.derived(elementwise.logicalOr(this.node, operandOf(other)));
  }

  logicalNot(): Tensor {
    return this.derived(elementwise.logicalNot(this.node));
  }

  /** Integers and bool. */
  bitwiseAnd(other: TensorLike): Tensor {
    return this.derived(elementwise.bitwise('and', this.node, operandOf(other)));
  }

  bitwiseOr(other: TensorLike): Tensor {
    return this.derived(elementwise.bitwise('or', this.node, operandOf(other)));
  }

  bitwiseXor(other: TensorLike): Tensor {
    return this.derived(elementwise.bitwise('xor', this.node, operandOf(other)));
  }

  leftShift(bits: TensorLike): Tensor {
    return this.derived(elementwise.leftShift(this.node, operandOf(bits)));
  }

  /** Zeros come in from the left, as with >>>. */
  rightShift(bits: TensorLike): Tensor {
    return this.derived(elementwise.rightShift(this.node, operandOf(bits)));
  }

  /** To another dtype: float → int truncates toward zero, anything → bool is `≠ 0`. */
  cast(dtype: DType): Tensor {
    return this.derived(cast(this.node, dtype));
  }

  /** The same value, through which no gradient flows. */
  detach(): Tensor {
    return this.derived(detach(this.node));
  }
}

function optional(x: TensorLike | undefined): Operand | undefined {
  return x === undefined ? undefined : operandOf(x);
}
