/**
 * Patches of images: cut out as columns (`unfold`, also called im2col), added back (`fold`), and channels exchanged with
 * places (`pixelShuffle`).
 */
import { raise, ShapeError } from '../base/errors.ts';
import { formatShape, sizeOf } from '../base/shape.ts';
import { expand, permute, reduce, reshape, shrink, unslide } from '../ir/build.ts';
import type { Node } from '../ir/node.ts';
import { extentsOf, interleaved, padded, type Sizes, sizesOf, windowed } from './windows.ts';

export interface PatchOptions {
  readonly stride?: Sizes;
  readonly padding?: Sizes;
  readonly dilation?: Sizes;
}

/** (N, C, H, W) → (N, C · kh · kw, L): every window as a column, L = number of windows, row by row. */
export function unfold(x: Node, kernel: Sizes, options: PatchOptions = {}): Node {
  checkImage('unfold', x);
  const sizes = sizesOf('unfold', 'kernel', kernel, 2, 1);
  const extents = extentsOf('unfold', x, 2, sizes, options);
  const source = padded(x, 2, extents, 0);
  const [batch, channels] = [x.shape[0]!, x.shape[1]!];
  const space = [batch, channels, ...interleaved(source.shape.slice(2), sizes)];
  const windows = windowed(expand(source, space, [0, 1, 2, 4]), 2, extents); // (N, C, H', kh, W', kw)
  const columns = permute(windows, [0, 1, 3, 5, 2, 4]);
  return reshape(columns, [batch, channels * sizeOf(sizes), sizeOf(extents.map(({ count }) => count))]);
}

/** The adjoint of `unfold`: columns put back where they came from and added up. (N, C · kh · kw, L) → (N, C, H, W) */
export function fold(x: Node, outputSize: Sizes, kernel: Sizes, options: PatchOptions = {}): Node {
  const target = sizesOf('fold', 'output size', outputSize, 2, 1);
  const sizes = sizesOf('fold', 'kernel', kernel, 2, 1);
  const [batch = 0, rows = 0, columns = 0] = x.shape;
  const channels = rows / sizeOf(sizes);
  const image = [batch, channels, ...target];
  const extents = extentsOf('fold', { shape: image }, 2, sizes, options);
  const counts = extents.map(({ count }) => count);
  if (x.shape.length !== 3 || !Number.isInteger(channels) || columns !== sizeOf(counts)) {
    raise(
      new ShapeError(
        `fold: expected (N, C · ${sizeOf(sizes)}, ${sizeOf(counts)}) for an image of ${target.join(' × ')}, got ${formatShape(x.shape)}`,
      ),
    );
  }
  let node = permute(reshape(x, [batch, channels, ...sizes, ...counts]), [0, 1, 4, 2, 5, 3]); // (N, C, H', kh, W', kw)
  extents.forEach(({ stride, dilation, before, after }, i) => {
    const axis = 2 + 2 * i;
    node = unslide(node, target[i]! + before + after, { axis, window: axis + 1, stride, dilation });
  });
  const sums = reduce('sum', node, [3, 5]);
  return shrink(sums, [0, 0, ...extents.map(({ before }) => before)], image);
}

/** (N, C · r², H, W) → (N, C, H · r, W · r): channels become places. (Shi et al. 2016.) */
export function pixelShuffle(x: Node, factor: number): Node {
  const { leading, channels, height, width } = imageOf('pixelShuffle', x);
  const c = channels / factor ** 2;
  checkFactor('pixelShuffle', x, factor, c);
  const parts = reshape(x, [sizeOf(leading), c, factor, factor, height, width]);
  return reshape(permute(parts, [0, 1, 4, 2, 5, 3]), [...leading, c, height * factor, width * factor]);
}

/** The inverse of `pixelShuffle`. */
export function pixelUnshuffle(x: Node, factor: number): Node {
  const { leading, channels, height, width } = imageOf('pixelUnshuffle', x);
  const [h, w] = [height / factor, width / factor];
  checkFactor('pixelUnshuffle', x, factor, h, w);
  const parts = reshape(x, [sizeOf(leading), channels, h, factor, w, factor]);
  return reshape(permute(parts, [0, 1, 3, 5, 2, 4]), [...leading, channels * factor ** 2, h, w]);
}

function imageOf(op: string, x: Node): { leading: number[]; channels: number; height: number; width: number } {
  if (x.shape.length < 3) raise(new ShapeError(`${op}: expected (…, C, H, W), got ${formatShape(x.shape)}`));
  const [channels, height, width] = x.shape.slice(-3);
  return { leading: x.shape.slice(0, -3), channels: channels!, height: height!, width: width! };
}

function checkFactor(op: string, x: Node, factor: number, ...quotients: readonly number[]): void {
  if (Number.isInteger(factor) && factor >= 1 && quotients.every(Number.isInteger)) return;
  raise(new ShapeError(`${op}: factor ${factor} does not divide ${formatShape(x.shape)} into whole numbers`));
}

function checkImage(op: string, x: Node): void {
  if (x.shape.length !== 4) raise(new ShapeError(`${op}: expected (N, C, H, W), got ${formatShape(x.shape)}`));
}
