/**
 * Naive Bayes for categories: numbers, texts and booleans as they are, without encoding. A gap is a category of its own.
 */
import { FormatError, raise } from '../../base/errors.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { categoriesOf, type Cell, cellColumns, type Cells } from '../cells.ts';
import { argmaxRows } from '../fitted.ts';
import { Matrix } from '../matrix.ts';
import { accuracy } from '../metrics/accuracy.ts';
import { requireNumber } from '../options.ts';
import type { FittedProbabilisticClassifier, FitOptions, Label, Labels, ProbabilisticClassifier } from '../protocol.ts';
import { type Json, type ModelState, StateReader, vectorState } from '../state.ts';
import { classTraining } from '../training.ts';
import type { DiscreteNBOptions } from './discrete-nb.ts';
import { classPriors, softmaxRows } from './posterior.ts';

/**
 * P(y | x) ∝ P(y) Πⱼ P(xⱼ | y), P(xⱼ = c | y) = (N_yjc + α) / (N_y + α nⱼ), nⱼ the categories of feature j. A category that was
 * not seen in fit counts as one seen 0 times.
 * @example new CategoricalNB().fit([['red', 'S'], ['blue', 'L']], ['a', 'b']).predict([['red', 'L']])
 */
export class CategoricalNB implements ProbabilisticClassifier<Cells> {
  readonly role = 'classifier';
  readonly alpha: number;
  readonly priors: readonly number[] | undefined;

  constructor({ alpha = 1, priors }: DiscreteNBOptions = {}) {
    requireNumber('CategoricalNB', 'alpha', alpha, { low: 0 });
    // 0 would make what was never seen impossible, and its logarithm infinite.
    this.alpha = Math.max(alpha, 1e-10);
    this.priors = priors;
  }

  fit<L extends Label = number>(x: Cells, y: Labels<L>, options: FitOptions = {}): FittedCategoricalNB<L> {
    const op = 'CategoricalNB.fit';
    const columns = cellColumns(op, x);
    const all = columns.map((column, j) => categoriesOf(op, column, `column ${j}`));
    const { x: places, y: encoded, weights } = classTraining(op, placesIn(columns, all), y, options);
    const { classes, codes } = encoded;
    const samples = new Float64Array(classes.length);
    codes.forEach((code, i) => (samples[code]! += weights?.[i] ?? 1));
    const tables = all.map((list, j) => {
      const counts = new Matrix(classes.length, list.length);
      codes.forEach((code, i) => (counts.data[code * list.length + places.at(i, j)]! += weights?.[i] ?? 1));
      // A category may have gone with its last sample of weight above 0.
      const kept = list.map((_, c) => c).filter((c) => counts.column(c).some((n) => n > 0));
      return { categories: kept.map((c) => list[c]!), counts: counts.takeColumns(kept) };
    });
    const logs = tables.map(({ counts }) => {
      // The last column is for what was not seen.
      const result = new Matrix(classes.length, counts.columns + 1);
      for (let k = 0; k < classes.length; k++) {
        const total = Math.log(samples[k]! + this.alpha * counts.columns);
        for (let c = 0; c <= counts.columns; c++) {
          const seen = c < counts.columns ? counts.at(k, c) : 0;
          result.data[k * result.columns + c] = Math.log(seen + this.alpha) - total;
        }
      }
      return result;
    });
    const priors = classPriors(op, encoded, weights, this.priors);
    return new FittedCategoricalNB({ classes, priors, categories: tables.map((table) => table.categories), logs });
  }
}

/** The place of each cell among its column's categories; their number for one that is none of them. (n, features) */
function placesIn(columns: readonly (readonly Cell[])[], categories: readonly (readonly Cell[])[]): Matrix {
  const result = new Matrix(columns[0]!.length, columns.length);
  columns.forEach((column, j) => {
    const known = new Map(categories[j]!.map((cell, c) => [cell, c]));
    column.forEach((cell, i) => (result.data[i * columns.length + j] = known.get(cell) ?? categories[j]!.length));
  });
  return result;
}

interface Parameters<L extends Label> {
  readonly classes: readonly L[];
  readonly priors: Float64Array<ArrayBuffer>;
  readonly categories: readonly (readonly Cell[])[];
  /** One a feature, (classes, categories + 1): log P(xⱼ | y). */
  readonly logs: readonly Matrix[];
}

/** @see CategoricalNB */
export class FittedCategoricalNB<L extends Label = Label> implements FittedProbabilisticClassifier<L, Cells> {
  readonly kind = 'CategoricalNB';
  readonly classes: readonly L[];
  readonly featuresIn: number;
  /** Of each feature, ascending, a gap last. */
  readonly categories: readonly (readonly Cell[])[];
  readonly #priors: Float64Array<ArrayBuffer>;
  readonly #logs: readonly Matrix[];

  constructor({ classes, priors, categories, logs }: Parameters<L>) {
    this.classes = classes;
    this.featuresIn = categories.length;
    this.categories = categories;
    this.#priors = priors;
    this.#logs = logs;
  }

  #scores(method: string, x: Cells): Matrix {
    const columns = cellColumns(`CategoricalNB.${method}`, x, this.featuresIn);
    const places = placesIn(columns, this.categories);
    const width = this.classes.length;
    const result = new Matrix(places.rows, width);
    for (let i = 0; i < places.rows; i++) {
      for (let k = 0; k < width; k++) {
        let sum = Math.log(this.#priors[k]!);
        this.#logs.forEach((table, j) => (sum += table.at(k, places.at(i, j))));
        result.data[i * width + k] = sum;
      }
    }
    return result;
  }

  predict(x: Cells): L[] {
    return Array.from(argmaxRows(this.#scores('predict', x)), (code) => this.classes[code]!);
  }

  predictProba(x: Cells): Tensor {
    return softmaxRows(this.#scores('predictProba', x)).toTensor();
  }

  score(x: Cells, y: Labels<L>, options: FitOptions = {}): number {
    return accuracy(y, this.predict(x), options);
  }

  toState(): ModelState {
    const { kind, classes } = this;
    const arrays = Object.fromEntries(this.#logs.map((table, j) => [`logs${j}`, table]));
    const categories = this.categories.map((list): Json => [...list]);
    return {
      kind,
      fields: { classes: [...classes], categories },
      arrays: { ...arrays, priors: vectorState(this.#priors) },
    };
  }

  static fromState(state: ModelState): FittedCategoricalNB {
    const read = new StateReader(state, 'CategoricalNB');
    const classes = read.labels('classes');
    const categories = read.list('categories').map((list) => {
      if (!Array.isArray(list)) raise(new FormatError('CategoricalNB: the categories of a feature must be a list'));
      return list.filter((cell: Json): cell is Cell => cell === null || typeof cell !== 'object');
    });
    return new FittedCategoricalNB({
      classes,
      priors: read.vector('priors', classes.length),
      categories,
      logs: categories.map((list, j) => read.matrix(`logs${j}`, list.length + 1)),
    });
  }
}
