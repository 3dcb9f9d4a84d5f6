/**
 * Pages from the operating system: for data, and for code that is written once and then only executed.
 */
import { DeviceError } from '../../base/errors.ts';
import { openLibrary, viewAt } from './ffi.ts';

/** Pages by operating system. Sizes are multiples of `pageBytes`. */
interface PageSource {
  /** Readable and writable, zeroed. 0n if there is no memory left. */
  readonly allocate: (bytes: number) => bigint;
  /** Readable and writable, to become code. 0n if there is no memory left. */
  readonly allocateCode: (bytes: number) => bigint;
  /** Between the calls the pages can be written; after `seal` they can be executed. True on success. */
  readonly unseal: (address: bigint, bytes: number) => boolean;
  readonly seal: (address: bigint, bytes: number) => boolean;
  readonly free: (address: bigint, bytes: number) => void;
  /** Asks for large pages where memory of somebody else's has not been touched yet. */
  readonly advise: ((address: number, bytes: number) => void) | undefined;
  /** Has the system find the pages now, on another thread, instead of at their first use. */
  readonly populate?: (address: bigint, bytes: number) => void;
}

export const pageBytes = 16384;

/** Bytes of a large page of x86-64, and the advice to use them and to find them at once (Linux 5.14; an error before). */
const HUGE_PAGE = 1 << 21,
  MADV_HUGEPAGE = 14,
  MADV_POPULATE_WRITE = 23;

const READ = 1,
  WRITE = 2,
  EXECUTE = 4;

function posix(library: string | null, flags: number, codeFlags: number, protectsPages: boolean): PageSource {
  const libc = openLibrary(library);
  const mmap = libc.func('intptr_t mmap(void*, size_t, int, int, int, int64_t)');
  const mprotect = libc.func('int mprotect(void*, size_t, int)');
  const munmap = libc.func('int munmap(void*, size_t)');
  const advise = flags === LINUX_FLAGS ? libc.func('int madvise(intptr_t, size_t, int)') : undefined;
  const map = (bytes: number, protection: number, kind: number): bigint => {
    const address = toAddress(mmap(null, bytes, protection, kind, -1, 0));
    return address === -1n ? 0n : address;
  };
  // macOS allows one thread at a time to write all MAP_JIT pages instead of changing the pages' protection.
  const jitWrite = protectsPages ? undefined : libc.func('void pthread_jit_write_protect_np(int)');
  const protect = (address: bigint, bytes: number, protection: number): boolean => {
    if (jitWrite === undefined) return mprotect(address, bytes, protection) === 0;
    jitWrite((protection & EXECUTE) === 0 ? 0 : 1);
    return true;
  };
  return {
    allocate: (bytes) => {
      const address = map(bytes, READ | WRITE, flags);
      // Fewer and larger pages where the system has them; where it has not, this does nothing.
      if (address !== 0n && advise !== undefined && bytes >= HUGE_PAGE) advise(address, bytes, MADV_HUGEPAGE);
      return address;
    },
    allocateCode: (bytes) => map(bytes, protectsPages ? READ | WRITE : READ | WRITE | EXECUTE, codeFlags),
    unseal: (address, bytes) => protect(address, bytes, READ | WRITE),
    seal: (address, bytes) => protect(address, bytes, READ | EXECUTE),
    free: (address, bytes) => void munmap(address, bytes),
    advise: advise && ((address, bytes) => void advise(address, bytes, MADV_HUGEPAGE)),
    populate: (address, bytes) => advise?.async(address, bytes, MADV_POPULATE_WRITE, () => undefined),
  };
}

function windows(): PageSource {
  const kernel = openLibrary('kernel32.dll');
  const virtualAlloc = kernel.func('intptr_t __stdcall VirtualAlloc(void*, size_t, uint32_t, uint32_t)');
  const virtualProtect = kernel.func('int __stdcall VirtualProtect(void*, size_t, uint32_t, uint64_t)');
  const virtualFree = kernel.func('int __stdcall VirtualFree(void*, size_t, uint32_t)');
  const COMMIT_AND_RESERVE = 0x3000,
    PAGE_READWRITE = 0x04,
    PAGE_EXECUTE_READ = 0x20,
    RELEASE = 0x8000;
  const allocate = (bytes: number): bigint => toAddress(virtualAlloc(null, bytes, COMMIT_AND_RESERVE, PAGE_READWRITE));
  // VirtualProtect insists on a place for the old protection.
  const old = allocate(pageBytes);
  return {
    allocate,
    allocateCode: allocate,
    unseal: (address, bytes) => virtualProtect(address, bytes, PAGE_READWRITE, old) !== 0,
    seal: (address, bytes) => virtualProtect(address, bytes, PAGE_EXECUTE_READ, old) !== 0,
    free: (address) => void virtualFree(address, 0, RELEASE),
    advise: undefined,
  };
}

function toAddress(value: unknown): bigint {
  return typeof value === 'bigint' ? value : BigInt(Number(value));
}

/** mmap's MAP_PRIVATE | MAP_ANONYMOUS, and macOS's MAP_JIT. */
const LINUX_FLAGS = 0x22,
  DARWIN_FLAGS = 0x1002,
  DARWIN_JIT = 0x0800;

let source: PageSource | undefined;

function pages(): PageSource {
  source ??= openPages();
  return source;
}

function openPages(): PageSource {
  switch (process.platform) {
    case 'linux':
      return posix(null, LINUX_FLAGS, LINUX_FLAGS, true);
    case 'darwin':
      return posix(null, DARWIN_FLAGS, DARWIN_FLAGS | DARWIN_JIT, false);
    case 'win32':
      return windows();
    default:
      throw new DeviceError(
        `the native device does not know ${process.platform}: it runs on Linux, macOS and Windows. Use the wasm device`,
      );
  }
}

function wholePages(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / pageBytes)) * pageBytes;
}

/**
 * Zeroed memory outside the JavaScript heap, all of it about to be used: what is large is made ready while the caller goes on.
 * @throws DeviceError if there is none left
 */
export function allocatePages(bytes: number): bigint {
  const address = pages().allocate(wholePages(bytes));
  if (address === 0n)
    throw new DeviceError(`the operating system has no ${bytes} bytes for intermediates; use a smaller batch`);
  if (bytes >= HUGE_PAGE) pages().populate?.(address, wholePages(bytes));
  return address;
}

export function freePages(address: bigint, bytes: number): void {
  pages().free(address, wholePages(bytes));
}

/** Has the whole large pages of a piece of memory, if there are any, be such pages. */
export function useLargePages(address: number, bytes: number): void {
  const from = Math.ceil(address / HUGE_PAGE) * HUGE_PAGE;
  const to = Math.floor((address + bytes) / HUGE_PAGE) * HUGE_PAGE;
  if (to > from) pages().advise?.(from, to - from);
}

/** Of glibc: for how many large pieces malloc may map pages of their own, and how much freed memory at the end of its heap it keeps. */
const M_MMAP_MAX = -4,
  M_TRIM_THRESHOLD = -1,
  MOST_KEPT = 256 << 20;

let isKept = false;

/**
 * Has the C library keep what is freed for the next who asks. Results of programs are such memory: freed by the garbage collector, several
 * at once, wanted again a moment later. glibc gives it back to the system otherwise, and every page of it would be a fault and zeros.
 */
export function keepFreedMemory(): void {
  if (isKept) return;
  isKept = true;
  if (process.platform !== 'linux') return;
  try {
    const mallopt = openLibrary(null).func('int mallopt(int, int)');
    mallopt(M_MMAP_MAX, 0);
    mallopt(M_TRIM_THRESHOLD, MOST_KEPT);
  } catch {
    // Another C library, with its own ways.
  }
}

/** Pages for code. @throws DeviceError if there are none left */
export function allocateCodePages(bytes: number): bigint {
  const address = pages().allocateCode(wholePages(bytes));
  if (address === 0n) throw new DeviceError(`the operating system has no ${bytes} bytes for machine code`);
  return address;
}

/** Copies code into pages of `allocateCodePages` (the whole allocation is `bytes` long) and makes them executable. */
export function writeCode(pagesAddress: bigint, bytes: number, offset: number, code: Uint8Array): void {
  const whole = wholePages(bytes);
  if (!pages().unseal(pagesAddress, whole))
    throw new DeviceError('the operating system does not let code pages be written');
  new Uint8Array(viewAt(pagesAddress + BigInt(offset), code.length)).set(code);
  if (!pages().seal(pagesAddress, whole)) {
    throw new DeviceError(
      'the operating system does not allow emitted code to run (a hardened kernel or container?). Use the wasm device',
    );
  }
}
