/**
 * From graph to kernels: one kernel (rarely two) for every stored value, inputs before users. An expression is found by asking for the value
 * of a node at an index and following the graph to loads; movement ops only change the index (view.ts). Each buffer's axes may lie in any order in
 * memory: an output of the program is row-major, an intermediate takes the order its producer writes best.
 */
import { flip, pad, slide } from '../ir/build.ts';
import type { DType } from '../ir/dtype.ts';
import type { Graph, Node, NodeOf } from '../ir/node.ts';
import type { ElementwiseOp } from '../ir/op.ts';
import { families } from '../ir/op.ts';
import { infoOf } from '../ir/dtype.ts';
import { topological } from '../ir/walk.ts';
import { raise, ShapeError } from '../base/errors.ts';
import { type Shape, sizeOf, stridesOf } from '../base/shape.ts';
import { affine, type Affine, coefficient, equal, ofVar, plus, Space, times, type Var } from '../kernel/affine.ts';
import {
  type BufferId,
  type Effect,
  type Expression,
  type Kernel,
  type Load,
  mapIndices,
  type RoutineKernel,
  visitExpressions,
} from '../kernel/kernel.ts';
import { behindBarrier, type Fusion, fuse, sourceOf } from './fuse.ts';
import { type BodyOutput, lowerLoop, type LoopHost } from './lower-loop.ts';
import { inOrder } from './order.ts';
import type { LoopOf } from './plan.ts';
import { findProduct, type Operand, type Reach } from './product.ts';
import { isView, viewIndex, type ViewOp } from './view.ts';

export interface Buffer {
  readonly dtype: DType;
  readonly size: number;
  readonly home:
    | { readonly kind: 'input' | 'output'; readonly index: number }
    | { readonly kind: 'arena' }
    /** A pointer: what may lie behind it. */
    | { readonly kind: 'pointer'; readonly behind: readonly BufferId[] };
  /** How many loops its value lives inside of. */
  readonly depth: number;
}

/** Where a value is to go: to a new buffer, or to one that there is. */
export type Target = Buffer['home'] | { readonly kind: 'placed'; readonly buffer: BufferId };

export type LoopKernel = LoopOf<LoweredStep>;

export type LoweredStep = Kernel | RoutineKernel | LoopKernel;

export interface Lowered {
  readonly buffers: readonly Buffer[];
  readonly kernels: readonly LoweredStep[];
}

/** Where the value of a node lies: a buffer and the stride of each axis. */
export interface Placement {
  readonly buffer: BufferId;
  readonly strides: readonly number[];
}

/** One kernel being lowered. */
interface Scope {
  readonly space: Space;
  /** Inside a reduction, another one has to be stored. */
  readonly insideReduce: boolean;
  readonly done: Map<Node, { index: readonly Affine[]; value: Expression }[]>;
  /** How far the contraction's operands reach in any of its phases, where it has several. */
  readonly reaches?: readonly Reach[] | undefined;
}

/** A contraction is not split into more kernels than this. */
const MAX_PHASES = 16;

/** Which axis of a contraction's result the vector units would like to be contiguous. */
export type ChooseVectorAxis = (
  sizes: readonly number[],
  index: readonly Affine[],
  a: Load,
  b: Load,
  summed: readonly Var[],
) => number;

/** @param rank of the graph's nodes: where nothing else decides, what has the lower rank is computed first */
export function lower(
  graph: Graph,
  chooseVectorAxis: ChooseVectorAxis,
  rank: ReadonlyMap<Node, number> = new Map(),
): Lowered {
  const memory: Memory = { buffers: [], chooseVectorAxis, rank };
  const lowering = new Lowering(memory, graph.outputs, 0);
  graph.inputs.forEach((node, index) => {
    lowering.give(node, {
      buffer: lowering.buffer(node.dtype, sizeOf(node.shape), { kind: 'input', index }),
      strides: stridesOf(node.shape),
    });
  });
  const kernels = lowering.run(graph.outputs.map((node, index) => ({ node, target: { kind: 'output', index } })));
  const { buffers } = memory;
  return { buffers, kernels: inOrder(kernels, { ranks: lowering.ranks, buffers, donations: graph.donations }) };
}

/** What the lowerings of a graph and of the loops in it share. */
interface Memory {
  readonly buffers: Buffer[];
  readonly chooseVectorAxis: ChooseVectorAxis;
  readonly rank: ReadonlyMap<Node, number>;
}

class Lowering {
  private readonly memory: Memory;
  private readonly fusion: Fusion;
  private readonly depth: number;
  private readonly kernels: LoweredStep[] = [];
  private readonly placements = new Map<Node, Placement>();
  private readonly rowMajorCopies = new Map<Node, Placement>();
  private readonly unslides = new Map<Node, Node>();
  private readonly outputs = new Map<Node, Target>();
  private readonly pads = new Map<string, Node>();
  /** For each kernel the rank of the node it is there for. */
  readonly ranks: number[] = [];
  private currentRank = 0;
  private readonly hasStrides: boolean;
  /** For each loop where its outputs lie. */
  private readonly loops = new Map<Node, readonly Placement[]>();
  /** For each loop the nodes of its parts, by number. */
  private readonly parts = new Map<Node, Map<number, Node>>();
  /** What loops slice or carry. */
  private readonly wantedRowMajor = new Set<Node>();

  constructor(memory: Memory, outputs: readonly Node[], depth: number) {
    this.memory = memory;
    this.depth = depth;
    this.fusion = fuse(outputs);
    const order = topological(outputs);
    this.hasStrides = order.some(
      (node) =>
        (node.op === 'unslide' && node.attributes.stride > 1) ||
        (node.op === 'pad' && node.attributes.interior.some((n) => n > 0)),
    );
    for (const node of order) {
      if (node.op === 'scan') {
        const { carried, sliced } = node.attributes;
        for (const input of node.inputs.slice(0, carried + sliced)) this.wantedRowMajor.add(input);
      } else if (node.op === 'part') {
        const of = this.parts.get(node.inputs[0]!) ?? new Map<number, Node>();
        this.parts.set(node.inputs[0]!, of.set(node.attributes.index, node));
      }
    }
  }

  /** Says where the value of an input lies. */
  give(node: Node, placement: Placement): void {
    this.placements.set(node, placement);
  }

  run(outputs: readonly BodyOutput[]): readonly LoweredStep[] {
    const direct = outputs.filter(({ node, target }) => {
      if (this.placements.has(node) || this.outputs.has(node)) return false;
      this.outputs.set(node, target);
      return true;
    });
    for (const { node } of direct) this.place(node);
    // An output that is an input, or the same value twice, is copied.
    for (const output of outputs) {
      const { node, target } = output;
      if (direct.includes(output)) continue;
      this.copy(node, { buffer: this.buffer(node.dtype, sizeOf(node.shape), target), strides: stridesOf(node.shape) });
    }
    return this.kernels;
  }

  buffer(dtype: DType, size: number, home: Target = { kind: 'arena' }): BufferId {
    if (home.kind === 'placed') return home.buffer;
    if (size > 2 ** 31 - 1) {
      raise(new ShapeError(`schedule: a value of ${size} elements would have to be stored; at most 2^31 - 1 can be`));
    }
    return this.memory.buffers.push({ dtype, size, home, depth: this.depth }) - 1;
  }

  /** Where a node's value lies, computing it first if no kernel has yet. */
  private place(node: Node): Placement {
    const known = this.placements.get(node);
    if (known) return known;
    if (node.op === 'param' || node.op === 'buffer')
      throw new Error(`bug: ${node.op} %${node.id} is not among the graph's inputs`);
    const outer = this.currentRank;
    this.currentRank = this.memory.rank.get(node) ?? outer;
    const placement =
      node.op === 'part' ? this.placePart(node) : this.compute(node, this.outputs.get(node) ?? { kind: 'arena' });
    this.currentRank = outer;
    this.placements.set(node, placement);
    return placement;
  }

  /** An output of a loop, which is lowered when the first is asked for. */
  private placePart(node: NodeOf<'part'> & Node): Placement {
    const scan = node.inputs[0]!;
    if (scan.op !== 'scan') throw new Error(`bug: part of ${scan.op}`);
    let outputs = this.loops.get(scan);
    if (outputs === undefined) {
      const lowered = lowerLoop(scan, this.hostOf(scan));
      this.push(lowered.loop);
      this.loops.set(scan, (outputs = lowered.outputs));
    }
    const placement = outputs[node.attributes.index]!;
    const target = this.outputs.get(node);
    if (target === undefined || this.isAt(placement.buffer, target)) return placement;
    const copy = { buffer: this.buffer(node.dtype, sizeOf(node.shape), target), strides: stridesOf(node.shape) };
    this.placements.set(node, placement);
    this.copy(node, copy);
    return copy;
  }

  private isAt(buffer: BufferId, target: Target): boolean {
    return target.kind === 'placed' ? target.buffer === buffer : this.memory.buffers[buffer]!.home === target;
  }

  private hostOf(scan: Node): LoopHost {
    return {
      buffer: ({ dtype }, size, home) => this.buffer(dtype, size, home),
      pointer: ({ dtype }, size, behind) => this.buffer(dtype, size, { kind: 'pointer', behind }),
      place: (node, rowMajor) => (rowMajor ? this.rowMajor(node) : this.place(node)),
      copyTo: (node, buffer, at) => {
        this.copy(node, { buffer, strides: stridesOf(node.shape) }, at);
      },
      targetOf: (index) => {
        const part = this.parts.get(scan)?.get(index);
        return part && this.outputs.get(part);
      },
      lowerBody: (inputs, outputs) => {
        const nodes = outputs.map(({ node }) => node);
        const inner = new Lowering(this.memory, nodes, this.depth + 1);
        for (const [node, placement] of inputs) inner.give(node, placement);
        return inner.run(outputs);
      },
    };
  }

  private rowMajor(node: Node): Placement {
    const placement = this.place(node);
    if (isRowMajor(node.shape, placement.strides)) return placement;
    let copy = this.rowMajorCopies.get(node);
    if (!copy) {
      copy = { buffer: this.buffer(node.dtype, sizeOf(node.shape)), strides: stridesOf(node.shape) };
      this.copy(node, copy);
      this.rowMajorCopies.set(node, copy);
    }
    return copy;
  }

  /** @param start the element of the buffer where the copy begins */
  private copy(node: Node, to: Placement, start = 0): void {
    if (sizeOf(node.shape) === 0) return;
    const space = new Space();
    const vars = node.shape.map((size) => space.variable(size));
    const index = vars.map(ofVar);
    const from = this.place(node);
    const value: Expression = {
      kind: 'load',
      dtype: node.dtype,
      buffer: from.buffer,
      at: address(index, from.strides),
    };
    const at = plus(address(index, to.strides), start);
    this.emit('copy', space, vars, [{ kind: 'store', buffer: to.buffer, at, value }]);
  }

  /** Lowers the kernel that stores a node. */
  private compute(node: Node, home: Target): Placement {
    const size = sizeOf(node.shape);
    const isFixed = home.kind !== 'arena' || this.wantedRowMajor.has(node);
    if (size === 0) return { buffer: this.buffer(node.dtype, 0, home), strides: stridesOf(node.shape) };
    switch (node.op) {
      case 'pad':
        return this.computePad(node, home);
      case 'scatterAdd':
        return this.computeScatter(node, home);
      case 'routine':
        return this.computeRoutine(node, home);
      case 'reshape': {
        // The same elements in the same order: let the input's kernel write them in place.
        const input = node.inputs[0]!;
        if (!this.placements.has(input) && this.fusion.isPrivate(input) && families[input.op] !== 'leaf') {
          const { buffer } = this.computeElements(input, home, true);
          this.placements.set(input, { buffer, strides: stridesOf(input.shape) });
          return { buffer, strides: stridesOf(node.shape) };
        }
        return this.computeElements(node, home, true);
      }
      default:
        return this.computeElements(node, home, isFixed);
    }
  }

  private computeElements(node: Node, home: Target, rowMajor: boolean): Placement {
    if (node.op === 'routine') return this.computeRoutine(node, home);
    if (node.op === 'pad' || node.op === 'scatterAdd') {
      const special = node.op === 'pad' ? this.computePad(node, home) : this.computeScatter(node, home);
      if (!rowMajor || isRowMajor(node.shape, special.strides)) return special;
      this.placements.set(node, special);
      return this.rowMajor(node);
    }
    const { counts, reaches } = this.phasesOf(node);
    let placement: Placement | undefined;
    for (const phase of cornersOf(counts)) {
      const space = new Space();
      const vars = node.shape.map((size, axis) => space.variable(Math.ceil((size - phase[axis]!) / counts[axis]!)));
      if (vars.some(({ size }) => size <= 0)) continue;
      const index = vars.map((v, axis) => plus(times(ofVar(v), counts[axis]!), phase[axis]!));
      const value = this.define(node, index, { space, insideReduce: false, done: new Map(), reaches });
      placement ??= {
        buffer: this.buffer(node.dtype, sizeOf(node.shape), home),
        strides: rowMajor ? stridesOf(node.shape) : this.layout(node.shape, index, value, space),
      };
      const { buffer, strides } = placement;
      this.emit(node.op, space, vars, [{ kind: 'store', buffer, at: address(index, strides), value }]);
    }
    return placement!;
  }

  /**
   * Into how many kernels each axis is split. What a strided convolution passes back reaches every s-th place by every s-th tap: the places
   * j = s·q + p of one phase p meet the same taps, and together they are a dense convolution. Without phases, most products would be with zeros.
   */
  private phasesOf(node: Node): { counts: readonly number[]; reaches: readonly Reach[] | undefined } {
    const counts = node.shape.map(() => 1);
    const plain = { counts, reaches: undefined };
    if (!this.hasStrides) return plain;
    const space = new Space();
    const vars = node.shape.map((size) => space.variable(size));
    const found = this.contractionUnder(node, vars.map(ofVar), space);
    const product = found && findProduct(found.sum, found.index, space, this.fusion.isPrivate);
    if (product === undefined || product === 'zero' || product.sparse.length === 0) return plain;
    for (const { at, divisor } of product.sparse) {
      for (const [v, by] of space.resolve(at).terms) {
        const axis = vars.indexOf(v);
        if (axis >= 0 && by % divisor !== 0) counts[axis] = Math.max(counts[axis]!, divisor);
      }
    }
    const kernels = counts.reduce((a, b) => a * b, 1);
    return kernels > MAX_PHASES ? plain : { counts, reaches: product.reaches };
  }

  /** The contraction that a node's kernel would hold, and where it is asked for. */
  private contractionUnder(
    node: Node,
    index: readonly Affine[],
    space: Space,
  ): { sum: Node; index: readonly Affine[] } | undefined {
    if (this.fusion.contractions.has(node)) return { sum: node, index };
    const inputs = families[node.op] === 'movement' ? node.inputs.slice(0, 1) : node.inputs;
    for (const input of inputs) {
      if (this.placements.has(input) || this.fusion.stored.has(input)) continue;
      let moved: readonly Affine[] | undefined;
      if (node.op in isView) moved = viewIndex(node as NodeOf<ViewOp> & Node, index, space);
      else if (isElementwise(node)) moved = index;
      const found = moved && this.contractionUnder(input, moved, space);
      if (found) return found;
    }
    return undefined;
  }

  private computePad(node: NodeOf<'pad'> & Node, home: Target): Placement {
    const { low, interior, value } = node.attributes;
    const input = node.inputs[0]!;
    const buffer = this.buffer(node.dtype, sizeOf(node.shape), home);
    const fill = new Space();
    const all = fill.variable(sizeOf(node.shape));
    const space = new Space();
    const vars = input.shape.map((size) => space.variable(size));
    const index = vars.map(ofVar);
    const isEmpty = sizeOf(input.shape) === 0;
    const body = isEmpty ? undefined : this.value(input, index, { space, insideReduce: false, done: new Map() });
    const strides =
      home.kind !== 'arena' || body === undefined ? stridesOf(node.shape) : this.layout(node.shape, index, body, space);
    this.emit(
      'fill',
      fill,
      [all],
      [{ kind: 'store', buffer, at: ofVar(all), value: { kind: 'const', dtype: node.dtype, value } }],
    );
    if (body) {
      const placed = index.map((at, i) => plus(times(at, interior[i]! + 1), low[i]!));
      this.emit('pad', space, vars, [{ kind: 'store', buffer, at: address(placed, strides), value: body }]);
    }
    return { buffer, strides };
  }

  private computeScatter(node: NodeOf<'scatterAdd'> & Node, home: Target): Placement {
    const [values, indices] = [node.inputs[0]!, node.inputs[1]!];
    const { axis } = node.attributes;
    const strides = stridesOf(node.shape);
    const buffer = this.buffer(node.dtype, sizeOf(node.shape), home);
    const fill = new Space();
    const all = fill.variable(sizeOf(node.shape));
    this.emit(
      'fill',
      fill,
      [all],
      [{ kind: 'store', buffer, at: ofVar(all), value: { kind: 'const', dtype: node.dtype, value: 0 } }],
    );
    if (sizeOf(values.shape) === 0) return { buffer, strides };
    const space = new Space();
    const vars = values.shape.map((size) => space.variable(size));
    const index = vars.map(ofVar);
    const scope: Scope = { space, insideReduce: true, done: new Map() };
    const at = address(
      index.map((one, i) => (i === axis ? affine(0) : one)),
      strides,
    );
    const effect: Effect = {
      kind: 'accumulate',
      buffer,
      at,
      index: this.value(indices, index, scope),
      scale: strides[axis]!,
      value: this.value(values, index, scope),
    };
    this.emit('scatterAdd', space, vars, [effect]);
    return { buffer, strides };
  }

  private computeRoutine(node: NodeOf<'routine'> & Node, home: Target): Placement {
    const inputs = node.inputs.map((input) => ({
      buffer: this.rowMajor(sourceOf(input)).buffer,
      shape: input.shape,
    }));
    const output = this.buffer(node.dtype, sizeOf(node.shape), home);
    this.push({ routine: node.attributes, inputs, output });
    return { buffer: output, strides: stridesOf(node.shape) };
  }

  private emit(name: string, space: Space, vars: readonly Var[], effects: readonly Effect[]): void {
    const resolved = effects.map((effect) =>
      mapIndices(
        effect,
        (at) => space.resolve(at),
        (inner) => space.current(inner).filter((v) => v.size > 1),
      ),
    );
    const at = resolved[0]!.at;
    // Outermost first as the output lies in memory.
    const current = space.current(vars).filter((v) => v.size > 1);
    const ordered = current
      .map((v, i) => ({ v, i, by: Math.abs(coefficient(at, v)) }))
      .sort((a, b) => b.by - a.by || a.i - b.i);
    this.push({ name, vars: ordered.map(({ v }) => v), effects: resolved });
  }

  private push(kernel: LoweredStep): void {
    this.kernels.push(kernel);
    this.ranks.push(this.currentRank);
  }

  /** The memory order for a value that is free to choose: a contraction's preference, or that of the largest thing read. */
  private layout(shape: Shape, index: readonly Affine[], value: Expression, space: Space): number[] {
    let main: Load | undefined;
    let mainRank = 0;
    let product: { a: Load; b: Load; summed: readonly Var[] } | undefined;
    const own = new Set(index.flatMap((at) => [...space.resolve(at).terms.keys()]));
    visitExpressions(value, (expression) => {
      if (expression.kind === 'load') {
        let rank = 0;
        for (const v of space.resolve(expression.at).terms.keys()) if (own.has(v)) rank++;
        if (rank > mainRank) {
          mainRank = rank;
          main = expression;
        }
      } else if (expression.kind === 'reduce') product ??= asProduct(expression);
    });
    const resolved = index.map((at) => space.resolve(at));
    if (product) {
      const summed = space.current(product.summed);
      const resolve = (load: Load): Load => ({ ...load, at: space.resolve(load.at) });
      const last = this.memory.chooseVectorAxis(shape, resolved, resolve(product.a), resolve(product.b), summed);
      const order = shape.map((_, axis) => axis).filter((axis) => axis !== last);
      return stridesInOrder(shape, [...order, last]);
    }
    if (main === undefined || mainRank < own.size) return stridesOf(shape);
    const at = space.resolve(main.at);
    const stride = resolved.map((one) =>
      Math.min(Infinity, ...[...one.terms.keys()].map((v) => Math.abs(coefficient(at, v)))),
    );
    const order = shape.map((_, axis) => axis);
    order.sort((a, b) => (stride[b] === stride[a] ? a - b : stride[b]! - stride[a]!));
    return stridesInOrder(shape, order);
  }

  /** The value of a node at an index: a load where it is stored, its definition where it is not. */
  private value(node: Node, index: readonly Affine[], scope: Scope): Expression {
    if (node.op === 'const') return { kind: 'const', dtype: node.dtype, value: node.attributes.value };
    const memo = scope.done.get(node);
    const hit = memo?.find((entry) => entry.index.every((at, i) => equal(at, index[i]!)));
    if (hit) return hit.value;
    const isStored =
      this.placements.has(node) ||
      this.fusion.stored.has(node) ||
      (scope.insideReduce && families[node.op] === 'reduce') ||
      node.op === 'pad';
    const value = isStored ? this.load(node, this.place(node), index) : this.define(node, index, scope);
    if (memo) memo.push({ index, value });
    else scope.done.set(node, [{ index, value }]);
    return value;
  }

  private load(node: Node, placement: Placement, index: readonly Affine[]): Expression {
    return { kind: 'load', dtype: node.dtype, buffer: placement.buffer, at: address(index, placement.strides) };
  }

  /** The expression a node stands for. */
  private define(node: Node, index: readonly Affine[], scope: Scope): Expression {
    const { dtype } = node;
    switch (node.op) {
      case 'const':
        return { kind: 'const', dtype, value: node.attributes.value };
      case 'iota':
        return { kind: 'index', dtype: 'int32', at: index[node.attributes.axis]! };
      case 'buffer':
      case 'param':
      case 'pad':
      case 'scatterAdd':
      case 'routine':
      case 'part':
        return this.load(node, this.place(node), index);
      case 'sum':
      case 'amax':
      case 'prod':
        return this.defineReduce(node, index, scope);
      case 'unslide':
        return this.value(this.asSlide(node), index, scope);
      case 'reshape':
      case 'permute':
      case 'expand':
      case 'shrink':
      case 'flip':
      case 'slide':
      case 'barrier':
        return this.defineView(node, index, scope);
      case 'gather': {
        const [source, indices] = [behindBarrier(node.inputs[0]!), node.inputs[1]!];
        const value = this.value(indices, index, scope);
        if (source.op === 'const') return { kind: 'const', dtype, value: source.attributes.value };
        const { buffer, strides } = this.place(source);
        const { axis } = node.attributes;
        const at = address(
          index.map((one, i) => (i === axis ? affine(0) : one)),
          strides,
        );
        return { kind: 'gather', dtype, buffer, at, index: value, scale: strides[axis]! };
      }
      case 'scan':
        throw new Error('bug: a loop has no element');
      case 'detach':
      case 'realize':
        return this.value(node.inputs[0]!, index, scope);
      case 'custom':
        return this.value(node.inputs[node.attributes.result]!, index, scope);
      case 'threefry':
        return { kind: 'apply', dtype, op: node.op, args: this.values(node, index, scope), word: node.attributes.word };
      default:
        return { kind: 'apply', dtype, op: node.op satisfies ElementwiseOp, args: this.values(node, index, scope) };
    }
  }

  private values(node: Node, index: readonly Affine[], scope: Scope): Expression[] {
    return node.inputs.map((input) => this.value(input, index, scope));
  }

  private defineView(node: NodeOf<ViewOp> & Node, index: readonly Affine[], scope: Scope): Expression {
    const input = node.inputs[0]!;
    if (node.op === 'reshape') {
      const placed = this.placements.get(input);
      const isFlat = placed ? isRowMajor(input.shape, placed.strides) : false;
      const moved = isFlat ? undefined : viewIndex(node, index, scope.space);
      if (moved) return this.value(input, moved, scope);
      const { buffer } = this.rowMajor(input);
      return { kind: 'load', dtype: node.dtype, buffer, at: address(index, stridesOf(node.shape)) };
    }
    const moved = viewIndex(node, index, scope.space);
    if (!moved) throw new Error(`bug: ${node.op} has no affine index`);
    return this.value(input, moved, scope);
  }

  private defineReduce(
    node: NodeOf<'sum' | 'amax' | 'prod'> & Node,
    index: readonly Affine[],
    scope: Scope,
  ): Expression {
    const { dtype, op } = node;
    const input = node.inputs[0]!;
    if (sizeOf(input.shape) === 0) {
      const identity = { sum: 0, prod: 1, amax: infoOf(dtype).lowest };
      return { kind: 'const', dtype, value: identity[op] };
    }
    if (this.fusion.contractions.has(node)) {
      const product = findProduct(node, index, scope.space, this.fusion.isPrivate, scope.reaches);
      if (product === 'zero') return { kind: 'const', dtype, value: 0 };
      if (product) {
        const args = [this.operand(product.a), this.operand(product.b)];
        return { kind: 'reduce', dtype, op, vars: product.summed, arg: { kind: 'apply', dtype, op: 'mul', args } };
      }
    }
    const vars: Var[] = [];
    const inner: Affine[] = [];
    let from = 0;
    for (let axis = 0; axis < input.shape.length; axis++) {
      if (node.attributes.axes.includes(axis)) {
        const v = scope.space.variable(input.shape[axis]!);
        vars.push(v);
        inner.push(ofVar(v));
      } else inner.push(index[from++]!);
    }
    const arg = this.value(input, inner, { ...scope, insideReduce: true, done: new Map() });
    return { kind: 'reduce', dtype, op, vars, arg };
  }

  private operand({ source, index }: Operand): Expression {
    const shared = this.sharedPad(source);
    return this.load(shared, this.place(shared), index);
  }

  /** Contractions make padded sources as they need them; equal ones are one. */
  private sharedPad(node: Node): Node {
    if (node.op !== 'pad' || this.placements.has(node) || this.fusion.stored.has(node)) return node;
    const key = JSON.stringify([node.inputs[0]!.id, node.attributes]);
    const known = this.pads.get(key);
    if (known) return known;
    this.pads.set(key, node);
    return node;
  }

  /** out[j, k] = in[(j − k·d) / s, k] or 0, as a slide (window axis flipped) over a padded and spread copy. */
  private asSlide(node: NodeOf<'unslide'> & Node): Node {
    const known = this.unslides.get(node);
    if (known) return known;
    const { axis, window, stride, dilation } = node.attributes;
    const input = node.inputs[0]!;
    const reach = (input.shape[window]! - 1) * dilation;
    const spread = (input.shape[axis]! - 1) * stride + 1;
    const zeros = input.shape.map(() => 0);
    const at = (value: number) => zeros.map((_, i) => (i === axis ? value : 0));
    const padded = pad(input, {
      low: at(reach),
      high: at(Math.max(0, node.shape[axis]! - spread)),
      interior: at(stride - 1),
    });
    const result = flip(slide(flip(padded, [window]), node.shape[axis]!, { axis, window, stride: 1, dilation }), [
      window,
    ]);
    this.unslides.set(node, result);
    return result;
  }
}

function address(index: readonly Affine[], strides: readonly number[]): Affine {
  let at = affine(0);
  for (let i = 0; i < index.length; i++) at = plus(at, times(index[i]!, strides[i]!));
  return at;
}

/** Every combination of one number below each count. */
function cornersOf(counts: readonly number[]): readonly (readonly number[])[] {
  return counts.reduce<readonly (readonly number[])[]>(
    (corners, count) => corners.flatMap((corner) => Array.from({ length: count }, (_, i) => [...corner, i])),
    [[]],
  );
}

function isElementwise(node: Node): boolean {
  const family = families[node.op];
  return family === 'unary' || family === 'binary' || family === 'ternary';
}

function isRowMajor(shape: Shape, strides: readonly number[]): boolean {
  const expected = stridesOf(shape);
  return shape.every((size, i) => size === 1 || strides[i] === expected[i]);
}

/** Strides of a dense array whose axes lie in `order`, outermost first. */
function stridesInOrder(shape: Shape, order: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let i = order.length - 1; i >= 0; i--) {
    strides[order[i]!] = stride;
    stride *= shape[order[i]!]!;
  }
  return strides;
}

/** The two loads under a sum of products, if that is what a reduction is. */
export function asProduct(expression: Expression): { a: Load; b: Load; summed: readonly Var[] } | undefined {
  if (
    expression.kind !== 'reduce' ||
    expression.op !== 'sum' ||
    expression.arg.kind !== 'apply' ||
    expression.arg.op !== 'mul'
  )
    return undefined;
  const [a, b] = expression.arg.args;
  return a?.kind === 'load' && b?.kind === 'load' ? { a, b, summed: expression.vars } : undefined;
}
