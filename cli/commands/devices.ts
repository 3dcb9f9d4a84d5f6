/**
 * `fathom devices`: what can compute here, and which one is used without a choice.
 */
import { availableParallelism } from 'node:os';
import { currentDevice, device, DeviceError, type DeviceName } from '../../src/index.ts';
import { columns, type Command } from '../command.ts';

const names: readonly DeviceName[] = ['native', 'wasm', 'reference'];

export const devices: Command = {
  name: 'devices',
  takes: [],
  about: 'Lists the devices, whether each works here, and why not.',
  examples: ['fathom devices', 'FATHOM_DEVICE=wasm fathom devices --json'],
  run() {
    const chosen = currentDevice();
    const found = names.map((name) => {
      try {
        return { name, works: true, isChosen: name === chosen.name, description: device(name).description };
      } catch (error) {
        if (!(error instanceof DeviceError)) throw error;
        return { name, works: false, isChosen: false, description: error.message };
      } finally {
        device(chosen.name);
      }
    });
    const rows = found.map((one) => [
      one.isChosen ? '*' : ' ',
      one.name,
      one.works ? 'works' : 'absent',
      one.description,
    ]);
    const cores = availableParallelism();
    return { text: `${columns(rows)}\n\n* is in use; ${cores} cores`, data: { devices: found, cores } };
  },
};
