/**
 * Convolution and pooling over images in NCHW. A convolution is a sum of products like any other contraction: the windows
 * are a view of the padded input (slide), and nothing is copied to form them.
 */
import { raise, ShapeError, ValueError } from '../base/errors.ts';
import { formatShape, type Shape } from '../base/shape.ts';
import { binary, expand, pad, reduce, reshape, shrink, slide } from '../ir/build.ts';
import { infoOf, promote } from '../ir/dtype.ts';
import type { Node } from '../ir/node.ts';
import { div } from './elementwise.ts';
import { asFloat, like, toNode, widened } from './operands.ts';

/** The same for height and width, or [height, width]. */
export type Pair = number | readonly [number, number];

export interface ConvolutionOptions {
  /** Step between windows. Default 1. */
  readonly stride?: Pair;
  /** Zeros around the input, or 'same' for an output of the input's size (stride 1). Default 0. */
  readonly padding?: Pair | 'same';
  /** Step between the elements of a window. Default 1. */
  readonly dilation?: Pair;
  /** Channels in this many independent groups. Default 1. */
  readonly groups?: number;
}

/** What a window does along one axis. */
interface Extent {
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly before: number;
  readonly after: number;
  /** Number of windows. */
  readonly count: number;
}

function pairOf(pair: Pair): readonly [number, number] {
  return typeof pair === 'number' ? [pair, pair] : pair;
}

function extentsOf(
  op: string,
  x: Node,
  kernel: readonly [number, number],
  options: ConvolutionOptions,
): [Extent, Extent] {
  const { stride = 1, padding = 0, dilation = 1 } = options;
  const strides = pairOf(stride);
  const dilations = pairOf(dilation);
  for (const [name, pair] of [
    ['kernel', kernel],
    ['stride', strides],
    ['dilation', dilations],
  ] as const) {
    if (pair.some((n) => !Number.isInteger(n) || n < 1)) {
      raise(new ValueError(`${op}: ${name} [${pair.join(', ')}] must be whole numbers from 1 up`));
    }
  }
  if (padding === 'same' && strides.some((n) => n !== 1)) {
    raise(
      new ValueError(`${op}: padding 'same' needs stride 1, got [${strides.join(', ')}]; give the padding as a number`),
    );
  }
  const extent = (i: 0 | 1): Extent => {
    const size = x.shape[i + 2]!;
    const reach = (kernel[i] - 1) * dilations[i];
    const [before, after] =
      padding === 'same' ? [reach >> 1, reach - (reach >> 1)] : [pairOf(padding)[i], pairOf(padding)[i]];
    const count = Math.floor((size + before + after - reach - 1) / strides[i]) + 1;
    if (count < 1) {
      raise(
        new ShapeError(
          `${op}: a window of ${reach + 1} does not fit axis ${i + 2} of ${formatShape(x.shape)} with padding ${before}; pad more or use a smaller kernel`,
        ),
      );
    }
    return { kernel: kernel[i], stride: strides[i], dilation: dilations[i], before, after, count };
  };
  return [extent(0), extent(1)];
}

/**
 * Cross-correlation: out[n, o, i, j] = Σ x[n, c, i·s + k·d − p, j·s + l·d − p] · w[o, c, k, l] over c, k, l.
 * @param x (N, C, H, W)   @param weight (O, C / groups, kh, kw)   @returns (N, O, H', W')
 */
export function conv2d(x: Node, weight: Node, options: ConvolutionOptions = {}): Node {
  const { groups = 1 } = options;
  checkConvolution(x, weight, groups);
  const dtype = promote(widened(x).dtype, widened(weight).dtype);
  const [batch, channels] = [x.shape[0]!, x.shape[1]!];
  const [outputs, , kh, kw] = [weight.shape[0]!, weight.shape[1]!, weight.shape[2]!, weight.shape[3]!];
  const [h, w] = extentsOf('conv2d', x, [kh, kw], options);
  const padded = padded2d(toNode(x, dtype), h, w, 0);
  const kernel = toNode(weight, dtype);
  const [height, width] = [padded.shape[2]!, padded.shape[3]!];
  // One index space: (n, [g], o, c, oh, kh, ow, kw); summing over c, kh and kw leaves (n, [g], o, oh, ow).
  if (groups === 1) {
    const windows = windowed(expand(padded, [batch, outputs, channels, height, kh, width, kw], [0, 2, 3, 5]), 3, h, w);
    const product = binary('mul', windows, expand(kernel, windows.shape, [1, 2, 4, 6]));
    return reduce('sum', product, [2, 4, 6]);
  }
  const [o, c] = [outputs / groups, channels / groups];
  const grouped = reshape(padded, [batch, groups, c, height, width]);
  const windows = windowed(expand(grouped, [batch, groups, o, c, height, kh, width, kw], [0, 1, 3, 4, 6]), 4, h, w);
  const kernels = expand(reshape(kernel, [groups, o, c, kh, kw]), windows.shape, [1, 2, 3, 5, 7]);
  return reshape(reduce('sum', binary('mul', windows, kernels), [3, 5, 7]), [batch, outputs, h.count, w.count]);
}

function checkConvolution(x: Node, weight: Node, groups: number): void {
  if (x.shape.length !== 4 || weight.shape.length !== 4) {
    raise(
      new ShapeError(
        `conv2d: expected input (N, C, H, W) and weight (O, C/groups, kh, kw), got ${formatShape(x.shape)} and ${formatShape(weight.shape)}`,
      ),
    );
  }
  const channels = x.shape[1]!;
  if (!Number.isInteger(groups) || groups < 1 || channels % groups !== 0 || weight.shape[0]! % groups !== 0) {
    raise(
      new ValueError(
        `conv2d: groups ${groups} must divide the ${channels} input and the ${weight.shape[0]} output channels`,
      ),
    );
  }
  if (weight.shape[1] !== channels / groups) {
    raise(
      new ShapeError(
        `conv2d: input ${formatShape(x.shape)} has ${channels} channels in ${groups} ${groups === 1 ? 'group' : 'groups'}, weight ${formatShape(weight.shape)} takes ${weight.shape[1]}`,
      ),
    );
  }
}

function padded2d(x: Node, h: Extent, w: Extent, value: number): Node {
  return pad(x, { low: [0, 0, h.before, w.before], high: [0, 0, h.after, w.after], value });
}

/** Axes `at` and `at + 2` slid under the windows in the axes after them. */
function windowed(x: Node, at: number, h: Extent, w: Extent): Node {
  const rows = slide(x, h.count, { axis: at, window: at + 1, stride: h.stride, dilation: h.dilation });
  return slide(rows, w.count, { axis: at + 2, window: at + 3, stride: w.stride, dilation: w.dilation });
}

export interface PoolOptions {
  /** Step between windows. Default: the kernel's size. */
  readonly stride?: Pair;
  /** Elements around the input, which count as −∞ for max and 0 for average. Default 0. */
  readonly padding?: Pair;
  readonly dilation?: Pair;
}

/** The largest element of each window: (N, C, H, W) → (N, C, H', W'). */
export function maxPool2d(x: Node, kernel: Pair, options: PoolOptions = {}): Node {
  const windows = poolWindows('maxPool2d', x, kernel, options, infoOf(x.dtype).lowest);
  return reduce('amax', windows, [3, 5]);
}

export interface AveragePoolOptions extends PoolOptions {
  /** Whether padding counts as zeros. Default true, as in PyTorch. */
  readonly countIncludePad?: boolean;
}

/** The mean of each window: (N, C, H, W) → (N, C, H', W'). */
export function avgPool2d(input: Node, kernel: Pair, options: AveragePoolOptions = {}): Node {
  const x = asFloat(input);
  const total = (of: Node): Node => reduce('sum', poolWindows('avgPool2d', of, kernel, options, 0), [3, 5]);
  const [kh, kw] = pairOf(kernel);
  const isWhole = options.countIncludePad !== false || (options.padding ?? 0) === 0;
  return div(total(x), isWhole ? kh * kw : total(like(x, 1)));
}

/** (N, C, H, W) → (N, C, H', kh, W', kw). */
function poolWindows(op: string, x: Node, kernel: Pair, options: PoolOptions, value: number): Node {
  if (x.shape.length !== 4) raise(new ShapeError(`${op}: expected (N, C, H, W), got ${formatShape(x.shape)}`));
  const sizes = pairOf(kernel);
  const { stride = kernel, padding = 0, dilation = 1 } = options;
  const [h, w] = extentsOf(op, x, sizes, { stride, padding, dilation });
  for (const { before, kernel: size } of [h, w]) {
    if (before * 2 > size) {
      raise(
        new ValueError(
          `${op}: padding ${before} is more than half the kernel ${size}; windows would see nothing but padding`,
        ),
      );
    }
  }
  const padded = padded2d(x, h, w, value);
  const [batch, channels] = [x.shape[0]!, x.shape[1]!];
  const shape: Shape = [batch, channels, h.count, h.kernel, w.count, w.kernel];
  if ([h, w].every((extent) => extent.stride === extent.kernel && extent.dilation === 1)) {
    const covered = [batch, channels, h.count * h.kernel, w.count * w.kernel];
    return reshape(shrink(padded, [0, 0, 0, 0], covered), shape);
  }
  const [height, width] = [padded.shape[2]!, padded.shape[3]!];
  return windowed(expand(padded, [batch, channels, height, h.kernel, width, w.kernel], [0, 1, 2, 4]), 2, h, w);
}
