/**
 * Schedules contractions. The result is computed in register tiles: a few rows of one variable times a few vectors along another (the lane
 * variable), summed in registers over everything that is summed, finished by the epilogue and stored once. What varies is which variable runs
 * along the lanes and which operand is first copied ("packed") so that its neighbours are neighbours; a cost in cycles decides.
 */
import { type DType, isFloat } from '../ir/dtype.ts';
import { affine, type Affine, coefficient, plus, times, type Var } from '../kernel/affine.ts';
import { NestBuilder } from '../kernel/builder.ts';
import {
  type BufferId,
  type Effect,
  type Kernel,
  type Load,
  mapIndices,
  type Reduce,
  reducesOf,
} from '../kernel/kernel.ts';
import type { Register, Walk } from '../kernel/nest.ts';
import { Evaluator, laneTypeOf, type Point, Slots, usesF64 } from './evaluate.ts';
import { best, sizeOfVars } from './choose.ts';
import type { Chooser, Contraction, TileDirectives } from './directives.ts';
import { type Bound, largestDivisor, replace } from './loops.ts';
import { asProduct } from './lower.ts';
import type { Target } from './target.ts';

/** What the scheduling of one kernel may ask of the plan. */
export interface Workspace {
  variable(size: number): Var;
  temporary(dtype: DType, size: number): BufferId;
}

/** The nests of a contraction, or undefined if the kernel is not one. */
export function scheduleTiles(
  kernel: Kernel,
  target: Target,
  workspace: Workspace,
  chooser: Chooser,
  others: (kernel: Kernel) => readonly Bound[],
  mayBeParts = true,
): Bound[] | undefined {
  const [reduce, ...more] = reducesOf(kernel.effects);
  const [effect] = kernel.effects;
  if (reduce === undefined || more.length > 0 || kernel.effects.length !== 1 || effect?.kind !== 'store')
    return undefined;
  const product = asProduct(reduce);
  if (product === undefined || !isFloat(reduce.dtype) || !isOuter(kernel.vars, product)) return undefined;
  const split = mayBeParts ? splitDepth(kernel, effect, reduce, product, workspace) : undefined;
  if (split) {
    const parts = scheduleTiles(split.parts, target, workspace, chooser, others, false) ?? others(split.parts);
    return [...parts, ...others(split.total)];
  }
  const lanes = usesF64(kernel.effects) ? target.lanes / 2 : target.lanes;
  const contraction: Contraction = {
    vars: kernel.vars,
    summed: product.summed,
    a: product.a,
    b: product.b,
    out: effect.at,
  };
  const form = chooser.tiles(contraction, lanes, target);
  if (form === undefined) return undefined;
  const bound: Bound[] = [];
  const packed = (load: Load, wanted: boolean): Load => {
    if (!wanted) return load;
    const { kernels, load: result } = pack(load, form, kernel.vars, product.summed, workspace);
    for (const one of kernels) bound.push(...others(one));
    return result;
  };
  const a = packed(product.a, form.pack.a);
  const b = packed(product.b, form.pack.b);
  const writer = new TileWriter(kernel, effect, reduce, { ...contraction, a, b }, form, lanes);
  bound.push(writer.write());
  return bound;
}

/** Some result variable belongs to one operand alone: the product is worth a tile. */
function isOuter(vars: readonly Var[], { a, b, summed }: { a: Load; b: Load; summed: readonly Var[] }): boolean {
  return (
    vars.some((v) => a.at.terms.has(v) !== b.at.terms.has(v)) &&
    summed.some((v) => a.at.terms.has(v)) &&
    summed.some((v) => b.at.terms.has(v))
  );
}

/** A copy of an operand with the lane variable innermost, result variables outermost. */
function pack(
  load: Load,
  form: TileDirectives,
  vars: readonly Var[],
  summed: readonly Var[],
  workspace: Workspace,
): { kernels: Kernel[]; load: Load } {
  const used = (v: Var) => load.at.terms.has(v) && v !== form.lane;
  const order = [...vars.filter(used), ...bySteps(summed.filter(used), load), form.lane];
  const buffer = workspace.temporary(load.dtype, sizeOfVars(order));
  let at = affine(0);
  let stride = 1;
  for (let i = order.length - 1; i >= 0; i--) {
    at = plus(at, { constant: 0, terms: new Map([[order[i]!, stride]]) });
    stride *= order[i]!.size;
  }
  const effect: Effect = { kind: 'store', buffer, at, value: load };
  return { kernels: [{ name: 'pack', vars: order, effects: [effect] }], load: { ...load, buffer, at } };
}

/** Variables by the step they take through an operand, longest first. */
function bySteps(vars: readonly Var[], load: Load): Var[] {
  return [...vars].sort((x, y) => Math.abs(coefficient(load.at, y)) - Math.abs(coefficient(load.at, x)));
}

/** Operands larger than this do not stay in a core's cache while a small result is computed from them. */
const cachedElements = 65_536;

/**
 * Few results of very long sums (weight gradients): the outermost summed variable is cut into parts, each summed on its own
 * while its operands stay in cache and shared out to threads; their total follows. The parts depend on the shape alone, never on the number of threads.
 */
function splitDepth(
  kernel: Kernel,
  effect: Extract<Effect, { kind: 'store' }>,
  reduce: Reduce,
  product: { a: Load; b: Load; summed: readonly Var[] },
  workspace: Workspace,
): { parts: Kernel; total: Kernel } | undefined {
  const size = sizeOfVars(kernel.vars);
  const elements = (load: Load) => sizeOfVars([...load.at.terms.keys()]);
  const operands = elements(product.a) + elements(product.b);
  const outermost = best(
    product.summed,
    (v) => Math.abs(coefficient(product.a.at, v)) + Math.abs(coefficient(product.b.at, v)),
  );
  if (outermost === undefined || operands < 4 * cachedElements) return undefined;
  const wanted = Math.min(64, Math.ceil(operands / cachedElements));
  const count = largestDivisor(outermost.size, wanted);
  if (count < 4 || size * count > operands / 2) return undefined;
  const part = workspace.variable(count);
  const inner = workspace.variable(outermost.size / count);
  const partial = workspace.temporary(reduce.dtype, size * count);
  // The parts lie as the result does, so that the same lane variable is contiguous in both.
  const byOut = [...kernel.vars].sort((x, y) => coefficient(effect.at, y) - coefficient(effect.at, x));
  let at: Affine = times({ constant: 0, terms: new Map([[part, 1]]) }, size);
  let stride = size;
  for (const v of byOut) {
    stride /= v.size;
    at = plus(at, { constant: 0, terms: new Map([[v, stride]]) });
  }
  const rewrite = (index: Affine): Affine => {
    const by = coefficient(index, outermost);
    if (by === 0) return index;
    const terms = new Map(index.terms);
    terms.delete(outermost);
    terms.set(part, by * inner.size);
    if (inner.size > 1) terms.set(inner, by);
    return { constant: index.constant, terms };
  };
  const partsEffect = mapIndices({ kind: 'store', buffer: partial, at, value: reduce }, rewrite, (vars) =>
    vars.flatMap((v) => (v === outermost ? (inner.size > 1 ? [inner] : []) : [v])),
  );
  const whole = workspace.variable(count);
  const load: Load = {
    kind: 'load',
    dtype: reduce.dtype,
    buffer: partial,
    at: { constant: 0, terms: new Map([...at.terms].map(([v, k]) => [v === part ? whole : v, k])) },
  };
  return {
    parts: { name: `${kernel.name} parts`, vars: [part, ...byOut], effects: [partsEffect] },
    total: {
      ...kernel,
      effects: [{ ...effect, value: replace(effect.value, reduce, { ...reduce, vars: [whole], arg: load }) }],
    },
  };
}

interface Block {
  readonly start: number;
  /** Values of the variable in each tile. */
  readonly width: number;
  readonly count: number;
}

/** `size` values in tiles of at most `most`, evenly: whole tiles first, then one narrower. */
function blocksOf(size: number, most: number): Block[] {
  const tiles = Math.ceil(size / most);
  const width = Math.ceil(size / tiles);
  const count = Math.floor(size / width);
  const result: Block[] = [{ start: 0, width, count }];
  if (count * width < size) result.push({ start: count * width, width: size - count * width, count: 1 });
  return result;
}

class TileWriter {
  private readonly kernel: Kernel;
  private readonly effect: Extract<Effect, { kind: 'store' }>;
  private readonly reduce: Reduce;
  private readonly c: Contraction;
  private readonly form: TileDirectives;
  private readonly lanes: number;
  private readonly builder: NestBuilder;
  private readonly slots: Slots;
  private readonly walks = new Map<Var, Walk>();

  constructor(
    kernel: Kernel,
    effect: Extract<Effect, { kind: 'store' }>,
    reduce: Reduce,
    contraction: Contraction,
    form: TileDirectives,
    lanes: number,
  ) {
    this.kernel = kernel;
    this.effect = effect;
    this.reduce = reduce;
    this.c = contraction;
    this.form = form;
    this.lanes = lanes;
    this.builder = new NestBuilder(lanes);
    this.slots = new Slots(this.builder, kernel.effects);
  }

  write(): Bound {
    const { form, kernel, builder, lanes } = this;
    const inner = form.kind === 'inner';
    const across = inner ? form.column : form.lane;
    const rowBlocks = form.row ? blocksOf(form.row.size, form.rows) : [{ start: 0, width: 1, count: 1 }];
    const acrossBlocks = across
      ? inner
        ? blocksOf(across.size, form.across)
        : laneBlocks(across.size, form.across, lanes)
      : [{ start: 0, width: 1, count: 1 }];
    const free = kernel.vars.filter((v) => v !== form.row && v !== across);

    // The longest loop is outermost, where threads share it; a tile loop only if it is one even loop.
    const work = 2 * sizeOfVars(kernel.vars) * sizeOfVars(this.c.summed);
    const rowCount = rowBlocks.length === 1 ? rowBlocks[0]!.count : 0;
    const acrossCount = acrossBlocks.length === 1 ? acrossBlocks[0]!.count : 0;
    const longest = best(free, (v) => v.size);
    const freeCount = longest?.size ?? 0;
    const ordered = longest ? [longest, ...free.filter((v) => v !== longest)] : free;
    const first =
      freeCount >= 8 || freeCount >= Math.max(rowCount, acrossCount)
        ? 'free'
        : rowCount >= acrossCount
          ? 'row'
          : 'across';
    const isOneLoop = first === 'free' ? freeCount > 1 : Math.max(rowCount, acrossCount) > 1;

    const rows = (body: (walk: Walk, width: number) => void) => this.eachBlock(rowBlocks, body);
    const columns = (body: (walk: Walk, width: number) => void) => this.eachBlock(acrossBlocks, body);
    const tileAt = (row: Walk, rowWidth: number, column: Walk, columnWidth: number) =>
      this.tile(row, rowWidth, across, column, columnWidth);
    const openFree = () => {
      for (const v of ordered) this.walks.set(v, { constant: 0, terms: [{ loop: builder.open(v.size), by: 1 }] });
    };
    const closeFree = () => {
      for (const _ of ordered) builder.close();
    };
    if (first === 'free') {
      openFree();
      columns((column, columnWidth) => rows((row, rowWidth) => tileAt(row, rowWidth, column, columnWidth)));
      closeFree();
    } else if (first === 'row') {
      rows((row, rowWidth) => {
        openFree();
        columns((column, columnWidth) => tileAt(row, rowWidth, column, columnWidth));
        closeFree();
      });
    } else {
      columns((column, columnWidth) => {
        openFree();
        rows((row, rowWidth) => tileAt(row, rowWidth, column, columnWidth));
        closeFree();
      });
    }
    const parallel = form.parallel && isOneLoop;
    return { nest: builder.finish(`contract ${kernel.name}`, { parallel, work }), bindings: this.slots.bindings };
  }

  private eachBlock(blocks: readonly Block[], body: (walk: Walk, width: number) => void): void {
    for (const { start, width, count } of blocks) {
      if (count === 1) {
        body({ constant: start, terms: [] }, width);
        continue;
      }
      const loop = this.builder.open(count);
      body({ constant: start, terms: [{ loop, by: width }] }, width);
      this.builder.close();
    }
  }

  /** One register tile: rows from `row`, columns (vectors of the lane variable, or single values) from `column`. */
  private tile(row: Walk, rowWidth: number, across: Var | undefined, column: Walk, columnWidth: number): void {
    const { builder, form, lanes, reduce, c } = this;
    const inner = form.kind === 'inner';
    const laneType = laneTypeOf[reduce.dtype];
    const columns = inner ? columnWidth : Math.ceil(columnWidth / lanes);
    const points: Point[][] = [];
    for (let r = 0; r < rowWidth; r++) {
      points.push([]);
      for (let j = 0; j < columns; j++) {
        const vars = new Map(this.walks);
        if (form.row) vars.set(form.row, { constant: row.constant + r, terms: row.terms });
        if (across) vars.set(across, { constant: column.constant + j * (inner ? 1 : lanes), terms: column.terms });
        const active = inner ? 1 : Math.min(lanes, columnWidth - j * lanes);
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
    const order = this.summedOrder();
    const summed = new Map<Var, Walk>();
    for (const v of order)
      if (!inner || v !== form.lane) summed.set(v, { constant: 0, terms: [{ loop: builder.open(v.size), by: 1 }] });
    const products = (extra: ReadonlyMap<Var, Walk>, lane: { lane: Var; active: number } | undefined) => {
      const loads = new Map<string, Register>();
      points.forEach((list, r) =>
        list.forEach((point, j) => {
          const at: Point = { ...point, ...lane, vars: new Map([...point.vars, ...extra]) };
          const evaluator = new Evaluator(builder, this.slots, at, { loads });
          const target = sums[r]![j]!;
          builder.assign(target, { op: 'fma', a: evaluator.value(c.a), b: evaluator.value(c.b), c: target });
        }),
      );
    };
    if (!inner) products(summed, undefined);
    else {
      const { lane } = form;
      const full = Math.floor(lane.size / lanes);
      const tail = lane.size % lanes;
      if (full > 1) {
        const loop = builder.open(full);
        products(new Map([...summed, [lane, { constant: 0, terms: [{ loop, by: lanes }] }]]), { lane, active: lanes });
        builder.close();
      } else if (full === 1)
        products(new Map([...summed, [lane, { constant: 0, terms: [] }]]), { lane, active: lanes });
      // Lanes past the end load zeros, which add nothing.
      if (tail > 0)
        products(new Map([...summed, [lane, { constant: full * lanes, terms: [] }]]), { lane, active: tail });
    }
    for (const _ of summed) builder.close();
    const loads = new Map<string, Register>();
    points.forEach((list, r) =>
      list.forEach((point, j) => {
        let sum = sums[r]![j]!;
        if (inner) sum = builder.set(laneType, { op: 'sumLanes', a: sum });
        new Evaluator(builder, this.slots, point, { reduced: new Map([[reduce, sum]]), loads }).perform(this.effect);
      }),
    );
  }

  /** Summed variables, the one with the shortest steps innermost. */
  private summedOrder(): Var[] {
    const { a, b, summed } = this.c;
    const reach = (v: Var) => Math.abs(coefficient(a.at, v)) + Math.abs(coefficient(b.at, v));
    return [...summed].sort((x, y) => reach(y) - reach(x));
  }
}

/** Tiles along the lanes: whole tiles of `vectors` registers, then one with the rest. */
function laneBlocks(size: number, vectors: number, lanes: number): Block[] {
  const width = vectors * lanes;
  const count = Math.floor(size / width);
  const result: Block[] = count > 0 ? [{ start: 0, width, count }] : [];
  if (count * width < size) result.push({ start: count * width, width: size - count * width, count: 1 });
  return result;
}
