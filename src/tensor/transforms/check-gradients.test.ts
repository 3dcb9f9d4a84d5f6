import { describe, expect, it } from 'vitest';
import {
  Cell,
  checkGradients,
  customGradient,
  random,
  type Tensor,
  tensor,
  TraceError,
  ValueError,
  where,
} from '../../index.ts';

const values = (shape: readonly number[], seed = 1): Tensor => random.normal(random.key(seed), shape);

describe('checkGradients', () => {
  it('passes what is right, in both modes and orders', () => {
    const f = ({ w, b }: { w: Tensor; b: Tensor }, x: Tensor, labels: Tensor) => ({
      loss: x.matmul(w).add(b).logSoftmax(-1).takeAlongAxis(labels, -1).mean(),
      norm: w.square().sum().sqrt(),
    });
    const report = checkGradients(
      f,
      [
        { w: values([3, 4]), b: values([4], 2) },
        values([5, 3], 3),
        tensor(new Int32Array([0, 1, 2, 3, 1]), { shape: [5, 1] }),
      ],
      { order: 2 },
    );
    expect(`${report}`).toMatch(
      /^checkGradients: passed 124 derivatives; largest relative error \d\.\de-\d+ \(tolerance 0.000001\)/,
    );
    expect(report.passed).toBe(true);
    expect(report.largestError).toBeLessThan(1e-7);
  });

  it('finds what is wrong, and says where', () => {
    const wrong = customGradient(
      (x: Tensor) => x.exp(),
      (g, y, x) => [where(x.greater(2), g.mul(y).mul(1.01), g.mul(y))],
    );
    const report = checkGradients(
      (x: Tensor, scale: { by: Tensor }) => wrong(x).mul(scale.by),
      [
        tensor([[0, 1, 2], [3, 0, 1]]), // prettier-ignore
        { by: tensor([2]) },
      ],
    );
    expect(report.passed).toBe(false);
    expect(`${report}`).toMatch(
      /^checkGradients: failed for 2 of 14 derivatives; largest relative error 9\.9e-3 .*: argument \[0\] at \[1, 0\]: derivative \((reverse|forward) mode\) /,
    );
    const [worst] = report.comparisons;
    expect(worst!.derivative / worst!.difference).toBeCloseTo(1.01, 6);
    expect(checkGradients((x: Tensor) => x.sqrt(), [tensor([0, 1])]).largestError).toBe(Infinity);
  });

  it('finds a second derivative that is wrong where the first is right', () => {
    // The gradient is right, but what it is made of is cut off from the next one.
    const cut = customGradient(
      (x: Tensor) => x.square(),
      (g, _, x) => [g.mul(x.detach()).mul(2)],
    );
    const x = values([3]);
    expect(checkGradients(cut, [x]).passed).toBe(true);
    const report = checkGradients(cut, [x], { order: 2, modes: ['reverse'] });
    expect(report.passed).toBe(false);
    expect(report.comparisons[0]).toMatchObject({ order: 2, path: '[0]' });
  });

  it('moves a sample of large tensors', () => {
    const report = checkGradients((x: Tensor) => x.tanh(), [values([1000])], { samples: 7, modes: ['reverse'] });
    expect(report.comparisons.length).toBe(7);
    expect(report.passed).toBe(true);
  });

  it('refuses what it cannot check', () => {
    const cell = new Cell(0);
    const counting = (x: Tensor) => {
      cell.value = cell.value.add(1);
      return x;
    };
    expect(() => checkGradients(counting, [values([2])])).toThrow(TraceError);
    expect(() => checkGradients((x: Tensor) => x, [tensor(new Int32Array([1]))])).toThrow(ValueError);
    expect(() => checkGradients((x: Tensor) => x.less(1), [values([2])])).toThrow(
      /the function returned no float tensor/,
    );
  });
});
