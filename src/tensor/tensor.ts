/**
 * The Tensor: a handle on a node of the graph, with every operation that has one subject as a method. Nothing is computed
 * until a value is read. The class only declares: what each operation does is in its family's file, over nodes. It is long
 * because it is the reader's one list of what tensors can do.
 */
import { raise, ShapeError, TraceError } from '../base/errors.ts';
import { formatShape, type Shape, sizeOf } from '../base/shape.ts';
import { realize } from '../engine/realize.ts';
import { currentTrace } from '../engine/trace.ts';
import { buffer, cast, detach } from '../ir/build.ts';
import type { DType, TypedArray } from '../ir/dtype.ts';
import type { Node } from '../ir/node.ts';
import * as activations from './activations.ts';
import * as contraction from './contraction.ts';
import * as convolution from './convolution.ts';
import * as elementwise from './elementwise.ts';
import * as indexing from './indexing.ts';
import * as movement from './movement.ts';
import { type PadMode, padWith } from './padding.ts';
import * as pooling from './pooling.ts';
import { htmlOfArray } from './print-html.ts';
import { printArray, type PrintOptions } from './print.ts';
import * as reductions from './reductions.ts';
import { type Index, select } from './selection.ts';
import * as sorting from './sort.ts';

/** A number, or numbers in nested arrays of one length at each level. */
export type NestedNumbers = number | NestedNumbers[];

/** What may stand beside a tensor: another one, or a number, which takes the tensor's dtype if that holds it. */
export type TensorLike = Tensor | number | boolean;

/** @internal The node of a tensor, or the number itself. */
export function operandOf(x: TensorLike): Node | number | boolean {
  return x instanceof Tensor ? x.node : x;
}

function optional(x: TensorLike | undefined): Node | number | boolean | undefined {
  return x === undefined ? undefined : operandOf(x);
}

const inspectCustom = Symbol.for('nodejs.util.inspect.custom');
const jupyterDisplay = Symbol.for('Jupyter.display');

/**
 * An immutable n-dimensional array of one dtype.
 *
 * Operations record; reading (`data`, `item`, `array`, printing) runs what was recorded. Two tensors broadcast by NumPy's rule
 * and meet in the larger dtype of bool < uint8 < int32 < float32 < float64.
 * @example const y = tensor([[1, 2], [3, 4]]).matmul(tensor([1, 1])).relu(); await y.array(); // [3, 7]
 */
export class Tensor {
  /** @internal The graph behind the handle. */
  readonly node: Node;

  /** @internal Tensors are made by `tensor`, `zeros` and their like, and by operations. */
  constructor(node: Node) {
    this.node = node;
  }

  /** The size of each axis. */
  get shape(): Shape {
    return this.node.shape;
  }

  get dtype(): DType {
    return this.node.dtype;
  }

  /** The number of axes. */
  get rank(): number {
    return this.node.shape.length;
  }

  /** The number of elements. */
  get size(): number {
    return sizeOf(this.node.shape);
  }

  // Reading: computes the value if it is not known. Inside compile there is none yet: a TraceError says what to do.

  /** The elements in row-major order, as a copy; bool as 0 and 1. */
  async data(): Promise<TypedArray> {
    return this.dataSync();
  }

  /** The only element of a tensor of size 1. @throws ShapeError for another size */
  async item(): Promise<number> {
    return this.itemSync();
  }

  /** The elements as nested arrays. @example await eye(2).array() // [[1, 0], [0, 1]] */
  async array(): Promise<NestedNumbers> {
    return this.arraySync();
  }

  /** As `data`, without waiting: for devices that run where the program does. */
  dataSync(): TypedArray {
    return elementsOf(this, 'data').slice();
  }

  itemSync(): number {
    if (this.size !== 1) {
      raise(
        new ShapeError(
          `item: expected one element, got shape ${formatShape(this.shape)}; use .array() or reduce it first`,
        ),
      );
    }
    return elementsOf(this, 'item')[0]!;
  }

  arraySync(): NestedNumbers {
    return nested(elementsOf(this, 'array'), this.shape, 0, 0);
  }

  /** Computes the value now. @returns a tensor that holds it and has forgotten how it was made: gradients end there */
  realize(): Tensor {
    const [value] = realize([this.node], 'realize');
    return new Tensor(buffer(value!, this.shape));
  }

  /** As NumPy prints it, with the dtype when it is not float32. Inside compile, only shape and dtype. */
  toString(): string {
    return this.format();
  }

  /** As toString, with other digits, edges or line width. @example x.format({ precision: 8, threshold: Infinity }) */
  format(options?: PrintOptions): string {
    try {
      const text = printArray(elementsOf(this, 'print'), this.shape, this.dtype, options);
      return this.dtype === 'float32' ? text : `${text} ${this.dtype}`;
    } catch (error) {
      // A tensor without a value yet is still worth printing while a function is being traced.
      if (error instanceof TraceError) return this.#summary();
      throw error;
    }
  }

  /** @internal What Node's console shows. */
  [inspectCustom](): string {
    if (currentTrace() !== undefined) return this.#summary();
    return this.toString().replaceAll('\n', '\n       ').replace(/^/, 'Tensor ');
  }

  /** @internal What a notebook of Deno's kernel shows, by MIME type. */
  [jupyterDisplay](): Readonly<Record<string, string>> {
    const html = htmlOfArray(elementsOf(this, 'display'), this.shape, this.dtype);
    return { 'text/plain': this.toString(), 'text/html': html };
  }

  #summary(): string {
    return `Tensor${formatShape(this.shape)} ${this.dtype}`;
  }

  // Arithmetic

  /** x + y. */
  add(other: TensorLike): Tensor {
    return new Tensor(elementwise.add(this.node, operandOf(other)));
  }

  /** x − y. */
  sub(other: TensorLike): Tensor {
    return new Tensor(elementwise.sub(this.node, operandOf(other)));
  }

  /** x · y, elementwise. */
  mul(other: TensorLike): Tensor {
    return new Tensor(elementwise.mul(this.node, operandOf(other)));
  }

  /** x / y; integers give float32. */
  div(other: TensorLike): Tensor {
    return new Tensor(elementwise.div(this.node, operandOf(other)));
  }

  /** ⌊x / y⌋; integers stay integers, and give 0 where y is 0. */
  floorDivide(other: TensorLike): Tensor {
    return new Tensor(elementwise.floorDivide(this.node, operandOf(other)));
  }

  /** x − ⌊x / y⌋ · y, with the sign of y. */
  mod(other: TensorLike): Tensor {
    return new Tensor(elementwise.mod(this.node, operandOf(other)));
  }

  /** xʸ. */
  pow(exponent: TensorLike): Tensor {
    return new Tensor(elementwise.pow(this.node, operandOf(exponent)));
  }

  /** The larger of the two; NaN if either is. */
  maximum(other: TensorLike): Tensor {
    return new Tensor(elementwise.maximum(this.node, operandOf(other)));
  }

  /** The smaller of the two; NaN if either is. */
  minimum(other: TensorLike): Tensor {
    return new Tensor(elementwise.minimum(this.node, operandOf(other)));
  }

  /** x held between low and high. @example x.clip(0, undefined) */
  clip(low: TensorLike | undefined, high: TensorLike | undefined): Tensor {
    return new Tensor(elementwise.clip(this.node, optional(low), optional(high)));
  }

  neg(): Tensor {
    return new Tensor(elementwise.neg(this.node));
  }

  abs(): Tensor {
    return new Tensor(elementwise.abs(this.node));
  }

  /** −1, 0 or 1. */
  sign(): Tensor {
    return new Tensor(elementwise.sign(this.node));
  }

  /** x². */
  square(): Tensor {
    return new Tensor(elementwise.square(this.node));
  }

  sqrt(): Tensor {
    return new Tensor(elementwise.sqrt(this.node));
  }

  /** 1 / √x. */
  rsqrt(): Tensor {
    return new Tensor(elementwise.rsqrt(this.node));
  }

  /** 1 / x. */
  reciprocal(): Tensor {
    return new Tensor(elementwise.reciprocal(this.node));
  }

  floor(): Tensor {
    return new Tensor(elementwise.floor(this.node));
  }

  ceil(): Tensor {
    return new Tensor(elementwise.ceil(this.node));
  }

  /** To the nearest whole number, halves to the even one. */
  round(): Tensor {
    return new Tensor(elementwise.round(this.node));
  }

  // Functions of one variable; integers become float32

  exp(): Tensor {
    return new Tensor(elementwise.exp(this.node));
  }

  /** eˣ − 1, accurate near 0. */
  expm1(): Tensor {
    return new Tensor(elementwise.expm1(this.node));
  }

  /** The natural logarithm. */
  log(): Tensor {
    return new Tensor(elementwise.log(this.node));
  }

  /** log(1 + x), accurate near 0. */
  log1p(): Tensor {
    return new Tensor(elementwise.log1p(this.node));
  }

  sin(): Tensor {
    return new Tensor(elementwise.sin(this.node));
  }

  cos(): Tensor {
    return new Tensor(elementwise.cos(this.node));
  }

  tan(): Tensor {
    return new Tensor(elementwise.tan(this.node));
  }

  tanh(): Tensor {
    return new Tensor(elementwise.tanh(this.node));
  }

  /** 2/√π ∫₀ˣ e⁻ᵗ² dt. */
  erf(): Tensor {
    return new Tensor(elementwise.erf(this.node));
  }

  /** 1 / (1 + e⁻ˣ). */
  sigmoid(): Tensor {
    return new Tensor(activations.sigmoid(this.node));
  }

  /** max(x, 0). */
  relu(): Tensor {
    return new Tensor(activations.relu(this.node));
  }

  /** x · Φ(x); exact, or `{ approximate: 'tanh' }`. */
  gelu(options?: activations.GeluOptions): Tensor {
    return new Tensor(activations.gelu(this.node, options));
  }

  /** x · sigmoid(x). */
  silu(): Tensor {
    return new Tensor(activations.silu(this.node));
  }

  /** log(1 + eˣ). */
  softplus(): Tensor {
    return new Tensor(activations.softplus(this.node));
  }

  // Comparison and logic: bool out

  less(other: TensorLike): Tensor {
    return new Tensor(elementwise.less(this.node, operandOf(other)));
  }

  lessEqual(other: TensorLike): Tensor {
    return new Tensor(elementwise.lessEqual(this.node, operandOf(other)));
  }

  greater(other: TensorLike): Tensor {
    return new Tensor(elementwise.greater(this.node, operandOf(other)));
  }

  greaterEqual(other: TensorLike): Tensor {
    return new Tensor(elementwise.greaterEqual(this.node, operandOf(other)));
  }

  equal(other: TensorLike): Tensor {
    return new Tensor(elementwise.equal(this.node, operandOf(other)));
  }

  notEqual(other: TensorLike): Tensor {
    return new Tensor(elementwise.notEqual(this.node, operandOf(other)));
  }

  isNaN(): Tensor {
    return new Tensor(elementwise.isNaN(this.node));
  }

  isFinite(): Tensor {
    return new Tensor(elementwise.isFinite(this.node));
  }

  logicalAnd(other: TensorLike): Tensor {
    return new Tensor(elementwise.logicalAnd(this.node, operandOf(other)));
  }

  logicalOr(other: TensorLike): Tensor {
    return new Tensor(elementwise.logicalOr(this.node, operandOf(other)));
  }

  logicalNot(): Tensor {
    return new Tensor(elementwise.logicalNot(this.node));
  }

  /** Integers and bool. */
  bitwiseAnd(other: TensorLike): Tensor {
    return new Tensor(elementwise.bitwise('and', this.node, operandOf(other)));
  }

  bitwiseOr(other: TensorLike): Tensor {
    return new Tensor(elementwise.bitwise('or', this.node, operandOf(other)));
  }

  bitwiseXor(other: TensorLike): Tensor {
    return new Tensor(elementwise.bitwise('xor', this.node, operandOf(other)));
  }

  leftShift(bits: TensorLike): Tensor {
    return new Tensor(elementwise.leftShift(this.node, operandOf(bits)));
  }

  /** Zeros come in from the left, as with >>>. */
  rightShift(bits: TensorLike): Tensor {
    return new Tensor(elementwise.rightShift(this.node, operandOf(bits)));
  }

  /** To another dtype: float → int truncates toward zero, anything → bool is `≠ 0`. */
  cast(dtype: DType): Tensor {
    return new Tensor(cast(this.node, dtype));
  }

  /** The same value, through which no gradient flows. */
  detach(): Tensor {
    return new Tensor(detach(this.node));
  }

  // Movement: the same elements in other places

  /** Other sizes for the same elements; one may be −1. @example x.reshape(-1, 28, 28) */
  reshape(...sizes: number[] | [readonly number[]]): Tensor {
    return new Tensor(movement.reshape(this.node, listOf(sizes)));
  }

  /** Axes `start` … `end` (included; default all) as one. */
  flatten(start = 0, end = -1): Tensor {
    return new Tensor(movement.flatten(this.node, start, end));
  }

  /** Swaps two axes; by default the last two. */
  transpose(a = -2, b = -1): Tensor {
    return new Tensor(movement.transpose(this.node, a, b));
  }

  /** All axes turned around. */
  get T(): Tensor {
    return new Tensor(
      movement.permute(
        this.node,
        this.shape.map((_, i) => this.rank - 1 - i),
      ),
    );
  }

  /** Axis i of the result is axis order[i]. @example x.permute(0, 2, 3, 1) */
  permute(...order: number[] | [readonly number[]]): Tensor {
    return new Tensor(movement.permute(this.node, listOf(order)));
  }

  /** Stretched to `shape` by NumPy's rule; −1 keeps a size. */
  expand(...shape: number[] | [Shape]): Tensor {
    return new Tensor(movement.expand(this.node, listOf(shape)));
  }

  /** Another name of `expand`. */
  broadcastTo(shape: Shape): Tensor {
    return this.expand(shape);
  }

  /** Without axes of size 1: those named, or all of them. */
  squeeze(axes?: reductions.Axes): Tensor {
    return new Tensor(movement.squeeze(this.node, axes));
  }

  /** With an axis of size 1 at `axis` of the result. */
  unsqueeze(axis: number): Tensor {
    return new Tensor(movement.unsqueeze(this.node, axis));
  }

  /**
   * A number around the elements, or more of them: repeated from the edge, mirrored with ('symmetric') or without ('reflect') the edge itself,
   * or from the other end ('wrap'). @example x.pad([1, [0, 2]]) // one on both sides of axis −2, two after axis −1   @example x.pad(2, 'reflect')
   */
  pad(widths: movement.PadWidths, value: number | PadMode = 0): Tensor {
    return new Tensor(
      typeof value === 'number' ? movement.pad(this.node, widths, value) : padWith(this.node, widths, value),
    );
  }

  /**
   * Elements from `start` to before `stop` by `step`, per axis from the first; negative bounds count from the end, null is
   * no bound, a negative step goes backwards. @example x.slice([0, 1], [null, -1])   @example x.slice(2, 5)
   */
  slice(start: movement.Bounds, stop?: movement.Bounds, step?: movement.Bounds): Tensor {
    return new Tensor(movement.slice(this.node, start, stop, step));
  }

  /** The slice at one place of an axis, which is dropped; negative places count from the end. */
  at(place: number, axis = 0): Tensor {
    return new Tensor(indexing.at(this.node, place, axis));
  }

  /**
   * General indexing with NumPy's rules: places, slices as '1:5' or '::-1', '...', null for a new axis, lists and tensors of
   * places, masks. `at(x, …).set(values)` updates what `get` reads.
   * @example x.get(0, '...', '::2')   @example x.get(x.greater(0))   @example x.get([0, 2], [1, 1])
   */
  get(...indices: readonly Index[]): Tensor {
    return select(this, indices);
  }

  /** Turned around along the named axes, or along all. */
  flip(...axes: number[]): Tensor {
    return new Tensor(movement.flip(this.node, axes.length === 0 ? this.shape.map((_, i) => i) : axes));
  }

  /** The whole repeated, per axis. @example tensor([1, 2]).tile(2) // [1, 2, 1, 2] */
  tile(...counts: number[]): Tensor {
    return new Tensor(movement.tile(this.node, counts));
  }

  /** Each element repeated, all equally often or as listed. @example tensor([1, 2]).repeat(2) // [1, 1, 2, 2]   @example x.repeat([2, 0, 1]) */
  repeat(count: number | readonly number[], axis = 0): Tensor {
    return new Tensor(
      typeof count === 'number' ? movement.repeat(this.node, count, axis) : indexing.repeatEach(this.node, count, axis),
    );
  }

  // Reductions over one axis, several, or all

  /** Σ x; bool and uint8 add up as int32. */
  sum(axes?: reductions.Axes, options?: reductions.ReduceOptions): Tensor {
    return new Tensor(reductions.sum(this.node, axes, options));
  }

  /** Π x. */
  prod(axes?: reductions.Axes, options?: reductions.ReduceOptions): Tensor {
    return new Tensor(reductions.prod(this.node, axes, options));
  }

  mean(axes?: reductions.Axes, options?: reductions.ReduceOptions): Tensor {
    return new Tensor(reductions.mean(this.node, axes, options));
  }

  max(axes?: reductions.Axes, options?: reductions.ReduceOptions): Tensor {
    return new Tensor(reductions.max(this.node, axes, options));
  }

  min(axes?: reductions.Axes, options?: reductions.ReduceOptions): Tensor {
    return new Tensor(reductions.min(this.node, axes, options));
  }

  /** Σ (x − mean)² / (n − correction), correction 0 as in NumPy. */
  var(axes?: reductions.Axes, options?: reductions.VarianceOptions): Tensor {
    return new Tensor(reductions.variance(this.node, axes, options));
  }

  /** √var. */
  std(axes?: reductions.Axes, options?: reductions.VarianceOptions): Tensor {
    return new Tensor(reductions.deviation(this.node, axes, options));
  }

  /** The first index of the largest element, int32; of all elements flattened without an axis. */
  argmax(axis?: number, options?: reductions.ReduceOptions): Tensor {
    return new Tensor(reductions.argmax(this.node, axis, options));
  }

  argmin(axis?: number, options?: reductions.ReduceOptions): Tensor {
    return new Tensor(reductions.argmin(this.node, axis, options));
  }

  any(axes?: reductions.Axes, options?: reductions.ReduceOptions): Tensor {
    return new Tensor(reductions.any(this.node, axes, options));
  }

  all(axes?: reductions.Axes, options?: reductions.ReduceOptions): Tensor {
    return new Tensor(reductions.all(this.node, axes, options));
  }

  /** log Σ eˣ without overflow. */
  logSumExp(axes?: reductions.Axes, options?: reductions.ReduceOptions): Tensor {
    return new Tensor(reductions.logSumExp(this.node, axes, options));
  }

  /** eˣ / Σ eˣ along an axis. */
  softmax(axis = -1): Tensor {
    return new Tensor(reductions.softmax(this.node, axis));
  }

  logSoftmax(axis = -1): Tensor {
    return new Tensor(reductions.logSoftmax(this.node, axis));
  }

  // Order, along one axis

  /** Ascending along an axis, NaN last; or descending. */
  sort(axis = -1, options?: sorting.SortOptions): Tensor {
    return new Tensor(sorting.sort(this.node, axis, options));
  }

  /** The places of the elements in ascending order, int32. Stable; NaN last. */
  argsort(axis = -1, options?: sorting.SortOptions): Tensor {
    return new Tensor(sorting.argsort(this.node, axis, options));
  }

  /** The k largest (or smallest) elements along an axis, in order, and where they are. */
  topk(k: number, options?: sorting.TopKOptions): { values: Tensor; indices: Tensor } {
    const { values, indices } = sorting.topk(this.node, k, options);
    return { values: new Tensor(values), indices: new Tensor(indices) };
  }

  /** The q-quantile over axes, between elements in proportion; several q come along a new first axis. NaN where any element is. */
  quantile(q: number | readonly number[], axes?: reductions.Axes, options?: sorting.QuantileOptions): Tensor {
    return new Tensor(sorting.quantile(this.node, q, axes, options));
  }

  /** The middle element over axes, or the mean of the two in the middle. */
  median(axes?: reductions.Axes, options?: reductions.ReduceOptions): Tensor {
    return new Tensor(sorting.median(this.node, axes, options));
  }

  /** Σ of the elements up to each along an axis. */
  cumsum(axis = -1): Tensor {
    return new Tensor(sorting.cumsum(this.node, axis));
  }

  /** Π of the elements up to each along an axis. */
  cumprod(axis = -1): Tensor {
    return new Tensor(sorting.cumprod(this.node, axis));
  }

  /** The largest element up to each along an axis; NaN from the first one on. */
  cummax(axis = -1): Tensor {
    return new Tensor(sorting.cummax(this.node, axis));
  }

  /** The smallest element up to each along an axis; NaN from the first one on. */
  cummin(axis = -1): Tensor {
    return new Tensor(sorting.cummin(this.node, axis));
  }

  // Contractions

  /** (…, M, K) · (…, K, N) → (…, M, N); leading axes broadcast, vectors are rows on the left and columns on the right. */
  matmul(other: Tensor): Tensor {
    return new Tensor(contraction.matmul(this.node, other.node));
  }

  /** Σ xᵢ yᵢ of two vectors. */
  dot(other: Tensor): Tensor {
    return new Tensor(contraction.dot(this.node, other.node));
  }

  /** x (N, C, H, W), weight (O, C / groups, kh, kw) → (N, O, H', W'). */
  conv2d(weight: Tensor, options?: convolution.ConvolutionOptions): Tensor {
    return new Tensor(convolution.conv2d(this.node, weight.node, options));
  }

  /** The largest element of each window. */
  maxPool2d(kernel: convolution.Pair, options?: pooling.PoolOptions): Tensor {
    return new Tensor(pooling.maxPool('maxPool2d', 2, this.node, kernel, options));
  }

  /** The mean of each window; padding counts as zeros unless `countIncludePad` is false. */
  avgPool2d(kernel: convolution.Pair, options?: pooling.AveragePoolOptions): Tensor {
    return new Tensor(pooling.avgPool('avgPool2d', 2, this.node, kernel, options));
  }

  // Indexing: an index outside its axis is an IndexError when the graph runs

  /** Slices at places of an axis, which the index's shape replaces. @example table.take(tokens) // (V, C), (B, T) → (B, T, C) */
  take(index: Tensor, axis = 0): Tensor {
    return new Tensor(indexing.take(this.node, index.node, axis));
  }

  /** out[… i …] = x[… index[… i …] …]; the other axes broadcast. */
  takeAlongAxis(index: Tensor, axis: number): Tensor {
    return new Tensor(indexing.takeAlongAxis(this.node, index.node, axis));
  }

  /** As takeAlongAxis, where the index may cover only the first part of the other axes. */
  gather(index: Tensor, axis: number): Tensor {
    return new Tensor(indexing.gather(this.node, index.node, axis));
  }

  /** x with `values` added at places of an axis; the index has their shape, or is a vector of places for whole slices. */
  scatterAdd(index: Tensor, values: Tensor, axis = 0): Tensor {
    return new Tensor(indexing.scatterAdd(this.node, index.node, values.node, axis));
  }

  /** 1 at each index along a new last axis of size `depth`, else 0. */
  oneHot(depth: number, dtype: DType = 'float32'): Tensor {
    return new Tensor(indexing.oneHot(this.node, depth, dtype));
  }
}

function elementsOf(x: Tensor, op: string): TypedArray {
  const [value] = realize([x.node], op);
  return value!.storage.read();
}

function nested(elements: TypedArray, shape: Shape, axis: number, offset: number): NestedNumbers {
  if (axis === shape.length) return elements[offset]!;
  const stride = sizeOf(shape.slice(axis + 1));
  return Array.from({ length: shape[axis]! }, (_, i) => nested(elements, shape, axis + 1, offset + i * stride));
}

function listOf(sizes: readonly number[] | readonly [readonly number[]]): readonly number[] {
  const [first] = sizes;
  return typeof first === 'object' ? first : sizes.filter((n) => typeof n === 'number');
}
