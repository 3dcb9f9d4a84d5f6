/**
 * Programs that the host takes part in: routines between calls of emitted code, and loops around them. Buffers are found through the table that
 * the emitted code uses, too.
 */
import type { Binding } from '../../emit/x64/lower.ts';
import { dtypes, type TypedArray } from '../../ir/dtype.ts';
import type { Storage } from '../../ir/leaf.ts';
import type { Machine } from '../../kernel/routines/index.ts';
import type { LoopStep, Move, Plan, RoutineStep } from '../../schedule/plan.ts';
import { runRoutineStep } from '../routine.ts';
import type { ForeignFunction } from './ffi.ts';
import { NativeStorage } from './storage.ts';

/** Something to do in a run: a call of emitted code, a routine, or a loop that the host drives. */
export type Part = ForeignFunction | RoutineStep | { readonly loop: LoopStep; readonly body: readonly Part[] };

/** Memory that the host can see: `bytes` of a buffer from `start` on, which lie at an address. */
export interface Region {
  readonly address: number;
  readonly buffer: ArrayBuffer;
  readonly start: number;
  readonly bytes: number;
}

/** Where the buffers of a plan lie in one run. */
export class Memory {
  readonly plan: Plan;
  private readonly homes: readonly Binding[];
  private readonly table: BigUint64Array;
  private readonly regions: readonly Region[];
  /** For routines. */
  readonly machine: Machine;

  /** @param table of the emitted code: 64-bit addresses   @param storages the inputs and outputs of the run */
  constructor(
    plan: Plan,
    homes: readonly Binding[],
    table: Uint32Array<ArrayBuffer>,
    arena: Region,
    storages: readonly Storage[],
    machine: Machine,
  ) {
    this.plan = plan;
    this.machine = machine;
    this.homes = homes;
    this.table = new BigUint64Array(table.buffer);
    this.regions = [arena, ...storages.map(regionOf)];
  }

  addressOf(buffer: number): number {
    const { entry, offset } = this.homes[buffer]!;
    return Number(this.table[entry]) + offset;
  }

  point({ to, from, offset }: Move): void {
    this.table[this.homes[to]!.entry] = BigInt(this.addressOf(from) + offset);
  }

  /** A buffer's elements where they lie. There must not be two buffers of the host over one memory, so it is looked up among those that are. */
  view(buffer: number): TypedArray {
    const { dtype, size } = this.plan.buffers[buffer]!;
    const { array, bytes } = dtypes[dtype];
    if (size === 0) return new array(0);
    const address = this.addressOf(buffer);
    const region = this.regions.find(
      (one) => address >= one.address && address + size * bytes <= one.address + one.bytes,
    );
    if (region === undefined) throw new Error(`bug: buffer ${buffer} lies in no memory of the run`);
    return new array(region.buffer, region.start + address - region.address, size);
  }
}

function regionOf(storage: Storage): Region {
  if (!(storage instanceof NativeStorage)) throw new Error('bug: a storage is not of the native device');
  const { buffer, byteOffset, byteLength } = storage.read();
  return { address: storage.address, buffer, start: byteOffset, bytes: byteLength };
}

/** Is told of every call and every routine, and what it took. */
export type Watch = (part: ForeignFunction | RoutineStep, ms: number) => void;

/** @throws LinAlgError */
export function runPart(part: Part, memory: Memory, table: bigint, watch?: Watch): void {
  if (typeof part !== 'function' && 'loop' in part) {
    runLoop(part.loop, part.body, memory, table, watch);
    return;
  }
  const begin = watch === undefined ? 0 : performance.now();
  if (typeof part === 'function') part(table);
  else runRoutineStep(part, memory.plan, (buffer) => memory.view(buffer), memory.machine);
  watch?.(part, performance.now() - begin);
}

function runLoop(
  { count, test, enter, turn }: LoopStep,
  body: readonly Part[],
  memory: Memory,
  table: bigint,
  watch: Watch | undefined,
): void {
  for (const move of enter) memory.point(move);
  for (let i = 0; i < count; i++) {
    if (test !== undefined && memory.view(test)[0] === 0) return;
    for (const part of body) runPart(part, memory, table, watch);
    for (const move of turn) memory.point(move);
  }
}
