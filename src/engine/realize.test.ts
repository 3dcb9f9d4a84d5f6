import { beforeEach, describe, expect, it } from 'vitest';
import { expectClose } from '../../test/arrays.ts';
import { Cell, device, full, IndexError, tensor } from '../index.ts';
import type { Device } from '../runtime/device.ts';
import { referenceDevice } from '../runtime/reference/index.ts';
import { register } from '../runtime/registry.ts';

/** The reference device, counting what is asked of it. */
const counts = { compiled: 0, run: 0 };
const counting: Device = {
  name: 'reference',
  description: 'reference, counted',
  allocate: (dtype, size) => referenceDevice.allocate(dtype, size),
  store: (dtype, values) => referenceDevice.store(dtype, values),
  compile(graph) {
    counts.compiled++;
    const executable = referenceDevice.compile(graph);
    return {
      inPlace: executable.inPlace,
      stages: () => executable.stages(),
      run(inputs, outputs) {
        counts.run++;
        executable.run(inputs, outputs);
      },
    };
  },
};

beforeEach(() => {
  register('reference', () => counting);
  device('reference');
  Object.assign(counts, { compiled: 0, run: 0 });
});

describe('realize', () => {
  it('computes a value once', () => {
    const x = tensor([1, 2]).add(1);
    expectClose(x, [2, 3], 0);
    expectClose(x, [2, 3], 0);
    expect(counts.run).toBe(1);
  });

  it('compiles graphs of one structure once, and other constants or shapes again', () => {
    const f = (values: number[], by: number): number => tensor(values).mul(by).exp().sum().itemSync();
    f([1, 2], 3);
    f([4, 5], 3);
    expect(counts.compiled).toBe(1);
    f([4, 5], 2);
    f([4, 5, 6], 2);
    expect(counts.compiled).toBe(3);
  });

  it('tells 0 from −0', () => {
    const x = tensor([1]);
    expect(x.mul(0).pow(-1).itemSync()).toBe(Infinity);
    expect(x.mul(-0).pow(-1).itemSync()).toBe(-Infinity);
  });

  it('runs nothing for stored values, their reshapes and constants', () => {
    expectClose(
      tensor([1, 2, 3, 4]).reshape(2, 2).detach(),
      [
        [1, 2],
        [3, 4],
      ],
      0,
    );
    expectClose(
      full([4], 3).reshape(2, 2),
      [
        [3, 3],
        [3, 3],
      ],
      0,
    );
    expect(counts.run).toBe(0);
  });

  it('uses what was computed before as an input', () => {
    const x = tensor([1, 2]).exp();
    x.dataSync();
    expectClose(x.log(), [1, 2], 1e-6);
    expect(counts.run).toBe(2);
    expect(x.sum().node.inputs[0]).toBe(x.node);
  });

  it('leaves on another device are copied', () => {
    const x = tensor([1, 2]);
    device('null');
    const zeroed = x.add(1);
    expectClose(zeroed, [0, 0], 0);
    device('reference');
    expectClose(x.add(1), [2, 3], 0);
    expectClose(zeroed.add(5), [5, 5], 0);
  });

  it('cells given lazy values outside a trace are computed with the next graph, together', () => {
    const [a, b] = [new Cell(tensor([1])), new Cell(tensor([2]))];
    const shared = tensor([3]).exp();
    a.value = a.value.add(shared);
    b.value = b.value.mul(shared);
    expect(counts.run).toBe(0);
    const e = Math.fround(Math.exp(3));
    expectClose(a.value, [1 + e], 1e-6);
    expectClose(b.value, [2 * e], 1e-6);
    expect(counts.run).toBe(1);
  });

  it('cells whose next value cannot be computed go back to the one before', () => {
    const table = new Cell(tensor([1, 2]));
    const index = tensor([5], { dtype: 'int32' });
    table.value = table.value.take(index).add(table.value);
    expect(() => table.value.dataSync()).toThrow(IndexError);
    expectClose(table.value, [1, 2], 0);
  });

  it('a cell keeps its shape and dtype', () => {
    const cell = new Cell(tensor([1, 2]));
    expect(() => (cell.value = tensor([1]))).toThrow(/Cell: holds shape \(2,\), got \(1,\)/);
    expect(() => (cell.value = tensor([1, 2], { dtype: 'int32' }))).toThrow(/Cell: holds float32, got int32/);
  });
});
