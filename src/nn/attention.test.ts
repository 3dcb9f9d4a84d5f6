import { beforeAll, describe, expect, it } from 'vitest';
import { uniform } from '../../test/golden/lcg.ts';
import { sizeOf } from '../base/shape.ts';
import { device } from '../engine/index.ts';
import { compile } from '../tensor/compile.ts';
import { arange, ones, tensor, zeros } from '../tensor/creation.ts';
import { concat } from '../tensor/functions.ts';
import { gradients } from '../tensor/gradients.ts';
import { key } from '../tensor/random.ts';
import type { Tensor } from '../tensor/tensor.ts';
import {
  KVCache,
  MultiheadAttention,
  PositionalEncoding,
  RotaryEmbedding,
  scaledDotProductAttention,
  sinusoidalPositions,
  TransformerEncoderLayer,
} from './index.ts';

beforeAll(() => {
  device('reference');
});

const made = (shape: readonly number[], seed = 1): Tensor => tensor(uniform(sizeOf(shape), seed), { shape });

/** The largest difference between two tensors. */
const distance = (a: Tensor, b: Tensor): number => a.sub(b).abs().max().itemSync();

describe('masks', () => {
  const [q, k, v] = [made([1, 2, 4, 6], 1), made([1, 2, 4, 6], 2), made([1, 2, 4, 6], 3)];

  it('bool and float ones that say the same give the same', () => {
    const seen = tensor([[true, false, true, true]]);
    const added = tensor([[0, -Infinity, 0, 0]]);
    const [a, b] = [seen, added].map((mask) => scaledDotProductAttention(q, k, v, { mask })) as [Tensor, Tensor];
    expect(distance(a, b)).toBeLessThan(1e-6);
  });

  it('a query that may see nothing gets 0, and its gradients are 0 and not NaN', () => {
    const mask = tensor([[false], [true], [true], [true]]);
    const y = scaledDotProductAttention(q, k, v, { mask });
    expect(y.at(0, 2).abs().max().itemSync()).toBe(0);
    const found = gradients(y.sum(), [q, k, v]);
    for (const g of found) expect(g.isFinite().all().itemSync()).toBe(1);
    expect(found[0]!.at(0, 2).abs().max().itemSync()).toBe(0);
  });

  it('causal attention does not look ahead', () => {
    const layer = new TransformerEncoderLayer(6, 2, { feedForward: 8, key: key(0) }).eval();
    const x = made([1, 5, 6]);
    const changed = concat([x.slice([0, 0], [1, 3]), made([1, 2, 6], 9)], 1);
    const [a, b] = [x, changed].map((input) => layer.forward(input, { causal: true })) as [Tensor, Tensor];
    expect(distance(a.slice([0, 0], [1, 3]), b.slice([0, 0], [1, 3]))).toBe(0);
    expect(distance(a, b)).toBeGreaterThan(0.01);
  });
});

describe('heads in groups', () => {
  it('attend as if keys and values were repeated', () => {
    const [q, k, v] = [made([2, 6, 3, 4], 1), made([2, 2, 5, 4], 2), made([2, 2, 5, 4], 3)];
    const repeated = scaledDotProductAttention(q, k.repeat(3, 1), v.repeat(3, 1));
    expect(distance(scaledDotProductAttention(q, k, v), repeated)).toBeLessThan(1e-6);
  });

  it('have smaller projections', () => {
    const layer = new MultiheadAttention(8, 4, { kvHeads: 2 });
    expect(layer.state()['in_proj_weight']!.shape).toEqual([8 + 4 + 4, 8]);
    expect(layer.forward(ones([1, 3, 8])).shape).toEqual([1, 3, 8]);
  });
});

describe('the cache', () => {
  it.each([
    ['plain', {}],
    ['rotary, in groups', { kvHeads: 1, rotary: new RotaryEmbedding(4) }],
  ])('of keys and values gives token by token what causal attention gives at once: %s', (_, options) => {
    const layer = new MultiheadAttention(8, 2, { ...options, key: key(3) }).eval();
    const x = made([2, 5, 8]);
    const whole = layer.forward(x, x, x, { causal: true });
    const cache = new KVCache(2, layer.kvHeads, 6, layer.headDim);
    const next = compile((token: Tensor) => layer.forward(token, token, token, { cache }));
    const first = x.slice([0, 0], [2, 2]);
    const parts = [layer.forward(first, first, first, { cache })];
    for (let t = 2; t < 5; t++) parts.push(next(x.slice([0, t], [2, t + 1])));
    expect(distance(concat(parts, 1), whole)).toBeLessThan(1e-6);
    expect(next.traces).toBe(1);
    expect(cache.used.itemSync()).toBe(5);
    cache.reset();
    expect(distance(layer.forward(first, first, first, { cache }), parts[0]!)).toBe(0);
  });

  it('that is full says so', () => {
    const cache = new KVCache(1, 1, 2, 1);
    const token = ones([1, 1, 1, 1]);
    for (let i = 0; i < 2; i++) cache.append(token, token);
    expect(() => cache.append(token, token).keys.dataSync()).toThrow('index 2 is outside axis of size 2');
  });
});

describe('positions', () => {
  it('sines and cosines alternate, at wavelengths that grow', () => {
    const table = sinusoidalPositions(3, 4);
    const row = [Math.sin(2), Math.cos(2), Math.sin(0.02), Math.cos(0.02)];
    expect(table.at(2).arraySync()).toEqual(row.map((value) => expect.closeTo(value, 6) as unknown));
    const encoding = new PositionalEncoding(4, { maxLength: 3 }).eval();
    expect(distance(encoding.forward(zeros([2, 3, 4])), table.expand(2, 3, 4))).toBe(0);
    expect(() => encoding.forward(zeros([2, 4, 4]))).toThrow(
      'PositionalEncoding: expected (…, up to 3, 4), got (2, 4, 4)',
    );
  });

  it.each([false, true])('rotated products depend on the distance alone (interleaved: %s)', (interleaved) => {
    const rotary = new RotaryEmbedding(8, { interleaved });
    const [q, k] = [made([1, 8], 4), made([1, 8], 5)];
    const product = (p: number, r: number): number =>
      rotary.rotate(q, arange(p, p + 1)).mul(rotary.rotate(k, arange(r, r + 1))).sum().itemSync(); // prettier-ignore
    expect(product(7, 4)).toBeCloseTo(product(103, 100), 4);
    expect(Math.abs(product(7, 4) - product(7, 5))).toBeGreaterThan(0.01);
    expect(product(0, 0)).toBeCloseTo(q.mul(k).sum().itemSync(), 6);
    // Pair 0 turns by one radian a position.
    const unit = tensor([interleaved ? [1, 0, 0, 0] : [1, 0, 0, 0]]);
    const turned = new RotaryEmbedding(4, { interleaved }).rotate(unit, arange(1, 2)).dataSync();
    expect(turned[0]).toBeCloseTo(Math.cos(1), 6);
    expect(turned[interleaved ? 1 : 2]).toBeCloseTo(Math.sin(1), 6);
  });
});

describe('mistakes are told', () => {
  it.each([
    ['heads', () => new MultiheadAttention(8, 3), 'MultiheadAttention: heads 3 must divide embedDim 8'],
    [
      'sizes',
      () => new MultiheadAttention(8, 2).forward(zeros([2, 3, 7])),
      'MultiheadAttention: expected (B, L, 8), (B, S, 8) and (B, S, 8), got (2, 3, 7)',
    ],
    [
      'keys and values',
      () => scaledDotProductAttention(zeros([2, 3]), zeros([4, 3]), zeros([5, 3])),
      'expected q (…, L, E), k (…, S, E) and v (…, S, V), got (2, 3), (4, 3), (5, 3)',
    ],
    [
      'an integer mask',
      () => scaledDotProductAttention(zeros([2, 3]), zeros([2, 3]), zeros([2, 3]), { mask: arange(2) }),
      'attention: a mask is bool (true: seen) or float (added), got int32',
    ],
    [
      'a key mask',
      () => new MultiheadAttention(2, 1).forward(zeros([1, 3, 2]), undefined, undefined, { keyMask: ones([1, 3]) }),
      'MultiheadAttention: keyMask must be bool (B, S), got float32 (1, 3)',
    ],
    [
      'a vector',
      () => new TransformerEncoderLayer(4, 2).forward(zeros([4])),
      'TransformerEncoderLayer: expected (B, T, 4), got (4,)',
    ],
    ['odd channels', () => new RotaryEmbedding(3), 'RotaryEmbedding: channels must be even, got 3'],
  ])('%s', (_, run, message) => {
    expect(run).toThrow(message);
  });
});
