/**
 * Squares of registers transposed: L registers of L lanes in, register j of what comes out has row i's
 * lane j in lane i. That takes log₂ L rounds of two-register shuffles instead of L² moves of single elements.
 */
import type { NestBuilder } from '../kernel/builder.ts';
import { lanesPerGroup, type Lane, type Register } from '../kernel/nest.ts';

type Shuffle = 'zipLow' | 'zipHigh' | 'evenGroups' | 'oddGroups';

/** A value on the way: an input, or a shuffle of two earlier ones. */
type Step =
  { readonly row: number } | { readonly op: Shuffle; readonly unit: 1 | 2; readonly a: Step; readonly b: Step };

/**
 * The first `count` columns of a square of registers, each a new register.
 * @param rows as many as the builder has lanes   @example transpose(builder, 'f32', rows, rows.length)
 */
export function transpose(builder: NestBuilder, lane: Lane, rows: readonly Register[], count: number): Register[] {
  const { steps, columns } = plan(rows.length, lanesPerGroup(lane, rows.length));
  const needed = new Set<Step>();
  const need = (step: Step): void => {
    if (needed.has(step)) return;
    needed.add(step);
    if ('op' in step) {
      need(step.a);
      need(step.b);
    }
  };
  for (const column of columns.slice(0, count)) need(column);
  const registers = new Map<Step, Register>();
  for (const step of steps) {
    if (!needed.has(step)) continue;
    if ('row' in step) registers.set(step, rows[step.row]!);
    else {
      const [a, b] = [registers.get(step.a)!, registers.get(step.b)!];
      const { op, unit } = step;
      const value = op === 'zipLow' || op === 'zipHigh' ? ({ op, a, b, unit } as const) : ({ op, a, b } as const);
      registers.set(step, builder.set(lane, value));
    }
  }
  return columns.slice(0, count).map((column) => registers.get(column)!);
}

/** Round by round, so that no more values are alive than there are rows, and a few. */
function plan(lanes: number, group: number): { steps: Step[]; columns: Step[] } {
  const steps: Step[] = Array.from({ length: lanes }, (_, row) => ({ row }));
  const make = (op: Shuffle, unit: 1 | 2, a: Step, b: Step): Step => {
    const step: Step = { op, unit, a, b };
    steps.push(step);
    return step;
  };
  // blocks[i][c]: in its group g stands column g · group + c of rows i · group …
  let blocks: Step[][] = steps.slice().map((row) => [row]);
  for (let unit: 1 | 2 = 1; unit < group; unit = 2) {
    const next: Step[][] = [];
    for (let i = 0; i < blocks.length; i += 2) {
      const [upper, lower] = [blocks[i]!, blocks[i + 1]!];
      next.push(upper.flatMap((a, c) => [make('zipLow', unit, a, lower[c]!), make('zipHigh', unit, a, lower[c]!)]));
    }
    blocks = next;
    if (unit === 2) break;
  }
  const regroup = (list: readonly Step[]): Step[] => {
    if (list.length === 1) return [list[0]!];
    const even: Step[] = [];
    const odd: Step[] = [];
    for (let i = 0; i < list.length; i += 2) {
      even.push(make('evenGroups', 1, list[i]!, list[i + 1]!));
      odd.push(make('oddGroups', 1, list[i]!, list[i + 1]!));
    }
    const [evens, odds] = [regroup(even), regroup(odd)];
    return evens.flatMap((step, i) => [step, odds[i]!]);
  };
  const columns = new Array<Step>(lanes);
  for (let c = 0; c < group; c++) {
    const byGroup = regroup(blocks.map((block) => block[c]!));
    byGroup.forEach((step, g) => (columns[g * group + c] = step));
  }
  return { steps, columns };
}
