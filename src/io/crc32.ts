/**
 * CRC-32, the checksum of zip, gzip and PNG. Source: ISO 3309; the table-driven form is Sarwate 1988. (TFRecord's is crc32c.ts.)
 */

const POLYNOMIAL = 0xedb88320;

let table: Int32Array | undefined;

/** The checksum of bytes, from 0 to 2³² − 1. @example crc32(new TextEncoder().encode('123456789')) // 0xcbf43926 */
export function crc32(bytes: Uint8Array): number {
  table ??= Int32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
    return crc;
  });
  let crc = -1;
  // Hot: every byte of an archive passes through here.
  for (let i = 0; i < bytes.length; i++) crc = table[(crc ^ bytes[i]!) & 255]! ^ (crc >>> 8);
  return ~crc >>> 0;
}
