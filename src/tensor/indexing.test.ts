import { beforeAll, describe, expect, it } from 'vitest';
import { expectClose } from '../../test/arrays.ts';
import { testDevices } from '../../test/devices.ts';
import { IndexError } from '../base/errors.ts';
import { labelIndex } from '../engine/index-checks.ts';
import { device } from '../runtime/registry.ts';
import { arange, tensor } from './creation.ts';
import { gradients } from './gradients.ts';
import type { Tensor } from './tensor.ts';

const indices = (...values: number[]): Tensor => tensor(values, { dtype: 'int32' });

describe.each(testDevices)('indexing on %s', (name) => {
  beforeAll(() => {
    device(name);
  });
  const x = arange(12).reshape(3, 4).cast('float32');

  it('take replaces the axis by the index’s shape', () => {
    expectClose(
      x.take(indices(2, 0)),
      [
        [8, 9, 10, 11],
        [0, 1, 2, 3],
      ],
      0,
    );
    expectClose(
      x.take(indices(3, 3, 0), 1),
      [
        [3, 3, 0],
        [7, 7, 4],
        [11, 11, 8],
      ],
      0,
    );
    expect(x.take(indices(0, 1, 2, 1).reshape(2, 2), 1).shape).toEqual([3, 2, 2]);
    expect(x.take(tensor(1, { dtype: 'int32' })).shape).toEqual([4]);
  });

  it('takeAlongAxis picks one element a row, other axes broadcast', () => {
    expectClose(x.takeAlongAxis(indices(1, 0, 3).unsqueeze(1), 1), [[1], [4], [11]], 0);
    expectClose(
      x.takeAlongAxis(indices(2, 1).reshape(1, 2), 1),
      [
        [2, 1],
        [6, 5],
        [10, 9],
      ],
      0,
    );
  });

  it('gather takes an index that covers only a part', () => {
    expectClose(x.gather(indices(3, 1).reshape(1, 2), 1), [[3, 1]], 0);
    expectClose(x.gather(indices(2, 0).reshape(1, 2), 0), [[8, 1]], 0);
  });

  it('scatterAdd adds twice where a place occurs twice', () => {
    const zeros = tensor([0, 0, 0]);
    expectClose(zeros.scatterAdd(indices(2, 0, 2), tensor([1, 10, 100])), [10, 0, 101], 0);
    expectClose(
      x
        .scatterAdd(
          indices(1, 1),
          tensor([
            [1, 1, 1, 1],
            [2, 2, 2, 2],
          ]),
        )
        .at(1),
      [7, 8, 9, 10],
      0,
    );
  });

  it('the gradient of a lookup counts how often each row was taken', () => {
    const g = gradients(x.take(indices(0, 2, 2)).sum(), x);
    expectClose(
      g,
      [
        [1, 1, 1, 1],
        [0, 0, 0, 0],
        [2, 2, 2, 2],
      ],
      0,
    );
  });

  it('oneHot has one 1, and none for an index outside', () => {
    expectClose(
      indices(0, 2, 5).oneHot(3),
      [
        [1, 0, 0],
        [0, 0, 1],
        [0, 0, 0],
      ],
      0,
    );
  });

  it('an index outside its axis is named, with the label it was given', () => {
    expect(() => x.take(indices(0, 3)).dataSync()).toThrow('gather: index 3 is outside axis of size 3 (valid 0 to 2)');
    const picked = x.takeAlongAxis(indices(1, -4, 3).unsqueeze(1), 1);
    labelIndex(picked.node, 'crossEntropy: label');
    expect(() => picked.dataSync()).toThrow('crossEntropy: label -4 is outside axis of size 4 (valid 0 to 3)');
    expect(() => gradients(picked.sum(), x).dataSync()).toThrow('crossEntropy: label -4');
    expect(() => x.take(x.realize().sum(1).cast('int32')).dataSync()).toThrow(IndexError);
  });

  it('an index that depends on nothing stored is checked when the program is made', () => {
    expect(() => x.take(arange(4)).dataSync()).toThrow('gather: index 3 is outside axis of size 3 (valid 0 to 2)');
    expectClose(x.take(arange(2)).at(1), [4, 5, 6, 7], 0);
  });

  it('floats are no index', () => {
    expect(() => x.take(tensor([0, 1]))).toThrow(/take: the index must be int32, got float32/);
  });
});
