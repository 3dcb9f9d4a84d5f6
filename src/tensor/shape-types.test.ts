/**
 * Shapes in types: each operation's type says what the run finds, and what does not fit is an error of both. `agree` checks the
 * two against each other; a line under @ts-expect-error is a compile error, and TypeScript complains if it is none.
 */
import { describe, expect, expectTypeOf, it } from 'vitest';
import * as fathom from '../index.ts';
import {
  concat,
  einsum,
  eye,
  full,
  linspace,
  ones,
  random,
  shape,
  ShapeError,
  stack,
  tensor,
  where,
  zeros,
} from '../index.ts';
import type { Shape } from '../base/shape.ts';
import type { CheckEinsum } from './shape-types-einsum.ts';
import type * as types from './shape-types.ts';
import type { Tensor } from './tensor.ts';

/** The type says this shape, exactly, and so does the run. */
function agree<const E extends Shape, S extends Shape>(
  x: Tensor<S>,
  expected: E &
    ([types.Sizes<E>, S] extends [S, types.Sizes<E>] ? unknown : types.ShapeClash<`the type says ${types.Show<S>}`>),
): void {
  expect(x.shape).toEqual(expected);
}

const a = zeros([2, 3]);
const b = ones([3, 4]);
const c = zeros([2, 3, 4]);
/** Of a shape that the types do not know. */
const open: Tensor = ones([2, 3]);
const rows: number = 2;

describe('known shapes', () => {
  it('come from creation', () => {
    agree(a, [2, 3]);
    agree(full([5], 1), [5]);
    agree(zeros([]), []);
    agree(tensor(1), []);
    agree(tensor([1, 2, 3]), [3]);
    agree(tensor([[1, 2], [3, 4], [5, 6]]), [3, 2]); // prettier-ignore
    agree(tensor([true]), [1]);
    agree(tensor([]), [0]);
    agree(tensor(new Float32Array(6), { shape: [2, 3] }), [2, 3]);
    agree(eye(3), [3, 3]);
    agree(eye(2, 3), [2, 3]);
    agree(linspace(0, 1, 5), [5]);
    agree(random.normal(random.key(0), [4, 2]), [4, 2]);
    agree(random.uniform(random.key(0), [4]), [4]);
    agree(fathom.zerosLike(c), [2, 3, 4]);
    expectTypeOf(tensor([[rows, 1]])).toEqualTypeOf<Tensor<[1, 2]>>();
    expectTypeOf(zeros([rows, 3])).toEqualTypeOf<Tensor<[number, 3]>>();
    expectTypeOf(tensor(new Float32Array(3))).toEqualTypeOf<Tensor<[number]>>();
  });

  it('go through functions of elements', () => {
    agree(a.exp().neg().cast('float64').relu().detach(), [2, 3]);
    agree(a.add(1), [2, 3]);
    agree(a.add(ones([3])), [2, 3]);
    agree(zeros([4, 1]).mul(ones([1, 5])), [4, 5]);
    agree(a.greater(zeros([2, 1])), [2, 3]);
    agree(a.clip(0, ones([7, 1, 1])), [7, 2, 3]);
    agree(where(a.less(0), 0, a), [2, 3]);
    agree(where(zeros([2, 1]), ones([3]), 0), [2, 3]);
    expectTypeOf(zeros([rows, 3]).add(ones([3]))).toEqualTypeOf<Tensor<[number, 3]>>();
    const one: number = 1;
    expectTypeOf(zeros([one]).add(ones([3]))).toEqualTypeOf<Tensor<[3]>>();
  });

  it('go through products', () => {
    agree(a.matmul(b), [2, 4]);
    agree(a.matmul(ones([3])), [2]);
    agree(ones([2]).matmul(a), [3]);
    agree(ones([3]).dot(ones([3])), []);
    agree(ones([5, 1, 2, 3]).matmul(ones([7, 3, 4])), [5, 7, 2, 4]);
    agree(einsum('ij,jk->ik', a, b), [2, 4]);
    agree(einsum('bij, jk -> bki', ones([6, 2, 3]), b), [6, 4, 2]);
    agree(einsum('ii->', eye(3)), []);
    expectTypeOf(zeros([rows, 3]).matmul(b)).toEqualTypeOf<Tensor<[number, 4]>>();
  });

  it('go through reductions', () => {
    agree(c.sum(), []);
    agree(c.sum(1), [2, 4]);
    agree(c.mean(-1, { keepDims: true }), [2, 3, 1]);
    agree(c.max([0, -1]), [3]);
    agree(c.var([0, 2], { keepDims: true, correction: 1 }), [1, 3, 1]);
    agree(c.sum(undefined, { keepDims: true }), [1, 1, 1]);
    agree(c.argmax(1), [2, 4]);
    agree(c.median(0), [3, 4]);
    agree(c.softmax(1).cumsum().sort(0), [2, 3, 4]);
    expectTypeOf(c.sum(rows)).toEqualTypeOf<Tensor>();
    expectTypeOf(open.sum()).toEqualTypeOf<Tensor<[]>>();
  });

  it('go through movement', () => {
    agree(a.reshape(3, 2), [3, 2]);
    agree(a.reshape([6]), [6]);
    agree(c.reshape(2, -1), [2, 12]);
    agree(c.reshape(-1, 4), [6, 4]);
    agree(ones([32, 28, 28]).reshape(-1, 784), [32, 784]);
    agree(ones([8, 1, 28, 28]).flatten(1), [8, 784]);
    agree(c.flatten(), [24]);
    agree(c.permute(2, 0, 1), [4, 2, 3]);
    agree(c.permute([0, -1, 1]), [2, 4, 3]);
    agree(c.transpose(), [2, 4, 3]);
    agree(c.transpose(0, -1), [4, 3, 2]);
    agree(ones([3]).expand(2, 3), [2, 3]);
    agree(ones([1, 3, 1]).squeeze(), [3]);
    agree(ones([1, 3, 1]).squeeze(-1), [1, 3]);
    agree(a.unsqueeze(-1), [2, 3, 1]);
    agree(fathom.expandDims(a, 1), [2, 1, 3]);
    agree(c.at(0, 1), [2, 4]);
    agree(a.flip(0), [2, 3]);
    agree(ones([10, 8]).take(tensor([[1, 2]], { dtype: 'int32' })), [1, 2, 8]);
    agree(tensor([1, 2], { dtype: 'int32' }).oneHot(5), [2, 5]);
    expectTypeOf(ones([rows, 28, 28]).reshape(-1, 784)).toEqualTypeOf<Tensor<[number, 784]>>();
    expectTypeOf(ones([rows, 1, 28, 28]).flatten(1)).toEqualTypeOf<Tensor<[number, 784]>>();
    expectTypeOf(a.slice(0, 1)).toEqualTypeOf<Tensor<[number, number]>>();
  });

  it('join', () => {
    agree(concat([a, ones([5, 3])]), [7, 3]);
    agree(concat([c, c, ones([2, 3, 95])], -1), [2, 3, 103]);
    agree(stack([a, a, a]), [3, 2, 3]);
    agree(stack([a, a], -1), [2, 3, 2]);
    const list = [a, a];
    expectTypeOf(concat(list)).toEqualTypeOf<Tensor>();
  });
});

describe('clashes', () => {
  it('of broadcasting', () => {
    // @ts-expect-error 3 and 2
    expect(() => a.add(ones([2]))).toThrow(ShapeError);
    // @ts-expect-error 2 and 3 on the first axis
    expect(() => c.mul(ones([3, 1, 1]))).toThrow(ShapeError);
    // @ts-expect-error 4 and 2
    expect(() => where(ones([4]), ones([2]), 0)).toThrow(ShapeError);
  });

  it('of products', () => {
    // @ts-expect-error inner sizes 4 and 3
    expect(() => b.matmul(a)).toThrow(ShapeError);
    // @ts-expect-error a scalar
    expect(() => a.matmul(tensor(1))).toThrow(ShapeError);
    // @ts-expect-error leading sizes 2 and 5
    expect(() => c.matmul(ones([5, 4, 3]))).toThrow(ShapeError);
    // @ts-expect-error lengths 2 and 3
    expect(() => ones([2]).dot(ones([3]))).toThrow(ShapeError);
    // @ts-expect-error j is 3 and 2
    expect(() => einsum('ij,jk->ik', a, a)).toThrow(ShapeError);
    // @ts-expect-error three letters for two axes
    expect(() => einsum('ijk->i', a)).toThrow(ShapeError);
  });

  it('of axes', () => {
    // @ts-expect-error there is no axis 2
    expect(() => a.sum(2)).toThrow(ShapeError);
    // @ts-expect-error there is no axis −3
    expect(() => a.softmax(-3)).toThrow(ShapeError);
    // @ts-expect-error one of them is not there
    expect(() => c.max([0, 3])).toThrow(ShapeError);
    // @ts-expect-error axis 0 has size 2
    expect(() => a.squeeze(0)).toThrow(ShapeError);
    // @ts-expect-error two axes of three
    expect(() => c.permute(1, 0)).toThrow(ShapeError);
    // @ts-expect-error 6 elements in 8
    expect(() => a.reshape(2, 4)).toThrow(ShapeError);
  });

  it('of joining and of variables', () => {
    // @ts-expect-error 3 and 4 beside axis 0
    expect(() => concat([a, ones([2, 4])])).toThrow(ShapeError);
    // @ts-expect-error the shapes differ
    expect(() => stack([a, b])).toThrow(ShapeError);
    // @ts-expect-error 2 rows are not 3
    const other: Tensor<[3, 3]> = a;
    expect(other.shape).toEqual([2, 3]);
  });

  it('say which sizes', () => {
    expectTypeOf<types.CheckMatmul<[2, 3], [4, 5]>>().toEqualTypeOf<
      types.ShapeClash<'matmul: (2, 3) · (4, 5): inner sizes 3 and 4 differ'>
    >();
    expectTypeOf<types.CheckBroadcast<'add', [2, 3], [2]>>().toEqualTypeOf<
      types.ShapeClash<'add: (2, 3) and (2,) do not broadcast: 3 and 2 are neither equal nor 1'>
    >();
    expectTypeOf<types.CheckReshape<[2, 3], [2, 4]>>().toEqualTypeOf<
      types.ShapeClash<'reshape: the 6 elements of (2, 3) do not fill (2, 4), which has 8'>
    >();
    expectTypeOf<types.CheckAxis<'sum', [number, 3], 2>>().toEqualTypeOf<
      types.ShapeClash<'sum: axis 2 does not exist in (?, 3)'>
    >();
    expectTypeOf<CheckEinsum<'ij,jk->ik', [[2, 3], [2, 3]]>>().toEqualTypeOf<
      types.ShapeClash<"einsum: axis 'j' has sizes 3 and 2">
    >();
  });
});

describe('what is not known', () => {
  it('stands beside what is, both ways, and gives what is not', () => {
    expectTypeOf(open.add(a)).toEqualTypeOf<Tensor>();
    expectTypeOf(a.matmul(open.transpose())).toEqualTypeOf<Tensor>();
    const typed: Tensor<[2, 3]> = open;
    const wide: Tensor = a;
    let state = zeros([2, 3]);
    for (let i = 0; i < 2; i++) state = state.add(open);
    let total = tensor(0);
    for (const x of [open, open]) total = total.add(x.sum());
    expect([typed, wide, state].map((x) => x.shape)).toEqual([[2, 3], [2, 3], [2, 3]]); // prettier-ignore
    expect(total.itemSync()).toBe(12);
    const list: Tensor[] = [a, b, open];
    expectTypeOf(list.reduce((x, y) => x.sum().add(y.sum()))).toEqualTypeOf<Tensor>();
    const either: Tensor = rows > 1 ? a : b;
    expect(either.add(1).relu().sum(0).rank).toBe(1);
  });

  it('is compared where it is known', () => {
    const batch = zeros([rows, 784]);
    // @ts-expect-error 784 and 512, however many rows
    expect(() => batch.matmul(ones([512, 10]))).toThrow(ShapeError);
    expectTypeOf(batch.matmul(ones([784, 10]))).toEqualTypeOf<Tensor<[number, 10]>>();
  });
});

describe('sizes by name', () => {
  it('are those of the tensor', () => {
    const { B, T, C } = shape(open.reshape(2, 3, 1), 'B T C');
    expect([B, T, C]).toEqual([2, 3, 1]);
    expect(shape(c, 'B T 4')).toEqual({ B: 2, T: 3 });
    expect(shape(c, '_ N _')).toEqual({ N: 3 });
    expect(shape(ones([5, 6, 7, 7]), '... N N')).toEqual({ N: 7 });
    expect(shape(tensor(1), '')).toEqual({});
    expectTypeOf(shape(c, 'B T 4')).toEqualTypeOf<{ readonly B: 2; readonly T: 3 }>();
    expectTypeOf(shape(open, 'B T')).toEqualTypeOf<{ readonly B: number; readonly T: number }>();
    expectTypeOf(shape(open.matmul(open.transpose()), '... N N')).toEqualTypeOf<{ readonly N: number }>();
    // @ts-expect-error there is no D in the pattern
    expect(shape(c, 'B T C').D).toBeUndefined();
  });

  it('must fit', () => {
    expect(() => shape(open, 'B T C')).toThrow('shape: expected (B T C), got (2, 3): it has 2 axes');
    expect(() => shape(open, 'B 4')).toThrow('shape: expected (B 4), got (2, 3): axis 1 is 3');
    expect(() => shape(open, 'N N')).toThrow('shape: expected (N N), got (2, 3): N is 2 and 3');
    expect(() => shape(open, 'B T C ...')).toThrow(ShapeError);
    expect(() => shape(open, '... B ...')).toThrow(/is no pattern/);
    expect(() => shape(open, 'B-T')).toThrow(fathom.ValueError);
  });
});
