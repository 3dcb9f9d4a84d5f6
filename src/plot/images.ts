/**
 * Pictures side by side, with a line of text under each.
 */
import { raise, ShapeError } from '../base/errors.ts';
import { countOf, isReadable, labelsOf, type Readable } from './numbers.ts';
import { type Plot, type PlotOptions, plotOf } from './plot.ts';
import { storedPng } from './png.ts';
import type { Row, UnitSpec } from './spec.ts';

/** Pixels of several pictures, one after another. */
export interface Pixels {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

export interface ImageGridOptions extends PlotOptions {
  /** A text for each picture. */
  readonly labels?: ArrayLike<string | number>;
  /** Default: as many as make the grid about square, at most 10. */
  readonly columns?: number;
  /** The values that are black and white. Default: the least and the greatest that occur. */
  readonly range?: readonly [number, number];
  /** Of each picture, in pixels. Default: 64. */
  readonly size?: number;
}

const MOST = 400;

/**
 * @param images (N, H, W) grey, or (N, H, W, 1 or 3): a tensor, or { shape, data }; at most 400   @throws ShapeError, ValueError
 * @example imageGrid(digits.slice([0, 16]), { labels: predictions })
 */
export function imageGrid(images: Readable | Pixels, options: ImageGridOptions = {}): Plot {
  const op = 'imageGrid';
  const { shape } = images;
  const [count = 0, height = 0, width = 0, channels = 1] = shape;
  if ((shape.length !== 3 && shape.length !== 4) || (channels !== 1 && channels !== 3))
    raise(new ShapeError(`${op}: images must be (N, H, W) or (N, H, W, 1 or 3). Received: (${shape.join(', ')})`));
  if (count * height * width === 0 || count > MOST)
    raise(new ShapeError(`${op}: there must be 1 to ${MOST} images with pixels. Received: (${shape.join(', ')})`));
  const pixels = isReadable(images) ? images.dataSync() : images.data;
  const each = height * width * channels;
  if (pixels.length !== count * each)
    raise(new ShapeError(`${op}: shape (${shape.join(', ')}) has ${count * each} elements, the data ${pixels.length}`));
  const { size = 64, columns = Math.min(10, Math.ceil(Math.sqrt(count))) } = options;
  countOf(op, 'columns', columns);
  const labels = options.labels && labelsOf(op, 'labels', options.labels, count);
  const [low, high] = options.range ?? rangeOf(pixels);
  const scale = high > low ? 255 / (high - low) : 0;
  const values = Array.from({ length: count }, (_, i): Row => {
    const bytes = new Uint8ClampedArray(each);
    for (let p = 0; p < each; p++) bytes[p] = (pixels[i * each + p]! - low) * scale;
    const png = storedPng(new Uint8Array(bytes.buffer), width, height, channels);
    return { x: i % columns, y: Math.floor(i / columns), picture: dataUrl(png), label: labels?.[i] ?? '' };
  });
  const rows = Math.ceil(count / columns);
  const gap = labels === undefined ? 6 : 24;
  const pictureHeight = (size * height) / width;
  const place = (field: string, cells: number) =>
    ({ field, type: 'quantitative', axis: null, scale: { domain: [-0.5, cells - 0.5], nice: false, ...(field === 'y' ? { reverse: true } : {}) } }) as const; // prettier-ignore
  const layer: UnitSpec[] = [
    {
      mark: { type: 'image', width: size, height: pictureHeight, smooth: false },
      encoding: { url: { field: 'picture', type: 'nominal' } },
    },
  ];
  if (labels)
    layer.push({
      mark: { type: 'text', dy: pictureHeight / 2 + 9, limit: size + gap },
      encoding: { text: { field: 'label', type: 'nominal' } },
    });
  const lines = Array.from({ length: rows }, (_, r) =>
    Array.from(
      { length: Math.min(columns, count - r * columns) },
      (_, c) => `[${labels?.[r * columns + c] ?? r * columns + c}]`,
    ).join(' '),
  );
  return plotOf(
    op,
    options,
    {
      data: { values },
      encoding: { x: place('x', columns), y: place('y', rows) },
      layer,
      width: columns * (size + gap),
      height: rows * (pictureHeight + gap),
    },
    { kind: 'outline', lines },
  );
}

function rangeOf(values: ArrayLike<number>): readonly [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

function dataUrl(bytes: Uint8Array): string {
  return `data:image/png;base64,${btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))}`;
}
