/**
 * Packing: an operand of a contraction copied before use, so that what a register tile reads lies together. A copy in panels holds, for
 * each tile along one variable, everything the tile reads in the order it reads it; a plain copy only puts the variable innermost.
 */
import { affine, type Affine, ofVar, plus, times, type Var } from '../kernel/affine.ts';
import { coefficient } from '../kernel/affine.ts';
import { type Effect, type Kernel, type Load, mapIndices } from '../kernel/kernel.ts';
import type { Workspace } from './tile.ts';

/** An operand as the tiles read it. */
export interface Operand {
  readonly load: Load;
  /** In a copy in panels: `variable` is outer · width + inner, and the copy is indexed by these two. */
  readonly panels?: {
    readonly variable: Var;
    readonly width: number;
    readonly outer: Var;
    readonly inner: Var;
  };
}

/**
 * A copy of an operand in panels of `width` values of `v` (the last may be narrower; its place is as wide), the panel's values innermost.
 * @param vars result variables, outermost first   @param summed summed variables
 */
export function packPanels(
  load: Load,
  v: Var,
  width: number,
  vars: readonly Var[],
  summed: readonly Var[],
  workspace: Workspace,
): { kernels: readonly Kernel[]; operand: Operand } {
  const used = (w: Var) => load.at.terms.has(w) && w !== v;
  const before = vars.filter(used);
  const after = bySteps(summed.filter(used), load);
  const full = Math.floor(v.size / width);
  const rest = v.size - full * width;
  const outer = workspace.variable(full + (rest > 0 ? 1 : 0));
  const inner = workspace.variable(width);
  const order = [...before, ...(outer.size > 1 ? [outer] : []), ...after, inner];
  const buffer = workspace.temporary(load.dtype, sizeOfVars(order));
  const at = denseIndex(order);
  const kernels: Kernel[] = [];
  const copy = (panels: number, first: number, values: number): void => {
    const panel = workspace.variable(panels);
    const value = workspace.variable(values);
    const place = plus(times(ofVar(panel), width), plus(ofVar(value), first * width));
    const effect: Effect = mapIndices(
      { kind: 'store', buffer, at, value: load },
      (index) => substituteAll(index, [v, place], [outer, plus(ofVar(panel), first)], [inner, ofVar(value)]),
      (list) => list,
    );
    kernels.push({
      name: 'pack',
      vars: [panel, ...before, ...after, value].filter((w) => w.size > 1),
      effects: [effect],
    });
  };
  if (full > 0) copy(full, 0, width);
  if (rest > 0) copy(1, full, rest);
  return { kernels, operand: { load: { ...load, buffer, at }, panels: { variable: v, width, outer, inner } } };
}

/** A copy of an operand with `v` innermost, result variables outermost. */
export function packPlain(
  load: Load,
  v: Var,
  vars: readonly Var[],
  summed: readonly Var[],
  workspace: Workspace,
): { kernels: readonly Kernel[]; operand: Operand } {
  const used = (w: Var) => load.at.terms.has(w) && w !== v;
  const order = [...vars.filter(used), ...bySteps(summed.filter(used), load), v];
  const buffer = workspace.temporary(load.dtype, sizeOfVars(order));
  const at = denseIndex(order);
  const effect: Effect = { kind: 'store', buffer, at, value: load };
  return { kernels: [{ name: 'pack', vars: order, effects: [effect] }], operand: { load: { ...load, buffer, at } } };
}

export const sizeOfVars = (vars: readonly Var[]) => vars.reduce((product, v) => product * v.size, 1);

/** The index of a dense array whose axes are these, outermost first. */
export function denseIndex(order: readonly Var[]): Affine {
  let at = affine(0);
  let stride = 1;
  for (const v of order.toReversed()) {
    at = plus(at, times(ofVar(v), stride));
    stride *= v.size;
  }
  return at;
}

function substituteAll(index: Affine, ...by: readonly (readonly [Var, Affine])[]): Affine {
  let result = affine(index.constant);
  for (const [v, k] of index.terms) result = plus(result, times(by.find(([from]) => from === v)?.[1] ?? ofVar(v), k));
  return result;
}

/** Variables by the step they take through an operand, longest first. */
function bySteps(vars: readonly Var[], load: Load): Var[] {
  return [...vars].sort((x, y) => Math.abs(coefficient(load.at, y)) - Math.abs(coefficient(load.at, x)));
}
