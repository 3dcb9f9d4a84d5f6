/**
 * einsum's formula read by the type checker: 'ij,jk->ik' of shapes gives a shape, or says which letter has two sizes. A formula
 * with '...' or without an arrow is left to the run.
 */
import type { Shape } from '../base/shape.ts';
import type { Fits, MetSize, ShapeClash, Show } from './shape-types.ts';

type Compact<F extends string> = F extends `${infer A} ${infer B}` ? Compact<`${A}${B}`> : F;

type Terms<F extends string> = F extends `${infer T},${infer R}` ? [T, ...Terms<R>] : [F];

/** The size of each letter; a clash; or undefined where something is not known. */
type SizesIn<T, L, Known = object> = T extends readonly [infer Term extends string, ...infer RT]
  ? L extends readonly [infer S extends Shape, ...infer RL]
    ? number extends S['length']
      ? undefined
      : SizesOfTerm<Term, S, Term, S, Known> extends infer Next
        ? Next extends ShapeClash<string>
          ? Next
          : SizesIn<RT, RL, Next>
        : never
    : undefined
  : L extends readonly []
    ? Known
    : undefined;

type SizesOfTerm<
  Term extends string,
  S extends Shape,
  Whole extends string,
  All extends Shape,
  Known,
> = Term extends `${infer Letter}${infer Rest}`
  ? S extends readonly [infer N extends number, ...infer R extends Shape]
    ? Letter extends keyof Known
      ? Known[Letter] extends infer M extends number
        ? Fits<M, N> extends true
          ? SizesOfTerm<Rest, R, Whole, All, Omit<Known, Letter> & Record<Letter, MetSize<M, N>>>
          : ShapeClash<`einsum: axis '${Letter}' has sizes ${M} and ${N}`>
        : never
      : SizesOfTerm<Rest, R, Whole, All, Known & Record<Letter, N>>
    : ShapeClash<`einsum: '${Whole}' names more axes than ${Show<All>} has`>
  : S extends readonly []
    ? Known
    : ShapeClash<`einsum: '${Whole}' names fewer axes than ${Show<All>} has`>;

type Sized<Letters extends string, Known, Out extends Shape = []> = Letters extends `${infer Letter}${infer Rest}`
  ? Letter extends keyof Known
    ? Known[Letter] extends infer N extends number
      ? Sized<Rest, Known, [...Out, N]>
      : Shape
    : Shape
  : Out;

type Read<F extends string, L> = F extends `${string}...${string}`
  ? undefined
  : Compact<F> extends `${infer In}->${infer Out}`
    ? [SizesIn<Terms<In>, L>, Out]
    : undefined;

/** The shape of einsum's result. @example Einsum<'ij,jk->ik', [[2, 3], [3, 4]]> // [2, 4] */
export type Einsum<F extends string, L extends readonly Shape[]> =
  Read<F, L> extends [infer Known, infer Out extends string]
    ? Known extends undefined | ShapeClash<string>
      ? Shape
      : Sized<Out, Known>
    : Shape;

/** Whether every letter has one size. */
export type CheckEinsum<F extends string, L extends readonly Shape[]> =
  Read<F, L> extends [infer Known, string] ? (Known extends ShapeClash<string> ? Known : unknown) : unknown;
