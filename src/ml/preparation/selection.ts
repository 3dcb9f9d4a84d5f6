/**
 * Fewer features: those that vary, those that say most about the target one by one, those that a model leans on.
 */
import { raise, ValueError } from '../../base/errors.ts';
import { Tensor } from '../../tensor/tensor.ts';
import { TransformerBase } from '../fitted.ts';
import { Matrix, matrixOf } from '../matrix.ts';
import { moments } from '../moments.ts';
import { requireNumber, requireWhole } from '../options.ts';
import type { Estimator, Features, Fitted, FitOptions, Label, Labels, Targets, Transformer } from '../protocol.ts';
import { sortedValues } from '../quantile.ts';
import { type ModelState, StateReader, vectorState } from '../state.ts';
import type { ScoreFunction } from './feature-scores.ts';

/** A fitted selection: some columns, in their order. */
export class FittedSelection extends TransformerBase {
  readonly kind: string;
  readonly featuresIn: number;
  protected override readonly allowsNaN: boolean;
  /** The columns that stay. */
  readonly selected: Int32Array<ArrayBuffer>;
  /** What columns were judged by, larger is better; for RFE, 1 stays and k went k − 1 rounds before the end. */
  readonly scores: Float64Array<ArrayBuffer>;

  constructor(kind: string, selected: ArrayLike<number>, scores: Float64Array<ArrayBuffer>) {
    super();
    this.kind = kind;
    this.allowsNaN = kind === 'VarianceThreshold';
    this.featuresIn = scores.length;
    this.selected = Int32Array.from(selected);
    this.scores = scores;
  }

  override map(x: Matrix): Matrix {
    return x.takeColumns(this.selected);
  }

  /** The names of the columns that stay. */
  featureNames(inputs: readonly string[] = Array.from({ length: this.featuresIn }, (_, j) => `x${j}`)): string[] {
    return Array.from(this.selected, (j) => inputs[j]!);
  }

  toState(): ModelState {
    return {
      kind: this.kind,
      fields: {},
      arrays: { selected: vectorState(this.selected), scores: vectorState(this.scores) },
    };
  }

  /** @internal How a selection of this kind is restored. */
  static ofKind(kind: string): { fromState(state: ModelState): FittedSelection } {
    return {
      fromState(state) {
        const read = new StateReader(state, kind);
        const [selected, scores] = [read.integers('selected'), read.vector('scores')];
        if (selected.some((j) => j < 0 || j >= scores.length))
          raise(new ValueError(`${kind}: a selected column does not exist`));
        return new FittedSelection(kind, selected, scores);
      },
    };
  }
}

export interface VarianceThresholdOptions {
  /** Features of this variance or less go. Default 0. */
  readonly threshold?: number;
}

/**
 * Leaves out features that hardly vary. NaN is left out of the variance.
 * @example new VarianceThreshold().fit([[1, 2], [1, 3]]).transform([[1, 2]]) // [[2]]
 */
export class VarianceThreshold implements Transformer {
  readonly role = 'transformer';
  readonly threshold: number;

  constructor({ threshold = 0 }: VarianceThresholdOptions = {}) {
    requireNumber('VarianceThreshold', 'threshold', threshold, { low: 0 });
    this.threshold = threshold;
  }

  fit(x: Features): FittedSelection {
    const samples = matrixOf('VarianceThreshold.fit', x, { allowNaN: true });
    const { variance } = moments(samples);
    if (this.threshold === 0) {
      // Rounding gives a constant a variance; its range is 0 all the same.
      variance.forEach((v, j) => {
        const sorted = sortedValues(samples.column(j));
        variance[j] = Math.min(v, (sorted.at(-1) ?? 0) - (sorted[0] ?? 0));
      });
    }
    const selected = placesWhere(variance, (v) => v > this.threshold);
    if (selected.length === 0)
      raise(new ValueError(`VarianceThreshold.fit: no feature has a variance above ${this.threshold}`));
    return new FittedSelection('VarianceThreshold', selected, variance);
  }
}

function placesWhere(values: Float64Array, keep: (value: number) => boolean): number[] {
  return Array.from(values.keys()).filter((j) => keep(values[j]!));
}

export interface SelectKBestOptions {
  /** How a feature is judged: `fClassif`, `fRegression`, `chi2`, or one of your own. */
  readonly score: ScoreFunction;
  /** How many stay. Default 10, at most all. */
  readonly k?: number;
}

/**
 * The k features of the largest scores.
 * @example new SelectKBest({ score: fClassif, k: 2 }).fit(X, y).transform(X)
 */
export class SelectKBest implements Transformer {
  readonly role = 'transformer';
  readonly score: ScoreFunction;
  readonly k: number;

  constructor({ score, k = 10 }: SelectKBestOptions) {
    requireWhole('SelectKBest', 'k', k, 1);
    this.score = score;
    this.k = k;
  }

  fit(x: Features, y?: Targets | Labels): FittedSelection {
    if (y === undefined)
      raise(new ValueError('SelectKBest.fit: y is needed: features are judged by what they say about it'));
    const scores = this.score(matrixOf('SelectKBest.fit', x), y);
    const worth = (j: number) => (Number.isNaN(scores[j]!) ? -Infinity : scores[j]!);
    // Of equals, the later: so does scikit-learn, whose sort is stable and ascending.
    const order = Array.from(scores.keys()).sort((a, b) => worth(b) - worth(a) || b - a);
    return new FittedSelection(
      'SelectKBest',
      order.slice(0, this.k).sort((a, b) => a - b),
      scores,
    );
  }
}

export interface RFEOptions {
  /** Gives the model whose coefficients or importances decide. */
  readonly estimator: () => Estimator;
  /** How many stay. Default half. */
  readonly features?: number;
  /** How many go in each round. Default 1. */
  readonly step?: number;
}

/**
 * Recursive feature elimination: fit, drop the feature that matters least, again. (Guyon et al. 2002.)
 * @example new RFE({ estimator: () => new LogisticRegression(), features: 5 }).fit(X, y).transform(X)
 */
export class RFE implements Transformer {
  readonly role = 'transformer';
  readonly estimator: () => Estimator;
  readonly features: number | undefined;
  readonly step: number;

  constructor({ estimator, features, step = 1 }: RFEOptions) {
    if (features !== undefined) requireWhole('RFE', 'features', features, 1);
    requireWhole('RFE', 'step', step, 1);
    this.estimator = estimator;
    this.features = features;
    this.step = step;
  }

  fit(x: Features, y?: Targets | Labels, options: FitOptions = {}): FittedSelection {
    const samples = matrixOf('RFE.fit', x);
    const wanted = Math.min(this.features ?? Math.max(1, Math.floor(samples.columns / 2)), samples.columns);
    let kept = Array.from({ length: samples.columns }, (_, j) => j);
    const lost: number[][] = [];
    while (kept.length > wanted) {
      const worth = importances(fitAny(this.estimator(), samples.takeColumns(kept), y, options));
      const order = kept.map((_, k) => k).sort((a, b) => worth[a]! - worth[b]! || a - b);
      const out = new Set(order.slice(0, Math.min(this.step, kept.length - wanted)));
      lost.unshift(kept.filter((_, k) => out.has(k)));
      kept = kept.filter((_, k) => !out.has(k));
    }
    const rank = new Float64Array(samples.columns).fill(1);
    lost.forEach((round, r) => round.forEach((j) => (rank[j] = r + 2)));
    return new FittedSelection('RFE', kept, rank);
  }
}

function fitAny(estimator: Estimator, x: Matrix, y: Targets | Labels | undefined, options: FitOptions): Fitted {
  if (y === undefined) raise(new ValueError('RFE.fit: y is needed'));
  if (estimator.role === 'classifier') return estimator.fit<Label>(x, asLabels(y), options);
  if (estimator.role === 'regressor') return estimator.fit(x, asTargets(y), options);
  raise(new ValueError(`RFE: estimator must be a classifier or a regressor, got a ${estimator.role}`));
}

/** @throws ValueError for rows of numbers */
export function asLabels(y: Targets | Labels): Labels {
  if (y instanceof Tensor || ArrayBuffer.isView(y)) return y;
  if (Array.isArray(y)) return y.filter((one): one is Label => typeof one !== 'object');
  raise(new ValueError('labels must be an array or a Tensor'));
}

/** @throws ValueError for texts and booleans */
export function asTargets(y: Targets | Labels): Targets {
  if (y instanceof Tensor || 'shape' in y || ArrayBuffer.isView(y)) return y;
  const numbers = y.filter((one): one is number => typeof one === 'number');
  if (numbers.length === y.length) return numbers;
  const rows = y.filter((one): one is readonly number[] => Array.isArray(one));
  if (rows.length === y.length) return rows;
  raise(new ValueError('targets must be numbers'));
}

/** How much a model leans on each feature: its importances, or its squared coefficients summed over outputs. */
export function importances(model: Fitted): Float64Array {
  const direct: unknown = Reflect.get(model, 'featureImportances');
  if (direct instanceof Float64Array) return direct;
  const coefficients: unknown = Reflect.get(model, 'coefficients');
  if (!(coefficients instanceof Tensor))
    raise(new ValueError('RFE: the fitted model has neither coefficients nor featureImportances'));
  const values = coefficients.dataSync();
  const width = coefficients.shape.at(-1)!;
  const sums = new Float64Array(width);
  values.forEach((value, i) => (sums[i % width]! += value ** 2));
  return sums;
}
