/**
 * What every primitive means, in code: one exhaustive table of plain loops over row-major arrays. It refuses to be fast
 * and settles every argument about results. Floats are computed in double and rounded once, where they are stored; reductions
 * likewise. Integers wrap.
 */
import { IndexError, raise } from '../../base/errors.ts';
import { type Shape, sizeOf, stridesOf } from '../../base/shape.ts';
import { convert, decode, type DType, encode, infoOf, isFloat, type TypedArray } from '../../ir/dtype.ts';
import { usedParts } from '../../ir/loop.ts';
import type { Graph, Node, NodeOf } from '../../ir/node.ts';
import type { Op } from '../../ir/op.ts';
import { topological } from '../../ir/walk.ts';
import { runRoutine } from '../../kernel/routines/index.ts';
import { erf } from './erf.ts';
import { forEachIndex, offsetOf } from './indices.ts';
import { evaluateLoop } from './loop.ts';
import { threefry2x32 } from './threefry.ts';

type Evaluate<K extends Op> = (node: NodeOf<K>, inputs: readonly TypedArray[]) => TypedArray;

/** Elements of `dtype`, all 0. */
function zeros(dtype: DType, size: number): TypedArray {
  return new (infoOf(dtype).array)(size);
}

// Typed arrays round (float32) and wrap (integers) when they are stored to; bool is normalised by its ops. 16-bit floats are moved as their bits
// and meet arithmetic nowhere: what computes with them computes in float32.

function unary<K extends Op>(f: (x: number) => number): Evaluate<K> {
  return (node, inputs) => {
    const x = inputs[0]!;
    const result = zeros(node.dtype, x.length);
    for (let i = 0; i < x.length; i++) result[i] = f(x[i]!);
    return result;
  };
}

function binary<K extends Op>(f: (a: number, b: number, dtype: DType) => number): Evaluate<K> {
  return (node, inputs) => {
    const a = inputs[0]!;
    const b = inputs[1]!;
    const { dtype } = node.inputs[0]!;
    const result = zeros(node.dtype, a.length);
    for (let i = 0; i < a.length; i++) result[i] = f(a[i]!, b[i]!, dtype);
    return result;
  };
}

function reduction<K extends 'sum' | 'amax' | 'prod'>(
  identity: (dtype: DType) => number,
  f: (total: number, x: number, dtype: DType) => number,
): Evaluate<K> {
  return (node, inputs) => {
    const x = inputs[0]!;
    const { shape, dtype } = node.inputs[0]!;
    const { axes } = node.attributes;
    const totals = new Float64Array(sizeOf(node.shape)).fill(identity(dtype));
    const strides = embed(shape.length, stridesOf(node.shape), axes);
    forEachIndex(shape, (index, position) => {
      const at = offsetOf(index, strides);
      totals[at] = f(totals[at]!, x[position]!, dtype);
    });
    const result = zeros(dtype, totals.length);
    result.set(totals);
    return result;
  };
}

/** Strides for an index of `rank` axes into an array that lacks `axes`: those get stride 0. */
function embed(rank: number, strides: readonly number[], axes: readonly number[]): number[] {
  let next = 0;
  return Array.from({ length: rank }, (_, axis) => (axes.includes(axis) ? 0 : strides[next++]!));
}

/** Every output element is the input element `source` names, or `fill` where it names none. */
function move(
  node: Node,
  x: TypedArray,
  source: (index: readonly number[]) => number | undefined,
  fill = 0,
): TypedArray {
  const result = zeros(node.dtype, sizeOf(node.shape));
  forEachIndex(node.shape, (index, position) => {
    const from = source(index);
    result[position] = from === undefined ? fill : x[from]!;
  });
  return result;
}

const boolean = (x: boolean): number => (x ? 1 : 0);

/** Integers are multiplied modulo 2³², which doubles alone cannot do. */
const product = (a: number, b: number, dtype: DType): number => (isFloat(dtype) ? a * b : Math.imul(a, b));

const bitsOf = (dtype: DType): number => 8 * infoOf(dtype).bytes;

/** Index along `axis`, checked against its size. */
function checkIndex(op: string, i: number, axis: number, size: number): number {
  if (i < 0 || i >= size) raise(new IndexError(`${op}: index ${i} is outside axis ${axis} of size ${size}`));
  return i;
}

const table: { readonly [K in Exclude<Op, 'scan' | 'part'>]: Evaluate<K> } = {
  const: (node) => zeros(node.dtype, sizeOf(node.shape)).fill(encode(node.dtype, node.attributes.value)),
  iota: (node) => {
    const result = zeros(node.dtype, sizeOf(node.shape));
    forEachIndex(node.shape, (index, position) => (result[position] = index[node.attributes.axis]!));
    return result;
  },
  buffer: (node) => node.attributes.leaf.storage.read(),
  param: (node) => {
    throw new Error(`bug: param ${node.attributes.index} is not among the graph's inputs`);
  },

  neg: unary((x) => -x),
  exp: unary(Math.exp),
  log: unary(Math.log),
  sin: unary(Math.sin),
  sqrt: unary(Math.sqrt),
  floor: unary(Math.floor),
  tanh: unary(Math.tanh),
  erf: unary(erf),
  cast: (node, inputs) => {
    const from = node.inputs[0]!.dtype;
    return unary<'cast'>((x) => encode(node.dtype, convert(from, node.dtype, decode(from, x))))(node, inputs);
  },
  bitcast: (node, inputs) => {
    const bits = inputs[0]!.slice();
    return new (infoOf(node.dtype).array)(bits.buffer, bits.byteOffset, bits.length);
  },

  add: binary((a, b) => a + b),
  mul: binary(product),
  div: binary((a, b) => a / b),
  idiv: binary((a, b) => (b === 0 ? 0 : Math.floor(a / b))),
  mod: binary((a, b, dtype) => (b === 0 && !isFloat(dtype) ? 0 : a - Math.floor(a / b) * b)),
  max: binary((a, b) => Math.max(a, b)),
  lt: binary((a, b) => boolean(a < b)),
  eq: binary((a, b) => boolean(a === b)),
  and: binary((a, b) => a & b),
  or: binary((a, b) => a | b),
  xor: binary((a, b) => a ^ b),
  shl: binary((a, b, dtype) => (b < 0 || b >= bitsOf(dtype) ? 0 : a << b)),
  shr: binary((a, b, dtype) => (b < 0 || b >= bitsOf(dtype) ? 0 : (a & (2 ** bitsOf(dtype) - 1)) >>> b)),

  where: (node, inputs) => {
    const [condition, a, b] = [inputs[0]!, inputs[1]!, inputs[2]!];
    const result = zeros(node.dtype, a.length);
    for (let i = 0; i < a.length; i++) result[i] = condition[i] === 0 ? b[i]! : a[i]!;
    return result;
  },
  threefry: (node, inputs) => {
    const [k0, k1, counter] = [inputs[0]!, inputs[1]!, inputs[2]!];
    const { word } = node.attributes;
    const result = zeros(node.dtype, counter.length);
    for (let i = 0; i < counter.length; i++) {
      const [first, second] = threefry2x32(k0[i]!, k1[i]!, 0, counter[i]!);
      result[i] = word === 'first' ? first : word === 'second' ? second : first ^ second;
    }
    return result;
  },

  // Integers wrap as they go: an unwrapped sum of very many would leave the range where doubles are exact.
  sum: reduction(
    () => 0,
    (total, x, dtype) => (isFloat(dtype) ? total + x : (total + x) | 0),
  ),
  amax: reduction(
    (dtype) => infoOf(dtype).lowest,
    (total, x) => Math.max(total, x),
  ),
  prod: reduction(() => 1, product),

  reshape: (node, inputs) => inputs[0]!,
  permute: (node, inputs) => {
    const strides = stridesOf(node.inputs[0]!.shape);
    const { order } = node.attributes;
    const moved = order.map((axis) => strides[axis]!);
    return move(node, inputs[0]!, (index) => offsetOf(index, moved));
  },
  expand: (node, inputs) => {
    const { shape } = node.inputs[0]!;
    const strides = stridesOf(shape);
    const spread = node.shape.map(() => 0);
    node.attributes.axes.forEach((axis, i) => {
      if (shape[i] !== 1) spread[axis] = strides[i]!;
    });
    return move(node, inputs[0]!, (index) => offsetOf(index, spread));
  },
  pad: (node, inputs) => {
    const { low, interior, value } = node.attributes;
    const { shape } = node.inputs[0]!;
    const source = (index: readonly number[]): number | undefined =>
      pick(shape, (i) => (index[i]! - low[i]!) / (interior[i]! + 1));
    return move(node, inputs[0]!, source, encode(node.dtype, value));
  },
  shrink: (node, inputs) => {
    const { start, step } = node.attributes;
    const { shape } = node.inputs[0]!;
    return move(node, inputs[0]!, (index) => pick(shape, (i) => start[i]! + index[i]! * step[i]!));
  },
  flip: (node, inputs) => {
    const { axes } = node.attributes;
    const { shape } = node;
    return move(node, inputs[0]!, (index) =>
      pick(shape, (i) => (axes.includes(i) ? shape[i]! - 1 - index[i]! : index[i]!)),
    );
  },
  slide: (node, inputs) => {
    const { axis, window, stride, dilation } = node.attributes;
    const { shape } = node.inputs[0]!;
    return move(node, inputs[0]!, (index) =>
      pick(shape, (i) => (i === axis ? index[axis]! * stride + index[window]! * dilation : index[i]!)),
    );
  },
  unslide: (node, inputs) => {
    const { axis, window, stride, dilation } = node.attributes;
    const { shape } = node.inputs[0]!;
    return move(node, inputs[0]!, (index) =>
      pick(shape, (i) => (i === axis ? (index[axis]! - index[window]! * dilation) / stride : index[i]!)),
    );
  },

  gather: (node, inputs) => {
    const { axis } = node.attributes;
    const { shape } = node.inputs[0]!;
    const chosen = inputs[1]!;
    const strides = stridesOf(node.shape);
    return move(node, inputs[0]!, (index) => {
      const at = checkIndex('gather', chosen[offsetOf(index, strides)]!, axis, shape[axis]!);
      return pick(shape, (i) => (i === axis ? at : index[i]!));
    });
  },
  scatterAdd: (node, inputs) => {
    const { axis } = node.attributes;
    const [values, target] = [inputs[0]!, inputs[1]!];
    const strides = stridesOf(node.shape);
    const totals = new Float64Array(sizeOf(node.shape));
    forEachIndex(node.inputs[0]!.shape, (index, position) => {
      const to = checkIndex('scatterAdd', target[position]!, axis, node.shape[axis]!);
      const at = offsetOf(index, strides) + (to - index[axis]!) * strides[axis]!;
      totals[at] = totals[at]! + values[position]!;
    });
    const result = zeros(node.dtype, totals.length);
    result.set(totals);
    return result;
  },

  custom: (node, inputs) => inputs[node.attributes.result]!,
  barrier: (node, inputs) => inputs[0]!,
  detach: (node, inputs) => inputs[0]!,
  realize: (node, inputs) => inputs[0]!,
  routine: (node, inputs) => {
    const result = zeros(node.dtype, sizeOf(node.shape));
    const operands = inputs.map((values, i) => ({ values, shape: node.inputs[i]!.shape }));
    runRoutine(node.attributes, operands, result);
    return result;
  },
};

/** The position in an array of `shape` of the index whose component along axis i is `component(i)`; undefined if one is not a whole number in range. */
function pick(shape: Shape, component: (axis: number) => number): number | undefined {
  let position = 0;
  for (let i = 0; i < shape.length; i++) {
    const at = component(i);
    if (!Number.isInteger(at) || at < 0 || at >= shape[i]!) return undefined;
    position = position * shape[i]! + at;
  }
  return position;
}

function evaluateNode<K extends Exclude<Op, 'scan' | 'part'>>(
  node: NodeOf<K>,
  inputs: readonly TypedArray[],
): TypedArray {
  return table[node.op](node, inputs);
}

/**
 * The values of the graph's outputs, given those of its inputs. Arrays may be shared between outputs and with inputs: do not write to them.
 * @throws IndexError for a gather or scatterAdd index out of range
 */
export function evaluate(graph: Graph, inputs: readonly TypedArray[]): TypedArray[] {
  const values = new Map<Node, TypedArray>();
  graph.inputs.forEach((node, i) => values.set(node, inputs[i]!));
  const known = new Set(graph.inputs);
  const order = topological(graph.outputs, (node) => known.has(node));
  const used = usedParts(order);
  const loops = new Map<Node, ReadonlyMap<number, TypedArray>>();
  for (const node of order) {
    if (values.has(node)) continue;
    if (node.op === 'scan') {
      const inputs = node.inputs.map((input) => values.get(input)!);
      loops.set(node, evaluateLoop(node, inputs, used.get(node) ?? [], evaluate));
      continue;
    }
    if (node.op === 'part') {
      values.set(node, loops.get(node.inputs[0]!)!.get(node.attributes.index)!);
      continue;
    }
    values.set(
      node,
      evaluateNode(
        node,
        node.inputs.map((input) => values.get(input)!),
      ),
    );
  }
  return graph.outputs.map((node) => values.get(node)!);
}
