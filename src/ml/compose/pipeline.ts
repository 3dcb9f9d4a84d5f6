/**
 * Estimators in a row: each transformer is fitted on what the one before gives, and the last step learns. The row is an
 * estimator of the last step's role, so that it can be validated, searched and saved like one.
 */
import { FormatError, raise, ValueError } from '../../base/errors.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type {
  Classifier,
  Features,
  Fitted,
  FittedClassifier,
  FittedProbabilisticClassifier,
  FittedRegressor,
  FittedTransformer,
  FitOptions,
  Label,
  Labels,
  ProbabilisticClassifier,
  Regressor,
  Targets,
  Transformer,
} from '../protocol.ts';
import type { ModelState, Restore } from '../state.ts';
import { StateReader } from '../state.ts';

/** A transformer whose results the next step can take. */
export type Stage<X = never> = Transformer<X, unknown>;

/** A transformer of samples that are numbers already. */
type Middle = Transformer<Features, Features>;

/**
 * Steps in a row. The type of the samples is that of the first step, the role that of the last.
 * @example const model = pipeline(new StandardScaler(), new LogisticRegression()).fit(X, y)
 */
export function pipeline<X, Z extends Features>(
  first: Transformer<X, Z>,
  ...rest: readonly [...Middle[], ProbabilisticClassifier]
): ProbabilisticPipeline<X>;
export function pipeline<X, Z extends Features>(
  first: Transformer<X, Z>,
  ...rest: readonly [...Middle[], Classifier]
): ClassifierPipeline<X>;
export function pipeline<X, Z extends Features>(
  first: Transformer<X, Z>,
  ...rest: readonly [...Middle[], Regressor]
): RegressorPipeline<X>;
export function pipeline<X, Z, W>(first: Transformer<X, Z>, second: Transformer<Z, W>): TransformerPipeline<X>;
export function pipeline<X, Z extends Features>(
  first: Transformer<X, Z>,
  ...rest: readonly Middle[]
): TransformerPipeline<X>;
export function pipeline(...steps: readonly (Stage | Classifier | Regressor)[]): unknown {
  const last = steps.at(-1);
  const stages = steps.slice(0, -1).map((step, i) => {
    if (step.role !== 'transformer')
      raise(new ValueError(`pipeline: step ${i} is a ${step.role}; only the last step may be one`));
    return step;
  });
  switch (last?.role) {
    case undefined:
      raise(new ValueError('pipeline: at least one step is needed'));
      break;
    case 'classifier':
      return new ProbabilisticPipeline(stages, last);
    case 'regressor':
      return new RegressorPipeline(stages, last);
    case 'transformer':
      return new TransformerPipeline([...stages, last]);
  }
}

/** Fits transformers one after another. @returns the fitted ones, and the samples as the last one gives them */
function fitStages(stages: readonly Stage[], x: unknown, y: Targets | Labels | undefined, options: FitOptions) {
  let samples = x;
  const models = stages.map((stage) => {
    const open: Transformer<unknown, unknown> = stage;
    // Samples are weighed by the last step; a transformer sees them unweighted, as in scikit-learn.
    const [model, result] = open.fitTransform?.(samples, y, {}) ?? transformed(open.fit(samples, y), samples);
    samples = result;
    return model;
  });
  return { models, samples: samples as Features, options };
}

function transformed<X, Z>(model: FittedTransformer<X, Z>, x: X): readonly [FittedTransformer<X, Z>, Z] {
  return [model, model.transform(x)];
}

type Models = readonly FittedTransformer<unknown, unknown>[];

function through(models: Models, x: unknown): Features {
  return models.reduce<unknown>((samples, model) => model.transform(samples), x) as Features;
}

function pipelineState(role: string, models: readonly Fitted[]): ModelState {
  const parts = Object.fromEntries(models.map((model, i) => [`step${i}`, model.toState()]));
  return { kind: 'Pipeline', fields: { role, steps: models.length }, arrays: {}, parts };
}

/** Steps that end in a classifier. */
export class ClassifierPipeline<X> implements Classifier<X> {
  readonly role = 'classifier';
  readonly stages: readonly Stage[];
  readonly last: Classifier;

  constructor(stages: readonly Stage[], last: Classifier) {
    this.stages = stages;
    this.last = last;
  }

  fit<L extends Label = number>(x: X, y: Labels<L>, options: FitOptions = {}): FittedClassifierPipeline<L, X> {
    const { models, samples } = fitStages(this.stages, x, y, options);
    return new FittedClassifierPipeline(models, this.last.fit(samples, y, options));
  }
}

/** Steps that end in a classifier with probabilities. */
export class ProbabilisticPipeline<X> extends ClassifierPipeline<X> implements ProbabilisticClassifier<X> {
  override fit<L extends Label = number>(
    x: X,
    y: Labels<L>,
    options: FitOptions = {},
  ): FittedProbabilisticPipeline<L, X> {
    const { models, samples } = fitStages(this.stages, x, y, options);
    return new FittedProbabilisticPipeline(models, this.last.fit(samples, y, options));
  }
}

/** @see pipeline */
export class FittedClassifierPipeline<L extends Label = Label, X = Features> implements FittedClassifier<L, X> {
  readonly classes: readonly L[];
  readonly stages: Models;
  readonly last: FittedClassifier<L>;
  /** There if the last step has it. */
  readonly decision?: (x: X) => Tensor;

  constructor(stages: Models, last: FittedClassifier<L>) {
    this.stages = stages;
    this.last = last;
    this.classes = last.classes;
    const decision = tensorMethod(last, 'decision');
    if (decision !== undefined) this.decision = (x) => decision(through(stages, x));
  }

  predict(x: X): L[] {
    return this.last.predict(through(this.stages, x));
  }

  score(x: X, y: Labels<L>, options: FitOptions = {}): number {
    return this.last.score(through(this.stages, x), y, options);
  }

  toState(): ModelState {
    return pipelineState('classifier', [...this.stages, this.last]);
  }
}

/** @see pipeline */
export class FittedProbabilisticPipeline<L extends Label = Label, X = Features>
  extends FittedClassifierPipeline<L, X>
  implements FittedProbabilisticClassifier<L, X>
{
  /** float64 (n, classes). */
  readonly predictProba: (x: X) => Tensor;

  constructor(stages: Models, last: FittedClassifier<L>) {
    super(stages, last);
    const predictProba = tensorMethod(last, 'predictProba');
    this.predictProba = (x) => {
      if (predictProba === undefined)
        raise(new ValueError('predictProba: the last step of this pipeline gives no probabilities'));
      return predictProba(through(stages, x));
    };
  }

  override toState(): ModelState {
    return pipelineState('probabilistic', [...this.stages, this.last]);
  }
}

/** A method that only some models have. */
function tensorMethod(model: Fitted, name: 'decision' | 'predictProba'): ((x: Features) => Tensor) | undefined {
  const method: unknown = Reflect.get(model, name);
  return typeof method === 'function' ? (x) => Reflect.apply(method, model, [x]) as Tensor : undefined;
}

/** Steps that end in a regressor. */
export class RegressorPipeline<X> implements Regressor<X> {
  readonly role = 'regressor';
  readonly stages: readonly Stage[];
  readonly last: Regressor;

  constructor(stages: readonly Stage[], last: Regressor) {
    this.stages = stages;
    this.last = last;
  }

  fit(x: X, y: Targets, options: FitOptions = {}): FittedRegressorPipeline<X> {
    const { models, samples } = fitStages(this.stages, x, y, options);
    return new FittedRegressorPipeline(models, this.last.fit(samples, y, options));
  }
}

/** @see pipeline */
export class FittedRegressorPipeline<X = Features> implements FittedRegressor<X> {
  readonly stages: Models;
  readonly last: FittedRegressor;

  constructor(stages: Models, last: FittedRegressor) {
    this.stages = stages;
    this.last = last;
  }

  predict(x: X): Tensor {
    return this.last.predict(through(this.stages, x));
  }

  score(x: X, y: Targets, options: FitOptions = {}): number {
    return this.last.score(through(this.stages, x), y, options);
  }

  toState(): ModelState {
    return pipelineState('regressor', [...this.stages, this.last]);
  }
}

/** Transformers in a row. */
export class TransformerPipeline<X> implements Transformer<X, Tensor> {
  readonly role = 'transformer';
  readonly stages: readonly Stage[];

  constructor(stages: readonly Stage[]) {
    this.stages = stages;
  }

  fit(x: X, y?: Targets | Labels, options: FitOptions = {}): FittedTransformerPipeline<X> {
    return new FittedTransformerPipeline(fitStages(this.stages, x, y, options).models);
  }

  fitTransform(x: X, y?: Targets | Labels, options: FitOptions = {}): readonly [FittedTransformerPipeline<X>, Tensor] {
    const { models, samples } = fitStages(this.stages, x, y, options);
    return [new FittedTransformerPipeline(models), samples as Tensor];
  }
}

/** @see pipeline */
export class FittedTransformerPipeline<X = Features> implements FittedTransformer<X, Tensor> {
  readonly stages: Models;

  constructor(stages: Models) {
    this.stages = stages;
  }

  transform(x: X): Tensor {
    return through(this.stages, x) as Tensor;
  }

  /** The names of the results, where every step can tell. */
  featureNames(inputs?: readonly string[]): string[] | undefined {
    return namesThrough(this.stages, inputs);
  }

  toState(): ModelState {
    return pipelineState('transformer', this.stages);
  }
}

/** What transformers call their results; one without an opinion keeps the names. */
export function namesThrough(models: readonly Fitted[], inputs: readonly string[] | undefined): string[] | undefined {
  return models.reduce<string[] | undefined>(
    (names, model) => {
      const method: unknown = Reflect.get(model, 'featureNames');
      if (typeof method !== 'function') return names;
      const result: unknown = Reflect.apply(method, model, [names]);
      return Array.isArray(result) ? result.map(String) : undefined;
    },
    inputs && [...inputs],
  );
}

/** Restores a pipeline of any role. */
export const FittedPipeline = {
  fromState(state: ModelState, restore: Restore): Fitted {
    const read = new StateReader(state, 'Pipeline');
    const models = Array.from({ length: read.whole('steps', 1) }, (_, i) => restore(read.part(`step${i}`)));
    const last = models.at(-1)!;
    const stages = models.slice(0, -1).map(requireTransformer);
    switch (read.text('role', ['classifier', 'probabilistic', 'regressor', 'transformer'] as const)) {
      case 'classifier':
        return new FittedClassifierPipeline(stages, requireClassifier(last));
      case 'probabilistic':
        return new FittedProbabilisticPipeline(stages, requireClassifier(last));
      case 'regressor':
        return new FittedRegressorPipeline(stages, requireRegressor(last));
      case 'transformer':
        return new FittedTransformerPipeline([...stages, requireTransformer(last)]);
    }
  },
};

/** @throws FormatError */
export function requireTransformer(model: Fitted): FittedTransformer<unknown, unknown> {
  if (isTransformer(model)) return model;
  raise(new FormatError('restore: a step of the state is no transformer'));
}

function isTransformer(model: Fitted): model is FittedTransformer<unknown, unknown> {
  return 'transform' in model && typeof model.transform === 'function';
}

/** @throws FormatError */
export function requireClassifier(model: Fitted): FittedClassifier {
  if (isClassifier(model)) return model;
  raise(new FormatError('restore: the last step of the state is no classifier'));
}

function isClassifier(model: Fitted): model is FittedClassifier {
  return 'predict' in model && 'classes' in model && Array.isArray(model.classes);
}

/** @throws FormatError */
export function requireRegressor(model: Fitted): FittedRegressor {
  if (isRegressor(model)) return model;
  raise(new FormatError('restore: the last step of the state is no regressor'));
}

function isRegressor(model: Fitted): model is FittedRegressor {
  return 'predict' in model && !('classes' in model);
}
