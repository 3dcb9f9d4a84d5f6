/**
 * The WebAssembly instructions the emitter uses: number and immediates of each, for the encoder and the printer alike.
 * Numbers from 0xfd00000 on are vector instructions: prefix byte 0xfd, then the rest as LEB128; those from 0xfc00000 on likewise after 0xfc.
 */

/** What follows an instruction's number. Memory access: alignment and offset; `memoryLane`: those, then a lane. */
export type Immediate =
  'none' | 'block' | 'label' | 'function' | 'local' | 'i32' | 'v128' | 'shuffle' | 'lane' | 'memory' | 'memoryLane';

interface OpcodeInfo {
  readonly code: number;
  readonly immediate: Immediate;
  /** log2 of the natural alignment of a memory access. */
  readonly align: number;
}

const saturatingBase = 0xfc00000;
const vectorBase = 0xfd00000;

function plain(code: number) {
  return { code, immediate: 'none', align: 0 } as const;
}
function vector(code: number) {
  return { code: vectorBase + code, immediate: 'none', align: 0 } as const;
}
function lane(code: number) {
  return { code: vectorBase + code, immediate: 'lane', align: 0 } as const;
}
function memory(code: number, align: number) {
  return { code, immediate: 'memory', align } as const;
}
function vectorMemory(code: number, align: number) {
  return { code: vectorBase + code, immediate: 'memory', align } as const;
}
function memoryLane(code: number, align: number) {
  return { code: vectorBase + code, immediate: 'memoryLane', align } as const;
}

export const opcodes = {
  block: { code: 0x02, immediate: 'block', align: 0 },
  loop: { code: 0x03, immediate: 'block', align: 0 },
  if: { code: 0x04, immediate: 'block', align: 0 },
  end: plain(0x0b),
  br: { code: 0x0c, immediate: 'label', align: 0 },
  br_if: { code: 0x0d, immediate: 'label', align: 0 },
  return: plain(0x0f),
  call: { code: 0x10, immediate: 'function', align: 0 },
  drop: plain(0x1a),
  'local.get': { code: 0x20, immediate: 'local', align: 0 },
  'local.set': { code: 0x21, immediate: 'local', align: 0 },
  'local.tee': { code: 0x22, immediate: 'local', align: 0 },

  'i32.load': memory(0x28, 2),
  'i64.load': memory(0x29, 3),
  'f32.load': memory(0x2a, 2),
  'f64.load': memory(0x2b, 3),
  'i32.load8_s': memory(0x2c, 0),
  'i32.load8_u': memory(0x2d, 0),
  'i32.load16_s': memory(0x2e, 1),
  'i32.load16_u': memory(0x2f, 1),
  'i32.store': memory(0x36, 2),
  'i64.store': memory(0x37, 3),
  'f32.store': memory(0x38, 2),
  'f64.store': memory(0x39, 3),
  'i32.store8': memory(0x3a, 0),
  'i32.store16': memory(0x3b, 1),

  'i32.const': { code: 0x41, immediate: 'i32', align: 0 },
  'i32.eqz': plain(0x45),
  'i32.le_s': plain(0x4c),
  'i32.add': plain(0x6a),
  'i32.sub': plain(0x6b),
  'i32.mul': plain(0x6c),
  'i32.shl': plain(0x74),
  'i32.shr_s': plain(0x75),
  'i32.shr_u': plain(0x76),
  'i64.add': plain(0x7c),
  'i64.shl': plain(0x86),
  'i64.shr_s': plain(0x87),
  'i64.shr_u': plain(0x88),
  'f32.convert_i64_s': plain(0xb4),
  'f64.convert_i64_s': plain(0xb9),
  'i64.trunc_sat_f64_s': plain(saturatingBase + 6),
  'f32.add': plain(0x92),
  'f64.add': plain(0xa0),

  'v128.load': vectorMemory(0x00, 4),
  'v128.load8_splat': vectorMemory(0x07, 0),
  'v128.load32_splat': vectorMemory(0x09, 2),
  'v128.load64_splat': vectorMemory(0x0a, 3),
  'v128.store': vectorMemory(0x0b, 4),
  'v128.const': { code: vectorBase + 0x0c, immediate: 'v128', align: 0 },
  'i8x16.shuffle': { code: vectorBase + 0x0d, immediate: 'shuffle', align: 0 },
  'i32x4.splat': vector(0x11),
  'f32x4.splat': vector(0x13),
  'f64x2.splat': vector(0x14),
  'i32x4.extract_lane': lane(0x1b),
  'i32x4.replace_lane': lane(0x1c),
  'i64x2.extract_lane': lane(0x1d),
  'i64x2.replace_lane': lane(0x1e),
  'f32x4.extract_lane': lane(0x1f),
  'f32x4.replace_lane': lane(0x20),
  'f64x2.extract_lane': lane(0x21),
  'f64x2.replace_lane': lane(0x22),

  'i32x4.eq': vector(0x37),
  'i32x4.ne': vector(0x38),
  'i32x4.lt_s': vector(0x39),
  'i32x4.le_s': vector(0x3d),
  'f32x4.eq': vector(0x41),
  'f32x4.ne': vector(0x42),
  'f32x4.lt': vector(0x43),
  'f32x4.le': vector(0x45),
  'f64x2.eq': vector(0x47),
  'f64x2.ne': vector(0x48),
  'f64x2.lt': vector(0x49),
  'f64x2.le': vector(0x4b),

  'v128.and': vector(0x4e),
  'v128.andnot': vector(0x4f),
  'v128.or': vector(0x50),
  'v128.xor': vector(0x51),
  'v128.bitselect': vector(0x52),

  'v128.load8_lane': memoryLane(0x54, 0),
  'v128.load16_lane': memoryLane(0x55, 1),
  'v128.load32_lane': memoryLane(0x56, 2),
  'v128.load64_lane': memoryLane(0x57, 3),
  'v128.store8_lane': memoryLane(0x58, 0),
  'v128.store16_lane': memoryLane(0x59, 1),
  'v128.store32_lane': memoryLane(0x5a, 2),
  'v128.store64_lane': memoryLane(0x5b, 3),
  'v128.load32_zero': vectorMemory(0x5c, 2),
  'v128.load64_zero': vectorMemory(0x5d, 3),

  'f32x4.demote_f64x2_zero': vector(0x5e),
  'f64x2.promote_low_f32x4': vector(0x5f),
  'f32x4.floor': vector(0x68),
  'f32x4.trunc': vector(0x69),
  'f32x4.nearest': vector(0x6a),
  'f64x2.floor': vector(0x75),
  'f64x2.trunc': vector(0x7a),
  'f64x2.nearest': vector(0x94),
  'i16x8.extend_low_i8x16_s': vector(0x87),
  'i16x8.extend_low_i8x16_u': vector(0x89),
  'i32x4.abs': vector(0xa0),
  'i32x4.neg': vector(0xa1),
  'i32x4.extend_low_i16x8_s': vector(0xa7),
  'i32x4.extend_low_i16x8_u': vector(0xa9),
  'i32x4.shl': vector(0xab),
  'i32x4.shr_s': vector(0xac),
  'i32x4.shr_u': vector(0xad),
  'i32x4.add': vector(0xae),
  'i32x4.sub': vector(0xb1),
  'i32x4.mul': vector(0xb5),
  'i32x4.min_s': vector(0xb6),
  'i32x4.max_s': vector(0xb8),
  'i64x2.extend_low_i32x4_s': vector(0xc7),
  'i64x2.neg': vector(0xc1),
  'i64x2.shl': vector(0xcb),
  'i64x2.shr_s': vector(0xcc),
  'i64x2.shr_u': vector(0xcd),
  'i64x2.add': vector(0xce),
  'i64x2.sub': vector(0xd1),
  'i64x2.mul': vector(0xd5),
  'i64x2.eq': vector(0xd6),
  'i64x2.ne': vector(0xd7),
  'i64x2.lt_s': vector(0xd8),
  'i64x2.le_s': vector(0xda),

  'f32x4.abs': vector(0xe0),
  'f32x4.neg': vector(0xe1),
  'f32x4.sqrt': vector(0xe3),
  'f32x4.add': vector(0xe4),
  'f32x4.sub': vector(0xe5),
  'f32x4.mul': vector(0xe6),
  'f32x4.div': vector(0xe7),
  'f32x4.pmin': vector(0xea),
  'f32x4.pmax': vector(0xeb),
  'f64x2.abs': vector(0xec),
  'f64x2.neg': vector(0xed),
  'f64x2.sqrt': vector(0xef),
  'f64x2.add': vector(0xf0),
  'f64x2.sub': vector(0xf1),
  'f64x2.mul': vector(0xf2),
  'f64x2.div': vector(0xf3),
  'f64x2.pmin': vector(0xf6),
  'f64x2.pmax': vector(0xf7),
  'i32x4.trunc_sat_f32x4_s': vector(0xf8),
  'f32x4.convert_i32x4_s': vector(0xfa),
  'i32x4.trunc_sat_f64x2_s_zero': vector(0xfc),
  'f64x2.convert_low_i32x4_s': vector(0xfe),

  // Relaxed SIMD
  'i32x4.relaxed_trunc_f32x4_s': vector(0x101),
  'i32x4.relaxed_trunc_f64x2_s_zero': vector(0x103),
  'f32x4.relaxed_madd': vector(0x105),
  'f32x4.relaxed_nmadd': vector(0x106),
  'f64x2.relaxed_madd': vector(0x107),
  'f64x2.relaxed_nmadd': vector(0x108),
  'i32x4.relaxed_laneselect': vector(0x10b),
  'i64x2.relaxed_laneselect': vector(0x10c),
} as const satisfies Record<string, OpcodeInfo>;

export type Opcode = keyof typeof opcodes;

/** The instructions that take this kind of immediate. */
export type OpcodeWith<I extends Immediate> = {
  [O in Opcode]: (typeof opcodes)[O]['immediate'] extends I ? O : never;
}[Opcode];

/** The byte before the LEB128 number of an instruction, and that number; null for one-byte instructions. */
export function prefixedNumber(code: number): { readonly prefix: number; readonly number: number } | null {
  if (code >= vectorBase) return { prefix: 0xfd, number: code - vectorBase };
  return code >= saturatingBase ? { prefix: 0xfc, number: code - saturatingBase } : null;
}

/** The instruction with this number after a prefix byte, if there was one. */
export function opcodeOf(number: number, prefix?: number): Opcode | undefined {
  return names.get(prefix === undefined ? number : (prefix === 0xfd ? vectorBase : saturatingBase) + number);
}

const names: ReadonlyMap<number, Opcode> = new Map(
  Object.entries(opcodes).map(([name, info]) => [info.code, name as Opcode]),
);
