/**
 * Movement ops as index arithmetic: given where in its output a value is wanted, where in its input it stands.
 * One rule per movement op, used by the lowering of every kernel and by the recognition of contractions.
 */
import { affine, type Affine, plus, reshapeIndex, type Space, times } from '../kernel/affine.ts';
import type { NodeOf } from '../ir/node.ts';
import type { MovementOp } from '../ir/op.ts';

/** The movement ops whose index is affine everywhere; pad and unslide have places that no input element stands for. */
export type ViewOp = Exclude<MovementOp, 'pad' | 'unslide'>;

export const isView = {
  reshape: true,
  permute: true,
  expand: true,
  shrink: true,
  flip: true,
  slide: true,
  barrier: true,
} as const satisfies Record<ViewOp, true>;

type Rule<K extends ViewOp> = (node: NodeOf<K>, index: readonly Affine[], space: Space) => Affine[] | undefined;

const rules: { [K in ViewOp]: Rule<K> } = {
  reshape: (node, index, space) => reshapeIndex(space, index, node.shape, node.inputs[0]!.shape),
  permute: (node, index) => {
    const result = new Array<Affine>(index.length);
    node.attributes.order.forEach((axis, i) => (result[axis] = index[i]!));
    return result;
  },
  expand: (node, index) =>
    node.inputs[0]!.shape.map((size, i) => (size === 1 ? affine(0) : index[node.attributes.axes[i]!]!)),
  shrink: (node, index) => index.map((at, i) => plus(times(at, node.attributes.step[i]!), node.attributes.start[i]!)),
  flip: (node, index) =>
    index.map((at, i) => (node.attributes.axes.includes(i) ? plus(times(at, -1), node.shape[i]! - 1) : at)),
  slide: (node, index) => {
    const { axis, window, stride, dilation } = node.attributes;
    const result = [...index];
    result[axis] = plus(times(index[axis]!, stride), times(index[window]!, dilation));
    return result;
  },
  barrier: (_, index) => [...index],
};

/** The index into the input, or undefined where it is not affine (a reshape that cuts across). May split variables of the space. */
export function viewIndex(node: NodeOf<ViewOp>, index: readonly Affine[], space: Space): Affine[] | undefined {
  // The table is typed op by op; picking the rule by the node's own op is what correlates the two.
  const rule = rules[node.op] as Rule<ViewOp>;
  return rule(node, index, space);
}
