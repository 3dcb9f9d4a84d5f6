/**
 * What the type checker knows of shapes. `Tensor<[2, 3]>` is a tensor of these sizes, `Tensor<[number, 3]>` one whose rows are not
 * counted, `Tensor` (that is `Tensor<Shape>`) one of which nothing is known. A rule here is the type of an operation's result; a
 * check is `unknown` where sizes fit or are not known, and otherwise a ShapeClash, whose message the error shows. Whatever a
 * rule cannot follow is `Shape`: the checks while recording are what programs rely on, these only come before.
 */
import type { Shape } from '../base/shape.ts';
import type { Add, Multiply, Product } from './literal-arithmetic.ts';
import type { NestedValues } from './nested.ts';

declare const clash: unique symbol;

/** What is asked of an argument whose sizes do not fit, and what nothing is; the message says why. */
export interface ShapeClash<Message extends string> {
  readonly [clash]: Message;
}

/** A literal shape as the checker infers it, without `readonly`. */
export type Sizes<S extends Shape> = number extends S['length'] ? Shape : { -readonly [I in keyof S]: S[I] };

/** (2, 3) for messages; ? for what is not known. */
export type Show<S extends Shape> = S extends readonly [infer N extends number]
  ? `(${ShowSize<N>},)`
  : `(${ShowAll<S>})`;
type ShowSize<N extends number> = number extends N ? '?' : `${N}`;
type ShowAll<S extends Shape> = S extends readonly [infer N extends number, ...infer R extends Shape]
  ? R extends readonly []
    ? ShowSize<N>
    : `${ShowSize<N>}, ${ShowAll<R>}`
  : S extends readonly []
    ? ''
    : '…';

/** The shape of nested arrays, as they are written. Rows that differ are left to the run. */
export type NestedShape<D> = Deeper<[], D>;
type Deeper<S extends Shape, D> = D extends number | boolean
  ? S
  : D extends readonly []
    ? [...S, 0]
    : D extends readonly [infer F, ...unknown[]]
      ? Deeper<[...S, D['length']], F>
      : D extends readonly (infer E)[]
        ? NestedValues extends E
          ? Shape
          : Deeper<[...S, number], E>
        : [number];

// Broadcasting

/** The size two sizes broadcast to; where they clash, of no matter. */
export type MetSize<M extends number, N extends number> = M extends N
  ? N extends M
    ? M
    : M extends 1
      ? N
      : M
  : N extends M
    ? N extends 1
      ? M
      : N
    : M extends 1
      ? N
      : M;

type Met<A extends Shape, B extends Shape, Tail extends Shape = []> = A extends readonly [
  ...infer P extends Shape,
  infer M extends number,
]
  ? B extends readonly [...infer Q extends Shape, infer N extends number]
    ? Met<P, Q, [MetSize<M, N>, ...Tail]>
    : [...A, ...Tail]
  : [...B, ...Tail];

/** The shape two shapes broadcast to. @example Broadcast<[2, 1], [3]> // [2, 3] */
export type Broadcast<A extends Shape, B extends Shape> = number extends A['length']
  ? Shape
  : number extends B['length']
    ? Shape
    : Met<A, B>;

/** Equal, or one of them 1, or not known to be neither. */
export type Fits<M extends number, N extends number> = M extends N
  ? true
  : N extends M
    ? true
    : M extends 1
      ? true
      : N extends 1
        ? true
        : false;

type BroadcastClash<
  Op extends string,
  A extends Shape,
  B extends Shape,
  P extends Shape,
  Q extends Shape,
> = P extends readonly [...infer PS extends Shape, infer M extends number]
  ? Q extends readonly [...infer QS extends Shape, infer N extends number]
    ? Fits<M, N> extends true
      ? BroadcastClash<Op, A, B, PS, QS>
      : ShapeClash<`${Op}: ${Show<A>} and ${Show<B>} do not broadcast: ${M} and ${N} are neither equal nor 1`>
    : unknown
  : unknown;

/** Whether two shapes broadcast. */
export type CheckBroadcast<Op extends string, A extends Shape, B extends Shape> = number extends A['length']
  ? unknown
  : number extends B['length']
    ? unknown
    : A extends B
      ? unknown
      : BroadcastClash<Op, A, B, A, B>;

// Axes, as places: the key of the axis in the tuple, counted from the front

/** The length of S without its last K members, as a key; never if there are not so many. */
type FromEnd<S extends Shape, K extends number, Dropped extends 0[] = []> = Dropped['length'] extends K
  ? `${S['length']}`
  : S extends readonly [...infer R extends Shape, number]
    ? FromEnd<R, K, [...Dropped, 0]>
    : never;

/** The key of an axis, negative ones counted from the end; never for one that is not there. */
type Place<S extends Shape, X extends number> = `${X}` extends `-${infer K extends number}`
  ? FromEnd<S, K>
  : `${X}` extends keyof S
    ? `${X}`
    : never;

/** Whether the axis of an operation exists. */
export type CheckAxis<Op extends string, S extends Shape, X extends number> = number extends S['length']
  ? unknown
  : number extends X
    ? unknown
    : [Place<S, X>] extends [never]
      ? ShapeClash<`${Op}: axis ${X} does not exist in ${Show<S>}`>
      : unknown;

/** Whether every axis of a list, of one, or of none, exists. */
export type CheckAxes<Op extends string, S extends Shape, X> = X extends number
  ? CheckAxis<Op, S, X>
  : X extends readonly [infer F extends number, ...infer R]
    ? unknown extends CheckAxis<Op, S, F>
      ? CheckAxes<Op, S, R>
      : CheckAxis<Op, S, F>
    : unknown;

type Places<S extends Shape, X extends readonly number[]> = { [I in keyof X]: Place<S, X[I]> }[number];

/** Without the members at these keys. */
type Without<S extends Shape, P, Out extends Shape = [], I extends 0[] = []> = S extends readonly [
  infer N extends number,
  ...infer R extends Shape,
]
  ? Without<R, P, `${I['length']}` extends P ? Out : [...Out, N], [...I, 0]>
  : Out;

/** With N at these keys. */
type With<S extends Shape, P, N extends number> = { -readonly [I in keyof S]: I extends P ? N : S[I] };

/** With N put in before the member at a key, or at the end. */
type Inserted<S extends Shape, P, N extends number, Out extends Shape = []> = `${Out['length']}` extends P
  ? [...Out, N, ...S]
  : S extends readonly [infer F extends number, ...infer R extends Shape]
    ? Inserted<R, P, N, [...Out, F]>
    : Shape;

// Reductions

type Dropped<S extends Shape, P, KeepDims> = KeepDims extends true ? With<S, P, 1> : Without<S, P>;

/** The shape after a reduction over an axis, several, or all if X is undefined. */
export type Reduced<S extends Shape, X, KeepDims> = boolean extends KeepDims
  ? Shape
  : [X] extends [undefined]
    ? KeepDims extends true
      ? { -readonly [I in keyof S]: 1 }
      : []
    : number extends S['length']
      ? Shape
      : [X] extends [number]
        ? number extends X
          ? Shape
          : Dropped<S, Place<S, X>, KeepDims>
        : [X] extends [readonly number[]]
          ? number extends X['length']
            ? Shape
            : number extends X[number]
              ? Shape
              : Dropped<S, Places<S, X>, KeepDims>
          : Shape;

// Movement

/** The sizes given to a method as its arguments or as one list. */
export type SizesOf<R extends readonly (number | Shape)[]> = R extends readonly [infer S extends Shape]
  ? S
  : R extends Shape
    ? R
    : Shape;

/** Without what both lists have at their fronts. */
type Cancelled<A extends Shape, B extends Shape> = A extends readonly [infer M, ...infer P extends Shape]
  ? B extends readonly [infer N, ...infer Q extends Shape]
    ? number extends M | N
      ? [A, B]
      : [M, N] extends [N, M]
        ? Cancelled<P, Q>
        : [A, B]
    : [A, B]
  : [A, B];

/** The size that −1 stands for: known if the sizes behind it are also sizes of the source, or products of neighbours there. */
type Rest<S extends Shape, R extends Shape> =
  Cancelled<S, R> extends [infer A extends Shape, readonly [-1, ...infer B extends Shape]]
    ? Consumed<Turned<A>, Turned<B>>
    : number;

/** The product of what is left of A when its first sizes have been multiplied up to those of B, one after another. */
type Consumed<A extends Shape, B extends Shape, Held extends number = 1> = B extends readonly [
  infer N extends number,
  ...infer Q extends Shape,
]
  ? Held extends N
    ? Consumed<A, Q>
    : A extends readonly [infer M extends number, ...infer P extends Shape]
      ? number extends M | N
        ? number
        : Consumed<P, B, Multiply<Held, M>>
      : number
  : Held extends 1
    ? Product<A>
    : number;

type Turned<S extends Shape, Out extends Shape = []> = S extends readonly [
  infer N extends number,
  ...infer R extends Shape,
]
  ? Turned<R, [N, ...Out]>
  : Out;

/** The shape after reshape, −1 worked out where that is possible. */
export type Reshaped<S extends Shape, R extends Shape> = number extends R['length']
  ? Shape
  : -1 extends R[number]
    ? { -readonly [I in keyof R]: R[I] extends -1 ? (number extends S['length'] ? number : Rest<S, R>) : R[I] }
    : { -readonly [I in keyof R]: R[I] };

/** Whether the sizes hold as many elements. Products are only compared where all are known. */
export type CheckReshape<S extends Shape, R extends Shape> = number extends S['length'] | R['length']
  ? unknown
  : number extends S[number] | R[number]
    ? unknown
    : -1 extends R[number]
      ? unknown
      : Product<S> extends Product<R>
        ? unknown
        : ShapeClash<`reshape: the ${Product<S>} elements of ${Show<S>} do not fill ${Show<R>}, which has ${Product<R>}`>;

/** Axes in another order. */
export type Permuted<S extends Shape, Order extends Shape> = number extends S['length']
  ? Shape
  : number extends Order['length']
    ? Shape
    : number extends Order[number]
      ? Shape
      : { -readonly [I in keyof Order]: Place<S, Order[I]> extends infer P extends keyof S ? SizeAt<S, P> : number };

type SizeAt<S extends Shape, P> = P extends keyof S ? (S[P] extends number ? S[P] : number) : number;

/** Whether the order names as many axes as there are, and only such. */
export type CheckPermute<S extends Shape, Order extends Shape> = number extends S['length'] | Order['length']
  ? unknown
  : S['length'] extends Order['length']
    ? CheckAxes<'permute', S, Order>
    : ShapeClash<`permute: ${Show<Order>} names ${Order['length']} axes of the ${S['length']} of ${Show<S>}`>;

/** Two axes swapped. */
export type Swapped<S extends Shape, X extends number, Y extends number> = number extends S['length'] | X | Y
  ? Shape
  : SwappedAt<S, Place<S, X>, Place<S, Y>>;
type SwappedAt<S extends Shape, P, Q> = {
  -readonly [I in keyof S]: I extends P ? SizeAt<S, Q> : I extends Q ? SizeAt<S, P> : S[I];
};

/** All axes from one on as one axis. */
export type Flattened<S extends Shape, Start extends number> = number extends S['length'] | Start
  ? Shape
  : S extends readonly []
    ? [1]
    : FlattenedFrom<S, Place<S, Start>>;
type FlattenedFrom<S extends Shape, P, Out extends Shape = []> = `${Out['length']}` extends P
  ? [...Out, Product<S>]
  : S extends readonly [infer N extends number, ...infer R extends Shape]
    ? FlattenedFrom<R, P, [...Out, N]>
    : Shape;

/** Without the axes of size 1. */
export type Squeezed<S extends Shape, X> = number extends S['length']
  ? Shape
  : [X] extends [undefined]
    ? number extends S[number]
      ? Shape
      : WithoutOnes<S>
    : Reduced<S, X, false>;
type WithoutOnes<S extends Shape, Out extends Shape = []> = S extends readonly [
  infer N extends number,
  ...infer R extends Shape,
]
  ? WithoutOnes<R, N extends 1 ? Out : [...Out, N]>
  : Out;

/** Whether an axis to be dropped has size 1. */
export type CheckSqueeze<S extends Shape, X> = X extends number
  ? number extends S['length'] | X
    ? unknown
    : [Place<S, X>] extends [never]
      ? CheckAxis<'squeeze', S, X>
      : 1 extends SizeAt<S, Place<S, X>>
        ? unknown
        : ShapeClash<`squeeze: axis ${X} of ${Show<S>} has size ${SizeAt<S, Place<S, X>>}; only 1 can be dropped`>
  : unknown;

/** With an axis of size 1, its place counted in the result. */
export type Unsqueezed<S extends Shape, X extends number, N extends number = 1> = number extends S['length'] | X
  ? Shape
  : `${X}` extends `-${infer K extends number}`
    ? Inserted<S, FromEnd<[...S, N], K>, N>
    : Inserted<S, `${X}`, N>;

/** Stretched; −1 keeps a size, which is not looked up. */
export type Expanded<R extends Shape> = number extends R['length']
  ? Shape
  : { -readonly [I in keyof R]: R[I] extends -1 ? number : R[I] };

/** Without one axis. */
export type Dropping<S extends Shape, X extends number> = Reduced<S, X, false>;

/** Equally many axes, of other sizes. */
export type Resized<S extends Shape> = number extends S['length'] ? Shape : { -readonly [I in keyof S]: number };

/** An axis replaced by the axes of an index. */
export type Taken<S extends Shape, Index extends Shape, X extends number> = number extends
  S['length'] | Index['length'] | X
  ? Shape
  : Spliced<S, Place<S, X>, Index>;
type Spliced<S extends Shape, P, Index extends Shape, Out extends Shape = []> = S extends readonly [
  infer N extends number,
  ...infer R extends Shape,
]
  ? `${Out['length']}` extends P
    ? [...Out, ...Index, ...R]
    : Spliced<R, P, Index, [...Out, N]>
  : Shape;

/** With an axis at the end. */
export type Appended<S extends Shape, N extends number> = number extends S['length'] ? Shape : [...S, N];

// Products

/** (…, M, K) · (…, K, N) → (…, M, N); vectors are rows on the left and columns on the right. */
export type Matmul<A extends Shape, B extends Shape> = number extends A['length'] | B['length']
  ? Shape
  : A extends readonly [number]
    ? B extends readonly [number]
      ? []
      : B extends readonly [...infer Batch extends Shape, number, infer N extends number]
        ? [...Batch, N]
        : Shape
    : A extends readonly [...infer Left extends Shape, infer M extends number, number]
      ? B extends readonly [number]
        ? [...Left, M]
        : B extends readonly [...infer Right extends Shape, number, infer N extends number]
          ? [...Met<Left, Right>, M, N]
          : Shape
      : Shape;

type Inner<B extends Shape> = B extends readonly [infer K extends number]
  ? K
  : B extends readonly [...Shape, infer K extends number, number]
    ? K
    : number;

type Last<S extends Shape> = S extends readonly [...Shape, infer N extends number] ? N : number;

type Batch<S extends Shape> = S extends readonly [...infer R extends Shape, number, number] ? R : [];

/** Whether the inner sizes are equal and the leading ones broadcast. */
export type CheckMatmul<A extends Shape, B extends Shape> = number extends A['length'] | B['length']
  ? unknown
  : [] extends A | B
    ? ShapeClash<`matmul: ${Show<A>} · ${Show<B>}: a scalar has no axis to sum over; use mul`>
    : Same<Last<A>, Inner<B>> extends true
      ? CheckBroadcast<'matmul', Batch<A>, Batch<B>>
      : ShapeClash<`matmul: ${Show<A>} · ${Show<B>}: inner sizes ${Last<A>} and ${Inner<B>} differ`>;

/** Equal, or not known to differ. */
type Same<M extends number, N extends number> = M extends N ? true : N extends M ? true : false;

/** Whether two vectors are of one length. */
export type CheckDot<A extends Shape, B extends Shape> = number extends A['length'] | B['length']
  ? unknown
  : Same<Last<A>, Last<B>> extends true
    ? unknown
    : ShapeClash<`dot: ${Show<A>} · ${Show<B>}: lengths ${Last<A>} and ${Last<B>} differ`>;

// Joining

/** Two shapes joined along the axis at a key. */
type Joined<A extends Shape, B extends Shape, P> = {
  -readonly [I in keyof A]: I extends P ? Add<A[I], SizeAt<B, I>> : A[I];
};

/** A list of shapes joined along an axis. */
export type Concatenated<L extends readonly Shape[], X extends number> = number extends L['length'] | X
  ? Shape
  : L extends readonly [infer F extends Shape, ...infer R extends Shape[]]
    ? ConcatenatedTo<F, R, Place<F, X>>
    : Shape;
type ConcatenatedTo<A extends Shape, L extends readonly Shape[], P> = number extends A['length']
  ? Shape
  : L extends readonly [infer F extends Shape, ...infer R extends Shape[]]
    ? number extends F['length']
      ? Shape
      : ConcatenatedTo<Joined<A, F, P>, R, P>
    : A;

/** Whether shapes differ along the axis at most. */
export type CheckConcat<L extends readonly Shape[], X extends number> = number extends L['length'] | X
  ? unknown
  : L extends readonly [infer A extends Shape, infer B extends Shape, ...infer R extends Shape[]]
    ? number extends A['length'] | B['length']
      ? CheckConcat<[B, ...R], X>
      : [Place<A, X>] extends [never]
        ? CheckAxis<'concat', A, X>
        : AllSame<Without<A, Place<A, X>>, Without<B, Place<B, X>>> extends true
          ? CheckConcat<[B, ...R], X>
          : ShapeClash<`concat: ${Show<A>} and ${Show<B>} differ in more than axis ${X}`>
    : unknown;

/** Whether two shapes are equal, or not known to differ. */
type AllSame<A extends Shape, B extends Shape> = A extends readonly [infer M extends number, ...infer P extends Shape]
  ? B extends readonly [infer N extends number, ...infer Q extends Shape]
    ? Same<M, N> extends true
      ? AllSame<P, Q>
      : false
    : false
  : B extends readonly []
    ? true
    : false;

/** Shapes, all alike, along a new axis. */
export type Stacked<L extends readonly Shape[], X extends number> = number extends L['length'] | X
  ? Shape
  : L extends readonly [infer F extends Shape, ...Shape[]]
    ? Unsqueezed<F, X, L['length']>
    : Shape;

/** Whether shapes are equal. */
export type CheckStack<L extends readonly Shape[]> = number extends L['length']
  ? unknown
  : L extends readonly [infer A extends Shape, infer B extends Shape, ...infer R extends Shape[]]
    ? number extends A['length'] | B['length']
      ? CheckStack<[B, ...R]>
      : AllSame<A, B> extends true
        ? CheckStack<[B, ...R]>
        : ShapeClash<`stack: shapes ${Show<A>} and ${Show<B>} differ`>
    : unknown;
