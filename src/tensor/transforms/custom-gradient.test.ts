import { beforeAll, describe, expect, it } from 'vitest';
import { expectClose } from '../../../test/arrays.ts';
import { testDevices } from '../../../test/devices.ts';
import {
  Cell,
  compile,
  customGradient,
  device,
  DTypeError,
  grad,
  gradients,
  hessian,
  jacobian,
  jvp,
  random,
  ShapeError,
  type Tensor,
  tensor,
  TraceError,
  ValueError,
  vjp,
  vmap,
} from '../../index.ts';

const values = (shape: readonly number[], seed = 1): Tensor => random.normal(random.key(seed), shape);

function expectSame(a: Tensor, b: Tensor, tolerance = 1e-5): void {
  expectClose(a, b.arraySync(), tolerance);
}

/** log(1 + eˣ) computed in the way that overflows, with the gradient that does not. */
const softplus = customGradient(
  (x: Tensor) => x.exp().add(1).log(),
  (g, _, x) => [g.mul(x.sigmoid())],
);

const clipped = customGradient(
  (x: Tensor) => x,
  (g) => [g.clip(-1, 1)],
);

describe.each(testDevices)('customGradient on %s', (name) => {
  beforeAll(() => {
    device(name);
  });

  it('gives the value of the function and the gradient of the rule', () => {
    const x = tensor([-2, 0, 100]);
    expectSame(softplus(tensor([1])), tensor([1]).softplus());
    expectClose(grad((t: Tensor) => softplus(t).sum())(x), [0.11920292, 0.5, 1], 1e-6);
    expectClose(
      grad((t: Tensor) =>
        clipped(t)
          .mul(tensor([-5, 0.5, 5]))
          .sum(),
      )(x),
      [-1, 0.5, 1],
      0,
    );
    const reversed = customGradient(
      (t: Tensor) => t,
      (g) => [g.neg()],
    );
    expectClose(grad((t: Tensor) => reversed(t).square().sum())(x), [4, 0, -200], 0);
  });

  it('takes second derivatives of the rule', () => {
    const x = values([4]);
    const s = x.sigmoid();
    expectSame(grad((t: Tensor) => grad((u: Tensor) => softplus(u).sum())(t).sum())(x), s.mul(s.neg().add(1)));
    expectSame(hessian((t: Tensor) => softplus(t).sum())(x), hessian((t: Tensor) => t.softplus().sum())(x));
  });

  it('goes back for all results at once, with zeros where nothing arrives', () => {
    let calls = 0;
    const parts = customGradient(
      ({ a, b }: { a: Tensor; b: Tensor }, scale: number) => [a.mul(scale), { sum: a.add(b) }] as const,
      ([g, { sum }], _, __, scale) => {
        calls++;
        return [{ a: g.mul(scale).add(sum), b: sum.mul(10) }, null];
      },
    );
    const [a, b] = [values([3], 1), values([3], 2)];
    const both = (which: number) => (p: { a: Tensor; b: Tensor }) => {
      const [scaled, { sum }] = parts(p, 2);
      return [scaled.sum(), sum.sum(), scaled.sum().add(sum.mul(3).sum())][which]!;
    };
    expectClose(grad(both(0))({ a, b }).a, [2, 2, 2], 0);
    expectClose(grad(both(0))({ a, b }).b, [0, 0, 0], 0);
    expectClose(grad(both(1))({ a, b }).b, [10, 10, 10], 0);
    calls = 0;
    const all = grad(both(2))({ a, b });
    expectClose(all.a, [5, 5, 5], 0);
    expectClose(all.b, [30, 30, 30], 0);
    expect(calls).toBe(1);
  });

  it('works under vmap, with what is shared as well', () => {
    const scaled = customGradient(
      (x: Tensor, w: Tensor) => x.mul(w),
      (g, _, x, w) => [g.mul(w).mul(2), g.mul(x).mul(3)],
    );
    const [x, w] = [values([4, 3], 1), values([3], 2)];
    const [gx, gw] = gradients(vmap(scaled, { in: [0, null] })(x, w).sum(), [x, w]);
    expectSame(gx, w.mul(2).broadcastTo([4, 3]));
    expectSame(gw, x.mul(3).sum(0));
    const each = vmap((t: Tensor) => grad((u: Tensor) => scaled(u, w).sum())(t))(x);
    expectSame(each, w.mul(2).broadcastTo([4, 3]));
    const twice = vmap(vmap((t: Tensor) => clipped(t.mul(5))))(x);
    expectSame(
      grad((t: Tensor) =>
        vmap(vmap((u: Tensor) => clipped(u.mul(5))))(t)
          .mul(3)
          .sum(),
      )(x),
      x.mul(0).add(5),
    );
    expectSame(twice, x.mul(5));
  });

  it('is part of a compiled step, and keeps the gradient of a cell it is given', () => {
    const weight = new Cell(values([3]));
    const step = compile((x: Tensor) => gradients(softplus(x.mul(weight.value)).sum(), weight));
    const x = values([5, 3], 2);
    expectSame(step(x), x.mul(x.mul(weight.value).sigmoid()).sum(0));
  });

  it('moves forward if its rule is linear, and says so if it is not', () => {
    const [x, dx] = [values([3], 1), values([3], 2)];
    expectSame(jvp(softplus, [x], [dx])[1], x.sigmoid().mul(dx));
    const pair = customGradient(
      (a: Tensor, b: Tensor) => [a.mul(b), a] as const,
      ([g, h], _, a, b) => [g.mul(b).add(h), g.mul(a)],
    );
    const [, [moved, second]] = jvp(pair, [x, dx], [dx, x]);
    expectSame(moved, dx.square().add(x.square()));
    expectSame(second, dx);
    expect(() => jvp(clipped, [x], [dx])).toThrow(
      new TraceError(
        "jvp: the gradient that customGradient gives is not linear in the one it gets, so forward mode cannot follow it; use reverse mode (vjp, jacobian with mode 'reverse')",
      ),
    );
    expect(jacobian(clipped)(x).shape).toEqual([3, 3]);
  });

  it('refuses gradients that do not fit', () => {
    const x = values([3]);
    const with_ = (backward: (g: Tensor) => unknown) =>
      vjp(
        customGradient(
          (t: Tensor) => t.mul(2),
          (g) => backward(g) as [Tensor],
        ),
        x,
      )[1](x);
    expect(() => with_((g) => [g.sum()])).toThrow(
      new ShapeError("customGradient: the gradient of variable 0 has shape (); it must have the variable's, (3,)"),
    );
    expect(() => with_((g) => [g.cast('float64')])).toThrow(DTypeError);
    expect(() => with_((g) => g)).toThrow(ValueError);
    expect(() => with_((g) => [g, g])).toThrow(
      /backward must return a list with the gradient of each of the 1 arguments/,
    );
    expect(() => with_(() => [1])).toThrow(/backward must return tensors, or null where no gradient flows; got 1/);
  });
});
