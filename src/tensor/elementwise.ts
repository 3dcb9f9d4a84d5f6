/**
 * Elementwise arithmetic, comparison and logic, composed from the primitives. Nodes in, a node out; integers become
 * float32 where the function needs it.
 */
import { DTypeError, raise } from '../base/errors.ts';
import { broadcastShapes } from '../base/shape.ts';
import { binary, cast, constantValue, detach, unary, where as select } from '../ir/build.ts';
import { infoOf, isFloat, isUnsigned } from '../ir/dtype.ts';
import type { Node } from '../ir/node.ts';
import {
  asFloat,
  asNumber,
  broadcastTo,
  commonDType,
  isNumber,
  like,
  meet,
  meetAsFloats,
  meetAsNumbers,
  type Operand,
  toNode,
} from './operands.ts';

export function add(a: Operand, b: Operand): Node {
  return binary('add', ...meetAsNumbers('add', a, b));
}

export function sub(a: Operand, b: Operand): Node {
  const [x, y] = meetAsNumbers('sub', a, b);
  return binary('add', x, unary('neg', y));
}

export function mul(a: Operand, b: Operand): Node {
  return binary('mul', ...meetAsNumbers('mul', a, b));
}

/** a / b; integers give float32. */
export function div(a: Operand, b: Operand): Node {
  return binary('div', ...meetAsFloats('div', a, b));
}

/** ⌊a / b⌋; integers stay integers. */
export function floorDivide(a: Operand, b: Operand): Node {
  const [x, y] = meetAsNumbers('floorDivide', a, b);
  return isFloat(x.dtype) ? unary('floor', binary('div', x, y)) : binary('idiv', x, y);
}

/** a − ⌊a / b⌋ · b, with the sign of b. */
export function mod(a: Operand, b: Operand): Node {
  return binary('mod', ...meetAsNumbers('mod', a, b));
}

export function maximum(a: Operand, b: Operand): Node {
  return binary('max', ...meet('maximum', a, b));
}

export function minimum(a: Operand, b: Operand): Node {
  return smaller(...meet('minimum', a, b));
}

function smaller(x: Node, y: Node): Node {
  // Through max, so that NaN wins here as it does there; integers cannot all be negated, but have no NaN.
  if (isFloat(x.dtype)) return unary('neg', binary('max', unary('neg', x), unary('neg', y)));
  return select(binary('lt', x, y), x, y);
}

/** x held between low and high; either may be left out. */
export function clip(x: Node, low: Operand | undefined, high: Operand | undefined): Node {
  let result = x;
  if (low !== undefined) result = maximum(result, low);
  if (high !== undefined) result = minimum(result, high);
  return result;
}

export function neg(x: Node): Node {
  return unary('neg', asNumber(x));
}

export function abs(x: Node): Node {
  if (infoOf(x.dtype).lowest === 0) return x;
  return binary('max', unary('neg', x), x); // of equal ones the second is taken: 0 and not −0 for 0
}

/** −1, 0 or 1; NaN for NaN. */
export function sign(x: Node): Node {
  const number = asNumber(x);
  const zero = like(number, 0);
  const negative = isUnsigned(number.dtype) ? zero : select(binary('lt', number, zero), like(number, -1), number);
  return select(binary('lt', zero, number), like(number, 1), negative);
}

export function square(x: Node): Node {
  const number = asNumber(x);
  return binary('mul', number, number);
}

export function floor(x: Node): Node {
  return isFloat(x.dtype) ? unary('floor', x) : x;
}

export function ceil(x: Node): Node {
  return isFloat(x.dtype) ? unary('neg', unary('floor', unary('neg', x))) : x;
}

/** To the nearest whole number, halves to the even one, as NumPy does. */
export function round(x: Node): Node {
  if (!isFloat(x.dtype)) return x;
  const below = unary('floor', x);
  const rest = sub(x, below);
  const above = add(below, 1);
  const even = mul(unary('floor', mul(above, 0.5)), 2);
  const half = like(x, 0.5);
  return select(binary('lt', rest, half), below, select(binary('eq', rest, half), even, above));
}

export function exp(x: Node): Node {
  return unary('exp', asFloat(x));
}

export function log(x: Node): Node {
  return unary('log', asFloat(x));
}

/**
 * log(1 + x), accurate near 0: log(u) · x / (u − 1) with u = 1 + x, whose rounding error cancels in the quotient.
 * (Kahan; in HP-15C Advanced Functions Handbook, 1982.)
 */
export function log1p(input: Node): Node {
  const x = asFloat(input);
  const u = add(x, 1);
  const difference = sub(u, 1);
  const isTiny = binary('eq', difference, like(x, 0));
  const isExact = binary('eq', difference, x);
  const quotient = binary('div', x, select(isTiny, like(x, 1), difference));
  return select(isTiny, x, corrected(unary('log', u), quotient, isExact));
}

/** exp(x) − 1, accurate near 0: (u − 1) · x / log(u) with u = exp(x), the correction only where it matters. */
export function expm1(input: Node): Node {
  const x = asFloat(input);
  const u = unary('exp', x);
  const difference = sub(u, 1);
  const isTiny = binary('eq', difference, like(x, 0));
  const isFar = binary('lt', like(x, 0.5), abs(x));
  const logarithm = unary('log', select(isTiny, like(x, 2), u));
  return select(isTiny, x, corrected(difference, binary('div', x, logarithm), isFar));
}

/** x · factor with the gradient of x, as the factor only undoes a rounding error; x alone where that is exact. */
function corrected(x: Node, factor: Node, isExact: Node): Node {
  const error = sub(binary('mul', x, factor), x);
  return binary('add', x, detach(select(isExact, like(x, 0), error)));
}

export function sqrt(x: Node): Node {
  return unary('sqrt', asFloat(x));
}

/** 1 / √x. */
export function rsqrt(x: Node): Node {
  return div(1, sqrt(x));
}

/** 1 / x. */
export function reciprocal(x: Node): Node {
  return div(1, x);
}

export function sin(x: Node): Node {
  return unary('sin', asFloat(x));
}

/** cos x = 1 − 2 sin²(x / 2): halving is exact, where x + π/2 would lose the low bits of x. */
export function cos(x: Node): Node {
  const half = unary('sin', mul(asFloat(x), 0.5));
  return sub(1, mul(mul(half, half), 2));
}

export function tan(x: Node): Node {
  return div(sin(x), cos(x));
}

export function tanh(x: Node): Node {
  return unary('tanh', asFloat(x));
}

export function erf(x: Node): Node {
  return unary('erf', asFloat(x));
}

/**
 * aᵇ. Whole numbers and ±½ written in the program become products and roots; otherwise exp(b · log |a|), with the sign that
 * a whole b asks for, NaN for a negative a and a fraction b. Integers to a power known to be whole stay integers.
 */
export function pow(a: Operand, b: Operand): Node {
  const exponent = isNumber(b) ? Number(b) : constantValue(b);
  if (!isNumber(a) && exponent !== undefined) {
    const shape = isNumber(b) ? a.shape : broadcastShapes('pow', a.shape, b.shape);
    const known = knownPower(a, exponent);
    if (known !== undefined) return broadcastTo(cast(known, commonDType(known, b)), shape);
  }
  const dtype = commonDType(a, b);
  if (isFloat(dtype)) return generalPower(...meet('pow', a, b));
  return integerPower(...meet('pow', a, b, dtype === 'bool' ? 'int32' : dtype));
}

/** Powers by multiplication up to this one: more products than this cost more than exp and log. */
const LARGEST_PRODUCT = 64;

function knownPower(a: Node, exponent: number): Node | undefined {
  const x = asNumber(a);
  if (exponent === 0.5) return sqrt(x);
  if (exponent === -0.5) return rsqrt(x);
  if (!Number.isInteger(exponent) || Math.abs(exponent) > LARGEST_PRODUCT) return undefined;
  if (exponent < 0) return reciprocal(repeatedProduct(asFloat(x), -exponent));
  return repeatedProduct(x, exponent);
}

/** xⁿ by squaring. */
function repeatedProduct(x: Node, n: number): Node {
  let result: Node | undefined;
  let factor = x;
  for (let rest = n; rest > 0; rest >>= 1) {
    if (rest & 1) result = result === undefined ? factor : binary('mul', result, factor);
    if (rest > 1) factor = binary('mul', factor, factor);
  }
  return result ?? like(x, 1);
}

/** aᵇ of integers by squaring, wrapping as products do; for b below 0 what 1 / aᵇ is without its fraction. */
function integerPower(a: Node, b: Node): Node {
  const [zero, one] = [like(a, 0), like(a, 1)];
  let result = one;
  let factor = a;
  const { bytes, lowest } = infoOf(a.dtype);
  const bits = lowest === 0 ? 8 * bytes : 8 * bytes - 1;
  for (let k = 0; k < bits; k++) {
    const isSet = binary('eq', binary('and', binary('shr', b, like(b, k)), one), one);
    result = binary('mul', result, select(isSet, factor, one));
    factor = binary('mul', factor, factor);
  }
  if (lowest === 0) return result;
  const isUnit = either(binary('eq', a, one), binary('eq', a, like(a, -1)));
  const isOdd = binary('eq', binary('and', b, one), one);
  const inverse = select(isUnit, select(isOdd, a, one), zero);
  return select(binary('lt', b, zero), inverse, result);
}

function generalPower(a: Node, b: Node): Node {
  const zero = like(a, 0);
  const isZero = binary('eq', a, zero);
  // log 0 is kept out of the graph: its gradient would turn 0 · ∞ into NaN.
  const safe = select(isZero, like(a, 1), abs(a));
  const magnitude = unary('exp', binary('mul', b, unary('log', safe)));
  const isWhole = binary('eq', unary('floor', b), b);
  const isOdd = binary('eq', abs(mod(b, 2)), like(a, 1));
  const atFraction = select(binary('eq', a, like(a, -Infinity)), magnitude, like(a, NaN));
  const negative = select(isWhole, select(isOdd, unary('neg', magnitude), magnitude), atFraction);
  const signed = select(binary('lt', a, zero), negative, magnitude);
  const atZero = select(binary('lt', zero, b), zero, select(binary('eq', b, zero), like(a, 1), like(a, Infinity)));
  // 0 · ∞ is NaN in the exponent: x⁰ = 1 for every x, 1ʸ = 1 for every y, and so is (−1)^±∞.
  const isUnit = either(
    both(binary('eq', b, zero), not(isFinite(a))),
    both(binary('eq', safe, like(a, 1)), not(isFinite(b)), either(binary('eq', a, like(a, 1)), not(isNaN(b)))),
  );
  return select(isZero, atZero, select(isUnit, like(a, 1), signed));
}

function both(...conditions: readonly Node[]): Node {
  return conditions.reduce((a, b) => binary('and', a, b));
}

function either(a: Node, b: Node): Node {
  return binary('or', a, b);
}

// Comparison: bool out, false where either is NaN (notEqual: true)

export function less(a: Operand, b: Operand): Node {
  return binary('lt', ...meet('less', a, b));
}

export function greater(a: Operand, b: Operand): Node {
  const [x, y] = meet('greater', a, b);
  return binary('lt', y, x);
}

export function lessEqual(a: Operand, b: Operand): Node {
  return atMost(...meet('lessEqual', a, b));
}

export function greaterEqual(a: Operand, b: Operand): Node {
  const [x, y] = meet('greaterEqual', a, b);
  return atMost(y, x);
}

function atMost(x: Node, y: Node): Node {
  if (!isFloat(x.dtype)) return not(binary('lt', y, x));
  return binary('or', binary('lt', x, y), binary('eq', x, y));
}

export function equal(a: Operand, b: Operand): Node {
  return binary('eq', ...meet('equal', a, b));
}

export function notEqual(a: Operand, b: Operand): Node {
  return not(equal(a, b));
}

export function isNaN(x: Node): Node {
  return not(binary('eq', x, x));
}

export function isFinite(x: Node): Node {
  if (!isFloat(x.dtype)) return like({ shape: x.shape, dtype: 'bool' }, 1);
  return binary('lt', abs(x), like(x, Infinity));
}

// Logic: any dtype in (true where it is not 0), bool out

export function logicalAnd(a: Operand, b: Operand): Node {
  return binary('and', ...meet('logicalAnd', truth(a), truth(b)));
}

export function logicalOr(a: Operand, b: Operand): Node {
  return binary('or', ...meet('logicalOr', truth(a), truth(b)));
}

export function logicalNot(x: Node): Node {
  return not(cast(x, 'bool'));
}

function truth(x: Operand): Operand {
  return isNumber(x) ? Boolean(x) : cast(x, 'bool');
}

function not(x: Node): Node {
  return binary('xor', x, like(x, 1));
}

/** True where exactly one of the two is; for bool only the lowest bit counts. */
export function bitwise(op: 'and' | 'or' | 'xor', a: Operand, b: Operand): Node {
  return binary(op, ...meet(op, a, b));
}

/** a · 2ᵇ for integers. */
export function leftShift(a: Operand, b: Operand): Node {
  return binary('shl', ...meetAsNumbers('leftShift', a, b));
}

/** Zeros come in from the left, as with >>>. */
export function rightShift(a: Operand, b: Operand): Node {
  return binary('shr', ...meetAsNumbers('rightShift', a, b));
}

/** a where the condition is true (not 0), else b. All three broadcast. */
export function where(condition: Node, a: Operand, b: Operand): Node {
  const dtype = commonDType(a, b);
  const x = toNode(a, dtype);
  const y = toNode(b, dtype);
  const shape = broadcastShapes('where', condition.shape, broadcastShapes('where', x.shape, y.shape));
  return select(broadcastTo(cast(condition, 'bool'), shape), broadcastTo(x, shape), broadcastTo(y, shape));
}

/** The bits of every element turned around: the largest becomes the smallest. Integers and bool. */
export function inverted(x: Node): Node {
  if (isFloat(x.dtype))
    raise(new DTypeError(`inverted: expected an integer, got ${x.dtype}; convert with .cast('int32')`));
  return binary('xor', x, like(x, infoOf(x.dtype).lowest === 0 ? infoOf(x.dtype).highest : -1));
}
