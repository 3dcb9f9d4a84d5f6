import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DeviceError } from '../../base/errors.ts';
import { Heap, reservedBytes } from './heap.ts';

it('gives aligned blocks that do not overlap, and takes all back', () => {
  const heap = new Heap(false);
  const step = fc.oneof(
    fc.record({ kind: fc.constant('take' as const), bytes: fc.integer({ min: 0, max: 300_000 }) }),
    fc.record({ kind: fc.constant('free' as const), pick: fc.nat(1000) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const blocks: { address: number; bytes: number }[] = [];
      for (const next of steps) {
        if (next.kind === 'take') {
          const address = heap.tryAllocate(next.bytes)!;
          expect(address % 64).toBe(0);
          expect(address).toBeGreaterThanOrEqual(reservedBytes);
          expect(address + next.bytes).toBeLessThanOrEqual(heap.totalBytes);
          for (const block of blocks) {
            const isApart = address + next.bytes <= block.address || block.address + block.bytes <= address;
            expect(isApart).toBe(true);
          }
          blocks.push({ address, bytes: next.bytes });
        } else if (blocks.length > 0) {
          heap.free(blocks.splice(next.pick % blocks.length, 1)[0]!.address);
        }
      }
      for (const { address } of blocks) heap.free(address);
      expect(heap.usedBytes).toBe(0);
      // Everything has grown together again: one block takes it all, without growth.
      const total = heap.totalBytes;
      heap.free(heap.tryAllocate(total - reservedBytes)!);
      expect(heap.totalBytes).toBe(total);
    }),
    { numRuns: 40, seed: 3 },
  );
});

it('keeps values when the memory grows', () => {
  for (const isShared of [false, true]) {
    const heap = new Heap(isShared);
    const address = heap.tryAllocate(16)!;
    heap.write('float64', address, Float64Array.of(1.5, -2));
    heap.tryAllocate(5_000_000);
    expect(heap.totalBytes).toBeGreaterThan(5_000_000);
    expect(heap.read('float64', address, 2)).toEqual(Float64Array.of(1.5, -2));
  }
});

it('takes the smallest hole that fits', () => {
  const heap = new Heap(false);
  const blocks = [640, 64, 128, 64, 256, 64].map((bytes) => heap.tryAllocate(bytes)!);
  for (const i of [0, 2, 4]) heap.free(blocks[i]!);
  expect(heap.tryAllocate(100)).toBe(blocks[2]);
  expect(heap.tryAllocate(200)).toBe(blocks[4]);
  expect(heap.tryAllocate(640)).toBe(blocks[0]);
});

it('refuses what 4 GiB cannot hold, with the numbers', () => {
  const heap = new Heap(false);
  expect(heap.tryAllocate(5 * 2 ** 30)).toBeUndefined();
  const error = heap.exhausted(5 * 2 ** 30);
  expect(error).toBeInstanceOf(DeviceError);
  expect(error.message).toContain('5120.0 MiB were asked for');
  expect(error.message).toContain('4096.0 MiB');
});

it('does not free twice', () => {
  const heap = new Heap(false);
  const address = heap.tryAllocate(10)!;
  heap.free(address);
  expect(() => heap.free(address)).toThrow(`bug: no block at ${address}`);
});
