/**
 * Charts of what a model learned: which features matter, and where samples lie in a space of two dimensions.
 */
import { raise, ShapeError } from '../base/errors.ts';
import { bar, points } from './basic.ts';
import { countOf, type Grid, labelsOf, numbersOf, rowsOf, sameLength, type Series } from './numbers.ts';
import type { Plot, PlotOptions } from './plot.ts';

export interface FeatureImportanceOptions extends PlotOptions {
  /** Only so many, the most important. Default: 20. */
  readonly top?: number;
  /** Standard deviations, as whiskers. */
  readonly errors?: Series;
  /** What is measured. Default: 'importance'. */
  readonly xLabel?: string;
}

/**
 * Features with the largest |importance| at the top.
 * @param names (F,)   @param importances (F,)   @throws ShapeError, ValueError   @example featureImportance(names, forest.featureImportances)
 */
export function featureImportance(
  names: ArrayLike<string | number>,
  importances: Series,
  options: FeatureImportanceOptions = {},
): Plot {
  const op = 'featureImportance';
  const { top = 20, errors, xLabel = 'importance', ...rest } = options;
  countOf(op, 'top', top);
  const values = numbersOf(op, 'importances', importances);
  const labels = labelsOf(op, 'names', names, values.length);
  const spread = errors && numbersOf(op, 'errors', errors);
  if (spread) sameLength(op, 'errors', spread.length, values.length);
  const order = values.map((_, i) => i).sort((a, b) => Math.abs(values[b]!) - Math.abs(values[a]!)).slice(0, top); // prettier-ignore
  return bar(
    order.map((i) => labels[i]!),
    order.map((i) => values[i]!),
    { ...rest, xLabel, horizontal: true, ...(spread ? { errors: order.map((i) => spread[i]!) } : {}) },
  );
}

export interface EmbeddingOptions extends PlotOptions {
  readonly labels?: ArrayLike<string | number>;
  /** The names of the two dimensions, such as ['PC 1', 'PC 2']. */
  readonly dimensions?: readonly [string, string];
}

/**
 * Samples in a space of two dimensions, as PCA, t-SNE and UMAP give it.
 * @param samples (N, 2)   @throws ShapeError, ValueError   @example embedding(tsne.fitTransform(x), { labels: digits })
 */
export function embedding(samples: Grid, options: EmbeddingOptions = {}): Plot {
  const op = 'embedding';
  const { dimensions = ['dimension 1', 'dimension 2'], ...rest } = options;
  const rows = rowsOf(op, 'samples', samples);
  if (rows[0]!.length !== 2)
    raise(new ShapeError(`${op}: samples must be (N, 2). Received: (${rows.length}, ${rows[0]!.length}); keep two dimensions`)); // prettier-ignore
  return points(
    op,
    rows.map((row) => row[0]!),
    rows.map((row) => row[1]!),
    { width: 380, height: 340, ...rest, xLabel: dimensions[0], yLabel: dimensions[1] },
  );
}
