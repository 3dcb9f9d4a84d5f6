/**
 * What the scheduler must know of a machine. One value per device tier; no code.
 */
export interface Target {
  readonly name: string;
  /** f32 elements in a vector register; nests with f64 use half. */
  readonly lanes: number;
  /** Vector registers a tile may fill (accumulators, operands and temporaries together). */
  readonly registers: number;
  /** A vector operand can be one element broadcast from memory at no cost. */
  readonly broadcastsFromMemory: boolean;
  /** Threads a parallel nest may run on. */
  readonly threads: number;
  /** Nests with less work than this, in elements and operations, are not worth waking a thread for: about 10 µs. */
  readonly parallelWork: number;
}

/** What fits the machines that were measured. */
export const parallelWork = 1_000_000;
