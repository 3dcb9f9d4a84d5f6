/**
 * The first singular vectors of samples that are not centred: latent semantic analysis, where samples are counts of words.
 */
import { raise, ValueError } from '../../base/errors.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { TransformerBase } from '../fitted.ts';
import { type Matrix, matrixOf } from '../matrix.ts';
import { moments } from '../moments.ts';
import { requireOneOf, requireWhole } from '../options.ts';
import { product, productTransposed } from '../products.ts';
import type { Features, Transformer } from '../protocol.ts';
import { type ModelState, StateReader, vectorState } from '../state.ts';
import { fixSigns, randomizedSingular, singularOf } from './spectral.ts';

export interface TruncatedSVDOptions {
  /** Default 2. */
  readonly components?: number;
  /** `exact` factors all of X. Default `randomized`. */
  readonly solver?: 'randomized' | 'exact';
  /** Power iterations of the randomised solver. Default 5. */
  readonly iterations?: number;
  /** Default 10. */
  readonly oversamples?: number;
  /** Default 0. */
  readonly seed?: number;
}

/**
 * X ≈ U S Vᵀ of rank `components`; a sample becomes x V.
 * @see Deerwester et al. 1990; Halko, Martinsson and Tropp 2011
 * @example new TruncatedSVD({ components: 1 }).fit([[3, 4], [6, 8]]).transform([[3, 4]]) // [[5]]
 */
export class TruncatedSVD implements Transformer {
  readonly role = 'transformer';
  readonly components: number;
  readonly solver: 'randomized' | 'exact';
  readonly iterations: number;
  readonly oversamples: number;
  readonly seed: number;

  constructor({
    components = 2,
    solver = 'randomized',
    iterations = 5,
    oversamples = 10,
    seed = 0,
  }: TruncatedSVDOptions = {}) {
    requireWhole('TruncatedSVD', 'components', components, 1);
    requireOneOf('TruncatedSVD', 'solver', solver, ['randomized', 'exact']);
    requireWhole('TruncatedSVD', 'iterations', iterations);
    requireWhole('TruncatedSVD', 'oversamples', oversamples);
    requireWhole('TruncatedSVD', 'seed', seed);
    this.components = components;
    this.solver = solver;
    this.iterations = iterations;
    this.oversamples = oversamples;
    this.seed = seed;
  }

  fit(x: Features): FittedTruncatedSVD {
    const op = 'TruncatedSVD.fit';
    const samples = matrixOf(op, x);
    const { components: size } = this;
    const most = Math.min(samples.rows, samples.columns);
    if (size > most) {
      raise(
        new ValueError(
          `${op}: ${size} components asked for, but ${samples.rows} samples of ${samples.columns} have ${most}`,
        ),
      );
    }
    const { s, vt } = this.solver === 'exact' ? singularOf(op, samples) : randomizedSingular(op, samples, size, this);
    const components = vt.takeRows(Array.from({ length: size }, (_, i) => i));
    fixSigns(components);
    const explained = moments(productTransposed(samples, components)).variance;
    const total = moments(samples).variance.reduce((a, b) => a + b, 0);
    return new FittedTruncatedSVD(
      components,
      s.slice(0, size),
      explained,
      explained.map((v) => (total > 0 ? v / total : 0)),
    );
  }
}

/** @see TruncatedSVD */
export class FittedTruncatedSVD extends TransformerBase {
  readonly kind = 'TruncatedSVD';
  readonly featuresIn: number;
  /** (components, features) */
  readonly components: Matrix;
  readonly singularValues: Float64Array<ArrayBuffer>;
  /** The variance of the transformed samples, over n. */
  readonly explainedVariance: Float64Array<ArrayBuffer>;
  readonly explainedVarianceRatio: Float64Array<ArrayBuffer>;

  constructor(
    components: Matrix,
    singularValues: Float64Array<ArrayBuffer>,
    explainedVariance: Float64Array<ArrayBuffer>,
    explainedVarianceRatio: Float64Array<ArrayBuffer>,
  ) {
    super();
    this.featuresIn = components.columns;
    this.components = components;
    this.singularValues = singularValues;
    this.explainedVariance = explainedVariance;
    this.explainedVarianceRatio = explainedVarianceRatio;
  }

  override map(x: Matrix): Matrix {
    return productTransposed(x, this.components);
  }

  /** The nearest samples of that rank. @param z (n, components) */
  inverse(z: Features): Tensor {
    const scores = matrixOf('TruncatedSVD.inverse', z, { columns: this.components.rows, name: 'Z' });
    return product(scores, this.components).toTensor();
  }

  toState(): ModelState {
    const { kind, components, singularValues, explainedVariance, explainedVarianceRatio } = this;
    return {
      kind,
      fields: {},
      arrays: {
        components,
        singularValues: vectorState(singularValues),
        explainedVariance: vectorState(explainedVariance),
        explainedVarianceRatio: vectorState(explainedVarianceRatio),
      },
    };
  }

  static fromState(state: ModelState): FittedTruncatedSVD {
    const read = new StateReader(state, 'TruncatedSVD');
    const components = read.matrix('components');
    const size = components.rows;
    return new FittedTruncatedSVD(
      components,
      read.vector('singularValues', size),
      read.vector('explainedVariance', size),
      read.vector('explainedVarianceRatio', size),
    );
  }
}
