/**
 * Metrics of classification: counts of right and wrong by class, and what is made of them. All accumulate on the device; the
 * counts are sums of one-hot products, so that nothing is scattered and a step stays one program.
 */
import { raise, ShapeError, ValueError } from '../../base/errors.ts';
import { formatShape } from '../../base/shape.ts';
import { tensor, zeros } from '../../tensor/creation.ts';
import { where } from '../../tensor/functions.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { Measure, Metric } from '../metric.ts';

/** The share of rows whose largest logit is at the label: (…, C), (…) → (). @example accuracy(tensor([[0, 1]]), tensor([1])) // 1 */
export function accuracy(logits: Tensor, labels: Tensor): Tensor {
  return logits.argmax(-1).equal(labels.cast('int32')).cast('float32').mean();
}

/**
 * The share of rows whose label is among the k largest logits: (…, C), (…) → (). A label counts if fewer than k logits are
 * larger than its own; of equal ones, those before it are.
 * @throws ValueError unless k is a whole number from 1 up   @example fit(model, data, { …, metrics: { top5: topK(5) } })
 */
export function topK(k: number): Measure {
  if (!Number.isInteger(k) || k < 1) raise(new ValueError(`topK: k must be a whole number from 1 up, got ${k}`));
  return (logits, labels) => {
    const classes = logits.shape.at(-1)!;
    const isLabel = labels.oneHot(classes, 'bool');
    const own = where(isLabel, logits, -Infinity).max(-1, { keepDims: true });
    const isBefore = labels.cast('int32').unsqueeze(-1).greater(places(classes));
    const larger = logits.greater(own).logicalOr(logits.equal(own).logicalAnd(isBefore));
    return larger.cast('int32').sum(-1).less(k).cast('float32').mean();
  };
}

/**
 * How often a row of class i was taken for class j: logits (…, C), labels (…) → (C, C) int32, true classes down, guesses across.
 * @throws ValueError unless there are at least two classes   @example new Meter(confusionMatrix(10))
 */
export function confusionMatrix(classes: number): Metric {
  checkClasses('confusionMatrix', classes);
  return { ...counted(classes), result: ({ matrix }) => matrix! };
}

/** How classes are put together: each class alike, all rows alike, classes by their size, or not at all: (C,). */
export type Average = 'macro' | 'micro' | 'weighted' | 'none';

export interface ClassOptions {
  /** With two classes, 'binary' looks at class 1 alone. Default: 'binary' for two classes, else 'macro'. */
  readonly average?: Average | 'binary';
}

/** Right guesses of a class / guesses of it: TP / (TP + FP), 0 where there is none. @example fit(model, data, { …, metrics: { precision: precision(10) } }) */
export function precision(classes: number, options?: ClassOptions): Metric {
  return perClass('precision', classes, options, ({ hits, guessed }) => ratio(hits, guessed));
}

/** Right guesses of a class / rows of it: TP / (TP + FN), 0 where there is none. @example recall(2) */
export function recall(classes: number, options?: ClassOptions): Metric {
  return perClass('recall', classes, options, ({ hits, actual }) => ratio(hits, actual));
}

/** The harmonic mean of precision and recall: 2 TP / (2 TP + FP + FN), 0 where there is none. @example f1(10, { average: 'weighted' }) */
export function f1(classes: number, options?: ClassOptions): Metric {
  return perClass('f1', classes, options, ({ hits, guessed, actual }) => ratio(hits.mul(2), guessed.add(actual)));
}

/**
 * Intersection over union of each class, averaged over those that occur: TP / (TP + FP + FN). For segmentation, with logits
 * (N, H, W, C), or (N, C, H, W) with `axis` 1, and labels (N, H, W).
 * @see Everingham et al. 2015, "The Pascal Visual Object Classes Challenge"   @example meanIoU(21, { axis: 1 })
 */
export function meanIoU(classes: number, { axis = -1 }: { readonly axis?: number } = {}): Metric {
  checkClasses('meanIoU', classes);
  const counts = counted(classes);
  return {
    initial: counts.initial,
    update(count, logits, labels) {
      const last = logits.rank - 1;
      const from = axis < 0 ? axis + logits.rank : axis;
      const order = [...Array.from({ length: logits.rank }, (_, i) => i).filter((i) => i !== from), from];
      return counts.update(count, from === last ? logits : logits.permute(order), labels);
    },
    result({ matrix }) {
      const { hits, guessed, actual } = sidesOf(matrix!);
      const union = guessed.add(actual).sub(hits);
      const occurs = union.greater(0).cast('float64');
      return ratio(hits, union).mul(occurs).sum().div(occurs.sum());
    },
  };
}

interface Sides {
  /** Each (C,) float64. */
  readonly hits: Tensor;
  readonly guessed: Tensor;
  readonly actual: Tensor;
}

function perClass(
  op: string,
  classes: number,
  { average }: ClassOptions = {},
  figure: (sides: Sides) => Tensor,
): Metric {
  checkClasses(op, classes);
  const kind = average ?? (classes === 2 ? 'binary' : 'macro');
  if (kind === 'binary' && classes !== 2)
    raise(
      new ValueError(`${op}: 'binary' is for two classes, there are ${classes}; use 'macro', 'micro' or 'weighted'`),
    );
  return {
    ...counted(classes),
    result({ matrix }) {
      const sides = sidesOf(matrix!);
      switch (kind) {
        case 'binary':
          return figure(sides).at(1);
        case 'macro':
          return figure(sides).mean();
        case 'micro':
          return figure({ hits: sides.hits.sum(), guessed: sides.guessed.sum(), actual: sides.actual.sum() });
        case 'weighted':
          return ratio(figure(sides).mul(sides.actual).sum(), sides.actual.sum());
        case 'none':
          return figure(sides);
      }
    },
  };
}

/** The counting part, which all of these share. */
function counted(classes: number): Pick<Metric, 'initial' | 'update'> {
  return {
    initial: { matrix: zeros([classes, classes], { dtype: 'int32' }) },
    update({ matrix }, logits, labels) {
      if (logits.shape.at(-1) !== classes) {
        raise(
          new ShapeError(
            `metric: expected logits of ${classes} classes along the last axis, got ${formatShape(logits.shape)}`,
          ),
        );
      }
      // (rows, C)ᵀ · (rows, C); float32 is exact for counts below 2^24 of one batch.
      const truth = labels.reshape(-1).oneHot(classes);
      const guess = logits.argmax(-1).reshape(-1).oneHot(classes);
      return { matrix: matrix!.add(truth.T.matmul(guess).cast('int32')) };
    },
  };
}

function sidesOf(matrix: Tensor): Sides {
  const counts = matrix.cast('float64');
  const classes = matrix.shape[0]!;
  const diagonal = counts.mul(places(classes).equal(places(classes).unsqueeze(1)).cast('float64'));
  return { hits: diagonal.sum(1), guessed: counts.sum(0), actual: counts.sum(1) };
}

/** a / b, and 0 where b is. */
function ratio(a: Tensor, b: Tensor): Tensor {
  const isNone = b.equal(0);
  return where(isNone, 0, a.div(where(isNone, 1, b)));
}

function places(count: number): Tensor {
  return tensor(Int32Array.from({ length: count }, (_, i) => i));
}

function checkClasses(op: string, classes: number): void {
  if (!Number.isInteger(classes) || classes < 2)
    raise(new ValueError(`${op}: expected a whole number of classes from 2 up, got ${classes}`));
}
