import { beforeAll, describe, expect, it } from 'vitest';
import { device } from '../engine/index.ts';
import { compile } from '../tensor/compile.ts';
import { full, tensor, zeros } from '../tensor/creation.ts';
import { gradients } from '../tensor/gradients.ts';
import type { Tensor } from '../tensor/tensor.ts';
import {
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  crossEntropy,
  ctc,
  dice,
  focal,
  l1,
  mse,
  multiMargin,
  nll,
  smoothL1,
} from './index.ts';

beforeAll(() => {
  device('reference');
});

const labels = (...values: number[]): Tensor => tensor(values, { dtype: 'int32' });

describe('reductions', () => {
  it('give the mean, the sum, or every value', () => {
    const [a, b] = [tensor([1, 2]), tensor([1, 6])];
    expect(mse(a, b).itemSync()).toBe(8);
    expect(mse(a, b, { reduction: 'sum' }).itemSync()).toBe(16);
    expect(mse(a, b, { reduction: 'none' }).arraySync()).toEqual([0, 16]);
    expect(crossEntropy(zeros([3, 4]), labels(0, 1, 2), { reduction: 'none' }).shape).toEqual([3]);
  });
});

describe('crossEntropy', () => {
  it('of equal logits is the logarithm of the number of classes', () => {
    expect(crossEntropy(zeros([2, 10]), labels(3, 9)).itemSync()).toBeCloseTo(Math.log(10), 6);
  });

  it('takes probabilities as it takes labels', () => {
    const logits = tensor([[1, 2, 3], [0, -1, 4]]); // prettier-ignore
    const oneHot = labels(2, 0).oneHot(3);
    for (const labelSmoothing of [0, 0.2]) {
      const byLabel = crossEntropy(logits, labels(2, 0), { labelSmoothing }).itemSync();
      expect(crossEntropy(logits, oneHot, { labelSmoothing }).itemSync()).toBeCloseTo(byLabel, 6);
    }
  });

  it('takes bytes as labels, and logits with several axes before the classes', () => {
    expect(crossEntropy(zeros([1, 2, 4]), tensor([[1, 3]], { dtype: 'uint8' })).itemSync()).toBeCloseTo(Math.log(4), 6);
  });

  it('a label outside the classes is an IndexError, compiled or not', () => {
    const run = (y: Tensor): Tensor => crossEntropy(zeros([2, 10]), y);
    const compiled = compile(run);
    for (const of of [run, compiled]) {
      for (const bad of [10, -1]) {
        expect(() => of(labels(0, bad)).itemSync()).toThrow(
          `crossEntropy: label ${bad} is outside axis of size 10 (valid 0 to 9)`,
        );
      }
    }
    expect(compiled(labels(0, 9)).itemSync()).toBeCloseTo(Math.log(10), 6);
  });

  it('says which shapes do not fit', () => {
    expect(() => crossEntropy(zeros([2, 10]), labels(1, 2, 3))).toThrow('logits (2, 10) take labels (2,), got (3,)');
    expect(() => crossEntropy(zeros([2, 10]), zeros([2]))).toThrow("labels must be int32: .cast('int32')");
    expect(() => crossEntropy(zeros([]), labels())).toThrow('logits need a last axis of classes');
  });
});

it('binary cross-entropy and its gradient stay finite for logits far from 0', () => {
  const x = tensor([-1e4, 1e4]);
  const loss = binaryCrossEntropyWithLogits(x, tensor([1, 1]), { reduction: 'sum' });
  expect(loss.itemSync()).toBe(1e4);
  expect(gradients(loss, x).arraySync()).toEqual([-1, 0]);
});

it('nothing is broadcast', () => {
  expect(() => mse(zeros([2, 1]), zeros([2]))).toThrow('mse: shapes (2, 1) and (2,) differ');
});

describe('masks', () => {
  const mask = tensor([[true], [false]]);

  it('leave values out of the mean and the sum, even those that are no numbers', () => {
    const [a, b] = [tensor([[1, 2], [NaN, 7]]), zeros([2, 2])]; // prettier-ignore
    expect(mse(a, b, { mask }).itemSync()).toBe(2.5);
    expect(l1(a, b, { mask, reduction: 'sum' }).itemSync()).toBe(3);
    expect(l1(a, b, { mask, reduction: 'none' }).arraySync()).toEqual([[1, 2], [0, 0]]); // prettier-ignore
  });

  it('join with the index that is ignored', () => {
    const logits = tensor([[2, 0], [0, 5], [1, 1]]); // prettier-ignore
    const loss = crossEntropy(logits, labels(0, 7, 0), { ignoreIndex: 7, mask: tensor([false, true, true]) });
    expect(loss.itemSync()).toBeCloseTo(Math.log(2), 6);
  });

  it('must be bool and no larger than the values', () => {
    expect(() => mse(zeros([2]), zeros([2]), { mask: zeros([2]) })).toThrow('loss: the mask must be bool, got float32');
    expect(() => mse(zeros([1, 2]), zeros([1, 2]), { mask })).toThrow(
      'loss: the mask (2, 1) is larger than the values',
    );
  });
});

describe('where probabilities are 0 or 1', () => {
  it('binary cross-entropy is bounded, and its gradient a number', () => {
    const p = tensor([0, 1]);
    expect(binaryCrossEntropy(p, tensor([1, 0]), { reduction: 'none' }).arraySync()).toEqual([100, 100]);
    const g = gradients(binaryCrossEntropy(p, tensor([1, 0])), p);
    expect(g.isFinite().all().itemSync()).toBe(1);
  });

  it('the focal loss of what is certain and right is 0, with gradient 0', () => {
    const x = tensor([200, -200]);
    const loss = focal(x, tensor([1, 0]), { gamma: 1.5 });
    expect(loss.itemSync()).toBe(0);
    expect(gradients(loss, x).arraySync()).toEqual([0, 0]);
  });
});

describe('ctc', () => {
  it('of uniform probabilities counts the ways to say the labels', () => {
    // One label in T steps: it starts and ends anywhere, T (T + 1) / 2 ways, each of probability 3 to the −T.
    for (const steps of [1, 2, 5]) {
      const loss = ctc(full([1, steps, 3], -Math.log(3)), tensor([[2]], { dtype: 'int32' }));
      expect(loss.itemSync()).toBeCloseTo(steps * Math.log(3) - Math.log((steps * (steps + 1)) / 2), 4);
    }
  });

  it('is infinite for what cannot be said, or 0 if asked', () => {
    const x = zeros([1, 2, 3]);
    const twice = tensor([[1, 1]], { dtype: 'int32' }); // two alike need a blank between them
    expect(ctc(x, twice).itemSync()).toBe(Infinity);
    expect(ctc(x, twice, { zeroInfinity: true }).itemSync()).toBe(0);
    expect(gradients(ctc(x, twice, { zeroInfinity: true }), x).arraySync()).toEqual([[[0, 0, 0], [0, 0, 0]]]); // prettier-ignore
  });

  it('is the same captured', () => {
    const x = tensor([[[1, 2, 3], [3, 2, 1], [1, 3, 1]]]).logSoftmax(); // prettier-ignore
    const y = tensor([[1, 2]], { dtype: 'int32' });
    expect(compile((given: Tensor) => ctc(given, y))(x).itemSync()).toBeCloseTo(ctc(x, y).itemSync(), 6);
  });
});

describe('mistakes name the loss', () => {
  it.each([
    [
      'weights',
      () => crossEntropy(zeros([2, 3]), labels(0, 1), { weights: zeros([2]) }),
      'crossEntropy: expected weights (3,), one per class, got (2,)',
    ],
    ['float labels', () => nll(zeros([2, 3]), zeros([2])), 'nll: labels must be int32 or uint8, got float32'],
    ['rows', () => multiMargin(zeros([2, 3]), labels(0)), 'multiMargin: scores (2, 3) take labels (2,), got (1,)'],
    ['beta', () => smoothL1(zeros([1]), zeros([1]), { beta: -1 }), 'smoothL1: beta must be above 0, got -1'],
    ['no pixels', () => dice(zeros([3]), zeros([3])), 'dice: expected (B, …) with at least one more axis, got (3,)'],
    ['time', () => ctc(zeros([2, 3]), zeros([2, 1])), 'ctc: expected logarithms (B, T, C) with at least one step'],
    ['label dtype', () => ctc(zeros([1, 2, 3]), zeros([1, 1])), 'ctc: labels must be int32, got float32'],
    [
      'blank',
      () => ctc(zeros([1, 2, 3]), tensor([[1]], { dtype: 'int32' }), { blank: 3 }),
      'ctc: blank must be a class from 0 to 2, got 3',
    ],
  ])('%s', (_, run, message) => {
    expect(run).toThrow(message);
  });
});
