import { beforeAll, describe, expect, it } from 'vitest';
import { expectClose } from '../../test/arrays.ts';
import { testDevices } from '../../test/devices.ts';
import { device } from '../runtime/registry.ts';
import { Cell } from './cell.ts';
import { compile } from './compile.ts';
import { full, ones, tensor, zeros } from './creation.ts';
import { grad, gradients, valueAndGrad } from './gradients.ts';
import type { Tensor } from './tensor.ts';

describe.each(testDevices)('gradients on %s', (name) => {
  beforeAll(() => {
    device(name);
  });
  const x = tensor([1, 2, 3]);

  it('come in the tree they were asked for', () => {
    const weight = new Cell(tensor([1, 1, 1]));
    const loss = x.mul(weight.value).square().sum();
    const { w, rest } = gradients(loss, { w: weight, rest: [x] as const });
    expectClose(w, [2, 8, 18], 0);
    expectClose(rest[0], [2, 4, 6], 0);
  });

  it('of gradients need nothing more', () => {
    const cube = (v: Tensor): Tensor => v.pow(3).sum();
    const second = grad((v: Tensor) => grad(cube)(v).sum());
    expectClose(second(x), [6, 12, 18], 1e-6);
  });

  it('come with the value, for the first argument only', () => {
    const [value, [a, b]] = valueAndGrad(([p, q]: readonly [Tensor, Tensor], by: Tensor) => p.mul(q).mul(by).sum())(
      [x, x.add(1)],
      tensor(2),
    );
    expectClose(value, 40, 0);
    expectClose(a, [4, 6, 8], 0);
    expectClose(b, [2, 4, 6], 0);
  });

  it('do not see what the function closes over', () => {
    expectClose(grad((v: Tensor) => v.mul(x).sum())(x), [1, 2, 3], 0);
    expectClose(gradients(x.mul(x).sum(), x), [2, 4, 6], 0);
  });

  it('see an argument that is only given another shape, or is a plain number', () => {
    expectClose(grad((v: Tensor) => v.reshape([3, 1]).square().sum())(x), [2, 4, 6], 0);
    expectClose(grad((v: Tensor) => v.square().mul(v))(tensor(2)), 12, 0);
  });

  it('of tensors that are one number everywhere', () => {
    const three = tensor(3);
    expectClose(gradients(three.square(), three), 6, 0);
    const weights = zeros([3]);
    expectClose(gradients(weights.mul(x).sum(), weights), [1, 2, 3], 0);
    const both = full([2, 3], 2);
    expectClose(
      gradients(both.mul(x).square().sum(), both),
      [
        [4, 16, 36],
        [4, 16, 36],
      ],
      0,
    );
    const compiled = compile((v: Tensor) => {
      const w = ones([3]);
      return gradients(w.mul(v).square().sum(), w);
    });
    expectClose(compiled(x), [2, 8, 18], 0);
  });

  it('stop at detach, and are zeros where nothing depends', () => {
    expectClose(gradients(x.mul(x.detach()).sum(), x), [1, 2, 3], 0);
    expectClose(gradients(x.sum(), tensor([5, 5])), [0, 0], 0);
  });

  it('flow through a value that was read', () => {
    const y = x.square().sum();
    expect(y.itemSync()).toBe(14);
    expectClose(gradients(y, x), [2, 4, 6], 0);
  });

  it('ask for a scalar or a seed, and for tensors', () => {
    expect(() => gradients(x.square(), x)).toThrow(/gradients: expected a scalar, got shape \(3,\)/);
    expectClose(gradients(x.square(), x, tensor([1, 0, 10])), [2, 0, 60], 0);
    expect(() => gradients(x.sum(), [3])).toThrow(/expected tensors and cells in arrays or plain objects, got 3/);
  });
});
