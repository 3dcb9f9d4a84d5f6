/**
 * Different preparation for different columns, by name.
 */
import { raise, ShapeError, ValueError } from '../../base/errors.ts';
import { Tensor } from '../../tensor/tensor.ts';
import { type Column, columnOf, type Columns, pickColumns } from '../cells.ts';
import { describe, Matrix, matrixOf } from '../matrix.ts';
import type { FittedTransformer, Labels, Targets, Transformer } from '../protocol.ts';
import { SparseMatrix } from '../sparse.ts';
import { type ModelState, type Restore, StateReader } from '../state.ts';
import { namesThrough, requireTransformer, type Stage } from './pipeline.ts';

/** What is done with which columns: a list of names gives a matrix or rows of cells, a single name the column itself (texts). */
export type Part<N extends string = string> = readonly [transformer: Stage | 'keep', columns: N | readonly N[]];

/** The column names that parts speak of. */
type NamesOf<P extends readonly Part[]> = P[number][1] extends infer C
  ? (C extends readonly (infer N)[] ? N : C) & string
  : never;

/** Samples that have these columns, at least. */
export type HasColumns<N extends string> = Readonly<Record<N, Column>>;

/**
 * Prepares named columns, each part by its own transformer, and puts the results side by side. A name that the samples do not
 * have is a type error where `fit` is called. Columns that no part names are left out; `keep` passes numbers through.
 * @example
 * const prepare = columnTransformer([
 *   [pipeline(new SimpleImputer(), new StandardScaler()), ['beakLength', 'bodyMass']],
 *   [new OneHotEncoder(), ['island', 'sex']],
 * ]);
 * const X = prepare.fit(penguins().columns).transform(penguins().columns);
 */
export function columnTransformer<const P extends readonly Part[]>(parts: P): ColumnTransformer<NamesOf<P>> {
  return new ColumnTransformer(parts);
}

/** @see columnTransformer */
export class ColumnTransformer<N extends string> implements Transformer<HasColumns<N>> {
  readonly role = 'transformer';
  readonly parts: readonly Part[];

  constructor(parts: readonly Part[]) {
    if (parts.length === 0) raise(new ValueError('columnTransformer: at least one part is needed'));
    const empty = parts.findIndex(([, columns]) => columns.length === 0);
    if (empty >= 0) raise(new ValueError(`columnTransformer: part ${empty} names no columns`));
    this.parts = parts;
  }

  fit(x: HasColumns<N>, y?: Targets | Labels): FittedColumnTransformer<N> {
    return this.fitTransform(x, y)[0];
  }

  fitTransform(x: HasColumns<N>, y?: Targets | Labels): readonly [FittedColumnTransformer<N>, Tensor] {
    const op = 'columnTransformer.fit';
    const outputs: Matrix[] = [];
    const models = this.parts.map(([transformer, columns]) => {
      const samples = samplesFor(op, x, columns);
      if (transformer === 'keep') {
        outputs.push(kept(op, samples, columns));
        return undefined;
      }
      const open: Transformer<unknown, unknown> = transformer;
      const pair = open.fitTransform?.(samples, y, {});
      const model = pair?.[0] ?? open.fit(samples, y);
      outputs.push(denseOf(op, pair === undefined ? model.transform(samples) : pair[1], columns));
      return model;
    });
    const fitted = new FittedColumnTransformer<N>(this.parts.map(([, columns], i) => ({ model: models[i], columns })));
    return [fitted, sideBySide(outputs).toTensor()];
  }
}

function samplesFor(op: string, table: Columns, columns: string | readonly string[]): unknown {
  if (typeof columns !== 'string') return pickColumns(op, table, columns);
  const column = columnOf(op, table, columns);
  return column instanceof Tensor ? Array.from(column.dataSync()) : column;
}

function kept(op: string, samples: unknown, columns: string | readonly string[]): Matrix {
  if (samples instanceof Matrix) return samples;
  raise(
    new ValueError(`${op}: 'keep' is for lists of columns of numbers, got ${describe(columns)}; encode texts first`),
  );
}

function denseOf(op: string, output: unknown, columns: string | readonly string[]): Matrix {
  if (output instanceof Matrix) return output;
  if (output instanceof SparseMatrix) return output.toDense();
  if (output instanceof Tensor) return matrixOf(op, output, { allowNaN: true });
  raise(new ValueError(`${op}: the transformer of ${describe(columns)} must give numbers`));
}

function sideBySide(parts: readonly Matrix[]): Matrix {
  const { rows } = parts[0]!;
  const odd = parts.find((part) => part.rows !== rows);
  if (odd !== undefined)
    raise(new ShapeError(`columnTransformer: columns have different lengths: ${rows} and ${odd.rows}`));
  const width = parts.reduce((sum, part) => sum + part.columns, 0);
  const result = new Matrix(rows, width);
  let start = 0;
  for (const part of parts) {
    for (let i = 0; i < rows; i++) result.data.set(part.row(i), i * width + start);
    start += part.columns;
  }
  return result;
}

interface FittedPart {
  /** Undefined where the columns are kept. */
  readonly model: FittedTransformer<unknown, unknown> | undefined;
  readonly columns: string | readonly string[];
}

/** @see columnTransformer */
export class FittedColumnTransformer<N extends string = string> implements FittedTransformer<HasColumns<N>> {
  readonly parts: readonly FittedPart[];

  constructor(parts: readonly FittedPart[]) {
    this.parts = parts;
  }

  transform(x: HasColumns<N>): Tensor {
    const op = 'columnTransformer.transform';
    const outputs = this.parts.map(({ model, columns }) => {
      const samples = samplesFor(op, x, columns);
      return model === undefined ? kept(op, samples, columns) : denseOf(op, model.transform(samples), columns);
    });
    return sideBySide(outputs).toTensor();
  }

  /** The names of the results: those of the columns where a transformer does not say otherwise. */
  featureNames(): string[] {
    return this.parts.flatMap(({ model, columns }) => {
      const inputs = typeof columns === 'string' ? [columns] : [...columns];
      return model === undefined ? inputs : (namesThrough([model], inputs) ?? inputs);
    });
  }

  toState(): ModelState {
    const fields = { columns: this.parts.map(({ columns }) => (typeof columns === 'string' ? columns : [...columns])) };
    const parts = this.parts.flatMap(({ model }, i) =>
      model === undefined ? [] : [[`part${i}`, model.toState()] as const],
    );
    return {
      kind: 'ColumnTransformer',
      fields: { ...fields, kept: this.parts.map(({ model }) => model === undefined) },
      arrays: {},
      parts: Object.fromEntries(parts),
    };
  }

  static fromState(state: ModelState, restore: Restore): FittedColumnTransformer {
    const read = new StateReader(state, 'ColumnTransformer');
    const keeps = read.list('kept');
    const parts = read.list('columns').map((columns, i): FittedPart => {
      const names = typeof columns === 'string' ? columns : Array.isArray(columns) ? columns.map(String) : [];
      return {
        columns: names,
        model: keeps[i] === true ? undefined : requireTransformer(restore(read.part(`part${i}`))),
      };
    });
    return new FittedColumnTransformer(parts);
  }
}
