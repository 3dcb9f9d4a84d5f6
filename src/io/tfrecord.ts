/**
 * TFRecord framing, in which TensorFlow and TensorBoard keep a file of messages: length, its checksum, the message, its checksum.
 */
import { FormatError, raise } from '../base/errors.ts';
import { crc32c } from './crc32c.ts';

/** One message with its frame. */
export function frameRecord(data: Uint8Array): Uint8Array<ArrayBuffer> {
  const record = new Uint8Array(data.length + 16);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, masked(crc32c(record.subarray(0, 8))), true);
  record.set(data, 12);
  view.setUint32(12 + data.length, masked(crc32c(data)), true);
  return record;
}

/** The messages of a file. @throws FormatError for one that is cut short or whose checksum is wrong */
export function* readRecords(bytes: Uint8Array): Generator<Uint8Array, void, undefined> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let offset = 0; offset < bytes.length;) {
    const left = bytes.length - offset;
    if (left < 12) raise(new FormatError(`tfrecord: ${left} bytes at ${offset} are no record; the file is truncated`));
    const length = view.getBigUint64(offset, true);
    if (view.getUint32(offset + 8, true) !== masked(crc32c(bytes.subarray(offset, offset + 8))))
      raise(new FormatError(`tfrecord: the checksum of the length at ${offset} is wrong; the file is damaged`));
    if (length > BigInt(left - 16))
      raise(
        new FormatError(
          `tfrecord: the record at ${offset} has ${length} bytes, ${left - 16} are left; the file is truncated`,
        ),
      );
    const data = bytes.subarray(offset + 12, offset + 12 + Number(length));
    if (view.getUint32(offset + 12 + data.length, true) !== masked(crc32c(data)))
      raise(new FormatError(`tfrecord: the checksum of the record at ${offset} is wrong; the file is damaged`));
    yield data;
    offset += 16 + data.length;
  }
}

/** A checksum of data that holds checksums is weak; so TensorFlow turns and shifts it. */
function masked(crc: number): number {
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
