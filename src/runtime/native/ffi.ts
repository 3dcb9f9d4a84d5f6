/**
 * The one file that touches the foreign-function package: optional, loaded when first asked for.
 */
import { DeviceError } from '../../base/errors.ts';

/** What is used of koffi. */
export interface ForeignLibrary {
  func(definition: string): ForeignFunction;
}

type Argument = bigint | number | string | null;

export interface ForeignFunction {
  (...args: readonly Argument[]): unknown;
  /** The same call on another thread; the callback comes last. */
  async(...args: readonly (Argument | ((error: unknown, result: unknown) => void))[]): void;
}

interface Koffi {
  load(path: string | null): ForeignLibrary;
  proto(result: string, parameters: readonly string[]): object;
  decode(address: bigint, type: object): ForeignFunction;
  address(value: ArrayBuffer): bigint;
  view(address: bigint, bytes: number): ArrayBuffer;
}

let loaded: Koffi | DeviceError | undefined;

function koffi(): Koffi {
  loaded ??= tryLoad();
  if (loaded instanceof Error) throw loaded;
  return loaded;
}

function tryLoad(): Koffi | DeviceError {
  try {
    // Asked of the process, not imported: the same sources load in browsers, where there is no such module.
    const module = globalThis.process?.getBuiltinModule?.('node:module');
    if (module === undefined)
      return new DeviceError('the native device needs Node.js 20.16 or later. Use the wasm device');
    const library: Koffi = module.createRequire(import.meta.url)('koffi');
    return library;
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
    return new DeviceError(
      `the native device needs the optional package koffi, which does not load: ${reason}. Run npm install koffi, or use the wasm device`,
    );
  }
}

/** Why foreign calls are impossible here, or undefined if they work. */
export function foreignCallProblem(): DeviceError | undefined {
  loaded ??= tryLoad();
  return loaded instanceof Error ? loaded : undefined;
}

/** Opens a shared library; null is what the process itself has loaded. */
export function openLibrary(path: string | null): ForeignLibrary {
  return koffi().load(path);
}

/** A callable over machine code at `address` that returns nothing. @param parameters C types */
export function functionAt(address: bigint, parameters: readonly string[]): ForeignFunction {
  const library = koffi();
  const key = parameters.join();
  let type = prototypes.get(key);
  if (type === undefined) {
    type = library.proto('void', parameters);
    prototypes.set(key, type);
  }
  return library.decode(address, type);
}

const prototypes = new Map<string, object>();

/** Where the bytes of a buffer are. They stay there as long as the buffer lives. */
export function addressOf(buffer: ArrayBuffer): bigint {
  return koffi().address(buffer);
}

/** The bytes at an address as a buffer that does not own them. */
export function viewAt(address: bigint, bytes: number): ArrayBuffer {
  return koffi().view(address, bytes);
}
