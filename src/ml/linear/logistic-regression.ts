/**
 * Logistic regression: two classes or several, with penalties on squares, on absolute values, or both.
 */
import { raise, ValueError } from '../../base/errors.ts';
import { type ClassWeight, requireClasses } from '../labels.ts';
import { lbfgs } from '../lbfgs.ts';
import { Matrix } from '../matrix.ts';
import { requireNumber, requireOneOf, requireWhole } from '../options.ts';
import type { Features, FitOptions, Label, Labels, ProbabilisticClassifier } from '../protocol.ts';
import { SparseMatrix } from '../sparse.ts';
import { type ModelState, StateReader } from '../state.ts';
import { classTraining, sparseClassTraining } from '../training.ts';
import { designOf } from './design.ts';
import { LinearClassifier, type LinearClassifierParameters, LogisticClassifier } from './linear-classifier.ts';
import { descendLogistic } from './logistic-coordinates.ts';
import { logisticObjective } from './logistic-loss.ts';

const penalties = ['l2', 'l1', 'elasticnet', 'none'] as const;
const solvers = ['lbfgs', 'coordinate'] as const;

export interface LogisticRegressionOptions {
  /** One over the weight of the penalty: smaller is stronger. Default 1. */
  readonly C?: number;
  /** Default l2. */
  readonly penalty?: (typeof penalties)[number];
  /** Of the elastic net: how much of the penalty is on absolute values. Default 0.5. */
  readonly l1Ratio?: number;
  /** Learn offsets, which are not penalised. Default true. */
  readonly intercept?: boolean;
  /** Default: all 1. */
  readonly classWeight?: ClassWeight;
  /** L-BFGS needs a smooth penalty; coordinates take any. Default: L-BFGS where it can. */
  readonly solver?: (typeof solvers)[number];
  /** Default 1000. */
  readonly maxIterations?: number;
  /** How small the gradient of the mean loss must become. Default 1e-6. */
  readonly tolerance?: number;
}

/**
 * P(y | x) = softmax(W x + b), min C Σ wᵢ log loss + penalty(W); the penalty is ½ ‖W‖², ‖W‖₁ or a mixture of both.
 * Two classes share one row of weights. Sparse samples are taken as they are by L-BFGS.
 * @throws ValueError if y has one class
 * @example const model = new LogisticRegression({ C: 0.5 }).fit(X, y); model.predictProba(X)
 */
export class LogisticRegression implements ProbabilisticClassifier {
  readonly role = 'classifier';
  readonly C: number;
  readonly penalty: (typeof penalties)[number];
  readonly l1Ratio: number;
  readonly intercept: boolean;
  readonly classWeight: ClassWeight | undefined;
  readonly solver: (typeof solvers)[number];
  readonly maxIterations: number;
  readonly tolerance: number;

  constructor(options: LogisticRegressionOptions = {}) {
    const {
      C = 1,
      penalty = 'l2',
      l1Ratio = 0.5,
      intercept = true,
      classWeight,
      maxIterations = 1000,
      tolerance = 1e-6,
    } = options;
    const isSmooth = penalty === 'l2' || penalty === 'none';
    const { solver = isSmooth ? 'lbfgs' : 'coordinate' } = options;
    const owner = 'LogisticRegression';
    requireNumber(owner, 'C', C, { low: 0, open: true });
    requireOneOf(owner, 'penalty', penalty, penalties);
    requireNumber(owner, 'l1Ratio', l1Ratio, { low: 0, high: 1 });
    requireOneOf(owner, 'solver', solver, solvers);
    requireWhole(owner, 'maxIterations', maxIterations, 1);
    requireNumber(owner, 'tolerance', tolerance, { low: 0 });
    if (solver === 'lbfgs' && !isSmooth) {
      raise(
        new ValueError(`${owner}: L-BFGS cannot take the corner of the penalty ${penalty}; use the solver coordinate`),
      );
    }
    this.C = C;
    this.penalty = penalty;
    this.l1Ratio = l1Ratio;
    this.intercept = intercept;
    this.classWeight = classWeight;
    this.solver = solver;
    this.maxIterations = maxIterations;
    this.tolerance = tolerance;
  }

  fit<L extends Label = number>(x: Features, y: Labels<L>, options: FitOptions = {}): FittedLogisticRegression<L> {
    const op = 'LogisticRegression.fit';
    const given = { ...options, classWeight: this.classWeight };
    const isSparse = x instanceof SparseMatrix && this.solver === 'lbfgs';
    const training = isSparse ? sparseClassTraining(op, x, y, given) : classTraining(op, x, y, given);
    const { classes, codes } = training.y;
    requireClasses(op, classes);
    const outputs = classes.length === 2 ? 1 : classes.length;
    const total = training.weights?.reduce((a, b) => a + b, 0) ?? codes.length;
    const weights = Float64Array.from(codes, (_, i) => (training.weights?.[i] ?? 1) / total);
    const strength = this.penalty === 'none' ? 0 : 1 / (this.C * total);
    const share = this.penalty === 'l1' ? 1 : this.penalty === 'elasticnet' ? this.l1Ratio : 0;
    const [l1, l2] = [strength * share, strength * (1 - share)];
    const { intercept, tolerance, maxIterations } = this;
    if (this.solver === 'coordinate') {
      const samples = training.x instanceof SparseMatrix ? training.x.toDense() : training.x;
      const found = descendLogistic(
        { x: samples, codes, weights, outputs, intercept, l1, l2 },
        tolerance,
        maxIterations,
      );
      return new FittedLogisticRegression({ classes, ...found });
    }
    const design = designOf(training.x);
    const size = outputs * design.columns;
    const start = new Float64Array(size + (intercept ? outputs : 0));
    const {
      x: found,
      iterations,
      converged,
    } = lbfgs(logisticObjective({ design, codes, weights, outputs, intercept }, l2), start, {
      tolerance,
      maxIterations,
    });
    const offsets = intercept ? found.slice(size) : new Float64Array(outputs);
    return new FittedLogisticRegression({
      classes,
      weights: new Matrix(outputs, design.columns, found.slice(0, size)),
      offsets,
      iterations,
      converged,
    });
  }
}

/** @see LogisticRegression */
export class FittedLogisticRegression<L extends Label = Label> extends LogisticClassifier<L> {
  readonly iterations: number;
  /** The tolerance was reached. If not, scale the features or allow more iterations. */
  readonly converged: boolean;

  constructor({
    iterations,
    converged,
    ...parameters
  }: LinearClassifierParameters<L> & { readonly iterations: number; readonly converged: boolean }) {
    super('LogisticRegression', parameters);
    this.iterations = iterations;
    this.converged = converged;
  }

  override toState(): ModelState {
    const state = super.toState();
    return { ...state, fields: { ...state.fields, iterations: this.iterations, converged: this.converged } };
  }

  static fromState(state: ModelState): FittedLogisticRegression {
    const read = new StateReader(state, 'LogisticRegression');
    const parameters = LinearClassifier.parametersFrom(state, 'LogisticRegression');
    return new FittedLogisticRegression({
      ...parameters,
      iterations: read.whole('iterations'),
      converged: read.flag('converged'),
    });
  }
}
