/**
 * Which devices there are, and which one is in use. A device is loaded when it is first chosen: by name, by the environment variable
 * FATHOM_DEVICE, or by default the fastest that loads here.
 */
import { DeviceError, raise } from '../base/errors.ts';
import type { Device, DeviceName } from './device.ts';
import { nativeDevice } from './native/device.ts';
import { nullDevice } from './null/index.ts';
import { referenceDevice } from './reference/index.ts';
import { wasmDevice } from './wasm/index.ts';

interface Entry {
  /** What the device needs of the machine, for messages; empty for nothing. */
  readonly needs: string;
  /** Throws a DeviceError that says why, or returns undefined, where the device cannot work. */
  readonly load: () => Device | undefined;
}

/** THE list of devices. A new one is a line here, after its name in device.ts. */
const entries: Record<DeviceName, Entry> = {
  native: { needs: 'x86-64 Linux and koffi', load: nativeDevice },
  wasm: { needs: 'WebAssembly SIMD', load: () => wasmDevice() },
  reference: { needs: '', load: () => referenceDevice },
  null: { needs: '', load: () => nullDevice() },
};

/** Without a choice the first of these that loads is used. */
const preferred: readonly DeviceName[] = ['native', 'wasm', 'reference'];

const table = new Map<string, Entry>(Object.entries(entries));
const loaded = new Map<string, Device>();
let current: Device | undefined;

/** Adds a device, or puts another in place of one; it is loaded when first chosen. @example register('null', () => nullDevice(target)) */
export function register(name: DeviceName, load: Entry['load'], needs = ''): void {
  table.set(name, { needs, load });
  if (current !== undefined && current === loaded.get(name)) current = undefined;
  loaded.delete(name);
}

/** The device in use; the first call makes the choice. @throws DeviceError if FATHOM_DEVICE names one that does not exist or work here */
export function currentDevice(): Device {
  return (current ??= choose());
}

/**
 * Uses the named device from here on; without a name, only returns the one in use.
 * @throws DeviceError if it does not exist, or does not work here   @example device('wasm').description
 */
export function device(name?: DeviceName): Device {
  if (name !== undefined) current = load('device', name);
  return currentDevice();
}

function choose(): Device {
  const asked = globalThis.process?.env?.['FATHOM_DEVICE'];
  if (asked) return load('FATHOM_DEVICE', asked);
  const reasons: string[] = [];
  for (const name of preferred.filter((one) => table.has(one))) {
    try {
      return load('device', name);
    } catch (error) {
      // A device that says why it cannot work here is passed over; any other error is a bug and must be seen.
      if (!(error instanceof DeviceError)) throw error;
      reasons.push(error.message);
    }
  }
  return raise(new DeviceError(`device: none works here. ${reasons.join('. ')}`));
}

function load(asker: string, name: string): Device {
  const known = loaded.get(name);
  if (known !== undefined) return known;
  const entry = table.get(name);
  if (entry === undefined) return raise(new DeviceError(`${asker}: '${name}' does not exist; choose ${listNames()}`));
  const device = attempt(asker, name, entry);
  loaded.set(name, device);
  return device;
}

function attempt(asker: string, name: string, entry: Entry): Device {
  let reason = entry.needs === '' ? 'it is not available' : `it needs ${entry.needs}`;
  try {
    const device = entry.load();
    if (device !== undefined) return device;
  } catch (error) {
    if (!(error instanceof DeviceError)) throw error;
    reason = error.message;
  }
  return raise(new DeviceError(`${asker}: '${name}' does not work here: ${reason}; choose ${listNames(name)}`));
}

/** `native (needs x86-64 Linux and koffi), wasm, reference or null`. */
function listNames(except?: string): string {
  const names = [...table]
    .filter(([name]) => name !== except)
    .map(([name, { needs }]) => (needs === '' ? name : `${name} (needs ${needs})`));
  return [names.slice(0, -1).join(', '), names.at(-1)].filter(Boolean).join(' or ');
}
