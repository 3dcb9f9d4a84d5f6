/**
 * Makes loops out of what one turn does. Whatever need not wait for a turn is taken out of the loop and done for all turns at once, as the
 * batch rules say: products of what the carries do not change (x_t · W) before it, products that no carry needs (an output layer, the
 * gradients of weights) after it. One product of T · B rows is much faster than T of B.
 */
import { sizeOf } from '../../base/shape.ts';
import { binary, constant, param, part, reduce, scan } from '../../ir/build.ts';
import type { Node } from '../../ir/node.ts';
import { families } from '../../ir/op.ts';
import { topological } from '../../ir/walk.ts';
import { batch, batched } from '../batch.ts';
import { substitute } from '../substitute.ts';
import { closeOver, isView } from './close.ts';

export interface Carry {
  /** Stands for the value at the start of a turn. */
  readonly placeholder: Node;
  readonly init: Node;
  readonly next: Node;
}

export interface Slice {
  /** Stands for the slice of one turn. */
  readonly placeholder: Node;
  /** (length, …) */
  readonly stacked: Node;
}

/** One turn, made over placeholders, and how it is repeated. */
export interface Turn {
  readonly length: number;
  readonly reverse?: boolean;
  readonly tested?: boolean;
  readonly carries: readonly Carry[];
  readonly slices: readonly Slice[];
  /** Values of a turn to stack. */
  readonly stacks?: readonly Node[];
  /** Values of a turn to add up over all turns. */
  readonly sums?: readonly Node[];
  /** Nodes with smaller ids were made outside. Default: what is older than every placeholder. */
  readonly first?: number;
  /** What the turn made itself stays in it: for a body that may not run at all. */
  readonly keepsOwn?: boolean;
}

export interface Looped {
  /** After the last turn. */
  readonly carries: readonly Node[];
  readonly stacks: readonly Node[];
  readonly sums: readonly Node[];
}

/** Values of more elements than this are not made for all turns at once where it can be avoided. */
const largestStack = 2 ** 26;

export function repeat(turn: Turn): Looped {
  const { length, carries, stacks = [], sums = [] } = turn;
  if (length === 0) {
    return {
      carries: carries.map(({ init }) => init),
      stacks: stacks.map(({ shape, dtype }) => constant(0, [0, ...shape], dtype)),
      sums: sums.map(({ shape, dtype }) => constant(0, shape, dtype)),
    };
  }
  return new Repetition(turn).run();
}

class Repetition {
  private readonly turn: Turn;
  private readonly carries: Carry[];
  private readonly slices: Slice[];
  private readonly first: number;
  /** What depends on a carry, and what on a slice. */
  private readonly onCarry = new Set<Node>();
  private readonly onSlice = new Set<Node>();
  /** Values to stack, and for each that was sunk what computes it from them, once there are stacks. */
  private readonly stacked = new Map<Node, { node: Node | undefined }>();

  constructor(turn: Turn) {
    this.turn = turn;
    this.carries = [...turn.carries];
    this.slices = [...turn.slices];
    const placeholders = [...turn.carries, ...turn.slices].map(({ placeholder }) => placeholder.id);
    this.first = turn.first ?? Math.min(...placeholders);
  }

  run(): Looped {
    const { length, reverse = false, tested = false, keepsOwn = false } = this.turn;
    let stacks = this.turn.stacks ?? [];
    let sums = this.turn.sums ?? [];
    [stacks, sums] = this.dropUnchanged(stacks, sums);
    if (!tested) [stacks, sums] = this.hoist(stacks, sums);

    const sunk = this.sink(stacks, sums);
    for (const { init, placeholder, next } of sunk.accumulators) this.carries.push({ init, placeholder, next });

    // What the body gives: the next carries, then what is stacked. Slices and outer values come as they are.
    const wanted = [...this.stacked.keys()].filter((node) =>
      this.slices.every(({ placeholder }) => placeholder !== node),
    );
    const outputs = [...this.carries.map(({ next }) => next), ...wanted];
    const carried = this.carries.map(({ placeholder }) => placeholder);
    const placeholders = new Set([...carried, ...this.slices.map(({ placeholder }) => placeholder)]);
    const closed = closeOver(placeholders, outputs, this.first, keepsOwn);
    const reached = new Set(topological(closed.outputs));
    const slices = this.slices.filter(({ placeholder }) => reached.has(placeholder));
    const parts: Node[] = [];
    if (outputs.length > 0) {
      const body = {
        inputs: [...carried, ...slices.map(({ placeholder }) => placeholder), ...closed.params],
        outputs: [...closed.outputs],
      };
      const inputs = [
        ...this.carries.map(({ init }) => init),
        ...slices.map((slice) => slice.stacked),
        ...closed.captured,
      ];
      const loop = scan({ body, length, carried: carried.length, sliced: slices.length, reverse, tested }, inputs);
      parts.push(...outputs.map((_, i) => part(loop, i)));
    }
    for (const { placeholder, stacked } of this.slices) this.stackOf(placeholder).node = stacked;
    wanted.forEach((node, i) => (this.stackOf(node).node = parts[carried.length + i]!));

    const finals = new Map(this.carries.map(({ placeholder }, i) => [placeholder, parts[i]!]));
    return {
      carries: this.turn.carries.map(({ placeholder, init }) => finals.get(placeholder) ?? init),
      stacks: sunk.stacks.map((make) => make()),
      sums: sunk.sums.map((make) => make(finals)),
    };
  }

  private stackOf(node: Node): { node: Node | undefined } {
    let entry = this.stacked.get(node);
    if (entry === undefined) this.stacked.set(node, (entry = { node: undefined }));
    return entry;
  }

  /** A carry that no turn changes is its first value. */
  private dropUnchanged(stacks: readonly Node[], sums: readonly Node[]): [readonly Node[], readonly Node[]] {
    const fixed = this.carries.filter(
      ({ placeholder, next }, i) => placeholder === next && !(this.turn.tested && i === 0),
    );
    if (fixed.length === 0) return [stacks, sums];
    const kept = this.carries.filter((carry) => !fixed.includes(carry));
    const by = new Map(fixed.map(({ placeholder, init }) => [placeholder, init]));
    return this.replaceAll(kept, stacks, sums, by);
  }

  private replaceAll(
    carries: readonly Carry[],
    stacks: readonly Node[],
    sums: readonly Node[],
    by: ReadonlyMap<Node, Node>,
  ): [readonly Node[], readonly Node[]] {
    const roots = substitute([...carries.map(({ next }) => next), ...stacks, ...sums], by);
    this.carries.length = 0;
    this.carries.push(...carries.map((carry, i) => ({ ...carry, next: roots[i]! })));
    const rest = roots.slice(carries.length);
    return [rest.slice(0, stacks.length), rest.slice(stacks.length)];
  }

  /** The nodes of the turn, inputs before users. */
  private own(roots: readonly Node[]): Node[] {
    const placeholders = new Set([...this.carries, ...this.slices].map(({ placeholder }) => placeholder));
    return topological(roots, (node) => node.id < this.first || placeholders.has(node)).filter(
      (node) => node.id >= this.first || placeholders.has(node),
    );
  }

  /** Finds out who depends on what. */
  private sort(roots: readonly Node[]): Node[] {
    const carried = new Set(this.carries.map(({ placeholder }) => placeholder));
    const sliced = new Set(this.slices.map(({ placeholder }) => placeholder));
    const order = this.own(roots);
    for (const node of order) {
      if (carried.has(node) || node.inputs.some((input) => this.onCarry.has(input))) this.onCarry.add(node);
      if (sliced.has(node) || node.inputs.some((input) => this.onSlice.has(input))) this.onSlice.add(node);
    }
    return order;
  }

  /** Products that depend on slices only, done for all turns before the loop: their results are slices instead. */
  private hoist(stacks: readonly Node[], sums: readonly Node[]): [readonly Node[], readonly Node[]] {
    const roots = [...this.carries.map(({ next }) => next), ...stacks, ...sums];
    const order = this.sort(roots);
    const known = new Set(this.slices.map(({ placeholder }) => placeholder));
    /** Products and what follows from them, as far as no carry comes in. */
    const early = new Set<Node>();
    const barred = new Set<Node>();
    for (const node of order) {
      if (!this.onSlice.has(node) || this.onCarry.has(node) || known.has(node)) continue;
      if (isOpaque(node) || node.inputs.some((input) => barred.has(input))) barred.add(node);
      else if (isProduct(node) || node.inputs.some((input) => early.has(input))) early.add(node);
    }
    if (early.size === 0) return [stacks, sums];
    const border = new Set<Node>();
    const use = (node: Node): void => {
      if (early.has(node)) border.add(sourceOf(node, (one) => early.has(one)));
    };
    for (const root of roots) use(root);
    for (const node of order) if (!early.has(node)) node.inputs.forEach(use);
    const hoisted = [...border].filter(({ shape }) => this.turn.length * sizeOf(shape) <= largestStack);
    if (hoisted.length === 0) return [stacks, sums];
    const all = batch(hoisted, this.stackedSlices(), this.turn.length);
    const by = new Map<Node, Node>();
    hoisted.forEach((node, i) => {
      const placeholder = param(-1, node.shape, node.dtype);
      this.slices.push({ placeholder, stacked: batched(all[i]!, this.turn.length) });
      by.set(node, placeholder);
    });
    const result = this.replaceAll([...this.carries], stacks, sums, by);
    this.onCarry.clear();
    this.onSlice.clear();
    return result;
  }

  private stackedSlices(): Map<Node, Node> {
    return new Map(this.slices.map(({ placeholder, stacked }) => [placeholder, stacked]));
  }

  /** Decides for every stacked value and every sum whether the loop computes it, or the loop only stacks what it is made of. */
  private sink(stacks: readonly Node[], sums: readonly Node[]): Sunk {
    const { length, tested = false } = this.turn;
    const nexts = this.carries.map(({ next }) => next);
    this.sort([...nexts, ...stacks, ...sums]);
    const needed = new Set(this.own(nexts));
    /** Products, and what is made of them. */
    const heavy = new Set<Node>();
    /** Between products and their operands. */
    const inside = new Set<Node>();
    for (const node of this.own([...stacks, ...sums])) {
      if (tested || needed.has(node) || isOpaque(node)) continue;
      const product = factorsOf(node);
      for (const one of product ?? []) inside.add(one);
      if (product !== undefined || node.inputs.some((input) => heavy.has(input))) heavy.add(node);
    }
    const later = (node: Node): boolean => heavy.has(node);
    const isAfter = (node: Node): boolean => heavy.has(node) || inside.has(node);
    for (const { placeholder } of this.slices) this.stackOf(placeholder);

    const made: (() => Node)[] = [];
    stacks.forEach((node, i) => {
      if (later(node)) made[i] = this.after(node, this.cuts(node, isAfter));
    });
    const plain = (node: Node): (() => Node) => {
      if (!this.isOwn(node)) return () => batched({ node, isBatched: false }, length);
      const entry = this.stackOf(node);
      return () => entry.node!;
    };
    stacks.forEach((node, i) => (made[i] ??= plain(node)));

    const accumulators: Carry[] = [];
    const terms = sums.map((sum) => termsOf(sum));
    const total = new Map<Node, () => Node>();
    for (const term of new Set(terms.flat())) {
      if (!later(term) || term.dtype === 'bool') continue;
      total.set(term, this.summed(this.after(term, this.cuts(term, isAfter))));
    }
    // Sums of what is stacked anyway need nothing in the loop either.
    const isStacked = (node: Node): boolean => this.stacked.has(node);
    for (const term of new Set(terms.flat())) {
      if (tested || total.has(term)) continue;
      const isAbove = (node: Node): boolean => !isStacked(node) && (isView(node) || node.op === 'sum');
      const cuts = this.cuts(term, isAbove);
      if (cuts.length > 0 && cuts.every(isStacked)) total.set(term, this.summed(this.after(term, cuts)));
    }
    const finished = sums.map((sum, i) => {
      const inside = terms[i]!.filter((term) => !total.has(term));
      const outside = terms[i]!.flatMap((term) => total.get(term) ?? []);
      const placeholder = param(-1, sum.shape, sum.dtype);
      if (inside.length > 0) {
        const next = [placeholder, ...inside].reduce((a, b) => binary('add', a, b));
        accumulators.push({ placeholder, init: constant(0, sum.shape, sum.dtype), next });
      }
      return (finals: ReadonlyMap<Node, Node>): Node => {
        const done = outside.map((make) => make());
        return (inside.length > 0 ? [finals.get(placeholder)!, ...done] : done).reduce((a, b) => binary('add', a, b));
      };
    });
    return { stacks: made, sums: finished, accumulators };
  }

  private isOwn(node: Node): boolean {
    return this.onCarry.has(node) || this.onSlice.has(node);
  }

  /** Where the part of a value that is computed after the loop begins: the values that are stacked for it. */
  private cuts(root: Node, isAfter: (node: Node) => boolean): Node[] {
    const cuts = new Set<Node>();
    const seen = new Set<Node>();
    const visit = (node: Node): void => {
      if (seen.has(node) || !this.isOwn(node)) return;
      seen.add(node);
      if (isAfter(node)) node.inputs.forEach(visit);
      else cuts.add(sourceOf(node, (one) => this.isOwn(one)));
    };
    visit(root);
    return [...cuts];
  }

  private after(root: Node, cuts: readonly Node[]): () => Node {
    const entries = cuts.map((cut) => [cut, this.stackOf(cut)] as const);
    return () => {
      const all = new Map(entries.map(([cut, { node }]) => [cut, node!]));
      if (all.size === 0) return batched({ node: root, isBatched: false }, this.turn.length);
      return batched(batch([root], all, this.turn.length)[0]!, this.turn.length);
    };
  }

  private summed(make: () => Node): () => Node {
    return () => reduce('sum', make(), [0]);
  }
}

interface Sunk {
  readonly stacks: readonly (() => Node)[];
  readonly sums: readonly ((finals: ReadonlyMap<Node, Node>) => Node)[];
  /** Sums that the loop takes as it goes. */
  readonly accumulators: readonly Carry[];
}

/** What a view looks at, as far as `may` allows and it is no larger. */
function sourceOf(node: Node, may: (node: Node) => boolean): Node {
  let source = node;
  while (isView(source) && may(source.inputs[0]!) && sizeOf(source.inputs[0]!.shape) <= sizeOf(source.shape))
    source = source.inputs[0]!;
  return source;
}

/** A sum is the sum of its terms. */
function termsOf(node: Node): Node[] {
  const terms: Node[] = [];
  const stack = [node];
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    if (top.op === 'add') stack.push(top.inputs[1]!, top.inputs[0]!);
    else terms.push(top);
  }
  return terms;
}

/** These stay where they are. */
function isOpaque(node: Node): boolean {
  return families[node.op] === 'loop' || node.op === 'routine';
}

/** A sum of products of two repeated operands: what is worth doing for many turns at once. */
function isProduct(node: Node): boolean {
  return factorsOf(node) !== undefined;
}

/** What stands between such a sum and the two operands; undefined for anything else. */
function factorsOf(node: Node): Node[] | undefined {
  if (node.op !== 'sum') return undefined;
  const between: Node[] = [];
  let inner = node.inputs[0]!;
  while (inner.op === 'sum' || isView(inner)) {
    between.push(inner);
    inner = inner.inputs[0]!;
  }
  if (inner.op !== 'mul') return undefined;
  between.push(inner);
  const size = sizeOf(inner.shape);
  for (const operand of inner.inputs) {
    let source = operand;
    while (isView(source)) source = source.inputs[0]!;
    if (sizeOf(source.shape) >= size) return undefined;
  }
  return between;
}
