/**
 * 16-bit floats as the host meets them: their bits and the numbers these stand for. JavaScript has no array of bfloat16, and one of float16
 * only in newer engines, so both are kept as their bits in a Uint16Array everywhere.
 */

/** The 16-bit floats. */
export type HalfDType = 'float16' | 'bfloat16';

const float = new Float32Array(1);
const word = new Uint32Array(float.buffer);

/** The bits of x as a float32 rounded to odd: toward 0, the last bit set if anything was lost. Rounded again to fewer bits it is as if rounded once. */
function oddBits(x: number): number {
  float[0] = x;
  const near = float[0];
  if (near === x) return word[0]!;
  const bits = word[0]!;
  return (Math.abs(near) > Math.abs(x) ? bits - 1 : bits) | 1;
}

/** The bits of the float16 nearest to x, the even one of two. @example float16Bits(1) // 0x3c00 */
export function float16Bits(x: number): number {
  const bits = oddBits(x);
  const sign = (bits >>> 16) & 0x8000;
  const size = bits & 0x7fffffff;
  if (size > 0x7f800000) return sign | 0x7e00;
  if (size < 0x38800000) {
    // Below 2⁻¹⁴ elements are 2⁻²⁴ apart, as float32 is from ½ to 1.
    word[0] = size;
    float[0] = float[0]! + 0.5;
    return sign | (word[0] - 0x3f000000);
  }
  const rounded = ((size + 0xfff + ((size >>> 13) & 1)) >>> 13) - (112 << 10);
  return sign | Math.min(rounded, 0x7c00);
}

/** The number that bits of a float16 stand for. @example float16Of(0x3c00) // 1 */
export function float16Of(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 31;
  const fraction = bits & 0x3ff;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}

/** The bits of the bfloat16 nearest to x, the even one of two. @example bfloat16Bits(1) // 0x3f80 */
export function bfloat16Bits(x: number): number {
  const bits = oddBits(x);
  if ((bits & 0x7fffffff) > 0x7f800000) return ((bits >>> 16) & 0x8000) | 0x7fc0;
  return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
}

/** The number that bits of a bfloat16 stand for. @example bfloat16Of(0x3f80) // 1 */
export function bfloat16Of(bits: number): number {
  word[0] = bits << 16;
  return float[0]!;
}
