/**
 * Data sets: a length and a way to get an item. Batches are put together on the host, by copying rows.
 */
import { raise, ShapeError, ValueError } from '../base/errors.ts';
import { formatShape } from '../base/shape.ts';
import { infoOf, type TypedArray, wordsOf } from '../ir/dtype.ts';
import { fromStored, storedOf } from '../tensor/stored.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** What items become when they are put together: tensors and numbers get a first axis for the items, texts become a list. */
export type Collated<T> = T extends Tensor | number | boolean
  ? Tensor
  : T extends string
    ? readonly string[]
    : { readonly [K in keyof T]: Collated<T[K]> };

/** Items by index, 0 … length − 1; `B` is what many of them make. */
export interface Dataset<T, B = Collated<T>> {
  readonly length: number;
  get(index: number): T;
  /** Many items at once, if that is faster than one at a time: each tensor with a first axis for the items. */
  batch?(indices: Int32Array): B;
}

/** As Dataset, where items take time to come: from a disk, another thread, a network. */
export interface AsyncDataset<T, B = Collated<T>> {
  readonly length: number;
  get(index: number): Promise<T>;
  batch?(indices: Int32Array): Promise<B>;
}

/** Batches, epoch after epoch: what training takes. A loader is one, and so is a stream. */
export interface Batches<B> extends AsyncIterable<B> {
  /** In an epoch; undefined where only the end of the data tells. */
  readonly length: number | undefined;
  /** How often it has been iterated: the epoch that the next iteration is. Setting it is how training resumes. */
  epoch: number;
  /** The next epoch without its first `start` batches. */
  from(start: number): AsyncIterable<B>;
}

/** The rows of each tensor. */
export type Rows<T extends readonly Tensor[]> = { readonly [K in keyof T]: Tensor };

/**
 * Tensors whose first axis counts the items, side by side: images and their labels.
 * @throws ShapeError if the first axes differ
 * @example new TensorDataset(tensor(pixels, { shape: [60000, 1, 28, 28] }), tensor(labels)).get(0) // [(1, 28, 28), ()]
 */
export class TensorDataset<T extends readonly Tensor[]> implements Dataset<Rows<T>, Rows<T>> {
  readonly length: number;
  readonly tensors: T;
  /** On the host, because rows are copied from there. */
  readonly #columns: readonly Column[];

  constructor(...tensors: T) {
    const [first] = tensors;
    const length = first?.shape[0];
    if (length === undefined || tensors.some(({ shape }) => shape[0] !== length)) {
      const shapes = tensors.map(({ shape }) => formatShape(shape)).join(', ');
      raise(new ShapeError(`TensorDataset: expected tensors with first axes of one size, got ${shapes || 'none'}`));
    }
    this.length = length;
    this.tensors = tensors;
    this.#columns = tensors.map((one) => ({
      one,
      values: storedOf(one, 'TensorDataset').slice(),
      row: length === 0 ? 0 : one.size / length,
    }));
  }

  get(index: number): Rows<T> {
    const rows = this.batch(Int32Array.of(index));
    return rows.map((one) => one.reshape(one.shape.slice(1))) as { [K in keyof T]: Tensor };
  }

  /** The items at `indices`. @throws ValueError for an index outside the set   @example set.batch(Int32Array.of(3, 1)) // [(2, 1, 28, 28), (2,)] */
  batch(indices: Int32Array): Rows<T> {
    for (const index of indices) {
      if (index < 0 || index >= this.length)
        raise(new ValueError(`TensorDataset: item ${index} does not exist; there are ${this.length}`));
    }
    return this.#columns.map((column) => rowsOf(column, indices)) as { [K in keyof T]: Tensor };
  }
}

interface Column {
  readonly one: Tensor;
  readonly values: TypedArray;
  /** Elements per item. */
  readonly row: number;
}

/** Hot: an epoch passes through here whole, so rows are copied as memory. */
function rowsOf({ one, values, row }: Column, indices: Int32Array): Tensor {
  const { dtype, shape } = one;
  const picked = new (infoOf(dtype).array)(indices.length * row);
  if (row === 1) {
    const [into, from] = [wordsOf(dtype, picked), wordsOf(dtype, values)];
    for (let i = 0; i < indices.length; i++) into[i] = from[indices[i]!]!;
  } else
    for (let i = 0; i < indices.length; i++)
      picked.set(values.subarray(indices[i]! * row, (indices[i]! + 1) * row), i * row);
  return fromStored(dtype, picked, [indices.length, ...shape.slice(1)]);
}
