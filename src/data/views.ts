/**
 * Data sets made of others: some of the items, several sets in a row, items changed or kept. Nothing is copied.
 */
import { raise, ValueError } from '../base/errors.ts';
import type { AsyncDataset, Dataset } from './dataset.ts';

/** The items at `indices`, in that order. @throws ValueError for an index outside the set   @example subset(digits, [0, 7, 3]) */
export function subset<T, B>(dataset: AsyncDataset<T, B>, indices: ArrayLike<number>): AsyncDataset<T, B>;
export function subset<T, B>(dataset: Dataset<T, B>, indices: ArrayLike<number>): Dataset<T, B>;
export function subset<T, B>(dataset: Dataset<T, B>, indices: ArrayLike<number>): Dataset<T, B> {
  const places = Int32Array.from(indices);
  for (const index of places) {
    if (index < 0 || index >= dataset.length)
      raise(new ValueError(`subset: item ${index} does not exist; there are ${dataset.length}`));
  }
  const get = (i: number): T => dataset.get(placeOf('subset', i, places));
  if (dataset.batch === undefined) return { length: places.length, get };
  const batch = dataset.batch.bind(dataset);
  return { length: places.length, get, batch: (some) => batch(some.map((i) => placeOf('subset', i, places))) };
}

/** One set after the other. @throws ValueError for no sets   @example concatDatasets(easy, hard) */
export function concatDatasets<T>(...datasets: readonly Dataset<T, unknown>[]): Dataset<T> {
  if (datasets.length === 0) raise(new ValueError('concatDatasets: expected at least one data set, got none'));
  const ends: number[] = [];
  let length = 0;
  for (const dataset of datasets) ends.push((length += dataset.length));
  return {
    length,
    get(index) {
      const which = ends.findIndex((end) => index < end);
      const dataset = index < 0 ? undefined : datasets[which];
      if (dataset === undefined)
        raise(new ValueError(`concatDatasets: item ${index} does not exist; there are ${length}`));
      return dataset.get(index - (ends[which - 1] ?? 0));
    },
  };
}

/** Each item changed when it is asked for. @example mapDataset(mails, ({ text, group }) => [tokens(text), group]) */
export function mapDataset<T, U>(
  dataset: AsyncDataset<T, unknown>,
  change: (item: T, index: number) => U | Promise<U>,
): AsyncDataset<U>;
export function mapDataset<T, U>(dataset: Dataset<T, unknown>, change: (item: T, index: number) => U): Dataset<U>;
export function mapDataset(
  dataset: Dataset<unknown, unknown>,
  change: (item: unknown, index: number) => unknown,
): Dataset<unknown, unknown> {
  return {
    length: dataset.length,
    get(index) {
      const item = dataset.get(index);
      return item instanceof Promise ? item.then((one) => change(one, index)) : change(item, index);
    },
  };
}

/** Each item fetched once and kept in memory: for items that cost more to make than to hold. @example cached(await imageFolder('photos')) */
export function cached<T>(dataset: AsyncDataset<T, unknown>): AsyncDataset<T>;
export function cached<T>(dataset: Dataset<T, unknown>): Dataset<T>;
export function cached(dataset: Dataset<unknown, unknown>): Dataset<unknown, unknown> {
  const kept = new Map<number, unknown>();
  return {
    length: dataset.length,
    get(index) {
      if (kept.has(index)) return kept.get(index);
      const item = dataset.get(index);
      kept.set(index, item);
      // What failed may work the next time.
      if (item instanceof Promise) item.catch(() => kept.delete(index));
      return item;
    },
  };
}

/** Items of an array. @throws ValueError, when asked for one that does not exist   @example fromArray(names).get(0) */
export function fromArray<T>(items: readonly T[]): Dataset<T> {
  return {
    length: items.length,
    get(index) {
      if (!(index in items))
        raise(new ValueError(`fromArray: item ${index} does not exist; there are ${items.length}`));
      return items[index]!;
    },
  };
}

function placeOf(op: string, i: number, places: Int32Array): number {
  const place = places[i];
  if (place === undefined) raise(new ValueError(`${op}: item ${i} does not exist; there are ${places.length}`));
  return place;
}
