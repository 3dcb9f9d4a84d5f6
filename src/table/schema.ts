/**
 * What the columns of a table hold, as types: a row is an object type, and operations on tables are operations on it.
 */

export type Kind = 'number' | 'string' | 'category' | 'date';

/** Kinds by name, of some columns. */
export type Kinds = Readonly<Record<string, Kind>>;

/** The kind given for a name, which may be the name of anything. */
export function kindIn(kinds: Kinds, name: string): Kind | undefined {
  return Object.hasOwn(kinds, name) ? kinds[name] : undefined;
}

/** What a cell holds; null where there is nothing. */
export type Value = number | string | Date | null;

/** Any row. A table of it knows nothing of its columns until it runs. */
export type TableRow = Readonly<Record<string, Value>>;

export type Name<R> = keyof R & string;

/** What a cell holds that was given as V. Every cell may be missing. */
export type CellOf<V> = unknown extends V
  ? Value
  : | (V extends number | bigint | boolean ? number : never)
    | (V extends string ? string : never)
    | (V extends Date ? Date : never)
    | null;

/** The row of a table made of these columns. */
export type RowOfColumns<C> = {
  readonly [N in Name<C>]: CellOf<C[N] extends ArrayLike<infer V> ? V : unknown>;
};

/** The row of a table made of these rows, which need not all have the same names. */
export type RowOfRows<T> = {
  readonly [N in NamesOfAny<T>]: CellOf<T extends Readonly<Record<N, infer V>> ? V : never>;
};

type NamesOfAny<T> = T extends unknown ? Name<T> : never;

/** What a column of a kind holds. */
export interface ValueOfKind {
  readonly number: number | null;
  readonly string: string | null;
  readonly category: string | null;
  readonly date: Date | null;
}

/** The row of columns of these kinds. */
export type RowOfKinds<K extends Kinds> = {
  readonly [N in Name<K>]: ValueOfKind[K[N]];
};

/** An intersection as one object type, as people would write it. */
export type Flat<T> = { readonly [N in keyof T]: T[N] };
