/**
 * THE list of primitives: each op with its attributes. Rule tables elsewhere are `Record<Op, …>`, so an op added here makes
 * the compiler list every file that owes a rule. What an op means is said here once; `evaluate` (runtime/reference) is the same in code.
 */
import type { Leaf } from './leaf.ts';
import { type DType, dtypesWhere } from './dtype.ts';
import type { CustomGradient, Rerun } from './custom.ts';
import type { RoutineCall } from './routine.ts';
import type { Loop } from './loop.ts';

/** Nothing beyond the inputs. */
type None = Readonly<Record<never, never>>;

export interface Attributes {
  // Leaves
  /** Every element is `value`. */
  const: { readonly value: number };
  /** Element = its index along `axis` (int32). */
  iota: { readonly axis: number };
  /** A value that storage holds already. */
  buffer: { readonly leaf: Leaf };
  /** The `index`-th input of a captured program. */
  param: { readonly index: number };

  // Unary, elementwise
  neg: None;
  exp: None;
  log: None;
  sin: None;
  sqrt: None;
  floor: None;
  tanh: None;
  erf: None;
  /**
   * To the node's dtype, as `convert` in dtype.ts says. Loose: made by arithmetic whose result is to be kept in 16 bits; what is computed from it
   * may start from the value before it was rounded.
   */
  cast: { readonly isLoose: boolean };
  /** The same bits as another dtype of the same width (float32 ↔ int32). */
  bitcast: None;

  // Binary, elementwise: operands of one dtype and one shape
  add: None;
  mul: None;
  /** Floats only. */
  div: None;
  /** Integers: floor(a / b); 0 where b is 0. */
  idiv: None;
  /** a − floor(a / b) · b, the sign of b; integers give 0 where b is 0. */
  mod: None;
  /** NaN if either is NaN. */
  max: None;
  /** → bool. */
  lt: None;
  /** → bool. */
  eq: None;
  and: None;
  or: None;
  xor: None;
  /** 0 where b is not from 0 to the dtype's number of bits − 1. */
  shl: None;
  /** Logical: zeros come in from the left; 0 where b is not from 0 to the dtype's number of bits − 1. */
  shr: None;

  // Ternary, elementwise
  /** (bool, a, b) → a where true, else b. */
  where: None;
  /** Threefry-2x32-20 of key (k0, k1) and counter (0, c), all int32: the first word, the second, or their xor. */
  threefry: { readonly word: 'first' | 'second' | 'xor' };

  // Reductions: the axes are removed
  sum: { readonly axes: readonly number[] };
  amax: { readonly axes: readonly number[] };
  prod: { readonly axes: readonly number[] };

  // Movement: every output element is one input element (or a fill value)
  reshape: None;
  /** Output axis i is input axis `order[i]`. */
  permute: { readonly order: readonly number[] };
  /** Input axis i becomes output axis `axes[i]` (ascending), stretched if its size is 1; the other output axes are new. */
  expand: { readonly axes: readonly number[] };
  /** `low[i]` and `high[i]` elements of `value` around axis i, `interior[i]` between neighbours. */
  pad: {
    readonly low: readonly number[];
    readonly high: readonly number[];
    readonly interior: readonly number[];
    readonly value: number;
  };
  /** Along axis i: elements start[i] + j · step[i]. */
  shrink: { readonly start: readonly number[]; readonly step: readonly number[] };
  flip: { readonly axes: readonly number[] };
  /** Windows: out[… i …, … k …] = in[… i·stride + k·dilation …, … k …], i along `axis`, k along `window`. */
  slide: Slide;
  /** The adjoint of slide: out[… j …, … k …] = in[… (j − k·dilation) / stride …, … k …] where that is a whole number in range, else 0. */
  unslide: Slide;

  // Indexing along one axis by an int32 tensor
  /** (x, index) → out[… i …] = x[… index[… i …] …]; the index has the output's shape. */
  gather: { readonly axis: number };
  /** (values, index) → zeros with, for every element, out[… index[… i …] …] += values[… i …]. */
  scatterAdd: { readonly axis: number };

  // Structure
  /** The same value, cut off from gradients. */
  detach: None;
  /** The same value, stored: a border that fusion does not cross. */
  realize: None;
  /** (…values, …variables) → value number `result`, whose gradient goes to the variables as `rule` says and not to the value. */
  custom: { readonly rule: CustomGradient; readonly result: number };
  /** The same value; what is computed from it is not merged with what is computed from the value itself, or in another rerun. */
  barrier: { readonly rerun: Rerun };
  /** A whole-array algorithm that the host runs; what it takes and gives is in routine.ts. */
  routine: RoutineCall;

  // Loops
  /** A body repeated; its value is a tuple, whose members are its parts. What it takes and gives is in loop.ts. */
  scan: Loop;
  /** Output number `index` of a scan: a carry after the last turn, or the values of all turns stacked. */
  part: { readonly index: number };
}

export interface Slide {
  readonly axis: number;
  readonly window: number;
  readonly stride: number;
  readonly dilation: number;
}

export type Op = keyof Attributes;

export type UnaryOp = 'neg' | 'exp' | 'log' | 'sin' | 'sqrt' | 'floor' | 'tanh' | 'erf' | 'cast' | 'bitcast';
export type BinaryOp =
  'add' | 'mul' | 'div' | 'idiv' | 'mod' | 'max' | 'lt' | 'eq' | 'and' | 'or' | 'xor' | 'shl' | 'shr';
export type TernaryOp = 'where' | 'threefry';
export type ElementwiseOp = UnaryOp | BinaryOp | TernaryOp;
export type ReduceOp = 'sum' | 'amax' | 'prod';
export type MovementOp = 'reshape' | 'permute' | 'expand' | 'pad' | 'shrink' | 'flip' | 'slide' | 'unslide' | 'barrier';

export type OpFamily =
  'leaf' | 'unary' | 'binary' | 'ternary' | 'reduce' | 'movement' | 'indexing' | 'structure' | 'loop';

/** The family of every op; passes that treat a family alike look here instead of naming ops. */
export const families = {
  const: 'leaf',
  iota: 'leaf',
  buffer: 'leaf',
  param: 'leaf',
  neg: 'unary',
  exp: 'unary',
  log: 'unary',
  sin: 'unary',
  sqrt: 'unary',
  floor: 'unary',
  tanh: 'unary',
  erf: 'unary',
  cast: 'unary',
  bitcast: 'unary',
  add: 'binary',
  mul: 'binary',
  div: 'binary',
  idiv: 'binary',
  mod: 'binary',
  max: 'binary',
  lt: 'binary',
  eq: 'binary',
  and: 'binary',
  or: 'binary',
  xor: 'binary',
  shl: 'binary',
  shr: 'binary',
  where: 'ternary',
  threefry: 'ternary',
  sum: 'reduce',
  amax: 'reduce',
  prod: 'reduce',
  reshape: 'movement',
  permute: 'movement',
  expand: 'movement',
  pad: 'movement',
  shrink: 'movement',
  flip: 'movement',
  slide: 'movement',
  unslide: 'movement',
  gather: 'indexing',
  scatterAdd: 'indexing',
  detach: 'structure',
  realize: 'structure',
  custom: 'structure',
  barrier: 'movement',
  routine: 'structure',
  scan: 'loop',
  part: 'loop',
} as const satisfies Record<Op, OpFamily>;

/** Which dtypes an elementwise op takes. */
export const accepts = {
  float: dtypesWhere('float'),
  number: dtypesWhere('float', 'int'),
  integer: dtypesWhere('int'),
  bits: dtypesWhere('int', 'bool'),
  any: dtypesWhere('float', 'int', 'bool'),
} as const satisfies Record<string, readonly DType[]>;

export const operandDTypes = {
  neg: 'number',
  exp: 'float',
  log: 'float',
  sin: 'float',
  sqrt: 'float',
  floor: 'float',
  tanh: 'float',
  erf: 'float',
  cast: 'any',
  bitcast: 'any',
  add: 'number',
  mul: 'number',
  div: 'float',
  idiv: 'integer',
  mod: 'number',
  max: 'any',
  lt: 'any',
  eq: 'any',
  and: 'bits',
  or: 'bits',
  xor: 'bits',
  shl: 'integer',
  shr: 'integer',
  where: 'any',
  threefry: 'integer',
} as const satisfies Record<ElementwiseOp, keyof typeof accepts>;
