/**
 * Gradients of one value with respect to others: a walk back through the graph that emits more graph. There is no tape. The rules are in vjp.ts.
 */
import { DTypeError, raise, ShapeError } from '../base/errors.ts';
import { formatShape, sameShape } from '../base/shape.ts';
import { binary, constant } from '../ir/build.ts';
import { isFloat } from '../ir/dtype.ts';
import type { CustomGradient } from '../ir/custom.ts';
import type { Node, NodeOf } from '../ir/node.ts';
import { madeFor } from '../ir/origin.ts';
import { topological } from '../ir/walk.ts';
import { pullBackScan } from './scan/pull-back.ts';
import { flows, pullBack, pullBackCustom } from './vjp.ts';

/**
 * Σ seed · ∂y/∂x for every x: each in the shape and dtype of its x. They are total derivatives: an x that feeds another x gets that part too.
 * @param y any float node   @param xs float nodes, leaves or intermediate values; zeros where y does not depend on them
 * @param seed in the shape and dtype of y; ones if left out
 * @throws DTypeError if y, an x or the seed is not of the right float dtype; ShapeError if the seed's shape differs
 * @example const [dw, db] = gradients(loss, [w, b])
 */
export function gradients(y: Node, xs: readonly Node[], seed: Node = constant(1, y.shape, y.dtype)): Node[] {
  return gradientsOfAll([y], [seed], xs);
}

/** As `gradients`, of several values at once: Σ over all of them of seed · ∂y/∂x, in one walk. */
export function gradientsOfAll(ys: readonly Node[], seeds: readonly Node[], xs: readonly Node[]): Node[] {
  ys.forEach((y, i) => {
    checkFloat('the value', y);
    checkSeed(y, seeds[i]!);
  });
  for (const x of xs) checkFloat('the variable', x);

  const found = walk(ys, seeds, xs);
  return xs.map((x, i) => found[i] ?? constant(0, x.shape, x.dtype));
}

/** The walk itself; undefined for an x that no gradient reaches. */
function walk(ys: readonly Node[], seeds: readonly Node[], xs: readonly Node[]): (Node | undefined)[] {
  const path = between(xs, ys);
  const found = new Map<Node, Node>();
  /** For each loop the gradients of its parts, by number: they come before it on the way back. */
  const parts = new Map<Node, Map<number, Node>>();
  const add = <K>(to: Map<K, Node>, key: K, contribution: Node): void => {
    const sum = to.get(key);
    to.set(key, sum === undefined ? contribution : binary('add', sum, contribution));
  };
  ys.forEach((y, i) => {
    add(found, y, seeds[i]!);
  });
  const together = new CustomCalls(path);
  for (const node of [...path].reverse()) {
    if (node.op === 'scan') {
      const wanted = node.inputs.map((_, i) => i).filter((i) => path.has(node.inputs[i]!) && flows(node, i));
      const cotangents = parts.get(node);
      if (cotangents === undefined) continue;
      for (const [i, g] of pullBackScan(node, cotangents, wanted, walk)) add(found, node.inputs[i]!, g);
      continue;
    }
    const g = found.get(node);
    if (node.op === 'custom') {
      const back = madeFor(node, 'gradient', () => together.meet(node, g));
      node.inputs.forEach((input, i) => {
        const contribution = back?.[i];
        if (contribution !== undefined && path.has(input)) add(found, input, contribution);
      });
      continue;
    }
    if (g === undefined) continue;
    if (node.op === 'part') {
      const loop = node.inputs[0]!;
      let of = parts.get(loop);
      if (of === undefined) parts.set(loop, (of = new Map()));
      add(of, node.attributes.index, g);
      continue;
    }
    node.inputs.forEach((input, i) => {
      if (path.has(input) && flows(node, i))
        add(
          found,
          input,
          madeFor(node, 'gradient', () => pullBack(node, i, g)),
        );
    });
  }
  return xs.map((x) => found.get(x));
}

/** Calls of functions with gradients of their own: the gradients of all results of a call go back at once, when the walk has met them all. */
class CustomCalls {
  readonly #calls = new Map<CustomGradient, Call[]>();

  /** @param path the nodes that the walk will meet */
  constructor(path: Iterable<Node>) {
    for (const node of path) if (node.op === 'custom') this.#callOf(node).left++;
  }

  /** Takes the gradient of one result, if any arrived there; at the last of a call, returns those of its inputs. */
  meet(node: NodeOf<'custom'>, g: Node | undefined): readonly (Node | undefined)[] | undefined {
    const call = this.#callOf(node);
    call.gradients[node.attributes.result] = g;
    call.left--;
    if (call.left > 0 || call.gradients.every((one) => one === undefined)) return undefined;
    return pullBackCustom(node, call.gradients);
  }

  /** Copies of a call in one graph differ in their inputs. */
  #callOf({ attributes: { rule }, inputs }: NodeOf<'custom'>): Call {
    let calls = this.#calls.get(rule);
    if (calls === undefined) this.#calls.set(rule, (calls = []));
    let call = calls.find((one) => sameNodes(one.inputs, inputs));
    if (call === undefined) {
      const gradients = new Array<Node | undefined>(rule.results).fill(undefined);
      calls.push((call = { inputs, gradients, left: 0 }));
    }
    return call;
  }
}

interface Call {
  readonly inputs: readonly Node[];
  readonly gradients: (Node | undefined)[];
  /** Results that the walk has not met yet. */
  left: number;
}

function sameNodes(a: readonly Node[], b: readonly Node[]): boolean {
  return a.length === b.length && a.every((node, i) => node === b[i]);
}

function checkFloat(role: string, node: Node): void {
  if (isFloat(node.dtype)) return;
  raise(
    new DTypeError(`gradients: ${role} must be float32 or float64, got ${node.dtype}; convert with .cast('float32')`),
  );
}

function checkSeed(y: Node, seed: Node): void {
  if (seed.dtype !== y.dtype)
    raise(new DTypeError(`gradients: the seed is ${seed.dtype} and the value ${y.dtype}; convert one with .cast()`));
  if (!sameShape(seed.shape, y.shape)) {
    raise(
      new ShapeError(
        `gradients: the seed has shape ${formatShape(seed.shape)}; it must have the value's, ${formatShape(y.shape)}`,
      ),
    );
  }
}

/** The nodes through which gradients flow from the ys to some x, inputs before users. */
function between(xs: readonly Node[], ys: readonly Node[]): Set<Node> {
  // Ids rise in creation order, so what is older than every x depends on none.
  let oldest = Infinity;
  for (const x of xs) oldest = Math.min(oldest, x.id);
  const ends = new Set(xs);
  const path = new Set<Node>();
  for (const node of topological(ys, ({ id }) => id <= oldest)) {
    const reached = isFloat(node.dtype) && node.inputs.some((input, i) => path.has(input) && flows(node, i));
    if (reached || ends.has(node)) path.add(node);
  }
  return path;
}
