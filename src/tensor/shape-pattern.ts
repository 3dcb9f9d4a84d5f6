/**
 * The sizes of a tensor by name, checked where they are taken: `const { B, T, C } = shape(x, 'B T C')`. For the first line of a
 * function that expects a shape; what it says at run time, the types say before where they know the shape.
 */
import { raise, ShapeError, ValueError } from '../base/errors.ts';
import { formatShape, type Shape } from '../base/shape.ts';
import type { Tensor } from './tensor.ts';

type Words<P extends string> = P extends `${infer A} ${infer B}` ? [...Words<A>, ...Words<B>] : P extends '' ? [] : [P];

/** What is no name: a number to be met, _ for any size, ... for any axes. */
type NoName = `${number}` | '_' | '...';

type Named<W, S extends Shape, Out = object> = W extends readonly [infer F extends string, ...infer R]
  ? S extends readonly [infer N extends number, ...infer T extends Shape]
    ? Named<R, T, F extends NoName ? Out : Out & { readonly [K in F]: N }>
    : Out
  : Out;

/** The names of a pattern, each with its size where the type of the shape tells. @example SizesByName<'B 3', Shape> // { readonly B: number } */
export type SizesByName<P extends string, S extends Shape = Shape> = string extends P
  ? Readonly<Record<string, number>>
  : number extends S['length']
    ? { readonly [K in Exclude<Words<P>[number], NoName>]: number }
    : '...' extends Words<P>[number]
      ? { readonly [K in Exclude<Words<P>[number], NoName>]: number }
      : Named<Words<P>, S> extends infer R
        ? { readonly [K in keyof R]: R[K] }
        : never;

const WORD = /^(?:\d+|_|\.\.\.|[A-Za-z][A-Za-z0-9]*)$/;

/**
 * The sizes of x by the names of a pattern, one word for each axis: a name, a number that the size must be, `_` for any size, or once
 * `...` for any axes. A name that stands twice must be one size.
 * @throws ShapeError if x is not of this shape   @throws ValueError for a malformed pattern
 * @example const { B, T } = shape(tokens, 'B T 64')   @example const { N } = shape(matrices, '... N N')
 */
export function shape<const P extends string, S extends Shape>(x: Tensor<S>, pattern: P): SizesByName<P, S>;
export function shape(x: Tensor, pattern: string): Readonly<Record<string, number>> {
  const words = pattern.split(' ').filter((word) => word !== '');
  const ellipsis = words.indexOf('...');
  if (words.some((word) => !WORD.test(word)) || ellipsis !== words.lastIndexOf('...')) {
    raise(
      new ValueError(
        `shape: '${pattern}' is no pattern; write a name, a number, _ or once ... for each axis, as in 'B T 64'`,
      ),
    );
  }
  const named = ellipsis < 0 ? words.length : words.length - 1;
  if (ellipsis < 0 ? x.rank !== named : x.rank < named) raise(mismatch(x, pattern, `it has ${x.rank} axes`));
  const spare = Array.from({ length: x.rank - named }, () => '_');
  const aligned = words.flatMap((word) => (word === '...' ? spare : [word]));
  const sizes: Record<string, number> = {};
  aligned.forEach((word, axis) => {
    const size = x.shape[axis]!;
    if (word === '_') return;
    const expected = /^\d/.test(word) ? Number(word) : sizes[word];
    if (expected !== undefined && expected !== size) {
      const reason = /^\d/.test(word) ? `axis ${axis} is ${size}` : `${word} is ${expected} and ${size}`;
      raise(mismatch(x, pattern, reason));
    }
    if (!/^\d/.test(word)) sizes[word] = size;
  });
  return sizes;
}

function mismatch(x: Tensor, pattern: string, reason: string): ShapeError {
  return new ShapeError(`shape: expected (${pattern.trim()}), got ${formatShape(x.shape)}: ${reason}`);
}
