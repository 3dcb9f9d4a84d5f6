/**
 * Batching rules, one per primitive: the same op for many examples at once, whose inputs carry an axis of examples in front.
 * The walk that uses them turns the graph of one example into that of all; what no example changes stays as it is.
 */
import {
  barrier,
  binary,
  bitcast,
  cast,
  constant,
  custom,
  detach,
  expand,
  flip,
  gather,
  pad,
  param,
  permute,
  realize,
  reduce,
  reshape,
  routine,
  scatterAdd,
  shrink,
  slide,
  threefry,
  unary,
  unslide,
  where,
} from '../ir/build.ts';
import type { CustomGradient } from '../ir/custom.ts';
import type { Node, NodeOf } from '../ir/node.ts';
import type { BinaryOp, Op, ReduceOp, UnaryOp } from '../ir/op.ts';
import { madeFor } from '../ir/origin.ts';
import { topological } from '../ir/walk.ts';
import { batchPart, batchScan } from './scan/batch.ts';

/** What became of an input: with the examples' axis in front, or as it was. */
interface Input {
  readonly node: Node;
  readonly isBatched: boolean;
}

/** The node for all `count` examples, from that of one; at least one of the inputs is batched. */
type Rule<K extends Op> = (node: NodeOf<K>, inputs: readonly Input[], count: number, memo: Memo) => Node;

/** The results of functions with gradients of their own that a walk has met: one function has one for all of its results. */
type Memo = Map<CustomGradient, readonly { readonly inputs: readonly Node[]; readonly results: readonly Node[] }[]>;

/** Leaves have no inputs: they are the same for every example. */
const leaf = (node: Node): Node => {
  throw new Error(`bug: ${node.op} has no inputs to batch`);
};

const rules: { readonly [K in Op]: Rule<K> } = {
  const: leaf,
  iota: leaf,
  buffer: leaf,
  param: leaf,

  neg: oneOperand,
  exp: oneOperand,
  log: oneOperand,
  sin: oneOperand,
  sqrt: oneOperand,
  floor: oneOperand,
  tanh: oneOperand,
  erf: oneOperand,
  cast: (node, inputs) => cast(first(inputs), node.dtype, node.attributes.isLoose),
  bitcast: (node, inputs) => bitcast(first(inputs), node.dtype),

  add: twoOperands,
  mul: twoOperands,
  div: twoOperands,
  idiv: twoOperands,
  mod: twoOperands,
  max: twoOperands,
  lt: twoOperands,
  eq: twoOperands,
  and: twoOperands,
  or: twoOperands,
  xor: twoOperands,
  shl: twoOperands,
  shr: twoOperands,

  where: (_, inputs, count) => {
    const [condition, a, b] = inputs.map((input) => batched(input, count));
    return where(condition!, a!, b!);
  },
  threefry: (node, inputs, count) => {
    const [k0, k1, counter] = inputs.map((input) => batched(input, count));
    return threefry(k0!, k1!, counter!, node.attributes.word);
  },

  sum: reduction,
  amax: reduction,
  prod: reduction,

  reshape: (node, inputs, count) => reshape(first(inputs), [count, ...node.shape]),
  permute: (node, inputs) => permute(first(inputs), [0, ...after(node.attributes.order)]),
  expand: (node, inputs, count) => expand(first(inputs), [count, ...node.shape], [0, ...after(node.attributes.axes)]),
  pad: (node, inputs) => {
    const { low, high, interior, value } = node.attributes;
    return pad(first(inputs), { low: [0, ...low], high: [0, ...high], interior: [0, ...interior], value });
  },
  shrink: (node, inputs, count) => {
    const { start, step } = node.attributes;
    return shrink(first(inputs), [0, ...start], [count, ...node.shape], [1, ...step]);
  },
  flip: (node, inputs) => flip(first(inputs), after(node.attributes.axes)),
  slide: (node, inputs) => {
    const { axis, window } = node.attributes;
    return slide(first(inputs), node.shape[axis]!, { ...node.attributes, axis: axis + 1, window: window + 1 });
  },
  unslide: (node, inputs) => {
    const { axis, window } = node.attributes;
    return unslide(first(inputs), node.shape[axis]!, { ...node.attributes, axis: axis + 1, window: window + 1 });
  },

  gather: (node, [x, index], count) => {
    const { axis } = node.attributes;
    if (!x!.isBatched) return gatherFromOne(x!.node, index!.node, axis);
    return gather(x!.node, batched(index!, count), axis + 1);
  },
  scatterAdd: (node, inputs, count) => {
    const { axis } = node.attributes;
    const [values, index] = inputs.map((input) => batched(input, count));
    return scatterAdd(values!, index!, axis + 1, node.shape[axis]!);
  },

  detach: (_, inputs) => detach(first(inputs)),
  realize: (_, inputs) => realize(first(inputs)),
  custom: (node, inputs, count, memo) => {
    const { rule, result } = node.attributes;
    const key = node.inputs;
    const known = memo.get(rule)?.find((one) => sameNodes(one.inputs, key));
    if (known !== undefined) return known.results[result]!;
    const results = batchCustom(node, inputs, count);
    memo.set(rule, [...(memo.get(rule) ?? []), { inputs: key, results }]);
    return results[result]!;
  },
  barrier: (node, inputs) => barrier(first(inputs), node.attributes.rerun),
  // What stands before the core of its inputs is a batch to any routine.
  routine: (node, inputs, count) =>
    routine(
      node.attributes,
      inputs.map((input) => batched(input, count)),
    ),

  scan: batchScan,
  part: batchPart,
};

/** Options of a walk. */
export interface BatchOptions {
  /** Told of each node of one example that was made into one of all. */
  readonly onBatch?: (one: Node, all: Node) => void;
}

/** A value for all examples, or one that no example changes. */
export type Batched = Input;

/**
 * The graph of one example as that of `count` of them: every node that depends on a placeholder gets the examples' axis in front.
 * @param outputs of one example   @param examples each placeholder that stands for one example, with the node of all of them, (count, …)
 * @returns for each output its node, and whether the examples' axis is in front of it
 */
export function batch(
  outputs: readonly Node[],
  examples: ReadonlyMap<Node, Node>,
  count: number,
  { onBatch }: BatchOptions = {},
): Batched[] {
  // Ids rise in creation order, so what is older than every placeholder depends on none.
  let oldest = Infinity;
  for (const placeholder of examples.keys()) oldest = Math.min(oldest, placeholder.id);
  const isFixed = (node: Node): boolean => node.id < oldest;
  const results = new Map<Node, Node>(examples);
  const memo: Memo = new Map();
  for (const node of topological(outputs, (one) => isFixed(one) || examples.has(one))) {
    if (isFixed(node) || results.has(node)) continue;
    const inputs = node.inputs.map((input) => inputOf(input, results));
    if (!inputs.some(({ isBatched }) => isBatched)) continue;
    const all = madeFor(node, 'batch', () => apply(node, inputs, count, memo));
    onBatch?.(node, all);
    results.set(node, all);
  }
  return outputs.map((output) => inputOf(output, results));
}

function inputOf(node: Node, results: ReadonlyMap<Node, Node>): Input {
  const all = results.get(node);
  return { node: all ?? node, isBatched: all !== undefined };
}

function apply<K extends Op>(node: NodeOf<K>, inputs: readonly Input[], count: number, memo: Memo): Node {
  return rules[node.op](node, inputs, count, memo);
}

function sameNodes(a: readonly Node[], b: readonly Node[]): boolean {
  return a.length === b.length && a.every((node, i) => node === b[i]);
}

/** A function with a gradient of its own for all examples: what goes back for one, batched in its turn. */
function batchCustom(
  { inputs: one, attributes: { rule } }: NodeOf<'custom'>,
  inputs: readonly Input[],
  count: number,
): Node[] {
  const variables = inputs.slice(rule.results);
  const forAll: CustomGradient = {
    ...rule,
    pullBack: (gradients, values, xs) => {
      const examples = new Map<Node, Node>();
      const standIn = (all: Node): Node => {
        const stand = param(-1, all.shape.slice(1), all.dtype);
        examples.set(stand, all);
        return stand;
      };
      const back = gradients.map((g) => g && standIn(g));
      let found: readonly (Node | undefined)[];
      if (rule.isOrdinary) {
        // It works on the graph of one example, in which the variables are what they were.
        const of = one.slice(rule.results);
        of.forEach((x, i) => {
          if (variables[i]!.isBatched) examples.set(x, xs[i]!);
        });
        found = rule.pullBack(back, one.slice(0, rule.results), of);
      } else {
        found = rule.pullBack(
          back,
          values.map(standIn),
          xs.map((x, i) => (variables[i]!.isBatched ? standIn(x) : x)),
        );
      }
      const all = batch(
        found.flatMap((g) => (g === undefined ? [] : [g])),
        examples,
        count,
      );
      let next = 0;
      return found.map((g, i) => {
        if (g === undefined) return undefined;
        const result = all[next++]!;
        if (variables[i]!.isBatched) return batched(result, count);
        // A variable that all examples share gets what each of them sends back.
        if (result.isBatched) return reduce('sum', result.node, [0]);
        return binary('mul', result.node, constant(count, result.node.shape, result.node.dtype));
      });
    },
  };
  return custom(
    forAll,
    inputs.slice(0, rule.results).map((input) => batched(input, count)),
    variables.map(({ node }) => node),
  );
}

/** x for each of `count` examples: itself, or the one x repeated, which costs nothing. */
export function batched({ node, isBatched }: Batched, count: number): Node {
  if (isBatched) return node;
  return expand(
    node,
    [count, ...node.shape],
    node.shape.map((_, axis) => axis + 1),
  );
}

function first(inputs: readonly Input[]): Node {
  return inputs[0]!.node;
}

/** Axes of one example, counted behind the examples' axis. */
function after(axes: readonly number[]): number[] {
  return axes.map((axis) => axis + 1);
}

function oneOperand(node: NodeOf<Exclude<UnaryOp, 'cast' | 'bitcast'>>, inputs: readonly Input[]): Node {
  return unary(node.op, first(inputs));
}

function twoOperands(node: NodeOf<BinaryOp>, inputs: readonly Input[], count: number): Node {
  return binary(node.op, batched(inputs[0]!, count), batched(inputs[1]!, count));
}

function reduction(node: NodeOf<ReduceOp>, inputs: readonly Input[]): Node {
  return reduce(node.op, first(inputs), after(node.attributes.axes));
}

/**
 * Gathering for all examples from one x that they share: their indices stand one after another along the gathered axis, so that x
 * is not repeated. index (count, …, m, …) → (…, count · m, …) → out (count, …, m, …).
 */
function gatherFromOne(x: Node, index: Node, axis: number): Node {
  const [count, ...shape] = index.shape;
  const rank = shape.length;
  const inner = shape.map((_, i) => i);
  // The examples' axis is moved to stand before the gathered one.
  const order = [...inner.slice(0, axis).map((i) => i + 1), 0, ...inner.slice(axis).map((i) => i + 1)];
  const moved = permute(index, order);
  const long = reshape(moved, [...shape.slice(0, axis), count! * shape[axis]!, ...shape.slice(axis + 1)]);
  const taken = reshape(gather(x, long, axis), moved.shape);
  return permute(
    taken,
    Array.from({ length: rank + 1 }, (_, i) => order.indexOf(i)),
  );
}
