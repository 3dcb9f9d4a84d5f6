import { describe, expect, it } from 'vitest';
import { arange, batches, fromAsync, fromPixels, tensor, toPixels, zeros } from '../index.ts';

describe('pictures', () => {
  const pixels = { width: 2, height: 1, data: Uint8ClampedArray.of(255, 0, 0, 255, 10, 20, 30, 40) };

  it('come with all channels, without alpha, or as brightness', () => {
    expect(fromPixels(pixels).shape).toEqual([1, 2, 4]);
    expect(fromPixels(pixels, { channels: 3 }).arraySync()).toEqual([[[255, 0, 0], [10, 20, 30]]]); // prettier-ignore
    expect(fromPixels(pixels, { channels: 1 }).arraySync()).toEqual([[[76], [18]]]);
    expect(fromPixels(pixels).dtype).toBe('uint8');
  });

  it('go back, grey ones and floats, too', () => {
    expect(toPixels(fromPixels(pixels))).toEqual(pixels);
    expect([...toPixels(fromPixels(pixels, { channels: 3 })).data]).toEqual([255, 0, 0, 255, 10, 20, 30, 255]);
    expect([...toPixels(tensor([[0, 0.5], [1, 7]])).data].filter((_, i) => i % 4 === 0)).toEqual([0, 128, 255, 255]); // prettier-ignore
  });

  it('that are none are refused', () => {
    expect(() => fromPixels({ ...pixels, width: 3 })).toThrow(/8 bytes are no picture of 3 × 1/);
    expect(() => toPixels(zeros([2, 2, 2]))).toThrow(/expected \(height, width\)/);
    expect(() => toPixels(arange(4).reshape(2, 2))).toThrow(/expected uint8, or floats from 0 to 1, got int32/);
  });
});

describe('streams', () => {
  async function* rows(): AsyncGenerator<number[]> {
    await Promise.resolve();
    yield [1, 2];
    yield [3, 4];
  }

  it('become rows', async () => {
    expect((await fromAsync(rows())).arraySync()).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect((await fromAsync([tensor(1), tensor(2)])).arraySync()).toEqual([1, 2]);
    expect((await fromAsync([])).shape).toEqual([0]);
    await expect(fromAsync([[1], [1, 2]])).rejects.toThrow(/stack: shapes/);
  });

  it('batches cover the first axis', () => {
    expect([...batches(arange(5), 2)].map((batch) => batch.arraySync())).toEqual([[0, 1], [2, 3], [4]]);
    expect(() => [...batches(arange(5), 0)]).toThrow(/batches: 0 of \(5,\)/);
  });
});
