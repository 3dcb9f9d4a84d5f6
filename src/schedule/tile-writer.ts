/**
 * Writes the nests of a contraction as its directives say: loops over blocks of rows, columns and tiles of rows around register tiles.
 * Where threads share a loop that does not come out even, what is left over is a nest of its own.
 */
import { coefficient, type Var } from '../kernel/affine.ts';
import { NestBuilder } from '../kernel/builder.ts';
import type { Effect, Kernel, Reduce } from '../kernel/kernel.ts';
import type { Register, Walk } from '../kernel/nest.ts';
import type { TileDirectives } from './directives.ts';
import { Evaluator, type Point, Slots } from './evaluate.ts';
import { laneOfDType } from '../kernel/element.ts';
import type { Bound } from './loops.ts';
import { type Operand, sizeOfVars } from './pack.ts';

export interface TiledContraction {
  readonly kernel: Kernel;
  readonly effect: Extract<Effect, { kind: 'store' }>;
  readonly reduce: Reduce;
  readonly a: Operand;
  readonly b: Operand;
  readonly summed: readonly Var[];
  readonly form: TileDirectives;
  readonly lanes: number;
}

/** Values start … start + size − 1 of a variable. */
interface Range {
  readonly start: number;
  readonly size: number;
}

/** `count` tiles of `width` values each from `start` on. */
interface Run {
  readonly start: number;
  readonly width: number;
  readonly count: number;
}

/** A place along the rows or the columns, and how many values a tile takes from there. */
interface Place {
  readonly walk: Walk;
  readonly width: number;
}

type Outermost = TileDirectives['outermost'];

export class TileWriter {
  private readonly c: TiledContraction;
  private readonly form: TileDirectives;
  private readonly across: Var | undefined;
  /** Values along the columns of a whole tile. */
  private readonly acrossWidth: number;
  /** Result variables that neither rows nor columns run along, the longest first. */
  private readonly free: readonly Var[];
  private readonly bound: Bound[] = [];
  private readonly walks = new Map<Var, Walk>();
  private builder: NestBuilder;
  private slots: Slots;

  constructor(contraction: TiledContraction) {
    this.c = contraction;
    const { form, kernel, lanes } = contraction;
    this.form = form;
    this.across = form.kind === 'inner' ? form.column : form.lane;
    this.acrossWidth = form.kind === 'inner' ? form.across : form.across * lanes;
    this.free = kernel.vars.filter((v) => v !== form.row && v !== this.across).sort((x, y) => y.size - x.size);
    this.builder = new NestBuilder(lanes);
    this.slots = new Slots(this.builder, kernel.effects);
  }

  write(): Bound[] {
    const { form, across } = this;
    const rows: Range = { start: 0, size: form.row?.size ?? 1 };
    const columns: Range = { start: 0, size: across?.size ?? 1 };
    this.cover(rows, columns, form.outermost);
    return this.bound;
  }

  /** Nests for a rectangle of the result. */
  private cover(rows: Range, columns: Range, outermost: Outermost): void {
    const { form } = this;
    if (form.parallel && outermost === 'row') {
      const main = whole(rows, form.rows * form.block);
      if (main >= 2 * form.rows * form.block || (main > 0 && main < rows.size && this.free.length === 0)) {
        this.nest({ start: rows.start, size: main }, columns, outermost);
        if (main < rows.size) this.cover({ start: rows.start + main, size: rows.size - main }, columns, 'across');
        return;
      }
    }
    if (form.parallel && outermost === 'across') {
      const main = whole(columns, this.acrossWidth);
      if (main >= 2 * this.acrossWidth) {
        this.nest(rows, { start: columns.start, size: main }, outermost);
        if (main < columns.size) this.cover(rows, { start: columns.start + main, size: columns.size - main }, 'free');
        return;
      }
    }
    this.nest(rows, columns, 'free');
  }

  private nest(rows: Range, columns: Range, outermost: Outermost): void {
    const { form, c, free } = this;
    const { kernel, lanes } = c;
    this.builder = new NestBuilder(lanes);
    this.slots = new Slots(this.builder, kernel.effects);
    const columnRuns = runsOf(columns, this.acrossWidth);
    const withFree = (body: () => void): void => {
      for (const v of free) this.walks.set(v, { constant: 0, terms: [{ loop: this.builder.open(v.size), by: 1 }] });
      body();
      for (const _ of free) this.builder.close();
    };
    const allRows = runsOf(rows, form.rows);
    const tilesOf = (runs: readonly Run[], column: Place, from?: Walk): void =>
      this.each(runs, from, (row) => this.tile(row, column));
    const inBlocks = (inside: (body: () => void) => void): void => {
      const block = form.rows * form.block;
      const main = whole(rows, block);
      const left = { start: rows.start + main, size: rows.size - main };
      if (main > 0)
        this.each([{ start: rows.start, width: block, count: main / block }], undefined, ({ walk }) =>
          inside(() =>
            this.each(columnRuns, undefined, (column) =>
              tilesOf([{ start: 0, width: form.rows, count: form.block }], column, walk),
            ),
          ),
        );
      if (left.size > 0)
        inside(() => this.each(columnRuns, undefined, (column) => tilesOf(runsOf(left, form.rows), column)));
    };
    if (outermost === 'row') inBlocks(withFree);
    else if (outermost === 'across')
      this.each(columnRuns, undefined, (column) => withFree(() => tilesOf(allRows, column)));
    else withFree(() => inBlocks((body) => body()));
    const covered = (rows.size / (form.row?.size ?? 1)) * (columns.size / (this.across?.size ?? 1));
    const work = 2 * sizeOfVars(kernel.vars) * sizeOfVars(c.summed) * covered;
    const name = `${this.bound.length > 0 ? 'rest of ' : ''}contract ${kernel.name}`;
    const nest = this.builder.finish(name, { parallel: false, work });
    // One loop around everything can be shared.
    const isOneLoop = nest.body.filter(({ kind }) => kind !== 'set').length === 1 && nest.body.at(-1)?.kind === 'loop';
    this.bound.push({
      nest: { ...nest, parallel: form.parallel && isOneLoop },
      bindings: this.slots.bindings,
      isJoinable: false,
    });
  }

  /** Runs of tiles, counted from `from` where it is given. */
  private each(runs: readonly Run[], from: Walk | undefined, body: (place: Place) => void): void {
    for (const { start, width, count } of runs) {
      const constant = start + (from?.constant ?? 0);
      const terms = from?.terms ?? [];
      if (count === 1) body({ walk: { constant, terms }, width });
      else {
        const loop = this.builder.open(count);
        body({ walk: { constant, terms: [...terms, { loop, by: width }] }, width });
        this.builder.close();
      }
    }
  }

  /** One register tile. */
  private tile(row: Place, column: Place): void {
    const { builder, form, across, c } = this;
    const { lanes, reduce } = c;
    const inner = form.kind === 'inner';
    const laneType = laneOfDType[reduce.dtype];
    const columns = inner ? column.width : Math.ceil(column.width / lanes);
    const points: Point[][] = [];
    for (let r = 0; r < row.width; r++) {
      points.push([]);
      for (let j = 0; j < columns; j++) {
        const vars = new Map(this.walks);
        this.place(vars, form.row, row, r);
        this.place(vars, across, column, j * (inner ? 1 : lanes));
        const active = inner ? 1 : Math.min(lanes, column.width - j * lanes);
        points[r]!.push(inner ? { vars, active } : { vars, lane: form.lane, active });
      }
    }
    const sums = points.map((list) =>
      list.map(() => {
        const register = builder.register(laneType);
        builder.assign(register, { op: 'splat', value: 0 });
        return register;
      }),
    );
    const summed = new Map<Var, Walk>();
    for (const v of this.summedOrder())
      if (!inner || v !== form.lane) summed.set(v, { constant: 0, terms: [{ loop: builder.open(v.size), by: 1 }] });
    if (!inner) this.products(points, sums, summed, form.lane, lanes);
    else {
      const { lane } = form;
      const full = Math.floor(lane.size / lanes);
      const tail = lane.size % lanes;
      if (full > 1) {
        const loop = builder.open(full);
        const along = new Map([...summed, [lane, { constant: 0, terms: [{ loop, by: lanes }] }]]);
        this.products(points, sums, along, lane, lanes);
        builder.close();
      } else if (full === 1)
        this.products(points, sums, new Map([...summed, [lane, { constant: 0, terms: [] }]]), lane, lanes);
      // Lanes past the end load zeros, which add nothing.
      if (tail > 0)
        this.products(points, sums, new Map([...summed, [lane, { constant: full * lanes, terms: [] }]]), lane, tail);
    }
    for (const _ of summed) builder.close();
    const loads = new Map<string, Register>();
    points.forEach((list, r) =>
      list.forEach((point, j) => {
        let sum = sums[r]![j]!;
        if (inner) sum = builder.set(laneType, { op: 'sumLanes', a: sum });
        new Evaluator(builder, this.slots, point, { reduced: new Map([[reduce, sum]]), loads }).perform(c.effect);
      }),
    );
  }

  /** Adds one product to every sum. */
  private products(
    points: readonly (readonly Point[])[],
    sums: readonly (readonly Register[])[],
    summed: ReadonlyMap<Var, Walk>,
    lane: Var,
    active: number,
  ): void {
    const { builder, c } = this;
    const loads = new Map<string, Register>();
    /** The register of an operand at row r and column j: one for all rows, or for all columns, that the operand is the same for. */
    const reader = ({ load, panels }: Operand): ((r: number, j: number) => Register) => {
      const follows = (v: Var | undefined) => v !== undefined && (load.at.terms.has(v) || panels?.variable === v);
      const [byRow, byColumn] = [follows(this.form.row), follows(this.across)];
      // In panels of the lane variable, lanes run along the place in the panel.
      const along = panels?.variable === lane ? panels.inner : lane;
      const known = new Map<number, Register>();
      return (r, j) => {
        const key = (byRow ? r : 0) * points[0]!.length + (byColumn ? j : 0);
        let register = known.get(key);
        if (register === undefined) {
          const point = points[r]![j]!;
          const vars = new Map([...point.vars, ...summed]);
          const at: Point = { vars, lane: along, active: point.lane ? point.active : active };
          register = new Evaluator(builder, this.slots, at, { loads }).value(load);
          known.set(key, register);
        }
        return register;
      };
    };
    const [a, b] = [reader(c.a), reader(c.b)];
    sums.forEach((list, r) =>
      list.forEach((target, j) => {
        builder.assign(target, { op: 'fma', a: a(r, j), b: b(r, j), c: target });
      }),
    );
  }

  /** Says where a variable stands `offset` values into a tile, and where its panel and its place in the panel. */
  private place(vars: Map<Var, Walk>, v: Var | undefined, { walk }: Place, offset: number): void {
    if (v === undefined) return;
    vars.set(v, { constant: walk.constant + offset, terms: walk.terms });
    for (const { panels } of [this.c.a, this.c.b]) {
      if (panels?.variable !== v) continue;
      const { width, outer, inner } = panels;
      const part = (by: number): number => {
        if (by % width !== 0) throw new Error(`bug: a tile starts inside a panel (${by} of ${width})`);
        return by / width;
      };
      vars.set(outer, {
        constant: part(walk.constant),
        terms: walk.terms.map(({ loop, by }) => ({ loop, by: part(by) })),
      });
      vars.set(inner, { constant: offset, terms: [] });
    }
  }

  /** Summed variables, the one with the shortest steps innermost. */
  private summedOrder(): Var[] {
    const { a, b, summed } = this.c;
    const reach = (v: Var) => Math.abs(coefficient(a.load.at, v)) + Math.abs(coefficient(b.load.at, v));
    return [...summed].sort((x, y) => reach(y) - reach(x));
  }
}

/** The part of a range that whole tiles cover. */
function whole({ size }: Range, width: number): number {
  return Math.floor(size / width) * width;
}

/** Whole tiles, then one with the rest. */
function runsOf({ start, size }: Range, width: number): Run[] {
  const main = whole({ start, size }, width);
  const result: Run[] = main > 0 ? [{ start, width, count: main / width }] : [];
  if (main < size) result.push({ start: start + main, width: size - main, count: 1 });
  return result;
}
