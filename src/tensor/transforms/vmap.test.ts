/** What vmap promises; that each rule is right is test/property/batch.test.ts's. */
import { beforeAll, describe, expect, it } from 'vitest';
import { expectClose } from '../../../test/arrays.ts';
import { testDevices } from '../../../test/devices.ts';
import {
  Cell,
  compile,
  concat,
  device,
  grad,
  gradients,
  IndexError,
  random,
  ShapeError,
  stack,
  type Tensor,
  tensor,
  TraceError,
  ValueError,
  vmap,
  where,
} from '../../index.ts';
import { BatchNorm2d, Conv2d, crossEntropy, Dropout, Embedding, Linear, Sequential, Tanh } from '../../nn/index.ts';

const values = (shape: readonly number[], seed = 1): Tensor => random.normal(random.key(seed), shape);

/** f for each example along an axis of x, put together along an axis of the result. */
function each(f: (x: Tensor) => Tensor, x: Tensor, axis: number, out: number): Tensor {
  const places = Array.from({ length: x.shape.at(axis)! }, (_, i) => i);
  return stack(
    places.map((i) => f(x.at(i, axis))),
    out,
  );
}

function expectSame(a: Tensor, b: Tensor, tolerance = 1e-5): void {
  expectClose(a, b.arraySync(), tolerance);
}

describe.each(testDevices)('vmap on %s', (name) => {
  beforeAll(() => {
    device(name);
  });

  it.each([
    [0, 0],
    [1, 0],
    [2, 1],
    [-1, -1],
    [0, 2],
  ])('takes examples from axis %i and puts them on axis %i', (axis, out) => {
    const f = (x: Tensor) => x.softmax(0).matmul(x.transpose()).add(x.sum(1)); // (M, N) → (M, M)
    const x = values([3, 3, 3]);
    expectSame(vmap(f, { in: axis, out })(x), each(f, x, axis, out));
  });

  it('shares what has no axis, hands through what is no tensor, and takes and returns trees', () => {
    const f = ({ a, b }: { a: Tensor; b: Tensor }, scale: number, [c]: readonly [Tensor]) => ({
      sum: a.add(b).mul(scale),
      same: b,
      parts: [c.mul(2), 'x'] as const,
    });
    const [a, b, c] = [values([2, 3], 1), values([3], 2), values([4, 2], 3)];
    const all = vmap(f, { in: [{ a: 0, b: null }, null, 1], out: { sum: 1, same: null, parts: 0 } })({ a, b }, 3, [c]);
    expectSame(all.sum, a.add(b).mul(3).transpose());
    expectSame(all.same, b);
    expectSame(all.parts[0], c.transpose().mul(2));
    expect(all.parts[1]).toBe('x');
  });

  it('repeats a result that is the same for every example', () => {
    expectClose(vmap((_: Tensor) => tensor([1, 2]))(values([3])), [[1, 2], [1, 2], [1, 2]], 0); // prettier-ignore
  });

  it('is nested', () => {
    const [a, b] = [values([3, 4], 1), values([5, 4], 2)];
    const outer = vmap((x: Tensor) => vmap((y: Tensor) => x.sub(y).square().sum())(b))(a);
    expectSame(outer, a.unsqueeze(1).sub(b).square().sum(2));
    const pairs = vmap(
      vmap((x: Tensor, y: Tensor) => x.mul(y), { in: [0, null] }),
      { in: [null, 0] },
    );
    expectSame(pairs(values([2], 1), values([3], 2)), values([3, 1], 2).mul(values([2], 1)));
  });

  it('gives the gradient of every example', () => {
    const model = new Sequential(new Linear(4, 6), new Tanh(), new Linear(6, 3));
    const [x, y] = [values([5, 4]), tensor(new Int32Array([0, 2, 1, 1, 0]))];
    const parameters = model.parameters();
    const lossOf = (one: Tensor, label: Tensor) => crossEntropy(model.forward(one), label);
    const all = vmap((one: Tensor, label: Tensor) => gradients(lossOf(one, label), parameters))(x, y);
    for (let i = 0; i < 5; i++) {
      const one = gradients(lossOf(x.at(i), y.at(i)), parameters);
      one.forEach((g, k) => {
        expectSame(all[k]!.at(i), g);
      });
    }
    const total = gradients(crossEntropy(model.forward(x), y, { reduction: 'sum' }), parameters);
    total.forEach((g, k) => {
      expectSame(all[k]!.sum(0), g, 1e-4);
    });
  });

  it('works with grad inside and outside, and compiled', () => {
    const f = (w: Tensor, x: Tensor) => x.matmul(w).tanh().sum();
    const [w, xs] = [values([4], 1), values([3, 4], 2)];
    const inside = vmap(grad(f), { in: [null, 0] });
    const outside = grad((v: Tensor) => vmap((x: Tensor) => f(v, x))(xs).sum());
    expectSame(inside(w, xs).sum(0), outside(w));
    expectSame(compile(inside)(w, xs), inside(w, xs));
    const compiledInside = compile((x: Tensor) => x.square().sum());
    expectSame(vmap(compiledInside)(xs), xs.square().sum(1));
    expect(compiledInside.traces).toBe(0);
  });

  it('is as good inside compile, with cells as constants', () => {
    const weight = new Cell(values([4]));
    const step = compile((xs: Tensor) => {
      const loss = vmap((x: Tensor) => x.mul(weight.value).sum().square())(xs).mean();
      weight.value = weight.value.sub(gradients(loss, weight).mul(0.01));
      return loss;
    });
    const xs = values([6, 4], 3);
    const losses = [step(xs), step(xs), step(xs)].map((x) => x.itemSync());
    expect(losses[2]!).toBeLessThan(losses[0]!);
    expect(step.traces).toBe(1);
  });

  it('batches convolutions, pooling and scans of windows', () => {
    const layer = new Conv2d(2, 3, 3, { stride: 2, padding: 1 });
    const f = (x: Tensor) => layer.forward(x).relu().maxPool2d(2).flatten();
    const x = values([4, 1, 2, 9, 9]);
    expectSame(vmap(f)(x), each(f, x, 0, 0));
  });

  it('looks up in a table that all examples share, and in one of each', () => {
    const table = new Embedding(7, 3);
    const ids = tensor(new Int32Array([0, 6, 2, 2, 5, 1]), { shape: [3, 2] });
    expectSame(vmap((i: Tensor) => table.forward(i))(ids), table.forward(ids));
    const own = values([3, 7, 2]);
    const places = ids.at(0);
    expectSame(
      vmap((t: Tensor) => t.take(places))(own),
      each((t) => t.take(places), own, 0, 0),
    );
    expectSame(
      vmap((t: Tensor, i: Tensor) => t.take(i, 1), { in: [2, 0] })(values([4, 7, 3]), ids),
      stack([0, 1, 2].map((k) => values([4, 7, 3]).at(k, 2).take(ids.at(k), 1))),
    );
  });

  it('checks every index, by the name it has', () => {
    const table = new Embedding(7, 3);
    const look = vmap((i: Tensor) => table.forward(i).sum());
    expect(() => look(tensor(new Int32Array([[1], [9]].flat()), { shape: [2, 1] })).dataSync()).toThrow(IndexError);
    const labels = vmap((x: Tensor, y: Tensor) => crossEntropy(x, y));
    expect(() => labels(values([2, 3]), tensor(new Int32Array([0, 4]))).dataSync()).toThrow(
      'crossEntropy: label 4 is outside axis of size 3',
    );
  });

  it('draws with a key for each example what the key gives', () => {
    const keys = random.split(random.key(3), 4);
    const f = (key: Tensor) => {
      const [a, b] = random.splitKeys(key);
      return concat([random.normal(a!, [3]), random.uniform(b!, [2], { low: -1 })]);
    };
    expectClose(vmap(f)(keys), each(f, keys, 0, 0).arraySync(), 1e-6);
  });

  it('chooses for each example', () => {
    const f = (x: Tensor) => where(x.sum().greater(0), x.max(), x.min());
    const x = values([6, 5]);
    expectSame(vmap(f)(x), each(f, x, 0, 0));
  });
});

describe('vmap refuses', () => {
  const x = values([3, 2]);

  it('axes of different sizes, and arguments without an axis', () => {
    const add = vmap((a: Tensor, b: Tensor) => a.add(b));
    expect(() => add(x, values([4, 2]))).toThrow(
      new ShapeError(
        'vmap: axis 0 of (4, 2) has size 4, that of an earlier argument 3; the mapped axes must be of one size (null in `in` for what is shared)',
      ),
    );
    expect(() => add(x, tensor(1))).toThrow(/vmap: a scalar has no axis 0 to map over; say null for it/);
    expect(() => vmap((a: Tensor) => a, { in: 2 })(x)).toThrow(/vmap: axis 2 does not exist/);
    expect(() => vmap((a: Tensor) => a, { in: null })(x)).toThrow(/no argument has an axis to map over/);
  });

  it('trees of axes that fit nothing', () => {
    expect(() => vmap((a: Tensor, b: Tensor) => a.add(b), { in: [0] })(x, x)).toThrow(
      new ValueError(
        'vmap: in has 1 entries and does not fit the 2 arguments; give an axis for each, null for one that is shared',
      ),
    );
    expect(() => vmap((a: Tensor) => [a], { out: { y: 0 } })(x)).toThrow(/vmap: out has another form/);
    expect(() => vmap((a: Tensor) => a, { out: null })(x)).toThrow(/out is null for a result that differs/);
  });

  it('to read a value inside, or one that was made inside', async () => {
    expect(() => vmap((a: Tensor) => a.mul(a.sum().itemSync()))(x)).toThrow(
      new TraceError(
        'item: this tensor has no value inside vmap; return it from the function and read it there, and use where() for what depends on it',
      ),
    );
    let leaked: Tensor | undefined;
    vmap((a: Tensor) => (leaked = a.add(1)))(x);
    expect(() => leaked!.dataSync()).toThrow(/made inside vmap and cannot be used after it/);
    expect(() => compile(() => leaked!.mul(2))()).toThrow(/made inside vmap and cannot be used after it/);
    await expect(async () => vmap(async (a: Tensor) => a)(x)).rejects.toThrow(/got a Promise/);
  });

  it('to assign a cell, and says what to do', () => {
    const cell = new Cell(0);
    expect(() => vmap((a: Tensor) => (cell.value = a.sum()))(x)).toThrow(
      /Cell: cannot be assigned inside vmap: .*return the value from the function and assign it outside/,
    );
    expect(() => vmap((a: Tensor) => new Cell(a).value)(x)).toThrow(TraceError);
    expect(() => vmap((a: Tensor) => new BatchNorm2d(1).forward(a.reshape(1, 1, 1, 2)))(x)).toThrow(TraceError);
    expect(() => vmap((a: Tensor) => new Dropout(0.5).forward(a))(x)).toThrow(
      /random: the shared sequence of keys cannot be used inside vmap; pass keys as an argument/,
    );
    expectClose(cell.value, 0, 0);
  });
});
