/**
 * What this WebAssembly engine can do, found by validating modules of one instruction.
 */

/** Nothing but a function of three v128 parameters that holds f32x4.relaxed_madd of them. */
const relaxedModule = [
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00], // magic, version
  ...[0x01, 0x08, 0x01, 0x60, 0x03, 0x7b, 0x7b, 0x7b, 0x01, 0x7b], // type: (v128 v128 v128) → v128
  ...[0x03, 0x02, 0x01, 0x00], // function
  ...[0x0a, 0x0d, 0x01, 0x0b, 0x00, 0x20, 0x00, 0x20, 0x01, 0x20, 0x02, 0xfd, 0x85, 0x02, 0x0b], // code
];

/** Nothing but a function that returns v128.const 0. */
const simdModule = [
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
  ...[0x01, 0x05, 0x01, 0x60, 0x00, 0x01, 0x7b],
  ...[0x03, 0x02, 0x01, 0x00],
  ...[0x0a, 0x16, 0x01, 0x14, 0x00, 0xfd, 0x0c, ...new Array<number>(16).fill(0), 0x0b],
];

/** True where 128-bit SIMD works; without it there is no WebAssembly device. */
export function hasSimd(): boolean {
  return typeof WebAssembly === 'object' && WebAssembly.validate(Uint8Array.from(simdModule));
}

/** True where relaxed SIMD works: fused multiply-add. Browsers and Node 22 have it, Node 20 behind a flag. */
export function hasRelaxedSimd(): boolean {
  return WebAssembly.validate(Uint8Array.from(relaxedModule));
}
