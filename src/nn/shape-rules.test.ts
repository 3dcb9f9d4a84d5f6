/**
 * Shapes of layers in types: what they say is what comes out, and what does not fit is an error of both.
 */
import { expect, expectTypeOf, it } from 'vitest';
import { ShapeError } from '../base/errors.ts';
import { ones, tensor } from '../tensor/creation.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { Conv2d, Dropout, Embedding, Flatten, LayerNorm, Linear, Module, ReLU, Sequential } from './index.ts';

/** The type's sizes and the run's. */
function shapes<S extends readonly number[]>(x: Tensor<S>): { readonly run: readonly number[]; readonly type?: S } {
  return { run: x.shape };
}

const rows: number = 2;

it('layers give the shapes that they say', () => {
  const dense = shapes(new Linear(8, 3).forward(ones([2, 5, 8])));
  expectTypeOf(dense.type).toEqualTypeOf<[2, 5, 3] | undefined>();
  expect(dense.run).toEqual([2, 5, 3]);
  const words = shapes(new Embedding(10, 4).forward(tensor([[1, 2, 3]], { dtype: 'int32' })));
  expectTypeOf(words.type).toEqualTypeOf<[1, 3, 4] | undefined>();
  expect(words.run).toEqual([1, 3, 4]);
  expectTypeOf(new LayerNorm(8).forward(ones([2, 8]))).toEqualTypeOf<Tensor<[2, 8]>>();
  expectTypeOf(new Dropout(0.1).forward(ones([2, 8]))).toEqualTypeOf<Tensor<[2, 8]>>();
  expectTypeOf(new Conv2d(3, 8, 3).forward(ones([2, 3, 9, 9]))).toEqualTypeOf<Tensor<[2, 8, number, number]>>();
  expectTypeOf(new Flatten().forward(ones([2, 3, 9, 9]))).toEqualTypeOf<Tensor<[2, 243]>>();
});

it('chains pass them on', () => {
  const model = new Sequential(new Flatten(), new Linear(784, 32), new LayerNorm(32), new ReLU(), new Linear(32, 10));
  const known = shapes(model.forward(ones([2, 1, 28, 28])));
  expectTypeOf(known.type).toEqualTypeOf<[2, 10] | undefined>();
  expect(known.run).toEqual([2, 10]);
  expectTypeOf(model.forward(ones([rows, 784]))).toEqualTypeOf<Tensor<[number, 10]>>();
  const deep = new Sequential(model, new Sequential(new ReLU(), new Linear(10, 1)));
  expectTypeOf(deep.forward(ones([2, 784]))).toEqualTypeOf<Tensor<[2, 1]>>();
});

it('what does not fit is refused', () => {
  // @ts-expect-error 8 and 9
  expect(() => new Linear(8, 3).forward(ones([2, 9]))).toThrow(ShapeError);
  // @ts-expect-error 3 channels and 1
  expect(() => new Conv2d(3, 8, 3).forward(ones([2, 1, 9, 9]))).toThrow(ShapeError);
  const model = new Sequential(new Linear(8, 4), new ReLU(), new Linear(5, 1));
  // @ts-expect-error the second linear layer takes 5, not 4
  expect(() => model.forward(ones([2, 8]))).toThrow(ShapeError);
});

it('what is not known passes, and so do layers of users', () => {
  class Double extends Module {
    forward(x: Tensor): Tensor {
      return x.mul(2);
    }
  }
  const size: number = 8;
  expectTypeOf(new Linear(size, 3).forward(ones([2, 8]))).toEqualTypeOf<Tensor<[2, 3]>>();
  const mixed = new Sequential(new Linear(8, 4), new Double(), new Linear(4, 1));
  expectTypeOf(mixed.forward(ones([2, 8]))).toEqualTypeOf<Tensor>();
  const open: Tensor = ones([2, 8]);
  expectTypeOf(new Linear(8, 3).forward(open)).toEqualTypeOf<Tensor>();
  let x = open;
  for (const layer of [new Linear(8, 4), new Linear(4, 2)]) x = layer.forward(x).relu();
  expect(x.shape).toEqual([2, 2]);
  const any: Sequential = mixed;
  const layer: Linear = new Linear(8, 3);
  expect([any.layers.length, layer.outFeatures]).toEqual([3, 3]);
});
