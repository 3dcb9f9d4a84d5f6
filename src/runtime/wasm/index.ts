/**
 * The WebAssembly device: the scheduler's plans as SIMD modules over one memory. It needs nothing but a JavaScript engine of 2023 or later.
 */
import { DeviceError, raise } from '../../base/errors.ts';
import { printStages } from '../../schedule/print.ts';
import { scheduleInStages } from '../../schedule/schedule.ts';
import type { Device } from '../device.ts';
import { hasRelaxedSimd, hasSimd } from './features.ts';
import { Heap } from './heap.ts';
import { WasmProgram } from './program.ts';
import type { WasmHost } from './program.ts';
import { Scratch } from './scratch.ts';
import { Residents, WasmStorage } from './storage.ts';
import { wasmTarget } from './target.ts';
import { defaultThreads, hireCrew } from './threads.ts';

export { wasmTarget } from './target.ts';

export interface WasmOptions {
  /** Threads that parallel steps are split between; the default is one a core in Node, one elsewhere. */
  readonly threads?: number;
  /** Use relaxed SIMD (fused multiply-add); the default is whether the engine has it. */
  readonly relaxed?: boolean;
  /** Bytes of values that may stay in the memory between runs. */
  readonly residentBytes?: number;
}

/** What programs of one device share, made ready. */
export function wasmHost({
  threads = defaultThreads(),
  relaxed = hasRelaxedSimd(),
  residentBytes = 2 ** 30,
}: WasmOptions = {}): WasmHost {
  const heap = new Heap(threads > 1);
  const crew = hireCrew(heap.memory, threads);
  const residents = new Residents(heap, residentBytes);
  const scratch = new Scratch(heap, residents);
  return { heap, residents, scratch, crew, features: { relaxed, shared: threads > 1 } };
}

/**
 * A WebAssembly device, with a memory of its own.
 * @throws DeviceError where WebAssembly has no SIMD   @example wasmDevice({ threads: 1 }).description // 'wasm (simd)'
 */
export function wasmDevice(options: WasmOptions = {}): Device {
  if (!hasSimd()) return raise(new DeviceError('wasm: this JavaScript engine has no WebAssembly SIMD'));
  const host = wasmHost(options);
  const threads = host.crew?.threads ?? 1;
  const { relaxed } = host.features;
  const target = wasmTarget({ relaxed, threads });
  return {
    name: 'wasm',
    description: `wasm (${relaxed ? 'relaxed simd' : 'simd'}${threads > 1 ? `, ${threads} threads` : ''})`,
    compile(graph) {
      const schedule = scheduleInStages(graph, target);
      const program = new WasmProgram(host, schedule.plan);
      return {
        inPlace: program.inPlace,
        run: (inputs, outputs) => program.run(inputs, outputs),
        stages: () => program.stages(printStages(graph, schedule)),
      };
    },
    allocate: (dtype, size) => new WasmStorage(host.residents, dtype, size, undefined),
    store: (dtype, values) => new WasmStorage(host.residents, dtype, values.length, values),
  };
}
