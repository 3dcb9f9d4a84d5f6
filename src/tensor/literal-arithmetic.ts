/**
 * Sums, products and quotients of whole numbers that the type checker knows, digit by digit from the right as on paper, since
 * TypeScript has no arithmetic of types. For shape-types.ts alone; what is not known stays `number`.
 */

/** A number's digits, the last one first. */
type Digits<N extends number> = Reversed<`${N}`>;
type Reversed<S extends string, Out extends string[] = []> = S extends `${infer D}${infer R}`
  ? Reversed<R, [D, ...Out]>
  : Out;

type NumberOf<D> = Trimmed<Joined<D>> extends `${infer N extends number}` ? N : never;
// Parameters are free of constraints: checking one on a recursive result would follow the recursion without end.
type Joined<D, Out extends string = ''> = D extends readonly [infer H extends string, ...infer R]
  ? Joined<R, `${H}${Out}`>
  : Out;
type Trimmed<S extends string> = S extends '0' ? S : S extends `0${infer R}` ? Trimmed<R> : S;

/** As many zeros as a digit says: lengths of tuples are the only sums there are. */
interface Counted {
  '0': [];
  '1': [0];
  '2': [0, 0];
  '3': [0, 0, 0];
  '4': [0, 0, 0, 0];
  '5': [0, 0, 0, 0, 0];
  '6': [0, 0, 0, 0, 0, 0];
  '7': [0, 0, 0, 0, 0, 0, 0];
  '8': [0, 0, 0, 0, 0, 0, 0, 0];
  '9': [0, 0, 0, 0, 0, 0, 0, 0, 0];
}
type CountOf<D extends string> = D extends keyof Counted ? Counted[D] : [];

/** Two digits and what is carried: the digit to write, and the next carry. */
type Step<A extends string, B extends string, Carry extends string> = [
  ...CountOf<A>,
  ...CountOf<B>,
  ...CountOf<Carry>,
]['length'] extends infer N extends number
  ? `${N}` extends `1${infer Low}`
    ? Low extends ''
      ? ['1', '0']
      : [Low, '1']
    : [`${N}`, '0']
  : never;

type SumOf<A, B, Carry extends string = '0', Out extends unknown[] = []> = A extends readonly [
  infer X extends string,
  ...infer P,
]
  ? B extends readonly [infer Y extends string, ...infer Q]
    ? Step<X, Y, Carry> extends [infer D extends string, infer C extends string]
      ? SumOf<P, Q, C, [...Out, D]>
      : never
    : Carry extends '0'
      ? [...Out, X, ...P]
      : SumOf<A, ['0'], Carry, Out>
  : B extends readonly []
    ? Carry extends '0'
      ? Out
      : [...Out, Carry]
    : SumOf<B, A, Carry, Out>;

/** The multiplication table: tens and ones. */
interface Table {
  '0': ['00', '00', '00', '00', '00', '00', '00', '00', '00', '00'];
  '1': ['00', '01', '02', '03', '04', '05', '06', '07', '08', '09'];
  '2': ['00', '02', '04', '06', '08', '10', '12', '14', '16', '18'];
  '3': ['00', '03', '06', '09', '12', '15', '18', '21', '24', '27'];
  '4': ['00', '04', '08', '12', '16', '20', '24', '28', '32', '36'];
  '5': ['00', '05', '10', '15', '20', '25', '30', '35', '40', '45'];
  '6': ['00', '06', '12', '18', '24', '30', '36', '42', '48', '54'];
  '7': ['00', '07', '14', '21', '28', '35', '42', '49', '56', '63'];
  '8': ['00', '08', '16', '24', '32', '40', '48', '56', '64', '72'];
  '9': ['00', '09', '18', '27', '36', '45', '54', '63', '72', '81'];
}

/** A number times a digit, whose row of the table is given. */
type TimesDigit<
  A,
  Row extends readonly string[],
  Carry extends string = '0',
  Out extends unknown[] = [],
> = A extends readonly [infer D extends keyof Row & string, ...infer R]
  ? Row[D] extends `${infer Tens}${infer Ones}`
    ? Step<Ones, Carry, '0'> extends [infer Low, infer More extends string]
      ? TimesDigit<R, Row, Step<Tens, More, '0'>[0], [...Out, Low]>
      : never
    : never
  : Carry extends '0'
    ? Out
    : [...Out, Carry];

type ProductOf<A, B, Zeros extends unknown[] = [], Out = []> = B extends readonly [
  infer D extends keyof Table,
  ...infer R,
]
  ? ProductOf<A, R, ['0', ...Zeros], D extends '0' ? Out : SumOf<Out, [...Zeros, ...TimesDigit<A, Table[D]>]>>
  : Out;

/** a + b. @example Add<9, 3> // 12 */
export type Add<A extends number, B extends number> = number extends A
  ? number
  : number extends B
    ? number
    : NumberOf<SumOf<Digits<A>, Digits<B>>>;

/** a · b. @example Multiply<28, 28> // 784 */
export type Multiply<A extends number, B extends number> = number extends A
  ? number
  : number extends B
    ? number
    : A extends 1
      ? B
      : B extends 1
        ? A
        : NumberOf<ProductOf<Digits<A>, Digits<B>>>;

/** The product of a list. @example Product<[2, 3, 4]> // 24 */
export type Product<S extends readonly number[], Out extends number = 1> = number extends S['length']
  ? number
  : S extends readonly [infer N extends number, ...infer R extends readonly number[]]
    ? Product<R, Multiply<Out, N>>
    : Out;
