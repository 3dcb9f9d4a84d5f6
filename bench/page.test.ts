import { expect, test } from 'vitest';
import { pageOf, pictureOf } from './page.ts';
import type { Row } from './report.ts';
import type { BenchResult } from './result.ts';

const row = (workload: string, kind: Row['kind'], ms: number, peerMs: number): Row => ({
  workload,
  kind,
  flops: 2e9,
  bytes: 0,
  device: 'native',
  ms,
  bestMs: ms,
  firstStepMs: 200,
  peakMb: 150,
  peer: 'pytorch',
  peerMs,
  peerFirstStepMs: 50,
  peerPeakMb: 400,
  ratio: peerMs / ms,
});

const result: BenchResult = {
  machine: {
    cpu: 'A processor',
    cores: 2,
    system: 'Linux',
    node: '20.20.0',
    threads: 2,
    isQuick: false,
    date: '2026-11-24T10:00:00.000Z',
  },
  versions: { native: 'this checkout', pytorch: '2.15.0' },
  rows: [row('train-a', 'train', 10, 20), row('train-b', 'train', 10, 80), row('add', 'kernel', 10, 5)],
  refusals: [{ workload: 'train-a', contender: 'pytorch-compile', reason: 'not ready after 60 s' }],
  warnings: [],
  install: { imports: [{ subpath: 'fathom', bestMs: 40, medianMs: 45 }], bytes: 8.4e6 },
};

test('the page holds the machine, means and worst rows, rates, imports, and a note for each slow row', () => {
  const page = pageOf(result);
  expect(page).toContain('2026-11-24: A processor, 2 processors, Linux, Node 20.20.0, 2 threads each');
  expect(page).toContain('4.00 (worst 2.00, 2 rows)'); // √(2 · 8)
  expect(page).toMatch(/\| train-b +\| native +\| 10\.0 .* 200 .* 80\.0 \(8\.00\)/);
  expect(page).toMatch(/\| train-b +\| native +\| 200 +\| 50\.0 +\| 150 +\| 400 +\|/);
  expect(page).toContain('8.4 MB');
  expect(page).toMatch(/- add \(0\.500\): every result/);
  expect(page).not.toContain('- train-a (');
  expect(page).toContain('- pytorch-compile: not ready after 60 s (train-a)');
  const slow = { ...result, rows: [row('unheard-of', 'kernel', 10, 9)] };
  expect(pageOf(slow)).toContain('- unheard-of (0.900): not explained yet.');
});

test('the picture has a bar for each row that PyTorch ran', async () => {
  const svg = await pictureOf(result).toSvg();
  for (const name of ['train-a', 'train-b', 'add']) expect(svg).toContain(name);
});
