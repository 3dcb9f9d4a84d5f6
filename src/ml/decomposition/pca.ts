/**
 * Principal component analysis: the directions along which samples vary most.
 */
import { raise, ValueError } from '../../base/errors.ts';
import { Matrix, matrixOf } from '../matrix.ts';
import { columnMeans } from '../moments.ts';
import { requireNumber, requireOneOf, requireWhole } from '../options.ts';
import { transposedProduct } from '../products.ts';
import type { Features, Transformer } from '../protocol.ts';
import { type ModelState, StateReader } from '../state.ts';
import { FittedProjection } from './projection.ts';
import { centered, eigenOf, fixSigns, randomizedSingular, singularOf } from './spectral.ts';

export type PCASolver = 'auto' | 'full' | 'covariance' | 'randomized';

export interface PCAOptions {
  /** How many; below 1, as many as explain this share of the variance. Default: all, min(samples, features). */
  readonly components?: number;
  /** Divide each component by its deviation. Default false. */
  readonly whiten?: boolean;
  /**
   * `full` factors the samples, `covariance` their products (fast for many samples, half the digits for the smallest
   * components), `randomized` finds the first few only. Default: what suits the size.
   */
  readonly solver?: PCASolver;
  /** Power iterations of the randomised solver. */
  readonly iterations?: number;
  /** Of the randomised solver. Default 0. */
  readonly seed?: number;
}

/**
 * X − mean = U S Vᵀ; the components are the rows of Vᵀ, the variances S² / (n − 1).
 * @see Pearson 1901; Halko, Martinsson and Tropp 2011 for the randomised solver
 * @example new PCA({ components: 1 }).fit([[0, 0], [1, 1], [2, 2]]).explainedVarianceRatio // [1]
 */
export class PCA implements Transformer {
  readonly role = 'transformer';
  readonly components: number | undefined;
  readonly whiten: boolean;
  readonly solver: PCASolver;
  readonly iterations: number | undefined;
  readonly seed: number;

  constructor({ components, whiten = false, solver = 'auto', iterations, seed = 0 }: PCAOptions = {}) {
    if (components !== undefined) {
      if (components > 0 && components < 1) requireNumber('PCA', 'components', components, { low: 0, high: 1 });
      else requireWhole('PCA', 'components', components, 1);
    }
    requireOneOf('PCA', 'solver', solver, ['auto', 'full', 'covariance', 'randomized']);
    if (iterations !== undefined) requireWhole('PCA', 'iterations', iterations);
    requireWhole('PCA', 'seed', seed);
    this.components = components;
    this.whiten = whiten;
    this.solver = solver;
    this.iterations = iterations;
    this.seed = seed;
  }

  fit(x: Features): FittedPCA {
    const samples = matrixOf('PCA.fit', x, { minRows: 2 });
    const { rows, columns } = samples;
    const most = Math.min(rows, columns);
    const asked = this.components ?? most;
    if (asked > most) {
      raise(new ValueError(`PCA.fit: ${asked} components asked for, but ${rows} samples of ${columns} have ${most}`));
    }
    const { mean } = columnMeans(samples);
    const flat = centered(samples, mean);
    const total = flat.data.reduce((sum, value) => sum + value * value, 0) / (rows - 1);
    const { s, vt } = this.#directions(flat, asked);
    fixSigns(vt);
    const variances = s.map((value) => (value * value) / (rows - 1));
    const ratios = variances.map((v) => (total > 0 ? v / total : 0));
    const size = asked < 1 ? countOf(ratios, asked) : asked;
    const kept = variances.slice(0, size);
    const rest = Math.max(0, total - kept.reduce((a, b) => a + b, 0));
    return new FittedPCA({
      mean,
      components: vt.takeRows(Array.from({ length: size }, (_, i) => i)),
      explainedVariance: kept,
      explainedVarianceRatio: ratios.slice(0, size),
      singularValues: s.slice(0, size),
      noiseVariance: size < most ? rest / (most - size) : 0,
      whiten: this.whiten,
    });
  }

  #directions(flat: Matrix, asked: number): { s: Float64Array<ArrayBuffer>; vt: Matrix } {
    switch (this.solver === 'auto' ? suitable(flat, asked) : this.solver) {
      case 'covariance': {
        const { values, vectors } = eigenOf(transposedProduct(flat, flat));
        const most = Math.min(flat.rows, flat.columns);
        const first = Array.from({ length: most }, (_, i) => i);
        return { s: values.slice(0, most).map((value) => Math.sqrt(Math.max(0, value))), vt: vectors.takeRows(first) };
      }
      case 'randomized': {
        if (asked < 1) {
          raise(new ValueError(`PCA.fit: the randomised solver needs a number of components, not a share of ${asked}`));
        }
        const { seed, iterations } = this;
        return randomizedSingular('PCA.fit', flat, asked, {
          seed,
          ...(iterations === undefined ? {} : { iterations }),
        });
      }
      case 'full':
        return singularOf('PCA.fit', flat);
    }
  }
}

function suitable({ rows, columns }: Matrix, asked: number): Exclude<PCASolver, 'auto'> {
  if (columns <= 1000 && rows >= 10 * columns) return 'covariance';
  if (Math.max(rows, columns) <= 500) return 'full';
  return asked >= 1 && asked < 0.8 * Math.min(rows, columns) ? 'randomized' : 'full';
}

/** The fewest components whose ratios sum to more than the share. */
function countOf(ratios: Float64Array, share: number): number {
  let sum = 0;
  for (let i = 0; i < ratios.length; i++) {
    sum += ratios[i]!;
    if (sum > share) return i + 1;
  }
  return ratios.length;
}

/** @see PCA */
export class FittedPCA extends FittedProjection {
  readonly kind = 'PCA';

  static fromState(state: ModelState): FittedPCA {
    return new FittedPCA(FittedProjection.principalFrom(new StateReader(state, 'PCA')));
  }
}
