import { beforeAll, describe, expect, it } from 'vitest';
import { device } from '../engine/index.ts';
import { compile } from '../tensor/compile.ts';
import { tensor, zeros } from '../tensor/creation.ts';
import { gradients } from '../tensor/gradients.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { binaryCrossEntropyWithLogits, crossEntropy, mse } from './losses.ts';

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
