import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { DeviceError } from '../base/errors.ts';
import type { Device } from './device.ts';
import { nullDevice } from './null/index.ts';

/** A registry that has made no choice yet, in a process whose FATHOM_DEVICE is `asked`. */
async function fresh(asked = ''): Promise<typeof import('./registry.ts')> {
  vi.resetModules();
  vi.stubEnv('FATHOM_DEVICE', asked);
  return import('./registry.ts');
}

const fake = (): Device => ({ ...nullDevice(), description: 'fake' });

/** A loader that refuses, with an error of the registry's own copy of the class. */
async function refusing(message: string): Promise<() => never> {
  const errors = await import('../base/errors.ts');
  return () => {
    throw new errors.DeviceError(message);
  };
}

beforeEach(() => void vi.resetModules());
afterEach(() => void vi.unstubAllEnvs());

it('takes the device that FATHOM_DEVICE names', async () => {
  const { currentDevice } = await fresh('null');
  expect(currentDevice().name).toBe('null');
});

it('changes the device in use, and without a name returns it', async () => {
  const { currentDevice, device } = await fresh('null');
  const chosen = device('reference');
  expect(chosen.name).toBe('reference');
  expect(device()).toBe(chosen);
  expect(currentDevice()).toBe(chosen);
});

it('prefers native to wasm', async () => {
  const { currentDevice, register } = await fresh();
  const [native, wasm] = [fake(), fake()];
  register('native', () => native);
  register('wasm', () => wasm);
  expect(currentDevice()).toBe(native);
});

it('takes wasm where native says that it cannot work', async () => {
  const { currentDevice, register } = await fresh();
  const wasm = fake();
  register('native', await refusing('native: koffi could not be loaded'));
  register('wasm', () => wasm);
  expect(currentDevice()).toBe(wasm);
});

it('loads a device once, and only when it is chosen', async () => {
  const { device, register } = await fresh('null');
  let loads = 0;
  register('wasm', () => {
    loads++;
    return fake();
  });
  expect(loads).toBe(0);
  expect(device('wasm')).toBe(device('wasm'));
  expect(loads).toBe(1);
});

it('lists the devices and their needs for a name that does not exist', async () => {
  const { currentDevice, register } = await fresh('cuda');
  register('native', fake, 'x86-64 Linux');
  expect(() => currentDevice()).toThrow(
    /^FATHOM_DEVICE: 'cuda' does not exist; choose .*native \(needs x86-64 Linux\).*$/,
  );
  expect(() => currentDevice()).toThrow(/reference.* null/);
});

it('says why a device that was asked for does not work', async () => {
  const { device, register } = await fresh('null');
  register('native', await refusing('koffi could not be loaded: no such file'));
  expect(() => device('native')).toThrow(
    /^device: 'native' does not work here: koffi could not be loaded: no such file; choose /,
  );
  register('wasm', () => undefined, 'WebAssembly SIMD');
  expect(() => device('wasm')).toThrow(/^device: 'wasm' does not work here: it needs WebAssembly SIMD; choose /);
  expect(device().name).toBe('null');
});

it('throws a DeviceError', async () => {
  const { currentDevice } = await fresh('cuda');
  const error: unknown = await Promise.resolve()
    .then(currentDevice)
    .catch((caught: unknown) => caught);
  expect(error).toMatchObject({ name: new DeviceError('').name });
});

it('does not take a bug in a device for its absence', async () => {
  const { currentDevice, register } = await fresh();
  register('native', () => {
    throw new TypeError('bug');
  });
  expect(() => currentDevice()).toThrow(TypeError);
});
