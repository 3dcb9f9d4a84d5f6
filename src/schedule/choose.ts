/**
 * Chooses directives by a cost model in cycles: how many vectors an operation takes, what its loads and stores cost by stride, and whether a
 * copy of an operand pays. Rough numbers, measured on x86-64; they only have to rank the alternatives.
 */
import type { DType } from '../ir/dtype.ts';
import { type Affine, coefficient, type Var } from '../kernel/affine.ts';
import { type Kernel, type Load, type Reduce, visitExpressions } from '../kernel/kernel.ts';
import type { Chooser, Contraction, TileDirectives } from './directives.ts';
import type { Target } from './target.ts';

/** Nests with less work than this are not worth waking a thread for. */
export const parallelWork = 200_000;

/** The same for contractions, in operations on numbers that are in registers already. */
const parallelTiles = 500_000;

/** Vectors a reduction accumulates side by side, to hide the latency of an addition. */
const accumulators = 4;

/** The cost model's choice. */
export const heuristics: Chooser = {
  loops: (kernel, reduces, lanes, target) => ({
    lane: chooseLane(kernel, reduces, lanes),
    side: accumulators,
    parallel: target.threads > 1 && workOf(kernel, reduces) >= parallelWork,
  }),
  tiles: (contraction, lanes, target) => tileCandidates(contraction, lanes, target)[0],
};

/** Elements visited times operations on each, roughly. */
export function workOf(kernel: Kernel, reduces: readonly Reduce[]): number {
  let points = 1;
  for (const v of kernel.vars) points *= v.size;
  let summed = 1;
  for (const reduce of reduces) for (const v of reduce.vars) summed *= v.size;
  let operations = 1;
  for (const effect of kernel.effects) visitExpressions(effect.value, () => operations++);
  return points * summed * operations;
}

/** The variable whose neighbours are neighbours in memory for most of what is read and written. */
function chooseLane(kernel: Kernel, reduces: readonly Reduce[], lanes: number): Var | undefined {
  let best: Var | undefined;
  let bestCost = Infinity;
  const summed = reduces.length === 1 ? reduces[0]!.vars : [];
  const hasScatter = kernel.effects.some((effect) => effect.kind === 'accumulate');
  const points = kernel.vars.reduce((product, v) => product * v.size, 1);
  const inner = summed.reduce((product, v) => product * v.size, 1);
  for (const v of [...kernel.vars, ...(hasScatter ? [] : summed)]) {
    const isSummed = summed.includes(v);
    const vectors = ((points * inner) / v.size) * Math.ceil(v.size / lanes);
    let perVector = 0;
    let perStore = 0;
    for (const effect of kernel.effects) {
      const step = coefficient(effect.at, v);
      perStore += step === 1 ? 1 : step === 0 ? 1.5 : lanes;
      visitExpressions(effect.value, (expression) => {
        if (expression.kind === 'load') {
          const by = coefficient(expression.at, v);
          perVector += by === 1 ? 1 : by === 0 ? 0.5 : lanes;
        } else if (expression.kind === 'gather') perVector += coefficient(expression.at, v) === 1 ? 2 : lanes * 1.5;
        else perVector += 0.5;
      });
    }
    const stores = isSummed ? points * 10 : points * perStore * (Math.ceil(v.size / lanes) / v.size);
    const cost = vectors * perVector + stores;
    // On a tie the innermost variable wins, whose walk through memory is shortest.
    if (cost <= bestCost) {
      best = v;
      bestCost = cost;
    }
  }
  return best;
}

export const sizeOfVars = (vars: readonly Var[]) => vars.reduce((product, v) => product * v.size, 1);

/** Rows and vectors of a register tile: accumulators, one row of operand vectors and two temporaries fit the registers. */
function tileSize(vectors: number, registers: number): { rows: number; vectors: number } {
  const widest = registers >= 24 ? 3 : 2;
  let wide = Math.min(vectors, widest);
  // Fewer vectors a tile if that leaves fewer half-empty tiles.
  for (let w = wide; w > 1; w--) if (Math.ceil(vectors / w) * w < Math.ceil(vectors / wide) * wide) wide = w;
  return { rows: Math.min(16, Math.floor((registers - 2 - wide) / wide)), vectors: wide };
}

interface Candidate extends TileDirectives {
  /** In cycles, roughly. */
  readonly cost: number;
}

/** All ways worth considering, cheapest first. */
export function tileCandidates(c: Contraction, lanes: number, target: Target): Candidate[] {
  const result: Candidate[] = [];
  const parallel = target.threads > 1 && 2 * sizeOfVars(c.vars) * sizeOfVars(c.summed) >= parallelTiles;
  const points = sizeOfVars(c.vars);
  const depth = sizeOfVars(c.summed);
  const elements = (load: Load) => sizeOfVars([...load.at.terms.keys()]);
  const storeCost = (v: Var) => (c.out === undefined || coefficient(c.out, v) === 1 ? 1 : 1.5 * lanes);
  for (const lane of c.vars) {
    const [sa, sb] = [coefficient(c.a.at, lane), coefficient(c.b.at, lane)];
    if (sa === 0 && sb === 0) continue;
    const pack = { a: sa !== 0 && sa !== 1, b: sb !== 0 && sb !== 1 };
    const vectors = Math.ceil(lane.size / lanes);
    const tile = tileSize(vectors, target.registers);
    // Rows share the operand that runs along the lanes, so prefer a variable that it does not depend on.
    const along = sb !== 0 ? c.b : c.a;
    const candidates = c.vars.filter((v) => v !== lane);
    const row = best(candidates, (v) => (along.at.terms.has(v) ? 0 : 1000) + Math.min(v.size, tile.rows));
    const rows = Math.min(row?.size ?? 1, tile.rows);
    const shares = row !== undefined && !along.at.terms.has(row);
    const products = (points / lane.size) * vectors * depth;
    const loads =
      products *
      ((shares ? 1 / rows : 1) +
        (sa !== 0 && sb !== 0 ? 1 : 1 / tile.vectors) * (target.broadcastsFromMemory ? 0.5 : 1));
    const packing = (pack.a ? elements(c.a) * 2 : 0) + (pack.b ? elements(c.b) * 2 : 0);
    const latency = rows * tile.vectors < 8 ? 8 / (rows * tile.vectors) : 1;
    const cost = products * latency + 0.5 * loads + packing + (points / lane.size) * vectors * storeCost(lane);
    result.push({
      kind: 'outer',
      lane,
      row,
      column: undefined,
      rows: tile.rows,
      across: tile.vectors,
      pack,
      parallel,
      cost,
    });
  }
  for (const lane of c.summed) {
    if (lane.size < lanes) continue;
    const [sa, sb] = [coefficient(c.a.at, lane), coefficient(c.b.at, lane)];
    if (sa === 0 || sb === 0) continue;
    const pack = { a: sa !== 1, b: sb !== 1 };
    const row = best(
      c.vars.filter((v) => c.a.at.terms.has(v) && !c.b.at.terms.has(v)),
      (v) => v.size,
    );
    const column = best(
      c.vars.filter((v) => c.b.at.terms.has(v) && !c.a.at.terms.has(v)),
      (v) => v.size,
    );
    const side = innerSide(target);
    const [rows, columns] = [Math.min(side, row?.size ?? 1), Math.min(side, column?.size ?? 1)];
    const products = points * (depth / lane.size) * Math.ceil(lane.size / lanes);
    const loads = products * (1 / rows + 1 / columns);
    const packing = (pack.a ? elements(c.a) * 2 : 0) + (pack.b ? elements(c.b) * 2 : 0);
    const latency = rows * columns < 8 ? 8 / (rows * columns) : 1;
    result.push({
      kind: 'inner',
      lane,
      row,
      column,
      rows: side,
      across: side,
      pack,
      parallel,
      cost: products * latency + 0.7 * loads + packing + points * 10,
    });
  }
  return result.sort((x, y) => x.cost - y.cost);
}

function innerSide(target: Target): number {
  return target.registers >= 24 ? 4 : 2;
}

export function best<T>(list: readonly T[], score: (item: T) => number): T | undefined {
  let result: T | undefined;
  let high = -Infinity;
  for (const item of list) {
    const value = score(item);
    if (value > high) {
      high = value;
      result = item;
    }
  }
  return result;
}

/** For a contraction free to choose its layout: the axis of the result that should lie innermost. */
export function vectorAxis(
  target: Target,
  index: readonly Affine[],
  a: Load,
  b: Load,
  summed: readonly Var[],
  dtype: DType,
): number {
  const lanes = dtype === 'float64' ? target.lanes / 2 : target.lanes;
  const vars = [...new Set(index.flatMap((at) => [...at.terms.keys()]))];
  const [form] = tileCandidates({ vars, summed, a, b, out: undefined }, lanes, target);
  if (form === undefined) return index.length - 1;
  const inner = form.kind === 'outer' ? form.lane : (form.column ?? form.row);
  const axis = index.findIndex((at) => inner !== undefined && at.terms.has(inner));
  return axis < 0 ? index.length - 1 : axis;
}
