/**
 * Loop nests: what the scheduler makes and the emitters read. Vector code with structured loops, all sizes known:
 * every loop has a constant trip count, every address is a constant plus a multiple of each surrounding loop's counter. Registers are
 * virtual, typed, mutable and hold `lanes` elements each. An emitter chooses instructions and real registers, nothing else; the
 * interpreter (interpret.ts) says what everything means.
 */

/** What a register holds, `nest.lanes` of them. A mask is an i32 register with −1 (true) or 0 in each lane. */
export type Lane = 'f32' | 'f64' | 'i32' | 'i64';

export const laneBytes = { f32: 4, f64: 8, i32: 4, i64: 8 } as const satisfies Record<Lane, number>;

/** How an element lies in memory. Bytes and 16-bit words are extended into an i32 register by a load, i with their sign and u with zeros, and cut off by a store. */
export type Element = 'f32' | 'f64' | 'i64' | 'i32' | 'i16' | 'u16' | 'i8' | 'u8';

export const elementBytes = {
  f32: 4,
  f64: 8,
  i64: 8,
  i32: 4,
  i16: 2,
  u16: 2,
  i8: 1,
  u8: 1,
} as const satisfies Record<Element, number>;

/** The register an element is loaded into. */
export const laneOf = {
  f32: 'f32',
  f64: 'f64',
  i64: 'i64',
  i32: 'i32',
  i16: 'i32',
  u16: 'i32',
  i8: 'i32',
  u8: 'i32',
} as const satisfies Record<Element, Lane>;

/** An index into `nest.registers`. */
export type Register = number;

/** An index into `nest.slots`. */
export type Slot = number;

/** constant + Σ by · (counter of loop): an integer that follows the loops around it. */
export interface Walk {
  readonly constant: number;
  readonly terms: readonly { readonly loop: number; readonly by: number }[];
}

/** Lane l is at element `at + l · step` of the slot. step 1: contiguous; 0: one element in every lane; else strided (may be negative). */
export interface Access {
  readonly slot: Slot;
  readonly at: Walk;
  readonly step: number;
  /** How many lanes, from the first, are touched; a load leaves 0 in the others. */
  readonly active: number;
}

/** Two operands of one lane type, result of the same type. */
export type ArithmeticOp =
  /** Integers wrap; there is no division of them. */
  | 'add'
  | 'sub'
  | 'mul'
  | 'div'
  /**
   * Floats: a · 2^b, b a whole number from −126 to 128 (f32) or −1022 to 1024 (f64), NaN where a or b is NaN (other b: unspecified).
   * As if (a + a) · 2^(b − 1) with 2^(b − 1) flushed to 0 when denormal, so b = −126 (−1022) may give 0 or the true value.
   */
  | 'scale'
  /** a > b ? a : b, so b where either is NaN. */
  | 'max'
  /** a < b ? a : b, so b where either is NaN. */
  | 'min'
  /** Integers only (masks too). */
  | 'and'
  | 'or'
  | 'xor'
  /** ~a & b */
  | 'andnot'
  /** Integers, count in each lane of b, taken modulo 32 (i64: 64). */
  | 'shl'
  | 'shr'
  | 'sar';

/** Two operands of one type, result a mask. Floats: all but `ne` are false on NaN. */
export type CompareOp = 'lt' | 'le' | 'eq' | 'ne';

export type UnaryOp =
  | 'neg'
  | 'abs'
  | 'sqrt'
  | 'floor'
  | 'trunc'
  | 'nearest'
  /** Floats: floor(log2 a) of a positive normal number, as a float (of anything else: unspecified). */
  | 'exponent'
  /** Floats: a / 2^exponent(a) in [1, 2) of a positive normal number (of anything else: unspecified). */
  | 'mantissa';

/**
 * Source type → result type. Floats to integers truncate toward zero (out of range or NaN: unspecified), i64>i32 takes the low bits. bits: f32 ↔ i32, the same bits.
 * f16 stands for an i32 register that holds the bits of a float16 (0 to 65535).
 */
export type ConvertOp =
  | 'f32>i32'
  | 'i32>f32'
  | 'f32>f64'
  | 'f64>f32'
  | 'i32>f64'
  | 'f64>i32'
  | 'f16>f32'
  | 'f32>f16'
  | 'i32>i64'
  | 'i64>i32'
  | 'i64>f32'
  | 'i64>f64'
  | 'f64>i64'
  | 'bits';

export type Value =
  /** The same number in every lane. */
  | { readonly op: 'splat'; readonly value: number }
  /** i32: −1 in the first `active` lanes, 0 in the others. */
  | { readonly op: 'mask'; readonly active: number }
  /** i32: lane l is walk + l · step. */
  | { readonly op: 'index'; readonly walk: Walk; readonly step: number }
  | { readonly op: 'load'; readonly element: Element; readonly access: Access }
  /** Lane l is element `at + index[l] · scale` of the slot; `index` is i32. Lanes from `active` on are 0. uniform: every lane of index is the same. */
  | {
      readonly op: 'gather';
      readonly element: Element;
      readonly slot: Slot;
      readonly at: Walk;
      readonly index: Register;
      readonly scale: number;
      /** Elements between lanes beside the index: the address of lane l is at + index[l] · scale + l · step. */
      readonly step: number;
      readonly active: number;
      readonly uniform: boolean;
    }
  | { readonly op: 'copy'; readonly a: Register }
  | { readonly op: ArithmeticOp; readonly a: Register; readonly b: Register }
  | { readonly op: CompareOp; readonly a: Register; readonly b: Register }
  | { readonly op: UnaryOp; readonly a: Register }
  | { readonly op: ConvertOp; readonly a: Register }
  /** a · b + c for fma, c − a · b for fnma; rounded once where the machine can, else twice. */
  | { readonly op: 'fma' | 'fnma'; readonly a: Register; readonly b: Register; readonly c: Register }
  /** mask ? a : b per lane. a and b may be of any one lane type. */
  | { readonly op: 'select'; readonly mask: Register; readonly a: Register; readonly b: Register }
  /**
   * Within every group of lanes (16 bytes, or all lanes if they are fewer): the first (zipHigh: the second) halves of the groups of a and b,
   * `unit` lanes of one and of the other in turn.
   */
  | { readonly op: 'zipLow' | 'zipHigh'; readonly a: Register; readonly b: Register; readonly unit: 1 | 2 }
  /** The groups of a with even (odd) numbers, then those of b. There are at least two. */
  | { readonly op: 'evenGroups' | 'oddGroups'; readonly a: Register; readonly b: Register }
  /** All lanes combined, the result in every lane. */
  | { readonly op: 'sumLanes' | 'maxLanes' | 'mulLanes'; readonly a: Register };

export type Statement =
  | { readonly kind: 'loop'; readonly loop: number; readonly count: number; readonly body: readonly Statement[] }
  | { readonly kind: 'set'; readonly target: Register; readonly value: Value }
  | { readonly kind: 'store'; readonly element: Element; readonly access: Access; readonly source: Register }
  /** For each active lane in order: element at + index[l] · scale + l · step of the slot += source[l]. Lanes may hit the same element. */
  | {
      readonly kind: 'accumulate';
      readonly element: Element;
      readonly slot: Slot;
      readonly at: Walk;
      readonly index: Register;
      readonly scale: number;
      readonly step: number;
      readonly active: number;
      readonly source: Register;
    };

/** Lanes in a group of 16 bytes, the unit of zips. */
export function lanesPerGroup(lane: Lane, lanes: number): number {
  return Math.min(lanes, 16 / laneBytes[lane]);
}

export interface Nest {
  /** For people: what it computes. */
  readonly name: string;
  /** Elements per register. A nest that touches f64 or i64 has half the lanes of one that does not. */
  readonly lanes: number;
  /** The memory it touches; the plan binds each slot to a buffer. */
  readonly slots: readonly { readonly element: Element; readonly access: 'read' | 'write' | 'readwrite' }[];
  readonly registers: readonly Lane[];
  readonly body: readonly Statement[];
  /**
   * True: body is `set`s (every thread runs them) and then one loop, whose iterations may run in any order and on several threads
   * at once; none reads a register that another set.
   */
  readonly parallel: boolean;
  /** Rough cost in floating-point operations or elements moved; small nests stay on one thread. */
  readonly work: number;
}
