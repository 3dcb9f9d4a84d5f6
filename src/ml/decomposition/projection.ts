/**
 * What a principal component analysis has learned, and how it projects: shared by PCA and IncrementalPCA.
 */
import type { Tensor } from '../../tensor/tensor.ts';
import { TransformerBase } from '../fitted.ts';
import { Matrix, matrixOf } from '../matrix.ts';
import { product, productTransposed } from '../products.ts';
import type { Features } from '../protocol.ts';
import { type ModelState, type StateReader, vectorState } from '../state.ts';
import { centered } from './spectral.ts';

export interface Principal {
  /** (features,) */
  readonly mean: Float64Array<ArrayBuffer>;
  /** (components, features): orthonormal rows; the entry of largest size in each is positive. */
  readonly components: Matrix;
  /** The variance along each component, with n − 1. */
  readonly explainedVariance: Float64Array<ArrayBuffer>;
  /** As a share of the whole variance. */
  readonly explainedVarianceRatio: Float64Array<ArrayBuffer>;
  /** Of the centred samples. */
  readonly singularValues: Float64Array<ArrayBuffer>;
  /** The mean of the variances that were left out. */
  readonly noiseVariance: number;
  readonly whiten: boolean;
}

export abstract class FittedProjection extends TransformerBase implements Principal {
  readonly featuresIn: number;
  readonly mean: Float64Array<ArrayBuffer>;
  readonly components: Matrix;
  readonly explainedVariance: Float64Array<ArrayBuffer>;
  readonly explainedVarianceRatio: Float64Array<ArrayBuffer>;
  readonly singularValues: Float64Array<ArrayBuffer>;
  readonly noiseVariance: number;
  readonly whiten: boolean;

  constructor(principal: Principal) {
    super();
    this.featuresIn = principal.mean.length;
    this.mean = principal.mean;
    this.components = principal.components;
    this.explainedVariance = principal.explainedVariance;
    this.explainedVarianceRatio = principal.explainedVarianceRatio;
    this.singularValues = principal.singularValues;
    this.noiseVariance = principal.noiseVariance;
    this.whiten = principal.whiten;
  }

  /** What each component is divided by. */
  #scale(): Float64Array {
    return this.explainedVariance.map((v) => (this.whiten ? Math.max(Math.sqrt(v), Number.EPSILON) : 1));
  }

  override map(x: Matrix): Matrix {
    const z = productTransposed(centered(x, this.mean), this.components);
    const scale = this.#scale();
    return new Matrix(
      z.rows,
      z.columns,
      z.data.map((value, k) => value / scale[k % z.columns]!),
    );
  }

  /** Samples again from their components; what was left out stays lost. @param z (n, components) */
  inverse(z: Features): Tensor {
    const scores = matrixOf(`${this.kind}.inverse`, z, { columns: this.components.rows, name: 'Z' });
    const scale = this.#scale();
    const back = product(
      new Matrix(
        scores.rows,
        scores.columns,
        scores.data.map((value, k) => value * scale[k % scores.columns]!),
      ),
      this.components,
    );
    for (let k = 0; k < back.data.length; k++) back.data[k]! += this.mean[k % back.columns]!;
    return back.toTensor();
  }

  toState(): ModelState {
    return {
      kind: this.kind,
      fields: { noiseVariance: this.noiseVariance, whiten: this.whiten },
      arrays: {
        mean: vectorState(this.mean),
        components: this.components,
        explainedVariance: vectorState(this.explainedVariance),
        explainedVarianceRatio: vectorState(this.explainedVarianceRatio),
        singularValues: vectorState(this.singularValues),
      },
    };
  }

  protected static principalFrom(read: StateReader): Principal {
    const mean = read.vector('mean');
    const components = read.matrix('components', mean.length);
    return {
      mean,
      components,
      explainedVariance: read.vector('explainedVariance', components.rows),
      explainedVarianceRatio: read.vector('explainedVarianceRatio', components.rows),
      singularValues: read.vector('singularValues', components.rows),
      noiseVariance: read.number('noiseVariance'),
      whiten: read.flag('whiten'),
    };
  }
}
