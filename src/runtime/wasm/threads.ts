/**
 * Threads for the WebAssembly device, in Node: workers that run iterations of parallel steps over the shared memory. A step is cut into
 * chunks; whoever is free takes the next one from an atomic counter, the caller too, so that a thread which comes late or not at all costs
 * nothing. Only Node has what this needs; elsewhere `hireCrew` returns undefined and one thread does everything.
 */
import type { Call } from '../../emit/wasm/lower.ts';

/** Indices into the shared control words. */
const words = { epoch: 0, left: 1, done: 2, module: 3, call: 4, table: 5, size: 6, count: 7, failed: 8 } as const;
const controlAddress = 64;
const controlWords = 16;

type Work = Call & { readonly kind: 'parallel' };

export interface Crew {
  /** Threads in all, the caller included. */
  readonly threads: number;
  /** Makes a module known to every thread, and returns its number. */
  add(module: WebAssembly.Module): number;
  /** Forgets a module. */
  remove(id: number): void;
  /** Runs all iterations of a call of the module; returns when they are done. */
  split(id: number, call: Work, run: (table: number, begin: number, end: number) => void, table: number): void;
}

/** How many threads to use: FATHOM_THREADS, else one for each core; 1 where there are none to be had. */
export function defaultThreads(): number {
  const { process } = globalThis;
  const asked = Number(process?.env?.['FATHOM_THREADS']);
  if (Number.isInteger(asked) && asked >= 1) return Math.min(asked, 64);
  return Math.min(process?.getBuiltinModule?.('node:os').availableParallelism() ?? 1, 16);
}

/** Starts `threads` − 1 workers over a shared memory; undefined where there is no node:worker_threads, or nothing to start. */
export function hireCrew(memory: WebAssembly.Memory, threads: number): Crew | undefined {
  const node = globalThis.process?.getBuiltinModule?.('node:worker_threads');
  if (node === undefined || threads < 2) return undefined;
  const control = new Int32Array(memory.buffer, controlAddress, controlWords);
  const workers = Array.from({ length: threads - 1 }, () => {
    const worker = new node.Worker(workerSource, {
      // Loaders and hooks of the program are not for this.
      execArgv: [],
      eval: true,
      workerData: { memory, controlAddress, controlWords, words },
    });
    worker.unref();
    return worker;
  });
  const broadcast = (message: unknown): void => {
    for (const worker of workers) worker.postMessage(message);
  };
  let modules = 0;
  return {
    threads,
    add(module) {
      const id = ++modules;
      broadcast({ id, module });
      return id;
    },
    remove(id) {
      broadcast({ id });
    },
    split(id, call, run, table) {
      const chunks = Math.min(call.count, threads * chunksPerThread);
      const size = Math.ceil(call.count / chunks);
      control[words.done] = 0;
      control[words.module] = id;
      control[words.call] = Number(call.name.slice('call'.length));
      control[words.table] = table;
      control[words.size] = size;
      control[words.count] = call.count;
      // From here on chunks can be taken.
      Atomics.store(control, words.left, chunks);
      Atomics.add(control, words.epoch, 1);
      Atomics.notify(control, words.epoch);
      let mine = 0;
      for (let left = chunks; left > 0;) {
        const found = Atomics.compareExchange(control, words.left, left, left - 1);
        if (found === left) {
          run(table, (left - 1) * size, Math.min(left * size, call.count));
          mine++;
        }
        left = Atomics.load(control, words.left);
      }
      awaitOthers(control, chunks - mine);
    },
  };
}

/** Enough that a thread which comes late still finds something to do. */
const chunksPerThread = 4;

/** Returns when the others have done their chunks: spins, then sleeps. */
function awaitOthers(control: Int32Array, chunks: number): void {
  for (let spins = 0; ; spins++) {
    const done = Atomics.load(control, words.done);
    if (done === chunks) break;
    if (spins > 5000) Atomics.wait(control, words.done, done, 1);
  }
  if (Atomics.load(control, words.failed) !== 0) throw new Error('bug: a thread of the wasm device failed');
}

/** What a worker runs. As text, because a bundled package has no second file to point at. */
const workerSource = `
const { workerData, parentPort, receiveMessageOnPort } = require('node:worker_threads');
const { memory, controlAddress, controlWords, words } = workerData;
const control = new Int32Array(memory.buffer, controlAddress, controlWords);
const programs = new Map();
const drain = () => {
  for (let next; (next = receiveMessageOnPort(parentPort)) !== undefined; ) {
    const { id, module } = next.message;
    if (module === undefined) programs.delete(id);
    else programs.set(id, new WebAssembly.Instance(module, { fathom: { memory } }).exports);
  }
};
for (let spins = 0; ; ) {
  const epoch = Atomics.load(control, words.epoch);
  const left = Atomics.load(control, words.left);
  if (left > 0) {
    spins = 0;
    if (Atomics.compareExchange(control, words.left, left, left - 1) !== left) continue;
    // A chunk was taken, so what the control words say stays as it is until it is done.
    try {
      if (!programs.has(control[words.module])) drain();
      const size = control[words.size];
      const run = programs.get(control[words.module])['call' + control[words.call]];
      run(control[words.table], (left - 1) * size, Math.min(left * size, control[words.count]));
    } catch (error) {
      console.error(error);
      Atomics.store(control, words.failed, 1);
    }
    Atomics.add(control, words.done, 1);
    Atomics.notify(control, words.done);
  } else if (++spins > 2000) {
    spins = 0;
    Atomics.wait(control, words.epoch, epoch);
    drain();
  }
}
`;
