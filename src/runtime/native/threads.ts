/**
 * The worker threads of the native device: created once, by the operating system's own call, with emitted code as their body.
 * They belong to no event loop and keep no process alive.
 */
import { DeviceError } from '../../base/errors.ts';
import {
  darwinParking,
  emitPool,
  linuxParking,
  type Parking,
  poolStateBytes,
  windowsParking,
} from '../../emit/x64/pool.ts';
import { type ForeignLibrary, functionAt, openLibrary, viewAt } from './ffi.ts';
import { allocateCodePages, allocatePages, writeCode } from './memory.ts';

export interface ThreadPool {
  /** Of `parallel for`, for programs. */
  readonly address: bigint;
  /** The caller's own included. */
  readonly threads: number;
  /** Ends the workers. The pool must not be used again. */
  stop(): void;
}

const MAX_THREADS = 16;

/** FATHOM_THREADS, or what the machine offers up to 16. @throws DeviceError if it is no positive integer */
export function threadCount(asked = process.env['FATHOM_THREADS']): number {
  if (asked === undefined || asked === '')
    return Math.min(MAX_THREADS, process.getBuiltinModule('node:os').availableParallelism());
  const count = Number(asked);
  if (!Number.isInteger(count) || count < 1)
    throw new DeviceError(`FATHOM_THREADS: expected a positive integer. Received: ${asked}`);
  return Math.min(count, 256);
}

interface System {
  readonly parking: Parking;
  /** Starts a thread that calls `start(state)`; true on success. */
  readonly spawn: (start: bigint, state: bigint) => boolean;
}

function system(): System {
  switch (process.platform) {
    case 'linux':
      return { parking: linuxParking, spawn: posixSpawn(openLibrary(null)) };
    case 'darwin': {
      const library = openLibrary(null);
      const parking = darwinParking({
        wait: symbol(library, '__ulock_wait'),
        wake: symbol(library, '__ulock_wake'),
        yield: symbol(library, 'sched_yield'),
      });
      return { parking, spawn: posixSpawn(library) };
    }
    case 'win32': {
      const kernel = openLibrary('kernel32.dll');
      const module = toAddress(kernel.func('intptr_t __stdcall GetModuleHandleA(const char*)')('kernelbase.dll'));
      const find = kernel.func('intptr_t __stdcall GetProcAddress(uint64_t, const char*)');
      const parking = windowsParking({
        wait: toAddress(find(module, 'WaitOnAddress')),
        wake: toAddress(find(module, 'WakeByAddressAll')),
        yield: toAddress(find(module, 'SwitchToThread')),
      });
      const create = kernel.func('intptr_t __stdcall CreateThread(void*, size_t, uint64_t, uint64_t, uint32_t, void*)');
      return { parking, spawn: (start, state) => toAddress(create(null, 0, start, state, 0, null)) !== 0n };
    }
    default:
      throw new DeviceError(`the native device does not know the threads of ${process.platform}`);
  }
}

function symbol(library: ForeignLibrary, name: string): bigint {
  return toAddress(library.func('intptr_t dlsym(intptr_t, const char*)')(RTLD_DEFAULT, name));
}

/** macOS's handle for "wherever it is". */
const RTLD_DEFAULT = -2;

function toAddress(value: unknown): bigint {
  return typeof value === 'bigint' ? value : BigInt(Number(value));
}

function posixSpawn(library: ForeignLibrary): System['spawn'] {
  const create = library.func('int pthread_create(uint64_t, void*, uint64_t, uint64_t)');
  const detach = library.func('int pthread_detach(uint64_t)');
  const handle = allocatePages(8);
  return (start, state) => {
    if (create(handle, null, start, state) !== 0) return false;
    detach(new BigUint64Array(viewAt(handle, 8))[0] ?? 0n);
    return true;
  };
}

/** Starts `threads` − 1 workers. @throws DeviceError if the system refuses the first */
export function startThreads(threads: number): ThreadPool {
  const { parking, spawn } = system();
  const state = allocatePages(poolStateBytes);
  const { code, worker, parallelFor, stop } = emitPool(state, parking);
  const pages = allocateCodePages(code.length);
  writeCode(pages, code.length, 0, code);
  let started = 1;
  while (started < threads && spawn(pages + BigInt(worker), state)) started++;
  if (started === 1) throw new DeviceError('the operating system starts no threads; set FATHOM_THREADS=1');
  const stopWorkers = functionAt(pages + BigInt(stop), ['uint64_t']);
  return { address: pages + BigInt(parallelFor), threads: started, stop: () => void stopWorkers(state) };
}
