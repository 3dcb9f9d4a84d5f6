/**
 * Fitted models as data: plain fields, arrays, and the states of the models they are made of. `toState` writes one,
 * `StateReader` reads one back and trusts nothing in it. Bytes and files are saving.ts.
 */
import { FormatError, raise } from '../base/errors.ts';
import { formatShape, sizeOf } from '../base/shape.ts';
import type { TypedArray } from '../ir/dtype.ts';
import { describe, Matrix } from './matrix.ts';
import type { Fitted, Label } from './protocol.ts';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export interface ArrayState {
  readonly data: TypedArray;
  readonly shape: readonly number[];
}

export interface ModelState {
  /** Which model this is, e.g. `Ridge`. */
  readonly kind: string;
  /** What JSON can hold. No NaN, no infinity: such numbers belong in an array. */
  readonly fields: Readonly<Record<string, Json>>;
  readonly arrays: Readonly<Record<string, ArrayState | Matrix>>;
  /** Models within this one. */
  readonly parts?: Readonly<Record<string, ModelState>>;
}

/** Makes a model from a state of any known kind. */
export type Restore = (state: ModelState) => Fitted;

/** How each kind of model is made from its state. A family lists its own; kinds.ts puts the families together. */
export type Kinds = Readonly<Record<string, { fromState(state: ModelState, restore: Restore): Fitted }>>;

/** A vector as a state holds it. */
export function vectorState(data: ArrayState['data']): ArrayState {
  return { data, shape: [data.length] };
}

/**
 * Reads a state field by field. @throws FormatError that names the kind and the field, for whatever is missing or wrong
 * @example const read = new StateReader(state, 'Ridge'); read.vector('intercept')
 */
export class StateReader {
  readonly #state: ModelState;

  constructor(state: ModelState, kind: string) {
    if (state.kind !== kind) raise(new FormatError(`${kind}: this state is of a ${describe(state.kind)}`));
    this.#state = state;
  }

  #fail(name: string, expected: string, got: string): never {
    raise(new FormatError(`${this.#state.kind}: the state's ${name} must be ${expected}, got ${got}`));
  }

  #field(name: string): Json | undefined {
    return Object.hasOwn(this.#state.fields, name) ? this.#state.fields[name] : undefined;
  }

  number(name: string): number {
    const value = this.#field(name);
    if (typeof value !== 'number' || !Number.isFinite(value)) this.#fail(name, 'a finite number', describe(value));
    return value;
  }

  /** A whole number from `low` up. */
  whole(name: string, low = 0): number {
    const value = this.number(name);
    if (!Number.isSafeInteger(value) || value < low) this.#fail(name, `a whole number from ${low} up`, String(value));
    return value;
  }

  flag(name: string): boolean {
    const value = this.#field(name);
    if (typeof value !== 'boolean') this.#fail(name, 'true or false', describe(value));
    return value;
  }

  text<T extends string>(name: string, choices?: readonly T[]): T;
  text(name: string, choices?: readonly string[]): string {
    const value = this.#field(name);
    if (typeof value !== 'string' || (choices !== undefined && !choices.includes(value))) {
      this.#fail(name, choices === undefined ? 'a text' : `one of ${choices.join(', ')}`, describe(value));
    }
    return value;
  }

  texts(name: string): string[] {
    const value = this.list(name);
    return value.map((one) =>
      typeof one === 'string' ? one : this.#fail(name, 'a list of texts', `one with ${describe(one)}`),
    );
  }

  /** Any JSON, for a reader that checks it itself. */
  json(name: string): Json {
    return this.#field(name) ?? null;
  }

  /** A list, whose members the reader checks itself. */
  list(name: string): readonly Json[] {
    const value = this.#field(name);
    if (!Array.isArray(value)) this.#fail(name, 'a list', describe(value));
    return value;
  }

  /** Class labels: all numbers, all texts or all booleans, each once. */
  labels(name: string): Label[] {
    const value = this.list(name);
    const type = typeof value[0];
    const labels = value.filter(
      (one): one is Label => typeof one === type && (type === 'number' || type === 'string' || type === 'boolean'),
    );
    if (labels.length !== value.length || new Set(labels).size !== labels.length || labels.length === 0) {
      this.#fail(name, 'a list of different labels of one type', JSON.stringify(value).slice(0, 80));
    }
    return labels;
  }

  #array(name: string): ArrayState {
    const array = Object.hasOwn(this.#state.arrays, name) ? this.#state.arrays[name] : undefined;
    if (array === undefined) this.#fail(name, 'an array', 'nothing');
    if (array.data.length !== sizeOf(array.shape)) {
      this.#fail(name, `an array of ${sizeOf(array.shape)} numbers`, `one of ${array.data.length}`);
    }
    return array;
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#state.arrays, name) || Object.hasOwn(this.#state.fields, name);
  }

  /** float64 (rows, columns). @param columns how many there must be */
  matrix(name: string, columns?: number): Matrix {
    const { data, shape } = this.#array(name);
    if (!(data instanceof Float64Array) || shape.length !== 2 || (columns !== undefined && shape[1] !== columns)) {
      const expected = `float64 of shape (n, ${columns ?? 'm'})`;
      this.#fail(name, expected, `${data.constructor.name} of shape ${formatShape(shape)}`);
    }
    return new Matrix(shape[0]!, shape[1]!, data);
  }

  /** float64 (n,). */
  vector(name: string, length?: number): Float64Array<ArrayBuffer> {
    const { data, shape } = this.#array(name);
    if (!(data instanceof Float64Array)) this.#fail(name, 'float64', data.constructor.name);
    this.#requireLength(name, shape, length);
    return data;
  }

  /** int32 (n,). */
  integers(name: string, length?: number): Int32Array<ArrayBuffer> {
    const { data, shape } = this.#array(name);
    if (!(data instanceof Int32Array)) this.#fail(name, 'int32', data.constructor.name);
    this.#requireLength(name, shape, length);
    return data;
  }

  /** uint8 (n,). */
  bytes(name: string, length?: number): Uint8Array<ArrayBuffer> {
    const { data, shape } = this.#array(name);
    if (!(data instanceof Uint8Array)) this.#fail(name, 'uint8', data.constructor.name);
    this.#requireLength(name, shape, length);
    return data;
  }

  #requireLength(name: string, shape: readonly number[], length: number | undefined): void {
    if (shape.length !== 1 || (length !== undefined && shape[0] !== length)) {
      this.#fail(name, `of shape (${length ?? 'n'},)`, formatShape(shape));
    }
  }

  /** The state of a model within. */
  part(name: string): ModelState {
    const parts = this.#state.parts ?? {};
    const part = Object.hasOwn(parts, name) ? parts[name] : undefined;
    if (part === undefined) this.#fail(name, 'a model', 'nothing');
    return part;
  }
}
