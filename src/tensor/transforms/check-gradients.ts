/**
 * `checkGradients`: derivatives against finite differences, as a tool for whoever writes a gradient or doubts one.
 */
import { raise, ValueError } from '../../base/errors.ts';
import { type Shape, stridesOf } from '../../base/shape.ts';
import { type Transform, withTransform } from '../../engine/trace.ts';
import { isFloat } from '../../ir/dtype.ts';
import { compile } from '../compile.ts';
import { tensor, zeros } from '../creation.ts';
import * as random from '../random/index.ts';
import { Tensor } from '../tensor.ts';
import { isBranch, leavesOf, replaceLeaves } from '../tree.ts';
import { jvp, type TangentsOf } from './jvp.ts';
import { vjp } from './vjp.ts';

export interface CheckGradientsOptions {
  /** The step of the differences, times what the element is where that is more than 1. Default: 2⁻¹⁷, where rounding and curvature err alike. */
  readonly step?: number;
  /** The largest relative error that passes. Default: 1e-6. */
  readonly tolerance?: number;
  /** 2 checks the gradient of the gradient as well. Default: 1. */
  readonly order?: 1 | 2;
  /** Which modes to check. Default: both. */
  readonly modes?: readonly ('reverse' | 'forward')[];
  /** At most so many elements of each tensor are moved, drawn at random. Default: 200. */
  readonly samples?: number;
  /** Of the draws: which elements, and how what f returns is weighed. Default: 0. */
  readonly seed?: number;
}

/** One derivative with its finite difference. */
export interface GradientComparison {
  readonly mode: 'reverse' | 'forward';
  /** 2 where it is of the gradient's gradient. */
  readonly order: 1 | 2;
  /** Which tensor: `[0].weight` for argument 0's weight. */
  readonly path: string;
  /** Which of its elements. */
  readonly index: readonly number[];
  readonly derivative: number;
  readonly difference: number;
  /** Their distance, relative to the larger of the two, or to a thousandth of the tensor's largest where both are small. */
  readonly error: number;
}

/** What a check found. */
export class GradientReport {
  readonly tolerance: number;
  /** All comparisons, the worst first. */
  readonly comparisons: readonly GradientComparison[];

  constructor(comparisons: readonly GradientComparison[], tolerance: number) {
    this.tolerance = tolerance;
    this.comparisons = comparisons.toSorted((a, b) => b.error - a.error);
  }

  /** Whether every derivative is within the tolerance. */
  get passed(): boolean {
    return this.largestError <= this.tolerance;
  }

  /** 0 where nothing was compared. */
  get largestError(): number {
    return this.comparisons[0]?.error ?? 0;
  }

  toString(): string {
    const [worst] = this.comparisons;
    if (worst === undefined) return 'checkGradients: there was nothing to compare';
    const { path, index, mode, order, derivative, difference, error } = worst;
    const failed = this.comparisons.filter((one) => !(one.error <= this.tolerance)).length;
    const verdict = failed === 0 ? 'passed' : `failed for ${failed} of`;
    const where = `argument ${path}${index.length === 0 ? '' : ` at [${index.join(', ')}]`}`;
    const kind = `${order === 2 ? 'second ' : ''}derivative (${mode} mode)`;
    return `checkGradients: ${verdict} ${this.comparisons.length} derivatives; largest relative error ${error.toExponential(1)} (tolerance ${this.tolerance}): ${where}: ${kind} ${derivative}, finite difference ${difference}`;
  }
}

const why =
  'differences need a function of its arguments alone; take what changes as an argument and return what it becomes';
const transform: Transform = { name: 'checkGradients', refusesCells: why };

/**
 * Compares the derivatives of f at `args` with central differences (f(x + h) − f(x − h)) / 2h in float64. The float tensors among the arguments
 * are converted to it; what f returns is weighed at random, so that every part of it counts. At kinks (relu at 0) the two differ
 * by right: choose other arguments. A float32 constant inside f is no harm; a cast to float32 is.
 * @param f takes and returns trees of tensors and assigns no cell   @returns a report: `passed`, `largestError`, what was compared
 * @throws ValueError if no argument is a float tensor, or f returns none; TraceError if f assigns a cell
 * @example const report = checkGradients((x: Tensor) => x.sin(), [tensor([1, 2])]); if (!report.passed) throw new Error(`${report}`);
 */
export function checkGradients<A extends readonly unknown[], R>(
  f: (...args: A) => R,
  args: readonly [...A],
  options: CheckGradientsOptions = {},
): GradientReport {
  const { tolerance = 1e-6, order = 1, seed = 0 } = options;
  const point: readonly [...A] = replaceLeaves(args, (leaf) =>
    leaf instanceof Tensor && isFloat(leaf.dtype) ? leaf.cast('float64') : leaf,
  );
  const weights = weightsFor(f, point, seed);
  const found = compare(f, point, weights, 1, options);
  if (order === 2) {
    const gradient = (...given: A): Tensor[] => {
      const [value, pullback] = vjp(f, ...given);
      return floatsOf(pullback(weighted(value, weights)));
    };
    found.push(...compare(gradient, point, weightsFor(gradient, point, seed + 1), 2, options));
  }
  return new GradientReport(found, tolerance);
}

function compare<A extends readonly unknown[], R>(
  f: (...args: A) => R,
  point: readonly [...A],
  weights: readonly Tensor[],
  order: 1 | 2,
  { step = 2 ** -17, modes = ['reverse', 'forward'], samples = 200, seed = 0 }: CheckGradientsOptions,
): GradientComparison[] {
  const value = compile((...given: A): Tensor => withTransform(transform, () => total(f(...given), weights)));
  const xs = floatsOf(point);
  const paths = pathsOf(point);
  const elements = xs.map((x) => x.dataSync());
  const places = xs.map((x, i) => drawn(x.size, samples, seed + i));
  const at = (which: number, place: number, to: number): number => {
    const moved = elements[which]!.slice();
    moved[place] = to;
    return value(...withFloat(point, which, tensor(moved, { shape: xs[which]!.shape }))).itemSync();
  };
  const differences = xs.map((_, which) =>
    places[which]!.map((place) => {
      const x = elements[which]![place]!;
      const [above, below] = [x + step * Math.max(1, Math.abs(x)), x - step * Math.max(1, Math.abs(x))];
      return (at(which, place, above) - at(which, place, below)) / (above - below);
    }),
  );
  const size = Math.abs(value(...point).itemSync());
  return modes.flatMap((mode) => {
    const derivatives = mode === 'reverse' ? reverse(f, point, weights) : forward(f, point, weights, places);
    return xs.flatMap((x, which) => {
      const all = derivatives[which]!;
      const largest = differences[which]!.reduce((most, d) => Math.max(most, Math.abs(d)), size);
      return places[which]!.map((place, k): GradientComparison => {
        const [derivative, difference] = [all[mode === 'reverse' ? place : k]!, differences[which]![k]!];
        const scale = Math.max(Math.abs(derivative), Math.abs(difference), largest / 1000, Number.MIN_VALUE);
        const distance = Math.abs(derivative - difference) / scale;
        const error = Number.isNaN(distance) ? Infinity : distance;
        return { mode, order, path: paths[which]!, index: indexOf(place, x.shape), derivative, difference, error };
      });
    });
  });
}

/** For each float tensor of the point the gradient, element by element. */
function reverse<A extends readonly unknown[], R>(
  f: (...args: A) => R,
  point: readonly [...A],
  weights: readonly Tensor[],
): ArrayLike<number>[] {
  return withTransform(transform, () => {
    const [value, pullback] = vjp(f, ...point);
    return floatsOf(pullback(weighted(value, weights))).map((g) => g.dataSync());
  });
}

/** For each float tensor of the point how the weighed value moves with each element drawn. */
function forward<A extends readonly unknown[], R>(
  f: (...args: A) => R,
  point: readonly [...A],
  weights: readonly Tensor[],
  places: readonly (readonly number[])[],
): ArrayLike<number>[] {
  const xs = floatsOf(point);
  return xs.map((x, which) => {
    const push = compile((direction: Tensor): Tensor => {
      let next = 0;
      const moves = replaceLeaves<unknown>(point, (leaf) => {
        if (!(leaf instanceof Tensor) || !isFloat(leaf.dtype)) return null;
        return next++ === which ? direction : null;
      });
      return total(jvp(f, point, moves as TangentsOf<A>)[1], weights);
    });
    return places[which]!.map((place) => {
      const direction = new Float64Array(x.size);
      direction[place] = 1;
      return push(tensor(direction, { shape: x.shape })).itemSync();
    });
  });
}

/** Random weights from −1 to 1 for each float tensor that f returns. */
function weightsFor<A extends readonly unknown[]>(
  f: (...args: A) => unknown,
  point: readonly [...A],
  seed: number,
): Tensor[] {
  const outputs = floatsOf(withTransform(transform, () => f(...point)));
  if (outputs.length === 0 || floatsOf(point).length === 0) {
    raise(
      new ValueError(
        `checkGradients: ${outputs.length === 0 ? 'the function returned' : 'the arguments hold'} no float tensor; there is no derivative to check`,
      ),
    );
  }
  return outputs.map(({ shape }, i) =>
    random.uniform(random.foldIn(random.key(seed), i), shape, { low: -1, high: 1, dtype: 'float64' }),
  );
}

/** Σ weight · value over the float tensors of a tree. */
function total(value: unknown, weights: readonly Tensor[]): Tensor {
  return floatsOf(value)
    .map((y, i) => y.mul(weights[i]!).sum())
    .reduce((a, b) => a.add(b), zeros([], { dtype: 'float64' }));
}

/** The tree with the weights as its float tensors. */
function weighted<R>(value: R, weights: readonly Tensor[]): R {
  let next = 0;
  return replaceLeaves(value, (leaf) => {
    if (!(leaf instanceof Tensor) || !isFloat(leaf.dtype)) return leaf;
    return weights[next++]!.cast(leaf.dtype);
  });
}

function floatsOf(tree: unknown): Tensor[] {
  return leavesOf(tree).flatMap((leaf) => (leaf instanceof Tensor && isFloat(leaf.dtype) ? [leaf] : []));
}

function withFloat<T>(tree: T, which: number, replacement: Tensor): T {
  let next = 0;
  return replaceLeaves(tree, (leaf) =>
    leaf instanceof Tensor && isFloat(leaf.dtype) && next++ === which ? replacement : leaf,
  );
}

/** How each float tensor is reached from the arguments. */
function pathsOf(tree: unknown, path = ''): string[] {
  if (tree instanceof Tensor) return isFloat(tree.dtype) ? [path] : [];
  if (!isBranch(tree)) return [];
  return Object.entries(tree).flatMap(([key, member]) =>
    pathsOf(member, Array.isArray(tree) ? `${path}[${key}]` : `${path}.${key}`),
  );
}

/** All places of a tensor, or as many as asked for, without repetition. */
function drawn(size: number, samples: number, seed: number): number[] {
  const all = Array.from({ length: size }, (_, i) => i);
  if (size <= samples) return all;
  return [...random.permutation(random.key(seed), size).dataSync().slice(0, samples)].sort((a, b) => a - b);
}

function indexOf(place: number, shape: Shape): number[] {
  return stridesOf(shape).map((stride, axis) => Math.floor(place / stride) % shape[axis]!);
}
