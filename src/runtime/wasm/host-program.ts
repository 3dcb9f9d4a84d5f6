/**
 * Routines of our own in WebAssembly for algorithms that run on the host, over one memory that they share and threads that help.
 * No device is involved: what a caller reserves is its own until it returns, and the memory is kept for the next one.
 */
import { encodeModule, maximumPages } from '../../emit/wasm/module.ts';
import type { FunctionBuilder } from '../../emit/wasm/function.ts';
import { hasSimd } from './features.ts';
import { type Crew, defaultThreads, hireCrew } from './threads.ts';

const pageBytes = 65536;

/** The first bytes are for what threads share. */
export const hostStart = 1024;

interface Host {
  readonly memory: WebAssembly.Memory;
  readonly crew: Crew | undefined;
}

type Split = (table: number, begin: number, end: number) => void;

let host: Host | undefined;

/** The memory and its threads, made at first use; undefined where there is no SIMD, or no memory to be had. */
function hostFor(bytes: number): Host | undefined {
  if (!hasSimd() || bytes > maximumPages * pageBytes) return undefined;
  const threads = defaultThreads();
  try {
    if (host === undefined) {
      const memory = new WebAssembly.Memory({ initial: 1, maximum: maximumPages, shared: threads > 1 });
      host = { memory, crew: hireCrew(memory, threads) };
    }
    const missing = Math.ceil((bytes - host.memory.buffer.byteLength) / pageBytes);
    if (missing > 0) host.memory.grow(missing);
    return host;
  } catch {
    // Neither is an error here: the caller has a slower way.
    return undefined;
  }
}

/** Functions (table, begin, end) over a memory, whose iterations are shared among threads. */
export class HostProgram {
  readonly #memory: WebAssembly.Memory;
  readonly #crew: Crew | undefined;
  readonly #id: number;
  readonly #calls: readonly Split[];

  private constructor({ memory, crew }: Host, functions: readonly FunctionBuilder[]) {
    const bytes = encodeModule({
      isShared: crew !== undefined || isShared(memory),
      functions,
      exports: new Map(functions.map((_, k) => [`call${k}`, k])),
    });
    const module = new WebAssembly.Module(bytes);
    const { exports } = new WebAssembly.Instance(module, { fathom: { memory } });
    this.#memory = memory;
    this.#crew = crew;
    this.#id = crew?.add(module) ?? 0;
    this.#calls = functions.map((_, k) => exports[`call${k}`] as Split);
  }

  /** @param bytes of memory that the functions may use, `hostStart` included @returns undefined where this cannot be had */
  static make(functions: readonly FunctionBuilder[], bytes: number): HostProgram | undefined {
    const found = hostFor(bytes);
    return found && new HostProgram(found, functions);
  }

  /** The whole memory. */
  get buffer(): ArrayBufferLike {
    return this.#memory.buffer;
  }

  /** Runs iterations 0 … count − 1 of a function; they may run at the same time. @param table what it gets first */
  run(index: number, table: number, count: number): void {
    const call = this.#calls[index]!;
    if (this.#crew === undefined || count === 1) call(table, 0, count);
    else this.#crew.split(this.#id, { kind: 'parallel', name: `call${index}`, count, work: 0 }, call, table);
  }

  /** Lets threads forget the functions. */
  dismiss(): void {
    this.#crew?.remove(this.#id);
  }
}

function isShared({ buffer }: WebAssembly.Memory): boolean {
  return typeof SharedArrayBuffer === 'function' && buffer instanceof SharedArrayBuffer;
}
