/**
 * Reverse-mode rules, one per primitive: given the gradient of a node's output, the gradient of each of its inputs.
 * Rules build graph, they compute nothing. The walk that uses them is gradients.ts.
 */
import { DTypeError, raise, ShapeError } from '../base/errors.ts';
import { formatShape, sameShape, sizeOf } from '../base/shape.ts';
import {
  binary,
  cast,
  constant,
  flip,
  gather,
  pad,
  permute,
  reduce,
  reshape,
  scatterAdd,
  shrink,
  slide,
  unary,
  unslide,
  where,
} from '../ir/build.ts';
import { isFloat, isHalf } from '../ir/dtype.ts';
import type { Node, NodeOf } from '../ir/node.ts';
import { families, type Op } from '../ir/op.ts';
import { cosine, larger, like, mul, othersOf, scale, spread, subtract } from './derivatives.ts';
import { routineRules } from './routine-vjp.ts';

/** The gradient of one input, from the gradient `g` of the node `y`; y itself may be used again, which saves computing it twice. */
type InputRule<K extends Op> = (g: Node, y: NodeOf<K>) => Node;

/** One entry per input; where there is none, no gradient flows. */
type Rules = {
  readonly [K in Exclude<Op, 'routine' | 'custom' | 'scan' | 'part'>]: readonly (InputRule<K> | undefined)[];
};

/** Nothing flows: the op is flat almost everywhere, its operands are integers, or it has none. */
const flat: readonly undefined[] = [];

const rules: Rules = {
  const: flat,
  iota: flat,
  buffer: flat,
  param: flat,

  neg: [(g) => unary('neg', g)],
  exp: [(g, y) => mul(g, y)],
  log: [(g, y) => binary('div', g, first(y))],
  sin: [(g, y) => mul(g, cosine(first(y)))],
  sqrt: [(g, y) => binary('div', scale(g, 0.5), y)],
  floor: flat,
  tanh: [(g, y) => mul(g, subtract(like(y, 1), mul(y, y)))],
  erf: [(g, y) => mul(g, scale(unary('exp', unary('neg', mul(first(y), first(y)))), 2 / Math.sqrt(Math.PI)))],
  // The walk lets gradients into floats only, so this is float → float.
  cast: [(g, y) => cast(g, first(y).dtype, isHalf(first(y).dtype))],
  bitcast: flat,

  add: [(g) => g, (g) => g],
  mul: [(g, y) => mul(g, second(y)), (g, y) => mul(g, first(y))],
  div: [(g, y) => binary('div', g, second(y)), (g, y) => unary('neg', mul(binary('div', g, second(y)), y))],
  idiv: flat,
  mod: [(g) => g, (g, y) => unary('neg', mul(g, unary('floor', binary('div', first(y), second(y)))))],
  max: [(g, y) => larger(g, y, first(y), second(y)), (g, y) => larger(g, y, second(y), first(y))],
  lt: flat,
  eq: flat,
  and: flat,
  or: flat,
  xor: flat,
  shl: flat,
  shr: flat,

  where: [undefined, (g, y) => where(first(y), g, like(g, 0)), (g, y) => where(first(y), like(g, 0), g)],
  threefry: flat,

  sum: [(g, y) => spread(g, first(y), y.attributes.axes)],
  amax: [
    (g, y) => {
      const x = first(y);
      const { axes } = y.attributes;
      const largest = binary('eq', x, spread(y, x, axes));
      const share = binary('div', g, reduce('sum', cast(largest, y.dtype), axes));
      return where(largest, spread(share, x, axes), like(x, 0));
    },
  ],
  prod: [(g, y) => mul(spread(g, first(y), y.attributes.axes), othersOf(first(y), y.attributes.axes))],

  reshape: [(g, y) => reshape(g, first(y).shape)],
  permute: [
    (g, y) => {
      const { order } = y.attributes;
      return permute(
        g,
        order.map((_, axis) => order.indexOf(axis)),
      );
    },
  ],
  expand: [
    (g, y) => {
      const x = first(y);
      const { axes } = y.attributes;
      const added = y.shape.flatMap((n, axis) => {
        const from = axes.indexOf(axis);
        return from < 0 || x.shape[from] !== n ? [axis] : [];
      });
      return reshape(reduce('sum', g, added), x.shape);
    },
  ],
  pad: [
    (g, y) => {
      const { low, interior } = y.attributes;
      const { shape } = first(y);
      return shrink(
        g,
        low,
        shape,
        interior.map((n) => n + 1),
      );
    },
  ],
  shrink: [(g, y) => unshrink(g, y)],
  flip: [(g, y) => flip(g, y.attributes.axes)],
  slide: [(g, y) => unslide(g, first(y).shape[y.attributes.axis]!, y.attributes)],
  unslide: [
    (g, y) => {
      const { axis, window, stride, dilation } = y.attributes;
      const { shape } = first(y);
      // Windows that reach past the end were cut off on the way; zeros stand there on the way back.
      const reach = (shape[axis]! - 1) * stride + (shape[window]! - 1) * dilation + 1;
      const missing = Math.max(0, reach - y.shape[axis]!);
      return slide(padEnd(g, axis, missing), shape[axis]!, y.attributes);
    },
  ],

  gather: [(g, y) => scatterAdd(g, second(y), y.attributes.axis, first(y).shape[y.attributes.axis]!)],
  scatterAdd: [(g, y) => gather(g, second(y), y.attributes.axis)],

  detach: flat,
  realize: [(g) => g],
  barrier: [(g) => g],
};

/** The rules of a node, one for each input; a routine has its own. A loop has one for all inputs, which gradients.ts applies to its parts together. */
function rulesOf<K extends Op>(node: NodeOf<K>): readonly (InputRule<K> | undefined)[];
function rulesOf(node: Node): readonly unknown[] {
  switch (node.op) {
    case 'routine':
      return routineRules(node);
    case 'scan':
    case 'part':
    case 'custom': // all results of the function go back together: pullBackCustom
      return flat;
    default:
      return rules[node.op];
  }
}

/** Whether a gradient flows from a node to its input number `input`. */
export function flows(node: Node, input: number): boolean {
  if (node.op === 'custom') return input >= node.attributes.rule.results && isFloat(node.inputs[input]!.dtype);
  return families[node.op] === 'loop' || rulesOf(node)[input] !== undefined;
}

/** The gradient of input number `input` of `node`, from the node's own; only where it `flows`. */
export function pullBack<K extends Op>(node: NodeOf<K>, input: number, g: Node): Node {
  const rule = rulesOf(node)[input];
  if (rule === undefined) throw new Error(`bug: no gradient flows to input ${input} of ${node.op}`);
  return rule(g, node);
}

/**
 * The gradient of each input of a function with a gradient of its own, from those of all its results; undefined where none flows.
 * @param node the node of any of the results
 * @throws ShapeError, DTypeError if the function's rule gives a gradient that does not fit its variable
 */
export function pullBackCustom(
  { inputs, attributes: { rule } }: NodeOf<'custom'>,
  gradients: readonly (Node | undefined)[],
): (Node | undefined)[] {
  const variables = inputs.slice(rule.results);
  const found = rule.pullBack(gradients, inputs.slice(0, rule.results), variables);
  found.forEach((g, i) => {
    const x = variables[i]!;
    if (g === undefined) return;
    if (!sameShape(g.shape, x.shape)) {
      raise(
        new ShapeError(
          `${rule.name}: the gradient of variable ${i} has shape ${formatShape(g.shape)}; it must have the variable's, ${formatShape(x.shape)}`,
        ),
      );
    }
    if (g.dtype !== x.dtype)
      raise(
        new DTypeError(
          `${rule.name}: the gradient of variable ${i} is ${g.dtype}, the variable ${x.dtype}; convert it with .cast('${x.dtype}')`,
        ),
      );
  });
  return [...inputs.slice(0, rule.results).map(() => undefined), ...found];
}

function first(y: NodeOf<Op>): Node {
  return y.inputs[0]!;
}

function second(y: NodeOf<Op>): Node {
  return y.inputs[1]!;
}

/** Each element back where shrink took it from, zeros elsewhere. */
function unshrink(g: Node, y: NodeOf<'shrink'>): Node {
  const { start, step } = y.attributes;
  const { shape } = first(y);
  if (sizeOf(y.shape) === 0) return constant(0, shape, g.dtype);
  return pad(g, {
    low: start,
    high: shape.map((n, axis) => n - 1 - start[axis]! - (y.shape[axis]! - 1) * step[axis]!),
    interior: step.map((n) => n - 1),
  });
}

function padEnd(x: Node, axis: number, count: number): Node {
  const none = x.shape.map(() => 0);
  return pad(x, { low: none, high: none.with(axis, count) });
}
