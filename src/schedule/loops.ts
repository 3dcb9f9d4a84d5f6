/**
 * Schedules kernels that are not contractions: elementwise maps, copies, scatters and ordinary reductions. Directives say
 * which variable runs along the lanes, how many accumulators a reduction keeps and whether threads share the outermost loop; this writes the nest.
 */
import { infoOf, isFloat } from '../ir/dtype.ts';
import type { Node } from '../ir/node.ts';
import type { Var } from '../kernel/affine.ts';
import { NestBuilder } from '../kernel/builder.ts';
import { expandOp } from '../kernel/expand.ts';
import { type BufferId, type Expression, type Kernel, type Reduce, reducesOf } from '../kernel/kernel.ts';
import type { Nest, Register, Walk } from '../kernel/nest.ts';
import { transposable, workOf } from './choose.ts';
import { combine, touchedByColumns, writeColumns } from './columns.ts';
import type { Chooser, LoopDirectives } from './directives.ts';
import { Evaluator, type Point, Slots, usesF64 } from './evaluate.ts';
import { laneOfDType } from '../kernel/element.ts';
import { wrapInteger } from '../kernel/math/cast.ts';
import type { Target } from './target.ts';
import { transpose } from './transpose.ts';

/** A nest and the buffers its slots stand for. */
export interface Bound {
  readonly nest: Nest;
  readonly bindings: readonly BufferId[];
  /** Plain loops, which may be joined with their neighbours; register tiles need all the registers there are for themselves. */
  readonly isJoinable: boolean;
  /** The nodes it is there for; whoever asked for the nest says so. */
  readonly nodes?: readonly Node[];
}

export function scheduleLoops(kernel: Kernel, target: Target, chooser: Chooser): Bound[] {
  const lanes = usesF64(kernel.effects) ? target.lanes / 2 : target.lanes;
  const reduces = reducesOf(kernel.effects);
  const directives = chooser.loops(kernel, reduces, lanes, target);
  return new LoopWriter(kernel, reduces, directives, lanes).write();
}

class LoopWriter {
  private readonly kernel: Kernel;
  private readonly reduces: readonly Reduce[];
  private readonly lane: Var | undefined;
  private readonly across: Var | undefined;
  private readonly rows: Var | undefined;
  private readonly lanes: number;
  private readonly work: number;
  private readonly side: number;
  private readonly parallel: boolean;
  private builder: NestBuilder;
  private slots: Slots;
  private readonly walks = new Map<Var, Walk>();

  constructor(
    kernel: Kernel,
    reduces: readonly Reduce[],
    { lane, across, rows, side, parallel }: LoopDirectives,
    lanes: number,
  ) {
    this.kernel = kernel;
    this.reduces = reduces;
    this.lane = lane;
    this.across = across;
    this.rows = rows;
    this.side = side;
    this.lanes = lanes;
    this.work = workOf(kernel, reduces);
    this.parallel = parallel && kernel.effects.every((effect) => effect.kind === 'store');
    this.builder = new NestBuilder(lanes);
    this.slots = new Slots(this.builder, kernel.effects);
  }

  write(): Bound[] {
    const { kernel, lane } = this;
    const isSummed = lane !== undefined && !kernel.vars.includes(lane);
    const outer = this.outermostFirst(kernel.vars.filter((v) => v !== lane));
    if (isSummed || lane === undefined) {
      for (const v of outer) this.open(v);
      this.rowReduction(isSummed ? lane : undefined);
      for (const _ of outer) this.builder.close();
      return [this.finish(this.parallel && outer.length > 0)];
    }
    if (this.across !== undefined && this.across !== lane) return this.inSquares(lane, this.across);
    if (this.rows !== undefined) return this.byRows(lane, this.rows, outer);
    const block = this.lanes * (this.reduces.length > 0 ? 1 : 4);
    const blocks = Math.floor(lane.size / block);
    if (outer.length > 0 || !this.parallel || blocks < 2) {
      for (const v of outer) this.open(v);
      this.alongLane(lane, 0, lane.size);
      for (const _ of outer) this.builder.close();
      return [this.finish(this.parallel && outer.length > 0)];
    }
    // One flat loop: the threads share even chunks of it, and what is left over is a small nest of its own.
    const chunks = Math.min(64, blocks);
    const each = Math.floor(blocks / chunks) * block;
    const chunk = this.builder.open(chunks);
    this.alongLane(lane, { constant: 0, terms: [{ loop: chunk, by: each }] }, each);
    this.builder.close();
    const bound = [this.finish(true)];
    if (each * chunks < lane.size) {
      this.builder = new NestBuilder(this.lanes);
      this.slots = new Slots(this.builder, kernel.effects);
      this.alongLane(lane, each * chunks, lane.size - each * chunks);
      bound.push(this.finish(false));
    }
    return bound;
  }

  /** Rows read as they lie, the results of columns waiting in memory. */
  private byRows(lane: Var, row: Var, outer: readonly Var[]): Bound[] {
    const [effect] = this.kernel.effects;
    this.slots = new Slots(this.builder, touchedByColumns(effect!));
    for (const v of outer) this.open(v);
    writeColumns(this.builder, this.slots, effect!, { lane, row, walks: this.walks });
    for (const _ of outer) this.builder.close();
    return [this.finish(this.parallel && outer.length > 0)];
  }

  /** As they come, but a few iterations shared by threads would not come out even: then the longest goes first. */
  private outermostFirst(vars: readonly Var[]): readonly Var[] {
    const [first] = vars;
    if (!this.parallel || first === undefined || first.size >= 16) return vars;
    const longest = vars.reduce((a, b) => (b.size > a.size ? b : a));
    return [longest, ...vars.filter((v) => v !== longest)];
  }

  private finish(parallel: boolean): Bound {
    return {
      nest: this.builder.finish(this.kernel.name, { parallel, work: this.work }),
      bindings: this.slots.bindings,
      isJoinable: true,
    };
  }

  private open(v: Var): void {
    const loop = this.builder.open(v.size);
    this.walks.set(v, { constant: 0, terms: [{ loop, by: 1 }] });
  }

  /** Lanes along one variable of the output, loads along another and transposed. */
  private inSquares(lane: Var, across: Var): Bound[] {
    const { kernel, lanes } = this;
    const outer = this.outermostFirst(kernel.vars.filter((v) => v !== lane && v !== across));
    const strips = (size: number): { start: number; count: number; width: number }[] => {
      const full = Math.floor(size / lanes);
      const whole = full > 0 ? [{ start: 0, count: full, width: lanes }] : [];
      return full * lanes < size ? [...whole, { start: full * lanes, count: 1, width: size - full * lanes }] : whole;
    };
    const nests = strips(across.size);
    // Threads share the strips if there is nothing else to share: whole ones, and what is left is a nest of its own.
    const shared = this.parallel && outer.length === 0 && nests.length > 1 && nests[0]!.count > 1;
    const bound: Bound[] = [];
    for (const list of shared ? nests.map((one) => [one]) : [nests]) {
      this.builder = new NestBuilder(lanes);
      this.slots = new Slots(this.builder, kernel.effects);
      for (const v of outer) this.open(v);
      for (const strip of list) {
        this.each(strip, (acrossAt) => {
          for (const part of strips(lane.size))
            this.each(part, (laneAt) => {
              this.square(lane, laneAt, part.width, across, acrossAt, strip.width);
            });
        });
      }
      for (const _ of outer) this.builder.close();
      const isLoop = outer.length > 0 || (list.length === 1 && list[0]!.count > 1);
      bound.push(this.finish(this.parallel && isLoop));
    }
    return bound;
  }

  private each(run: { start: number; count: number; width: number }, body: (at: Walk) => void): void {
    if (run.count === 1) {
      body({ constant: run.start, terms: [] });
      return;
    }
    const loop = this.builder.open(run.count);
    body({ constant: run.start, terms: [{ loop, by: run.width }] });
    this.builder.close();
  }

  /** `rows` values of the lane variable times `columns` of the other. */
  private square(lane: Var, laneAt: Walk, rows: number, across: Var, acrossAt: Walk, columns: number): void {
    const { builder, slots, kernel, lanes } = this;
    const placed = (i: number, j: number): Map<Var, Walk> =>
      new Map([
        ...this.walks,
        [lane, { constant: laneAt.constant + i, terms: laneAt.terms }],
        [across, { constant: acrossAt.constant + j, terms: acrossAt.terms }],
      ]);
    const known = Array.from({ length: columns }, () => new Map<Expression, Register>());
    for (const load of transposable(kernel, lane, across)) {
      if (slots.isWritten(load.buffer)) continue;
      const read = Array.from({ length: rows }, (_, i) => {
        const point: Point = { vars: placed(i, 0), lane: across, active: columns };
        return new Evaluator(builder, slots, point).value(load);
      });
      // Past the last row anything will do: those lanes are not stored.
      while (read.length < lanes) read.push(read[0]!);
      transpose(builder, laneOfDType[load.dtype], read, columns).forEach((column, j) => known[j]!.set(load, column));
    }
    const loads = new Map<string, Register>();
    known.forEach((values, j) => {
      const point: Point = { vars: placed(0, j), lane, active: rows };
      const evaluator = new Evaluator(builder, slots, point, { loads, known: values });
      for (const effect of kernel.effects) evaluator.perform(effect);
    });
  }

  /** Everything for `count` values of the lane variable from `start`. */
  private alongLane(lane: Var, start: Walk | number, count: number): void {
    const { lanes, builder } = this;
    const base: Walk = typeof start === 'number' ? { constant: start, terms: [] } : start;
    const full = Math.floor(count / lanes);
    const tail = count % lanes;
    const side = this.reduces.length === 0 ? 1 : Math.min(this.side, Math.max(1, full));
    const blocks = Math.floor(full / side);
    const vector = (i: number, active: number) => ({ offset: i * lanes, active });
    if (blocks > 0) {
      const loop = builder.open(blocks);
      const walk: Walk = { constant: base.constant, terms: [...base.terms, { loop, by: side * lanes }] };
      this.block(
        lane,
        walk,
        Array.from({ length: side }, (_, i) => vector(i, lanes)),
      );
      builder.close();
    }
    const rest = Array.from({ length: full - blocks * side }, (_, i) => vector(blocks * side + i, lanes));
    if (tail > 0) rest.push(vector(full, tail));
    if (rest.length > 0) this.block(lane, base, rest);
  }

  /** A few vectors along the lane variable, computed side by side. */
  private block(lane: Var, base: Walk, vectors: readonly { offset: number; active: number }[]): void {
    const points = vectors.map(({ offset, active }): Point => {
      const vars = new Map(this.walks);
      vars.set(lane, { constant: base.constant + offset, terms: base.terms });
      return { vars, lane, active };
    });
    const reduced = points.map(() => new Map<Reduce, Register>());
    for (const reduce of this.reduces) {
      const registers = points.map(() => this.identity(reduce));
      const summed = new Map<Var, Walk>();
      for (const v of reduce.vars) summed.set(v, { constant: 0, terms: [{ loop: this.builder.open(v.size), by: 1 }] });
      const loads = new Map<string, Register>();
      points.forEach((point, i) => {
        const vars = new Map([...point.vars, ...summed]);
        const evaluator = new Evaluator(this.builder, this.slots, { ...point, vars }, { loads });
        this.combineInto(registers[i]!, reduce, evaluator.value(reduce.arg));
      });
      for (const _ of reduce.vars) this.builder.close();
      registers.forEach((register, i) => reduced[i]!.set(reduce, register));
    }
    const loads = new Map<string, Register>();
    points.forEach((point, i) => {
      const evaluator = new Evaluator(this.builder, this.slots, point, { reduced: reduced[i]!, loads });
      for (const effect of this.kernel.effects) evaluator.perform(effect);
    });
  }

  /** One output element: its reduction runs along the lanes (or, with no lane variable, is scalar). */
  private rowReduction(lane: Var | undefined): void {
    const { builder, lanes } = this;
    const reduced = new Map<Reduce, Register>();
    for (const reduce of this.reduces) {
      if (lane === undefined || !reduce.vars.includes(lane)) {
        const register = this.identity(reduce);
        const vars = new Map(this.walks);
        for (const v of reduce.vars) vars.set(v, { constant: 0, terms: [{ loop: builder.open(v.size), by: 1 }] });
        this.combineInto(register, reduce, new Evaluator(builder, this.slots, { vars, active: 1 }).value(reduce.arg));
        for (const _ of reduce.vars) builder.close();
        reduced.set(reduce, register);
        continue;
      }
      const full = Math.floor(lane.size / lanes);
      const tail = lane.size % lanes;
      const side = Math.min(this.side, Math.max(1, full));
      const registers = Array.from({ length: side }, () => this.identity(reduce));
      const vars = new Map(this.walks);
      const others = reduce.vars.filter((v) => v !== lane);
      for (const v of others) vars.set(v, { constant: 0, terms: [{ loop: builder.open(v.size), by: 1 }] });
      const accumulate = (register: Register, walk: Walk, active: number) => {
        const point: Point = { vars: new Map([...vars, [lane, walk]]), lane, active };
        let value = new Evaluator(builder, this.slots, point).value(reduce.arg);
        if (active < lanes) {
          const mask = builder.set('i32', { op: 'mask', active }, 0);
          value = builder.select(mask, value, builder.splat(builder.laneOf(value), identityOf(reduce)));
        }
        this.combineInto(register, reduce, value);
      };
      const blocks = Math.floor(full / side);
      if (blocks > 0) {
        const loop = builder.open(blocks);
        registers.forEach((register, i) =>
          accumulate(register, { constant: i * lanes, terms: [{ loop, by: side * lanes }] }, lanes),
        );
        builder.close();
      }
      for (let i = blocks * side; i < full; i++)
        accumulate(registers[i % side]!, { constant: i * lanes, terms: [] }, lanes);
      if (tail > 0) accumulate(registers[0]!, { constant: full * lanes, terms: [] }, tail);
      for (const _ of others) builder.close();
      for (let i = 1; i < side; i++) this.combineInto(registers[0]!, reduce, registers[i]!);
      reduced.set(reduce, this.acrossLanes(reduce, registers[0]!));
    }
    const evaluator = new Evaluator(builder, this.slots, { vars: new Map(this.walks), active: 1 }, { reduced });
    for (const effect of this.kernel.effects) evaluator.perform(effect);
  }

  private identity(reduce: Reduce): Register {
    const register = this.builder.register(laneOfDType[reduce.dtype]);
    this.builder.assign(register, { op: 'splat', value: identityOf(reduce) });
    return register;
  }

  private combineInto(target: Register, reduce: Reduce, value: Register): void {
    const { builder } = this;
    const { dtype, op } = reduce;
    if (isFloat(dtype) && op !== 'amax')
      builder.assign(target, { op: combine[op] === 'add' ? 'add' : 'mul', a: target, b: value });
    else {
      // A copy made here keeps the combination inside the loop, whatever depth the accumulator was made at.
      const current = builder.set(laneOfDType[dtype], { op: 'copy', a: target });
      builder.assign(target, { op: 'copy', a: expandOp(builder, combine[op], dtype, dtype, [current, value]) });
    }
  }

  private acrossLanes(reduce: Reduce, register: Register): Register {
    const { builder } = this;
    const { dtype } = reduce;
    const across = { sum: 'sumLanes', amax: 'maxLanes', prod: 'mulLanes' } as const;
    const lane = laneOfDType[dtype];
    // Masks are −1 and 0: the larger mask is the smaller number.
    if (dtype === 'bool')
      return builder.unary('neg', builder.set(lane, { op: 'maxLanes', a: builder.unary('neg', register) }));
    const result = builder.set(lane, { op: across[reduce.op], a: register });
    if (!isFloat(dtype)) return wrapInteger(builder, dtype, result);
    if (reduce.op !== 'amax') return result;
    const nans = builder.set('i32', { op: 'sumLanes', a: builder.compare('ne', register, register) });
    return builder.select(builder.compare('eq', nans, builder.splat('i32', 0)), result, builder.splat(lane, NaN));
  }
}

function identityOf(reduce: Reduce): number {
  if (reduce.op === 'sum') return 0;
  if (reduce.op === 'prod') return 1;
  return infoOf(reduce.dtype).lowest;
}
