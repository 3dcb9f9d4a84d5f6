/**
 * One-class support vector machine: a boundary around most samples, for finding those that are unlike them.
 */
import { Matrix } from '../matrix.ts';
import { requireNumber } from '../options.ts';
import { DetectorBase } from '../outliers/detector.ts';
import type { Features, FitOptions, OutlierDetector } from '../protocol.ts';
import { type ModelState, StateReader } from '../state.ts';
import { sampleTraining } from '../training.ts';
import { Kernel, KernelRows } from './kernels.ts';
import {
  decide,
  type Machine,
  machineFrom,
  machineOf,
  machineState,
  type SolverOptions,
  type SolverSettings,
  solverSettings,
  stepsFor,
} from './machine.ts';
import { solve } from './smo.ts';

export interface OneClassSVMOptions extends SolverOptions {
  /** At most this share of samples is left outside, and at least this share become support vectors. Default 0.5. */
  readonly nu?: number | undefined;
}

/**
 * min ½|w|² − ρ + Σ ξ / (ν n), w·φ(x) ≥ ρ − ξ: the plane that parts most samples from the origin, in the space of a kernel.
 * @see Schölkopf, Platt, Shawe-Taylor, Smola and Williamson 2001
 * @example new OneClassSVM({ nu: 0.05, gamma: 0.1 }).fit(X).predict(Z) // 1 or −1
 */
export class OneClassSVM implements OutlierDetector {
  readonly role = 'outlierDetector';
  readonly settings: SolverSettings;
  readonly nu: number;

  constructor({ nu = 0.5, ...options }: OneClassSVMOptions = {}) {
    requireNumber('OneClassSVM', 'nu', nu, { low: 0, high: 1 });
    requireNumber('OneClassSVM', 'nu', nu, { low: 0, open: true });
    this.settings = solverSettings('OneClassSVM', options);
    this.nu = nu;
  }

  fit(x: Features, options: FitOptions = {}): FittedOneClassSVM {
    const { settings } = this;
    const { x: samples, weights } = sampleTraining('OneClassSVM.fit', x, options);
    const n = samples.rows;
    const kernel = Kernel.for(settings, samples, weights);
    const bound = weights ?? new Float64Array(n).fill(1);
    // Σ α = ν Σ w throughout; the first samples have it all.
    let rest = this.nu * bound.reduce((a, b) => a + b, 0);
    const start = bound.map((most) => {
      const own = Math.min(most, rest);
      rest -= own;
      return own;
    });
    const { alpha, rho } = solve({
      kernel: new KernelRows(samples, kernel),
      place: Int32Array.from({ length: n }, (_, i) => i),
      sign: new Int8Array(n).fill(1),
      linear: new Float64Array(n),
      bound,
      start,
      tol: settings.tol,
      maxIter: stepsFor(settings, n),
    });
    const coefficients = new Matrix(n, 1, Float64Array.from(alpha));
    return new FittedOneClassSVM(machineOf(kernel, samples, coefficients, Float64Array.of(rho)));
  }
}

/** @see OneClassSVM */
export class FittedOneClassSVM extends DetectorBase {
  readonly kind = 'OneClassSVM';
  readonly featuresIn: number;
  readonly threshold: number;
  readonly #machine: Machine;

  constructor(machine: Machine) {
    super();
    this.#machine = machine;
    this.featuresIn = machine.vectors.columns;
    this.threshold = machine.rho[0]!;
  }

  /** The samples on the boundary and outside, (vectors, features). */
  get supportVectors(): Matrix {
    return this.#machine.vectors;
  }

  override scores(x: Matrix): Float64Array<ArrayBuffer> {
    return decide({ ...this.#machine, rho: Float64Array.of(0) }, x).data;
  }

  toState(): ModelState {
    return { kind: this.kind, ...machineState(this.#machine) };
  }

  static fromState(state: ModelState): FittedOneClassSVM {
    const read = new StateReader(state, 'OneClassSVM');
    read.vector('rho', 1);
    return new FittedOneClassSVM(machineFrom(read));
  }
}
