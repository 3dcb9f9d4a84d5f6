/** What scan, whileLoop and cond promise; that a scan is the loop unrolled for any body is test/property/scan.test.ts's. */
import { beforeAll, describe, expect, it } from 'vitest';
import { expectClose } from '../../../test/arrays.ts';
import { testDevices } from '../../../test/devices.ts';
import {
  Cell,
  compile,
  cond,
  device,
  DTypeError,
  grad,
  gradients,
  IndexError,
  random,
  scan,
  ShapeError,
  type Tensor,
  tensor,
  TraceError,
  ValueError,
  vmap,
  whileLoop,
  zeros,
} from '../../index.ts';
import { Adam } from '../../optim/index.ts';
import { nullDevice } from '../../runtime/null/index.ts';
import { record } from '../../engine/capture.ts';

const values = (shape: readonly number[], seed = 1): Tensor => random.normal(random.key(seed), shape);
const int = (x: number): Tensor => tensor(x, { dtype: 'int32' });
const running = (sum: Tensor, x: Tensor): [Tensor, Tensor] => [sum.add(x), sum.add(x)];

/** One step of a plain recurrent net. */
function rnn(w: Tensor, u: Tensor) {
  return (h: Tensor, x: Tensor): [Tensor, Tensor] => {
    const next = x.matmul(w).add(h.matmul(u)).tanh();
    return [next, next];
  };
}

describe.each(testDevices)('on %s', (name) => {
  beforeAll(() => {
    device(name);
  });

  describe('scan', () => {
    it('carries and stacks', () => {
      const [total, sums] = scan(running, tensor(0), tensor([1, 2, 3]));
      expect([total.itemSync(), sums.arraySync()]).toEqual([6, [1, 3, 6]]);
    });

    it('runs backwards, stacking where the slices were', () => {
      const [total, sums] = scan(running, tensor(0), tensor([1, 2, 3]), { reverse: true });
      expect([total.itemSync(), sums.arraySync()]).toEqual([6, [6, 5, 3]]);
    });

    it('takes no xs and stacks nothing', () => {
      const fibonacci = ([a, b]: readonly Tensor[]): [Tensor[], null] => [[b!, a!.add(b!)], null];
      const [[a, b], nothing] = scan(fibonacci, [int(0), int(1)], undefined, { length: 10 });
      expect([a!.itemSync(), a!.dtype, b!.itemSync(), nothing]).toEqual([55, 'int32', 89, null]);
    });

    it('of no turns is its first value and empty stacks', () => {
      const [carry, ys] = scan(running, tensor(7), zeros([0]));
      expect([carry.itemSync(), ys.shape]).toEqual([7, [0]]);
      expect(scan((x: Tensor) => [x, x.expand([2])], tensor(7), undefined, { length: 0 })[1].shape).toEqual([0, 2]);
    });

    it('takes and returns trees', () => {
      const f = ({ a, b: [b] }: { a: Tensor; b: [Tensor] }, { x }: { x: Tensor }) =>
        [
          { a: a.add(x), b: [b.mul(2)] as [Tensor] },
          { sum: a, twice: [b, null] as const },
        ] as const;
      const [last, ys] = scan(f, { a: tensor([0, 0]), b: [int(1)] }, { x: tensor([[1, 2], [3, 4]]) }); // prettier-ignore
      expect([last.a.arraySync(), last.b[0].itemSync()]).toEqual([[4, 6], 4]);
      expect([ys.sum.arraySync(), ys.twice[0].arraySync(), ys.twice[1]]).toEqual([[[0, 0], [1, 2]], [1, 2], null]); // prettier-ignore
    });

    it('stacks what does not change, and what is a slice itself', () => {
      const shared = tensor([1, 2]);
      const [, [same, slices, ones]] = scan((c: Tensor, x: Tensor) => [c, [shared, x, c.mul(0).add(1)]], tensor(0), tensor([5, 6])); // prettier-ignore
      expect(same!.arraySync()).toEqual([[1, 2], [1, 2]]); // prettier-ignore
      expect([slices!.arraySync(), ones!.arraySync()]).toEqual([[5, 6], [1, 1]]); // prettier-ignore
    });

    it('is nested', () => {
      const outer = (c: Tensor, row: Tensor): [Tensor, Tensor] => {
        const [sum, parts] = scan((s: Tensor, x: Tensor) => running(s, x.mul(c)), tensor(0), row);
        return [c.add(sum), parts];
      };
      const [last, all] = scan(outer, tensor(1), tensor([[1, 2], [3, 4]])); // prettier-ignore
      expect([last.itemSync(), all.arraySync()]).toEqual([32, [[1, 3], [12, 28]]]); // prettier-ignore
      const loss = (x: Tensor): Tensor => scan(outer, tensor(1), x)[1].square().sum();
      expectClose(grad(loss)(tensor([[1, 2], [3, 4]])), [[8 + 2 * 3 * 12 + 2 * 7 * 28, 6 + 2 * 3 * 12 + 2 * 7 * 28], [2 * 16 + 2 * 16 * 0 + 2 * 4 * 12 + 2 * 4 * 28 - 32, 2 * 4 * 28]], 1e-4); // prettier-ignore
    });

    it('learns with cells inside compile', () => {
      const [w, u] = [new Cell(values([3, 4], 1).mul(0.5)), new Cell(values([4, 4], 2).mul(0.5))];
      const optimizer = new Adam([w, u], { lr: 0.05 });
      const step = compile((xs: Tensor, target: Tensor) => {
        const [h] = scan(rnn(w.value, u.value), zeros([2, 4]), xs);
        const loss = h.sub(target).square().mean();
        optimizer.step(gradients(loss, [w, u]));
        return loss;
      });
      const [xs, target] = [values([5, 2, 3], 3), values([2, 4], 4).tanh()];
      const losses = Array.from({ length: 30 }, () => step(xs, target).itemSync());
      expect(losses.at(-1)!).toBeLessThan(0.2 * losses[0]!);
      expect(step.traces).toBe(1);
    });

    it('gives the gradient of a tensor that was changed on its way in', () => {
      const loss = (x: Tensor): Tensor => scan(running, x.mean(), x.mul(2))[1].sum();
      expectClose(grad(loss)(tensor([1, 2, 3])), [7, 5, 3], 1e-6);
    });

    it('keeps what it does not change out of the loop', () => {
      const [xs, w, u] = [values([6, 4, 8], 1), values([8, 8], 2), values([8, 8], 3)];
      const f = (h: Tensor, x: Tensor): [Tensor, Tensor] => [h.matmul(u.transpose()).add(x).tanh(), h.matmul(w.exp())];
      const [last, ys] = scan(f, zeros([4, 8]), xs);
      let h = zeros([4, 8]);
      for (let i = 0; i < 6; i++) {
        expectClose(ys.at(i), h.matmul(w.exp()).arraySync(), 1e-4);
        h = h.matmul(u.transpose()).add(xs.at(i)).tanh();
      }
      expectClose(last, h.arraySync(), 1e-5);
    });

    it('works under vmap, over what is carried, sliced and closed over', () => {
      const [w, us, xs] = [values([3, 4], 1), values([5, 4, 4], 2), values([5, 6, 2, 3], 3)];
      const f = (u: Tensor, x: Tensor): Tensor => scan(rnn(w, u), zeros([2, 4]), x)[1].sum();
      const each = Array.from({ length: 5 }, (_, i) => f(us.at(i), xs.at(i)).itemSync());
      expectClose(vmap(f)(us, xs), each, 1e-4);
      expectClose(vmap(f, { in: [null, 0] })(us.at(0), xs).at(0), each[0]!, 1e-4);
      expectClose(vmap(grad(f))(us, xs).at(2), grad((u: Tensor) => f(u, xs.at(2)))(us.at(2)).arraySync(), 1e-4);
    });

    it('runs routines and products inside, large enough for several threads where that is not too slow', () => {
      const [m, n] = name === 'reference' ? [3, 8] : [128, 256];
      const [xs, w] = [values([3, m, n], 1), values([n, n], 2).mul(0.1)];
      const f = (h: Tensor): [Tensor, Tensor] => {
        const next = h.matmul(w).tanh();
        return [next, next.sort(1).slice([0, 0], [m, 3])];
      };
      const [last, lows] = scan(f, xs.at(0), xs);
      let h = xs.at(0);
      for (let i = 0; i < 3; i++) {
        h = h.matmul(w).tanh();
        expectClose(lows.at(i), h.sort(1).slice([0, 0], [m, 3]).arraySync(), 1e-4);
      }
      expectClose(last, h.arraySync(), 1e-4);
    });

    it('checks indices, whoever computes them', () => {
      const table = tensor([10, 20, 30]);
      const look = (c: Tensor, i: Tensor): [Tensor, Tensor] => [c.add(i), table.take(c)];
      const places = (xs: number[]): Tensor => scan(look, int(0), tensor(new Int32Array(xs)))[1];
      expect(places([1, 1, 0]).arraySync()).toEqual([10, 20, 30]);
      expect(() => places([1, 2, -3]).dataSync()).toThrow(new IndexError('gather: index 3 is outside axis of size 3 (valid 0 to 2)')); // prettier-ignore
      const direct = (xs: number[]): Tensor => scan((c: Tensor, i: Tensor) => [c, table.take(i)], tensor(0), tensor(new Int32Array(xs)))[1]; // prettier-ignore
      expect(direct([2, 0]).arraySync()).toEqual([30, 10]);
      expect(() => direct([2, -1]).dataSync()).toThrow(IndexError);
    });
  });

  describe('whileLoop', () => {
    it('stops when the condition is false, or at maxSteps', () => {
      const double = (x: Tensor): Tensor => x.mul(2);
      const small = (x: Tensor): Tensor => x.less(100);
      expect(whileLoop(small, double, tensor(3)).itemSync()).toBe(192);
      expect(whileLoop(small, double, tensor(100)).itemSync()).toBe(100);
      expect(whileLoop(small, double, tensor(3), { maxSteps: 2 }).itemSync()).toBe(12);
      expect(whileLoop(small, double, tensor(3), { maxSteps: 0 }).itemSync()).toBe(3);
    });

    it('decides anew in every call of a compiled function, with a state of several tensors', () => {
      // Newton's method, until it stands still.
      const root = compile((a: Tensor) =>
        whileLoop(
          ({ x, last }: { x: Tensor; last: Tensor; steps: Tensor }) => x.sub(last).abs().greater(1e-5),
          ({ x, steps }) => ({ x: x.add(a.div(x)).div(2), last: x, steps: steps.add(1) }),
          { x: a, last: tensor(0), steps: int(0) },
        ),
      );
      const [small, large] = [root(tensor(2)), root(tensor(1e4))];
      expectClose(small.x, Math.SQRT2, 1e-6);
      expectClose(large.x, 100, 1e-4);
      expect(small.steps.itemSync()).toBeLessThan(large.steps.itemSync());
      expect(root.traces).toBe(1);
    });

    it('goes on under vmap until the last example is done, and the others stay as they were', () => {
      const doubled = (x: Tensor, limit: Tensor): { x: Tensor; steps: Tensor } =>
        whileLoop(
          (state: { x: Tensor; steps: Tensor }) => state.x.less(limit),
          (state) => ({ x: state.x.mul(2), steps: state.steps.add(1) }),
          { x, steps: int(0) },
        );
      const { x, steps } = compile(vmap(doubled))(tensor([1, 3, 200, 0.5]), tensor([5, 3, 100, 40]));
      expect(x.arraySync()).toEqual([8, 3, 200, 64]);
      expect(steps.arraySync()).toEqual([3, 0, 0, 7]);
      const nested = vmap(vmap(doubled, { in: [0, null] }), { in: [null, 0] })(tensor([1, 3]), tensor([2, 10, 20]));
      expect(nested.x.arraySync()).toEqual([[2, 3], [16, 12], [32, 24]]); // prettier-ignore
      expect(nested.steps.arraySync()).toEqual([[1, 0], [4, 2], [5, 3]]); // prettier-ignore
    });

    it('is refused by gradients, which name scan', () => {
      const f = (x: Tensor): Tensor => whileLoop((y: Tensor) => y.less(100), (y) => y.mul(x), x); // prettier-ignore
      expect(() => grad(f)(tensor(3))).toThrow(ValueError);
      expect(() => grad(f)(tensor(3))).toThrow(/use scan with a fixed length/);
    });
  });

  describe('cond', () => {
    const pick = (p: Tensor, x: Tensor): Tensor => cond(p, (y) => y.sqrt(), (y) => y.neg(), x); // prettier-ignore

    it('computes the branch that is asked for', () => {
      const f = compile((x: Tensor) => pick(x.greater(0), x));
      expect([f(tensor(4)).itemSync(), f(tensor(-4)).itemSync(), f.traces]).toEqual([2, 4, 1]);
      expect(cond(true, () => 1, () => 2)).toBe(1); // prettier-ignore
    });

    it('has the gradient of that branch alone', () => {
      const slope = compile(grad((x: Tensor) => pick(x.greater(0), x)));
      expect([slope(tensor(4)).itemSync(), slope(tensor(-4)).itemSync(), slope(tensor(0)).itemSync()]).toEqual([0.25, -1, -1]); // prettier-ignore
      const bent = grad(grad((x: Tensor) => pick(x.greater(0), x.square())));
      expectClose(bent(tensor(-4)), -2, 1e-5);
    });

    it('chooses for each example under vmap, with its gradient', () => {
      const f = (x: Tensor): Tensor => pick(x.greater(0), x);
      const at = tensor([4, -4, 9]);
      expect(vmap(f)(at).arraySync()).toEqual([2, 4, 3]);
      expectClose(vmap(grad(f))(at), [0.25, -1, 1 / 6], 1e-6);
      expectClose(grad((x: Tensor) => vmap((y: Tensor) => cond(y.greater(0), (z) => z.square(), (z) => z.neg(), y))(x).sum())(at), [8, -1, 18], 1e-6); // prettier-ignore
    });

    it('closes over tensors, and returns trees', () => {
      const [a, b] = [values([2, 3], 1), values([3], 2)];
      const f = (p: boolean): { x: Tensor; y: Tensor[] } =>
        cond(
          tensor(p),
          () => ({ x: a.add(b), y: [a] }),
          () => ({ x: a.mul(b), y: [a.neg()] }),
        );
      expectClose(f(true).x, a.add(b).arraySync(), 1e-6);
      expectClose(f(false).x, a.mul(b).arraySync(), 1e-6);
      expectClose(f(false).y[0]!, a.neg().arraySync(), 1e-6);
    });

    it('fails for the indices of the branch that runs only', () => {
      const f = (i: Tensor): Tensor => cond(i.less(3), () => tensor([1, 2, 3]).take(i), () => tensor(0), ); // prettier-ignore
      expect([f(int(2)).itemSync(), f(int(9)).itemSync()]).toEqual([3, 0]);
      expect(() => f(int(-1)).itemSync()).toThrow(IndexError);
    });
  });
});

describe('what is compiled', () => {
  const nests = (turns: number, f: (xs: Tensor) => Tensor[]): number => {
    const target = nullDevice();
    const signature = { shape: [turns, 4, 3], dtype: 'float32' } as const;
    const recording = record(target, 'f', [signature], ([xs]) => {
      const made = f(new (tensor(0).constructor as new (node: typeof xs) => Tensor)(xs!));
      return made.map(({ node }) => node);
    });
    return target.compile(recording.program!.graph).counts.nests;
  };
  const [w, u] = [values([3, 5], 1), values([5, 5], 2)];

  it('does not grow with the number of turns, forward and backward', () => {
    const train = (xs: Tensor): Tensor[] =>
      gradients(
        scan(rnn(w, u), zeros([4, 5]), xs)[1]
          .square()
          .sum(),
        [w, u],
      );
    // From a few to very many: long sums are split, wherever they stand.
    expect(nests(2000, train)).toBe(nests(500, train));
    expect(nests(500, train)).toBeLessThan(25);
  });
});

describe('scan refuses', () => {
  const xs = tensor([1, 2]);

  it.each([
    ['a carry of another shape', () => scan((c: Tensor) => [c.expand([2]), null], tensor(0), xs), ShapeError, /tensor 0 of the carry must keep its shape: expected float32 \(\), got float32 \(2,\)/],
    ['a carry of another dtype', () => scan((c: Tensor) => [c.cast('int32'), null], tensor(0), xs), DTypeError, /convert with \.cast\('float32'\)/],
    ['a carry of another form', () => scan((c: Tensor[]) => [[...c, ...c], null], [tensor(0)], xs), ShapeError, /must keep its form: expected \[tensor\], got \[tensor,tensor\]/],
    ['numbers among the carries', () => scan((c: number) => [c, null], 0, xs), DTypeError, /wrap numbers with tensor\(\)/],
    ['xs of two lengths', () => scan((c: Tensor) => [c, null], tensor(0), [xs, tensor([1])]), ShapeError, /first axis 1, expected 2/],
    ['a scalar among xs', () => scan((c: Tensor) => [c, null], tensor(0), tensor(1)), ShapeError, /no axis to loop over/],
    ['to guess the length', () => scan((c: Tensor) => [c, null], tensor(0), undefined), ValueError, /length: 10/],
    ['a length that is none', () => scan((c: Tensor) => [c, null], tensor(0), undefined, { length: -1 }), ValueError, /from 0 up/],
    ['to read a value', () => scan((c: Tensor) => [c.add(c.itemSync()), null], tensor(0), xs), TraceError, /no value inside scan/],
    ['a condition that is no bool', () => whileLoop((x: Tensor) => x, (x) => x, tensor(1)), DTypeError, /must be a bool tensor, got float32/],
    ['a condition of several', () => whileLoop((x: Tensor) => x.less(1), (x) => x, xs), ShapeError, /one bool, got shape \(2,\)/],
    ['branches that differ', () => cond(tensor(true), () => xs, () => tensor(1)), ShapeError, /branches return must keep its shape/],
  ] as const)('%s', (_, run, type, message) => {
    expect(run).toThrow(type);
    expect(run).toThrow(message);
  }); // prettier-ignore

  it('to assign a cell in its body', () => {
    const cell = new Cell(0);
    const f = (c: Tensor): [Tensor, null] => {
      cell.value = c;
      return [c, null];
    };
    expect(() => scan(f, tensor(0), xs)).toThrow(/Cell: cannot be assigned inside scan: .* carry the value instead/);
  });

  it('what leaks out of its body', () => {
    let leak: Tensor | undefined;
    scan((c: Tensor) => [(leak = c.add(1)), null], tensor(0), xs);
    expect(() => leak!.dataSync()).toThrow(/made inside scan and cannot be used after it/);
  });
});
