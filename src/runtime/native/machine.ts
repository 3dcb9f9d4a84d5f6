/**
 * The native device as the machine of routines: nests over arrays of the host, compiled as programs that need no arena, since the
 * arena is in use by the program whose routine asks.
 */
import type { Nest } from '../../kernel/nest.ts';
import type { Machine } from '../../kernel/routines/index.ts';
import type { NativeDevice } from './device.ts';
import { NativeStorage } from './storage.ts';

export class NativeMachine implements Machine {
  readonly lanes: number;
  private readonly device: NativeDevice;

  constructor(device: NativeDevice) {
    this.device = device;
    this.lanes = device.target.lanes / 2;
  }

  allocate(size: number): Float64Array<ArrayBuffer> {
    const values = NativeStorage.allocate('float64', size).read();
    if (!(values instanceof Float64Array)) throw new Error('bug: float64 is not held in a Float64Array');
    return values.fill(0);
  }

  prepare(nest: Nest, sizes: readonly number[]): (...arrays: readonly Float64Array<ArrayBuffer>[]) => void {
    const program = this.device.load({
      buffers: sizes.map((size, index) => ({ dtype: 'float64', size, home: { kind: 'input', index } })),
      steps: [{ kind: 'nest', nest, bindings: sizes.map((_, i) => i) }],
      arenaBytes: 0,
      inPlace: new Map(),
    });
    return (...arrays) => {
      const storages = arrays.map((array) => NativeStorage.of('float64', array));
      if (storages.some((storage, i) => storage.read() !== arrays[i]))
        throw new Error('bug: an array of a routine does not begin at a whole vector');
      program.run(storages, []);
    };
  }
}
