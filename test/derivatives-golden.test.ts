/**
 * First and second derivatives against JAX's (golden/derivatives.json): the gradient, the Hessian in three ways, its product with a vector.
 */
import { describe, expect, it } from 'vitest';
import { device, einsum, grad, hessian, hvp, jacobian, type Tensor, tensor, where } from '../src/index.ts';
import { expectClose } from './arrays.ts';
import { testDevices } from './devices.ts';
import golden from './golden/derivatives.json' with { type: 'json' };
import { uniform64 } from './golden/lcg.ts';

const last = { keepDims: true };

const functions: Readonly<Record<string, (x: Tensor, other: Tensor) => Tensor>> = {
  tanh: (x) => x.tanh(),
  sigmoid: (x) => x.sigmoid(),
  softplus: (x) => x.softplus(),
  gelu: (x) => x.gelu(),
  silu: (x) => x.silu(),
  erf: (x) => x.erf(),
  log1p: (x) => x.log1p(),
  'sin times exp': (x) => x.mul(3).sin().mul(x.neg().exp()),
  cube: (x) => x.pow(3),
  quotient: (x) => x.slice(0, 3).div(x.slice(3).square().add(1)),
  softmax: (x) => x.softmax(-1),
  logSoftmax: (x) => x.logSoftmax(-1),
  logSumExp: (x) => x.logSumExp(-1),
  layerNorm: (x) => {
    const centred = x.sub(x.mean(-1, last));
    return centred.div(centred.square().mean(-1, last).add(1e-5).sqrt());
  },
  variance: (x) => x.var(-1, { correction: 1 }),
  norm: (x) => x.square().sum().sqrt(),
  'norm at 0': (x) => x.square().sum().sqrt(),
  'safe norm at 0': (x) => {
    const total = x.square().sum();
    const isZero = total.equal(0);
    return where(isZero, 0, where(isZero, 1, total).sqrt());
  },
  prod: (x) => x.prod(),
  'prod with a zero': (x) => x.prod(),
  'prod with two zeros': (x) => x.prod(),
  'relu squared': (x) => x.relu().square(),
  max: (x) => x.square().max(-1),
  'max pooling': (x) => x.pow(3).maxPool2d(2),
  matmul: (x) => x.matmul(x),
  einsum: (x) => einsum('ij,kj,ik->k', x, x, x),
  conv2d: (x, w) => x.conv2d(w, { padding: 1 }).square(),
  'conv2d, strided and dilated': (x, w) => x.conv2d(w, { stride: 2, padding: 2, dilation: 2 }).tanh(),
  attention: (x, w) => {
    const y = x.matmul(w); // (T, 3 D)
    const [q, k, v] = [0, 1, 2].map((i) => y.slice([null, 2 * i], [null, 2 * i + 2]));
    return q!.matmul(k!.transpose()).div(Math.sqrt(2)).softmax(-1).matmul(v!);
  },
  cumprod: (x) => x.cumprod(0),
  'cumprod with two zeros': (x) => x.cumprod(0),
};

const numbers = (values: readonly (number | null)[]): number[] => values.map((x) => x ?? NaN);

/** JAX computed in float64, too; 12 digits are stored. Where large terms cancel, the two lose some digits in different ways. */
const tolerance = 1e-10;

describe.each(testDevices)('derivatives as in JAX on %s', (name) => {
  it('cover every function', () => {
    expect(golden.cases.map((one) => one.name)).toEqual(Object.keys(functions));
  });

  it.each(golden.cases)('$name', ({ name: title, seed, shape, scale, zeros, other, ...expected }) => {
    device(name);
    const size = shape.reduce((a, b) => a * b, 1);
    const elements = uniform64(size, seed, scale);
    for (const i of zeros ?? []) elements[i] = 0;
    const x = tensor(elements, { shape });
    const second = other ?? [0];
    const operand = tensor(uniform64(second.reduce((a, b) => a * b, 1), seed + 1), { shape: second }); // prettier-ignore
    const scalar = (t: Tensor): Tensor => {
      const y = functions[title]!(t, operand);
      return y.mul(tensor(uniform64(y.size, seed + 99), { shape: y.shape })).sum();
    };
    const v = tensor(uniform64(size, seed + 98), { shape });
    expectClose(scalar(x), expected.value, tolerance);
    expectClose(grad(scalar)(x).flatten(), numbers(expected.gradient), tolerance);
    const reverse = jacobian(grad(scalar));
    const forward = jacobian(jacobian(scalar, { mode: 'forward' }), { mode: 'forward' });
    for (const second of [hessian(scalar), reverse, forward])
      expectClose(second(x).flatten(), numbers(expected.hessian), tolerance);
    expectClose(hvp(scalar, x, v).flatten(), numbers(expected.product), tolerance);
  });
});
