/**
 * What wabt 1.0.39 (wat2wasm) makes of every instruction the emitter uses, and of one whole module.
 * Immediates: offset 300, lane 1, index 0, i32 −300, v128 bytes 0 7 14.., shuffle lanes 31 30 29...
 */
export const goldenInstructions: Readonly<Record<string, string>> = {
  "block": "0240",
  "loop": "0340",
  "if": "0440",
  "end": "0b",
  "br": "0c00",
  "br_if": "0d00",
  "return": "0f",
  "call": "1000",
  "drop": "1a",
  "local.get": "2000",
  "local.set": "2100",
  "local.tee": "2200",
  "i32.load": "2802ac02",
  "i64.load": "2903ac02",
  "f32.load": "2a02ac02",
  "f64.load": "2b03ac02",
  "i32.load8_s": "2c00ac02",
  "i32.load8_u": "2d00ac02",
  "i32.load16_s": "2e01ac02",
  "i32.load16_u": "2f01ac02",
  "i32.store": "3602ac02",
  "i64.store": "3703ac02",
  "f32.store": "3802ac02",
  "f64.store": "3903ac02",
  "i32.store8": "3a00ac02",
  "i32.store16": "3b01ac02",
  "i32.const": "41d47d",
  "i32.eqz": "45",
  "i32.le_s": "4c",
  "i32.add": "6a",
  "i32.sub": "6b",
  "i32.mul": "6c",
  "i32.shl": "74",
  "i32.shr_s": "75",
  "i32.shr_u": "76",
  "i64.add": "7c",
  "i64.shl": "86",
  "i64.shr_s": "87",
  "i64.shr_u": "88",
  "f32.convert_i64_s": "b4",
  "f64.convert_i64_s": "b9",
  "i64.trunc_sat_f64_s": "fc06",
  "f32.add": "92",
  "f64.add": "a0",
  "v128.load": "fd0004ac02",
  "v128.load8_splat": "fd0700ac02",
  "v128.load32_splat": "fd0902ac02",
  "v128.load64_splat": "fd0a03ac02",
  "v128.store": "fd0b04ac02",
  "v128.const": "fd0c00070e151c232a31383f464d545b6269",
  "i8x16.shuffle": "fd0d1f1e1d1c1b1a19181716151413121110",
  "i32x4.splat": "fd11",
  "f32x4.splat": "fd13",
  "f64x2.splat": "fd14",
  "i32x4.extract_lane": "fd1b01",
  "i32x4.replace_lane": "fd1c01",
  "i64x2.extract_lane": "fd1d01",
  "i64x2.replace_lane": "fd1e01",
  "f32x4.extract_lane": "fd1f01",
  "f32x4.replace_lane": "fd2001",
  "f64x2.extract_lane": "fd2101",
  "f64x2.replace_lane": "fd2201",
  "i32x4.eq": "fd37",
  "i32x4.ne": "fd38",
  "i32x4.lt_s": "fd39",
  "i32x4.le_s": "fd3d",
  "f32x4.eq": "fd41",
  "f32x4.ne": "fd42",
  "f32x4.lt": "fd43",
  "f32x4.le": "fd45",
  "f64x2.eq": "fd47",
  "f64x2.ne": "fd48",
  "f64x2.lt": "fd49",
  "f64x2.le": "fd4b",
  "i64x2.eq": "fdd601",
  "i64x2.ne": "fdd701",
  "i64x2.lt_s": "fdd801",
  "i64x2.le_s": "fdda01",
  "i64x2.neg": "fdc101",
  "i64x2.shr_s": "fdcc01",
  "i64x2.add": "fdce01",
  "i64x2.sub": "fdd101",
  "i64x2.mul": "fdd501",
  "v128.and": "fd4e",
  "v128.andnot": "fd4f",
  "v128.or": "fd50",
  "v128.xor": "fd51",
  "v128.bitselect": "fd52",
  "v128.load8_lane": "fd5400ac0201",
  "v128.load16_lane": "fd5501ac0201",
  "v128.load32_lane": "fd5602ac0201",
  "v128.load64_lane": "fd5703ac0201",
  "v128.store8_lane": "fd5800ac0201",
  "v128.store16_lane": "fd5901ac0201",
  "v128.store32_lane": "fd5a02ac0201",
  "v128.store64_lane": "fd5b03ac0201",
  "v128.load32_zero": "fd5c02ac02",
  "v128.load64_zero": "fd5d03ac02",
  "f32x4.demote_f64x2_zero": "fd5e",
  "f64x2.promote_low_f32x4": "fd5f",
  "f32x4.floor": "fd68",
  "f32x4.trunc": "fd69",
  "f32x4.nearest": "fd6a",
  "f64x2.floor": "fd75",
  "f64x2.trunc": "fd7a",
  "f64x2.nearest": "fd9401",
  "i16x8.extend_low_i8x16_s": "fd8701",
  "i16x8.extend_low_i8x16_u": "fd8901",
  "i32x4.abs": "fda001",
  "i32x4.neg": "fda101",
  "i32x4.extend_low_i16x8_s": "fda701",
  "i32x4.extend_low_i16x8_u": "fda901",
  "i32x4.shl": "fdab01",
  "i32x4.shr_s": "fdac01",
  "i32x4.shr_u": "fdad01",
  "i32x4.add": "fdae01",
  "i32x4.sub": "fdb101",
  "i32x4.mul": "fdb501",
  "i32x4.min_s": "fdb601",
  "i32x4.max_s": "fdb801",
  "i64x2.extend_low_i32x4_s": "fdc701",
  "i64x2.shl": "fdcb01",
  "i64x2.shr_u": "fdcd01",
  "f32x4.abs": "fde001",
  "f32x4.neg": "fde101",
  "f32x4.sqrt": "fde301",
  "f32x4.add": "fde401",
  "f32x4.sub": "fde501",
  "f32x4.mul": "fde601",
  "f32x4.div": "fde701",
  "f32x4.pmin": "fdea01",
  "f32x4.pmax": "fdeb01",
  "f64x2.abs": "fdec01",
  "f64x2.neg": "fded01",
  "f64x2.sqrt": "fdef01",
  "f64x2.add": "fdf001",
  "f64x2.sub": "fdf101",
  "f64x2.mul": "fdf201",
  "f64x2.div": "fdf301",
  "f64x2.pmin": "fdf601",
  "f64x2.pmax": "fdf701",
  "i32x4.trunc_sat_f32x4_s": "fdf801",
  "f32x4.convert_i32x4_s": "fdfa01",
  "i32x4.trunc_sat_f64x2_s_zero": "fdfc01",
  "f64x2.convert_low_i32x4_s": "fdfe01",
  "i32x4.relaxed_trunc_f32x4_s": "fd8102",
  "i32x4.relaxed_trunc_f64x2_s_zero": "fd8302",
  "f32x4.relaxed_madd": "fd8502",
  "f32x4.relaxed_nmadd": "fd8602",
  "f64x2.relaxed_madd": "fd8702",
  "f64x2.relaxed_nmadd": "fd8802",
  "i32x4.relaxed_laneselect": "fd8b02",
  "i64x2.relaxed_laneselect": "fd8c02"
};

export const goldenModule = {
  text: `(module
  (import "fathom" "memory" (memory 1 65536 shared))
  (func (;0 sum;) (param i32 i32 i32)
    (local v128 i32 i32)
    local.get 1
    local.set 4
    loop
      local.get 0
      v128.load
      local.get 3
      f32x4.add
      local.set 3
      local.get 4
      i32.const 1
      i32.sub
      local.tee 4
      br_if 0
    end
    local.get 2
    local.get 3
    v128.store offset=70000
    i32.const -2147483648
    local.set 5)
  (func (;1 run;) (export "run") (param i32)
    local.get 0
    i32.load
    local.get 0
    i32.load offset=4
    local.get 0
    i32.load offset=8
    call 0))
`,
  bytes: "0061736d01000000010b0260037f7f7f0060017f0002150106666174686f6d066d656d6f727902030180800403030200010707010372756e00010a4b023502017b027f2001210403402000fd0004002003fde4012103200441016b22040d000b20022003fd0b04f0a20441808080807821050b130020002802002000280204200028020810000b",
};
