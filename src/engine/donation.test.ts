/** In-place updates are a device's gift that nobody may notice. */
import { beforeEach, describe, expect, it } from 'vitest';
import { expectClose } from '../../test/arrays.ts';
import { Cell, compile, device, IndexError, type Tensor, tensor } from '../index.ts';
import type { Device } from '../runtime/device.ts';
import { referenceDevice } from '../runtime/reference/index.ts';
import { register } from '../runtime/registry.ts';

let allocated = 0;

/** Grants every donation, as it computes all outputs before it writes any; counts allocations. */
const generous: Device = {
  name: 'reference',
  description: 'reference, overwriting wherever it may',
  allocate(dtype, size) {
    allocated++;
    return referenceDevice.allocate(dtype, size);
  },
  store: (dtype, values) => referenceDevice.store(dtype, values),
  compile(graph) {
    const executable = referenceDevice.compile(graph);
    return {
      inPlace: new Map(graph.donations ?? []),
      stages: () => executable.stages(),
      run(inputs, outputs) {
        const fresh = outputs.map(({ dtype, size }) => referenceDevice.allocate(dtype, size));
        executable.run(inputs, fresh);
        outputs.forEach((output, i) => {
          output.write(fresh[i]!.read());
        });
      },
    };
  },
};

beforeEach(() => {
  register('reference', () => generous);
  device('reference');
});

function counter(): { cell: Cell; step: (by: Tensor) => void } {
  const cell = new Cell(tensor([1, 2]));
  const step = compile((by: Tensor) => {
    cell.value = cell.value.add(by);
  });
  return { cell, step };
}

describe('donation', () => {
  it('a cell that only programs touch is overwritten in place', () => {
    const { cell, step } = counter();
    const by = tensor([1, 1]);
    step(by); // the first value came from outside and stays
    const before = allocated;
    for (let i = 0; i < 10; i++) step(by);
    expect(allocated).toBe(before);
    expectClose(cell.value, [12, 13], 0);
  });

  it('a computed index that cannot leave its axis does not keep a cell from being overwritten', () => {
    const cell = new Cell(tensor([1, 2]));
    const table = tensor([10, 20, 30, 40]);
    const step = compile((position: Tensor) => {
      cell.value = cell.value.add(table.take(position.add(1).clip(0, 3)));
    });
    const position = tensor([0, 9], { dtype: 'int32' });
    step(position);
    const before = allocated;
    for (let i = 0; i < 3; i++) step(position);
    expect(allocated).toBe(before);
    expectClose(cell.value, [81, 162], 0);
  });

  it('a value that was read is left alone from then on', () => {
    const { cell, step } = counter();
    const by = tensor([1, 1]);
    step(by);
    step(by);
    const kept = cell.value;
    step(by);
    const keptLater = cell.value;
    step(by);
    step(by);
    expectClose(kept, [3, 4], 0);
    expectClose(keptLater, [4, 5], 0);
    expectClose(cell.value, [6, 7], 0);
  });

  it('a result and a cell of one value, and two cells of one value, do not overwrite each other', () => {
    const [a, b] = [new Cell(tensor([1])), new Cell(tensor([1]))];
    const both = compile(() => {
      const next = a.value.add(b.value);
      a.value = next;
      b.value = next;
      return next;
    });
    const grow = compile(() => {
      a.value = a.value.mul(10);
    });
    const first = both();
    grow();
    grow();
    expectClose(first, [2], 0);
    expectClose(a.value, [200], 0);
    expectClose(b.value, [2], 0);
    expectClose(both(), [202], 0);
    expectClose(first, [2], 0);
  });

  it('a cell handed to another keeps both apart', () => {
    const [a, b] = [new Cell(tensor([1])), new Cell(tensor([0]))];
    const hand = compile(() => {
      b.value = a.value;
      a.value = a.value.add(1);
    });
    for (let i = 0; i < 4; i++) hand();
    expectClose(a.value, [5], 0);
    expectClose(b.value, [4], 0);
  });

  it('nothing is overwritten where an index is only known after the run', () => {
    const cell = new Cell(tensor([1, 2]));
    const step = compile((index: Tensor) => {
      cell.value = cell.value.take(index.add(1)).add(1);
    });
    const fine = tensor([0, -1], { dtype: 'int32' });
    step(fine);
    step(fine);
    expect(() => {
      step(tensor([0, 7], { dtype: 'int32' }));
    }).toThrow(IndexError);
    expectClose(cell.value, [3, 4], 0);
  });
});
