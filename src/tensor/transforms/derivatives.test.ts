/** What vjp, jvp, linearize, jacobian, hessian and hvp promise; the rules are test/property's, second derivatives test/derivatives-golden.test.ts's. */
import { beforeAll, describe, expect, it } from 'vitest';
import { expectClose } from '../../../test/arrays.ts';
import { testDevices } from '../../../test/devices.ts';
import {
  Cell,
  compile,
  device,
  DTypeError,
  grad,
  gradients,
  hessian,
  hvp,
  jacobian,
  jvp,
  linearize,
  onesLike,
  random,
  ShapeError,
  type Tensor,
  tensor,
  TraceError,
  ValueError,
  vjp,
  vmap,
} from '../../index.ts';
import { BatchNorm2d } from '../../nn/index.ts';

const values = (shape: readonly number[], seed = 1): Tensor => random.normal(random.key(seed), shape);

function expectSame(a: Tensor, b: Tensor, tolerance = 1e-5): void {
  expectClose(a, b.arraySync(), tolerance);
}

describe.each(testDevices)('derivatives on %s', (name) => {
  beforeAll(() => {
    device(name);
  });

  const f = ({ w, b }: { w: Tensor; b: Tensor }, x: Tensor, scale: number) => ({
    y: x.matmul(w).add(b).tanh().mul(scale), // (M, K)
    norms: [w.square().sum(0)] as const, // (K,)
  });
  const [w, b, x] = [values([3, 2], 1), values([2], 2), values([4, 3], 3)];
  const [dw, db, dx] = [values([3, 2], 4), values([2], 5), values([4, 3], 6)];

  it('vjp pulls trees of gradients back, as gradients does', () => {
    const [value, pullback] = vjp(f, { w, b }, x, 2);
    expectSame(value.y, x.matmul(w).add(b).tanh().mul(2));
    const u = { y: values([4, 2], 7), norms: [values([2], 8)] as const };
    const [parameters, gx, scale] = pullback(u);
    expect(scale).toBe(2);
    const { y, norms } = f({ w, b }, x, 2);
    const total = y.mul(u.y).sum().add(norms[0].mul(u.norms[0]).sum());
    const [gw, gb, gX] = gradients(total, [w, b, x]);
    expectSame(parameters.w, gw);
    expectSame(parameters.b, gb);
    expectSame(gx, gX);
  });

  it('jvp and vjp are adjoint', () => {
    const [value, tangent] = jvp(f, [{ w, b }, x, 2], [{ w: dw, b: db }, dx, null]);
    const [, pullback] = vjp(f, { w, b }, x, 2);
    const u = { y: values([4, 2], 7), norms: [values([2], 8)] as const };
    const [parameters, gx] = pullback(u);
    const forward = tangent.y.mul(u.y).sum().add(tangent.norms[0].mul(u.norms[0]).sum());
    const back = parameters.w.mul(dw).sum().add(parameters.b.mul(db).sum()).add(gx.mul(dx).sum());
    expectSame(forward, back, 1e-5);
    expect(value.y.shape).toEqual(tangent.y.shape);
  });

  it('jvp leaves still what has null, and gives zeros for what does not move', () => {
    const [, tangent] = jvp(f, [{ w, b }, x, 2], [null, dx, null]);
    expectClose(tangent.norms[0], [0, 0], 0);
    expectSame(tangent.y, x.matmul(w).add(b).tanh().square().neg().add(1).mul(dx.matmul(w)).mul(2));
    const index = tensor(new Int32Array([2, 0]));
    const [, taken] = jvp((t: Tensor, i: Tensor) => ({ t: t.take(i), i }), [x, index], [dx, null]);
    expectSame(taken.t, dx.take(index));
    expectClose(taken.i, [0, 0], 0);
  });

  it('arguments made from one another are independent', () => {
    const y = x.mul(2);
    const [, tangent] = jvp((a: Tensor, c: Tensor) => a.add(c), [x, y], [dx, null]);
    expectSame(tangent, dx);
    const [, pullback] = vjp((a: Tensor, c: Tensor) => a.mul(c).sum(), x, y);
    expectSame(pullback(tensor(1))[0], y);
  });

  it('linearize pushes as jvp does, any number of times', () => {
    const [value, push] = linearize(f, { w, b }, x, 2);
    expectSame(value.y, f({ w, b }, x, 2).y);
    for (const scale of [1, -3]) {
      const moves = [{ w: dw.mul(scale), b: db }, dx, null] as const;
      const [, wanted] = jvp(f, [{ w, b }, x, 2], moves);
      const found = push(...moves);
      expectSame(found.y, wanted.y);
      expectSame(found.norms[0], wanted.norms[0]);
    }
    expectClose(push(null, null, null).y, x.matmul(w).mul(0).arraySync(), 0);
  });

  it('Jacobians are the same in both modes, tree by tree', () => {
    const both = (['reverse', 'forward'] as const).map((mode) => jacobian(f, { mode })({ w, b }, x, 2));
    for (const found of both) {
      expect(found.y.w.shape).toEqual([4, 2, 3, 2]);
      expect(found.norms[0].b.shape).toEqual([2, 2]);
    }
    const [reverse, forward] = [both[0]!, both[1]!];
    expectSame(reverse.y.w, forward.y.w);
    expectSame(reverse.y.b, forward.y.b);
    expectSame(reverse.norms[0].w, forward.norms[0].w);
    expectClose(forward.norms[0].b, [[0, 0], [0, 0]], 0); // prettier-ignore
    const [, dy] = jvp((v: Tensor) => f({ w: v, b }, x, 2).y, [w], [dw]);
    expectSame(reverse.y.w.mul(dw).sum([2, 3]), dy);
  });

  it('Hessians are symmetric, and hvp is their product', () => {
    const loss = (v: Tensor, t: Tensor) => t.matmul(v).tanh().square().sum();
    const h = hessian(loss)(w, x);
    expect(h.shape).toEqual([3, 2, 3, 2]);
    expectSame(h, h.permute(2, 3, 0, 1));
    expectSame(hvp(loss, w, dw, x), h.mul(dw).sum([2, 3]), 1e-4);
    expectSame(jacobian(grad(loss))(w, x), h, 1e-4);
    expectSame(jacobian(jacobian(loss, { mode: 'forward' }), { mode: 'forward' })(w, x), h, 1e-4);
  });

  it('hold inside compile and inside vmap', () => {
    const loss = (v: Tensor, t: Tensor) => t.matmul(v).tanh().square().sum();
    expectSame(compile((v: Tensor, t: Tensor) => hvp(loss, v, dw, t))(w, x), hvp(loss, w, dw, x), 1e-4);
    expectSame(compile((v: Tensor, t: Tensor) => hessian(loss)(v, t))(w, x), hessian(loss)(w, x), 1e-4);
    const each = vmap((t: Tensor) => hessian(loss)(w, t))(x.unsqueeze(1));
    expectSame(each.sum(0), hessian(loss)(w, x), 1e-4);
    const [, moved] = vmap((t: Tensor, v: Tensor) => jvp((s: Tensor) => s.sin(), [t], [v]))(x, dx);
    expectSame(moved, x.cos().mul(dx));
    const [, outside] = jvp(
      vmap((s: Tensor) => s.softmax(0)),
      [x],
      [dx],
    );
    expectSame(outside, jvp((s: Tensor) => s.softmax(1), [x], [dx])[1]);
    const pushed = vmap((t: Tensor) => linearize((s: Tensor) => s.sin(), t)[1](onesLike(t)))(x);
    expectSame(pushed, x.cos());
    expectSame(compile((t: Tensor) => linearize((s: Tensor) => s.sin(), t)[1](onesLike(t)))(x), x.cos());
  });

  it('a derivative of a compiled function sees through it', () => {
    const square = compile((t: Tensor) => t.square().sum());
    expectSame(grad(square)(x), x.mul(2));
    expectSame(jvp(square, [x], [dx])[1], x.mul(dx).sum().mul(2));
    expect(square.traces).toBe(0);
  });

  it('are empty where there is nothing', () => {
    const none = tensor([]);
    expect(jacobian((t: Tensor) => t.square())(none).shape).toEqual([0, 0]);
    expect(jacobian((t: Tensor) => t.sum(), { mode: 'forward' })(none).shape).toEqual([0]);
  });
});

describe('derivatives refuse', () => {
  const x = values([3]);
  const identity = (t: Tensor): Tensor => t;

  it('tangents and gradients that do not fit', () => {
    expect(() => jvp(identity, [x], [values([2])])).toThrow(
      new ShapeError("jvp: the tangent has shape (2,); it must have the value's, (3,)"),
    );
    expect(() => jvp(identity, [x], [x.cast('float64')])).toThrow(DTypeError);
    expect(() => jvp(identity, [x.cast('int32')], [x])).toThrow(/a tensor of int32 does not move; give null/);
    expect(() => jvp((t: readonly Tensor[]) => t[0]!, [[x, x]], [[x]])).toThrow(ValueError);
    const [, pullback] = vjp((t: Tensor) => [t, t], x);
    expect(() => pullback([x])).toThrow(/vjp: the gradient has 1 tensors, the value 2/);
    expect(() => pullback([x, values([4])])).toThrow(ShapeError);
    expect(() => jacobian(identity)(x.cast('int32'))).toThrow(/jacobian: expected float tensors, got int32/);
    expect(() => hessian(identity)(x)).toThrow(/gradients: expected a scalar/);
  });

  it('to assign a cell in forward mode, and let reverse mode do so', () => {
    const cell = new Cell(0);
    const f = (t: Tensor): Tensor => {
      cell.value = t.sum();
      return t.mul(2);
    };
    expect(() => jvp(f, [x], [x])).toThrow(TraceError);
    expect(() => linearize(f, x)).toThrow(/Cell: cannot be assigned inside linearize: .*return the value/);
    expect(() => jacobian(f, { mode: 'forward' })(x)).toThrow(TraceError);
    const norm = new BatchNorm2d(1);
    const [, pullback] = vjp((t: Tensor) => norm.forward(t), values([2, 1, 2, 2]));
    expect(pullback(values([2, 1, 2, 2]))[0].shape).toEqual([2, 1, 2, 2]);
  });

  it('functions that return promises', () => {
    expect(() => jvp(async (t: Tensor) => t, [x], [x])).toThrow(/jvp: the function must return tensors, got a Promise/);
    expect(() => vjp(async (t: Tensor) => t, x)).toThrow(TraceError);
  });
});
