/**
 * Activation functions, each composed so that neither it nor its gradient overflows anywhere.
 */
import { binary, unary, where } from '../ir/build.ts';
import type { Node } from '../ir/node.ts';
import { add, div, log1p, mul } from './elementwise.ts';
import { asFloat, asNumber, like } from './operands.ts';

/** max(x, 0); its gradient at 0 is 0. */
export function relu(x: Node): Node {
  const number = asNumber(x);
  return binary('max', number, like(number, 0));
}

/**
 * 1 / (1 + e⁻ˣ), as e⁻|ˣ| over 1 + e⁻|ˣ| for negative x, so that the exponential never overflows.
 */
export function sigmoid(input: Node): Node {
  const x = asFloat(input);
  const isNegative = binary('lt', x, like(x, 0));
  const decay = unary('exp', where(isNegative, x, unary('neg', x)));
  return div(where(isNegative, decay, like(x, 1)), add(decay, 1));
}

/** log(1 + eˣ) = max(x, 0) + log(1 + e⁻|ˣ|). */
export function softplus(input: Node): Node {
  const x = asFloat(input);
  const isNegative = binary('lt', x, like(x, 0));
  const decay = unary('exp', where(isNegative, x, unary('neg', x)));
  return add(where(isNegative, like(x, 0), x), log1p(decay));
}

/** x · sigmoid(x), also called swish. */
export function silu(x: Node): Node {
  return mul(x, sigmoid(x));
}

export interface GeluOptions {
  /** 'tanh': ½x(1 + tanh(√(2/π)(x + 0.044715x³))), as GPT-2 has it. Default: the exact form by erf. */
  readonly approximate?: 'none' | 'tanh';
}

/** x · Φ(x) = ½x(1 + erf(x / √2)). */
export function gelu(input: Node, { approximate = 'none' }: GeluOptions = {}): Node {
  const x = asFloat(input);
  const inner =
    approximate === 'none'
      ? unary('erf', mul(x, Math.SQRT1_2))
      : unary('tanh', mul(add(x, mul(mul(mul(x, x), x), 0.044715)), Math.sqrt(2 / Math.PI)));
  return mul(mul(x, 0.5), add(inner, 1));
}
