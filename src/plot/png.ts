/**
 * The smallest PNG writer: grey or coloured pixels, stored and not compressed. Small pictures within charts are all it is for.
 */

const SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10];

/** @param pixels (height · width · channels), rows from the top   @param channels 1: grey, 3: red, green and blue */
export function storedPng(pixels: Uint8Array, width: number, height: number, channels: 1 | 3): Uint8Array {
  const stride = width * channels;
  const lines = new Uint8Array(height * (stride + 1)); // each begins with the number of its filter: 0, none
  for (let y = 0; y < height; y++) lines.set(pixels.subarray(y * stride, (y + 1) * stride), y * (stride + 1) + 1);
  const head = [...bigEndian(width), ...bigEndian(height), 8, channels === 1 ? 0 : 2, 0, 0, 0];
  return Uint8Array.from([...SIGNATURE, ...chunk('IHDR', head), ...chunk('IDAT', stored(lines)), ...chunk('IEND', [])]);
}

/** A zlib stream of blocks that are stored as they are. */
function stored(bytes: Uint8Array): number[] {
  const result = [0x78, 0x01];
  for (let at = 0; at === 0 || at < bytes.length; at += 0xffff) {
    const part = bytes.subarray(at, at + 0xffff);
    const { length } = part;
    result.push(at + length >= bytes.length ? 1 : 0, length & 255, length >> 8, ~length & 255, (~length >> 8) & 255);
    for (const byte of part) result.push(byte);
  }
  let [a, b] = [1, 0];
  for (const byte of bytes) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  return [...result, ...bigEndian(((b << 16) | a) >>> 0)];
}

function chunk(name: string, data: readonly number[]): number[] {
  const body = [...Array.from(name, (letter) => letter.charCodeAt(0)), ...data];
  let crc = 0xffffffff;
  for (const byte of body) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return [...bigEndian(data.length), ...body, ...bigEndian((crc ^ 0xffffffff) >>> 0)];
}

function bigEndian(value: number): number[] {
  return [(value >>> 24) & 255, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
}
