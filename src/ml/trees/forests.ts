/**
 * Forests: many trees that differ by chance, averaged. Random forests draw samples with replacement and look at a few features
 * a node; extra trees also draw their thresholds. (Breiman 2001; Geurts, Ernst and Wehenkel 2006.)
 */
import { raise, FormatError, ValueError } from '../../base/errors.ts';
import { argmaxRows, ProbabilisticBase, RegressorBase } from '../fitted.ts';
import type { ClassWeight } from '../labels.ts';
import { Matrix } from '../matrix.ts';
import { r2 } from '../metrics/regression.ts';
import { requireNumber, requireOneOf, requireWhole } from '../options.ts';
import type { Features, FitOptions, Label, Labels, ProbabilisticClassifier, Regressor, Targets } from '../protocol.ts';
import { Random } from '../random.ts';
import { type ModelState, StateReader } from '../state.ts';
import { classTraining, targetTraining } from '../training.ts';
import type { Criterion } from './criteria.ts';
import { plainWeights } from './decision-trees.ts';
import { grow } from './grow.ts';
import { prune } from './prune.ts';
import { rank } from './ranks.ts';
import { shares, type Tree, treesFrom, treesState } from './tree.ts';
import {
  type ClassCriterion,
  classCriterion,
  growthFor,
  type MaxFeatures,
  type TargetCriterion,
  targetCriterion,
  type TreeOptions,
  type TreeSettings,
  treeSettings,
} from './tree-options.ts';

export interface ForestOptions extends TreeOptions {
  /** How many trees. Default 100. */
  readonly estimators?: number | undefined;
  /** Draw samples with replacement for each tree. Default: true for random forests, false for extra trees. */
  readonly bootstrap?: boolean | undefined;
  /** How many samples each tree draws: a number, or a share up to 1. Default: as many as there are. */
  readonly maxSamples?: number | undefined;
  /** Also score each sample by the trees that did not draw it. Default false. */
  readonly oobScore?: boolean | undefined;
}

export interface ForestClassifierOptions extends ForestOptions {
  /** Default `gini`. */
  readonly criterion?: ClassCriterion | undefined;
  readonly classWeight?: ClassWeight | undefined;
}

export interface ForestRegressorOptions extends ForestOptions {
  /** Default `squaredError`. */
  readonly criterion?: TargetCriterion | undefined;
}

type Family = 'RandomForest' | 'ExtraTrees';

/** Forest options with their defaults. */
export interface ForestSettings extends TreeSettings {
  readonly estimators: number;
  readonly bootstrap: boolean;
  readonly maxSamples: number | undefined;
  readonly oobScore: boolean;
}

function forestSettings(
  owner: string,
  family: Family,
  options: ForestOptions,
  maxFeatures: MaxFeatures,
): ForestSettings {
  const { estimators = 100, bootstrap = family === 'RandomForest', maxSamples, oobScore = false } = options;
  requireWhole(owner, 'estimators', estimators, 1);
  if (maxSamples !== undefined) requireNumber(owner, 'maxSamples', maxSamples, { low: Number.MIN_VALUE });
  if (!bootstrap && (oobScore || maxSamples !== undefined)) {
    raise(new ValueError(`${owner}: oobScore and maxSamples need bootstrap: true; without it every tree sees every sample`)); // prettier-ignore
  }
  return { ...treeSettings(owner, options, maxFeatures), estimators, bootstrap, maxSamples, oobScore };
}

interface Grown {
  readonly trees: Tree[];
  /** Sums of what trees say about samples that they did not draw (n, outputs), and how many those trees are. */
  readonly outside: Matrix | undefined;
  readonly voters: Int32Array;
}

function growForest(
  x: Matrix,
  weights: Float64Array,
  settings: ForestSettings,
  isRandom: boolean,
  outputs: number,
  criterionFor: (weights: Float64Array) => Criterion,
): Grown {
  const { estimators, bootstrap, maxSamples = 1, oobScore } = settings;
  const ranks = rank(x);
  const draws = maxSamples > 1 ? Math.floor(maxSamples) : Math.max(1, Math.round(maxSamples * x.rows));
  const seeds = new Random(settings.seed);
  const outside = oobScore ? new Matrix(x.rows, outputs) : undefined;
  const voters = new Int32Array(x.rows);
  const shared = bootstrap ? undefined : criterionFor(weights);
  const trees = Array.from({ length: estimators }, () => {
    const seed = seeds.seed();
    const growth = growthFor(settings, x.columns, isRandom, seed);
    if (shared !== undefined) {
      const all = Int32Array.from({ length: x.rows }, (_, i) => i);
      return prune(grow(ranks, all, shared, growth), settings.ccpAlpha);
    }
    const random = new Random(seed, 1);
    const counts = new Int32Array(x.rows);
    for (let i = 0; i < draws; i++) counts[random.below(x.rows)]! += 1;
    const own = Float64Array.from(counts, (count, i) => count * weights[i]!);
    const samples = Int32Array.from(counts.keys()).filter((i) => counts[i]! > 0);
    const tree = prune(grow(ranks, samples, criterionFor(own), growth), settings.ccpAlpha);
    if (outside !== undefined) {
      for (let i = 0; i < x.rows; i++) {
        if (counts[i]! > 0) continue;
        const leaf = tree.leafOf(x.data, i * x.columns);
        voters[i]! += 1;
        for (let k = 0; k < outputs; k++) outside.data[i * outputs + k]! += tree.value.data[leaf * outputs + k]!;
      }
    }
    return tree;
  });
  return { trees, outside, voters };
}

/** Samples that some tree did not draw, and the mean of what such trees say. */
function outsideMeans({ outside, voters }: Grown): { readonly rows: Int32Array; readonly means: Matrix } | undefined {
  if (outside === undefined) return undefined;
  const rows = Int32Array.from(voters.keys()).filter((i) => voters[i]! > 0);
  if (rows.length === 0) return undefined;
  const means = outside.takeRows(rows);
  means.data.forEach((sum, p) => {
    means.data[p] = sum / voters[rows[Math.floor(p / means.columns)]!]!;
  });
  return { rows, means };
}

function meanOf(trees: readonly Tree[], x: Matrix): Matrix {
  const sums = new Matrix(x.rows, trees[0]!.value.columns);
  for (const tree of trees) tree.addTo(sums, x);
  for (let i = 0; i < sums.data.length; i++) sums.data[i]! /= trees.length;
  return sums;
}

function importancesOf(trees: readonly Tree[], features: number): Float64Array<ArrayBuffer> {
  const sums = new Float64Array(features);
  for (const tree of trees) shares(tree.rawImportances(features)).forEach((v, j) => (sums[j]! += v));
  return shares(sums);
}

abstract class ForestClassifier implements ProbabilisticClassifier {
  readonly role = 'classifier';
  readonly criterion: ClassCriterion;
  readonly classWeight: ClassWeight | undefined;
  readonly settings: ForestSettings;
  readonly #family: Family;

  constructor(family: Family, options: ForestClassifierOptions) {
    const { criterion = 'gini', classWeight } = options;
    requireOneOf(`${family}Classifier`, 'criterion', criterion, ['gini', 'entropy']);
    this.#family = family;
    this.criterion = criterion;
    this.classWeight = classWeight;
    this.settings = forestSettings(`${family}Classifier`, family, options, 'sqrt');
  }

  fit<L extends Label = number>(x: Features, y: Labels<L>, options: FitOptions = {}): FittedForestClassifier<L> {
    const kind = `${this.#family}Classifier` as const;
    const { classWeight, criterion } = this;
    const training = classTraining(`${kind}.fit`, x, y, { ...options, classWeight, allowNaN: true });
    const { classes, codes } = training.y;
    const { rows, columns } = training.x;
    const weights = plainWeights(training.weights, rows);
    const isRandom = this.#family === 'ExtraTrees';
    const grown = growForest(training.x, weights, this.settings, isRandom, classes.length, (own) =>
      classCriterion(criterion, codes, own, classes.length),
    );
    const outside = outsideMeans(grown);
    const right = outside && argmaxRows(outside.means).filter((code, i) => code === codes[outside.rows[i]!]).length;
    const oobScore = outside && right! / outside.rows.length;
    return new FittedForestClassifier({ kind, classes, trees: grown.trees, featuresIn: columns, oobScore });
  }
}

/**
 * Trees over bootstraps of the samples, each node looking at √features of the features; probabilities are means over trees.
 * The same seed gives the same forest. Takes gaps (NaN).
 * @example const model = new RandomForestClassifier({ oobScore: true }).fit(X, y); model.oobScore
 */
export class RandomForestClassifier extends ForestClassifier {
  constructor(options: ForestClassifierOptions = {}) {
    super('RandomForest', options);
  }
}

/** A forest of trees over all samples with random thresholds, the best of √features of them a node. @example new ExtraTreesClassifier({ seed: 1 }).fit(X, y) */
export class ExtraTreesClassifier extends ForestClassifier {
  constructor(options: ForestClassifierOptions = {}) {
    super('ExtraTrees', options);
  }
}

interface ForestParts {
  readonly trees: readonly Tree[];
  readonly featuresIn: number;
  readonly oobScore: number | undefined;
}

/** @see RandomForestClassifier @see ExtraTreesClassifier */
export class FittedForestClassifier<L extends Label = Label> extends ProbabilisticBase<L> {
  readonly kind: `${Family}Classifier`;
  protected override readonly allowsNaN = true;
  readonly featuresIn: number;
  readonly classes: readonly L[];
  readonly trees: readonly Tree[];
  /** The accuracy over samples by trees that did not draw them, if it was asked for. */
  readonly oobScore: number | undefined;

  constructor({
    kind,
    classes,
    trees,
    featuresIn,
    oobScore,
  }: ForestParts & { readonly kind: `${Family}Classifier`; readonly classes: readonly L[] }) {
    // prettier-ignore
    super();
    this.kind = kind;
    this.classes = classes;
    this.trees = trees;
    this.featuresIn = featuresIn;
    this.oobScore = oobScore;
  }

  override probabilities(x: Matrix): Matrix {
    return meanOf(this.trees, x);
  }

  /** The mean over trees of each feature's share in lowering the impurity; together 1. */
  get featureImportances(): Float64Array<ArrayBuffer> {
    return importancesOf(this.trees, this.featuresIn);
  }

  toState(): ModelState {
    const { kind, classes, featuresIn, oobScore = null } = this;
    return { kind, fields: { classes: [...classes], featuresIn, oobScore }, arrays: treesState(this.trees) };
  }

  static fromState(state: ModelState): FittedForestClassifier {
    const kind = state.kind === 'ExtraTreesClassifier' ? state.kind : 'RandomForestClassifier';
    const read = new StateReader(state, kind);
    const classes = read.labels('classes');
    return new FittedForestClassifier({ kind, classes, ...forestFrom(read, kind, classes.length) });
  }
}

function forestFrom(read: StateReader, kind: string, outputs: number): ForestParts {
  const featuresIn = read.whole('featuresIn', 1);
  const trees = treesFrom(read, featuresIn, outputs);
  if (trees.length === 0) raise(new FormatError(`${kind}: the state holds no trees`));
  return { trees, featuresIn, oobScore: read.json('oobScore') === null ? undefined : read.number('oobScore') };
}

abstract class ForestRegressor implements Regressor {
  readonly role = 'regressor';
  readonly criterion: TargetCriterion;
  readonly settings: ForestSettings;
  readonly #family: Family;

  constructor(family: Family, options: ForestRegressorOptions) {
    const { criterion = 'squaredError' } = options;
    requireOneOf(`${family}Regressor`, 'criterion', criterion, ['squaredError', 'absoluteError']);
    this.#family = family;
    this.criterion = criterion;
    this.settings = forestSettings(`${family}Regressor`, family, options, 'all');
  }

  fit(x: Features, y: Targets, options: FitOptions = {}): FittedForestRegressor {
    const kind = `${this.#family}Regressor` as const;
    const op = `${kind}.fit`;
    const training = targetTraining(op, x, y, { ...options, allowNaN: true });
    const { rows, columns } = training.x;
    const outputs = training.y.columns;
    const weights = plainWeights(training.weights, rows);
    const isRandom = this.#family === 'ExtraTrees';
    const grown = growForest(training.x, weights, this.settings, isRandom, outputs, (own) =>
      targetCriterion(op, this.criterion, training.y.data, own, outputs),
    );
    const outside = outsideMeans(grown);
    const oobScore = outside && r2(training.y.takeRows(outside.rows), outside.means);
    return new FittedForestRegressor({ kind, trees: grown.trees, featuresIn: columns, oobScore, isVector: training.isVector }); // prettier-ignore
  }
}

/** Trees over bootstraps of the samples; predictions are means over trees. @example new RandomForestRegressor({ estimators: 50, maxFeatures: 1 / 3 }).fit(X, y) */
export class RandomForestRegressor extends ForestRegressor {
  constructor(options: ForestRegressorOptions = {}) {
    super('RandomForest', options);
  }
}

/** A forest of trees over all samples with random thresholds. @example new ExtraTreesRegressor({ seed: 1 }).fit(X, y) */
export class ExtraTreesRegressor extends ForestRegressor {
  constructor(options: ForestRegressorOptions = {}) {
    super('ExtraTrees', options);
  }
}

/** @see RandomForestRegressor @see ExtraTreesRegressor */
export class FittedForestRegressor extends RegressorBase {
  readonly kind: `${Family}Regressor`;
  protected override readonly allowsNaN = true;
  protected override readonly isVector: boolean;
  readonly featuresIn: number;
  readonly trees: readonly Tree[];
  /** R² over samples by trees that did not draw them, if it was asked for. */
  readonly oobScore: number | undefined;

  constructor({
    kind,
    trees,
    featuresIn,
    oobScore,
    isVector,
  }: ForestParts & { readonly kind: `${Family}Regressor`; readonly isVector: boolean }) {
    // prettier-ignore
    super();
    this.kind = kind;
    this.trees = trees;
    this.featuresIn = featuresIn;
    this.oobScore = oobScore;
    this.isVector = isVector;
  }

  override estimate(x: Matrix): Matrix {
    return meanOf(this.trees, x);
  }

  /** The mean over trees of each feature's share in lowering the impurity; together 1. */
  get featureImportances(): Float64Array<ArrayBuffer> {
    return importancesOf(this.trees, this.featuresIn);
  }

  toState(): ModelState {
    const { kind, featuresIn, isVector, oobScore = null } = this;
    const outputs = this.trees[0]!.value.columns;
    return { kind, fields: { featuresIn, isVector, outputs, oobScore }, arrays: treesState(this.trees) };
  }

  static fromState(state: ModelState): FittedForestRegressor {
    const kind = state.kind === 'ExtraTreesRegressor' ? state.kind : 'RandomForestRegressor';
    const read = new StateReader(state, kind);
    const isVector = read.flag('isVector');
    return new FittedForestRegressor({ kind, isVector, ...forestFrom(read, kind, read.whole('outputs', 1)) });
  }
}
