/**
 * What every tensor is before it can do anything: a node of the graph, its sizes, and reading and printing its value. The
 * operations are methods of the classes above this one, family by family: elementwise, movement, reductions, and `Tensor` itself,
 * the only one that is made. They know `Tensor` as a type alone and make new ones through `derived`, so no module needs one
 * that needs it.
 */
import { DTypeError, raise, ShapeError, TraceError, ValueError } from '../../base/errors.ts';
import { formatShape, type Shape, sizeOf } from '../../base/shape.ts';
import { realize } from '../../engine/realize.ts';
import { currentTrace } from '../../engine/trace.ts';
import { buffer, cast } from '../../ir/build.ts';
import { bigintsOf, type DType, isFloat, numbersOf, type TypedArray, type Words } from '../../ir/dtype.ts';
import type { Node } from '../../ir/node.ts';
import { htmlOf } from '../print-html.ts';
import { layoutOf, printArray, type PrintOptions } from '../print.ts';
import type { CheckBroadcast } from '../shape-types.ts';
import type { Tensor } from '../tensor.ts';

/** A number, or numbers in nested arrays of one length at each level. */
export type NestedNumbers = number | NestedNumbers[];

/** What may stand beside a tensor: another one, or a number, which takes the tensor's dtype if that holds it. */
export type TensorLike = Tensor | number | boolean;

/** As TensorLike, for an operation whose result is of the shape that both broadcast to. */
export type Beside<Op extends string, A extends Shape, B extends Shape> =
  (Tensor<B> & CheckBroadcast<Op, A, B>) | number | boolean;

/** @internal The node of a tensor, or the number itself. */
export function operandOf(x: TensorLike): Node | number | boolean {
  return typeof x === 'object' ? x.node : x;
}

const inspectCustom = Symbol.for('nodejs.util.inspect.custom');
const jupyterDisplay = Symbol.for('Jupyter.display');

export abstract class Handle {
  /** @internal The graph behind the handle. */
  readonly node: Node;

  /** @internal Tensors are made by `tensor`, `zeros` and their like, and by operations. */
  constructor(node: Node) {
    this.node = node;
  }

  /**
   * @internal The tensor of another node. What is said of its shape is taken at its word: this is the one place where the types of
   * shapes meet the values, and every method promises in its signature what its family's function does.
   */
  abstract derived<S extends Shape>(node: Node): Tensor<S>;

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

  /** The elements in row-major order, as a copy; bool as 0 and 1, 16-bit floats in a Float32Array, int64 in a Float64Array. @throws ValueError for an int64 beyond ±(2^53 − 1) */
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

  /** The elements of an integer tensor in row-major order, as a copy: exact for every int64. @throws DTypeError for floats */
  async bigints(): Promise<BigInt64Array<ArrayBuffer>> {
    return this.bigintsSync();
  }

  /** As `bigints`, without waiting. @example tensor([1, 2], { dtype: 'int64' }).bigintsSync() // [1n, 2n] */
  bigintsSync(): BigInt64Array<ArrayBuffer> {
    if (isFloat(this.dtype)) {
      raise(
        new DTypeError(
          `bigints: expected integers, got ${this.dtype}; read with .data(), or convert with .cast('int64')`,
        ),
      );
    }
    const [value] = realize([cast(this.node, 'int64')], 'bigints');
    return bigintsOf(value!.storage.read()).slice();
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
  realize<A extends Shape>(this: Tensor<A>): Tensor<A> {
    const [value] = realize([this.node], 'realize');
    return this.derived(buffer(value!, this.shape));
  }

  /** As NumPy prints it, with the dtype when it is not float32. Inside compile, only shape and dtype. */
  toString(): string {
    return this.format();
  }

  /** As toString, with other digits, edges or line width. @example x.format({ precision: 8, threshold: Infinity }) */
  format(options?: PrintOptions): string {
    try {
      const printed = printArray(shownOf(this), this.shape, this.dtype, options);
      // Brackets do not tell how nothing is nested.
      const text = this.size === 0 && this.rank > 1 ? `${printed} shape=${formatShape(this.shape)}` : printed;
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
    if (currentTrace() !== undefined) return { 'text/plain': this.#summary() };
    const layout = layoutOf(shownOf(this), this.shape, this.dtype, { precision: 4, threshold: 400 });
    return { 'text/plain': this.toString(), 'text/html': htmlOf(layout, this.#summary()) };
  }

  #summary(): string {
    return `Tensor${formatShape(this.shape)} ${this.dtype}`;
  }
}

/** @throws ValueError where an int64 is beyond the whole numbers that JavaScript's are exact for */
function elementsOf(x: Handle, op: string): TypedArray {
  const [value] = realize([x.node], op);
  const numbers = numbersOf(x.dtype, value!.storage.read());
  if (x.dtype !== 'int64') return numbers;
  const beyond = numbers.find((number) => !Number.isSafeInteger(number));
  if (beyond === undefined) return numbers;
  return raise(
    new ValueError(`${op}: ${beyond} is beyond ±(2^53 − 1), where numbers are no longer exact; read with .bigints()`),
  );
}

/** The elements as they are printed: int64 exactly, whatever their size. */
function shownOf(x: Handle): Words {
  const [value] = realize([x.node], 'print');
  const stored = value!.storage.read();
  return x.dtype === 'int64' ? bigintsOf(stored) : numbersOf(x.dtype, stored);
}

function nested(elements: TypedArray, shape: Shape, axis: number, offset: number): NestedNumbers {
  if (axis === shape.length) return elements[offset]!;
  const stride = sizeOf(shape.slice(axis + 1));
  return Array.from({ length: shape[axis]! }, (_, i) => nested(elements, shape, axis + 1, offset + i * stride));
}
