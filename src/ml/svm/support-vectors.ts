/**
 * Support vector machines: classes by pairs, and quantities within a tube.
 */
import { raise, ValueError } from '../../base/errors.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { argmaxRows, asDecision, ClassifierBase, RegressorBase } from '../fitted.ts';
import { type ClassWeight, requireClasses } from '../labels.ts';
import { Matrix } from '../matrix.ts';
import { requireNumber } from '../options.ts';
import type { Classifier, Features, FitOptions, Label, Labels, Regressor, Targets } from '../protocol.ts';
import { type ModelState, StateReader } from '../state.ts';
import { classTraining, targetTraining } from '../training.ts';
import { Kernel, KernelRows } from './kernels.ts';
import {
  decide,
  type Machine,
  machineFrom,
  machineOf,
  machineState,
  type Settings,
  settingsOf,
  stepsFor,
  type SVMOptions,
} from './machine.ts';
import { solve } from './smo.ts';

export interface SVCOptions extends SVMOptions {
  readonly classWeight?: ClassWeight | undefined;
}

export interface SVROptions extends SVMOptions {
  /** Errors up to this cost nothing. Default 0.1. */
  readonly epsilon?: number | undefined;
}

/**
 * min ½|w|² + C Σ ξ in the space of a kernel. Of more than two classes each pair has its own machine, and the most votes win;
 * of equal votes, the surest machines.
 * @see Cortes and Vapnik 1995   @example new SVC({ kernel: 'rbf', C: 10 }).fit(X, y).predict(X)
 */
export class SVC implements Classifier {
  readonly role = 'classifier';
  readonly settings: Settings;
  readonly classWeight: ClassWeight | undefined;

  constructor({ classWeight, ...options }: SVCOptions = {}) {
    this.settings = settingsOf('SVC', options);
    this.classWeight = classWeight;
  }

  fit<L extends Label = number>(x: Features, y: Labels<L>, options: FitOptions = {}): FittedSVC<L> {
    const op = 'SVC.fit';
    const { classWeight, settings } = this;
    const plain = classTraining(op, x, y, options);
    const training = classWeight === undefined ? plain : classTraining(op, x, y, { ...options, classWeight });
    const { classes, codes } = training.y;
    requireClasses(op, classes);
    const kernel = Kernel.for(settings, training.x, plain.weights);
    const pairs = classes.length * (classes.length - 1) * 0.5;
    const coefficients = new Matrix(training.x.rows, pairs);
    const rho = new Float64Array(pairs);
    let pair = 0;
    for (let a = 0; a < classes.length; a++) {
      for (let b = a + 1; b < classes.length; b++, pair++) {
        const members = Int32Array.from(codes.keys()).filter((i) => codes[i] === a || codes[i] === b);
        // Above 0 is the second class, where there are two; else the first of the pair.
        const first = classes.length === 2 ? b : a;
        const sign = Int8Array.from(members, (i) => (codes[i] === first ? 1 : -1));
        const solution = solve({
          kernel: new KernelRows(training.x.takeRows(members), kernel),
          place: Int32Array.from(members.keys()),
          sign,
          linear: new Float64Array(members.length).fill(-1),
          bound: Float64Array.from(members, (i) => settings.C * (training.weights?.[i] ?? 1)),
          tol: settings.tol,
          maxIter: stepsFor(settings, members.length),
        });
        rho[pair] = solution.rho;
        members.forEach((i, t) => (coefficients.data[i * pairs + pair] = sign[t]! * solution.alpha[t]!));
      }
    }
    return new FittedSVC(classes, machineOf(kernel, training.x, coefficients, rho));
  }
}

/** @see SVC */
export class FittedSVC<L extends Label = Label> extends ClassifierBase<L> {
  readonly kind = 'SVC';
  readonly featuresIn: number;
  readonly classes: readonly L[];
  readonly #machine: Machine;

  constructor(classes: readonly L[], machine: Machine) {
    super();
    this.classes = classes;
    this.#machine = machine;
    this.featuresIn = machine.vectors.columns;
  }

  /** The samples that the machine stands on, (vectors, features). */
  get supportVectors(): Matrix {
    return this.#machine.vectors;
  }

  #scores(x: Matrix): Matrix {
    const pairwise = decide(this.#machine, x);
    const k = this.classes.length;
    if (k === 2) return pairwise;
    // Votes, and for ties the sum of decisions, squeezed below half a vote.
    const scores = new Matrix(x.rows, k);
    const sure = new Float64Array(k);
    for (let i = 0; i < x.rows; i++) {
      sure.fill(0);
      for (let a = 0, pair = 0; a < k; a++) {
        for (let b = a + 1; b < k; b++, pair++) {
          const value = pairwise.data[i * pairwise.columns + pair]!;
          scores.data[i * k + (value > 0 ? a : b)]! += 1;
          sure[a]! += value;
          sure[b]! -= value;
        }
      }
      for (let a = 0; a < k; a++) scores.data[i * k + a]! += sure[a]! / (3 * (Math.abs(sure[a]!) + 1));
    }
    return scores;
  }

  override codes(x: Matrix): Int32Array {
    const scores = this.#scores(x);
    return scores.columns === 1 ? Int32Array.from(scores.data, (v) => (v > 0 ? 1 : 0)) : argmaxRows(scores);
  }

  /** (n,) for two classes; else votes with the sureness of each class in the fraction, (n, classes). */
  decision(x: Features): Tensor {
    return asDecision(this.#scores(this.samples('decision', x)));
  }

  toState(): ModelState {
    const { fields, arrays } = machineState(this.#machine);
    return { kind: this.kind, fields: { ...fields, classes: [...this.classes] }, arrays };
  }

  static fromState(state: ModelState): FittedSVC {
    const read = new StateReader(state, 'SVC');
    return new FittedSVC(read.labels('classes'), machineFrom(read));
  }
}

/**
 * min ½|w|² + C Σ max(0, |y − f(x)| − ε) in the space of a kernel.
 * @see Smola and Schölkopf 2004   @example new SVR({ C: 100, epsilon: 1 }).fit(X, y).predict(X)
 */
export class SVR implements Regressor {
  readonly role = 'regressor';
  readonly settings: Settings;
  readonly epsilon: number;

  constructor({ epsilon = 0.1, ...options }: SVROptions = {}) {
    requireNumber('SVR', 'epsilon', epsilon, { low: 0 });
    this.settings = settingsOf('SVR', options);
    this.epsilon = epsilon;
  }

  fit(x: Features, y: Targets, options: FitOptions = {}): FittedSVR {
    const op = 'SVR.fit';
    const { settings, epsilon } = this;
    const training = targetTraining(op, x, y, options);
    if (training.y.columns > 1) raise(new ValueError(`${op}: y must have one number a sample, got ${training.y.columns}`)); // prettier-ignore
    const n = training.x.rows;
    const targets = training.y.data;
    const kernel = Kernel.for(settings, training.x, training.weights);
    // Two variables a sample: above the tube, and below it.
    const solution = solve({
      kernel: new KernelRows(training.x, kernel),
      place: Int32Array.from({ length: 2 * n }, (_, t) => t % n),
      sign: Int8Array.from({ length: 2 * n }, (_, t) => (t < n ? 1 : -1)),
      linear: Float64Array.from({ length: 2 * n }, (_, t) => (t < n ? epsilon - targets[t]! : epsilon + targets[t - n]!)), // prettier-ignore
      bound: Float64Array.from({ length: 2 * n }, (_, t) => settings.C * (training.weights?.[t % n] ?? 1)),
      tol: settings.tol,
      maxIter: stepsFor(settings, n),
    });
    const coefficients = new Matrix(n, 1);
    for (let i = 0; i < n; i++) coefficients.data[i] = solution.alpha[i]! - solution.alpha[i + n]!;
    return new FittedSVR(machineOf(kernel, training.x, coefficients, Float64Array.of(solution.rho)));
  }
}

/** @see SVR */
export class FittedSVR extends RegressorBase {
  readonly kind = 'SVR';
  readonly featuresIn: number;
  readonly #machine: Machine;

  constructor(machine: Machine) {
    super();
    this.#machine = machine;
    this.featuresIn = machine.vectors.columns;
  }

  /** The samples that the machine stands on, (vectors, features). */
  get supportVectors(): Matrix {
    return this.#machine.vectors;
  }

  override estimate(x: Matrix): Matrix {
    return decide(this.#machine, x);
  }

  toState(): ModelState {
    return { kind: this.kind, ...machineState(this.#machine) };
  }

  static fromState(state: ModelState): FittedSVR {
    return new FittedSVR(machineFrom(new StateReader(state, 'SVR')));
  }
}
