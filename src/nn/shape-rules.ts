/**
 * What the type checker knows of layers: from the shape of what goes in, the shape of what comes out, and whether it fits. A layer
 * declares a rule as the type of a field that never exists; a rule is applied by giving it an input, since types have no functions
 * to pass around. A layer without a rule gives a tensor of unknown shape.
 */
import type { Shape } from '../base/shape.ts';
import type { Appended, Flattened, Resized, ShapeClash, Show } from '../tensor/shape-types.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** From `input`, which is put in when the rule is applied: the shape of the result, and `unknown` or a ShapeClash. */
export interface ShapeRule {
  readonly input: unknown;
  readonly output: Shape;
  readonly check: unknown;
}

/** The input of a rule; `Shape` until it is applied. */
type Input<T> = T extends Shape ? T : Shape;

/** The rule of a layer; where 'layers' stands for it, the layer passes what it gets through its layers. */
type RuleOf<L> = L extends { readonly shapeRule?: infer R extends ShapeRule | 'layers' }
  ? R extends ShapeRule
    ? R
    : L extends { readonly layers: infer C extends readonly unknown[] }
      ? Chain<C>
      : ShapeRule
  : ShapeRule;

/** The shape that a layer makes of one. @example OutputOf<Linear<784, 10>, [32, 784]> // [32, 10] */
export type OutputOf<L, S extends Shape> = L extends unknown
  ? (RuleOf<L> & { readonly input: S })['output'] extends infer O extends Shape
    ? O
    : Shape
  : never;

/** Whether a layer takes a shape. */
export type CheckInput<L, S extends Shape> = L extends unknown ? (RuleOf<L> & { readonly input: S })['check'] : never;

/** A tensor that a layer takes. */
export type InputOf<L, S extends Shape> = Tensor<S> & CheckInput<L, S>;

/** The shape stays. */
export interface SameShape extends ShapeRule {
  readonly output: Input<this['input']>;
  readonly check: unknown;
}

type Same<M, N> = M extends N ? true : N extends M ? true : false;

type LastReplaced<S extends Shape, N extends number> = S extends readonly [...infer R extends Shape, number]
  ? [...R, N]
  : Shape;
type CheckLast<Op extends string, S extends Shape, N extends number> = S extends readonly [
  ...Shape,
  infer M extends number,
]
  ? Same<M, N> extends true
    ? unknown
    : ShapeClash<`${Op}: expected (…, ${N}), got ${Show<S>}`>
  : unknown;

/** (…, In) → (…, Out). */
export interface LastAxis<Op extends string, In extends number, Out extends number> extends ShapeRule {
  readonly output: LastReplaced<Input<this['input']>, Out>;
  readonly check: CheckLast<Op, Input<this['input']>, In>;
}

/** (…) → (…, N). */
export interface NewAxis<N extends number> extends ShapeRule {
  readonly output: Appended<Input<this['input']>, N>;
  readonly check: unknown;
}

/** Axes from one on as one. */
export interface Flattening<Start extends number, End extends number> extends ShapeRule {
  readonly output: End extends -1 ? Flattened<Input<this['input']>, Start> : Shape;
  readonly check: unknown;
}

type Convolved<S extends Shape, Out extends number> = S extends readonly [
  infer N extends number,
  number,
  ...infer R extends Shape,
]
  ? [N, Out, ...Resized<R>]
  : Shape;
type CheckChannels<Op extends string, S extends Shape, In extends number> = number extends S['length']
  ? unknown
  : S extends readonly [number, infer C extends number, ...Shape]
    ? Same<C, In> extends true
      ? unknown
      : ShapeClash<`${Op}: expected ${In} channels, got ${C} in ${Show<S>}`>
    : unknown;

/** (N, In, …) → (N, Out, …), the sizes behind the channels not computed. */
export interface Channels<Op extends string, In extends number, Out extends number> extends ShapeRule {
  readonly output: Convolved<Input<this['input']>, Out>;
  readonly check: CheckChannels<Op, Input<this['input']>, In>;
}

type Chained<L extends readonly unknown[], S extends Shape> = number extends L['length']
  ? Shape
  : L extends readonly [infer F, ...infer R]
    ? Chained<R, OutputOf<F, S>>
    : S;
type CheckChain<L extends readonly unknown[], S extends Shape> = number extends L['length']
  ? unknown
  : L extends readonly [infer F, ...infer R]
    ? unknown extends CheckInput<F, S>
      ? CheckChain<R, OutputOf<F, S>>
      : CheckInput<F, S>
    : unknown;

/** Layers one after another. */
export interface Chain<L extends readonly unknown[]> extends ShapeRule {
  readonly output: Chained<L, Input<this['input']>>;
  readonly check: CheckChain<L, Input<this['input']>>;
}
