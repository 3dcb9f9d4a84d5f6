import { beforeAll, describe, expect, it } from 'vitest';
import { expectClose } from '../../test/arrays.ts';
import { testDevices } from '../../test/devices.ts';
import { device } from '../runtime/registry.ts';
import { compile } from './compile.ts';
import { type Complex, complex, isComplex } from './complex.ts';
import { tensor } from './creation.ts';
import * as fft from './fft.ts';
import { gradients, valueAndGrad } from './gradients.ts';
import type { Tensor } from './tensor.ts';
import { leavesOf } from './tree.ts';

/** Both parts; the sign of a zero is not what is tested here. */
const both = (z: Complex): unknown => [z.real.arraySync(), z.imag.arraySync()].map(unsigned);
const unsigned = (x: unknown): unknown => (Array.isArray(x) ? x.map(unsigned) : Number(x) + 0);

describe.each(testDevices)('on %s', (name) => {
  beforeAll(() => void device(name));

  const z = (): Complex => complex(tensor([1, 0]), tensor([2, -1])); // 1 + 2i, −i

  it('computes as complex numbers do', () => {
    expect(both(z().add(complex(1, 1)))).toEqual([[2, 1], [3, 0]]); // prettier-ignore
    expect(both(z().sub(1))).toEqual([[0, -1], [2, -1]]); // prettier-ignore
    expect(both(z().mul(z()))).toEqual([[-3, -1], [4, 0]]); // prettier-ignore
    expect(both(z().mul(2).conj())).toEqual([[2, 0], [-4, 2]]); // prettier-ignore
    expect(both(z().div(complex(0, 2)))).toEqual([[1, -0.5], [-0.5, 0]]); // prettier-ignore
    expect(both(complex(1e30, 1e30).div(complex(1e30, 1e30)))).toEqual([1, 0]);
    expectClose(z().abs(), [Math.sqrt(5), 1], 1e-6);
    expectClose(z().angle(), [Math.atan2(2, 1), -Math.PI / 2], 1e-6);
    expectClose(complex(0, Math.PI).exp().real, -1, 1e-6);
    expectClose(z().log().exp().real, [1, 0], 1e-6);
    expectClose(z().sqrt().square().imag, [2, -1], 1e-6);
    expectClose(z().pow(3).real, [-11, 0], 1e-5);
    expect(
      z()
        .equal(complex(tensor([1, 1]), tensor([2, -1])))
        .arraySync(),
    ).toEqual([1, 0]);
  });

  it('moves, multiplies and sums matrices', () => {
    const a = z().reshape(2, 1);
    expect(a.shape).toEqual([2, 1]);
    expect(both(a.H.matmul(a))).toEqual([[[6]], [[0]]]);
    expect(both(a.T.slice([0, 1], [null, 2]))).toEqual([[[0]], [[-1]]]);
    expect(both(z().sum())).toEqual([1, 1]);
    expect(both(z().flip().at(0))).toEqual([0, -1]);
  });

  it('is a member of trees: arguments, results and gradients', () => {
    const f = compile((x: { z: Complex }) => ({ w: x.z.mul(x.z), size: x.z.abs() }));
    const { w, size } = f({ z: z() });
    expect(isComplex(w)).toBe(true);
    expect(both(w)).toEqual([[-3, -1], [4, 0]]); // prettier-ignore
    expectClose(size, [Math.sqrt(5), 1], 1e-6);
    const g = compile((x: Complex) => x.mul(x));
    expect(both(g(z()))).toEqual(both(w));
    expect(both(g(complex(tensor([1, 1]), tensor([1, 1]))))).toEqual([[0, 0], [2, 2]]); // prettier-ignore
    expect(leavesOf(z()).length).toBe(2);
    // |z|² has the gradient 2 z.
    const [, gradient] = valueAndGrad((x: Complex) => x.mul(x.conj()).real.sum())(z());
    expect(both(gradient)).toEqual([[2, 0], [4, -2]]); // prettier-ignore
    const zero = complex(tensor([0]), tensor([0]));
    expect(both(gradients(zero.abs().sum(), zero))).toEqual([[0], [0]]);
  });

  it('lets gradients through a spectrum', () => {
    const x = tensor([1, 2, 3, 5]);
    const loss = (values: Tensor): Tensor => fft.rfft(values).abs().square().sum();
    const slopes = [0, 1, 2, 3].map((i) => numerically(loss, [1, 2, 3, 5], i));
    expectClose(gradients(loss(x), x), slopes, 1e-5);
  });

  it('prints as NumPy does', () => {
    expect(String(z())).toBe('[1.+2.j 0.-1.j]');
    expect(String(complex(1.5, -0.25))).toBe('1.5-0.25j');
    expect(String(complex(tensor([[1, 2.5]]), 0))).toBe('[[1. +0.j 2.5+0.j]]');
    compile((x: Tensor) => {
      expect(String(complex(x, x))).toBe('Complex(2,) float32');
      return x;
    })(tensor([1, 2]));
  });
});

function numerically(f: (x: Tensor) => Tensor, point: number[], i: number): number {
  const at = (h: number): number => f(tensor(point.with(i, point[i]! + h), { dtype: 'float64' })).itemSync();
  return (at(1e-4) - at(-1e-4)) / 2e-4;
}
