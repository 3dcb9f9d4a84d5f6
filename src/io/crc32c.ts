/**
 * CRC-32C (Castagnoli), the checksum of TFRecord files and of our checkpoints. Source: RFC 3720, appendix B.4; eight bytes at a
 * time as in Kounavis and Berry 2008, "Novel Table Lookup-Based Algorithms for High-Performance CRC Generation".
 */

const POLYNOMIAL = 0x82f63b78;

/** The checksum of bytes, from 0 to 2³² − 1; `before` is that of the bytes that came before them. @example crc32c(new TextEncoder().encode('123456789')) // 0xe3069283 */
export function crc32c(bytes: Uint8Array, before = 0): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = tables();
  let crc = ~before;
  let i = 0;
  // Hot: a checkpoint passes through here whole.
  for (const end = bytes.length - 7; i < end; i += 8) {
    crc ^= bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
    crc =
      t7[crc & 255]! ^
      t6[(crc >>> 8) & 255]! ^
      t5[(crc >>> 16) & 255]! ^
      t4[crc >>> 24]! ^
      t3[bytes[i + 4]!]! ^
      t2[bytes[i + 5]!]! ^
      t1[bytes[i + 6]!]! ^
      t0[bytes[i + 7]!]!;
  }
  for (; i < bytes.length; i++) crc = t0[(crc ^ bytes[i]!) & 255]! ^ (crc >>> 8);
  return ~crc >>> 0;
}

type Tables = readonly [Int32Array, Int32Array, Int32Array, Int32Array, Int32Array, Int32Array, Int32Array, Int32Array];

let made: Tables | undefined;

/** Table k: what a byte contributes from k places further back. */
function tables(): Tables {
  if (made !== undefined) return made;
  const first = Int32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
    return crc;
  });
  const further = (table: Int32Array): Int32Array => table.map((crc) => first[crc & 255]! ^ (crc >>> 8));
  const t1 = further(first);
  const t2 = further(t1);
  const t3 = further(t2);
  const t4 = further(t3);
  const t5 = further(t4);
  const t6 = further(t5);
  return (made = [first, t1, t2, t3, t4, t5, t6, further(t6)]);
}
