/**
 * Smart constructors: the only way to make nodes. Each checks shapes and dtypes (errors point at the caller's line) and
 * folds what is trivially known (x + 0, a permute of a permute), so that no later pass sees it. Operands must already have one dtype and one
 * shape: promotion and broadcasting are the tensor layer's.
 */
import { DTypeError, IndexError, raise, ShapeError } from '../base/errors.ts';
import { formatShape, sameShape, type Shape, sizeOf } from '../base/shape.ts';
import { convert, type DType, infoOf, isFloat, isHalf, isLossless, roundTo } from './dtype.ts';
import type { Leaf } from './leaf.ts';
import type { Loop } from './loop.ts';
import { makeNode, type Node, type NodeOf, type Scan } from './node.ts';
import {
  accepts,
  type Attributes,
  type BinaryOp,
  operandDTypes,
  type ReduceOp,
  type Slide,
  type UnaryOp,
} from './op.ts';
import type { CustomGradient, Rerun } from './custom.ts';
import { resultOf, type RoutineCall } from './routine.ts';

const none = {};

function checkShape(op: string, shape: Shape): void {
  for (const n of shape) {
    if (!Number.isInteger(n) || n < 0)
      raise(new ShapeError(`${op}: ${formatShape(shape)} is not a shape; sizes are whole numbers from 0 up`));
  }
}

/** What is stored is counted in 31 bits. The shapes a contraction passes through (rows × columns × depth) are not stored and may be larger. */
function checkStored(op: string, shape: Shape): void {
  checkShape(op, shape);
  if (sizeOf(shape) > 2 ** 31 - 1)
    raise(new ShapeError(`${op}: ${formatShape(shape)} has more than 2^31 - 1 elements`));
}

function checkOperand(op: keyof typeof operandDTypes, x: Node): void {
  const accepted: readonly DType[] = accepts[operandDTypes[op]];
  if (!accepted.includes(x.dtype)) {
    raise(
      new DTypeError(`${op}: expected ${accepted.join(' or ')}, got ${x.dtype}; convert with .cast('${accepted[0]}')`),
    );
  }
}

// Leaves

/**
 * Arithmetic on 16-bit floats takes place in float32: operands are cast (exactly), and the result is cast back. That cast is loose, so that a
 * chain of operations rounds once, where its result is kept.
 */
function widen(x: Node): Node {
  if (!isHalf(x.dtype)) return x;
  return isLooseNumber(x) ? x.inputs[0]! : cast(x, infoOf(x.dtype).computes);
}

function isLooseNumber(x: Node): boolean {
  return x.op === 'cast' && x.attributes.isLoose && x.inputs[0]!.op === 'const';
}

/** As widen, for comparisons: a number beside elements that are rounded is rounded as they are. */
function widenRounded(x: Node): Node {
  return isLooseNumber(x) ? cast(cast(x.inputs[0]!, x.dtype), infoOf(x.dtype).computes) : widen(x);
}

/** A result that was computed from widened operands, in their dtype. */
function narrow(y: Node, dtype: DType): Node {
  return isHalf(dtype) ? cast(y, dtype, true) : y;
}

/** Every element is `value` (rounded to the dtype). */
export function constant(value: number, shape: Shape = [], dtype: DType = 'float32'): Node {
  checkStored('constant', shape);
  return fill(value, shape, dtype);
}

/** A number that stands beside a tensor: a constant, which next to 16-bit floats keeps the digits that these are computed with. */
export function number(value: number, shape: Shape, dtype: DType): Node {
  if (!isHalf(dtype)) return constant(value, shape, dtype);
  return makeNode('cast', dtype, shape, [constant(value, shape, infoOf(dtype).computes)], { isLoose: true });
}

/** A constant of a shape that need not ever be stored. */
function fill(value: number, shape: Shape, dtype: DType): Node {
  return makeNode('const', dtype, shape, [], { value: roundTo(dtype, value) });
}

/** Element = its index along `axis`, int32. */
export function iota(shape: Shape, axis: number): Node {
  checkStored('iota', shape);
  return makeNode('iota', 'int32', shape, [], { axis });
}

export function buffer(leaf: Leaf, shape: Shape): Node {
  checkStored('buffer', shape);
  if (leaf.storage.size !== sizeOf(shape)) {
    raise(
      new ShapeError(
        `tensor: ${leaf.storage.size} values do not fill shape ${formatShape(shape)}, which has ${sizeOf(shape)}`,
      ),
    );
  }
  return makeNode('buffer', leaf.storage.dtype, shape, [], { leaf });
}

export function param(index: number, shape: Shape, dtype: DType): Node {
  return makeNode('param', dtype, shape, [], { index });
}

/** The value of a node that is known to be one constant everywhere, seen through movement; else undefined. */
export function constantValue(x: Node): number | undefined {
  let node: Node = x;
  for (;;) {
    switch (node.op) {
      case 'const':
        return node.attributes.value;
      case 'expand':
      case 'reshape':
      case 'permute':
        if (isVariable(node)) return undefined;
        node = node.inputs[0]!;
        break;
      default:
        return undefined;
    }
  }
}

/**
 * The same value under a name of its own, by which derivatives are taken: what is computed from x itself is a constant to them, and variables
 * made from one another count as independent. A reshape that changes nothing, which nothing else here makes or looks through.
 */
export function variable(x: Node): Node {
  return makeNode('reshape', x.dtype, x.shape, [x], none);
}

function isVariable(x: Node): boolean {
  return x.op === 'reshape' && sameShape(x.shape, x.inputs[0]!.shape);
}

// Elementwise

export function unary(op: Exclude<UnaryOp, 'cast' | 'bitcast'>, x: Node): Node {
  checkOperand(op, x);
  if (isHalf(x.dtype)) return narrow(unary(op, widen(x)), x.dtype);
  if (op === 'neg' && x.op === 'neg') return x.inputs[0]!;
  const value = constantValue(x);
  if (value !== undefined && op === 'neg') return fill(-value, x.shape, x.dtype);
  return makeNode(op, x.dtype, x.shape, [x], none);
}

/** To another dtype, as `convert` in dtype.ts says. @param isLoose what is computed from the result may start from x instead */
export function cast(x: Node, dtype: DType, isLoose = false): Node {
  if (x.dtype === dtype) return x;
  const value = constantValue(x);
  if (value !== undefined) return fill(convert(x.dtype, dtype, value), x.shape, dtype);
  // There and back again.
  if (x.op === 'cast' && x.inputs[0]!.dtype === dtype && isLossless(dtype, x.dtype)) return x.inputs[0]!;
  return makeNode('cast', dtype, x.shape, [x], { isLoose });
}

const sameWidth: Partial<Record<DType, readonly DType[]>> = {
  float32: ['int32'],
  int32: ['float32'],
};

/** The bits of float32 as int32 or the other way. */
export function bitcast(x: Node, dtype: DType): Node {
  if (x.dtype === dtype) return x;
  if (!sameWidth[x.dtype]?.includes(dtype)) {
    raise(new DTypeError(`bitcast: expected float32 ↔ int32, got ${x.dtype} → ${dtype}`));
  }
  return makeNode('bitcast', dtype, x.shape, [x], none);
}

/** Identities x ∘ c = x, and x ∘ c = c, by op: [neutral element, absorbing element]. Commutative ops only. */
const identities: Partial<Record<BinaryOp, { neutral?: number; absorbing?: number }>> = {
  add: { neutral: 0 },
  mul: { neutral: 1 },
  or: { neutral: 0 },
  xor: { neutral: 0 },
};

const folds: Partial<Record<BinaryOp, (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  max: (a, b) => Math.max(a, b),
};

export function binary(op: BinaryOp, a: Node, b: Node): Node {
  checkOperand(op, a);
  if (a.dtype !== b.dtype)
    raise(new DTypeError(`${op}: operands are ${a.dtype} and ${b.dtype}; convert one with .cast()`));
  if (!sameShape(a.shape, b.shape))
    raise(new ShapeError(`${op}: shapes ${formatShape(a.shape)} and ${formatShape(b.shape)} differ`));
  const dtype = op === 'lt' || op === 'eq' ? 'bool' : a.dtype;
  if (isHalf(a.dtype)) {
    if (dtype === 'bool') return binary(op, widenRounded(a), widenRounded(b));
    return narrow(binary(op, widen(a), widen(b)), a.dtype);
  }
  const ca = constantValue(a);
  const cb = constantValue(b);
  if (ca !== undefined && cb !== undefined) {
    const fold = folds[op];
    // Products of integers can leave the exact range of doubles; Math.imul is exact. What int64 wraps to is left to the devices.
    const exact = op === 'mul' && !isFloat(a.dtype) && a.dtype !== 'int64' ? Math.imul : fold;
    const value = exact?.(ca, cb);
    if (value !== undefined && (a.dtype !== 'int64' || Number.isSafeInteger(value))) return fill(value, a.shape, dtype);
  }
  const identity = identities[op];
  if (identity !== undefined) {
    // x + (-0) = x exactly, x + 0 turns -0 into 0: harmless, and what every simplifier does.
    if (cb === identity.neutral && cb !== undefined) return a;
    if (ca === identity.neutral && ca !== undefined) return b;
  }
  if (op === 'div' && cb === 1) return a;
  return makeNode(op, dtype, a.shape, [a, b], none);
}

/** a where the condition holds, else b. */
export function where(condition: Node, a: Node, b: Node): Node {
  if (condition.dtype !== 'bool')
    raise(
      new DTypeError(`where: the condition must be bool, got ${condition.dtype}; compare it first, e.g. x.notEqual(0)`),
    );
  if (a.dtype !== b.dtype)
    raise(new DTypeError(`where: the two values are ${a.dtype} and ${b.dtype}; convert one with .cast()`));
  if (!sameShape(a.shape, b.shape) || !sameShape(a.shape, condition.shape)) {
    raise(
      new ShapeError(
        `where: shapes ${formatShape(condition.shape)}, ${formatShape(a.shape)} and ${formatShape(b.shape)} differ`,
      ),
    );
  }
  const known = constantValue(condition);
  if (known !== undefined) return known === 0 ? b : a;
  if (isHalf(a.dtype)) return narrow(where(condition, widen(a), widen(b)), a.dtype);
  return makeNode('where', a.dtype, a.shape, [condition, a, b], none);
}

/** Threefry-2x32-20 of key (k0, k1) and counter (0, counter), elementwise. */
export function threefry(k0: Node, k1: Node, counter: Node, word: Attributes['threefry']['word']): Node {
  for (const x of [k0, k1, counter]) {
    if (x.dtype !== 'int32') raise(new DTypeError(`threefry: expected int32, got ${x.dtype}`));
    if (!sameShape(x.shape, counter.shape))
      raise(new ShapeError(`threefry: shapes ${formatShape(x.shape)} and ${formatShape(counter.shape)} differ`));
  }
  return makeNode('threefry', 'int32', counter.shape, [k0, k1, counter], { word });
}

// Reductions

/** Reduces over `axes` (ascending, distinct), which are removed. An empty axis gives the identity: 0, the lowest value, 1. */
export function reduce(op: ReduceOp, x: Node, axes: readonly number[]): Node {
  if (op !== 'amax' && x.dtype === 'bool')
    raise(new DTypeError(`${op}: expected a number, got bool; convert with .cast('int32')`));
  if (axes.length === 0) return x;
  if (isHalf(x.dtype)) return narrow(reduce(op, widen(x), axes), x.dtype);
  const shape = x.shape.filter((_, i) => !axes.includes(i));
  if (axes.every((i) => x.shape[i] === 1)) return reshape(x, shape);
  return makeNode(op, x.dtype, shape, [x], { axes });
}

// Movement

export function reshape(x: Node, shape: Shape): Node {
  checkShape('reshape', shape);
  if (sizeOf(shape) !== sizeOf(x.shape)) {
    raise(
      new ShapeError(
        `reshape: ${formatShape(x.shape)} has ${sizeOf(x.shape)} elements, ${formatShape(shape)} has ${sizeOf(shape)}; the counts must be equal (one size may be -1 to be computed)`,
      ),
    );
  }
  if (sameShape(x.shape, shape)) return x;
  if (x.op === 'reshape' && !isVariable(x)) return reshape(x.inputs[0]!, shape);
  if (x.op === 'const') return fill(x.attributes.value, shape, x.dtype);
  return makeNode('reshape', x.dtype, shape, [x], none);
}

/** Output axis i is input axis order[i]. */
export function permute(x: Node, order: readonly number[]): Node {
  if (order.length !== x.shape.length || [...order].sort((a, b) => a - b).some((axis, i) => axis !== i)) {
    raise(
      new ShapeError(
        `permute: [${order.join(', ')}] does not name each of the ${x.shape.length} axes of ${formatShape(x.shape)} once`,
      ),
    );
  }
  if (order.every((axis, i) => axis === i)) return x;
  if (x.op === 'permute') {
    const inner = x.attributes.order;
    return permute(
      x.inputs[0]!,
      order.map((axis) => inner[axis]!),
    );
  }
  const shape = order.map((axis) => x.shape[axis]!);
  if (x.op === 'const') return fill(x.attributes.value, shape, x.dtype);
  return makeNode('permute', x.dtype, shape, [x], { order });
}

/** Input axis i becomes output axis axes[i] (ascending; equal size, or 1 and stretched); the other output axes are new. */
export function expand(
  x: Node,
  shape: Shape,
  axes: readonly number[] = x.shape.map((_, i) => i + shape.length - x.shape.length),
): Node {
  checkShape('expand', shape);
  for (let i = 0; i < x.shape.length; i++) {
    const to = axes[i];
    const size = to === undefined ? undefined : shape[to];
    if (size === undefined || (i > 0 && to! <= axes[i - 1]!) || (x.shape[i] !== size && x.shape[i] !== 1)) {
      raise(
        new ShapeError(
          `expand: ${formatShape(x.shape)} does not stretch to ${formatShape(shape)}; sizes must be equal or 1`,
        ),
      );
    }
  }
  if (sameShape(x.shape, shape)) return x;
  if (x.op === 'const') return fill(x.attributes.value, shape, x.dtype);
  if (x.op === 'expand') {
    const inner = x.inputs[0]!;
    return expand(
      inner,
      shape,
      x.attributes.axes.map((axis) => axes[axis]!),
    );
  }
  return makeNode('expand', x.dtype, shape, [x], { axes });
}

export interface Padding {
  readonly low: readonly number[];
  readonly high: readonly number[];
  readonly interior?: readonly number[];
  readonly value?: number;
}

/** Puts `value` around (and, with interior, between) the elements. */
export function pad(x: Node, padding: Padding): Node {
  const { low, high, value = 0 } = padding;
  const interior = padding.interior ?? x.shape.map(() => 0);
  if (
    [low, high, interior].some(
      (list) => list.length !== x.shape.length || list.some((n) => !Number.isInteger(n) || n < 0),
    )
  ) {
    raise(
      new ShapeError(
        `pad: expected a whole number from 0 up for each of the ${x.shape.length} axes, got low [${low.join(', ')}], high [${high.join(', ')}]`,
      ),
    );
  }
  if ([low, high, interior].every((list) => list.every((n) => n === 0))) return x;
  const shape = x.shape.map((n, i) => n + low[i]! + high[i]! + Math.max(0, n - 1) * interior[i]!);
  checkStored('pad', shape);
  if (x.op === 'const' && x.attributes.value === value) return fill(value, shape, x.dtype);
  return makeNode('pad', x.dtype, shape, [x], { low, high, interior, value: roundTo(x.dtype, value) });
}

/** Along axis i the `size[i]` elements start[i] + j · step[i], step from 1 up. */
export function shrink(
  x: Node,
  start: readonly number[],
  size: readonly number[],
  step: readonly number[] = start.map(() => 1),
): Node {
  for (let i = 0; i < x.shape.length; i++) {
    const first = start[i] ?? -1;
    const count = size[i] ?? -1;
    const by = step[i] ?? 0;
    if (first < 0 || count < 0 || by < 1 || (count > 0 && first + (count - 1) * by >= x.shape[i]!)) {
      raise(
        new IndexError(
          `slice: ${count} elements from ${first} by ${by} are not all inside axis ${i} of ${formatShape(x.shape)}`,
        ),
      );
    }
  }
  if (sameShape(size, x.shape)) return x;
  if (x.op === 'const') return fill(x.attributes.value, size, x.dtype);
  return makeNode('shrink', x.dtype, [...size], [x], { start, step });
}

export function flip(x: Node, axes: readonly number[]): Node {
  const real = axes.filter((axis) => x.shape[axis] !== 1);
  if (real.length === 0 || x.op === 'const') return x;
  return makeNode('flip', x.dtype, x.shape, [x], { axes: real });
}

/**
 * Windows along an axis: out[… i …, … k …] = in[… i·stride + k·dilation …, … k …], where i runs over `size` positions of `axis` and k over axis `window`.
 * The input has the window axis already (usually by expand).
 */
export function slide(x: Node, size: number, attributes: Slide): Node {
  const { axis, window, stride, dilation } = attributes;
  const reach = (size - 1) * stride + (x.shape[window]! - 1) * dilation;
  if (size < 0 || (size > 0 && reach >= x.shape[axis]!)) {
    raise(
      new ShapeError(
        `slide: ${size} windows of ${x.shape[window]} (stride ${stride}, dilation ${dilation}) reach index ${reach} of axis ${axis} of ${formatShape(x.shape)}; pad the input or use fewer`,
      ),
    );
  }
  return makeNode('slide', x.dtype, replaced(x.shape, axis, size), [x], attributes);
}

/** The adjoint of slide: out[… j …, … k …] = in[… (j − k·dilation) / stride …, … k …] where that is a whole number in range, else 0. */
export function unslide(x: Node, size: number, attributes: Slide): Node {
  checkShape('unslide', [size]);
  return makeNode('unslide', x.dtype, replaced(x.shape, attributes.axis, size), [x], attributes);
}

// Indexing

function checkIndex(op: string, x: Node, index: Node, axis: number): void {
  if (index.dtype !== 'int32')
    raise(new DTypeError(`${op}: the index must be int32, got ${index.dtype}; convert with .cast('int32')`));
  if (index.shape.length !== x.shape.length || index.shape.some((n, i) => i !== axis && n !== x.shape[i])) {
    raise(
      new ShapeError(
        `${op}: index ${formatShape(index.shape)} and values ${formatShape(x.shape)} may differ along axis ${axis} only`,
      ),
    );
  }
}

/** out[… i …] = x[… index[… i …] …] along `axis`; the index has the output's shape. */
export function gather(x: Node, index: Node, axis: number): Node {
  checkIndex('gather', x, index, axis);
  if (x.shape[axis] === 0 && sizeOf(index.shape) > 0)
    raise(new IndexError(`gather: axis ${axis} of ${formatShape(x.shape)} is empty; there is nothing to take`));
  return makeNode('gather', x.dtype, index.shape, [x, index], { axis });
}

/** Zeros of `size` along `axis`, with values[… i …] added at index[… i …]. */
export function scatterAdd(values: Node, index: Node, axis: number, size: number): Node {
  if (!sameShape(values.shape, index.shape)) {
    raise(
      new ShapeError(`scatterAdd: values ${formatShape(values.shape)} and index ${formatShape(index.shape)} differ`),
    );
  }
  checkIndex('scatterAdd', values, index, axis);
  if (values.dtype === 'bool')
    raise(new DTypeError(`scatterAdd: expected a number, got bool; convert with .cast('int32')`));
  if (isHalf(values.dtype)) return narrow(scatterAdd(widen(values), index, axis, size), values.dtype);
  // Wraps the same at the end, and machines add to no narrower words.
  if (values.dtype !== 'uint8' && infoOf(values.dtype).bytes < 4)
    return cast(scatterAdd(cast(values, 'int32'), index, axis, size), values.dtype);
  return makeNode('scatterAdd', values.dtype, replaced(values.shape, axis, size), [values, index], { axis });
}

// Structure

/** The same value, cut off from gradients. */
export function detach(x: Node): Node {
  return makeNode('detach', x.dtype, x.shape, [x], none);
}

/** The same value, stored. */
export function realize(x: Node): Node {
  return makeNode('realize', x.dtype, x.shape, [x], none);
}

/** The values as results of a function with a gradient of its own with respect to the variables. */
export function custom(rule: CustomGradient, values: readonly Node[], variables: readonly Node[]): Node[] {
  const inputs = [...values, ...variables];
  return values.map(({ dtype, shape }, result) => makeNode('custom', dtype, shape, inputs, { rule, result }));
}

/** The same value, from which everything is computed anew. */
export function barrier(x: Node, rerun: Rerun): Node {
  return x.op === 'const' || x.op === 'iota' ? x : makeNode('barrier', x.dtype, x.shape, [x], { rerun });
}

/** A host algorithm over whole arrays, as routine.ts lists them. */
export function routine(call: RoutineCall, inputs: readonly Node[]): Node {
  const { shape, dtype } = resultOf(call, inputs);
  if (inputs.some((x) => isHalf(x.dtype))) return narrow(routine(call, inputs.map(widen)), dtype);
  checkStored(call.name, shape);
  return makeNode('routine', dtype, shape, inputs, call);
}

// Loops

/** A loop over `inputs`: first values of the carries, stacked values, constants. Its value is a tuple: only `part` may use it. */
export function scan(loop: Loop, inputs: readonly Node[]): Scan {
  const { body, length, carried, sliced } = loop;
  if (inputs.length !== body.inputs.length || body.outputs.length < carried)
    throw new Error(`bug: scan: ${inputs.length} inputs for a body of ${body.inputs.length}`);
  body.inputs.forEach((inner, i) => {
    const isSlice = i >= carried && i < carried + sliced;
    checkBody('input', i, inputs[i]!, { ...inner, shape: isSlice ? [length, ...inner.shape] : inner.shape });
  });
  for (let i = 0; i < carried; i++) checkBody('carry', i, body.outputs[i]!, body.inputs[i]!);
  if (loop.tested && (inputs[0]?.dtype !== 'bool' || sizeOf(inputs[0].shape) !== 1 || carried === 0))
    throw new Error('bug: scan: a tested loop carries one bool first');
  // A tuple has no shape and dtype; these are those that gradients flow through.
  return makeNode('scan', 'float32', [], inputs, loop) as Scan;
}

function checkBody(what: string, i: number, node: Node, expected: Pick<Node, 'shape' | 'dtype'>): void {
  if (node.dtype === expected.dtype && sameShape(node.shape, expected.shape)) return;
  raise(
    new ShapeError(
      `scan: ${what} ${i} is ${node.dtype} ${formatShape(node.shape)}; expected ${expected.dtype} ${formatShape(expected.shape)}`,
    ),
  );
}

/** Output number `index` of a scan. */
export function part(loop: Scan, index: number): Node {
  const { body, carried, length } = loop.attributes;
  const { dtype, shape } = body.outputs[index]!;
  const whole = index < carried ? shape : [length, ...shape];
  checkStored('scan', whole);
  return makeNode('part', dtype, whole, [loop], { index });
}

/** A value of a scan's body in every turn, stacked along a new first axis. */
export function stacked(loop: Scan, value: Node): Node {
  const { body, carried } = loop.attributes;
  let index = body.outputs.indexOf(value, carried);
  if (index < 0) index = body.outputs.push(value) - 1;
  return part(loop, index);
}

function replaced(shape: Shape, axis: number, size: number): number[] {
  const result = [...shape];
  result[axis] = size;
  return result;
}

/** The same movement of another value of the same shape, in that one's dtype. */
export function movementOf(node: Node, x: Node): Node {
  return makeNode(node.op, x.dtype, node.shape, [x], node.attributes as NodeOf<typeof node.op>['attributes']);
}

/** The same op on other inputs of the same shapes and dtypes. */
export function withInputs(node: Node, inputs: readonly Node[]): Node {
  if (inputs.every((x, i) => x === node.inputs[i])) return node;
  return makeNode(node.op, node.dtype, node.shape, inputs, node.attributes as NodeOf<typeof node.op>['attributes']);
}
