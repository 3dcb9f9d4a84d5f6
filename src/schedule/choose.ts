/**
 * Chooses directives by a cost model in cycles: how many vectors an operation takes, what its loads and stores cost by stride, and whether a
 * copy of an operand pays. Rough numbers, measured on x86-64; they only have to rank the alternatives.
 */
import { type DType, infoOf } from '../ir/dtype.ts';
import { type Affine, coefficient, type Var } from '../kernel/affine.ts';
import { type Kernel, type Load, type Reduce, visitExpressions } from '../kernel/kernel.ts';
import { rowsOf } from './columns.ts';
import type { Chooser, Contraction, LoopDirectives, Packing, TileDirectives } from './directives.ts';
import { sizeOfVars } from './pack.ts';
import { costs } from './fuse.ts';
import type { Target } from './target.ts';

/** Contractions are worth it from this share of that work on: their operations are on numbers that are in registers already. */
const parallelTiles = 0.5;

/** Vectors a reduction accumulates side by side, to hide the latency of an addition. */
const accumulators = 4;

/** The cost model's choice. */
export const heuristics: Chooser = {
  loops: (kernel, reduces, lanes, target) => {
    const { lane, across } = chooseLane(kernel, reduces, lanes);
    const parallel = target.threads > 1 && workOf(kernel, reduces) >= target.parallelWork;
    // Alone they would be one thread's.
    const rows = parallel && kernel.vars.length < 2 ? undefined : rowsOf(kernel, lane, lanes);
    return { lane, across, rows, side: accumulators, parallel };
  },
  tiles: (contraction, lanes, target) => tileCandidates(contraction, lanes, target)[0],
};

/** What an element read or written and an addition to it take, in units of a contraction's operation: 10 ps where vectors are widest. */
const moved = 5,
  computed = 2;

/** Elements visited times what is done with each, roughly, in operations of a contraction. */
export function workOf(kernel: Kernel, reduces: readonly Reduce[]): number {
  let points = 1;
  for (const v of kernel.vars) points *= v.size;
  let summed = 1;
  for (const reduce of reduces) for (const v of reduce.vars) summed *= v.size;
  let each = 0;
  for (const effect of kernel.effects) {
    each += moved;
    visitExpressions(effect.value, (expression) => {
      if (expression.kind === 'load' || expression.kind === 'gather') each += moved;
      else if (expression.kind === 'apply') each += computed * (costs[expression.op] ?? 1);
    });
  }
  return points * summed * each;
}

/** The loads that are contiguous along one variable of the output and not along another that lanes are to run along. */
export function transposable(kernel: Kernel, lane: Var, across: Var): Load[] {
  const loads: Load[] = [];
  for (const effect of kernel.effects) {
    visitExpressions(effect.value, (expression) => {
      if (expression.kind !== 'load' || loads.includes(expression)) return;
      const step = coefficient(expression.at, lane);
      if (coefficient(expression.at, across) === 1 && step !== 0 && step !== 1) loads.push(expression);
    });
  }
  return loads;
}

/** The variable whose neighbours are neighbours in memory for most of what is read and written. */
function chooseLane(
  kernel: Kernel,
  reduces: readonly Reduce[],
  lanes: number,
): Pick<LoopDirectives, 'lane' | 'across'> {
  let best: Pick<LoopDirectives, 'lane' | 'across'> = { lane: undefined };
  let bestCost = Infinity;
  const summed = reduces.length === 1 ? reduces[0]!.vars : [];
  const hasScatter = kernel.effects.some((effect) => effect.kind === 'accumulate');
  const points = kernel.vars.reduce((product, v) => product * v.size, 1);
  const inner = summed.reduce((product, v) => product * v.size, 1);
  for (const v of [...kernel.vars, ...(hasScatter ? [] : summed)]) {
    const isSummed = summed.includes(v);
    const vectors = ((points * inner) / v.size) * Math.ceil(v.size / lanes);
    let across: Var | undefined;
    let perSquare = 0;
    if (reduces.length === 0 && !hasScatter) {
      for (const u of kernel.vars) {
        if (u === v || u.size < 4) continue;
        const loads = transposable(kernel, v, u);
        // Short squares are transposed for fewer results.
        const saved = loads.length * (lanes - 5 * (lanes / Math.min(lanes, u.size)));
        if (saved > perSquare) [across, perSquare] = [u, saved];
      }
    }
    let perVector = -perSquare;
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
      best = { lane: v, across };
      bestCost = cost;
    }
  }
  return best;
}

interface Candidate extends TileDirectives {
  /** In cycles, roughly. */
  readonly cost: number;
}

/** All ways worth considering, cheapest first. */
export function tileCandidates(c: Contraction, lanes: number, target: Target): Candidate[] {
  return [
    ...c.vars.flatMap((lane) => rowsFor(c, lane).flatMap((row) => outerCandidates(c, lane, row, lanes, target))),
    ...c.summed.flatMap((lane) => innerCandidates(c, lane, lanes, target)),
  ].sort((x, y) => x.cost - y.cost);
}

/** What a copy of a vector costs where it lies as it will lie, and where it does not. */
const copied = 9,
  transposed = 12;

/** Cycles until a sum can be added to again, times the additions that begin in a cycle. */
const inFlight = 8;

/** Variables that the rows of a tile may run along: those that share the operand along the lanes, if there are any. */
function rowsFor(c: Contraction, lane: Var): (Var | undefined)[] {
  const others = c.vars.filter((v) => v !== lane);
  const along = c.b.at.terms.has(lane) ? c.b : c.a;
  const sharing = others.filter((v) => !along.at.terms.has(v));
  if (sharing.length > 0) return sharing;
  return [best(others, (v) => Math.min(v.size, 16))];
}

/** Lanes along a variable of the result, rows along another. */
function outerCandidates(c: Contraction, lane: Var, row: Var | undefined, lanes: number, target: Target): Candidate[] {
  const [sa, sb] = [coefficient(c.a.at, lane), coefficient(c.b.at, lane)];
  if (sa === 0 && sb === 0) return [];
  const depth = sizeOfVars(c.summed);
  const isShared = sa === 0 || sb === 0;
  const along = sb !== 0 ? c.b : c.a;
  const rowSize = row?.size ?? 1;
  const sharesRows = row !== undefined && !along.at.terms.has(row);
  const free = sizeOfVars(c.vars) / lane.size / rowSize;
  const store = c.out === undefined ? 1 : storeCost(Math.abs(coefficient(c.out, lane)), lanes);
  const needed = (step: number): Packing => (step === 0 || step === 1 ? 'none' : isShared ? 'panels' : 'plain');
  const required = { a: needed(sa), b: needed(sb) };
  const packings = [required];
  if (isShared && sa === 1) packings.push({ ...required, a: 'panels' });
  if (isShared && sb === 1) packings.push({ ...required, b: 'panels' });

  const scattered = isShared && row !== undefined ? scatter(sb !== 0 ? c.a : c.b, row, c.summed) : 0;

  /** A tile, less what its operands cost when they are not at hand. */
  const tileCost = (r: number, w: number): number => {
    if (r === 0 || w === 0) return 0;
    const loads = (sharesRows ? w : r * w) + (isShared ? r : r * w) * (target.broadcastsFromMemory ? 0.5 : 1);
    return depth * (Math.max(r * w, inFlight) + 0.25 * loads + scattered * r) + r * w * (1 + store) + 12;
  };
  const candidates: Candidate[] = [];
  for (const pack of packings) {
    const packing =
      (pack.a === 'none' ? 0 : (elementsOf(c.a) / lanes) * (sa === 1 ? copied : transposed)) +
      (pack.b === 'none' ? 0 : (elementsOf(c.b) / lanes) * (sb === 1 ? copied : transposed));
    const isPacked = (sb !== 0 ? pack.b : pack.a) === 'panels';
    const vectors = Math.ceil(lane.size / lanes);
    let chosen: { rows: number; across: number; cost: number } | undefined;
    for (let w = 1; w <= Math.min(vectors, 16); w++) {
      for (let r = 1; r <= Math.min(rowSize, 16) && fits(r, w, target); r++) {
        const [rowTiles, rowRest] = [Math.floor(rowSize / r), rowSize % r];
        const [columnTiles, columnRest] = [Math.floor(vectors / w), vectors % w];
        const strips = columnTiles + (columnRest > 0 ? 1 : 0);
        const tiles =
          rowTiles * (columnTiles * tileCost(r, w) + tileCost(r, columnRest)) +
          columnTiles * tileCost(rowRest, w) +
          tileCost(rowRest, columnRest);
        // What a strip of tiles reads of the operand along the lanes, each time it is not in cache any more.
        const blocks = Math.ceil(rowSize / (r * mostTiles(r, depth)));
        // A strip narrower than a cache line leaves the rest of it to the next.
        const step = rowStep(along, lane, c.summed) * Math.min(1, (w * lanes) / 16);
        const strip = depth * (isPacked ? w : step + w);
        const cost = free * (tiles + strips * blocks * strip) + packing;
        if (chosen === undefined || cost < chosen.cost) chosen = { rows: r, across: w, cost };
      }
    }
    if (chosen === undefined) continue;
    const { rows, across, cost } = chosen;
    const columnTiles = Math.floor(lane.size / (across * lanes));
    candidates.push({
      kind: 'outer',
      lane,
      row,
      column: undefined,
      rows,
      across,
      pack,
      ...sharing(c, target, { lane, row }, rows, Math.floor(rowSize / rows), columnTiles),
      cost,
    });
  }
  return candidates;
}

/** Lanes along a summed variable. */
function innerCandidates(c: Contraction, lane: Var, lanes: number, target: Target): Candidate[] {
  if (lane.size < lanes) return [];
  const [sa, sb] = [coefficient(c.a.at, lane), coefficient(c.b.at, lane)];
  if (sa === 0 || sb === 0) return [];
  const points = sizeOfVars(c.vars);
  const pack: TileDirectives['pack'] = { a: sa !== 1 ? 'plain' : 'none', b: sb !== 1 ? 'plain' : 'none' };
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
  const products = points * (sizeOfVars(c.summed) / lane.size) * Math.ceil(lane.size / lanes);
  const loads = products * (1 / rows + 1 / columns);
  const packing = (pack.a !== 'none' ? elementsOf(c.a) : 0) + (pack.b !== 'none' ? elementsOf(c.b) : 0);
  const latency = rows * columns < inFlight ? inFlight / (rows * columns) : 1;
  const shared = sharing(
    c,
    target,
    { lane: column, row },
    side,
    Math.floor((row?.size ?? 1) / side),
    Math.floor((column?.size ?? 1) / side),
  );
  const cost = products * latency + 0.7 * loads + (packing / lanes) * transposed + points * 10;
  return [{ kind: 'inner', lane, row, column, rows: side, across: side, pack, ...shared, cost }];
}

/** Elements of an operand that a block of rows may read: about what stays in a core's second cache. */
const blockElements = 262_144;

/** Tiles of rows in a block at most. */
function mostTiles(rows: number, depth: number): number {
  return Math.max(1, Math.floor(blockElements / (rows * depth)));
}

/** Loop iterations per thread, so that a thread that was held up can be helped. */
const sharesPerThread = 4;

/** Which loop threads share, and how many tiles of rows stay together. */
function sharing(
  c: Contraction,
  target: Target,
  { lane, row }: { readonly lane: Var | undefined; readonly row: Var | undefined },
  rows: number,
  rowTiles: number,
  columnTiles: number,
): Pick<TileDirectives, 'block' | 'outermost' | 'parallel'> {
  const parallel =
    target.threads > 1 && 2 * sizeOfVars(c.vars) * sizeOfVars(c.summed) >= parallelTiles * target.parallelWork;
  const most = Math.min(rowTiles + 1, mostTiles(rows, sizeOfVars(c.summed)));
  if (!parallel) return { block: most, outermost: 'free', parallel };
  const wanted = target.threads * sharesPerThread;
  const longest = Math.max(1, ...c.vars.filter((v) => v !== lane && v !== row).map((v) => v.size));
  const block = Math.max(1, Math.min(most, Math.floor(rowTiles / wanted)));
  const shares = { free: longest, row: Math.floor(rowTiles / block), across: columnTiles };
  const outermost = best(['free', 'row', 'across'] as const, (loop) => Math.min(shares[loop], wanted)) ?? 'free';
  return { block: outermost === 'row' ? block : most, outermost, parallel };
}

/** Whether the sums of a tile, a row of operand vectors and two more fit the registers. */
function fits(rows: number, vectors: number, { registers }: Target): boolean {
  // One row multiplies straight from memory.
  return rows * vectors + (rows === 1 ? 0 : vectors) + 2 <= registers;
}

function elementsOf(load: Load): number {
  return sizeOfVars([...load.at.terms.keys()]);
}

/** Cycles to store a vector whose elements lie `step` apart; a multiple of 4 KiB puts them all where the cache has room for few. */
function storeCost(step: number, lanes: number): number {
  if (step === 1) return 1;
  return (step % 1024 === 0 ? 10 : 3) * lanes;
}

/** Cycles for each row and product that reading one element after another costs where the rows do not lie together. */
function scatter(load: Load, row: Var, summed: readonly Var[]): number {
  const step = Math.abs(coefficient(load.at, row));
  const closest = best(
    summed.filter((v) => load.at.terms.has(v)),
    (v) => -Math.abs(coefficient(load.at, v)),
  );
  const perLine =
    closest !== undefined && Math.abs(coefficient(load.at, closest)) <= 2 ? Math.min(16, closest.size) : 1;
  return ((step >= 1024 ? 1.5 : 0.5) * Math.min(1, step / 16)) / perLine;
}

/** Cycles that a step to the next row of an unpacked operand costs where the caches do not expect it: the longer, the likelier a new page. */
function rowStep(load: Load, lane: Var, summed: readonly Var[]): number {
  const inner = summed.filter((v) => load.at.terms.has(v));
  const step = Math.min(Infinity, ...inner.map((v) => Math.abs(coefficient(load.at, v))));
  const { bytes } = infoOf(load.dtype);
  if (coefficient(load.at, lane) !== 1 || step === Infinity) return 0;
  return Math.min(20, 4 + (16 * step * bytes) / 4096) * Math.min(1, sizeOfVars(inner) / 256);
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
