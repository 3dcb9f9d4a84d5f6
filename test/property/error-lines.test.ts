/**
 * An error of a constructor points at the line that called it, not into the engine. Here and not beside build.ts, because frames under src/ are the engine's.
 */
import { expect, it } from 'vitest';
import { FathomError } from '../../src/base/errors.ts';
import { binary, expand, gather, param, pad, reduce, reshape, shrink, unary, where } from '../../src/ir/build.ts';
import { gradients } from '../../src/transform/gradients.ts';
import { mistake } from '../fixtures/src/nn/mistake.ts';

function firstFrame(make: () => unknown): string {
  try {
    make();
  } catch (error) {
    if (!(error instanceof FathomError)) return expect.fail(`expected a FathomError, got ${String(error)}`);
    return (error.stack ?? '').split('\n').find((line) => line.trimStart().startsWith('at ')) ?? '';
  }
  return expect.fail('nothing was thrown');
}

const x = param(0, [2, 3], 'float32');
const y = param(1, [3, 2], 'float32');
const n = param(2, [2, 3], 'int32');

it.each<[string, () => unknown]>([
  ['unary', () => unary('exp', n)],
  ['binary', () => binary('add', x, y)],
  ['where', () => where(n, x, x)],
  ['reduce', () => reduce('sum', param(3, [2], 'bool'), [0])],
  ['reshape', () => reshape(x, [5])],
  ['expand', () => expand(x, [2, 4])],
  ['pad', () => pad(x, { low: [-1, 0], high: [0, 0] })],
  ['shrink', () => shrink(x, [0, 0], [3, 3])],
  ['gather', () => gather(x, x, 0)],
  ['gradients', () => gradients(n, [x])],
])('an error of %s starts at the caller', (_, make) => {
  expect(firstFrame(make)).toContain('error-lines.test.ts');
});

it("a user's folder with a name like ours is not taken for ours", () => {
  expect(firstFrame(mistake)).toContain('src/nn/mistake.ts');
});
