/**
 * Random operands for graphs under test: inputs of every dtype seen through random views, so that no op is only ever met
 * on contiguous memory.
 */
import { sizeOf, type Shape } from '../../src/base/shape.ts';
import { expand, flip, param, permute, shrink, slide } from '../../src/ir/build.ts';
import { type DType, infoOf, isFloat, storedFrom, type TypedArray } from '../../src/ir/dtype.ts';
import type { Node } from '../../src/ir/node.ts';
import { lcg } from '../golden/lcg.ts';

/** One element, given where the other draws come from. */
export type Values = (operands: Operands) => number;

/** The inputs of one graph as they are drawn, and what they are drawn with. */
export class Operands {
  readonly inputs: Node[] = [];
  readonly values: TypedArray[] = [];
  private readonly next: () => number;

  constructor(seed: number) {
    this.next = lcg(seed);
  }

  /** A number in [low, high). */
  between(low: number, high: number): number {
    return low + (high - low) * this.next();
  }

  /** A whole number from 0 to count - 1. */
  below(count: number): number {
    return Math.floor(this.next() * count);
  }

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)]!;
  }

  /** Mostly small sizes, some past a vector, a few 1 or 0. */
  size(): number {
    return this.pick([0, 1, 1, 2, 3, 4, 5, 7, 8, 9, 13, 16, 17, 19, 33]);
  }

  shape(leastRank = 0): number[] {
    const rank = leastRank + this.below(4 - leastRank);
    return Array.from({ length: rank }, () => (rank < 3 ? this.size() : this.pick([0, 1, 2, 3, 4, 5, 8, 9])));
  }

  /** A contiguous input. */
  input(shape: Shape, dtype: DType, values: Values = ordinary(dtype)): Node {
    this.values.push(
      storedFrom(
        dtype,
        Array.from({ length: sizeOf(shape) }, () => values(this)),
      ),
    );
    this.inputs.push(param(this.inputs.length, shape, dtype));
    return this.inputs.at(-1)!;
  }

  /** An input seen through up to `depth` movements. */
  view(shape: Shape, dtype: DType, values: Values = ordinary(dtype), depth = this.below(3)): Node {
    const inner = (from: Shape): Node => this.view(from, dtype, values, depth - 1);
    const axis = this.below(shape.length);
    if (depth === 0 || shape.length === 0) return this.input(shape, dtype, values);
    switch (this.pick(['permute', 'flip', 'shrink', 'expand', 'slide'] as const)) {
      case 'permute': {
        const order = this.order(shape.length);
        const from = shape.map((_, i) => shape[order.indexOf(i)]!);
        return permute(inner(from), order);
      }
      case 'flip':
        return flip(
          inner(shape),
          shape.map((_, i) => i).filter(() => this.below(2) === 0),
        );
      case 'shrink': {
        const start = shape.map(() => this.below(3));
        const step = shape.map(() => 1 + this.below(3));
        const from = shape.map((n, i) => start[i]! + Math.max(0, (n - 1) * step[i]! + 1) + this.below(2));
        return shrink(inner(from), start, shape, step);
      }
      case 'expand': {
        const isKept = this.below(2) === 0;
        const from = isKept ? shape.map((n, i) => (i === axis ? 1 : n)) : shape.filter((_, i) => i !== axis);
        const axes = shape.map((_, i) => i).filter((i) => isKept || i !== axis);
        return expand(inner(from), shape, axes);
      }
      case 'slide': {
        const window = shape.findIndex((n, i) => i !== axis && n > 0);
        if (window < 0) return inner(shape);
        const [stride, dilation] = [1 + this.below(3), 1 + this.below(2)];
        const reach = Math.max(0, (shape[axis]! - 1) * stride) + (shape[window]! - 1) * dilation + 1;
        const length = reach + this.below(2);
        const from = shape.map((n, i) => (i === axis ? length : i === window ? 1 : n));
        const windows = from.map((n, i) => (i === window ? shape[window]! : n));
        return slide(expand(inner(from), windows), shape[axis]!, { axis, window, stride, dilation });
      }
    }
  }

  /** A random order of `rank` axes. */
  order(rank: number): number[] {
    const order = Array.from({ length: rank }, (_, i) => i);
    for (let i = rank - 1; i > 0; i--) {
      const j = this.below(i + 1);
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
    return order;
  }

  /** A random non-empty set of axes, ascending. */
  axes(rank: number): number[] {
    const axes = Array.from({ length: rank }, (_, i) => i).filter(() => this.below(2) === 0);
    return axes.length === 0 ? [this.below(rank)] : axes;
  }
}

const specials = [NaN, Infinity, -Infinity, 0, -0, 1, -1, 0.5, -2];

/** Any value of a dtype: for floats mostly within ±8, with the special ones among them; for integers the ends of the range. */
export function ordinary(dtype: DType): Values {
  if (isFloat(dtype)) return (o) => (o.below(8) === 0 ? o.pick(specials) : o.between(-8, 8));
  const { kind, lowest, highest } = infoOf(dtype);
  if (kind === 'bool') return (o) => o.below(2);
  const ends = [0, 1, -1, 2, -2, lowest, lowest + 1, highest - 1, highest, 128, 255, 256, 65536];
  const integers = ends.filter((x) => x >= lowest && x <= highest);
  const [low, high] = [Math.max(lowest, -1000), Math.min(highest, 1000)];
  return (o) => (o.below(4) === 0 ? o.pick(integers) : Math.floor(o.between(low, high + 1)));
}

/** Floats within ±limit, without special values, or with. */
export function within(limit: number, withSpecials = true): Values {
  return (o) => (withSpecials && o.below(8) === 0 ? o.pick(specials) : o.between(-limit, limit));
}
