/**
 * Convolutions over signals (N, C, L), images (N, C, H, W) and volumes (N, C, D, H, W). A convolution is a sum of products
 * like any other contraction: the windows are a view of the padded input (slide), and nothing is copied to form them. A
 * transposed one reads the places that windows would have come from (unslide).
 */
import { raise, ShapeError, ValueError } from '../base/errors.ts';
import { formatShape } from '../base/shape.ts';
import { binary, expand, reduce, reshape, shrink, unslide } from '../ir/build.ts';
import { promote } from '../ir/dtype.ts';
import type { Node } from '../ir/node.ts';
import { transpose } from './movement.ts';
import { toNode, widened } from './operands.ts';
import { extentsOf, interleaved, padded, type Sizes, sizesOf, windowed } from './windows.ts';

/** The same for height and width, or [height, width]. */
export type Pair = number | readonly [number, number];

export interface ConvolutionOptions {
  /** Step between windows. Default 1. */
  readonly stride?: Sizes;
  /** Zeros around the input, or 'same' for an output of the input's size (stride 1). Default 0. */
  readonly padding?: Sizes | 'same';
  /** Step between the elements of a window. Default 1. */
  readonly dilation?: Sizes;
  /** Channels in this many independent groups. Default 1. */
  readonly groups?: number;
}

/** How the spatial axes are called in messages. */
const axisNames = ['', 'L', 'H, W', 'D, H, W'];

/**
 * Cross-correlation over the last `rank` axes: out[n, o, i] = Σ x[n, c, i·stride + k·dilation − padding] · w[o, c, k] over c, k.
 * @param x (N, C, …)   @param weight (O, C / groups, …)   @returns (N, O, …)
 */
export function convolve(op: string, rank: number, x: Node, weight: Node, options: ConvolutionOptions = {}): Node {
  const { groups = 1 } = options;
  checkOperands(op, rank, x, weight, `(O, C/groups, kernel)`);
  checkGroups(op, groups, x.shape[1]!, weight.shape[0]!);
  if (weight.shape[1] !== x.shape[1]! / groups) {
    raise(
      new ShapeError(
        `${op}: input ${formatShape(x.shape)} has ${x.shape[1]} channels in ${groups} ${groups === 1 ? 'group' : 'groups'}, weight ${formatShape(weight.shape)} takes ${weight.shape[1]}`,
      ),
    );
  }
  const dtype = promote(widened(x).dtype, widened(weight).dtype);
  const [batch, channels, outputs] = [x.shape[0]!, x.shape[1]!, weight.shape[0]!];
  const kernel = weight.shape.slice(2);
  const extents = extentsOf(op, x, 2, kernel, options);
  const source = padded(toNode(x, dtype), 2, extents, 0);
  const sizes = source.shape.slice(2);
  const counts = extents.map(({ count }) => count);
  const w = toNode(weight, dtype);
  // One index space: (n, [g], o, c, s₁, k₁, s₂, k₂, …); summing over c and the k leaves (n, [g], o, s₁, s₂, …).
  if (groups === 1) {
    const space = [batch, outputs, channels, ...interleaved(sizes, kernel)];
    const windows = windowed(expand(source, space, [0, 2, ...places(3, rank)]), 3, extents);
    const product = binary('mul', windows, expand(w, windows.shape, [1, 2, ...places(4, rank)]));
    return reduce('sum', product, [2, ...places(4, rank)]);
  }
  const [o, c] = [outputs / groups, channels / groups];
  const space = [batch, groups, o, c, ...interleaved(sizes, kernel)];
  const grouped = reshape(source, [batch, groups, c, ...sizes]);
  const windows = windowed(expand(grouped, space, [0, 1, 3, ...places(4, rank)]), 4, extents);
  const kernels = expand(reshape(w, [groups, o, c, ...kernel]), windows.shape, [1, 2, 3, ...places(5, rank)]);
  const sums = reduce('sum', binary('mul', windows, kernels), [3, ...places(5, rank)]);
  return reshape(sums, [batch, outputs, ...counts]);
}

export interface TransposedConvolutionOptions {
  /** Step between the places where windows are put down. Default 1. */
  readonly stride?: Sizes;
  /** Elements cut off both ends of the output. Default 0. */
  readonly padding?: Sizes;
  /** Elements added to one end of the output, because several input sizes of a convolution share an output size. Default 0. */
  readonly outputPadding?: Sizes;
  readonly dilation?: Sizes;
  readonly groups?: number;
}

/**
 * The transpose of `convolve` as a linear map, that is its gradient: every element puts down a window of weights.
 * @param x (N, C, …)   @param weight (C, O / groups, …)   @returns (N, O, …), (size − 1) · stride − 2 · padding + dilation · (kernel − 1) + outputPadding + 1 a side
 */
export function convolveTransposed(
  op: string,
  rank: number,
  x: Node,
  weight: Node,
  options: TransposedConvolutionOptions = {},
): Node {
  const { stride = 1, padding = 0, outputPadding = 0, dilation = 1, groups = 1 } = options;
  checkOperands(op, rank, x, weight, `(C, O/groups, kernel)`);
  const [batch, channels] = [x.shape[0]!, x.shape[1]!];
  if (weight.shape[0] !== channels) {
    raise(
      new ShapeError(
        `${op}: input ${formatShape(x.shape)} has ${channels} channels, weight ${formatShape(weight.shape)} takes ${weight.shape[0]}`,
      ),
    );
  }
  const o = weight.shape[1]!;
  checkGroups(op, groups, channels, o * groups);
  const kernel = sizesOf(op, 'kernel', weight.shape.slice(2), rank, 1);
  const strides = sizesOf(op, 'stride', stride, rank, 1);
  const dilations = sizesOf(op, 'dilation', dilation, rank, 1);
  const cuts = sizesOf(op, 'padding', padding, rank, 0);
  const extras = sizesOf(op, 'outputPadding', outputPadding, rank, 0);
  const sizes = x.shape.slice(2);
  const lengths = sizes.map((n, i) => {
    const length = (n - 1) * strides[i]! - 2 * cuts[i]! + dilations[i]! * (kernel[i]! - 1) + extras[i]! + 1;
    if (extras[i]! >= Math.max(strides[i]!, dilations[i]!) || length < 1) {
      raise(
        new ValueError(
          `${op}: axis ${i + 2} of ${formatShape(x.shape)} would have ${length} elements with padding ${cuts[i]} and outputPadding ${extras[i]}; the latter must be smaller than stride or dilation`,
        ),
      );
    }
    return length;
  });
  const dtype = promote(widened(x).dtype, widened(weight).dtype);
  const c = channels / groups;
  // (n, g, o, c, s₁, k₁, …), summed over c and the k.
  const grouped = reshape(toNode(x, dtype), [batch, groups, c, ...sizes]);
  const space = [batch, groups, o, c, ...interleaved(sizes, kernel)];
  let source = expand(grouped, space, [0, 1, 3, ...places(4, rank)]);
  for (let i = 0; i < rank; i++) {
    const axis = 4 + 2 * i;
    const slide = { axis, window: axis + 1, stride: strides[i]!, dilation: dilations[i]! };
    source = unslide(source, lengths[i]! + cuts[i]!, slide);
  }
  const starts = source.shape.map((_, axis) => (axis < 4 || axis % 2 === 1 ? 0 : cuts[(axis - 4) / 2]!));
  source = shrink(source, starts, [batch, groups, o, c, ...interleaved(lengths, kernel)]);
  const w = reshape(toNode(weight, dtype), [groups, c, o, ...kernel]);
  const swapped = transpose(w, 1, 2); // (g, o, c, k₁, …)
  const product = binary('mul', source, expand(swapped, source.shape, [1, 2, 3, ...places(5, rank)]));
  return reshape(reduce('sum', product, [3, ...places(5, rank)]), [batch, groups * o, ...lengths]);
}

/** Cross-correlation of images, (N, C, H, W) and (O, C / groups, kh, kw) → (N, O, H', W'). */
export function conv2d(x: Node, weight: Node, options: ConvolutionOptions = {}): Node {
  return convolve('conv2d', 2, x, weight, options);
}

/** Every other axis from `first` on. */
function places(first: number, rank: number): number[] {
  return Array.from({ length: rank }, (_, i) => first + 2 * i);
}

function checkOperands(op: string, rank: number, x: Node, weight: Node, form: string): void {
  if (x.shape.length === rank + 2 && weight.shape.length === rank + 2) return;
  raise(
    new ShapeError(
      `${op}: expected input (N, C, ${axisNames[rank]}) and weight ${form}, got ${formatShape(x.shape)} and ${formatShape(weight.shape)}`,
    ),
  );
}

function checkGroups(op: string, groups: number, channels: number, outputs: number): void {
  if (Number.isInteger(groups) && groups >= 1 && channels % groups === 0 && outputs % groups === 0) return;
  raise(new ValueError(`${op}: groups ${groups} must divide the ${channels} input and the ${outputs} output channels`));
}
