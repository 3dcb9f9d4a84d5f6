/**
 * Metrics of scores, whatever the threshold: how well positives are ranked above negatives. Scores are counted into bins, so
 * that any number of them fits in two small cells; equal bins count as ties.
 */
import { raise, ShapeError, ValueError } from '../../base/errors.ts';
import { formatShape, sameShape } from '../../base/shape.ts';
import { concat, where } from '../../tensor/functions.ts';
import { zeros } from '../../tensor/creation.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { Metric, Tensors } from '../metric.ts';

export interface RankingOptions {
  /** Scores in 0 … 1 are told apart by 1 / bins. Default: 1000. */
  readonly bins?: number;
  /** What comes in is logits, of which the sigmoid is the score; two logits a row count by their difference. Default: true. */
  readonly fromLogits?: boolean;
}

/**
 * The area under the ROC curve: the probability that a positive scores higher than a negative, ties counting half. Scores (N,),
 * (N, 1), or logits (N, 2); labels (N,) of 0 and 1. NaN until both classes have come.
 * @throws ValueError unless bins is a whole number from 2 up   @see Hanley and McNeil 1982
 * @example fit(model, data, { …, metrics: { auroc: auroc() } })
 */
export function auroc(options: RankingOptions = {}): Metric {
  return {
    ...binned('auroc', options),
    result({ positives, negatives }) {
      const [p, n] = [positives!.cast('float64'), negatives!.cast('float64')];
      // Σ over bins: positives here · (negatives below + half of those here).
      const wins = p.mul(below(n).add(n.mul(0.5))).sum();
      return wins.div(p.sum().mul(n.sum()));
    },
  };
}

/**
 * Average precision: Σ (Rₖ − Rₖ₋₁) Pₖ over falling thresholds, the area under the precision-recall curve without interpolation.
 * Scores and labels as for `auroc`. NaN until a positive has come.
 * @throws ValueError unless bins is a whole number from 2 up   @example fit(model, data, { …, metrics: { ap: averagePrecision() } })
 */
export function averagePrecision(options: RankingOptions = {}): Metric {
  return {
    ...binned('averagePrecision', options),
    result({ positives, negatives }) {
      const [p, n] = [positives!.cast('float64'), negatives!.cast('float64')];
      const hits = p.sum().sub(below(p)); // scores in this bin or above
      const guesses = hits.add(n.sum().sub(below(n)));
      const precision = hits.div(where(guesses.equal(0), 1, guesses));
      return precision.mul(p).sum().div(p.sum());
    },
  };
}

/** Counts of each class per bin. */
function binned(op: string, { bins = 1000, fromLogits = true }: RankingOptions): Pick<Metric, 'initial' | 'update'> {
  if (!Number.isInteger(bins) || bins < 2)
    raise(new ValueError(`${op}: bins must be a whole number from 2 up, got ${bins}`));
  const none = zeros([bins], { dtype: 'int32' });
  return {
    initial: { positives: none, negatives: none },
    update(count: Tensors, output, labels) {
      const score = scoreOf(op, output, labels, fromLogits);
      // A score of exactly 1 belongs to the last bin.
      const bin = score
        .mul(bins)
        .floor()
        .clip(0, bins - 1)
        .cast('int32')
        .oneHot(bins, 'int32'); // (N, bins)
      const isPositive = labels.reshape(-1).cast('int32').unsqueeze(1); // (N, 1)
      const all = bin.sum(0);
      const positives = bin.mul(isPositive).sum(0);
      return { positives: count['positives']!.add(positives), negatives: count['negatives']!.add(all.sub(positives)) };
    },
  };
}

function scoreOf(op: string, output: Tensor, labels: Tensor, fromLogits: boolean): Tensor {
  const rows = labels.size;
  const isPair = output.rank === 2 && output.shape[1] === 2 && output.shape[0] === rows;
  if (!isPair && !sameShape([output.size], [rows])) {
    raise(
      new ShapeError(
        `${op}: scores ${formatShape(output.shape)} do not go with labels ${formatShape(labels.shape)}; expected one score, or two logits, a label`,
      ),
    );
  }
  if (isPair && fromLogits) return output.at(1, 1).sub(output.at(0, 1)).sigmoid();
  if (isPair) return output.at(1, 1);
  const flat = output.reshape(-1);
  return fromLogits ? flat.sigmoid() : flat;
}

/** Sums of all places before each: (n,) → (n,), in log n additions of the whole. */
function below(x: Tensor): Tensor {
  const size = x.shape[0]!;
  let sums = concat([zeros([1], x), x.slice(0, size - 1)]);
  for (let step = 1; step < size; step *= 2) {
    sums = sums.add(concat([zeros([step], x), sums.slice(0, size - step)]));
  }
  return sums;
}
