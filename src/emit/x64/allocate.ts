/**
 * Register allocation over linear positions: which intervals share which register. It knows nothing of instructions.
 * Linear scan uses as few registers as possible; if they do not suffice, the heaviest intervals get one first and the others are spilled.
 */

/** A value's lifetime, both ends included. */
export interface Interval {
  readonly key: number;
  readonly start: number;
  readonly end: number;
  /** What a spill would cost; Infinity: must have a register. */
  readonly weight: number;
  /** Keys whose register this one would like to have, best first. */
  readonly hints: readonly number[];
}

export interface Assignment {
  readonly registers: ReadonlyMap<number, number>;
  readonly spilled: readonly number[];
}

/** @param available register numbers, best first */
export function allocate(intervals: readonly Interval[], available: readonly number[]): Assignment {
  const registers = linearScan(intervals, available);
  return registers === undefined ? byWeight(intervals, available) : { registers, spilled: [] };
}

/** Hot: runs for every nest. A register is free for an interval if the last one it was given to has ended. */
function linearScan(
  intervals: readonly Interval[],
  available: readonly number[],
): ReadonlyMap<number, number> | undefined {
  const ordered = intervals.slice().sort((a, b) => a.start - b.start || b.end - a.end);
  const registers = new Map<number, number>();
  const busyUntil: number[] = [];
  for (const register of available) busyUntil[register] = -1;
  for (const { key, start, end, hints } of ordered) {
    let chosen = -1;
    for (let i = 0; i < hints.length && chosen < 0; i++) {
      const hinted = registers.get(hints[i]!);
      if (hinted !== undefined && busyUntil[hinted]! < start) chosen = hinted;
    }
    for (let i = 0; i < available.length && chosen < 0; i++)
      if (busyUntil[available[i]!]! < start) chosen = available[i]!;
    if (chosen < 0) return undefined;
    busyUntil[chosen] = end;
    registers.set(key, chosen);
  }
  return registers;
}

function byWeight(intervals: readonly Interval[], available: readonly number[]): Assignment {
  const occupancy = new Occupancy();
  const registers = new Map<number, number>();
  const spilled: number[] = [];
  for (const { key, start, end, weight, hints } of intervals
    .slice()
    .sort((a, b) => b.weight - a.weight || a.start - b.start)) {
    const hinted = hints.flatMap((hint) => registers.get(hint) ?? []);
    const register = [...hinted, ...available].find((candidate) => occupancy.isFree(candidate, start, end));
    if (register !== undefined) {
      registers.set(key, register);
      occupancy.take(register, start, end);
    } else if (weight === Infinity)
      throw new Error(`bug: ${available.length} registers do not hold the operands of one statement`);
    else spilled.push(key);
  }
  return { registers, spilled };
}

/** When each register is in use. */
export class Occupancy {
  private readonly ranges = new Map<number, { start: number; end: number }[]>();

  take(register: number, start: number, end: number): void {
    const ranges = this.ranges.get(register);
    if (ranges === undefined) this.ranges.set(register, [{ start, end }]);
    else ranges.push({ start, end });
  }

  isFree(register: number, start: number, end: number): boolean {
    return (this.ranges.get(register) ?? []).every((range) => range.end < start || end < range.start);
  }
}
