/**
 * What a model loses when a feature is shuffled: importance for any fitted model, on any samples.
 */
import { Matrix, matrixOf } from '../matrix.ts';
import { requireWhole } from '../options.ts';
import type { Features } from '../protocol.ts';
import { Random } from '../random.ts';

export interface PermutationOptions {
  /** How often each feature is shuffled. Default 5. */
  readonly repeats?: number;
  /** Default 0. */
  readonly seed?: number;
}

/** By feature. */
export interface PermutationImportance {
  readonly mean: Float64Array<ArrayBuffer>;
  readonly deviation: Float64Array<ArrayBuffer>;
  /** (features, repeats): score before minus score after. */
  readonly all: Matrix;
}

/**
 * score(X, y) − score(X with feature j shuffled, y), for each j. (Breiman 2001; Fisher, Rudin and Dominici 2019.)
 * @param score of a matrix of samples, e.g. `(x) => model.score(x, y)`
 * @example const { mean } = permutationImportance((x) => model.score(x, y), X, { repeats: 10 })
 */
export function permutationImportance(
  score: (x: Matrix) => number,
  x: Features,
  { repeats = 5, seed = 0 }: PermutationOptions = {},
): PermutationImportance {
  requireWhole('permutationImportance', 'repeats', repeats, 1);
  const samples = matrixOf('permutationImportance', x, { allowNaN: true });
  const before = score(samples);
  const all = new Matrix(samples.columns, repeats);
  const random = new Random(seed);
  for (let j = 0; j < samples.columns; j++) {
    for (let r = 0; r < repeats; r++) {
      const order = random.permutation(samples.rows);
      const shuffled = new Matrix(samples.rows, samples.columns, samples.data.slice());
      for (let i = 0; i < samples.rows; i++) shuffled.data[i * samples.columns + j] = samples.at(order[i]!, j);
      all.data[j * repeats + r] = before - score(shuffled);
    }
  }
  const mean = new Float64Array(samples.columns);
  const deviation = new Float64Array(samples.columns);
  for (let j = 0; j < samples.columns; j++) {
    const row = all.row(j);
    mean[j] = row.reduce((a, b) => a + b, 0) / repeats;
    deviation[j] = Math.sqrt(row.reduce((sum, v) => sum + (v - mean[j]!) ** 2, 0) / repeats);
  }
  return { mean, deviation, all };
}
