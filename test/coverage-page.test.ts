/**
 * Holds docs/coverage.md to the real exports: the page is what the script writes, and enough of it is there.
 */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { answerTo, countOf, page } from '../docs/make-coverage.ts';

it('the page is what the script writes from the exports of today; run `npx tsx docs/make-coverage.ts` after adding a function', () => {
  expect(page()).toBe(readFileSync(new URL('../docs/coverage.md', import.meta.url), 'utf8'));
});

it('at least nine in ten functions that make sense for tensors are here', () => {
  for (const space of ['numpy', 'numpy.linalg', 'numpy.fft', 'torch', 'jax']) {
    const { here, sensible } = countOf(space);
    process.stdout.write(`coverage: ${space}: ${here} of ${sensible}\n`);
    expect(here / sensible).toBeGreaterThanOrEqual(0.9);
  }
});

it('tells the four answers apart', () => {
  expect(answerTo('numpy', 'cumsum')).toEqual({ kind: 'supported', as: 'x.cumsum' });
  expect(answerTo('numpy', 'concatenate')).toEqual({ kind: 'supported', as: 'concat' });
  expect(answerTo('torch', 'std')).toMatchObject({ kind: 'differs', as: 'x.std' });
  expect(answerTo('numpy', 'std')).toMatchObject({ kind: 'supported' });
  expect(answerTo('numpy', 'is_busday').kind).toBe('not planned');
  expect(answerTo('numpy', 'a function of tomorrow').kind).toBe('missing');
});
