import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allocate, type Assignment, type Interval } from './allocate.ts';

const interval = (key: number, start: number, end: number, weight = 1, hints: readonly number[] = []): Interval => ({
  key,
  start,
  end,
  weight,
  hints,
});

function conflicts(intervals: readonly Interval[], { registers }: Assignment): number {
  let count = 0;
  for (const a of intervals) {
    for (const b of intervals) {
      const meet = a.key < b.key && a.start <= b.end && b.start <= a.end;
      if (meet && registers.has(a.key) && registers.get(a.key) === registers.get(b.key)) count++;
    }
  }
  return count;
}

describe('allocate', () => {
  it('gives one register to values that do not meet', () => {
    const { registers } = allocate([interval(0, 0, 3), interval(1, 4, 9), interval(2, 10, 12)], [7, 8]);
    expect([...registers.values()]).toEqual([7, 7, 7]);
  });

  it('takes the hinted register if it is free', () => {
    const { registers } = allocate([interval(0, 0, 9), interval(1, 0, 4), interval(2, 5, 9, 1, [0, 1])], [3, 4, 5]);
    expect(registers.get(2)).toBe(registers.get(1));
  });

  it('spills the lightest, and never what must have a register', () => {
    const intervals = [interval(0, 0, 9, 5), interval(1, 0, 9, 1), interval(2, 3, 4, Infinity), interval(3, 0, 9, 7)];
    const { registers, spilled } = allocate(intervals, [0, 1, 2]);
    expect(spilled).toEqual([1]);
    expect(registers.size).toBe(3);
  });

  it('values that live at once never share a register', () => {
    const some = fc.array(fc.tuple(fc.nat(40), fc.nat(10), fc.nat(9)), { maxLength: 40 });
    fc.assert(
      fc.property(some, (list) => {
        const intervals = list.map(([start, length, weight], key) =>
          interval(key, start, start + length, weight, [key - 1, key - 2]),
        );
        const assignment = allocate(intervals, [1, 2, 3, 4]);
        expect(conflicts(intervals, assignment)).toBe(0);
        expect(assignment.registers.size + assignment.spilled.length).toBe(intervals.length);
      }),
      { seed: 3 },
    );
  });

  it('spills nothing where as many registers are there as values live at once', () => {
    const some = fc.array(fc.tuple(fc.nat(40), fc.nat(10)), { maxLength: 40 });
    fc.assert(
      fc.property(some, (list) => {
        const intervals = list.map(([start, length], key) => interval(key, start, start + length));
        const pressure = Math.max(
          1,
          ...intervals.map(
            ({ start }) => intervals.filter((other) => other.start <= start && start <= other.end).length,
          ),
        );
        const { spilled } = allocate(
          intervals,
          Array.from({ length: pressure }, (_, i) => i),
        );
        expect(spilled).toEqual([]);
      }),
      { seed: 4 },
    );
  });
});
