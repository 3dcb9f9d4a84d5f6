/**
 * The gradient of a loop: another loop, which takes the turns from the last to the first. It carries the gradients of the carries, takes the
 * gradients of what was stacked as slices, stacks those of the slices and adds up those of the constants. What it needs of the
 * forward turns is stacked by the forward loop if it is dear, and computed again if it is cheap.
 */
import { raise, ValueError } from '../../base/errors.ts';
import { constant, param, stacked, withInputs } from '../../ir/build.ts';
import { isFloat } from '../../ir/dtype.ts';
import type { Node, Scan } from '../../ir/node.ts';
import { families, type Op } from '../../ir/op.ts';
import { topological } from '../../ir/walk.ts';
import { type Carry, repeat, type Slice } from './make.ts';

/** The walk of gradients.ts: the gradient of each of `xs` that has one, from those of `outputs`. */
export type Walk = (outputs: readonly Node[], seeds: readonly Node[], xs: readonly Node[]) => (Node | undefined)[];

/** Elementwise ops whose value is worth stacking rather than computing twice. */
const dear: ReadonlySet<Op> = new Set<Op>(['exp', 'log', 'sin', 'tanh', 'erf', 'threefry']);

/**
 * The gradients of the inputs `wanted` of a loop, by their number; none where none flows.
 * @param cotangents the gradients of its outputs, by their number   @throws ValueError for a loop of unknown length
 */
export function pullBackScan(
  loop: Scan,
  cotangents: ReadonlyMap<number, Node>,
  wanted: readonly number[],
  walk: Walk,
): Map<number, Node> {
  const { body, length, carried, sliced, reverse, tested } = loop.attributes;
  if (tested && length > 1) {
    raise(
      new ValueError(
        'gradients: a whileLoop cannot be differentiated in reverse, because how many turns it takes is only known when it runs; use scan with a fixed length, and where() for turns that shall change nothing',
      ),
    );
  }
  const first = constant(0).id;
  const slices: Slice[] = [];
  const slice = (all: Node, { shape, dtype }: Node): Node => {
    const placeholder = param(-1, shape, dtype);
    slices.push({ placeholder, stacked: all });
    return placeholder;
  };

  // Gradients of what a turn gives, until no further carry turns out to have one.
  const seeds = new Map<number, Node>();
  for (const [index, g] of cotangents) {
    const output = body.outputs[index]!;
    seeds.set(index, index < carried ? param(-1, output.shape, output.dtype) : slice(g, output));
  }
  const xs = wanted.filter((i) => i >= carried);
  const floats = body.inputs.map((_, i) => i).filter((i) => i < carried && isFloat(body.inputs[i]!.dtype));
  let found: (Node | undefined)[];
  for (;;) {
    const numbers = [...seeds.keys()];
    found = walk(
      numbers.map((index) => body.outputs[index]!),
      [...seeds.values()],
      [...floats, ...xs].map((i) => body.inputs[i]!),
    );
    const missing = floats.filter((i, k) => found[k] !== undefined && !seeds.has(i));
    if (missing.length === 0) break;
    for (const i of missing) seeds.set(i, param(-1, body.inputs[i]!.shape, body.inputs[i]!.dtype));
  }

  const backward = new Forward(loop, first, slice).express(found, new Set(seeds.values()));
  const active = floats.filter((i) => seeds.has(i));
  const carries = active.map((i): Carry => {
    const { shape, dtype } = body.inputs[i]!;
    const zero = constant(0, shape, dtype);
    return { placeholder: seeds.get(i)!, init: cotangents.get(i) ?? zero, next: backward[floats.indexOf(i)] ?? zero };
  });
  if (tested) {
    const done = constant(0, loop.inputs[0]!.shape, 'bool');
    carries.unshift({ placeholder: param(-1, done.shape, 'bool'), init: loop.inputs[0]!, next: done });
  }
  const gradientOf = new Map(xs.map((i, k) => [i, backward[floats.length + k]]));
  const reached = xs.filter((i) => gradientOf.get(i) !== undefined);
  const isSlice = (i: number): boolean => i < carried + sliced;
  const [stackOf, sumOf] = [reached.filter(isSlice), reached.filter((i) => !isSlice(i))];
  const looped = repeat({
    length,
    reverse: !reverse,
    tested,
    carries,
    slices,
    stacks: stackOf.map((i) => gradientOf.get(i)!),
    sums: sumOf.map((i) => gradientOf.get(i)!),
    first,
    keepsOwn: tested,
  });

  const result = new Map<number, Node>();
  const finals = tested ? looped.carries.slice(1) : looped.carries;
  active.forEach((i, k) => {
    if (wanted.includes(i)) result.set(i, finals[k]!);
  });
  stackOf.forEach((i, k) => result.set(i, looped.stacks[k]!));
  sumOf.forEach((i, k) => result.set(i, looped.sums[k]!));
  return result;
}

/** What another loop over the same turns says about the values of this one. */
export class Forward {
  private readonly loop: Scan;
  private readonly first: number;
  private readonly slice: (all: Node, one: Node) => Node;
  /** Nodes of the forward turn (no gradient comes in) and what stands for them in the backward turn. */
  private readonly results = new Map<Node, Node>();
  private readonly inputs: ReadonlyMap<Node, number>;
  /** Nodes that differ between turns. */
  private readonly varying = new Set<Node>();

  constructor(loop: Scan, first: number, slice: (all: Node, one: Node) => Node) {
    this.loop = loop;
    this.first = first;
    this.slice = slice;
    this.inputs = new Map(loop.attributes.body.inputs.map((node, i) => [node, i]));
  }

  /** Gradients (or tangents), which are made of the forward turn's nodes and of `seeds`, as nodes of the other turn. */
  express(roots: readonly (Node | undefined)[], seeds: ReadonlySet<Node>): (Node | undefined)[] {
    const isLeaf = (node: Node): boolean => seeds.has(node) || this.inputs.has(node);
    const order = topological(
      roots.filter((root) => root !== undefined),
      isLeaf,
    );
    const { carried, sliced } = this.loop.attributes;
    for (const node of order) {
      const input = this.inputs.get(node);
      const varies = input === undefined ? node.inputs.some((x) => this.varying.has(x)) : input < carried + sliced;
      if (varies) this.varying.add(node);
    }
    // What is made of gradients is made again; what is not belongs to the forward turn.
    const backward = new Set<Node>();
    for (const node of order)
      if (seeds.has(node) || node.inputs.some((input) => backward.has(input))) backward.add(node);
    const made = new Map<Node, Node>();
    const express = (node: Node): Node => {
      if (!backward.has(node)) return this.forward(node);
      return made.get(node)!;
    };
    for (const node of order) {
      if (backward.has(node)) made.set(node, seeds.has(node) ? node : withInputs(node, node.inputs.map(express)));
    }
    return roots.map((root) => root && express(root));
  }

  /** A value of the forward turn. */
  private forward(root: Node): Node {
    const { results } = this;
    const isDone = (node: Node): boolean => results.has(node) || this.inputs.has(node) || this.isStacked(node);
    for (const node of topological([root], isDone)) {
      if (results.has(node)) continue;
      const input = this.inputs.get(node);
      if (input !== undefined) results.set(node, this.input(node, input));
      else if (this.isStacked(node)) results.set(node, this.stack(node));
      else
        results.set(
          node,
          withInputs(
            node,
            node.inputs.map((x) => results.get(x)!),
          ),
        );
    }
    return results.get(root)!;
  }

  private input(node: Node, i: number): Node {
    const { carried, sliced, length } = this.loop.attributes;
    const outer = this.loop.inputs[i]!;
    if (i >= carried + sliced) return outer;
    if (i >= carried) return this.slice(outer, node);
    // The only turn starts from the first value.
    return length === 1 ? outer : this.stack(node);
  }

  private stack(node: Node): Node {
    return this.slice(stacked(this.loop, node), node);
  }

  /** Whether the forward loop stacks a value for the way back. */
  private isStacked(node: Node): boolean {
    const { body, carried, tested } = this.loop.attributes;
    if (tested || this.inputs.has(node) || !this.varying.has(node)) return false;
    if (body.outputs.includes(node, carried)) return true;
    switch (families[node.op]) {
      case 'reduce':
      case 'indexing':
        return true;
      case 'loop':
        return node.op === 'part';
      case 'structure':
        return node.op === 'routine';
      default:
        return dear.has(node.op) && node.id < this.first;
    }
  }
}
