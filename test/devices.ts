/**
 * The devices that the tests of operations run on: every one of these that loads here. FATHOM_TEST_DEVICES names others.
 */
import { DeviceError } from '../src/base/errors.ts';
import type { Device, DeviceName } from '../src/runtime/device.ts';
import { NativeDevice, nativeDevice } from '../src/runtime/native/device.ts';
import { currentDevice, device } from '../src/runtime/registry.ts';
import { wasmDevice } from '../src/runtime/wasm/index.ts';

/** Names of the devices under test; the reference settles what is right. */
export const testDevices: readonly DeviceName[] = (
  process.env['FATHOM_TEST_DEVICES']?.split(',') ?? ['reference', 'native', 'wasm']
)
  .filter(isDeviceName)
  .filter(loads);

/**
 * Every way a graph can be made into code here: the native device at its best tier and at AVX2, and WebAssembly, on one thread; and the native
 * device with every loop that can be split among threads in pieces.
 */
export const compilers: readonly { readonly label: string; readonly device: Device }[] = [
  () => (isNativeHere() ? new NativeDevice(1) : undefined),
  () => (isNativeHere() ? new NativeDevice(1, 'avx2') : undefined),
  () => wasmDevice({ threads: 1 }),
  // Small sizes, too, are run in pieces by several threads.
  () => (isNativeHere() ? new NativeDevice(3, undefined, 1) : undefined),
]
  .map((load) => attempt(load))
  .filter((one) => one !== undefined)
  .map((one) => ({
    label: `${one.description}${one instanceof NativeDevice && one.target.threads > 1 ? ', in pieces' : ''}`,
    device: one,
  }));

function isNativeHere(): boolean {
  return attempt(nativeDevice) !== undefined;
}

function attempt(load: () => Device | undefined): Device | undefined {
  try {
    return load();
  } catch (error) {
    if (error instanceof DeviceError) return undefined;
    throw error;
  }
}

function isDeviceName(name: string): name is DeviceName {
  return ['native', 'wasm', 'reference', 'null'].includes(name);
}

/** Whether the device works on this machine; leaves the chosen one as it was. */
function loads(name: DeviceName): boolean {
  const before = currentDevice();
  try {
    device(name);
    return true;
  } catch (error) {
    if (error instanceof DeviceError) return false;
    throw error;
  } finally {
    device(before.name);
  }
}
