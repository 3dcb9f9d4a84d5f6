/**
 * Kernels: one loop nest before anything is scheduled. Each says what is stored where for every point of an iteration space; how to loop is
 * not said. Values are expressions over loads at affine places; a reduction inside an expression brings its own variables.
 */
import type { DType } from '../ir/dtype.ts';
import type { Shape } from '../base/shape.ts';
import type { ElementwiseOp, ReduceOp } from '../ir/op.ts';
import type { RoutineCall } from '../ir/routine.ts';
import type { Affine, Var } from './affine.ts';

/** Names a buffer of the plan being made. */
export type BufferId = number;

export type Expression =
  | { readonly kind: 'const'; readonly dtype: DType; readonly value: number }
  /** An int32: the value of an index. */
  | { readonly kind: 'index'; readonly dtype: 'int32'; readonly at: Affine }
  | { readonly kind: 'load'; readonly dtype: DType; readonly buffer: BufferId; readonly at: Affine }
  /** Element at + index · scale. */
  | {
      readonly kind: 'gather';
      readonly dtype: DType;
      readonly buffer: BufferId;
      readonly at: Affine;
      readonly index: Expression;
      readonly scale: number;
    }
  | {
      readonly kind: 'apply';
      readonly dtype: DType;
      readonly op: ElementwiseOp;
      readonly args: readonly Expression[];
      readonly word?: 'first' | 'second' | 'xor';
    }
  | {
      readonly kind: 'reduce';
      readonly dtype: DType;
      readonly op: ReduceOp;
      readonly vars: readonly Var[];
      readonly arg: Expression;
    };

export type Reduce = Extract<Expression, { kind: 'reduce' }>;
export type Load = Extract<Expression, { kind: 'load' }>;

export type Effect =
  | { readonly kind: 'store'; readonly buffer: BufferId; readonly at: Affine; readonly value: Expression }
  /** Element at + index · scale of the buffer += value; points may meet, so they are taken in order. */
  | {
      readonly kind: 'accumulate';
      readonly buffer: BufferId;
      readonly at: Affine;
      readonly index: Expression;
      readonly scale: number;
      readonly value: Expression;
    };

export interface Kernel {
  readonly name: string;
  /** The iteration space, outermost first in the order of the output's memory. */
  readonly vars: readonly Var[];
  readonly effects: readonly Effect[];
}

/** A routine among the kernels: whole buffers, row-major, in and out. */
export interface RoutineKernel {
  readonly routine: RoutineCall;
  readonly inputs: readonly { readonly buffer: BufferId; readonly shape: Shape }[];
  readonly output: BufferId;
}

/** Calls `visit` for every expression inside, each once, arguments before users. */
export function visitExpressions(
  root: Expression,
  visit: (expression: Expression) => void,
  seen = new Set<Expression>(),
): void {
  if (seen.has(root)) return;
  seen.add(root);
  switch (root.kind) {
    case 'apply':
      for (const arg of root.args) visitExpressions(arg, visit, seen);
      break;
    case 'gather':
      visitExpressions(root.index, visit, seen);
      break;
    case 'reduce':
      visitExpressions(root.arg, visit, seen);
      break;
    case 'const':
    case 'index':
    case 'load':
      break;
  }
  visit(root);
}

/** Every affine index an effect mentions rewritten; sharing between expressions is kept. */
export function mapIndices(
  effect: Effect,
  rewrite: (at: Affine) => Affine,
  vars: (vars: readonly Var[]) => readonly Var[],
): Effect {
  const done = new Map<Expression, Expression>();
  const map = (expression: Expression): Expression => {
    let result = done.get(expression);
    if (result === undefined) {
      result = mapOne(expression);
      done.set(expression, result);
    }
    return result;
  };
  const mapOne = (expression: Expression): Expression => {
    switch (expression.kind) {
      case 'const':
        return expression;
      case 'index':
      case 'load':
        return { ...expression, at: rewrite(expression.at) };
      case 'gather':
        return { ...expression, at: rewrite(expression.at), index: map(expression.index) };
      case 'apply':
        return { ...expression, args: expression.args.map(map) };
      case 'reduce':
        return { ...expression, vars: vars(expression.vars), arg: map(expression.arg) };
    }
  };
  const at = rewrite(effect.at);
  return effect.kind === 'store'
    ? { ...effect, at, value: map(effect.value) }
    : { ...effect, at, value: map(effect.value), index: map(effect.index) };
}

/** The reductions inside the effects, each once. */
export function reducesOf(effects: readonly Effect[]): Reduce[] {
  const result: Reduce[] = [];
  for (const effect of effects) {
    visitExpressions(effect.value, (expression) => {
      if (expression.kind === 'reduce' && !result.includes(expression)) result.push(expression);
    });
  }
  return result;
}
