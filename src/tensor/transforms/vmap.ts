/**
 * `vmap`: a function of one example as a function of many. The function runs once, on stand-ins of one example's shape; the
 * graph it leaves is then rebuilt with the examples' axis in front (transform/batch.ts). Nothing is left of the loop.
 */
import { raise, ShapeError, ValueError } from '../../base/errors.ts';
import { formatShape, normalizeAxis } from '../../base/shape.ts';
import { copyLabel } from '../../engine/index-checks.ts';
import { placeholder, raiseAsyncTransform, type Transform, withTransform } from '../../engine/trace.ts';
import { permute } from '../../ir/build.ts';
import type { Node } from '../../ir/node.ts';
import { batch, type Batched, batched } from '../../transform/batch.ts';
import { Tensor } from '../tensor.ts';
import { leavesOf, replaceLeaves, spreadPrefix } from '../tree.ts';

/** An axis for every tensor, null for those that all examples share, or a tree of these that ends early or where the values end. */
export type AxisTree = number | null | readonly AxisTree[] | { readonly [key: string]: AxisTree };

export interface VmapOptions {
  /** Where the examples lie in the arguments: one for all, or a list with one for each argument. Default: 0. */
  readonly in?: AxisTree;
  /** Where they shall lie in what is returned. null for a result that is the same for all. Default: 0. */
  readonly out?: AxisTree;
}

const transform: Transform = {
  name: 'vmap',
  refusesCells:
    'it holds one value and there are as many examples as the axis is long; return the value from the function and assign it outside',
};

/**
 * f over an axis of its arguments: `vmap(f)(xs)` is `stack([f(xs.at(0)), f(xs.at(1)), …])` in one graph, without a loop. It may be
 * nested, and may contain and be contained in `grad`, `jvp`, `compile` and the others. Cells and tensors that f closes over
 * are the same for every example. Numbers and other values among the arguments are handed through.
 * @param f takes and returns trees of tensors of one example
 * @throws ShapeError if the mapped axes are of different sizes, or there is none   @throws TraceError if f assigns a Cell or reads a value
 * @example vmap((x: Tensor, y: Tensor) => x.mul(y).sum())(a, b) // (B, N), (B, N) → (B,)
 * @example const perExample = vmap(grad(lossOf), { in: [null, 0, 0] })(parameters, xs, ys)
 * @example vmap((key: Tensor) => random.normal(key, [3]))(random.split(random.key(0), 8)) // (8, 3)
 */
export function vmap<A extends readonly unknown[], R>(
  f: (...args: A) => R,
  { in: inAxes = 0, out: outAxes = 0 }: VmapOptions = {},
): (...args: A) => R {
  return (...args) => {
    const { count, examples, stands } = split(args, inAxes);
    const result = withTransform(transform, () => f(...stands));
    if (result instanceof Promise) raiseAsyncTransform(transform);
    const axes = spreadPrefix(outAxes, result);
    if (axes === undefined) {
      raise(
        new ValueError('vmap: out has another form than what the function returned; give an axis for each part of it'),
      );
    }
    const nodes = leavesOf(result).flatMap((leaf) => (leaf instanceof Tensor ? [leaf.node] : []));
    const found = batch(nodes, examples, count, { onBatch: copyLabel });
    let leaf = 0;
    let next = 0;
    return replaceLeaves(result, (value) => {
      const axis = axes[leaf++];
      return value instanceof Tensor ? new Tensor(placed(found[next++]!, axis, count)) : value;
    });
  };
}

/** The arguments with a stand-in of one example for each tensor that is mapped over, and what each stands for. */
function split<A extends readonly unknown[]>(
  args: A,
  inAxes: AxisTree,
): { count: number; examples: Map<Node, Node>; stands: A } {
  const axes = spreadPrefix(inAxes, args);
  if (axes === undefined) {
    const entries = Array.isArray(inAxes) ? ` has ${inAxes.length} entries` : ` is ${JSON.stringify(inAxes)}`;
    raise(
      new ValueError(
        `vmap: in${entries} and does not fit the ${args.length} arguments; give an axis for each, null for one that is shared`,
      ),
    );
  }
  const examples = new Map<Node, Node>();
  let count: number | undefined;
  let leaf = 0;
  const stands = replaceLeaves(args, (value) => {
    const axis = axes[leaf++];
    if (!(value instanceof Tensor) || axis === null) return value;
    const all = toFront(value, axis);
    const [size, ...shape] = all.shape;
    if (count !== undefined && size !== count) {
      raise(
        new ShapeError(
          `vmap: axis ${String(axis)} of ${formatShape(value.shape)} has size ${size}, that of an earlier argument ${count}; the mapped axes must be of one size (null in \`in\` for what is shared)`,
        ),
      );
    }
    count = size;
    const one = placeholder(transform, shape, value.dtype);
    examples.set(one, all);
    return new Tensor(one);
  });
  if (count === undefined) {
    raise(
      new ShapeError(
        'vmap: no argument has an axis to map over; give at least one tensor whose axis in `in` is not null',
      ),
    );
  }
  return { count, examples, stands };
}

function toFront(value: Tensor, axis: unknown): Node {
  if (value.rank === 0) {
    raise(
      new ShapeError(`vmap: a scalar has no axis ${String(axis)} to map over; say null for it in \`in\` to share it`),
    );
  }
  const from = normalizeAxis('vmap', axisOf(axis), value.rank);
  const others = value.shape.map((_, i) => i).filter((i) => i !== from);
  return permute(value.node, [from, ...others]);
}

/** A result with the examples' axis where it is wanted. */
function placed(result: Batched, axis: unknown, count: number): Node {
  if (axis === null) {
    if (!result.isBatched) return result.node;
    raise(new ShapeError('vmap: out is null for a result that differs from example to example; give it an axis'));
  }
  const all = batched(result, count);
  const to = normalizeAxis('vmap', axisOf(axis), all.shape.length);
  const inner = all.shape.map((_, i) => i).slice(1);
  return permute(all, [...inner.slice(0, to), 0, ...inner.slice(to)]);
}

function axisOf(axis: unknown): number {
  if (typeof axis === 'number') return axis;
  return raise(new ValueError(`vmap: expected an axis or null, got ${String(axis)}`));
}
