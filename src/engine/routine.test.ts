/**
 * Routines inside programs: between emitted steps, with cells and donation, and where they fail.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { testDevices } from '../../test/devices.ts';
import { LinAlgError } from '../base/errors.ts';
import { inspect } from '../inspect/index.ts';
import { binary, param, routine } from '../ir/build.ts';
import { nullDevice } from '../runtime/null/index.ts';
import { device } from '../runtime/registry.ts';
import { Cell } from '../tensor/cell.ts';
import { compile } from '../tensor/compile.ts';
import { tensor } from '../tensor/creation.ts';
import { gradients } from '../tensor/gradients.ts';
import * as linalg from '../tensor/linalg/index.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { vmap } from '../tensor/transforms/vmap.ts';

describe.each(testDevices)('on %s', (name) => {
  beforeAll(() => void device(name));

  it('a step with routines updates its cells again and again', () => {
    const state = new Cell(tensor([3, 1, 2]));
    const step = compile((x: Tensor) => {
      const sorted = state.value.add(x).sort();
      state.value = sorted.mul(2);
      return sorted.cumsum();
    });
    expect(step(tensor([0, 0, 0])).arraySync()).toEqual([1, 3, 6]);
    expect(state.value.arraySync()).toEqual([2, 4, 6]);
    expect(step(tensor([9, 0, 0])).arraySync()).toEqual([4, 10, 21]);
    expect(state.value.arraySync()).toEqual([8, 12, 22]);
    expect(step.traces).toBe(1);
  });

  it('a cell that is sorted in place of itself keeps what was taken from it', () => {
    const state = new Cell(tensor([3, 1, 2]));
    const before = state.value;
    compile(() => {
      state.value = state.value.sort();
    })();
    expect(state.value.arraySync()).toEqual([1, 2, 3]);
    expect(before.arraySync()).toEqual([3, 1, 2]);
  });

  it('a routine that fails leaves every cell as it was', () => {
    const count = new Cell(tensor(0));
    const factor = new Cell(tensor([[0, 0], [0, 0]])); // prettier-ignore
    const step = compile((a: Tensor) => {
      count.value = count.value.add(1);
      factor.value = linalg.cholesky(a);
      return factor.value.sum();
    });
    expect(step(tensor([[4, 0], [0, 9]])).itemSync()).toBe(5); // prettier-ignore
    expect(() => step(tensor([[1, 2], [2, 1]]))).toThrow(LinAlgError); // prettier-ignore
    expect(count.value.itemSync()).toBe(1);
    expect(factor.value.arraySync()).toEqual([[2, 0], [0, 3]]); // prettier-ignore
    expect(step(tensor([[1, 0], [0, 1]])).itemSync()).toBe(2); // prettier-ignore
  });

  it('a train step through a factorization goes down', () => {
    const w = new Cell(tensor([[1, 0.2], [0.1, 2]])); // prettier-ignore
    const step = compile(() => {
      const a = w.value.matmul(w.value.transpose()).add(tensor([[1, 0], [0, 1]])); // prettier-ignore
      const loss = linalg.slogdet(a).logAbsDet.add(linalg.svdvals(w.value).sum());
      w.value = w.value.sub(gradients(loss, w).mul(0.05));
      return loss;
    });
    const losses = Array.from({ length: 20 }, () => step().itemSync());
    expect(losses.every((loss, i) => i === 0 || loss < losses[i - 1]!)).toBe(true);
  });

  it('vmap runs a routine once, over all examples', () => {
    const all = vmap((x: Tensor) => x.sort().cumsum());
    expect(all(tensor([[3, 1], [2, 5], [0, -1]])).arraySync()).toEqual([[1, 4], [2, 7], [-1, -1]]); // prettier-ignore
  });

  it('is named by inspect', () => {
    const { graph, plan } = inspect((x: Tensor) => x.add(1).argsort(0, { descending: true }))(tensor([1, 2]));
    expect(graph).toContain('routine int32 (2,) %');
    expect(graph).toContain('name: argsort, descending: true');
    if (name !== 'reference') expect(plan).toMatch(/step 1: routine argsort\{descending: true\}\(b\d, b\d\)/);
  });
});

it('the null device counts routines apart from nests', () => {
  const x = param(0, [4], 'float32');
  const sorted = routine({ name: 'sort' }, [binary('add', x, x)]);
  const { counts } = nullDevice().compile({ inputs: [x], outputs: [binary('mul', sorted, sorted)] });
  expect(counts).toMatchObject({ nests: 2, routines: 1 });
});
