/**
 * From expressions to registers: emits the nest values that compute an expression at one point of the loops (a vector of points along the
 * lane variable). What does not depend on an inner loop is computed outside it, because every value is set at the depth of what it is made from.
 */
import { type DType, infoOf, isFloat, isHalf } from '../ir/dtype.ts';
import { type Affine, coefficient, type Var } from '../kernel/affine.ts';
import type { NestBuilder } from '../kernel/builder.ts';
import { elementOf, fromElement, laneOfDType, toElement } from '../kernel/element.ts';
import { expandOp, needsF64 } from '../kernel/expand.ts';
import { castUnrounded } from '../kernel/math/cast.ts';
import { type BufferId, type Effect, type Expression, type Reduce, visitExpressions } from '../kernel/kernel.ts';
import { laneOf, type Register, type Slot, type Walk } from '../kernel/nest.ts';

/** The slots of a nest being built, one for each buffer it touches. */
export class Slots {
  readonly bindings: BufferId[] = [];
  private readonly slots = new Map<BufferId, Slot>();
  private readonly builder: NestBuilder;
  private readonly written: ReadonlySet<BufferId>;
  private readonly readToo: ReadonlySet<BufferId>;

  /** `effects` are everything the nest does, so that each slot knows whether it is read, written or both. */
  constructor(builder: NestBuilder, effects: readonly Effect[]) {
    this.builder = builder;
    const written = new Set<BufferId>();
    const read = new Set<BufferId>();
    for (const effect of effects) {
      written.add(effect.buffer);
      if (effect.kind === 'accumulate') read.add(effect.buffer);
      for (const root of effect.kind === 'accumulate' ? [effect.value, effect.index] : [effect.value]) {
        visitExpressions(root, (expression) => {
          if (expression.kind === 'load' || expression.kind === 'gather') read.add(expression.buffer);
        });
      }
    }
    this.written = written;
    this.readToo = read;
  }

  of(buffer: BufferId, dtype: DType): Slot {
    let slot = this.slots.get(buffer);
    if (slot === undefined) {
      const writes = this.written.has(buffer);
      slot = this.builder.slot(elementOf[dtype], writes ? (this.readToo.has(buffer) ? 'readwrite' : 'write') : 'read');
      this.slots.set(buffer, slot);
      this.bindings.push(buffer);
    }
    return slot;
  }

  isWritten(buffer: BufferId): boolean {
    return this.written.has(buffer);
  }
}

/** What the variables are worth here. */
export interface Point {
  /** Each variable as an integer that follows the open loops. */
  readonly vars: ReadonlyMap<Var, Walk>;
  /** The variable that runs along the lanes, in steps of one from its walk. */
  readonly lane?: Var | undefined;
  /** Lanes in use. */
  readonly active: number;
}

export function walkOf(at: Affine, vars: ReadonlyMap<Var, Walk>): Walk {
  let constant = at.constant;
  const terms = new Map<number, number>();
  for (const [v, k] of at.terms) {
    const walk = vars.get(v);
    if (walk === undefined) throw new Error(`bug: variable ${v.id} has no loop`);
    constant += walk.constant * k;
    for (const { loop, by } of walk.terms) terms.set(loop, (terms.get(loop) ?? 0) + by * k);
  }
  return { constant, terms: [...terms].filter(([, by]) => by !== 0).map(([loop, by]) => ({ loop, by })) };
}

export class Evaluator {
  private readonly builder: NestBuilder;
  private readonly slots: Slots;
  private readonly point: Point;
  /** The registers in which reductions have been accumulated. */
  private readonly reduced: ReadonlyMap<Reduce, Register>;
  private readonly done = new Map<Expression, Register>();
  /** Loads already made, shared by the evaluators of one unrolled block. */
  private readonly loads: Map<string, Register>;

  constructor(
    builder: NestBuilder,
    slots: Slots,
    point: Point,
    options: {
      reduced?: ReadonlyMap<Reduce, Register>;
      loads?: Map<string, Register>;
      /** Values that are in registers already. */
      known?: ReadonlyMap<Expression, Register>;
    } = {},
  ) {
    for (const [expression, register] of options.known ?? []) this.done.set(expression, register);
    this.builder = builder;
    this.slots = slots;
    this.point = point;
    this.reduced = options.reduced ?? new Map();
    this.loads = options.loads ?? new Map();
  }

  value(expression: Expression): Register {
    let register = this.done.get(expression);
    if (register === undefined) {
      register = this.compute(expression);
      this.done.set(expression, register);
    }
    return register;
  }

  perform(effect: Effect): void {
    const { builder, point } = this;
    const dtype = effect.value.dtype;
    const source = toElement(builder, dtype, this.unrounded(effect.value));
    const at = walkOf(effect.at, point.vars);
    const step = this.step(effect.at);
    const element = elementOf[dtype];
    const slot = this.slots.of(effect.buffer, dtype);
    if (effect.kind === 'store') builder.store(element, { slot, at, step, active: point.active }, source);
    else {
      const index = this.value(effect.index);
      builder.push({
        kind: 'accumulate',
        element,
        slot,
        at,
        index,
        scale: effect.scale,
        step,
        active: point.active,
        source,
      });
    }
  }

  /** A value that is about to be stored, which rounds 16-bit floats: they need not be rounded before. */
  private unrounded(expression: Expression): Register {
    const { dtype } = expression;
    if (!isHalf(dtype) || expression.kind !== 'apply' || expression.op !== 'cast' || this.done.has(expression))
      return this.value(expression);
    const inner = expression.args[0]!;
    return castUnrounded(this.builder, inner.dtype, dtype, this.value(inner));
  }

  /** Elements between lanes. */
  private step(at: Affine): number {
    return this.point.lane ? coefficient(at, this.point.lane) : 0;
  }

  private compute(expression: Expression): Register {
    const { builder, point } = this;
    switch (expression.kind) {
      case 'const':
        return builder.splat(
          laneOfDType[expression.dtype],
          expression.dtype === 'bool' ? -expression.value : expression.value,
        );
      case 'index': {
        const walk = walkOf(expression.at, point.vars);
        return builder.set('i32', { op: 'index', walk, step: this.step(expression.at) }, builder.depthOfWalk(walk));
      }
      case 'load': {
        const walk = walkOf(expression.at, point.vars);
        const step = this.step(expression.at);
        const active = step === 0 ? builder.lanes : point.active;
        const slot = this.slots.of(expression.buffer, expression.dtype);
        const isStable = !this.slots.isWritten(expression.buffer);
        const key = isStable
          ? `${slot} ${walk.constant} ${walk.terms.map(({ loop, by }) => `${loop}:${by}`).join()} ${step} ${active}`
          : '';
        const known = isStable ? this.loads.get(key) : undefined;
        if (known !== undefined) return known;
        const depth = isStable ? builder.depthOfWalk(walk) : builder.depth;
        const element = elementOf[expression.dtype];
        const loaded = builder.set(
          laneOf[element],
          { op: 'load', element, access: { slot, at: walk, step, active } },
          depth,
        );
        const register = fromElement(builder, expression.dtype, loaded);
        if (isStable) this.loads.set(key, register);
        return register;
      }
      case 'gather': {
        const index = this.value(expression.index);
        const walk = walkOf(expression.at, point.vars);
        const step = this.step(expression.at);
        const uniform = point.lane === undefined || !dependsOn(expression.index, point.lane);
        const slot = this.slots.of(expression.buffer, expression.dtype);
        const active = uniform && step === 0 ? builder.lanes : point.active;
        const depth = this.slots.isWritten(expression.buffer)
          ? builder.depth
          : Math.max(builder.depthOfWalk(walk), builder.depthOf(index));
        const element = elementOf[expression.dtype];
        const value = {
          op: 'gather',
          element,
          slot,
          at: walk,
          index,
          scale: expression.scale,
          step,
          active,
          uniform,
        } as const;
        return fromElement(builder, expression.dtype, builder.set(laneOf[element], value, depth));
      }
      case 'reduce': {
        const register = this.reduced.get(expression);
        if (register === undefined) throw new Error('bug: a reduction is used before it is computed');
        return register;
      }
      case 'apply':
        return this.apply(expression);
    }
  }

  private apply(expression: Extract<Expression, { kind: 'apply' }>): Register {
    const { builder } = this;
    const { op, args, dtype } = expression;
    if (op === 'add' && isFloat(dtype)) {
      // a · b + c, c − a · b and a − b are single instructions.
      for (const [i, j] of [[0, 1] as const, [1, 0] as const]) {
        const [product, other] = [args[i]!, args[j]!];
        if (product.kind === 'apply' && product.op === 'mul' && !this.done.has(product)) {
          return builder.fma('fma', this.value(product.args[0]!), this.value(product.args[1]!), this.value(other));
        }
        if (product.kind === 'apply' && product.op === 'neg') {
          const inner = product.args[0]!;
          if (inner.kind === 'apply' && inner.op === 'mul' && !this.done.has(inner)) {
            return builder.fma('fnma', this.value(inner.args[0]!), this.value(inner.args[1]!), this.value(other));
          }
          return builder.binary('sub', this.value(other), this.value(inner));
        }
      }
    }
    if (op === 'max' && isFloat(dtype)) {
      // A constant cannot be NaN here, so the machine's max (second operand if unordered) already propagates NaN.
      for (const [i, j] of [[0, 1] as const, [1, 0] as const]) {
        const constant = args[i]!;
        if (constant.kind === 'const' && !Number.isNaN(constant.value))
          return builder.binary('max', this.value(constant), this.value(args[j]!));
      }
    }
    const from = args[args.length - 1]!.dtype;
    return expandOp(
      builder,
      op,
      from,
      dtype,
      args.map((arg) => this.value(arg)),
      expression.word,
    );
  }
}

/** Whether the value changes along a variable. */
export function dependsOn(root: Expression, v: Var): boolean {
  let found = false;
  visitExpressions(root, (expression) => {
    if ('at' in expression && expression.at.terms.has(v)) found = true;
  });
  return found;
}

/** Whether any part of an effect is computed in 64 bits, which halves the lanes. */
export function usesF64(effects: readonly Effect[]): boolean {
  let found = false;
  for (const effect of effects) {
    for (const root of effect.kind === 'accumulate' ? [effect.value, effect.index] : [effect.value]) {
      visitExpressions(root, (expression) => {
        if (infoOf(expression.dtype).bytes === 8) found = true;
        if (expression.kind === 'apply' && needsF64(expression.op, expression.args[expression.args.length - 1]!.dtype))
          found = true;
      });
    }
  }
  return found;
}
