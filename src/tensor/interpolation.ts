/**
 * Resampling of images and signals to another size: nearest, linear, cubic. Every axis is resampled on its own: a few
 * elements are taken and weighed, and where and how much is worked out on the host.
 */
import { raise, ShapeError, ValueError } from '../base/errors.ts';
import { formatShape } from '../base/shape.ts';
import type { Node } from '../ir/node.ts';
import { table, tableAlong } from './constants.ts';
import { add, mul } from './elementwise.ts';
import { take } from './indexing.ts';
import { asFloat } from './operands.ts';
import { type Sizes, sizesOf } from './windows.ts';

export interface InterpolateOptions {
  /** Elements of each spatial axis of the result. */
  readonly size?: Sizes;
  /** Instead of `size`: ⌊elements · scale⌋. */
  readonly scale?: number | readonly number[];
  /** Default 'nearest'. `linear` is bilinear for images, trilinear for volumes; `cubic` is Keys' with a = −0.75, as in PyTorch. */
  readonly mode?: 'nearest' | 'nearest-exact' | 'linear' | 'cubic';
  /** The first and last elements are the first and last of the result; otherwise elements are areas whose ends agree. Default false. */
  readonly alignCorners?: boolean;
}

/** What an element of the result is made of: places and their weights, one list for each tap. */
interface Tap {
  readonly places: readonly number[];
  readonly weights: readonly number[];
}

/** (N, C, …) → (N, C, …) with other sizes of the spatial axes. */
export function interpolate(x: Node, options: InterpolateOptions): Node {
  const { mode = 'nearest', alignCorners = false } = options;
  const rank = x.shape.length - 2;
  if (rank < 1) {
    raise(
      new ShapeError(`interpolate: expected (N, C, L), (N, C, H, W) or (N, C, D, H, W), got ${formatShape(x.shape)}`),
    );
  }
  if (alignCorners && mode.startsWith('nearest')) {
    raise(new ValueError(`interpolate: alignCorners has no meaning for mode '${mode}'; use 'linear' or 'cubic'`));
  }
  const targets = targetSizes(x, rank, options);
  const isWeighed = mode === 'linear' || mode === 'cubic';
  return targets.reduce(
    (node, size, i) => {
      const axis = 2 + i;
      const n = node.shape[axis]!;
      if (n === 0) raise(new ShapeError(`interpolate: axis ${axis} of ${formatShape(x.shape)} is empty`));
      if (n === size) return node;
      if (!isWeighed) return take(node, table(nearest(n, size, mode === 'nearest'), 'int32'), axis);
      const taps = mode === 'linear' ? linear(n, size, alignCorners) : cubic(n, size, alignCorners);
      return taps
        .map(({ places, weights }) =>
          mul(take(node, table(places, 'int32'), axis), tableAlong(weights, node.dtype, axis, node.shape.length)),
        )
        .reduce(add);
    },
    isWeighed ? asFloat(x) : x,
  );
}

function targetSizes(x: Node, rank: number, { size, scale }: InterpolateOptions): readonly number[] {
  if ((size === undefined) === (scale === undefined)) {
    raise(new ValueError('interpolate: give either size or scale'));
  }
  if (size !== undefined) return sizesOf('interpolate', 'size', size, rank, 1);
  const factors = typeof scale === 'number' ? new Array<number>(rank).fill(scale) : (scale ?? []);
  const sizes = x.shape.slice(2).map((n, i) => Math.floor(n * (factors[i] ?? NaN)));
  if (factors.length !== rank || sizes.some((n) => !(n >= 1))) {
    raise(
      new ValueError(
        `interpolate: scale [${factors.join(', ')}] must be ${rank} positive numbers that leave at least one element of ${formatShape(x.shape)}`,
      ),
    );
  }
  return sizes;
}

/** ⌊i·n/size⌋, or with half-element centres ⌊(i + ½)·n/size⌋; whole-number arithmetic, so no rounding can move a place. */
function nearest(n: number, size: number, isLeft: boolean): number[] {
  return Array.from({ length: size }, (_, i) =>
    isLeft ? Math.floor((i * n) / size) : Math.floor(((2 * i + 1) * n) / (2 * size)),
  );
}

/** Where element i of the result lies among the n elements. */
function position(i: number, n: number, size: number, alignCorners: boolean): number {
  if (alignCorners) return size === 1 ? 0 : (i * (n - 1)) / (size - 1);
  return ((i + 0.5) * n) / size - 0.5;
}

function linear(n: number, size: number, alignCorners: boolean): Tap[] {
  const at = Array.from({ length: size }, (_, i) => Math.max(0, position(i, n, size, alignCorners)));
  const low = at.map((p) => Math.min(n - 1, Math.floor(p)));
  return [
    { places: low, weights: at.map((p, i) => 1 - (p - low[i]!)) },
    { places: low.map((p) => Math.min(n - 1, p + 1)), weights: at.map((p, i) => p - low[i]!) },
  ];
}

/** Keys' cubic convolution (1981) with PyTorch's a; places beyond the ends read the element at the end. */
function cubic(n: number, size: number, alignCorners: boolean): Tap[] {
  const a = -0.75;
  const near = (t: number): number => ((a + 2) * t - (a + 3)) * t * t + 1; // |t| ≤ 1
  const far = (t: number): number => ((a * t - 5 * a) * t + 8 * a) * t - 4 * a; // 1 < |t| < 2
  const at = Array.from({ length: size }, (_, i) => position(i, n, size, alignCorners));
  return [-1, 0, 1, 2].map((offset) => ({
    places: at.map((p) => Math.min(n - 1, Math.max(0, Math.floor(p) + offset))),
    weights: at.map((p) => {
      const distance = Math.abs(p - Math.floor(p) - offset);
      return distance <= 1 ? near(distance) : far(distance);
    }),
  }));
}
