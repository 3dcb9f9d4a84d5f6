/**
 * An error of a constructor points at the line that called it, not into the engine. Here and not beside build.ts, because frames under src/ are the engine's.
 */
import { expect, it } from 'vitest';
import { FathomError } from '../../src/base/errors.ts';
import { binary, expand, gather, param, pad, reduce, reshape, shrink, unary, where } from '../../src/ir/build.ts';
import { gradients } from '../../src/transform/gradients.ts';

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
  const caught = ((): unknown => {
    try {
      return make();
    } catch (error) {
      return error;
    }
  })();
  if (!(caught instanceof FathomError)) return expect.fail(`expected a FathomError, got ${String(caught)}`);
  const frames = (caught.stack ?? '').split('\n').filter((line) => line.trimStart().startsWith('at '));
  expect(frames[0]).toContain('error-lines.test.ts');
});
