import { describe, expect, it } from 'vitest';
import { affine, ofVar, plus, Space, times } from '../kernel/affine.ts';
import type { Expression, Kernel } from '../kernel/kernel.ts';
import { printKernel, printPlan } from './print.ts';

const space = new Space();

describe('printKernel', () => {
  it('prints a matrix product with a bias as one writes it', () => {
    const [i, j, k] = [space.variable(64), space.variable(10), space.variable(784)];
    const load = (buffer: number, at: ReturnType<typeof affine>): Expression => {
      return { kind: 'load', dtype: 'float32', buffer, at };
    };
    const a = load(0, plus(times(ofVar(i), 784), ofVar(k)));
    const b = load(1, plus(times(ofVar(j), 784), ofVar(k)));
    const product: Expression = { kind: 'apply', dtype: 'float32', op: 'mul', args: [a, b] };
    const sum: Expression = { kind: 'reduce', dtype: 'float32', op: 'sum', vars: [k], arg: product };
    const value: Expression = { kind: 'apply', dtype: 'float32', op: 'add', args: [sum, load(2, ofVar(j))] };
    const at = plus(times(ofVar(i), 10), ofVar(j));
    const kernel: Kernel = { name: 'add', vars: [i, j], effects: [{ kind: 'store', buffer: 3, at, value }] };
    expect(printKernel(kernel)).toBe(
      [
        'kernel add for i0 in 0..64, i1 in 0..10 {',
        '  b3[10·i0 + i1] = sum(i2 in 0..784: b0[784·i0 + i2] · b1[784·i1 + i2]) + b2[i1]',
        '}',
      ].join('\n'),
    );
  });

  it('brackets operands, names what is used twice, and shows signs and offsets', () => {
    const i = space.variable(8);
    const x: Expression = { kind: 'load', dtype: 'float32', buffer: 0, at: plus(times(ofVar(i), -1), 7) };
    const one: Expression = { kind: 'const', dtype: 'float32', value: 1 };
    const shifted: Expression = { kind: 'apply', dtype: 'float32', op: 'add', args: [x, one] };
    const square: Expression = { kind: 'apply', dtype: 'float32', op: 'mul', args: [shifted, shifted] };
    const next: Expression = { kind: 'apply', dtype: 'float32', op: 'add', args: [square, one] };
    const value: Expression = { kind: 'apply', dtype: 'float32', op: 'div', args: [one, next] };
    const kernel: Kernel = { name: 'div', vars: [i], effects: [{ kind: 'store', buffer: 1, at: ofVar(i), value }] };
    expect(printKernel(kernel).split('\n').slice(1, -1)).toEqual([
      '  t0 = b0[-i0 + 7] + 1',
      '  b1[i0] = 1 / ((t0 · t0) + 1)',
    ]);
  });

  it('prints computed indices, casts and words of random bits', () => {
    const i = space.variable(5);
    const index: Expression = { kind: 'load', dtype: 'int32', buffer: 0, at: ofVar(i) };
    const row: Expression = { kind: 'gather', dtype: 'int32', buffer: 1, at: affine(2), index, scale: 3 };
    const here: Expression = { kind: 'index', dtype: 'int32', at: ofVar(i) };
    const bits: Expression = {
      kind: 'apply',
      dtype: 'int32',
      op: 'threefry',
      word: 'first',
      args: [row, row, here],
    };
    const value: Expression = { kind: 'apply', dtype: 'float32', op: 'cast', args: [bits] };
    const kernel: Kernel = {
      name: 'scatterAdd',
      vars: [i],
      effects: [{ kind: 'accumulate', buffer: 2, at: affine(0), index, scale: 1, value }],
    };
    expect(printKernel(kernel).split('\n').slice(1, -1)).toEqual([
      '  t0 = b1[2 + 3·b0[i0]]',
      '  b2[b0[i0]] += float32(threefry.first(t0, t0, i0))',
    ]);
  });
});

it('printPlan prints homes, steps, what may be overwritten and the arena', () => {
  const nest = { name: 'exp', lanes: 16, slots: [], registers: [], body: [], parallel: true, work: 1 };
  const text = printPlan({
    buffers: [
      { dtype: 'float32', size: 6, home: { kind: 'input', index: 0 } },
      { dtype: 'float64', size: 6, home: { kind: 'arena', offset: 64 } },
      { dtype: 'float32', size: 6, home: { kind: 'output', index: 1 } },
    ],
    steps: [{ kind: 'nest', nest, bindings: [0, 2] }],
    arenaBytes: 128,
    inPlace: new Map([[1, 0]]),
  });
  expect(text.split('\n')).toEqual([
    'b0: float32 × 6 in input 0',
    'b1: float64 × 6 in arena at 64',
    'b2: float32 × 6 in output 1',
    'step 0: exp(b0, b2) parallel',
    'output 1 may be written over input 0',
    'arena: 128 bytes',
  ]);
});
