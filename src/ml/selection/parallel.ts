/**
 * Searches over settings in several threads, in Node: a module of the user's makes the search, each thread loads it and tries the
 * candidates that it is asked for. The threads are those of `data`'s workers.
 */
import { raise, ValueError } from '../../base/errors.ts';
import { serveDataset, workerDataset } from '../../data/workers.ts';
import type { DType, TypedArray } from '../../ir/dtype.ts';
import { tensor } from '../../tensor/creation.ts';
import { Tensor } from '../../tensor/tensor.ts';
import { asLabels, asTargets } from '../preparation/selection.ts';
import type { FitOptions, Label, Labels, Targets } from '../protocol.ts';
import type { Samples } from '../rows.ts';
import { SparseMatrix } from '../sparse.ts';
import {
  type ClassifierSearch,
  type FittedClassifierSearch,
  type FittedRegressorSearch,
  type RegressorSearch,
  type Round,
  type SearchResult,
} from './search.ts';

export interface ParallelOptions extends FitOptions {
  /** Default 2. */
  readonly threads?: number;
}

type AnySearch<P, X> = ClassifierSearch<P, X> | RegressorSearch<P, X>;

/** What a thread is started with. */
interface Lesson extends Round {
  readonly x: unknown;
  readonly y: unknown;
  readonly sampleWeight: unknown;
}

/**
 * In a module of its own, beside the search that it exports: answers for that search in each worker thread, and elsewhere does
 * nothing. In a thread the engine is WebAssembly's, on one thread.
 * @example export const search = gridSearch(make, { C: [0.1, 1, 10] }); serveSearch(search); // search.ts
 */
export function serveSearch<P, X>(search: AnySearch<P, X>): void {
  serveDataset((data) => {
    const { candidates, rows, x, y, sampleWeight } = data as Lesson;
    const fit = sampleWeight === undefined ? {} : { sampleWeight: unpacked(sampleWeight) as Float64Array };
    const [samples, targets] = [unpacked(x) as X, unpacked(y) as Targets | Labels];
    return {
      length: candidates.length,
      get: (i: number) => Array.from(search.try(candidates[i]!, rows, samples, targets, fit)),
    };
  });
}

/**
 * Fits a search as its `fit` does, with the candidates of each round tried by several threads; the best is fitted here.
 * @param module the one that makes the search and calls `serveSearch`, e.g. `new URL('./search.js', import.meta.url)`
 * @throws DataError for whatever fails in a thread
 * @example const model = await searchInWorkers(search, new URL('./search.js', import.meta.url), X, y, { threads: 4 })
 */
export function searchInWorkers<P, X, L extends Label = number>(
  search: ClassifierSearch<P, X>,
  module: URL | string,
  x: NoInfer<X> & Samples,
  y: Labels<L>,
  options?: ParallelOptions,
): Promise<FittedClassifierSearch<L, P, X>>;
export function searchInWorkers<P, X>(
  search: RegressorSearch<P, X>,
  module: URL | string,
  x: NoInfer<X> & Samples,
  y: Targets,
  options?: ParallelOptions,
): Promise<FittedRegressorSearch<P, X>>;
export async function searchInWorkers<P, X>(
  search: AnySearch<P, X>,
  module: URL | string,
  x: X,
  y: Targets | Labels,
  { threads = 2, ...fit }: ParallelOptions = {},
): Promise<unknown> {
  const result = await tryAll(search, module, x, y, threads, fit);
  return search.role === 'classifier'
    ? search.refit<Label>(result, x, asLabels(y), fit)
    : search.refit(result, x, asTargets(y), fit);
}

async function tryAll<P, X>(
  search: AnySearch<P, X>,
  module: URL | string,
  x: X,
  y: Targets | Labels,
  threads: number,
  { sampleWeight }: FitOptions,
): Promise<SearchResult<P>> {
  const shared = { x: packed(x), y: packed(y), sampleWeight: packed(sampleWeight) };
  const rounds = search.rounds(x, y);
  let round = rounds.next();
  while (round.done !== true) {
    const { candidates, rows } = round.value;
    const data: Lesson = { ...shared, candidates, rows };
    const crew = await workerDataset<number[], unknown>(module, {
      threads: Math.min(threads, candidates.length),
      data,
    });
    try {
      if (crew.length !== candidates.length)
        raise(new ValueError('searchInWorkers: the module serves another data set than this search'));
      const scores = await Promise.all(candidates.map((_, i) => crew.get(i)));
      round = rounds.next(scores.map((list) => Float64Array.from(list)));
    } finally {
      await crew.close();
    }
  }
  return round.value;
}

/** A tensor or a sparse matrix as messages can carry it; they know no classes. */
interface Parcel {
  readonly dtype: DType | 'sparse';
  readonly shape: readonly number[];
  readonly arrays: readonly TypedArray[];
}

/** Samples of any form, tables of columns too, as messages can carry them. */
function packed(x: unknown): unknown {
  if (x instanceof Tensor) return { dtype: x.dtype, shape: x.shape, arrays: [x.dataSync()] } satisfies Parcel;
  if (x instanceof SparseMatrix)
    return { dtype: 'sparse', shape: [x.rows, x.columns], arrays: [x.starts, x.places, x.values] } satisfies Parcel;
  if (typeof x !== 'object' || x === null || Array.isArray(x) || ArrayBuffer.isView(x)) return x;
  // A matrix is a number array without its class.
  if ('data' in x && 'shape' in x) return { data: x.data, shape: x.shape };
  return Object.fromEntries(Object.entries(x).map(([name, column]) => [name, packed(column)]));
}

function unpacked(x: unknown): unknown {
  if (isParcel(x)) {
    const [first, places, values] = x.arrays;
    if (x.dtype !== 'sparse') return tensor(first!, { dtype: x.dtype, shape: x.shape });
    return new SparseMatrix(x.shape[1]!, first as Int32Array<ArrayBuffer>, places as Int32Array<ArrayBuffer>, values as Float64Array<ArrayBuffer>); // prettier-ignore
  }
  if (typeof x !== 'object' || x === null || Array.isArray(x) || ArrayBuffer.isView(x) || 'shape' in x) return x;
  return Object.fromEntries(Object.entries(x).map(([name, column]) => [name, unpacked(column)]));
}

function isParcel(x: unknown): x is Parcel {
  return typeof x === 'object' && x !== null && 'dtype' in x && 'arrays' in x;
}
