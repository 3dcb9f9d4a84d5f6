/**
 * Collation: items become a batch. It happens on the host, by copying, so that a batch is a leaf of the graph and not a
 * graph of its own.
 */
import { DTypeError, raise, ShapeError, ValueError } from '../base/errors.ts';
import { formatShape, sameShape, sizeOf } from '../base/shape.ts';
import { filledArray, infoOf } from '../ir/dtype.ts';
import { tensor } from '../tensor/creation.ts';
import { fromStored, storedOf } from '../tensor/stored.ts';
import { Tensor } from '../tensor/tensor.ts';
import { isBranch } from '../tensor/tree.ts';
import type { Collated } from './dataset.ts';

/**
 * Items of one form → a batch of that form: tensors (…) → (B, …), numbers → (B,) float32, booleans → (B,) bool, texts → a
 * list; arrays and plain objects member by member. A label that is to stay whole is `tensor(3, { dtype: 'int32' })`.
 * @throws ValueError for no items, or forms that differ   @throws ShapeError, DTypeError if tensors differ
 * @example collate([{ x: tensor([1, 2]), y: 0 }, { x: tensor([3, 4]), y: 1 }]) // { x: (2, 2), y: (2,) }
 */
export function collate<T>(items: readonly T[]): Collated<T>;
export function collate(items: readonly unknown[]): unknown {
  if (items.length === 0) raise(new ValueError('collate: there are no items to put together'));
  return together(items, '');
}

function together(items: readonly unknown[], path: string): unknown {
  const [first] = items;
  if (first instanceof Tensor) return stacked(allOf(items, isTensor, 'tensor', path), path);
  if (typeof first === 'number') return tensor(allOf(items, isNumber, 'number', path));
  if (typeof first === 'boolean') return tensor(allOf(items, isBoolean, 'boolean', path));
  if (typeof first === 'string') return allOf(items, isString, 'text', path);
  if (!isBranch(first)) {
    raise(
      new ValueError(
        `collate: the item${path} is ${describe(first)}, which does not go into a batch; pass { collate } to say how`,
      ),
    );
  }
  const keys = Object.keys(first);
  const branches = allOf(items, isBranch, Array.isArray(first) ? 'list' : 'object', path).map(
    (one) => new Map(Object.entries(one)),
  );
  for (const branch of branches) {
    if (branch.size !== keys.length || keys.some((key) => !branch.has(key)))
      raise(
        new ValueError(`collate: items${path} differ in form: ${keys.join(', ')} and ${[...branch.keys()].join(', ')}`),
      );
  }
  const member = (key: string): unknown =>
    together(
      branches.map((branch) => branch.get(key)),
      `${path}.${key}`,
    );
  return Array.isArray(first) ? keys.map(member) : Object.fromEntries(keys.map((key) => [key, member(key)]));
}

/** Hot: rows are copied as memory. */
function stacked(items: readonly Tensor[], path: string): Tensor {
  const { shape, dtype, size } = items[0]!;
  const values = new (infoOf(dtype).array)(items.length * size);
  items.forEach((item, i) => {
    if (!sameShape(item.shape, shape)) {
      raise(
        new ShapeError(
          `collate: items${path} have shapes ${formatShape(shape)} and ${formatShape(item.shape)}; bring them to one, or pass { collate: padded() }`,
        ),
      );
    }
    if (item.dtype !== dtype) raise(new DTypeError(`collate: items${path} are ${dtype} and ${item.dtype}`));
    values.set(storedOf(item, 'collate'), i * size);
  });
  return fromStored(dtype, values, [items.length, ...shape]);
}

export interface PaddedOptions {
  /** What fills up. Default: 0. */
  readonly value?: number;
  /** Lengths are rounded up to a multiple of this, so that fewer shapes are compiled. Default: 1. */
  readonly multipleOf?: number;
}

/**
 * A collation for sequences of unequal length: tensors (Lᵢ, …) → [(B, L, …) filled up at the end, (B,) int32 the lengths Lᵢ].
 * @throws ShapeError if more than the first axis differs   @throws ValueError for a multiple that is not a whole number from 1 up
 * @example new DataLoader(sentences, { batchSize: 32, collate: padded({ multipleOf: 16 }) })
 */
export function padded({ value = 0, multipleOf = 1 }: PaddedOptions = {}): (
  items: readonly Tensor[],
) => readonly [values: Tensor, lengths: Tensor] {
  if (!Number.isInteger(multipleOf) || multipleOf < 1)
    raise(new ValueError(`padded: multipleOf must be a whole number from 1 up, got ${multipleOf}`));
  return (items) => {
    const [first] = items;
    if (first === undefined) raise(new ValueError('padded: there are no items to put together'));
    const { dtype } = first;
    const inner = first.shape.slice(1);
    const lengths = Int32Array.from(items, (item) => {
      if (item.rank === 0 || !sameShape(item.shape.slice(1), inner) || item.dtype !== dtype) {
        raise(
          new ShapeError(
            `padded: expected sequences of ${dtype} (L, ${inner.join(', ')}), got ${item.dtype} ${formatShape(item.shape)}`,
          ),
        );
      }
      return item.shape[0]!;
    });
    const longest = Math.ceil(Math.max(...lengths) / multipleOf) * multipleOf;
    const row = longest * sizeOf(inner);
    const values = filledArray(dtype, items.length * row, value);
    items.forEach((item, i) => values.set(storedOf(item, 'padded'), i * row));
    return [fromStored(dtype, values, [items.length, longest, ...inner]), tensor(lengths)];
  };
}

function allOf<T>(
  items: readonly unknown[],
  is: (item: unknown) => item is T,
  kind: string,
  path: string,
): readonly T[] {
  const kept = items.filter(is);
  if (kept.length === items.length) return kept;
  const other = items.find((item) => !is(item));
  return raise(new ValueError(`collate: items${path} differ in form: a ${kind} and ${describe(other)}`));
}

function isTensor(x: unknown): x is Tensor {
  return x instanceof Tensor;
}

function isNumber(x: unknown): x is number {
  return typeof x === 'number';
}

function isBoolean(x: unknown): x is boolean {
  return typeof x === 'boolean';
}

function isString(x: unknown): x is string {
  return typeof x === 'string';
}

function describe(x: unknown): string {
  if (typeof x === 'object' && x !== null) return `a ${x.constructor?.name ?? 'object'}`;
  return x === null ? 'null' : `a ${typeof x}`;
}
