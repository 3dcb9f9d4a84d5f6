/**
 * Elementwise primitives as nest values: one rule per op, over registers that hold dtypes as element.ts says. Longer expansions are in math/.
 */
import { dtypes, isFloat } from '../ir/dtype.ts';
import type { DType } from '../ir/dtype.ts';
import type { ElementwiseOp } from '../ir/op.ts';
import type { NestBuilder } from './builder.ts';
import { laneOfDType } from './element.ts';
import { cast, wrapInteger } from './math/cast.ts';
import {
  divideIntegers,
  divideSmallIntegers,
  divideWideIntegers,
  remainderOf,
  remainderOfFloats,
} from './math/division.ts';
import { erf } from './math/erf.ts';
import { exp } from './math/exp.ts';
import { log } from './math/log.ts';
import { sin } from './math/sin.ts';
import { tanh } from './math/tanh.ts';
import { threefry } from './math/threefry.ts';
import type { ArithmeticOp, Register } from './nest.ts';

/** Which word of threefry an op wants. */
export type Word = 'first' | 'second' | 'xor';

/**
 * The value of an elementwise op, set in the nest as far out as its operands allow.
 * @param from the dtype of the last operand   @param to the dtype of the result
 * @returns a register that may be an operand itself (a cast between dtypes that registers hold alike)
 */
export function expandOp(
  b: NestBuilder,
  op: ElementwiseOp,
  from: DType,
  to: DType,
  args: readonly Register[],
  word: Word = 'first',
): Register {
  if (args.length !== arity(op)) throw new Error(`bug: ${op} takes ${arity(op)} operands, got ${args.length}`);
  return rules[op](b, { args: [args[0]!, args[1] ?? args[0]!, args[2] ?? args[0]!], from, to, word });
}

/** Whether an expansion uses f64 registers that its operands and its result do not: the nest then has half the lanes. */
export function needsF64(op: ElementwiseOp, from: DType): boolean {
  return (op === 'idiv' || op === 'mod') && from === 'int32';
}

interface Operands {
  /** Operands past the op's arity repeat the first. */
  readonly args: readonly [Register, Register, Register];
  readonly from: DType;
  readonly to: DType;
  readonly word: Word;
}

type Rule = (b: NestBuilder, operands: Operands) => Register;

function arity(op: ElementwiseOp): number {
  return op === 'where' || op === 'threefry' ? 3 : unaryOps.has(op) ? 1 : 2;
}

const unaryOps: ReadonlySet<ElementwiseOp> = new Set([
  'neg',
  'exp',
  'log',
  'sin',
  'sqrt',
  'floor',
  'tanh',
  'erf',
  'cast',
  'bitcast',
]);

const rules: Record<ElementwiseOp, Rule> = {
  neg: (b, { args: [x], from }) => {
    if (isFloat(from)) return b.unary('neg', x);
    return wrapInteger(b, from, b.binary('sub', b.splat(b.laneOf(x), 0), x));
  },
  exp: (b, { args: [x] }) => exp(b, x),
  log: (b, { args: [x] }) => log(b, x),
  sin: (b, { args: [x] }) => sin(b, x),
  sqrt: (b, { args: [x] }) => b.unary('sqrt', x),
  floor: (b, { args: [x] }) => b.unary('floor', x),
  tanh: (b, { args: [x] }) => tanh(b, x),
  erf: (b, { args: [x] }) => erf(b, x),
  cast: (b, { args: [x], from, to }) => cast(b, from, to, x),
  bitcast: (b, { args: [x], from, to }) => (laneOfDType[from] === laneOfDType[to] ? x : b.convert('bits', x)),

  add: arithmetic('add'),
  mul: arithmetic('mul'),
  div: arithmetic('div'),
  idiv: (b, { args: [x, y], from }) => wrapInteger(b, from, quotient(b, from, x, y)),
  mod: (b, { args: [x, y], from }) => {
    if (isFloat(from)) return remainderOfFloats(b, x, y);
    if (from === 'int64') return divideWideIntegers(b, x, y).remainder;
    return remainderOf(b, x, y, quotient(b, from, x, y));
  },
  max: (b, { args: [x, y], from }) => {
    if (from === 'bool') return b.binary('or', x, y);
    const larger = b.binary('max', x, y);
    // The nest's max already gives y where either is NaN, so only a NaN in x is missing.
    return isFloat(from) ? b.select(b.compare('ne', x, x), x, larger) : larger;
  },
  // Masks are −1 and 0, so the order of bools is not theirs.
  lt: (b, { args: [x, y], from }) => (from === 'bool' ? b.binary('andnot', x, y) : b.compare('lt', x, y)),
  eq: (b, { args: [x, y] }) => b.compare('eq', x, y),
  and: (b, { args: [x, y] }) => b.binary('and', x, y),
  or: (b, { args: [x, y] }) => b.binary('or', x, y),
  xor: (b, { args: [x, y] }) => b.binary('xor', x, y),
  shl: (b, { args: [x, y], from }) => wrapInteger(b, from, inRange(b, from, y, b.binary('shl', x, y))),
  shr: (b, { args: [x, y], from }) => {
    const { bytes } = dtypes[from];
    const bits = bytes >= 4 ? x : b.binary('and', x, b.splat('i32', 2 ** (8 * bytes) - 1));
    return wrapInteger(b, from, inRange(b, from, y, b.binary('shr', bits, y)));
  },

  where: (b, { args: [mask, x, y] }) => b.select(mask, x, y),
  threefry: (b, { args: [k0, k1, c], word }) => {
    const [first, second] = threefry(b, k0, k1, c);
    return word === 'first' ? first : word === 'second' ? second : b.binary('xor', first, second);
  },
};

function arithmetic(op: ArithmeticOp): Rule {
  return (b, { args: [x, y], from }) => wrapInteger(b, from, b.binary(op, x, y));
}

function quotient(b: NestBuilder, dtype: DType, x: Register, y: Register): Register {
  if (dtype === 'int64') return divideWideIntegers(b, x, y).quotient;
  return dtypes[dtype].bytes < 4 ? divideSmallIntegers(b, x, y) : divideIntegers(b, x, y);
}

/** A shifted value where the count is below the number of bits, else 0. */
function inRange(b: NestBuilder, dtype: DType, count: Register, shifted: Register): Register {
  const bits = 8 * dtypes[dtype].bytes;
  const known = b.constantOf(count);
  if (known !== undefined && known >= 0 && known < bits) return shifted;
  const lane = b.laneOf(count);
  const beyond = b.binary('and', count, b.splat(lane, -bits));
  return b.select(b.compare('eq', beyond, b.splat(lane, 0)), shifted, b.splat(lane, 0));
}
