/**
 * PNG images from bytes, without a library: 8 bits a channel, no filter. Reading is left to those who know all of PNG.
 * Source: W3C, "Portable Network Graphics (PNG) Specification", third edition.
 */
import { raise, ShapeError } from '../base/errors.ts';
import { crc32 } from './crc32.ts';

/** How many channels, and PNG's number for it: grey, grey and alpha, red-green-blue, the same and alpha. */
const COLOR_TYPES = new Map([
  [1, 0],
  [2, 4],
  [3, 2],
  [4, 6],
]);

/**
 * @param pixels height × width × channels, row by row, channels last   @throws ShapeError for another number of bytes or channels
 * @example await encodePng(new Uint8Array([255, 0, 0]), 1, 1, 3) // a red dot
 */
export async function encodePng(
  pixels: Uint8Array,
  height: number,
  width: number,
  channels: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const type = COLOR_TYPES.get(channels);
  if (type === undefined || pixels.length !== height * width * channels || pixels.length === 0) {
    raise(
      new ShapeError(
        `png: ${pixels.length} bytes are no image of ${height} × ${width} with ${channels} channels (1 to 4)`,
      ),
    );
  }
  const row = width * channels;
  const lines = new Uint8Array(height * (row + 1)); // a zero before each line: no filter
  for (let y = 0; y < height; y++) lines.set(pixels.subarray(y * row, (y + 1) * row), y * (row + 1) + 1);
  const head = new Uint8Array(13);
  const view = new DataView(head.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  head.set([8, type, 0, 0, 0], 8);
  const parts = [
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    chunk('IHDR', head),
    chunk('IDAT', await deflated(lines)),
    chunk('IEND', new Uint8Array(0)),
  ];
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

function chunk(type: string, data: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(12 + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  bytes.set(new TextEncoder().encode(type), 4);
  bytes.set(data, 8);
  view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)));
  return bytes;
}

async function deflated(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
