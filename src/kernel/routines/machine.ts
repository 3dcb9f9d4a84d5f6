/**
 * What a device may lend to routines: running loop nests over arrays of the host. Where there is none, plain loops do.
 */
import type { Nest } from '../nest.ts';

export interface Machine {
  /** Doubles in a vector. */
  readonly lanes: number;
  /** Zeros, where nests can reach them. */
  allocate(size: number): Float64Array<ArrayBuffer>;
  /**
   * A nest over arrays of these sizes, one for each of its slots, ready to run. Those it is called with are made by `allocate`, or begin at a
   * multiple of 8 elements of one that is.
   */
  prepare(nest: Nest, sizes: readonly number[]): (...arrays: readonly Float64Array<ArrayBuffer>[]) => void;
}
