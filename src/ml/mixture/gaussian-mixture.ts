/**
 * Gaussian mixtures: samples as draws from several normal distributions, found by expectation and maximization.
 */
import { raise, ShapeError, ValueError } from '../../base/errors.ts';
import { formatShape } from '../../base/shape.ts';
import { tensor } from '../../tensor/creation.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { KMeans } from '../cluster/k-means.ts';
import { argmaxRows } from '../fitted.ts';
import { Matrix, matrixOf } from '../matrix.ts';
import { requireNumber, requireOneOf, requireWhole } from '../options.ts';
import { transposedProduct } from '../products.ts';
import type { Clusterer, Features, FittedClusterer } from '../protocol.ts';
import { Random } from '../random.ts';
import { type ModelState, StateReader, vectorState } from '../state.ts';
import { covarianceShape, covariancesOf, type CovarianceType, logDensities, precisionOf } from './covariance.ts';

export interface GaussianMixtureOptions {
  /** Default 1. */
  readonly components?: number;
  /** Default `full`. */
  readonly covariance?: CovarianceType;
  /** Where to begin: groups of k-means, samples drawn at random, or the means themselves. Default `kmeans`. */
  readonly init?: 'kmeans' | 'random' | Features;
  /** How often to begin anew; the likeliest is kept. Default 1. */
  readonly initializations?: number;
  /** Stops when the mean log-likelihood of a sample rises by less. Default 1e-3. */
  readonly tolerance?: number;
  /** Added to each variance. Default 1e-6. */
  readonly covarianceFloor?: number;
  /** Default 100. */
  readonly maxIterations?: number;
  /** Default 0. */
  readonly seed?: number;
}

const forms: readonly CovarianceType[] = ['full', 'tied', 'diag', 'spherical'];

/**
 * p(x) = Σ_c π_c N(x; μ_c, Σ_c). A component is a group: `labels` and `predict` give the likeliest, `predictProba` all.
 * @see Dempster, Laird and Rubin 1977
 * @example new GaussianMixture({ components: 2 }).fit([[0], [1], [9], [10]]).labels // [0, 0, 1, 1]
 */
export class GaussianMixture implements Clusterer {
  readonly role = 'clusterer';
  readonly components: number;
  readonly covariance: CovarianceType;
  readonly init: 'kmeans' | 'random' | Features;
  readonly initializations: number;
  readonly tolerance: number;
  readonly covarianceFloor: number;
  readonly maxIterations: number;
  readonly seed: number;

  constructor({
    components = 1,
    covariance = 'full',
    init = 'kmeans',
    initializations = 1,
    tolerance = 1e-3,
    covarianceFloor = 1e-6,
    maxIterations = 100,
    seed = 0,
  }: GaussianMixtureOptions = {}) {
    requireWhole('GaussianMixture', 'components', components, 1);
    requireOneOf('GaussianMixture', 'covariance', covariance, forms);
    requireWhole('GaussianMixture', 'initializations', initializations, 1);
    requireNumber('GaussianMixture', 'tolerance', tolerance, { low: 0 });
    requireNumber('GaussianMixture', 'covarianceFloor', covarianceFloor, { low: 0 });
    requireWhole('GaussianMixture', 'maxIterations', maxIterations, 1);
    requireWhole('GaussianMixture', 'seed', seed);
    this.components = components;
    this.covariance = covariance;
    this.init = init;
    this.initializations = initializations;
    this.tolerance = tolerance;
    this.covarianceFloor = covarianceFloor;
    this.maxIterations = maxIterations;
    this.seed = seed;
  }

  fit(x: Features): FittedGaussianMixture {
    const op = 'GaussianMixture.fit';
    const samples = matrixOf(op, x, { minRows: 2 });
    if (samples.rows < this.components) {
      raise(new ShapeError(`${op}: ${this.components} components need as many samples, X has ${samples.rows}`));
    }
    const random = new Random(this.seed);
    let best: Mixture | undefined;
    for (let run = 0; run < this.initializations; run++) {
      const mixture = this.#climb(op, samples, this.#responsibilities(op, samples, random.seed()));
      if (best === undefined || mixture.lowerBound > best.lowerBound) best = mixture;
    }
    const unlabelled = new FittedGaussianMixture(best!, new Int32Array(0));
    return new FittedGaussianMixture(best!, unlabelled.predict(samples));
  }

  /** Which component each sample is thought to be of, at first. */
  #responsibilities(op: string, x: Matrix, seed: number): Matrix {
    const k = this.components;
    const resp = new Matrix(x.rows, k);
    if (this.init === 'kmeans') {
      const { labels } = new KMeans({ clusters: k, seed }).fit(x);
      labels.forEach((label, i) => (resp.data[i * k + label] = 1));
      return resp;
    }
    let centers: Matrix;
    if (this.init === 'random') centers = x.takeRows(new Random(seed).permutation(x.rows).subarray(0, k));
    else {
      centers = matrixOf(op, this.init, { name: 'init', columns: x.columns });
      if (centers.rows !== k) {
        raise(new ShapeError(`${op}: init must be ${k} means, got shape ${formatShape(centers.shape)}`));
      }
    }
    const { labels } = new KMeans({ clusters: k, init: centers, maxIterations: 1 }).fit(x);
    labels.forEach((label, i) => (resp.data[i * k + label] = 1));
    return resp;
  }

  #climb(op: string, x: Matrix, start: Matrix): Mixture {
    const { covariance, covarianceFloor: floor } = this;
    let mixture = maximize(op, covariance, x, start, floor);
    let lowerBound = -Infinity;
    let iterations = 0;
    let converged = false;
    while (iterations < this.maxIterations && !converged) {
      iterations++;
      const { resp, logLikelihood } = expect(op, x, mixture);
      mixture = maximize(op, covariance, x, resp, floor);
      converged = Math.abs(logLikelihood - lowerBound) < this.tolerance;
      lowerBound = logLikelihood;
    }
    return { ...mixture, lowerBound, iterations, converged };
  }
}

interface Parameters {
  readonly covariance: CovarianceType;
  /** π, (components,) */
  readonly weights: Float64Array<ArrayBuffer>;
  /** (components, features) */
  readonly means: Matrix;
  /** A row a covariance: features² numbers (`full`, `tied`), features (`diag`) or 1 (`spherical`). */
  readonly covariances: Matrix;
}

interface Mixture extends Parameters {
  /** The mean log-likelihood of a sample, at the last iteration. */
  readonly lowerBound: number;
  readonly iterations: number;
  readonly converged: boolean;
}

function maximize(op: string, covariance: CovarianceType, x: Matrix, resp: Matrix, floor: number): Parameters {
  const k = resp.columns;
  const totals = new Float64Array(k).fill(10 * Number.EPSILON);
  for (let i = 0; i < resp.data.length; i++) totals[i % k]! += resp.data[i]!;
  const means = transposedProduct(resp, x);
  for (let i = 0; i < means.data.length; i++) means.data[i]! /= totals[Math.floor(i / x.columns)]!;
  if (!means.data.every((value) => Number.isFinite(value)))
    raise(new ValueError(`${op}: X is too large to be squared`));
  const sum = totals.reduce((a, b) => a + b, 0);
  return {
    covariance,
    weights: totals.map((total) => total / sum),
    means,
    covariances: covariancesOf(covariance, x, resp, totals, means, floor),
  };
}

/** log π_c + log N(xᵢ; c), and its logarithm of the sum over c. */
function weighted(op: string, x: Matrix, { covariance, weights, means, covariances }: Parameters) {
  const scores = logDensities(
    covariance,
    x,
    means,
    precisionOf(op, covariance, covariances, means.rows, means.columns),
  );
  const k = means.rows;
  const norms = new Float64Array(x.rows);
  const logs = weights.map((weight) => Math.log(weight));
  for (let i = 0; i < x.rows; i++) {
    let most = -Infinity;
    for (let c = 0; c < k; c++) {
      scores.data[i * k + c]! += logs[c]!;
      most = Math.max(most, scores.data[i * k + c]!);
    }
    let sum = 0;
    for (let c = 0; c < k; c++) sum += Math.exp(scores.data[i * k + c]! - most);
    norms[i] = most + Math.log(sum);
  }
  return { scores, norms };
}

function expect(op: string, x: Matrix, mixture: Parameters): { resp: Matrix; logLikelihood: number } {
  const { scores, norms } = weighted(op, x, mixture);
  const k = scores.columns;
  for (let i = 0; i < scores.data.length; i++) scores.data[i] = Math.exp(scores.data[i]! - norms[Math.floor(i / k)]!);
  return { resp: scores, logLikelihood: norms.reduce((a, b) => a + b, 0) / x.rows };
}

/** @see GaussianMixture */
export class FittedGaussianMixture implements FittedClusterer {
  readonly kind = 'GaussianMixture';
  readonly featuresIn: number;
  readonly covariance: CovarianceType;
  readonly labels: Int32Array<ArrayBuffer>;
  /** π, (components,) */
  readonly weights: Float64Array<ArrayBuffer>;
  /** (components, features) */
  readonly means: Matrix;
  /** A row a covariance: features² numbers (`full`, `tied`), features (`diag`) or 1 (`spherical`). */
  readonly covariances: Matrix;
  readonly lowerBound: number;
  readonly iterations: number;
  readonly converged: boolean;

  constructor(mixture: Mixture, labels: Int32Array<ArrayBuffer>) {
    this.featuresIn = mixture.means.columns;
    this.covariance = mixture.covariance;
    this.labels = labels;
    this.weights = mixture.weights;
    this.means = mixture.means;
    this.covariances = mixture.covariances;
    this.lowerBound = mixture.lowerBound;
    this.iterations = mixture.iterations;
    this.converged = mixture.converged;
  }

  #samples(method: string, x: Features): Matrix {
    return matrixOf(`GaussianMixture.${method}`, x, { columns: this.featuresIn });
  }

  /** The likeliest component of each sample. */
  predict(x: Features): Int32Array<ArrayBuffer> {
    return argmaxRows(weighted('GaussianMixture.predict', this.#samples('predict', x), this).scores);
  }

  /** The probability of each component: float64 (n, components). */
  predictProba(x: Features): Tensor {
    return expect('GaussianMixture.predictProba', this.#samples('predictProba', x), this).resp.toTensor();
  }

  /** log p(x) of each sample: float64 (n,). */
  scoreSamples(x: Features): Tensor {
    return tensor(weighted('GaussianMixture.scoreSamples', this.#samples('scoreSamples', x), this).norms);
  }

  /** The mean of log p(x). */
  score(x: Features): number {
    const { norms } = weighted('GaussianMixture.score', this.#samples('score', x), this);
    return norms.reduce((a, b) => a + b, 0) / norms.length;
  }

  /** How many free numbers the model has. */
  get parameters(): number {
    const [k, d] = this.means.shape;
    const free = { full: (k * d * (d + 1)) / 2, tied: (d * (d + 1)) / 2, diag: k * d, spherical: k };
    return free[this.covariance] + k * d + k - 1;
  }

  /** Akaike's criterion: 2 p − 2 log L. Lower is better. */
  aic(x: Features): number {
    const samples = this.#samples('aic', x);
    return -2 * this.score(samples) * samples.rows + 2 * this.parameters;
  }

  /** The Bayesian criterion: p log n − 2 log L. Lower is better. */
  bic(x: Features): number {
    const samples = this.#samples('bic', x);
    return -2 * this.score(samples) * samples.rows + this.parameters * Math.log(samples.rows);
  }

  /** New samples: float64 (count, features), and the component that each is of. */
  sample(
    count: number,
    { seed = 0 }: { readonly seed?: number } = {},
  ): { readonly x: Tensor; readonly labels: Int32Array } {
    requireWhole('GaussianMixture.sample', 'count', count, 1);
    const random = new Random(seed);
    const [k, d] = this.means.shape;
    const { roots } = precisionOf('GaussianMixture.sample', this.covariance, this.covariances, k, d);
    const isDiagonal = this.covariance === 'diag' || this.covariance === 'spherical';
    const x = new Matrix(count, d);
    const labels = new Int32Array(count);
    for (let i = 0; i < count; i++) {
      let rest = random.uniform();
      let c = 0;
      while (c < k - 1 && (rest -= this.weights[c]!) >= 0) c++;
      labels[i] = c;
      const [row, root] = [x.row(i), roots[c]!];
      // P (x − μ) = z, from the top.
      for (let a = 0; a < d; a++) {
        let z = random.normal();
        if (!isDiagonal) for (let b = 0; b < a; b++) z -= root[a * d + b]! * row[b]!;
        row[a] = z / root[isDiagonal ? a : a * d + a]!;
      }
      for (let a = 0; a < d; a++) row[a]! += this.means.at(c, a);
    }
    return { x: x.toTensor(), labels };
  }

  toState(): ModelState {
    const { kind, covariance, labels, weights, means, covariances, lowerBound, iterations, converged } = this;
    return {
      kind,
      fields: { covariance, lowerBound, iterations, converged },
      arrays: { labels: vectorState(labels), weights: vectorState(weights), means, covariances },
    };
  }

  static fromState(state: ModelState): FittedGaussianMixture {
    const read = new StateReader(state, 'GaussianMixture');
    const means = read.matrix('means');
    const covariance = read.text('covariance', forms);
    const [count, size] = covarianceShape(covariance, means.rows, means.columns);
    const covariances = read.matrix('covariances', size);
    if (covariances.rows !== count) {
      raise(new ShapeError(`GaussianMixture: the state must have ${count} covariances, got ${covariances.rows}`));
    }
    return new FittedGaussianMixture(
      {
        covariance,
        means,
        covariances,
        weights: read.vector('weights', means.rows),
        lowerBound: read.number('lowerBound'),
        iterations: read.whole('iterations'),
        converged: read.flag('converged'),
      },
      read.integers('labels'),
    );
  }
}
