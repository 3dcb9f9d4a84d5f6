/** Who takes part: our devices and the peers, each as the command that starts it. */

import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ChildCommand } from './child.ts';

const peers = fileURLToPath(new URL('../peers/', import.meta.url));

/** Our devices, by the name the table shows. */
export const ourDevices: readonly string[] = ['native', 'wasm'];

/** Every contender: ours first, then the peers. @example roster().map(({ name }) => name) */
export function roster(): readonly ChildCommand[] {
  const python = process.env['FATHOM_BENCH_PYTHON'] ?? 'python3';
  return [
    ...ourDevices.map((device) => node(device, 'fathom.ts', device)),
    { name: 'pytorch', program: python, args: [path.join(peers, 'pytorch.py')] },
    { name: 'pytorch-compile', program: python, args: [path.join(peers, 'pytorch.py'), 'compile'] },
    node('onnxruntime', 'onnxruntime.mjs'),
    node('tfjs-wasm', 'tfjs.mjs', 'wasm'),
    node('tfjs-cpu', 'tfjs.mjs', 'cpu'),
    node('jax-js-wasm', 'jaxjs.mjs'),
  ];
}

/** A Node child with this process's loader flags, so that it reads TypeScript whenever we do. */
function node(name: string, file: string, ...args: readonly string[]): ChildCommand {
  return { name, program: process.execPath, args: [...process.execArgv, path.join(peers, file), ...args] };
}
