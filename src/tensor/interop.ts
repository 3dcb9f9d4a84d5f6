/**
 * To and from what the platform has: pictures of a canvas, streams of rows.
 */
import { DTypeError, raise, ShapeError } from '../base/errors.ts';
import { formatShape } from '../base/shape.ts';
import { isFloat } from '../ir/dtype.ts';
import { type Data, tensor, type TensorOptions } from './creation.ts';
import { stack } from './functions.ts';
import { Tensor } from './tensor.ts';

/** What a canvas gives and takes (`ImageData` is one): red, green, blue and alpha of every pixel, row by row. */
export interface Pixels {
  readonly data: Uint8ClampedArray<ArrayBufferLike> | Uint8Array<ArrayBufferLike>;
  readonly width: number;
  readonly height: number;
}

export interface PixelOptions {
  /** 4 with alpha, 3 without, 1 for brightness (Rec. 601). Default 4. */
  readonly channels?: 1 | 3 | 4;
}

/** A picture as uint8 (height, width, channels). @throws ShapeError if the bytes do not fill it   @example fromPixels(context.getImageData(0, 0, 28, 28), { channels: 1 }) */
export function fromPixels({ data, width, height }: Pixels, { channels = 4 }: PixelOptions = {}): Tensor {
  if (data.length !== width * height * 4) {
    raise(new ShapeError(`fromPixels: ${data.length} bytes are no picture of ${width} × ${height} with 4 channels`));
  }
  const all = tensor(new Uint8Array(data), { shape: [height, width, 4] });
  if (channels === 4) return all;
  const colours = all.slice([null, null, 0], [null, null, 3]);
  if (channels === 3) return colours;
  const weights = tensor([0.299, 0.587, 0.114]);
  return colours.mul(weights).sum(-1, { keepDims: true }).round().cast('uint8');
}

/**
 * Pixels for a canvas from (height, width), (height, width, 1), (…, 3) or (…, 4): uint8 as it is, floats from 0 to 1; what is missing is
 * grey and opaque. @throws ShapeError for another shape; DTypeError for int32   @example context.putImageData(new ImageData(toPixels(x).data, 28), 0, 0)
 */
export function toPixels(x: Tensor): { data: Uint8ClampedArray<ArrayBuffer>; width: number; height: number } {
  const picture = x.rank === 2 ? x.unsqueeze(-1) : x;
  const [height, width, channels] = picture.shape;
  if (picture.rank !== 3 || height === undefined || width === undefined || ![1, 3, 4].includes(channels ?? 0)) {
    raise(
      new ShapeError(`toPixels: expected (height, width) or (height, width, 1, 3 or 4), got ${formatShape(x.shape)}`),
    );
  }
  if (x.dtype !== 'uint8' && x.dtype !== 'bool' && !isFloat(x.dtype)) {
    raise(
      new DTypeError(`toPixels: expected uint8, or floats from 0 to 1, got ${x.dtype}; convert with .cast('uint8')`),
    );
  }
  const scaled = x.dtype === 'uint8' ? picture : picture.cast('float32').clip(0, 1).mul(255).round();
  const colours = channels === 1 ? scaled.expand(height, width, 3) : scaled;
  const complete = channels === 4 ? colours : colours.pad([0, 0, [0, 1]], 255);
  return { data: new Uint8ClampedArray(complete.cast('uint8').dataSync()), width, height };
}

/** The members of a stream as one tensor, along a new first axis: tensors of one shape, or what `tensor` takes. @throws ShapeError if they differ   @example await fromAsync(readLines(file)) */
export async function fromAsync(
  members: AsyncIterable<Tensor | Data> | Iterable<Tensor | Data>,
  options?: TensorOptions,
): Promise<Tensor> {
  const rows: Tensor[] = [];
  for await (const member of members) rows.push(member instanceof Tensor ? member : tensor(member, options));
  return rows.length === 0 ? tensor([], options) : stack(rows);
}

/** The tensor in batches along its first axis, the last one smaller if they do not divide it. @example for (const batch of batches(x, 32)) … */
export function* batches(x: Tensor, size: number): Generator<Tensor, void, undefined> {
  if (x.rank === 0 || !Number.isInteger(size) || size < 1) {
    raise(
      new ShapeError(
        `batches: ${size} of ${formatShape(x.shape)}; give a whole number from 1 up, and at least one axis`,
      ),
    );
  }
  for (let start = 0; start < x.shape[0]!; start += size) yield x.slice(start, start + size);
}
