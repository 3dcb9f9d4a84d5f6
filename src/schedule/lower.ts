/**
 * From graph to kernels: one kernel (rarely two) for every stored value, inputs before users. What a value is made of is found by following the
 * graph to loads (express.ts). Each buffer's axes may lie in any order in memory (layout.ts): an output of the program is row-major, an
 * intermediate takes the order its producer writes best.
 */
import type { DType } from '../ir/dtype.ts';
import type { Graph, Node, NodeOf } from '../ir/node.ts';
import { families } from '../ir/op.ts';
import { isRecordingOrigins } from '../ir/origin.ts';
import { topological } from '../ir/walk.ts';
import { raise, ShapeError } from '../base/errors.ts';
import { sizeOf, stridesOf } from '../base/shape.ts';
import { type Affine, affine, coefficient, ofVar, plus, Space, times, type Var } from '../kernel/affine.ts';
import { type BufferId, type Effect, type Expression, mapIndices } from '../kernel/kernel.ts';
import { Expressions, type Scope } from './express.ts';
import { type Fusion, fuse, sourceOf } from './fuse.ts';
import { address, type ChooseVectorAxis, isRowMajor, layoutOf } from './layout.ts';
import { type BodyOutput, lowerLoop, type LoopHost } from './lower-loop.ts';
import type { Buffer, Lowered, LoweredStep, Placement, Target } from './lowered.ts';
import { inOrder } from './order.ts';
import { cornersOf, hasStrides, phasesOf } from './phases.ts';

/** @param rank of the graph's nodes: where nothing else decides, what has the lower rank is computed first */
export function lower(
  graph: Graph,
  chooseVectorAxis: ChooseVectorAxis,
  rank: ReadonlyMap<Node, number> = new Map(),
): Lowered {
  const memory: Memory = { buffers: [], nodes: new Map(), chooseVectorAxis, rank };
  const lowering = new Lowering(memory, graph.outputs, 0);
  graph.inputs.forEach((node, index) => {
    lowering.give(node, {
      buffer: lowering.buffer(node.dtype, sizeOf(node.shape), { kind: 'input', index }),
      strides: stridesOf(node.shape),
    });
  });
  const kernels = lowering.run(graph.outputs.map((node, index) => ({ node, target: { kind: 'output', index } })));
  const { buffers, nodes } = memory;
  return { buffers, nodes, kernels: inOrder(kernels, { ranks: lowering.ranks, buffers, donations: graph.donations }) };
}

/** What the lowerings of a graph and of the loops in it share. */
interface Memory {
  readonly buffers: Buffer[];
  readonly chooseVectorAxis: ChooseVectorAxis;
  readonly rank: ReadonlyMap<Node, number>;
  /** For each kernel the node it is there for. */
  readonly nodes: Map<LoweredStep, Node>;
}

/** Elements of a value: variables, where they are in the value, and what is there. */
interface Piece {
  readonly space: Space;
  readonly vars: readonly Var[];
  readonly index: readonly Affine[];
  readonly value: Expression;
}

class Lowering {
  private readonly memory: Memory;
  private readonly fusion: Fusion;
  private readonly expressions: Expressions;
  private readonly depth: number;
  private readonly kernels: LoweredStep[] = [];
  private readonly placements = new Map<Node, Placement>();
  private readonly rowMajorCopies = new Map<Node, Placement>();
  private readonly outputs = new Map<Node, Target>();
  /** For each kernel the rank of the node it is there for. */
  readonly ranks: number[] = [];
  private currentRank = 0;
  private currentNode: Node | undefined;
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
    this.hasStrides = hasStrides(order);
    this.expressions = new Expressions(this.fusion, {
      placed: (node) => this.placements.get(node),
      place: (node) => this.place(node),
      rowMajor: (node) => this.rowMajor(node),
    });
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
    const [outer, outerNode] = [this.currentRank, this.currentNode];
    this.currentNode = node;
    this.currentRank = this.memory.rank.get(node) ?? outer;
    const placement =
      node.op === 'part' ? this.placePart(node) : this.compute(node, this.outputs.get(node) ?? { kind: 'arena' });
    this.currentRank = outer;
    this.currentNode = outerNode;
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
    if (this.fusion.joins.has(node)) return this.computeJoin(node, home, isFixed);
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
    if (this.fusion.joins.has(node)) return this.computeJoin(node, home, rowMajor || home.kind !== 'arena');
    if (node.op === 'pad' || node.op === 'scatterAdd') {
      const special = node.op === 'pad' ? this.computePad(node, home) : this.computeScatter(node, home);
      if (!rowMajor || isRowMajor(node.shape, special.strides)) return special;
      this.placements.set(node, special);
      return this.rowMajor(node);
    }
    let placement: Placement | undefined;
    for (const { space, vars, index, value } of this.piecesOf(node)) {
      placement ??= {
        buffer: this.buffer(node.dtype, sizeOf(node.shape), home),
        strides: rowMajor
          ? stridesOf(node.shape)
          : layoutOf(node.shape, index, value, space, this.memory.chooseVectorAxis),
      };
      const { buffer, strides } = placement;
      this.emit(node.op, space, vars, [{ kind: 'store', buffer, at: address(index, strides), value }]);
    }
    return placement!;
  }

  /** The elements of a node that is not stored yet, by one kernel or, where it pays, by one for each phase. */
  private piecesOf(node: Node): readonly Piece[] {
    const { counts, reaches } = this.hasStrides
      ? phasesOf(node, this.fusion, (one) => this.placements.has(one))
      : { counts: node.shape.map(() => 1), reaches: undefined };
    return cornersOf(counts).flatMap((phase): Piece[] => {
      const space = new Space();
      const vars = node.shape.map((size, axis) => space.variable(Math.ceil((size - phase[axis]!) / counts[axis]!)));
      if (vars.some(({ size }) => size <= 0)) return [];
      const index = vars.map((v, axis) => plus(times(ofVar(v), counts[axis]!), phase[axis]!));
      const value = this.expressions.define(node, index, { space, insideReduce: false, done: new Map(), reaches });
      return [{ space, vars, index, value }];
    });
  }

  /** The elements of a node that are there to be copied, or are computed where they are wanted. */
  private partOf(node: Node): readonly Piece[] {
    if (!this.placements.has(node) && !this.fusion.stored.has(node) && node.op !== 'pad') return this.piecesOf(node);
    const space = new Space();
    const vars = node.shape.map((size) => space.variable(size));
    const index = vars.map(ofVar);
    return [
      {
        space,
        vars,
        index,
        value: this.expressions.value(node, index, { space, insideReduce: false, done: new Map() }),
      },
    ];
  }

  /** One buffer, with every part written in its place and zeros where there is none. */
  private computeJoin(node: Node, home: Target, rowMajor: boolean): Placement {
    const pads = this.fusion.joins.get(node)!;
    const parts = pads.map(({ inputs, attributes: { low } }) => ({ low, pieces: this.partOf(inputs[0]!) }));
    const first = parts[0]!.pieces[0]!;
    const placement = {
      buffer: this.buffer(node.dtype, sizeOf(node.shape), home),
      strides: rowMajor
        ? stridesOf(node.shape)
        : layoutOf(node.shape, first.index, first.value, first.space, this.memory.chooseVectorAxis),
    };
    const covered = pads.reduce((sum, { inputs }) => sum + sizeOf(inputs[0]!.shape), 0);
    if (covered < sizeOf(node.shape)) this.fill(placement.buffer, node, 0);
    for (const { low, pieces } of parts) {
      for (const { space, vars, index, value } of pieces) {
        const at = address(
          index.map((one, axis) => plus(one, low[axis]!)),
          placement.strides,
        );
        this.emit('join', space, vars, [{ kind: 'store', buffer: placement.buffer, at, value }]);
      }
    }
    return placement;
  }

  /** A kernel that writes a number to every element of a node's buffer. */
  private fill(buffer: BufferId, { dtype, shape }: Node, value: number): void {
    const space = new Space();
    const all = space.variable(sizeOf(shape));
    this.emit(
      'fill',
      space,
      [all],
      [{ kind: 'store', buffer, at: ofVar(all), value: { kind: 'const', dtype, value } }],
    );
  }

  private computePad(node: NodeOf<'pad'> & Node, home: Target): Placement {
    const { low, interior, value } = node.attributes;
    const input = node.inputs[0]!;
    const buffer = this.buffer(node.dtype, sizeOf(node.shape), home);
    const space = new Space();
    const vars = input.shape.map((size) => space.variable(size));
    const index = vars.map(ofVar);
    const isEmpty = sizeOf(input.shape) === 0;
    const body = isEmpty
      ? undefined
      : this.expressions.value(input, index, { space, insideReduce: false, done: new Map() });
    const strides =
      home.kind !== 'arena' || body === undefined
        ? stridesOf(node.shape)
        : layoutOf(node.shape, index, body, space, this.memory.chooseVectorAxis);
    this.fill(buffer, node, value);
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
    this.fill(buffer, node, 0);
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
      index: this.expressions.value(indices, index, scope),
      scale: strides[axis]!,
      value: this.expressions.value(values, index, scope),
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
    if (this.currentNode !== undefined && isRecordingOrigins()) this.memory.nodes.set(kernel, this.currentNode);
  }
}
