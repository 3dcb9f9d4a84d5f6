import { describe, expect, it } from 'vitest';
import { Matrix } from '../matrix.ts';
import { Random } from '../random.ts';
import { bin } from './bins.ts';
import { storeFor, WIDTH } from './histogram-store.ts';

const random = new Random(3);
const rows = 50_000;
const x = new Matrix(rows, 5);
for (let p = 0; p < x.data.length; p++) x.data[p] = p % 7 === 3 ? Number.NaN : random.normal();
const bins = bin(x, 40, 0);

/** Both kinds over the same samples. */
function stores() {
  const both = [storeFor(bins, rows, false), storeFor(bins, rows, true)] as const;
  const draws = new Random(8);
  for (let i = 0; i < rows; i++) {
    both[0].gradients[i] = both[1].gradients[i] = draws.normal();
    both[0].hessians[i] = both[1].hessians[i] = draws.uniform();
  }
  return both;
}

describe('the store of boosting in WebAssembly', () => {
  it('is there', () => {
    const [plain, wasm] = stores();
    expect(plain.samples.buffer).not.toEqual(wasm.samples.buffer);
    expect(wasm.samples.byteOffset).toBeGreaterThan(0);
    wasm.release();
  });

  it('counts and parts to the same bits as plain loops do', () => {
    const [plain, wasm] = stores();
    const [a, b] = [new Float64Array(5 * WIDTH), new Float64Array(5 * WIDTH).fill(7)];
    const same = (start: number, end: number, isCurved: boolean) => {
      plain.count(start, end, isCurved, a);
      wasm.count(start, end, isCurved, b);
      expect(b).toEqual(a);
    };
    for (const isCurved of [false, true]) for (const [start, end] of [[0, rows], [5, 6], [100, 33_000]] as const) same(start, end, isCurved); // prettier-ignore
    const ranges = [[0, rows], [0, 20_000], [20_000, 20_001], [40_000, rows]] as const; // prettier-ignore
    ranges.forEach(([start, end], k) => {
      const goesLeft = Uint8Array.from({ length: 256 }, (_, code) => ((code * 7 + k) % 3 === 0 ? 1 : 0));
      expect(wasm.partition(k, goesLeft, start, end)).toBe(plain.partition(k, goesLeft, start, end));
      expect(Int32Array.from(wasm.samples)).toEqual(plain.samples);
    });
    same(0, rows, true);
    expect(Array.from(plain.samples).sort((i, j) => i - j)).toEqual(Array.from({ length: rows }, (_, i) => i));
    wasm.release();
  });

  it('counts what there is', () => {
    const [, wasm] = stores();
    const sums = new Float64Array(5 * WIDTH);
    wasm.count(0, rows, true, sums);
    for (let j = 0; j < 5; j++) {
      let [g, h, n] = [0, 0, 0];
      for (let b = 0; b < 256; b++) [g, h, n] = [g + sums[j * WIDTH + 3 * b]!, h + sums[j * WIDTH + 3 * b + 1]!, n + sums[j * WIDTH + 3 * b + 2]!]; // prettier-ignore
      expect(n).toBe(rows);
      expect(g).toBeCloseTo(wasm.gradients.reduce((s, v) => s + v, 0), 7); // prettier-ignore
      expect(h).toBeCloseTo(wasm.hessians.reduce((s, v) => s + v, 0), 7); // prettier-ignore
    }
    wasm.release();
  });
});
