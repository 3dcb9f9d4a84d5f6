/**
 * The interface every device implements. A device compiles a graph once and runs it many times; it owns its storage.
 */
import type { DType, TypedArray } from '../ir/dtype.ts';
import type { Storage } from '../ir/leaf.ts';
import type { Graph } from '../ir/node.ts';

export type DeviceName = 'native' | 'wasm' | 'reference' | 'null';

/** What one step of a program took in one run. */
export interface StepTime {
  /** For people: what it computes. */
  readonly name: string;
  readonly ms: number;
  /** Rough operations on numbers; 0 where nobody counted. */
  readonly operations: number;
  /** Bytes of the buffers it touches, each once. */
  readonly bytes: number;
  /** The lines of the user's that asked for it, `file:line:column`, where that was recorded. */
  readonly lines: readonly string[];
}

/** What a machine can do at most, on all the threads of a device, measured. */
export interface Peaks {
  /** Multiplications and additions of f32 on registers, a second. */
  readonly flops: number;
  /** Bytes read and written by an addition of arrays that no cache holds, a second. */
  readonly bytes: number;
}

/** A compiled graph. */
export interface Executable {
  /** Output i may be given the very storage of input inPlace.get(i) in `run`. */
  readonly inPlace: ReadonlyMap<number, number>;
  /** Computes every output from the inputs. Storages are of this device, sizes and dtypes as in the graph. */
  run(inputs: readonly Storage[], outputs: readonly Storage[]): void;
  /** As run, every step timed on its own, in the order they ran. Slower than run; absent where a device cannot. */
  runTimed?(inputs: readonly Storage[], outputs: readonly Storage[]): readonly StepTime[];
  /** The stages it was made through, as text, for `inspect`: graph, kernels, schedule, plan, code, as far as it has them. Rendered when asked. */
  stages(): readonly { readonly title: string; readonly text: string }[];
}

export interface Device {
  readonly name: DeviceName;
  /** For people: `native (avx512)`. */
  readonly description: string;
  compile(graph: Graph): Executable;
  /** Measured when it is first asked for; absent where a device cannot. */
  peaks?(): Peaks;
  /** Uninitialised storage. */
  allocate(dtype: DType, size: number): Storage;
  /** Storage holding these values; may take over the array without copying when `values` is not used again by the caller. */
  store(dtype: DType, values: TypedArray): Storage;
}
