/**
 * How models are judged in cross-validation and search: larger is always better, so errors count negatively.
 */
import { raise, ValueError } from '../../base/errors.ts';
import { Tensor } from '../../tensor/tensor.ts';
import { describe } from '../matrix.ts';
import * as metrics from '../metrics/index.ts';
import { asLabels, asTargets } from '../preparation/selection.ts';
import type {
  Classifier,
  FittedClassifier,
  FittedRegressor,
  FitOptions,
  Label,
  Labels,
  Regressor,
  Targets,
} from '../protocol.ts';

/** An estimator that predicts. */
export type Predictor<X> = Classifier<X> | Regressor<X>;

/** A fitted estimator that predicts. */
export type FittedPredictor<X> = FittedClassifier<Label, X> | FittedRegressor<X>;

/** Judges a model on samples and their targets; larger is better. */
export type Scorer<X> = (model: FittedPredictor<X>, x: X, y: Targets | Labels, options: FitOptions) => number;

const { accuracy, balancedAccuracy, precision, recall, f1, jaccard, matthews } = metrics;
const byLabels = { accuracy, balancedAccuracy, precision, recall, f1, jaccard, matthews };
const byAverage = { precisionMacro: precision, recallMacro: recall, f1Macro: f1, jaccardMacro: jaccard };
const { r2, explainedVariance, mse, rmse, mae, mape, maxError, medianAe } = metrics;
const byTargets = { r2, explainedVariance };
const byError = { mse, rmse, mae, mape, maxError, medianAe };
const byScores = ['logLoss', 'brier', 'rocAuc', 'averagePrecision'] as const;

/** Scorers by name. Of errors the negative is taken. */
export type ScorerName =
  | keyof typeof byLabels
  | keyof typeof byAverage
  | keyof typeof byTargets
  | keyof typeof byError
  | (typeof byScores)[number];

export type Scoring<X> = ScorerName | Scorer<X>;

/** The scorer that is meant; without one, the model's own `score`. @throws ValueError for an unknown name */
export function scorerOf<X>(scoring: Scoring<X> | undefined): Scorer<X> {
  if (scoring === undefined) return ownScore;
  if (typeof scoring === 'function') return scoring;
  if (isKey(byLabels, scoring)) {
    const metric = byLabels[scoring];
    return (model, x, y, options) => metric<Label>(asLabels(y), labelsFrom(model, x), options);
  }
  if (isKey(byAverage, scoring)) {
    const metric = byAverage[scoring];
    return (model, x, y, options) => metric<Label>(asLabels(y), labelsFrom(model, x), { ...options, average: 'macro' });
  }
  if (isKey(byTargets, scoring)) {
    const metric = byTargets[scoring];
    return (model, x, y, options) => metric(asTargets(y), targetsFrom(model, x), options);
  }
  if (isKey(byError, scoring)) {
    const metric: (truth: Targets, predicted: Targets, options: FitOptions) => number = byError[scoring];
    return (model, x, y, options) => -metric(asTargets(y), targetsFrom(model, x), options);
  }
  if (byScores.includes(scoring)) return byScore(scoring);
  raise(new ValueError(`scoring: ${describe(scoring)} is no scorer known here`));
}

function byScore<X>(scoring: (typeof byScores)[number]): Scorer<X> {
  return (model, x, y, options) => {
    const labels = 'classes' in model ? model.classes : undefined;
    if (labels === undefined)
      raise(new ValueError(`scoring: ${scoring} is of classes, but the model predicts quantities`));
    const truth = asLabels(y);
    switch (scoring) {
      case 'logLoss':
        return -metrics.logLoss<Label>(truth, tensorFrom(model, ['predictProba'], x), { ...options, labels });
      case 'brier':
        return -metrics.brier<Label>(truth, tensorFrom(model, ['predictProba'], x), { ...options, labels });
      case 'rocAuc': {
        const scores = tensorFrom(model, labels.length > 2 ? ['predictProba'] : ['decision', 'predictProba'], x);
        return metrics.rocAuc<Label>(truth, scores, { ...options, labels });
      }
      case 'averagePrecision': {
        const scores = tensorFrom(model, ['decision', 'predictProba'], x);
        return metrics.averagePrecision<Label>(truth, scores.rank === 2 ? scores.at(1, 1) : scores, options);
      }
    }
  };
}

function isKey<T extends object>(table: T, key: string): key is Extract<keyof T, string> {
  return Object.hasOwn(table, key);
}

function ownScore<X>(model: FittedPredictor<X>, x: X, y: Targets | Labels, options: FitOptions): number {
  return 'classes' in model ? model.score(x, asLabels(y), options) : model.score(x, asTargets(y), options);
}

function labelsFrom<X>(model: FittedPredictor<X>, x: X): Label[] {
  const predicted = model.predict(x);
  if (predicted instanceof Tensor)
    raise(new ValueError('scoring: this score is of classes, but the model predicts quantities'));
  return predicted;
}

function targetsFrom<X>(model: FittedPredictor<X>, x: X): Tensor {
  const predicted = model.predict(x);
  if (!(predicted instanceof Tensor))
    raise(new ValueError('scoring: this score is of quantities, but the model predicts classes'));
  return predicted;
}

/** What the first of these methods that the model has gives. @throws ValueError if it has none */
export function tensorFrom(model: object, methods: readonly ('decision' | 'predictProba')[], x: unknown): Tensor {
  for (const name of methods) {
    const method: unknown = Reflect.get(model, name);
    if (typeof method !== 'function') continue;
    const result: unknown = Reflect.apply(method, model, [x]);
    if (result instanceof Tensor) return result;
  }
  raise(new ValueError(`the model has no ${methods.join(' and no ')}`));
}
