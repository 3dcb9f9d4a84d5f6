/**
 * Histogram gradient boosting: small trees, each against the derivatives of the loss at what those before it predict.
 */
import { FormatError, raise, ShapeError, ValueError } from '../../base/errors.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { asDecision, ProbabilisticBase, RegressorBase } from '../fitted.ts';
import { type ClassWeight, requireClasses } from '../labels.ts';
import { Matrix } from '../matrix.ts';
import { requireNumber, requireOneOf, requireWhole } from '../options.ts';
import type { Features, FitOptions, Label, Labels, ProbabilisticClassifier, Regressor, Targets } from '../protocol.ts';
import { Random } from '../random.ts';
import { type ModelState, StateReader, vectorState } from '../state.ts';
import { classTraining, targetTraining } from '../training.ts';
import { type Tree, treesFrom, treesState } from '../trees/tree.ts';
import { bin } from './bins.ts';
import { binaryLoss, type BoostingLoss, multinomialLoss, probabilitiesOf, squaredLoss } from './boosting-loss.ts';
import { HistogramGrower } from './histogram-tree.ts';

export interface HistGradientBoostingOptions {
  /** How much of each tree is taken. Default 0.1. */
  readonly learningRate?: number | undefined;
  /** The most iterations: a tree each, or one a class. Default 100. */
  readonly maxIter?: number | undefined;
  /** Default 31. */
  readonly maxLeafNodes?: number | undefined;
  /** Default: none. */
  readonly maxDepth?: number | undefined;
  /** Default 20. */
  readonly minSamplesLeaf?: number | undefined;
  /** λ in −G / (H + λ). Default 0. */
  readonly l2Regularization?: number | undefined;
  /** 2 to 255. Default 255. */
  readonly maxBins?: number | undefined;
  /** By feature: 1 where predictions may only rise with it, −1 only fall, 0 free. For one output. */
  readonly monotonic?: readonly (-1 | 0 | 1)[] | undefined;
  /** Stop when the loss on held-out samples no longer falls. Default `auto`: with more than 10,000 samples. */
  readonly earlyStopping?: 'auto' | boolean | undefined;
  /** The share of samples held out. Default 0.1. */
  readonly validationFraction?: number | undefined;
  /** How many iterations without gain are too many. Default 10. */
  readonly nIterNoChange?: number | undefined;
  /** A smaller gain is none. Default 1e-7. */
  readonly tol?: number | undefined;
  /** For what is held out. Default 0. */
  readonly seed?: number | undefined;
}

export interface HistGradientBoostingClassifierOptions extends HistGradientBoostingOptions {
  readonly classWeight?: ClassWeight | undefined;
}

type Settings = Required<Omit<HistGradientBoostingOptions, 'maxDepth'>> & { readonly maxDepth: number | undefined };

function settingsOf(owner: string, options: HistGradientBoostingOptions): Settings {
  const settings = {
    learningRate: options.learningRate ?? 0.1,
    maxIter: options.maxIter ?? 100,
    maxLeafNodes: options.maxLeafNodes ?? 31,
    maxDepth: options.maxDepth,
    minSamplesLeaf: options.minSamplesLeaf ?? 20,
    l2Regularization: options.l2Regularization ?? 0,
    maxBins: options.maxBins ?? 255,
    monotonic: options.monotonic ?? [],
    earlyStopping: options.earlyStopping ?? 'auto',
    validationFraction: options.validationFraction ?? 0.1,
    nIterNoChange: options.nIterNoChange ?? 10,
    tol: options.tol ?? 1e-7,
    seed: options.seed ?? 0,
  } as const;
  requireNumber(owner, 'learningRate', settings.learningRate, { low: 0, open: true });
  requireWhole(owner, 'maxIter', settings.maxIter, 1);
  requireWhole(owner, 'maxLeafNodes', settings.maxLeafNodes, 2);
  if (settings.maxDepth !== undefined) requireWhole(owner, 'maxDepth', settings.maxDepth, 1);
  requireWhole(owner, 'minSamplesLeaf', settings.minSamplesLeaf, 1);
  requireNumber(owner, 'l2Regularization', settings.l2Regularization, { low: 0 });
  requireWhole(owner, 'maxBins', settings.maxBins, 2, 255);
  for (const direction of settings.monotonic) requireOneOf(owner, 'monotonic', direction, [-1, 0, 1]);
  requireOneOf(owner, 'earlyStopping', settings.earlyStopping, ['auto', true, false]);
  requireNumber(owner, 'validationFraction', settings.validationFraction, { low: 0, high: 1, open: true });
  requireWhole(owner, 'nIterNoChange', settings.nIterNoChange, 1);
  requireNumber(owner, 'tol', settings.tol, { low: 0 });
  requireWhole(owner, 'seed', settings.seed);
  return settings;
}

interface Boosted {
  readonly baseline: Float64Array<ArrayBuffer>;
  /** Iteration by iteration, output by output. */
  readonly trees: readonly Tree[];
  readonly featuresIn: number;
  readonly validationLoss: readonly number[];
}

/** @param lossOf the loss over these samples */
function boost(op: string, x: Matrix, s: Settings, lossOf: (rows: Int32Array) => BoostingLoss): Boosted {
  if (s.monotonic.length > 0 && s.monotonic.length !== x.columns) {
    raise(new ShapeError(`${op}: monotonic has ${s.monotonic.length} directions, but X has ${x.columns} features`));
  }
  const stopsEarly = s.earlyStopping === true || (s.earlyStopping === 'auto' && x.rows > 10_000);
  const order = stopsEarly ? new Random(s.seed).permutation(x.rows) : Int32Array.from({ length: x.rows }, (_, i) => i);
  const held = stopsEarly ? Math.max(1, Math.floor(s.validationFraction * x.rows)) : 0;
  if (held >= x.rows) raise(new ValueError(`${op}: early stopping holds samples out, and there is only ${x.rows}`));
  const heldRows = order.slice(0, held);
  const rows = order.slice(held).sort();
  const train = stopsEarly ? x.takeRows(rows) : x;
  const loss = lossOf(rows);
  const { outputs } = loss;
  if (s.monotonic.some((d) => d !== 0) && outputs > 1)
    raise(new ValueError(`${op}: monotonic is for one output, but there are ${outputs} classes`));
  const baseline = loss.baseline();
  const raw = new Matrix(train.rows, outputs);
  for (let i = 0; i < raw.data.length; i++) raw.data[i] = baseline[i % outputs]!;
  const validation = stopsEarly ? { x: x.takeRows(heldRows), loss: lossOf(heldRows) } : undefined;
  const heldRaw = new Matrix(held, outputs);
  for (let i = 0; i < heldRaw.data.length; i++) heldRaw.data[i] = baseline[i % outputs]!;
  const losses = validation === undefined ? [] : [validation.loss.value(heldRaw.data)];
  const grower = new HistogramGrower(bin(train, s.maxBins, s.seed), train.rows, {
    learningRate: s.learningRate,
    maxLeafNodes: s.maxLeafNodes,
    maxDepth: s.maxDepth ?? Infinity,
    minSamplesLeaf: s.minSamplesLeaf,
    l2: s.l2Regularization,
    monotonic: s.monotonic,
  });
  const trees: Tree[] = [];
  for (let iteration = 0; iteration < s.maxIter; iteration++) {
    for (let k = 0; k < outputs; k++) {
      const isCurved = loss.derive(raw.data, k, grower.gradients, grower.hessians);
      trees.push(grower.grow(isCurved, raw.data, outputs, k));
    }
    if (validation === undefined) continue;
    addTrees(heldRaw, validation.x, trees, trees.length - outputs);
    losses.push(validation.loss.value(heldRaw.data));
    const reference = losses.at(-s.nIterNoChange - 1);
    if (reference !== undefined && losses.slice(-s.nIterNoChange).every((v) => v >= reference - s.tol)) break;
  }
  grower.release();
  return { baseline, trees, featuresIn: x.columns, validationLoss: losses };
}

function addTrees(raw: Matrix, x: Matrix, trees: readonly Tree[], from = 0): void {
  for (let t = from; t < trees.length; t++) {
    const tree = trees[t]!;
    const k = t % raw.columns;
    for (let i = 0; i < x.rows; i++) {
      raw.data[i * raw.columns + k]! += tree.value.data[tree.leafOf(x.data, i * x.columns)]!;
    }
  }
}

function rawOf(x: Matrix, { baseline, trees }: Boosted): Matrix {
  const raw = new Matrix(x.rows, baseline.length);
  for (let i = 0; i < raw.data.length; i++) raw.data[i] = baseline[i % baseline.length]!;
  addTrees(raw, x, trees);
  return raw;
}

function boostedState({ baseline, trees, featuresIn, validationLoss }: Boosted) {
  const arrays = { baseline: vectorState(baseline), ...treesState(trees) };
  return { fields: { featuresIn, validationLoss: [...validationLoss] }, arrays };
}

function boostedFrom(read: StateReader, kind: string): Boosted {
  const featuresIn = read.whole('featuresIn', 1);
  const trees = treesFrom(read, featuresIn, 1);
  const baseline = read.vector('baseline');
  if (baseline.length === 0 || trees.length % baseline.length !== 0) {
    raise(new FormatError(`${kind}: the state has ${trees.length} trees for ${baseline.length} outputs`));
  }
  return { baseline, trees, featuresIn, validationLoss: read.list('validationLoss').map(Number) };
}

/**
 * Boosting for quantities, by the squared error. Takes gaps (NaN), which go to the better side of each cut.
 * @see Friedman 2001; Ke et al. 2017   @example new HistGradientBoostingRegressor({ monotonic: [1, 0] }).fit(X, y)
 */
export class HistGradientBoostingRegressor implements Regressor {
  readonly role = 'regressor';
  readonly settings: Settings;

  constructor(options: HistGradientBoostingOptions = {}) {
    this.settings = settingsOf('HistGradientBoostingRegressor', options);
  }

  fit(x: Features, y: Targets, options: FitOptions = {}): FittedHistGradientBoostingRegressor {
    const op = 'HistGradientBoostingRegressor.fit';
    const training = targetTraining(op, x, y, { ...options, allowNaN: true });
    const { weights } = training;
    if (training.y.columns > 1)
      raise(new ShapeError(`${op}: y must have one number a sample, got ${training.y.columns}`));
    const boosted = boost(op, training.x, this.settings, (rows) =>
      squaredLoss(
        Float64Array.from(rows, (i) => training.y.data[i]!),
        weights && Float64Array.from(rows, (i) => weights[i]!),
      ),
    );
    return new FittedHistGradientBoostingRegressor(boosted);
  }
}

/** @see HistGradientBoostingRegressor */
export class FittedHistGradientBoostingRegressor extends RegressorBase {
  readonly kind = 'HistGradientBoostingRegressor';
  protected override readonly allowsNaN = true;
  readonly featuresIn: number;
  readonly boosted: Boosted;

  constructor(boosted: Boosted) {
    super();
    this.boosted = boosted;
    this.featuresIn = boosted.featuresIn;
  }

  /** How many iterations there were. */
  get iterations(): number {
    return this.boosted.trees.length;
  }

  override estimate(x: Matrix): Matrix {
    return rawOf(x, this.boosted);
  }

  toState(): ModelState {
    return { kind: this.kind, ...boostedState(this.boosted) };
  }

  static fromState(state: ModelState): FittedHistGradientBoostingRegressor {
    const kind = 'HistGradientBoostingRegressor';
    return new FittedHistGradientBoostingRegressor(boostedFrom(new StateReader(state, kind), kind));
  }
}

/**
 * Boosting for classes, by the log loss: one tree an iteration for two classes, else one a class. Takes gaps (NaN).
 * @example new HistGradientBoostingClassifier({ maxIter: 50, earlyStopping: true }).fit(X, y).predictProba(X)
 */
export class HistGradientBoostingClassifier implements ProbabilisticClassifier {
  readonly role = 'classifier';
  readonly settings: Settings;
  readonly classWeight: ClassWeight | undefined;

  constructor({ classWeight, ...options }: HistGradientBoostingClassifierOptions = {}) {
    this.settings = settingsOf('HistGradientBoostingClassifier', options);
    this.classWeight = classWeight;
  }

  fit<L extends Label = number>(
    x: Features,
    y: Labels<L>,
    options: FitOptions = {},
  ): FittedHistGradientBoostingClassifier<L> {
    const op = 'HistGradientBoostingClassifier.fit';
    const { classWeight } = this;
    const training = classTraining(op, x, y, { ...options, classWeight, allowNaN: true });
    const { classes, codes } = training.y;
    const { weights } = training;
    requireClasses(op, classes);
    const boosted = boost(op, training.x, this.settings, (rows) => {
      const own = Int32Array.from(rows, (i) => codes[i]!);
      const ownWeights = weights && Float64Array.from(rows, (i) => weights[i]!);
      return classes.length === 2 ? binaryLoss(own, ownWeights) : multinomialLoss(own, classes.length, ownWeights);
    });
    return new FittedHistGradientBoostingClassifier(classes, boosted);
  }
}

/** @see HistGradientBoostingClassifier */
export class FittedHistGradientBoostingClassifier<L extends Label = Label> extends ProbabilisticBase<L> {
  readonly kind = 'HistGradientBoostingClassifier';
  protected override readonly allowsNaN = true;
  readonly featuresIn: number;
  readonly classes: readonly L[];
  readonly boosted: Boosted;

  constructor(classes: readonly L[], boosted: Boosted) {
    super();
    this.classes = classes;
    this.boosted = boosted;
    this.featuresIn = boosted.featuresIn;
  }

  /** How many iterations there were. */
  get iterations(): number {
    return this.boosted.trees.length / this.boosted.baseline.length;
  }

  override probabilities(x: Matrix): Matrix {
    return probabilitiesOf(rawOf(x, this.boosted));
  }

  /** Log odds of the second class, (n,), or a score a class, (n, classes). */
  decision(x: Features): Tensor {
    return asDecision(rawOf(this.samples('decision', x), this.boosted));
  }

  toState(): ModelState {
    const { fields, arrays } = boostedState(this.boosted);
    return { kind: this.kind, fields: { ...fields, classes: [...this.classes] }, arrays };
  }

  static fromState(state: ModelState): FittedHistGradientBoostingClassifier {
    const kind = 'HistGradientBoostingClassifier';
    const read = new StateReader(state, kind);
    const classes = read.labels('classes');
    const boosted = boostedFrom(read, kind);
    if (boosted.baseline.length !== (classes.length === 2 ? 1 : classes.length)) {
      raise(new FormatError(`${kind}: the state has ${classes.length} classes and ${boosted.baseline.length} outputs`));
    }
    return new FittedHistGradientBoostingClassifier(classes, boosted);
  }
}
