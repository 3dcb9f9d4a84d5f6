/**
 * Multi-layer perceptrons as estimators: networks of `nn` that fit, predict and are saved like every other model here.
 */
import { raise, ValueError } from '../../base/errors.ts';
import { softmaxRows } from '../bayes/posterior.ts';
import { ProbabilisticBase, RegressorBase } from '../fitted.ts';
import { codesOf, labelsOf, requireClasses } from '../labels.ts';
import { Matrix, matrixOf } from '../matrix.ts';
import { accuracy } from '../metrics/accuracy.ts';
import { r2 } from '../metrics/regression.ts';
import type { Features, FitOptions, Label, Labels, ProbabilisticClassifier, Regressor, Targets } from '../protocol.ts';
import { ShuffleSplit } from '../selection/splitters.ts';
import { sigmoid } from '../special.ts';
import { type ModelState, StateReader } from '../state.ts';
import { Random } from '../random.ts';
import { targetsOf, vectorOf } from '../targets.ts';
import { classTraining, targetTraining } from '../training.ts';
import { initialLayers, type Layers, layersFrom, layersState, outputsOf } from './network.ts';
import {
  descend,
  type Lesson,
  type Memory,
  type MLPOptions,
  type MLPSettings,
  type SampleLoss,
  settingsOf,
  solve,
  type Trained,
} from './training.ts';

export interface PartialFitOptions<M> extends FitOptions {
  /** The model so far. Default: a new one. */
  readonly from?: M;
}

/** Of two classes log(1 + eᶻ) − y z, else log Σ eᶻ − z_y. */
const classLoss: SampleLoss = (z, y) =>
  z.shape[1] === 1 ? z.softplus().sub(z.mul(y)).sum(-1) : z.logSumExp(-1).sub(z.mul(y).sum(-1));

const squaredLoss: SampleLoss = (z, y) => z.sub(y).square().sum(-1).mul(0.5);

/** @param judge the score of layers on some of the samples */
function train(
  owner: string,
  lesson: Lesson,
  loss: SampleLoss,
  settings: MLPSettings,
  labels: Int32Array | undefined,
  judge: (layers: Layers, part: Lesson) => number,
): Trained {
  const random = new Random(settings.seed);
  const start = initialLayers(settings.activation, [lesson.x.columns, ...settings.hidden, lesson.y.columns], random);
  if (settings.solver === 'lbfgs') return solve(start, lesson, loss, settings);
  if (!settings.earlyStopping) return descend(owner, start, lesson, loss, settings);
  const splitter = new ShuffleSplit({
    splits: 1,
    testSize: settings.validationShare,
    stratify: labels !== undefined,
    seed: settings.seed,
  });
  const [fold] = splitter.split(lesson.x.rows, labels === undefined ? {} : { labels });
  const part = (rows: Int32Array): Lesson => ({
    x: lesson.x.takeRows(rows),
    y: lesson.y.takeRows(rows),
    weights: lesson.weights && Float64Array.from(rows, (i) => lesson.weights![i]!),
  });
  const aside = part(fold!.test);
  return descend(owner, start, part(fold!.train), loss, settings, { judge: (layers) => judge(layers, aside) });
}

/** One pass over the samples from where a model is. */
function once(
  owner: string,
  lesson: Lesson,
  loss: SampleLoss,
  settings: MLPSettings,
  from: { readonly layers: Layers; readonly memory: Memory | undefined } | undefined,
): Trained {
  if (settings.solver === 'lbfgs' || settings.earlyStopping)
    raise(new ValueError(`${owner}.partialFit: goes with the solvers adam and sgd, without earlyStopping`));
  const sizes = [lesson.x.columns, ...settings.hidden, lesson.y.columns];
  const layers = from?.layers ?? initialLayers(settings.activation, sizes, new Random(settings.seed));
  const has = [layers.weights[0]!.rows, ...layers.weights.map((matrix) => matrix.columns)];
  if (has.join() !== sizes.join())
    raise(new ValueError(`${owner}.partialFit: the model's layers are ${has.join(', ')}, but ${sizes.join(', ')} are needed`)); // prettier-ignore
  return descend(owner, layers, lesson, loss, settings, { memory: from?.memory, epochs: 1 });
}

/** Targets of the network: a column of 0 and 1 for two classes, else one a class. */
function indicators(codes: Int32Array, classes: number): Matrix {
  if (classes === 2) return new Matrix(codes.length, 1, Float64Array.from(codes));
  const result = new Matrix(codes.length, classes);
  codes.forEach((code, i) => (result.data[i * classes + code] = 1));
  return result;
}

/**
 * A network that learns classes: min mean of −log P(y | x) + α/(2n) Σ w². Scale the features first.
 * @example pipeline(new StandardScaler(), new MLPClassifier({ hidden: [64, 32], earlyStopping: true })).fit(X, y)
 */
export class MLPClassifier implements ProbabilisticClassifier {
  readonly role = 'classifier';
  readonly settings: MLPSettings;

  constructor(options: MLPOptions = {}) {
    this.settings = settingsOf('MLPClassifier', options);
  }

  fit<L extends Label = number>(x: Features, y: Labels<L>, options: FitOptions = {}): FittedMLPClassifier<L> {
    const op = 'MLPClassifier.fit';
    const training = classTraining(op, x, y, options);
    const { classes, codes } = training.y;
    requireClasses(op, classes);
    const lesson = { x: training.x, y: indicators(codes, classes.length), weights: training.weights };
    const judge = (layers: Layers, part: Lesson) => {
      const names = (matrix: Matrix, cut: number) =>
        Array.from({ length: matrix.rows }, (_, i) => {
          const row = matrix.row(i);
          return row.length === 1 ? Number(row[0]! > cut) : row.indexOf(Math.max(...row));
        });
      const weights = part.weights === undefined ? {} : { sampleWeight: Float64Array.from(part.weights) };
      return accuracy(names(part.y, 0.5), names(outputsOf(layers, part.x), 0), weights);
    };
    return new FittedMLPClassifier(classes, train(op, lesson, classLoss, this.settings, codes, judge));
  }

  /**
   * One pass over samples that come in parts, from where `from` is; that model stays as it was.
   * @param options `classes`: all there will be, needed in the first call unless its samples have them all
   * @example let model = mlp.partialFit(X1, y1, { classes: [0, 1, 2] }); model = mlp.partialFit(X2, y2, { from: model })
   */
  partialFit<L extends Label = number>(
    x: Features,
    y: Labels<L>,
    {
      from,
      classes: given,
      sampleWeight,
    }: PartialFitOptions<FittedMLPClassifier<L>> & { readonly classes?: readonly L[] } = {},
  ): FittedMLPClassifier<L> {
    const op = 'MLPClassifier.partialFit';
    const samples = matrixOf(op, x);
    const labels = labelsOf(op, y);
    const classes = from?.classes ?? [...new Set(given ?? labels)].sort((a, b) => (a < b ? -1 : 1));
    requireClasses(op, classes);
    const codes = codesOf(op, labels, classes);
    const weights = sampleWeight && vectorOf(op, sampleWeight, samples.rows, 'sampleWeight');
    const lesson = { x: samples, y: indicators(codes, classes.length), weights };
    return new FittedMLPClassifier(classes, once('MLPClassifier', lesson, classLoss, this.settings, from?.trained));
  }
}

/** @see MLPClassifier */
export class FittedMLPClassifier<L extends Label = Label> extends ProbabilisticBase<L> {
  readonly kind = 'MLPClassifier';
  readonly classes: readonly L[];
  readonly featuresIn: number;
  /** @internal What the optimizer remembers is not saved. */
  readonly trained: Pick<Trained, 'layers' | 'memory'>;
  /** The loss after each pass; not saved. */
  readonly losses: Float64Array<ArrayBuffer>;

  constructor(classes: readonly L[], trained: Trained) {
    super();
    this.classes = classes;
    this.trained = trained;
    this.losses = trained.losses;
    this.featuresIn = trained.layers.weights[0]!.rows;
  }

  override probabilities(x: Matrix): Matrix {
    const outputs = outputsOf(this.trained.layers, x);
    if (outputs.columns > 1) return softmaxRows(outputs);
    return new Matrix(
      x.rows,
      2,
      Float64Array.from({ length: 2 * x.rows }, (_, i) => {
        const z = outputs.data[i >> 1]!;
        return sigmoid(i % 2 === 0 ? -z : z);
      }),
    );
  }

  toState(): ModelState {
    const { fields, arrays } = layersState(this.trained.layers);
    return { kind: this.kind, fields: { ...fields, classes: [...this.classes] }, arrays };
  }

  static fromState(state: ModelState): FittedMLPClassifier {
    const read = new StateReader(state, 'MLPClassifier');
    const classes = read.labels('classes');
    return new FittedMLPClassifier(classes, restored(read, classes.length === 2 ? 1 : classes.length));
  }
}

/** @throws FormatError unless the layers end in as many outputs */
function restored(read: StateReader, outputs: number | undefined): Trained {
  const layers = layersFrom(read, outputs);
  return { layers, losses: new Float64Array(0), memory: undefined };
}

/**
 * A network that learns quantities: min mean of ½ (y − f(x))² + α/(2n) Σ w². Scale the features first, and targets that are far
 * from 1 in size too.
 * @example pipeline(new StandardScaler(), new MLPRegressor({ hidden: [50], solver: 'lbfgs' })).fit(X, y)
 */
export class MLPRegressor implements Regressor {
  readonly role = 'regressor';
  readonly settings: MLPSettings;

  constructor(options: MLPOptions = {}) {
    this.settings = settingsOf('MLPRegressor', options);
  }

  fit(x: Features, y: Targets, options: FitOptions = {}): FittedMLPRegressor {
    const op = 'MLPRegressor.fit';
    const { isVector, ...lesson } = targetTraining(op, x, y, options);
    const judge = (layers: Layers, part: Lesson) =>
      r2(
        part.y.toTensor(),
        outputsOf(layers, part.x).toTensor(),
        part.weights === undefined ? {} : { sampleWeight: Float64Array.from(part.weights) },
      );
    return new FittedMLPRegressor(isVector, train(op, lesson, squaredLoss, this.settings, undefined, judge));
  }

  /** One pass over samples that come in parts, from where `from` is; that model stays as it was. @example model = mlp.partialFit(X2, y2, { from: model }) */
  partialFit(
    x: Features,
    y: Targets,
    { from, sampleWeight }: PartialFitOptions<FittedMLPRegressor> = {},
  ): FittedMLPRegressor {
    const op = 'MLPRegressor.partialFit';
    const samples = matrixOf(op, x);
    const { values, isVector } = targetsOf(op, y, samples.rows);
    const weights = sampleWeight && vectorOf(op, sampleWeight, samples.rows, 'sampleWeight');
    const lesson = { x: samples, y: values, weights };
    return new FittedMLPRegressor(isVector, once('MLPRegressor', lesson, squaredLoss, this.settings, from?.trained));
  }
}

/** @see MLPRegressor */
export class FittedMLPRegressor extends RegressorBase {
  readonly kind = 'MLPRegressor';
  readonly featuresIn: number;
  protected override readonly isVector: boolean;
  /** @internal What the optimizer remembers is not saved. */
  readonly trained: Pick<Trained, 'layers' | 'memory'>;
  /** The loss after each pass; not saved. */
  readonly losses: Float64Array<ArrayBuffer>;

  constructor(isVector: boolean, trained: Trained) {
    super();
    this.isVector = isVector;
    this.trained = trained;
    this.losses = trained.losses;
    this.featuresIn = trained.layers.weights[0]!.rows;
  }

  override estimate(x: Matrix): Matrix {
    return outputsOf(this.trained.layers, x);
  }

  toState(): ModelState {
    const { fields, arrays } = layersState(this.trained.layers);
    return { kind: this.kind, fields: { ...fields, isVector: this.isVector }, arrays };
  }

  static fromState(state: ModelState): FittedMLPRegressor {
    const read = new StateReader(state, 'MLPRegressor');
    const isVector = read.flag('isVector');
    return new FittedMLPRegressor(isVector, restored(read, isVector ? 1 : undefined));
  }
}
