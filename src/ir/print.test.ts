import { expect, it } from 'vitest';
import { ArrayStorage } from '../runtime/reference/storage.ts';
import { binary, buffer, constant, pad, param, reduce, slide, unary } from './build.ts';
import { printGraph } from './print.ts';

it('writes one line a node, inputs before users, numbered from 0', () => {
  const x = param(0, [64, 10], 'float32');
  const y = reduce('sum', binary('mul', x, unary('exp', x)), [1]);
  expect(printGraph([y])).toBe(
    [
      '%0 = param float32 (64, 10) {index: 0}',
      '%1 = exp float32 (64, 10) %0',
      '%2 = mul float32 (64, 10) %0 %1',
      '%3 = sum float32 (64,) %2 {axes: [1]}',
      'return %3',
    ].join('\n'),
  );
});

it('prints a shared node once, and equal graphs alike', () => {
  const graph = (): string => {
    const x = unary('exp', param(0, [2], 'float32'));
    return printGraph([binary('add', x, x), x]);
  };
  expect(graph()).toBe(
    '%0 = param float32 (2,) {index: 0}\n%1 = exp float32 (2,) %0\n%2 = add float32 (2,) %1 %1\nreturn %2 %1',
  );
  expect(graph()).toBe(graph());
});

it('shows lists, the sign of zero, and scalars', () => {
  const x = param(3, [2], 'float64');
  expect(printGraph([pad(x, { low: [1], high: [2], value: -0 })]).split('\n')[1]).toBe(
    '%1 = pad float64 (5,) %0 {low: [1], high: [2], interior: [0], value: -0}',
  );
  expect(printGraph([constant(2, [], 'int32')])).toBe('%0 = const int32 () {value: 2}\nreturn %0');
});

it('names the four numbers of a slide', () => {
  const x = param(0, [5, 3], 'float32');
  expect(printGraph([slide(x, 2, { axis: 0, window: 1, stride: 2, dilation: 1 })]).split('\n')[1]).toBe(
    '%1 = slide float32 (2, 3) %0 {axis: 0, window: 1, stride: 2, dilation: 1}',
  );
});

it('does not print what a buffer holds', () => {
  const leaf = { storage: new ArrayStorage('float32', new Float32Array(2)) };
  expect(printGraph([buffer(leaf, [2])])).toBe('%0 = buffer float32 (2,)\nreturn %0');
});
