/**
 * The expression a node stands for at an index: a load where its value is stored, its definition where it is not. Movement ops only change
 * the index (view.ts). What has to be stored on the way is asked of the host, which lowers its kernel first.
 */
import { affine, type Affine, equal, ofVar, type Space, type Var } from '../kernel/affine.ts';
import { sizeOf, stridesOf } from '../base/shape.ts';
import { flip, pad, slide } from '../ir/build.ts';
import { infoOf } from '../ir/dtype.ts';
import type { Node, NodeOf } from '../ir/node.ts';
import { type ElementwiseOp, families } from '../ir/op.ts';
import type { Expression } from '../kernel/kernel.ts';
import { behindBarrier, type Fusion } from './fuse.ts';
import { address, isRowMajor } from './layout.ts';
import type { Placement } from './lowered.ts';
import { findProduct, type Operand, type Reach } from './product.ts';
import { viewIndex, type ViewOp } from './view.ts';

/** One kernel being lowered. */
export interface Scope {
  readonly space: Space;
  /** Inside a reduction, another one has to be stored. */
  readonly insideReduce: boolean;
  readonly done: Map<Node, { index: readonly Affine[]; value: Expression }[]>;
  /** How far the contraction's operands reach in any of its phases, where it has several. */
  readonly reaches?: readonly Reach[] | undefined;
}

/** Where values lie. */
export interface PlacementHost {
  /** Where a value lies that has been stored already. */
  placed(node: Node): Placement | undefined;
  /** Where a value lies, storing it first if nobody has. */
  place(node: Node): Placement;
  /** The same, with its axes in order. */
  rowMajor(node: Node): Placement;
}

export class Expressions {
  private readonly fusion: Fusion;
  private readonly host: PlacementHost;
  private readonly unslides = new Map<Node, Node>();
  private readonly pads = new Map<string, Node>();

  constructor(fusion: Fusion, host: PlacementHost) {
    this.fusion = fusion;
    this.host = host;
  }

  /** The value of a node at an index: a load where it is stored, its definition where it is not. */
  value(node: Node, index: readonly Affine[], scope: Scope): Expression {
    if (node.op === 'const') return { kind: 'const', dtype: node.dtype, value: node.attributes.value };
    const memo = scope.done.get(node);
    const hit = memo?.find((entry) => entry.index.every((at, i) => equal(at, index[i]!)));
    if (hit) return hit.value;
    const isStored =
      this.host.placed(node) !== undefined ||
      this.fusion.stored.has(node) ||
      (scope.insideReduce && families[node.op] === 'reduce') ||
      node.op === 'pad';
    const value = isStored ? this.load(node, this.host.place(node), index) : this.define(node, index, scope);
    if (memo) memo.push({ index, value });
    else scope.done.set(node, [{ index, value }]);
    return value;
  }

  private load(node: Node, placement: Placement, index: readonly Affine[]): Expression {
    return { kind: 'load', dtype: node.dtype, buffer: placement.buffer, at: address(index, placement.strides) };
  }

  /** The expression a node stands for. */
  define(node: Node, index: readonly Affine[], scope: Scope): Expression {
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
        return this.load(node, this.host.place(node), index);
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
        const { buffer, strides } = this.host.place(source);
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
      const placed = this.host.placed(input);
      const isFlat = placed ? isRowMajor(input.shape, placed.strides) : false;
      const moved = isFlat ? undefined : viewIndex(node, index, scope.space);
      if (moved) return this.value(input, moved, scope);
      const { buffer } = this.host.rowMajor(input);
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
    return this.load(shared, this.host.place(shared), index);
  }

  /** Contractions make padded sources as they need them; equal ones are one. */
  private sharedPad(node: Node): Node {
    if (node.op !== 'pad' || this.host.placed(node) !== undefined || this.fusion.stored.has(node)) return node;
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
