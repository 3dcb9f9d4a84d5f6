/** What compile promises; over tensors, because that is how the engine is used. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { expectClose } from '../../test/arrays.ts';
import { testDevices } from '../../test/devices.ts';
import {
  Cell,
  compile,
  device,
  gradients,
  IndexError,
  random,
  type Tensor,
  tensor,
  TraceError,
  zeros,
} from '../index.ts';
import { noteMode } from './trace.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/** V8's garbage collector as a function, whatever flags it was started with. */
function exposedGc(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}

describe.each(testDevices)('compile on %s', (name) => {
  beforeAll(() => {
    device(name);
  });

  it('gives what the function gives, and traces once for a form of arguments', () => {
    const f = compile((x: Tensor, y: Tensor) => x.mul(y).sum(0));
    expectClose(
      f(
        tensor([
          [1, 2],
          [3, 4],
        ]),
        tensor([2, 3]),
      ),
      [8, 18],
      0,
    );
    expectClose(
      f(
        tensor([
          [0, 1],
          [1, 0],
        ]),
        tensor([5, 7]),
      ),
      [5, 7],
      0,
    );
    expect(f.traces).toBe(1);
    expectClose(f(tensor([[1, 2, 3]]), tensor([2])), [2, 4, 6], 0);
    expect(f.traces).toBe(2);
    f(
      tensor([
        [1, 2],
        [3, 4],
      ]),
      tensor([2, 3]),
    );
    expect(f.traces).toBe(2);
    f(tensor([[1, 2]], { dtype: 'int32' }), tensor([2]));
    expect(f.traces).toBe(3);
  });

  it('takes and returns trees; arguments handed through and constants come back', () => {
    const f = compile(({ a, b }: { a: Tensor; b: readonly [Tensor, number] }) => ({
      sum: a.add(b[0]),
      scaled: [b[0].mul(b[1])],
      same: a,
      reshaped: a.reshape(2, 1),
      ones: zeros([2]).add(1),
      label: 'x',
    }));
    for (const shift of [0, 10]) {
      const { sum, scaled, same, reshaped, ones, label } = f({ a: tensor([1, 2 + shift]), b: [tensor([3, 4]), 2] });
      expectClose(sum, [4, 6 + shift], 0);
      expectClose(scaled[0]!, [6, 8], 0);
      expectClose(same, [1, 2 + shift], 0);
      expectClose(reshaped, [[1], [2 + shift]], 0);
      expectClose(ones, [1, 1], 0);
      expect(label).toBe('x');
    }
    expect(f.traces).toBe(1);
  });

  it('cells read become inputs and cells assigned become outputs', () => {
    const count = new Cell(0);
    const twice = new Cell(tensor([1, 1]));
    const step = compile((x: Tensor) => {
      count.value = count.value.add(1);
      twice.value = twice.value.mul(2).add(x);
      return count.value.mul(10);
    });
    expectClose(step(tensor([0, 1])), 10, 0);
    expectClose(step(tensor([0, 1])), 20, 0);
    expectClose(count.value, 2, 0);
    expectClose(twice.value, [4, 7], 0);
    count.value = tensor(100);
    expectClose(step(tensor([0, 0])), 1010, 0);
    expect(step.traces).toBe(1);
  });

  it('cells can swap their values', () => {
    const [a, b] = [new Cell(tensor([1])), new Cell(tensor([2]))];
    const swap = compile(() => {
      [a.value, b.value] = [b.value, a.value];
    });
    swap();
    expectClose(a.value, [2], 0);
    expectClose(b.value, [1], 0);
    swap();
    expectClose(a.value, [1], 0);
  });

  it('a tensor taken from a cell keeps its value when the cell is updated', () => {
    const cell = new Cell(tensor([1, 2, 3]));
    const step = compile(() => {
      cell.value = cell.value.add(1);
    });
    step();
    const before = cell.value;
    const alias = new Cell(cell.value);
    for (let i = 0; i < 3; i++) step();
    expectClose(before, [2, 3, 4], 0);
    expectClose(alias.value, [2, 3, 4], 0);
    expectClose(cell.value, [5, 6, 7], 0);
  });

  it('a result that a cell also holds keeps its value', () => {
    const cell = new Cell(tensor([1]));
    const step = compile(() => (cell.value = cell.value.mul(2)));
    const results = [step(), step(), step()];
    expect(results.map((x) => x.itemSync())).toEqual([2, 4, 8]);
  });

  it('if the function throws, nothing is written', () => {
    const cell = new Cell(tensor([1]));
    const fail = compile(() => {
      cell.value = cell.value.add(1);
      throw new Error('on purpose');
    });
    expect(() => fail()).toThrow('on purpose');
    expectClose(cell.value, [1], 0);
  });

  it('reading a traced value is an error that says what to do', () => {
    const peek = compile((x: Tensor) => x.mul(x.sum().itemSync()), { name: 'peek' });
    expect(() => peek(tensor([1]))).toThrow(TraceError);
    expect(() => peek(tensor([1]))).toThrow(/item: this tensor has no value while peek is being compiled; return it/);
    peek.disabled = true;
    expectClose(peek(tensor([2, 3])), [10, 15], 0);
  });

  it('a traced value cannot be used after the trace', () => {
    let leaked: Tensor | undefined;
    const f = compile((x: Tensor) => (leaked = x.add(1)));
    f(tensor([1]));
    expect(() => leaked!.dataSync()).toThrow(/made while .* was being compiled and cannot be used after it/);
    expect(() => compile((y: Tensor) => y.add(leaked!))(tensor([1]))).toThrow(TraceError);
  });

  it('an asynchronous function is refused', () => {
    expect(() => compile(async (x: Tensor) => x)(tensor([1]))).toThrow(/got a Promise/);
  });

  it('tensors closed over are inputs, computed before if they are lazy', () => {
    const weight = tensor([1, 2]).mul(3);
    const f = compile((x: Tensor) => x.mul(weight).add(tensor([1, 1])));
    expectClose(f(tensor([1, 1])), [4, 7], 0);
    expectClose(f(tensor([2, 0])), [7, 1], 0);
    expectClose(weight, [3, 6], 0);
  });

  it('a compiled function inside another is part of it', () => {
    const inner = compile((x: Tensor) => x.square());
    const outer = compile((x: Tensor) => inner(x).add(1));
    expectClose(outer(tensor([3])), [10], 0);
    expect(inner.traces).toBe(0);
  });

  it('a setting noted in the trace makes a new one when it changes, and the old one is found again', () => {
    const model = { training: true };
    const f = compile((x: Tensor) => {
      noteMode(model, () => model.training);
      return model.training ? x.mul(2) : x;
    });
    expectClose(f(tensor([1])), [2], 0);
    model.training = false;
    expectClose(f(tensor([1])), [1], 0);
    model.training = true;
    expectClose(f(tensor([1])), [2], 0);
    expect(f.traces).toBe(2);
  });

  it('the ninth recording for a number argument brings one warning', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const f = compile((x: Tensor, rate: number) => x.mul(rate), { name: 'scale' });
    for (let i = 0; i < 8; i++) f(tensor([1]), i / 7);
    expect(warn).not.toHaveBeenCalled();
    for (let i = 8; i < 12; i++) expectClose(f(tensor([7]), i), [7 * i], 0);
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn.mock.calls[0]![0]).toMatch(/scale has been compiled 9 times because a number argument changed/);
  });

  it('an index outside its axis is an IndexError, and no cell is written', () => {
    const seen = new Cell(0);
    const look = compile((table: Tensor, index: Tensor) => {
      seen.value = seen.value.add(1);
      return table.take(index);
    });
    const table = tensor([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    expectClose(
      look(table, tensor(new Int32Array([2, 0]))),
      [
        [5, 6],
        [1, 2],
      ],
      0,
    );
    expect(() => look(table, tensor(new Int32Array([3, 0])))).toThrow(
      'gather: index 3 is outside axis of size 3 (valid 0 to 2)',
    );
    expect(() => look(table, tensor(new Int32Array([0, -1])))).toThrow(IndexError);
    expectClose(seen.value, 1, 0);
  });

  it('a computed index is checked as well, and may be inside only after it was computed', () => {
    const seen = new Cell(0);
    const look = compile((table: Tensor, index: Tensor) => {
      seen.value = seen.value.add(1);
      return table.take(index.add(1));
    });
    const table = tensor([1, 2, 3]);
    expectClose(look(table, tensor(new Int32Array([-1, 1]))), [1, 3], 0);
    expect(() => look(table, tensor(new Int32Array([2])))).toThrow(/index 3 is outside/);
    expect(() => look(table, tensor(new Int32Array([-2])))).toThrow(/index -1 is outside/);
    expectClose(seen.value, 1, 0);
  });

  it('the shared random key advances with every replay', () => {
    random.seed(1);
    const draw = compile(() => random.uniform(random.defaultKey(), [2]));
    expect([...draw().dataSync()]).not.toEqual([...draw().dataSync()]);
    expect(draw.traces).toBe(1);
  });

  it('trains: gradient and update in one program', () => {
    const weight = new Cell(tensor([[0], [0]]));
    const rate = new Cell(0.1);
    const step = compile((x: Tensor, y: Tensor) => {
      const loss = x.matmul(weight.value).sub(y).square().mean();
      weight.value = weight.value.sub(gradients(loss, weight).mul(rate.value));
      return loss;
    });
    const x = tensor([
      [1, 0],
      [0, 1],
      [1, 1],
      [2, 1],
    ]);
    const y = x.matmul(tensor([[2], [-3]]));
    let loss = Infinity;
    for (let i = 0; i < 200; i++) loss = step(x, y).itemSync();
    expect(loss).toBeLessThan(1e-6);
    expectClose(weight.value, [[2], [-3]], 1e-3);
    expect(step.traces).toBe(1);
  });

  it('trains alike step by step when it is disabled', () => {
    const train = (disabled: boolean): number[] => {
      const weight = new Cell(tensor([1, -1]));
      const velocity = new Cell(zeros([2]));
      const step = compile((x: Tensor) => {
        const loss = x.mul(weight.value).sum().sub(1).square();
        velocity.value = velocity.value.mul(0.9).add(gradients(loss, weight));
        weight.value = weight.value.sub(velocity.value.mul(0.01));
        return loss;
      });
      step.disabled = disabled;
      for (let i = 0; i < 20; i++) step(tensor([1, i / 10]));
      expect(step.traces).toBe(disabled ? 0 : 1);
      return [...weight.value.dataSync(), ...velocity.value.dataSync()];
    };
    const plain = train(true);
    train(false).forEach((x, i) => {
      expect(x).toBeCloseTo(plain[i]!, 5);
    });
  });

  it('2,000 steps do not make the heap grow', () => {
    const state = new Cell(zeros([64, 64]));
    const step = compile((x: Tensor) => {
      state.value = state.value.mul(0.9).add(x);
      return state.value.sum();
    });
    const collect = exposedGc();
    const used = (): number => {
      collect();
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      return heapUsed + arrayBuffers;
    };
    const run = (count: number): void => {
      for (let i = 0; i < count; i++) step(tensor(new Float32Array(64).fill(i)));
    };
    run(50);
    const before = used();
    run(1950);
    // 1,950 kept states would be 32 MB
    expect(used() - before).toBeLessThan(4e6);
  });

  it('stages print what was built', () => {
    const f = compile((x: Tensor) => x.exp().sum());
    const titles = f.stages(tensor([1, 2])).map(({ title }) => title);
    expect(titles[0]).toBe('graph');
    f(tensor([1, 2]));
    expect(f.inspect()).toContain('exp');
  });
});
