/** Metrics against scikit-learn's figures: test/golden/metrics.py says how the inputs are made. */
import { beforeEach, describe, expect, it } from 'vitest';
import golden from '../../../test/golden/metrics.json' with { type: 'json' };
import { testDevices } from '../../../test/devices.ts';
import { labels as labelsOf, uniform, uniform64 } from '../../../test/golden/lcg.ts';
import { device } from '../../engine/index.ts';
import { crossEntropy } from '../../nn/losses.ts';
import { compile } from '../../tensor/compile.ts';
import { tensor } from '../../tensor/creation.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { type Measure, Meter, type Metric } from '../metric.ts';
import { Bleu } from './bleu.ts';
import { accuracy, confusionMatrix, f1, meanIoU, precision, recall, topK } from './classification.ts';
import { boxIoU, type Corners, MeanAveragePrecision } from './detection.ts';
import { auroc, averagePrecision } from './ranking.ts';
import { meanAbsoluteError, meanSquaredError, perplexity, r2, rootMeanSquaredError } from './regression.ts';

/** Counted in a compiled step, in batches of unequal size. */
function measured(metric: Metric | Measure, output: Tensor, target: Tensor, batch = 64) {
  const meter = new Meter(metric);
  const step = compile((x: Tensor, y: Tensor) => meter.update(x, y));
  for (let i = 0; i < target.shape[0]!; i += batch)
    step(output.slice(i, i + batch).realize(), target.slice(i, i + batch).realize());
  return meter.result().arraySync();
}

describe.each(testDevices)('on %s', (name) => {
  beforeEach(() => {
    device(name);
  });

  it('classification is counted as scikit-learn does', () => {
    const { rows, classes, figures } = golden.classification;
    const logits = tensor(uniform(rows * classes, 1), { shape: [rows, classes] });
    const labels = tensor(labelsOf(rows, 2, classes));
    expect(measured(confusionMatrix(classes), logits, labels)).toEqual(figures.matrix);
    const metrics: Record<string, Metric | Measure> = {
      accuracy,
      top1: topK(1),
      top2: topK(2),
      top4: topK(4),
      meanIoU: meanIoU(classes),
    };
    for (const average of ['macro', 'micro', 'weighted', 'none'] as const) {
      metrics[`precision.${average}`] = precision(classes, { average });
      metrics[`recall.${average}`] = recall(classes, { average });
      metrics[`f1.${average}`] = f1(classes, { average });
    }
    for (const [key, metric] of Object.entries(metrics)) {
      const expected = figures[key as keyof typeof figures];
      const found = measured(metric, logits, labels);
      // Counts are exact and the ratio is in float64; the measures are float32 means.
      [found]
        .flat()
        .forEach((x, i) => expect(x, key).toBeCloseTo([expected].flat(2)[i]!, typeof metric === 'function' ? 6 : 12));
    }
    const two = tensor(labelsOf(rows, 2, classes).map((label) => (label > 2 ? 1 : 0)));
    expect(measured(f1(2), logits.slice([0, 0], [null, 2]).realize(), two)).toBeCloseTo(figures['binary.f1'], 12);
  });

  it('scores are ranked as scikit-learn does, where bins do not merge them', () => {
    const { rows, figures } = golden.ranking;
    // Midpoints of a thousand bins.
    const scores = uniform64(rows, 3).map((x) => Math.floor(((x + 1) / 2) * 1000) / 1000 + 0.0005);
    const noise = uniform(rows, 4);
    const labels = tensor(Int32Array.from(scores, (score, i) => (score + noise[i]! > 0.5 ? 1 : 0)));
    const output = tensor(Float32Array.from(scores));
    expect(measured(auroc({ fromLogits: false }), output, labels)).toBeCloseTo(figures.auroc, 12);
    expect(measured(averagePrecision({ fromLogits: false }), output, labels)).toBeCloseTo(figures.averagePrecision, 12);
  });

  it('errors of regression are scikit-learn’s, also far from zero', () => {
    const { rows, figures } = golden.regression;
    const noise = uniform(rows, 6);
    const scaled = noise.map((x) => Math.fround(Math.fround(0.3) * x));
    const raw = uniform(rows, 5);
    const target = Float32Array.from(raw, (x, i) => Math.fround(Math.fround(x + scaled[i]!) + 100));
    const guess = raw.map((x) => x + 100);
    const [g, t] = [tensor(guess), tensor(target)];
    const metrics = { mse: meanSquaredError(), rmse: rootMeanSquaredError(), mae: meanAbsoluteError(), r2: r2() };
    for (const [key, metric] of Object.entries(metrics))
      // The last digits depend on how NumPy multiplies 0.3 in float32.
      expect(measured(metric, g, t), key).toBeCloseTo(figures[key as keyof typeof figures], 6);
  });

  it('perplexity is e to the loss of a token', () => {
    const logits = tensor(uniform(60, 8), { shape: [2, 6, 5] });
    const labels = tensor(labelsOf(12, 9, 5), { shape: [2, 6] });
    const expected = Math.exp(crossEntropy(logits, labels).itemSync());
    expect(measured(perplexity(crossEntropy), logits, labels, 1)).toBeCloseTo(expected, 5);
  });
});

describe('metrics', () => {
  beforeEach(() => {
    device('reference');
  });

  it('a class that never occurs counts 0 in the mean, and is left out of the mean overlap', () => {
    const logits = tensor([[3, 0, 0], [0, 3, 0]]); // prettier-ignore
    const labels = tensor([0, 1], { dtype: 'int32' });
    expect(measured(recall(3), logits, labels)).toBeCloseTo(2 / 3, 12);
    expect(measured(meanIoU(3), logits, labels)).toBe(1);
    expect(measured(meanIoU(3, { axis: 1 }), logits.reshape(2, 3, 1, 1), labels.reshape(2, 1, 1))).toBe(1);
  });

  it('equal logits count in their order, as argmax has it', () => {
    const logits = tensor([[1, 1, 1]]);
    const at = (label: number, k: number) => topK(k)(logits, tensor([label], { dtype: 'int32' })).itemSync();
    expect([at(0, 1), at(1, 1), at(1, 2), at(2, 2), at(2, 3)]).toEqual([1, 0, 1, 0, 1]);
  });

  it('AUROC of two logits is that of their difference, and NaN with one class only', () => {
    const logits = tensor([[0, 2], [0, -2], [1, 2], [2, 1]]); // prettier-ignore
    const labels = tensor([1, 0, 0, 1], { dtype: 'int32' });
    expect(measured(auroc(), logits, labels)).toBe(0.75);
    expect(measured(auroc(), logits, tensor([1, 1, 1, 1], { dtype: 'int32' }))).toBeNaN();
    expect(() => measured(auroc(), tensor([[1, 2, 3]]), tensor([1]))).toThrow(
      'auroc: scores (1, 3) do not go with labels (1,)',
    );
  });

  it('refuses counts that make no sense', () => {
    expect(() => topK(0)).toThrow('topK: k must be a whole number from 1 up, got 0');
    expect(() => f1(3, { average: 'binary' })).toThrow("'binary' is for two classes, there are 3");
    expect(() => measured(f1(3), tensor([[1, 2]]), tensor([1]))).toThrow(
      'expected logits of 3 classes along the last axis, got (1, 2)',
    );
  });
});

describe('BLEU', () => {
  const words = (text: string) => text.split(' ');

  it('of the paper’s examples is the paper’s', () => {
    // Papineni et al. 2002: "the" seven times has a modified unigram precision of 2/7.
    const one = new Bleu({ order: 1 });
    one.update(words('the the the the the the the'), [
      words('the cat is on the mat'),
      words('there is a cat on the mat'),
    ]);
    expect(one.result()).toBeCloseTo(2 / 7, 12);
    // Their candidate 1: 17/18 unigrams, 10/17 bigrams.
    const references = [
      'It is a guide to action that ensures that the military will forever heed Party commands',
      'It is the guiding principle which guarantees the military forces always being under the command of the Party',
      'It is the practical guide for the army always to heed the directions of the party',
    ].map(words);
    const two = new Bleu({ order: 2 });
    two.update(
      words('It is a guide to action which ensures that the military always obeys the commands of the party'),
      references,
    );
    expect(two.result()).toBeCloseTo(Math.sqrt((17 / 18) * (10 / 17)), 12);
  });

  it('is 1 for a translation that is a reference, shrinks with brevity, and is 0 without a common sequence', () => {
    const bleu = new Bleu();
    bleu.update(words('a b c d e'), [words('a b c d e')]);
    expect(bleu.result()).toBe(1);
    bleu.reset();
    bleu.update(words('a b c d'), [words('a b c d e')]);
    expect(bleu.result()).toBeCloseTo(Math.exp(1 - 5 / 4), 12);
    bleu.reset();
    bleu.update(words('a b c x'), [words('a b c d')]);
    expect(bleu.result()).toBe(0);
  });
});

describe('mean average precision', () => {
  const at = (x: number): Corners => [x, 0, x + 10, 10];

  it('overlap is over the union', () => {
    expect(boxIoU([0, 0, 2, 2], [1, 0, 3, 2])).toBeCloseTo(1 / 3, 12);
    expect(boxIoU([0, 0, 1, 1], [1, 0, 2, 1])).toBe(0);
  });

  it('is the area under the precise curve', () => {
    const map = new MeanAveragePrecision();
    map.update([{ box: at(0), label: 1, score: 0.9 }], [{ box: at(0), label: 1 }]);
    expect(map.result().map).toBe(1);
    // A miss above a hit, and a truth that is not found: recalls 0, 1/3, 2/3 at precisions 1, 1/2 → 2/3.
    map.update(
      [
        { box: at(0), label: 1, score: 0.5 },
        { box: at(100), label: 1, score: 0.8 },
      ],
      [
        { box: at(1), label: 1 },
        { box: at(50), label: 1 },
      ],
    );
    // 34 of the 101 recalls are at most 1/3, 33 more at most 2/3, of them at precision 2/3.
    expect(map.result().map50).toBeCloseTo((34 + 33 * (2 / 3)) / 101, 12);
    // An overlap of 9/11 = 0.818 is one from 0.5 to 0.8, and none above.
    const hit = (34 + 33 * (2 / 3)) / 101;
    const miss = 34 / 101;
    expect(map.result().map).toBeCloseTo((7 * hit + 3 * miss) / 10, 12);
  });

  it('counts a truth once, leaves difficult ones out, and averages over classes that have a truth', () => {
    const map = new MeanAveragePrecision({ thresholds: [0.5] });
    map.update(
      [
        { box: at(0), label: 0, score: 0.9 },
        { box: at(0), label: 0, score: 0.8 },
        { box: at(30), label: 1, score: 0.9 },
        { box: at(0), label: 7, score: 1 },
      ],
      [
        { box: at(0), label: 0 },
        { box: at(30), label: 1, isDifficult: true },
        { box: at(60), label: 1 },
      ],
    );
    const { map50, perClass, map75 } = map.result();
    expect([...perClass]).toEqual([
      [0, 1],
      [1, 0],
    ]);
    expect([map50, map75]).toEqual([0.5, NaN]);
  });
});
