/**
 * Resizing: a product with a matrix of weights along each axis, (h, H) · (H, W) · (W, w). The weights are those of Pillow and of
 * torchvision: a kernel that widens with the step where the picture shrinks, so that nothing is passed over.
 */
import { raise, ValueError } from '../base/errors.ts';
import { tensor } from '../tensor/creation.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { ofBoth, sizesOf, type Transform } from './sample.ts';
import { boxesOf, cornersOf } from './boxes.ts';

export type Size = number | readonly [height: number, width: number];

export interface ResizeOptions {
  /** Default: 'bilinear'. */
  readonly mode?: 'nearest' | 'bilinear' | 'bicubic';
  /** Widen the kernel where the picture shrinks. Default: true. */
  readonly antialias?: boolean;
}

/**
 * (N, C, H, W) → (N, C, h, w). A whole number is the size of the shorter side, the other in proportion.
 * @throws ValueError for sizes that are not whole numbers from 1 up   @example resizeImages(x, [224, 224])
 */
export function resizeImages(images: Tensor, size: Size, options: ResizeOptions = {}): Tensor {
  const { mode = 'bilinear', antialias = true } = options;
  const { height, width } = sizesOf('resize', images);
  const [h, w] = targetOf(size, height, width);
  if (mode === 'nearest') return images.take(nearest(height, h), 2).take(nearest(width, w), 3);
  const floats = images.dtype === 'float32' || images.dtype === 'float64' ? images : images.cast('float32');
  const rows = weightsOf(height, h, mode, antialias).cast(floats.dtype); // (h, H)
  const columns = weightsOf(width, w, mode, antialias).cast(floats.dtype); // (w, W)
  const wide = w === width ? floats : floats.matmul(columns.T); // (N, C, H, w)
  return h === height ? wide : rows.matmul(wide);
}

/** `resizeImages` as a transform; boxes are scaled. @example compose(resize(256), centerCrop(224)) */
export function resize(size: Size, options?: ResizeOptions): Transform {
  return ofBoth((images) => {
    const { height, width } = sizesOf('resize', images);
    const resized = resizeImages(images, size, options);
    const [, , h = 0, w = 0] = resized.shape;
    return {
      images: resized,
      boxes: (boxes) => {
        const [x1, y1, x2, y2] = cornersOf(boxes);
        return boxesOf(x1.mul(w / width), y1.mul(h / height), x2.mul(w / width), y2.mul(h / height));
      },
    };
  });
}

function targetOf(size: Size, height: number, width: number): readonly [number, number] {
  const sizes = typeof size === 'number' ? [size] : size;
  if (sizes.some((n) => !Number.isInteger(n) || n < 1))
    raise(new ValueError(`resize: sizes must be whole numbers from 1 up, got ${sizes.join(', ')}`));
  if (typeof size !== 'number') return size;
  if (height <= width) return [size, Math.floor((size * width) / height)];
  return [Math.floor((size * height) / width), size];
}

function nearest(from: number, to: number): Tensor {
  return tensor(Int32Array.from({ length: to }, (_, i) => Math.min(from - 1, Math.floor((i * from) / to))));
}

/** Row i says how much of each element goes into element i: (to, from). */
function weightsOf(from: number, to: number, mode: 'bilinear' | 'bicubic', antialias: boolean): Tensor {
  const step = from / to;
  const reach = mode === 'bilinear' ? 1 : 2;
  // Pillow's and torchvision's a is −½ where it widens, PyTorch's −¾ where it does not.
  const kernel = mode === 'bilinear' ? triangle : cubic(antialias ? -0.5 : -0.75);
  const widening = antialias ? Math.max(step, 1) : 1;
  const weights = new Float64Array(to * from);
  for (let i = 0; i < to; i++) {
    const center = (i + 0.5) * step;
    const low = Math.floor(center - reach * widening - 0.5);
    const high = Math.ceil(center + reach * widening + 0.5);
    let sum = 0;
    for (let j = low; j <= high; j++) {
      const weight = kernel((j + 0.5 - center) / widening);
      // With widening, what lies outside is left out; without, the element at the edge stands for it.
      if (antialias && (j < 0 || j >= from)) continue;
      weights[i * from + Math.min(from - 1, Math.max(0, j))]! += weight;
      sum += weight;
    }
    for (let j = 0; j < from; j++) weights[i * from + j]! /= sum;
  }
  return tensor(weights, { shape: [to, from] });
}

function triangle(t: number): number {
  return Math.max(0, 1 - Math.abs(t));
}

/** Keys' cubic convolution, 1981. */
function cubic(a: number): (t: number) => number {
  return (t) => {
    const x = Math.abs(t);
    if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
    return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
  };
}
