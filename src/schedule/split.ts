/**
 * Long reductions to few elements, in parts that threads can share and a second kernel that combines them.
 */
import { coefficient, plus, times, type Var } from '../kernel/affine.ts';
import {
  type BufferId,
  type Effect,
  type Expression,
  type Kernel,
  mapIndices,
  type Reduce,
  reducesOf,
  visitExpressions,
} from '../kernel/kernel.ts';
import { workOf } from './choose.ts';
import { parallelWork } from './target.ts';

/** Small results of long sums are computed in this many parts at most. */
const parts = 32;

/** Results up to which that pays in any case, and up to which it does if every part is so long. */
const fewResults = 2048,
  someResults = 16384,
  longParts = 32;

/**
 * A long reduction to few elements, in two kernels: parts of the outermost summed variable into a temporary, then their combination. The
 * number of parts depends on the shape alone, so the result does not depend on the number of threads.
 */
export function splitReduction(
  kernel: Kernel,
  fresh: (size: number) => Var,
  temporary: (like: Reduce, size: number) => BufferId,
): readonly Kernel[] {
  const reduces = reducesOf(kernel.effects);
  const [reduce] = reduces;
  const [effect] = kernel.effects;
  if (
    reduces.length !== 1 ||
    reduce === undefined ||
    effect?.kind !== 'store' ||
    workOf(kernel, reduces) < parallelWork
  )
    return [kernel];
  const size = kernel.vars.reduce((product, v) => product * v.size, 1);
  if (size >= rowsEnough && reducesRows(reduce)) return [kernel];
  const outermost = widestStep(reduce);
  const count = outermost === undefined ? 1 : largestDivisor(outermost.size, parts);
  if (outermost === undefined || count < 2) return [kernel];
  // What the parts leave is read again: little, or little of what they read.
  if (size > fewResults && (size > someResults || outermost.size < longParts * count)) return [kernel];
  const part = fresh(count);
  const inner = fresh(outermost.size / count);
  const partial = temporary(reduce, count * size);
  let at = times({ constant: 0, terms: new Map([[part, 1]]) }, size);
  let stride = size;
  for (const v of kernel.vars) {
    stride /= v.size;
    at = plus(at, { constant: 0, terms: new Map([[v, stride]]) });
  }
  const first: Effect = mapIndices(
    { kind: 'store', buffer: partial, at, value: reduce },
    (index) => {
      const by = coefficient(index, outermost);
      if (by === 0) return index;
      const terms = new Map(index.terms);
      terms.delete(outermost);
      terms.set(part, by * inner.size);
      if (inner.size > 1) terms.set(inner, by);
      return { constant: index.constant, terms };
    },
    (vars) => vars.flatMap((v) => (v === outermost ? (inner.size > 1 ? [inner] : []) : [v])),
  );
  const whole = fresh(count);
  const load: Expression = {
    kind: 'load',
    dtype: reduce.dtype,
    buffer: partial,
    at: { constant: 0, terms: new Map([...at.terms].map(([v, k]) => [v === part ? whole : v, k])) },
  };
  const total: Reduce = { ...reduce, vars: [whole], arg: load };
  const second: Effect = { ...effect, value: replace(effect.value, reduce, total) };
  return [
    { name: `${kernel.name} parts`, vars: [part, ...kernel.vars], effects: [first] },
    { ...kernel, effects: [second] },
  ];
}

/** So many rows, each reduced on its own, are work enough for any number of threads. */
const rowsEnough = 64;

/** Whether what is reduced lies together. */
function reducesRows(reduce: Reduce): boolean {
  let isRow = false;
  visitExpressions(reduce.arg, (expression) => {
    if (expression.kind === 'load' && reduce.vars.some((v) => v.size >= 16 && coefficient(expression.at, v) === 1))
      isRow = true;
  });
  return isRow;
}

function widestStep(reduce: Reduce): Var | undefined {
  let widest: Var | undefined;
  let widestBy = -1;
  for (const v of reduce.vars) {
    let by = 0;
    visitExpressions(reduce.arg, (expression) => {
      if (expression.kind === 'load') by = Math.max(by, Math.abs(coefficient(expression.at, v)));
    });
    if (by > widestBy) {
      widest = v;
      widestBy = by;
    }
  }
  return widest;
}

export function largestDivisor(n: number, limit: number): number {
  for (let d = Math.min(n, limit); d > 1; d--) if (n % d === 0) return d;
  return 1;
}

export function replace(root: Expression, from: Expression, to: Expression): Expression {
  const done = new Map<Expression, Expression>([[from, to]]);
  const visit = (expression: Expression): Expression => {
    let result = done.get(expression);
    if (result === undefined) {
      if (expression.kind === 'apply') result = { ...expression, args: expression.args.map(visit) };
      else if (expression.kind === 'gather') result = { ...expression, index: visit(expression.index) };
      else if (expression.kind === 'reduce') result = { ...expression, arg: visit(expression.arg) };
      else result = expression;
      done.set(expression, result);
    }
    return result;
  };
  return visit(root);
}
