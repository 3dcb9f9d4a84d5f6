/**
 * Data sets in worker threads, in Node: a module of the user's serves a data set, several threads of it make batches, and these
 * move over as transferred memory. The loader asks for batches in advance and so bounds how many are under way.
 */
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { DataError, FathomError, raise, ValueError } from '../../base/errors.ts';
import { sizeOf } from '../../base/shape.ts';
import { type DType, infoOf, type TypedArray } from '../../ir/dtype.ts';
import { fromStored, storedOf } from '../../tensor/stored.ts';
import { Tensor } from '../../tensor/tensor.ts';
import { mapTree } from '../../tensor/tree.ts';
import { collate as collateItems } from '../collate.ts';
import type { AsyncDataset, Collated, Dataset } from '../dataset.ts';
import type { MakeDataset, WorkerDataset, WorkerOptions } from '../workers.ts';

/** A tensor on its way. */
interface Parcel {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly values: TypedArray;
}

interface Request {
  readonly id: number;
  /** One item by its index, or a batch. */
  readonly indices: number | Int32Array;
}

type Answer =
  | { readonly kind: 'ready'; readonly length: number }
  | { readonly kind: 'done'; readonly id: number; readonly tree: unknown }
  | { readonly kind: 'failed'; readonly id: number; readonly message: string };

/** In a worker thread: answers for a data set. Elsewhere it does nothing. */
export function serve<T>(make: MakeDataset<T>, collate?: (items: readonly T[]) => unknown): void {
  const port = parentPort;
  if (isMainThread || port === null) return;
  const dataset = Promise.resolve().then(() => make(workerData));
  const answer = (message: Answer, transfer: ArrayBuffer[] = []): void => port.postMessage(message, transfer);
  dataset.then(
    ({ length }) => answer({ kind: 'ready', length }),
    (error: unknown) => answer({ kind: 'failed', id: -1, message: textOf(error) }),
  );
  port.on('message', ({ id, indices }: Request) => {
    void dataset
      .then((one) => (typeof indices === 'number' ? one.get(indices) : batchOf(one, indices, collate)))
      .then((tree) => {
        const memory: ArrayBuffer[] = [];
        const packed = mapTree(tree, (leaf) => (leaf instanceof Tensor ? pack(leaf, memory) : leaf));
        answer({ kind: 'done', id, tree: packed }, memory);
      })
      .catch((error: unknown) => answer({ kind: 'failed', id, message: textOf(error) }));
  });
}

/** Starts threads of a module that calls `serveDataset`, and waits until they are ready. */
export async function startWorkers<T, B = Collated<T>>(
  module: URL | string,
  { threads = 2, data }: WorkerOptions = {},
): Promise<WorkerDataset<T, B>> {
  if (!Number.isInteger(threads) || threads < 1)
    raise(new ValueError(`workerDataset: threads must be a whole number from 1 up, got ${threads}`));
  const crew = Array.from(
    { length: threads },
    () =>
      new Thread(
        new Worker(module, {
          workerData: data,
          // What reads files should not take the processors from training.
          env: { ...process.env, FATHOM_DEVICE: 'wasm', FATHOM_THREADS: '1' },
        }),
      ),
  );
  const close = async (): Promise<void> => {
    await Promise.all(crew.map((thread) => thread.end()));
  };
  let length: number;
  try {
    [length = 0] = await Promise.all(crew.map((thread) => thread.ready));
  } catch (error) {
    await close();
    throw error;
  }
  const ask = async (indices: number | Int32Array): Promise<unknown> => {
    const idlest = crew.reduce((best, thread) => (thread.busy < best.busy ? thread : best));
    return unpack(await idlest.ask(indices));
  };
  return {
    length,
    // What the module's data set gives, which the caller names.
    get: async (index) => (await ask(index)) as T,
    batch: async (indices) => (await ask(indices)) as B,
    close,
  };
}

/** One worker, and what it has been asked. */
class Thread {
  /** The number of items. */
  readonly ready: Promise<number>;
  readonly #worker: Worker;
  readonly #asked = new Map<number, { resolve(tree: unknown): void; reject(error: Error): void }>();
  #next = 0;
  #end: Error | undefined;

  constructor(worker: Worker) {
    this.#worker = worker;
    this.ready = new Promise((resolve, reject) => {
      worker.on('message', (answer: Answer) => {
        if (answer.kind === 'ready') {
          resolve(answer.length);
          worker.unref();
          return;
        }
        const question = this.#asked.get(answer.id);
        this.#asked.delete(answer.id);
        if (this.#asked.size === 0) worker.unref();
        if (answer.kind === 'done') question?.resolve(answer.tree);
        else (question?.reject ?? reject)(new DataError(`workerDataset: ${answer.message}`));
      });
      const fail = (reason: string): void => {
        this.#end = new DataError(`workerDataset: a thread ended: ${reason}`);
        reject(this.#end);
        for (const question of this.#asked.values()) question.reject(this.#end);
        this.#asked.clear();
      };
      worker.on('error', (error) => fail(textOf(error)));
      worker.on('exit', (code) => fail(`exit code ${code}; does its module call serveDataset?`));
    });
    this.ready.catch(() => undefined);
  }

  get busy(): number {
    return this.#asked.size;
  }

  ask(indices: number | Int32Array): Promise<unknown> {
    if (this.#end !== undefined) return Promise.reject(this.#end);
    const id = this.#next++;
    this.#worker.ref();
    return new Promise((resolve, reject) => {
      this.#asked.set(id, { resolve, reject });
      this.#worker.postMessage({ id, indices } satisfies Request);
    });
  }

  async end(): Promise<void> {
    this.#worker.removeAllListeners('exit');
    this.#end ??= new DataError('workerDataset: it was closed');
    for (const question of this.#asked.values()) question.reject(this.#end);
    await this.#worker.terminate();
  }
}

async function batchOf<T>(
  dataset: Dataset<T, unknown> | AsyncDataset<T, unknown>,
  indices: Int32Array,
  collate: ((items: readonly T[]) => unknown) | undefined,
): Promise<unknown> {
  if (collate === undefined && dataset.batch !== undefined) return dataset.batch(indices);
  return (collate ?? collateItems)(await Promise.all(Array.from(indices, (index) => dataset.get(index))));
}

function pack(x: Tensor, memory: ArrayBuffer[]): Parcel {
  const values = storedOf(x, 'worker').slice();
  const { dtype, shape } = x;
  if (values.buffer instanceof ArrayBuffer) memory.push(values.buffer);
  return { dtype, shape, values };
}

/** Parcels arrive as plain objects, because messages know no classes. */
function unpack(tree: unknown): unknown {
  if (isParcel(tree)) return fromStored(tree.dtype, tree.values, tree.shape);
  if (Array.isArray(tree)) return tree.map(unpack);
  if (typeof tree !== 'object' || tree === null || Object.getPrototypeOf(tree) !== Object.prototype) return tree;
  return Object.fromEntries(Object.entries(tree).map(([key, member]) => [key, unpack(member)]));
}

function isParcel(x: unknown): x is Parcel {
  if (typeof x !== 'object' || x === null) return false;
  const { dtype, shape, values } = x as Partial<Parcel>;
  if (dtype === undefined || !Array.isArray(shape) || values === undefined) return false;
  return values instanceof infoOf(dtype).array && values.length === sizeOf(shape);
}

function textOf(error: unknown): string {
  if (error instanceof FathomError) return `${error.name}: ${error.message}`;
  return error instanceof Error ? error.message : String(error);
}
