/**
 * Reductions over rows that lie far apart, to one result for each column. A loop over columns that walks down the rows reads a little of every
 * row, which no cache expects. Here the rows are read as they lie, some at a time, and the results so far wait in the output, a row of which
 * stays in the nearest cache.
 */
import type { DType } from '../ir/dtype.ts';
import type { ReduceOp } from '../ir/op.ts';
import { coefficient, type Var } from '../kernel/affine.ts';
import type { NestBuilder } from '../kernel/builder.ts';
import { expandOp } from '../kernel/expand.ts';
import { type Effect, type Expression, type Kernel, type Reduce, visitExpressions } from '../kernel/kernel.ts';
import type { Register, Walk } from '../kernel/nest.ts';
import { Evaluator, type Slots } from './evaluate.ts';
import { largestDivisor } from './split.ts';

/** Rows read side by side at most: the results so far are loaded and stored once for them all. */
const together = 8;

/** Kinds whose elements hold what a register does, so that a result may wait in memory. */
const waits: ReadonlySet<DType> = new Set<DType>(['float32', 'float64', 'int32']);

/** Columns and rows from which it pays, the columns in vectors. */
const fewest = { vectors: 4, rows: 16 };

/** The variable that numbers the rows, if the kernel is such a reduction with the columns along the lanes. */
export function rowsOf({ vars, effects }: Kernel, lane: Var | undefined, lanes: number): Var | undefined {
  const [effect] = effects;
  if (lane === undefined || effects.length !== 1 || effect?.kind !== 'store') return undefined;
  const { value: reduce } = effect;
  if (reduce.kind !== 'reduce' || !waits.has(reduce.dtype) || !vars.includes(lane)) return undefined;
  const [row, ...others] = reduce.vars;
  if (row === undefined || others.length > 0 || coefficient(effect.at, lane) !== 1) return undefined;
  if (lane.size < fewest.vectors * lanes || row.size < fewest.rows) return undefined;
  let isFar = false;
  let isSimple = true;
  visitExpressions(reduce.arg, (expression) => {
    if (expression.kind === 'reduce' || expression.kind === 'gather') isSimple = false;
    if (expression.kind !== 'load') return;
    if (coefficient(expression.at, lane) === 1 && Math.abs(coefficient(expression.at, row)) >= lane.size) isFar = true;
  });
  return isFar && isSimple ? row : undefined;
}

/** The elementwise op that a reduction repeats. */
export const combine = { sum: 'add', amax: 'max', prod: 'mul' } as const satisfies Record<ReduceOp, string>;

/** What the effect of such a kernel does: a store, and a load of what was stored before. For the slots of its nest. */
export function touchedByColumns(effect: Effect): readonly Effect[] {
  return [effect, { ...effect, value: waiting(effect) }];
}

function waiting({ buffer, at, value: { dtype } }: Effect): Expression {
  return { kind: 'load', dtype, buffer, at };
}

/** Writes the loops over rows and columns, inside the loops whose walks are given. */
export function writeColumns(
  builder: NestBuilder,
  slots: Slots,
  effect: Effect,
  { lane, row, walks }: { readonly lane: Var; readonly row: Var; readonly walks: ReadonlyMap<Var, Walk> },
): void {
  const reduce = effect.value as Reduce;
  const { lanes } = builder;
  const group = largestDivisor(row.size, together);
  const both = (a: Register, b: Register): Register =>
    expandOp(builder, combine[reduce.op], reduce.dtype, reduce.dtype, [a, b]);
  /** The rows of one group at some columns, combined in pairs, then with what waits. */
  const columns = (first: Walk, at: Walk, active: number, isFirst: boolean): void => {
    const point = (i: number) => {
      const vars = new Map(walks).set(lane, at).set(row, { constant: first.constant + i, terms: first.terms });
      return { vars, lane, active };
    };
    let values = Array.from({ length: group }, (_, i) => new Evaluator(builder, slots, point(i)).value(reduce.arg));
    while (values.length > 1)
      values = values.flatMap((value, i) =>
        i % 2 === 1 ? [] : [values[i + 1] === undefined ? value : both(value, values[i + 1]!)],
      );
    const [sum] = values;
    const before = isFirst ? undefined : new Evaluator(builder, slots, point(0)).value(waiting(effect));
    const reduced = new Map([[reduce, before === undefined ? sum! : both(before, sum!)]]);
    new Evaluator(builder, slots, point(0), { reduced }).perform(effect);
  };
  const overColumns = (first: Walk, isFirst: boolean): void => {
    const full = Math.floor(lane.size / lanes);
    const loop = builder.open(full);
    columns(first, { constant: 0, terms: [{ loop, by: lanes }] }, lanes, isFirst);
    builder.close();
    if (lane.size % lanes > 0) columns(first, { constant: full * lanes, terms: [] }, lane.size % lanes, isFirst);
  };
  overColumns({ constant: 0, terms: [] }, true);
  const groups = row.size / group - 1;
  if (groups === 0) return;
  const loop = builder.open(groups);
  overColumns({ constant: group, terms: [{ loop, by: group }] }, false);
  builder.close();
}
