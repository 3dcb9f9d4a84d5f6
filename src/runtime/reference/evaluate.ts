/**
 * What every primitive means, in code: one exhaustive table of plain loops over row-major arrays. It refuses to be fast
 * and settles every argument about results. Floats are computed in double and rounded once, where they are stored; reductions
 * likewise. Integers wrap.
 */
import { IndexError, raise } from '../../base/errors.ts';
import { type Shape, sizeOf, stridesOf } from '../../base/shape.ts';
import {
  convertStored,
  type DType,
  encode,
  filledArray,
  infoOf,
  isFloat,
  numbersOf,
  type TypedArray,
  type Word,
  type Words,
  wordsOf,
} from '../../ir/dtype.ts';
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

function unary<K extends Op>(f: (x: number) => number, wide?: (x: bigint) => bigint): Evaluate<K> {
  return (node, inputs) => {
    const x = wordsOf(node.inputs[0]!.dtype, inputs[0]!);
    const result = zeros(node.dtype, x.length);
    const words = wordsOf(node.dtype, result);
    for (let i = 0; i < x.length; i++) {
      const value = x[i]!;
      words[i] = typeof value === 'bigint' ? wide!(value) : f(value);
    }
    return result;
  };
}

/** @param wide the same of int64, whose results wrap where they are stored */
function binary<K extends Op>(
  f: (a: number, b: number, dtype: DType) => number,
  wide?: (a: bigint, b: bigint) => Word,
): Evaluate<K> {
  return (node, inputs) => {
    const { dtype } = node.inputs[0]!;
    const [a, b] = [wordsOf(dtype, inputs[0]!), wordsOf(dtype, inputs[1]!)];
    const result = zeros(node.dtype, a.length);
    const words = wordsOf(node.dtype, result);
    for (let i = 0; i < a.length; i++) words[i] = both(a[i]!, b[i]!, (x, y) => f(x, y, dtype), wide);
    return result;
  };
}

function both(
  a: Word,
  b: Word,
  f: (a: number, b: number) => number,
  wide: ((a: bigint, b: bigint) => Word) | undefined,
): Word {
  return typeof a === 'bigint' && typeof b === 'bigint' ? wide!(a, b) : f(Number(a), Number(b));
}

function reduction<K extends 'sum' | 'amax' | 'prod'>(
  identity: (dtype: DType) => number,
  f: (total: number, x: number, dtype: DType) => number,
  big: (total: bigint, x: bigint) => bigint,
): Evaluate<K> {
  return (node, inputs) => {
    const { shape, dtype } = node.inputs[0]!;
    const x = wordsOf(dtype, inputs[0]!);
    const { axes } = node.attributes;
    const wide = dtype === 'int64' ? 'int64' : 'float64';
    const totals = wordsOf(wide, filledArray(wide, sizeOf(node.shape), identity(dtype)));
    const strides = embed(shape.length, stridesOf(node.shape), axes);
    forEachIndex(shape, (index, position) => {
      const at = offsetOf(index, strides);
      totals[at] = both(totals[at]!, x[position]!, (total, value) => f(total, value, dtype), big);
    });
    return stored(dtype, totals);
  };
}

/** Totals as elements of a dtype. */
function stored(dtype: DType, totals: Words): TypedArray {
  const result = zeros(dtype, totals.length);
  const words = wordsOf(dtype, result);
  for (let i = 0; i < totals.length; i++) words[i] = totals[i]!;
  return result;
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
  const [words, from] = [wordsOf(node.dtype, result), wordsOf(node.dtype, x)];
  const otherwise = encode(node.dtype, fill);
  forEachIndex(node.shape, (index, position) => {
    const at = source(index);
    words[position] = at === undefined ? otherwise : from[at]!;
  });
  return result;
}

const boolean = (x: boolean): number => (x ? 1 : 0);

/** Integers are multiplied modulo 2³², which doubles alone cannot do. */
const product = (a: number, b: number, dtype: DType): number => (isFloat(dtype) ? a * b : Math.imul(a, b));

/** ⌊a / b⌋, 0 where b is 0. */
function floorQuotient(a: bigint, b: bigint): bigint {
  if (b === 0n) return 0n;
  return a / b - (a % b !== 0n && a < 0n !== b < 0n ? 1n : 0n);
}

const bitsOf = (dtype: DType): number => 8 * infoOf(dtype).bytes;

/** Index along `axis`, checked against its size. */
function checkIndex(op: string, i: number, axis: number, size: number): number {
  if (i < 0 || i >= size) raise(new IndexError(`${op}: index ${i} is outside axis ${axis} of size ${size}`));
  return i;
}

const table: { readonly [K in Exclude<Op, 'scan' | 'part'>]: Evaluate<K> } = {
  const: (node) => filledArray(node.dtype, sizeOf(node.shape), node.attributes.value),
  iota: (node) => {
    const result = zeros(node.dtype, sizeOf(node.shape));
    const words = wordsOf(node.dtype, result);
    forEachIndex(node.shape, (index, position) => (words[position] = index[node.attributes.axis]!));
    return result;
  },
  buffer: (node) => node.attributes.leaf.storage.read(),
  param: (node) => {
    throw new Error(`bug: param ${node.attributes.index} is not among the graph's inputs`);
  },

  neg: unary(
    (x) => -x,
    (x) => -x,
  ),
  exp: unary(Math.exp),
  log: unary(Math.log),
  sin: unary(Math.sin),
  sqrt: unary(Math.sqrt),
  floor: unary(Math.floor),
  tanh: unary(Math.tanh),
  erf: unary(erf),
  cast: (node, inputs) => {
    const from = node.inputs[0]!.dtype;
    const x = wordsOf(node.inputs[0]!.dtype, inputs[0]!);
    const result = zeros(node.dtype, x.length);
    const words = wordsOf(node.dtype, result);
    for (let i = 0; i < x.length; i++) words[i] = convertStored(from, node.dtype, x[i]!);
    return result;
  },
  bitcast: (node, inputs) => {
    const bits = inputs[0]!.slice();
    return new (infoOf(node.dtype).array)(bits.buffer, bits.byteOffset, bits.length);
  },

  add: binary(
    (a, b) => a + b,
    (a, b) => a + b,
  ),
  mul: binary(product, (a, b) => a * b),
  div: binary((a, b) => a / b),
  idiv: binary((a, b) => (b === 0 ? 0 : Math.floor(a / b)), floorQuotient),
  mod: binary(
    (a, b, dtype) => (b === 0 && !isFloat(dtype) ? 0 : a - Math.floor(a / b) * b),
    (a, b) => (b === 0n ? 0n : a - floorQuotient(a, b) * b),
  ),
  max: binary(
    (a, b) => Math.max(a, b),
    (a, b) => (a > b ? a : b),
  ),
  lt: binary(
    (a, b) => boolean(a < b),
    (a, b) => boolean(a < b),
  ),
  eq: binary(
    (a, b) => boolean(a === b),
    (a, b) => boolean(a === b),
  ),
  and: binary(
    (a, b) => a & b,
    (a, b) => a & b,
  ),
  or: binary(
    (a, b) => a | b,
    (a, b) => a | b,
  ),
  xor: binary(
    (a, b) => a ^ b,
    (a, b) => a ^ b,
  ),
  shl: binary(
    (a, b, dtype) => (b < 0 || b >= bitsOf(dtype) ? 0 : a << b),
    (a, b) => (b < 0n || b >= 64n ? 0n : a << b),
  ),
  shr: binary(
    (a, b, dtype) => (b < 0 || b >= bitsOf(dtype) ? 0 : (a & (2 ** bitsOf(dtype) - 1)) >>> b),
    (a, b) => (b < 0n || b >= 64n ? 0n : BigInt.asUintN(64, a) >> b),
  ),

  where: (node, inputs) => {
    const condition = inputs[0]!;
    const [a, b] = [wordsOf(node.dtype, inputs[1]!), wordsOf(node.dtype, inputs[2]!)];
    const result = zeros(node.dtype, a.length);
    const words = wordsOf(node.dtype, result);
    for (let i = 0; i < a.length; i++) words[i] = condition[i] === 0 ? b[i]! : a[i]!;
    return result;
  },
  threefry: (node, inputs) => {
    const [k0, k1, counter] = [0, 1, 2].map((i) => numbersOf('int32', inputs[i]!));
    const { word } = node.attributes;
    const result = zeros(node.dtype, counter!.length);
    const words = wordsOf(node.dtype, result);
    for (let i = 0; i < words.length; i++) {
      const [first, second] = threefry2x32(k0![i]!, k1![i]!, 0, counter![i]!);
      words[i] = word === 'first' ? first : word === 'second' ? second : first ^ second;
    }
    return result;
  },

  // Integers wrap as they go: an unwrapped sum of very many would leave the range where doubles are exact.
  sum: reduction(
    () => 0,
    (total, x, dtype) => (isFloat(dtype) ? total + x : (total + x) | 0),
    (total, x) => total + x,
  ),
  amax: reduction(
    (dtype) => infoOf(dtype).lowest,
    (total, x) => Math.max(total, x),
    (total, x) => (total > x ? total : x),
  ),
  prod: reduction(
    () => 1,
    product,
    (total, x) => total * x,
  ),

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
    return move(node, inputs[0]!, source, value);
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
    const chosen = numbersOf('int32', inputs[1]!);
    const strides = stridesOf(node.shape);
    return move(node, inputs[0]!, (index) => {
      const at = checkIndex('gather', chosen[offsetOf(index, strides)]!, axis, shape[axis]!);
      return pick(shape, (i) => (i === axis ? at : index[i]!));
    });
  },
  scatterAdd: (node, inputs) => {
    const { axis } = node.attributes;
    const values = wordsOf(node.dtype, inputs[0]!);
    const target = numbersOf('int32', inputs[1]!);
    const strides = stridesOf(node.shape);
    const wide = node.dtype === 'int64' ? 'int64' : 'float64';
    const totals = wordsOf(wide, zeros(wide, sizeOf(node.shape)));
    forEachIndex(node.inputs[0]!.shape, (index, position) => {
      const to = checkIndex('scatterAdd', target[position]!, axis, node.shape[axis]!);
      const at = offsetOf(index, strides) + (to - index[axis]!) * strides[axis]!;
      totals[at] = both(
        totals[at]!,
        values[position]!,
        (a, b) => a + b,
        (a, b) => a + b,
      );
    });
    return stored(node.dtype, totals);
  },

  custom: (node, inputs) => inputs[node.attributes.result]!,
  barrier: (node, inputs) => inputs[0]!,
  detach: (node, inputs) => inputs[0]!,
  realize: (node, inputs) => inputs[0]!,
  routine: (node, inputs) => {
    const result = zeros(node.dtype, sizeOf(node.shape));
    const operands = inputs.map((values, i) => ({ values, shape: node.inputs[i]!.shape }));
    runRoutine(node.attributes, operands, result, node.inputs[0]!.dtype);
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
