/**
 * Single decision trees.
 */
import { ProbabilisticBase, RegressorBase } from '../fitted.ts';
import type { ClassWeight } from '../labels.ts';
import { Matrix } from '../matrix.ts';
import { requireOneOf } from '../options.ts';
import type { Features, FitOptions, Label, Labels, ProbabilisticClassifier, Regressor, Targets } from '../protocol.ts';
import { type ModelState, StateReader } from '../state.ts';
import { classTraining, targetTraining } from '../training.ts';
import type { Criterion } from './criteria.ts';
import { grow } from './grow.ts';
import { prune } from './prune.ts';
import { rank } from './ranks.ts';
import { shares, type Tree, treesFrom, treesState } from './tree.ts';
import {
  type ClassCriterion,
  classCriterion,
  growthFor,
  type TargetCriterion,
  targetCriterion,
  type TreeOptions,
  type TreeSettings,
  treeSettings,
} from './tree-options.ts';

interface SplitterOption {
  /** `random` draws one threshold a feature. Default `best`. */
  readonly splitter?: 'best' | 'random' | undefined;
}

export interface DecisionTreeClassifierOptions extends TreeOptions, SplitterOption {
  /** Default `gini`. */
  readonly criterion?: ClassCriterion | undefined;
  readonly classWeight?: ClassWeight | undefined;
}

export interface DecisionTreeRegressorOptions extends TreeOptions, SplitterOption {
  /** Default `squaredError`. */
  readonly criterion?: TargetCriterion | undefined;
}

/** One tree over all samples. */
export function growOne(x: Matrix, criterion: Criterion, settings: TreeSettings, isRandom: boolean): Tree {
  const samples = Int32Array.from({ length: x.rows }, (_, i) => i);
  const growth = growthFor(settings, x.columns, isRandom, settings.seed);
  return prune(grow(rank(x), samples, criterion, growth), settings.ccpAlpha);
}

/** 1 for each where none are given. */
export function plainWeights(weights: Float64Array<ArrayBuffer> | undefined, rows: number): Float64Array<ArrayBuffer> {
  return weights ?? new Float64Array(rows).fill(1);
}

/**
 * CART: questions `feature ≤ threshold?`, each chosen to make the classes on both sides purest. Gaps (NaN) go to whichever
 * side is better. Where all features are looked at nothing is random, and of equal splits the first feature wins.
 * @example new DecisionTreeClassifier({ maxDepth: 3 }).fit([[1], [2], [8], [9]], ['a', 'a', 'b', 'b']).predict([[7]]) // ['b']
 */
export class DecisionTreeClassifier implements ProbabilisticClassifier {
  readonly role = 'classifier';
  readonly criterion: ClassCriterion;
  readonly splitter: 'best' | 'random';
  readonly classWeight: ClassWeight | undefined;
  readonly settings: TreeSettings;

  constructor(options: DecisionTreeClassifierOptions = {}) {
    const { criterion = 'gini', splitter = 'best', classWeight } = options;
    requireOneOf('DecisionTreeClassifier', 'criterion', criterion, ['gini', 'entropy']);
    requireOneOf('DecisionTreeClassifier', 'splitter', splitter, ['best', 'random']);
    this.criterion = criterion;
    this.splitter = splitter;
    this.classWeight = classWeight;
    this.settings = treeSettings('DecisionTreeClassifier', options, 'all');
  }

  fit<L extends Label = number>(x: Features, y: Labels<L>, options: FitOptions = {}): FittedDecisionTreeClassifier<L> {
    const { classWeight } = this;
    const training = classTraining('DecisionTreeClassifier.fit', x, y, { ...options, classWeight, allowNaN: true });
    const { classes, codes } = training.y;
    const weights = plainWeights(training.weights, training.x.rows);
    const criterion = classCriterion(this.criterion, codes, weights, classes.length);
    const tree = growOne(training.x, criterion, this.settings, this.splitter === 'random');
    return new FittedDecisionTreeClassifier(classes, tree, training.x.columns);
  }
}

/** @see DecisionTreeClassifier */
export class FittedDecisionTreeClassifier<L extends Label = Label> extends ProbabilisticBase<L> {
  readonly kind = 'DecisionTreeClassifier';
  protected override readonly allowsNaN = true;
  readonly featuresIn: number;
  readonly classes: readonly L[];
  readonly tree: Tree;

  constructor(classes: readonly L[], tree: Tree, featuresIn: number) {
    super();
    this.classes = classes;
    this.tree = tree;
    this.featuresIn = featuresIn;
  }

  override probabilities(x: Matrix): Matrix {
    return this.tree.value.takeRows(this.tree.apply(x));
  }

  /** The leaf that each sample comes to. */
  apply(x: Features): Int32Array<ArrayBuffer> {
    return this.tree.apply(this.samples('apply', x));
  }

  /** The share of each feature in lowering the impurity; together 1. */
  get featureImportances(): Float64Array<ArrayBuffer> {
    return shares(this.tree.rawImportances(this.featuresIn));
  }

  toState(): ModelState {
    const { kind, classes, featuresIn, tree } = this;
    return { kind, fields: { classes: [...classes], featuresIn }, arrays: treesState([tree]) };
  }

  static fromState(state: ModelState): FittedDecisionTreeClassifier {
    const read = new StateReader(state, 'DecisionTreeClassifier');
    const classes = read.labels('classes');
    const features = read.whole('featuresIn', 1);
    const [tree] = treesFrom(read, features, classes.length);
    return new FittedDecisionTreeClassifier(classes, tree!, features);
  }
}

/**
 * CART for quantities, one or several a sample: leaves predict the mean (`absoluteError`: the median).
 * @example new DecisionTreeRegressor({ maxDepth: 2 }).fit([[1], [2], [8], [9]], [1, 1, 5, 5])
 */
export class DecisionTreeRegressor implements Regressor {
  readonly role = 'regressor';
  readonly criterion: TargetCriterion;
  readonly splitter: 'best' | 'random';
  readonly settings: TreeSettings;

  constructor(options: DecisionTreeRegressorOptions = {}) {
    const { criterion = 'squaredError', splitter = 'best' } = options;
    requireOneOf('DecisionTreeRegressor', 'criterion', criterion, ['squaredError', 'absoluteError']);
    requireOneOf('DecisionTreeRegressor', 'splitter', splitter, ['best', 'random']);
    this.criterion = criterion;
    this.splitter = splitter;
    this.settings = treeSettings('DecisionTreeRegressor', options, 'all');
  }

  fit(x: Features, y: Targets, options: FitOptions = {}): FittedDecisionTreeRegressor {
    const op = 'DecisionTreeRegressor.fit';
    const training = targetTraining(op, x, y, { ...options, allowNaN: true });
    const weights = plainWeights(training.weights, training.x.rows);
    const criterion = targetCriterion(op, this.criterion, training.y.data, weights, training.y.columns);
    const tree = growOne(training.x, criterion, this.settings, this.splitter === 'random');
    return new FittedDecisionTreeRegressor(tree, training.x.columns, training.isVector);
  }
}

/** @see DecisionTreeRegressor */
export class FittedDecisionTreeRegressor extends RegressorBase {
  readonly kind = 'DecisionTreeRegressor';
  protected override readonly allowsNaN = true;
  protected override readonly isVector: boolean;
  readonly featuresIn: number;
  readonly tree: Tree;

  constructor(tree: Tree, featuresIn: number, isVector: boolean) {
    super();
    this.tree = tree;
    this.featuresIn = featuresIn;
    this.isVector = isVector;
  }

  override estimate(x: Matrix): Matrix {
    return this.tree.value.takeRows(this.tree.apply(x));
  }

  /** The leaf that each sample comes to. */
  apply(x: Features): Int32Array<ArrayBuffer> {
    return this.tree.apply(this.samples('apply', x));
  }

  /** The share of each feature in lowering the impurity; together 1. */
  get featureImportances(): Float64Array<ArrayBuffer> {
    return shares(this.tree.rawImportances(this.featuresIn));
  }

  toState(): ModelState {
    const { kind, featuresIn, isVector, tree } = this;
    const fields = { featuresIn, isVector, outputs: tree.value.columns };
    return { kind, fields, arrays: treesState([tree]) };
  }

  static fromState(state: ModelState): FittedDecisionTreeRegressor {
    const read = new StateReader(state, 'DecisionTreeRegressor');
    const features = read.whole('featuresIn', 1);
    const [tree] = treesFrom(read, features, read.whole('outputs', 1));
    return new FittedDecisionTreeRegressor(tree!, features, read.flag('isVector'));
  }
}
