/**
 * Functions of single elements against NumPy, SciPy and JAX. A tolerance is the largest error measured on any device, rounded up; where a
 * function is good to fewer digits than its dtype has, the reason stands beside it.
 */
import * as fathom from '../../src/index.ts';
import type { Tensor } from '../../src/index.ts';
import { numberIn, type Options, replay, type Rule, type Tolerance } from './replay.ts';

type Unary = (x: Tensor) => Tensor;
type Binary = (x: Tensor, y: Tensor) => Tensor;

const one = (f: Unary, values?: Tolerance, more: Partial<Rule> = {}): Rule => ({
  answer: ([x]) => f(x!),
  ...(values && { values }),
  ...more,
});
const two = (f: Binary, values?: Tolerance, more: Partial<Rule> = {}): Rule => ({
  answer: ([x, y]) => f(x!, y!),
  ...(values && { values }),
  ...more,
});

const ulps = (count: number, double = count): Tolerance => ({ ulps: count, double });
/** Absolute up to 1: the value is a difference of numbers about that large. */
const absolute = (count: number, double = count): Tolerance => ({ ulps: count, double, floor: 1 });

const bound = (options: Options, key: string): number | undefined =>
  typeof options[key] === 'number' ? numberIn(options, key) : undefined;

replay('elementwise', {
  // Arithmetic
  add: two((x, y) => x.add(y)),
  sub: two((x, y) => x.sub(y)),
  mul: two((x, y) => x.mul(y)),
  div: two((x, y) => x.div(y)),
  maximum: two((x, y) => x.maximum(y)),
  minimum: two((x, y) => x.minimum(y)),
  floorDivide: two((x, y) => x.floorDivide(y)),
  mod: two((x, y) => x.mod(y), absolute(4)),
  remainder: two(fathom.remainder, absolute(8)),
  fmod: two(fathom.fmod, absolute(8)),
  divmod: { answer: ([x, y]) => fathom.divmod(x!, y!), values: absolute(8) },
  copysign: two(fathom.copysign, undefined, { signedZero: true }),
  heaviside: two(fathom.heaviside),
  fmax: two(fathom.fmax),
  fmin: two(fathom.fmin),
  hypot: two(fathom.hypot, ulps(2)),
  gcd: two(fathom.gcd),
  lcm: two(fathom.lcm),
  ldexp: two(fathom.ldexp),
  frexp: { answer: ([x]) => fathom.frexp(x!) },
  modf: { answer: ([x]) => fathom.modf(x!), signedZero: true },
  neg: one((x) => x.neg()),
  abs: one((x) => x.abs()),
  sign: one((x) => x.sign()),
  square: one((x) => x.square()),
  reciprocal: one((x) => x.reciprocal()),
  sqrt: one((x) => x.sqrt()),
  rsqrt: one((x) => x.rsqrt(), ulps(1)),

  // Rounding
  floor: one((x) => x.floor()),
  ceil: one((x) => x.ceil()),
  round: one((x) => x.round()),
  trunc: one(fathom.trunc),
  around: { answer: ([x], o) => fathom.around(x!, numberIn(o, 'decimals')), values: ulps(1) },
  nanToNum: { answer: ([x], options) => fathom.nanToNum(x!, options) },
  clip: { answer: ([x], options) => x!.clip(bound(options, 'low'), bound(options, 'high')) },

  // Powers, exponentials, logarithms
  pow: two((x, y) => x.pow(y), ulps(8)),
  powNumber: { answer: ([x], options) => x!.pow(numberIn(options, 'exponent')), values: ulps(4) },
  exp: one((x) => x.exp(), ulps(2)),
  expm1: one((x) => x.expm1(), ulps(4)),
  log: one((x) => x.log(), ulps(2)),
  log1p: one((x) => x.log1p(), ulps(4)),
  exp2: one(fathom.exp2, ulps(1, 2)),
  log2: one(fathom.log2, ulps(1, 3)),
  log10: one(fathom.log10, ulps(1, 3)),
  cbrt: one(fathom.cbrt, ulps(1, 2)),
  logaddexp: two(fathom.logaddexp, absolute(4)),
  logaddexp2: two(fathom.logaddexp2, absolute(4)),
  xlogy: two(fathom.xlogy, ulps(3)),
  xlog1py: two(fathom.xlog1py, ulps(4)),
  entr: one(fathom.entr, ulps(3)),
  relEntr: two(fathom.relEntr, absolute(4)),
  logit: one(fathom.logit, absolute(1, 4)),
  expit: one(fathom.expit, ulps(4)),
  logSigmoid: one(fathom.logSigmoid, ulps(4)),
  softplus: one((x) => x.softplus(), ulps(4)),

  // Angles. cos = 1 − 2 sin²(x / 2) is exact to the last place of 1, not of a value near 0.
  sin: one((x) => x.sin(), ulps(4)),
  cos: one((x) => x.cos(), absolute(2)),
  tan: one((x) => x.tan(), ulps(64)),
  asin: one(fathom.asin, ulps(1, 4)),
  acos: one(fathom.acos, ulps(1, 4)),
  atan: one(fathom.atan, ulps(1, 4)),
  atan2: two(fathom.atan2, ulps(1, 4), { signedZero: true }),
  sinh: one(fathom.sinh, ulps(1, 8)),
  cosh: one(fathom.cosh, ulps(1, 4)),
  tanh: one((x) => x.tanh(), ulps(4)),
  asinh: one(fathom.asinh, ulps(1, 4)),
  acosh: one(fathom.acosh, ulps(1, 4)),
  atanh: one(fathom.atanh, ulps(1, 4)),
  sinc: one(fathom.sinc, absolute(1, 4), { gradients: absolute(16) }),
  deg2rad: one(fathom.deg2rad, ulps(2)),
  rad2deg: one(fathom.rad2deg, ulps(2)),

  // Comparison and logic
  less: two((x, y) => x.less(y)),
  lessEqual: two((x, y) => x.lessEqual(y)),
  greater: two((x, y) => x.greater(y)),
  greaterEqual: two((x, y) => x.greaterEqual(y)),
  equal: two((x, y) => x.equal(y)),
  notEqual: two((x, y) => x.notEqual(y)),
  logicalAnd: two((x, y) => x.logicalAnd(y)),
  logicalOr: two((x, y) => x.logicalOr(y)),
  logicalXor: two(fathom.logicalXor),
  logicalNot: one((x) => x.logicalNot()),
  isNaN: one((x) => x.isNaN()),
  isFinite: one((x) => x.isFinite()),
  isInf: one(fathom.isInf),
  isPosInf: one(fathom.isPosInf),
  isNegInf: one(fathom.isNegInf),
  signbit: one(fathom.signbit),
  isClose: { answer: ([x, y], options) => fathom.isClose(x!, y!, options) },
  allClose: { answer: ([x, y], options) => fathom.allClose(x!, y!, options) },
  arrayEqual: two((x, y) => fathom.arrayEqual(x, y)),
  arrayEqualNaN: two((x, y) => fathom.arrayEqual(x, y, { equalNaN: true })),
  arrayEquiv: two(fathom.arrayEquiv),
  where: { answer: ([c, x, y]) => fathom.where(c!, x!, y!) },

  // Bits
  bitwiseAnd: two((x, y) => x.bitwiseAnd(y)),
  bitwiseOr: two((x, y) => x.bitwiseOr(y)),
  bitwiseXor: two((x, y) => x.bitwiseXor(y)),
  bitwiseNot: one(fathom.bitwiseNot),
  bitwiseCount: one(fathom.bitwiseCount),
  leftShift: two((x, y) => x.leftShift(y)),
  rightShift: two((x, y) => x.rightShift(y)),
  arithmeticRightShift: two(fathom.arithmeticRightShift),

  // Special functions
  erf: one((x) => x.erf(), ulps(3)),
  erfc: one(fathom.erfc, ulps(1, 8)),
  erfcx: one(fathom.erfcx, ulps(1, 8)),
  erfinv: one(fathom.erfinv, ulps(1, 8)),
  lgamma: one(fathom.lgamma, absolute(1, 32)),
  gamma: one(fathom.gamma, ulps(1, 64), { gradients: { ulps: 16, double: 128, floor: 'largest' } }),
  digamma: one(fathom.digamma, absolute(1, 16)),
  trigamma: one((x) => fathom.grad((v: Tensor) => fathom.digamma(v).sum())(x), ulps(2, 16)),
  betaln: two(fathom.betaln, absolute(1, 64)),
  i0: one(fathom.i0, ulps(1, 8)),
  // The gradient is the difference of I₁ and I₀, which are nearly equal far out.
  i0e: one(fathom.i0e, ulps(1, 8), { gradients: { ulps: 16, double: 256, floor: 'largest' } }),
});
