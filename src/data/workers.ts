/**
 * Data sets in worker threads, in Node: a module of the user's serves a data set, several threads of it make batches. The threads
 * are node/workers.ts, and loaded only when they are asked for.
 */
import type { AsyncDataset, Collated, Dataset } from './dataset.ts';

export interface WorkerOptions {
  /** Threads. Default: 2. */
  readonly threads?: number;
  /** Whatever can be cloned, for the module: `workerData` of node:worker_threads. */
  readonly data?: unknown;
}

/** A data set elsewhere. */
export interface WorkerDataset<T, B = Collated<T>> extends AsyncDataset<T, B> {
  batch(indices: Int32Array): Promise<B>;
  /** Ends the threads. They do not keep the process alive by themselves. */
  close(): Promise<void>;
}

type AnyDataset<T> = Dataset<T, unknown> | AsyncDataset<T, unknown>;

/** @param data what `WorkerOptions` gave */
export type MakeDataset<T> = (data: unknown) => AnyDataset<T> | Promise<AnyDataset<T>>;

/**
 * In a module of its own: answers for a data set in each worker thread. Elsewhere it does nothing, so that the module can also be
 * imported. Tensors are made by the WebAssembly device there, on one thread, so that reading does not slow training down.
 * @param make called once in each thread, with the options' `data`   @param collate how items become a batch; default `collate`
 * @example serveDataset(() => mapDataset(fromArray(files), decode)) // reader.ts
 */
export function serveDataset<T>(make: MakeDataset<T>, collate?: (items: readonly T[]) => unknown): void {
  void import('./node/workers.ts').then(({ serve }) => serve(make, collate));
}

/**
 * Starts threads of a module that calls `serveDataset`, and waits until they are ready. Batches move over as memory, uncopied;
 * the loader's `prefetch` bounds how many are under way.
 * @throws DataError if a thread cannot start, and from then on for whatever fails in one
 * @example
 * const photos = await workerDataset<Pairs>(new URL('./reader.ts', import.meta.url), { threads: 4 });
 * for await (const [x, y] of new DataLoader(photos, { batchSize: 32, prefetch: 8 })) step(x, y);
 */
export async function workerDataset<T, B = Collated<T>>(
  module: URL | string,
  options?: WorkerOptions,
): Promise<WorkerDataset<T, B>> {
  const { startWorkers } = await import('./node/workers.ts');
  return startWorkers<T, B>(module, options);
}
