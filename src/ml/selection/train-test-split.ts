/**
 * One division of samples and targets into two parts.
 */
import { labelsOf } from '../labels.ts';
import type { Label, Labels } from '../protocol.ts';
import { rowCount, type Samples, takeRows } from '../rows.ts';
import { requireLength } from '../targets.ts';
import { ShuffleSplit } from './splitters.ts';

export interface TrainTestSplitOptions {
  /** A share below 1, or a number of samples. Default 0.25. */
  readonly testSize?: number;
  /** Default: the rest. */
  readonly trainSize?: number;
  /** In random order; otherwise the last samples are the test. Default true. */
  readonly shuffle?: boolean;
  /** Labels whose shares both parts keep. */
  readonly stratify?: Labels;
  /** Default 0. */
  readonly seed?: number;
}

/**
 * Samples to learn from and samples to test on, each in the form it came in.
 * @example const [Xtrain, Xtest, ytrain, ytest] = trainTestSplit(X, y, { testSize: 0.2, seed: 7 })
 */
export function trainTestSplit<X extends Samples, Y extends Samples>(
  x: X,
  y: Y,
  { testSize = 0.25, trainSize, shuffle = true, stratify, seed = 0 }: TrainTestSplitOptions = {},
): [xTrain: X, xTest: X, yTrain: Y, yTest: Y] {
  const op = 'trainTestSplit';
  const rows = rowCount(op, x);
  requireLength(op, 'y', rowCount(op, y), rows);
  const splitter = new ShuffleSplit({ splits: 1, testSize, trainSize, stratify: stratify !== undefined, seed });
  const labels = stratify === undefined ? {} : { labels: labelsOf<Label>(op, stratify, 'stratify') };
  const { train, test } = shuffle ? splitter.split(rows, labels)[0]! : inOrder(splitter.sizes(rows));
  return [takeRows(op, x, train), takeRows(op, x, test), takeRows(op, y, train), takeRows(op, y, test)];
}

function inOrder(sizes: { readonly train: number; readonly test: number }) {
  return {
    train: Int32Array.from({ length: sizes.train }, (_, i) => i),
    test: Int32Array.from({ length: sizes.test }, (_, i) => sizes.train + i),
  };
}
