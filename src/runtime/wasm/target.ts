/**
 * What the scheduler is told of a WebAssembly machine.
 */
import { parallelWork, type Target } from '../../schedule/target.ts';

/** 128-bit vectors, and what V8 leaves of 16 registers: the best product tile is 4 rows by 8 columns, 8 sums in registers. */
export function wasmTarget({ relaxed, threads }: { readonly relaxed: boolean; readonly threads: number }): Target {
  return {
    name: relaxed ? 'wasm-relaxed-simd' : 'wasm-simd',
    lanes: 4,
    registers: 15,
    broadcastsFromMemory: false,
    threads,
    parallelWork,
  };
}
