/**
 * Models within an ensemble: what they say of all its classes, and how they are kept in its state. Members learn codes 0 … k − 1
 * for the labels, and one that never saw a class gives it nothing.
 */
import { FormatError, raise, ValueError } from '../../base/errors.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { requireClassifier, requireRegressor } from '../compose/pipeline.ts';
import { codesOf, encodeLabels, labelsOf } from '../labels.ts';
import { Matrix, matrixOf } from '../matrix.ts';
import type { Classifier, Fitted, FittedClassifier, FittedRegressor, FitOptions, Label, Labels } from '../protocol.ts';
import type { ModelState, Restore, StateReader } from '../state.ts';
import { weightsOf } from '../targets.ts';

/** One estimator for all members, or one for each from a seed: for those that draw at random. */
export type Making<E extends object> = E | ((seed: number) => E);

/** The estimator of the member with this seed. */
export function made<E extends object>(making: Making<E>, seed: number): E {
  return typeof making === 'function' ? making(seed) : making;
}

/** A model of codes. */
export type Coder<X> = FittedClassifier<number, X>;

/** Estimators by names of one's own. */
export type Named<E> = Readonly<Record<string, E>>;

/** @throws ValueError unless there are some */
export function requireMembers(owner: string, estimators: Named<unknown>): void {
  if (Object.keys(estimators).length === 0) raise(new ValueError(`${owner}: at least one estimator is needed`));
}

/** Labels as codes of those classes that have any weight. A sample without weight gets code 0: no model looks at it. */
export function weighedCodes<L extends Label>(
  op: string,
  y: Labels<L>,
  { sampleWeight }: FitOptions,
): { readonly classes: readonly L[]; readonly codes: Int32Array<ArrayBuffer> } {
  const labels = labelsOf(op, y);
  const weights = weightsOf(op, sampleWeight, labels.length);
  const { classes } = encodeLabels(op, weights === undefined ? labels : labels.filter((_, i) => weights[i]! > 0));
  const seen = weights === undefined ? labels : labels.map((label, i) => (weights[i]! > 0 ? label : classes[0]!));
  return { classes, codes: codesOf(op, seen, classes) };
}

/** Each estimator fitted on the same samples. */
export function fitCoders<X>(
  estimators: Named<Classifier<X>>,
  x: X,
  codes: Int32Array,
  options: FitOptions,
): Named<Coder<X>> {
  const entries = Object.entries(estimators);
  return Object.fromEntries(entries.map(([name, one]) => [name, one.fit<number>(x, codes, options)]));
}

/** Whether a model has probabilities to give; a pipeline has them if its last step does. */
export function hasProbabilities<X>(model: Coder<X>): model is Coder<X> & { predictProba(x: X): Tensor } {
  return canGive(model, 'predictProba');
}

/** Whether a model has such a method. */
export function canGive(model: unknown, name: 'predictProba' | 'decision'): boolean {
  if (typeof model !== 'object' || model === null || typeof Reflect.get(model, name) !== 'function') return false;
  return !('last' in model) || canGive(model.last, name);
}

/** Probabilities of all `classes` classes, or 1 for the class predicted by a model that has none. @returns (n, classes) */
export function sharesOf<X>(model: Coder<X>, x: X, classes: number): Matrix {
  if (!hasProbabilities(model)) return votesOf(model, x, classes);
  const own = matrixOf('predictProba', model.predictProba(x));
  if (model.classes.length === classes) return own;
  const result = new Matrix(own.rows, classes);
  for (let i = 0; i < own.rows; i++) {
    model.classes.forEach((code, c) => (result.data[i * classes + code] = own.data[i * own.columns + c]!));
  }
  return result;
}

/** 1 for the class that is predicted, 0 for the others. @returns (n, classes) */
export function votesOf<X>(model: Coder<X>, x: X, classes: number): Matrix {
  const codes = model.predict(x);
  const votes = new Matrix(codes.length, classes);
  codes.forEach((code, i) => (votes.data[i * classes + code] = 1));
  return votes;
}

/** Predictions of a regressor as (n, outputs). */
export function asColumns(predicted: Tensor): Matrix {
  return new Matrix(predicted.shape[0]!, predicted.shape[1] ?? 1, Float64Array.from(predicted.dataSync()));
}

/** What a regressor predicts, (n, outputs). */
export function estimatesOf<X>(model: FittedRegressor<X>, x: X): Matrix {
  return asColumns(model.predict(x));
}

/** Adds scale · part to `sums`, or to zeros where there are none yet. */
export function addScaled(sums: Matrix | undefined, part: Matrix, scale: number): Matrix {
  const result = sums ?? new Matrix(part.rows, part.columns);
  for (let i = 0; i < result.data.length; i++) result.data[i]! += scale * part.data[i]!;
  return result;
}

/** The mean over members of each feature's importance, by weights, for members that tell; undefined if one does not. */
export function meanImportances(
  models: readonly Fitted[],
  weights: ArrayLike<number>,
): Float64Array<ArrayBuffer> | undefined {
  let sums: Float64Array<ArrayBuffer> | undefined;
  let total = 0;
  for (const [m, model] of models.entries()) {
    const own: unknown = Reflect.get(model, 'featureImportances');
    if (!(own instanceof Float64Array)) return undefined;
    sums ??= new Float64Array(own.length);
    for (let j = 0; j < own.length; j++) sums[j]! += weights[m]! * own[j]!;
    total += weights[m]!;
  }
  return sums?.map((sum) => sum / total);
}

/** Members in a row as parts of a state. */
export function membersState(models: readonly Fitted[]): Record<string, ModelState> {
  return Object.fromEntries(models.map((model, m) => [`member${m}`, model.toState()]));
}

/** Members in a row from a state, each made sure of. */
export function membersFrom<F>(read: StateReader, restore: Restore, ensure: (model: Fitted) => F): F[] {
  return Array.from({ length: read.whole('members', 1) }, (_, m) => ensure(restore(read.part(`member${m}`))));
}

/** Members by name: their names in order, and the members in a row. */
export function namedState(models: Named<Fitted>) {
  const names = Object.keys(models);
  return { fields: { names, members: names.length }, parts: membersState(Object.values(models)) };
}

/** Members by name from a state. @throws FormatError */
export function namedFrom<F>(read: StateReader, restore: Restore, ensure: (model: Fitted) => F): Named<F> {
  const names = read.texts('names');
  const models = membersFrom(read, restore, ensure);
  if (new Set(names).size !== models.length || names.length !== models.length) {
    raise(new FormatError(`restore: the state names ${names.length} members, but holds ${models.length}`));
  }
  return Object.fromEntries(names.map((name, m) => [name, models[m]!]));
}

/** For states: makes sure of a classifier of codes below `classes`. @throws FormatError */
export function coderOf(classes: number): (model: Fitted) => Coder<unknown> {
  return (model) => {
    const classifier = requireClassifier(model);
    if (isCoder(classifier, classes)) return classifier;
    raise(new FormatError(`restore: a member of the state predicts ${classifier.classes.join(', ')}, not codes below ${classes}`)); // prettier-ignore
  };
}

function isCoder(model: FittedClassifier, classes: number): model is Coder<unknown> & FittedClassifier {
  return model.classes.every(
    (code) => typeof code === 'number' && Number.isInteger(code) && code >= 0 && code < classes,
  );
}

/** For states: makes sure of a regressor. @throws FormatError */
export function regressorOf(model: Fitted): FittedRegressor<unknown> {
  return requireRegressor(model);
}
