/**
 * The devices that the tests of operations run on: every one of these that loads here. FATHOM_TEST_DEVICES names others.
 */
import { DeviceError } from '../src/base/errors.ts';
import type { DeviceName } from '../src/runtime/device.ts';
import { currentDevice, device } from '../src/runtime/registry.ts';

/** Names of the devices under test; the reference settles what is right. */
export const testDevices: readonly DeviceName[] = (process.env['FATHOM_TEST_DEVICES']?.split(',') ?? ['reference'])
  .filter(isDeviceName)
  .filter(loads);

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
