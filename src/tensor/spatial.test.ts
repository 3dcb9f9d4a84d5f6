import { describe, expect, it } from 'vitest';
import { ones, tensor, zeros } from './creation.ts';
import * as spatial from './spatial.ts';

describe('spatial functions refuse what does not fit', () => {
  const signal = zeros([1, 4, 8]);
  const image = zeros([1, 4, 6, 6]);

  it.each([
    ['another rank', () => spatial.conv1d(image, zeros([2, 4, 3])), /conv1d: expected input \(N, C, L\)/],
    ['channels that differ', () => spatial.conv1d(signal, zeros([2, 3, 3])), /has 4 channels in 1 group/],
    [
      'groups that do not divide',
      () => spatial.conv1d(signal, zeros([2, 4, 3]), { groups: 3 }),
      /groups 3 must divide/,
    ],
    [
      'a window larger than the axis',
      () => spatial.conv1d(signal, zeros([2, 4, 9])),
      /a window of 9 does not fit axis 2/,
    ],
    [
      'sizes for other axes',
      () => spatial.conv1d(signal, zeros([2, 4, 3]), { stride: [1, 2] }),
      /has 2 sizes for 1 axes/,
    ],
    ['a stride of 0', () => spatial.maxPool1d(signal, 2, { stride: 0 }), /stride \[0\] must be whole numbers from 1/],
    ['padding beyond half the kernel', () => spatial.maxPool1d(signal, 2, { padding: 2 }), /more than half the kernel/],
    [
      'too much output padding',
      () => spatial.convTranspose1d(signal, zeros([4, 2, 3]), { stride: 2, outputPadding: 2 }),
      /outputPadding 2/,
    ],
    ['size and scale at once', () => spatial.interpolate(image, { size: 3, scale: 2 }), /either size or scale/],
    ['aligned corners of nearest', () => spatial.interpolate(image, { size: 3, alignCorners: true }), /no meaning/],
    ['a scale that leaves nothing', () => spatial.interpolate(image, { scale: 0.1 }), /at least one element/],
    ['columns that do not fill', () => spatial.fold(zeros([1, 9, 5]), 4, 3), /fold: expected \(N, C · 9, 4\)/],
    ['a factor that does not divide', () => spatial.pixelShuffle(image, 3), /factor 3 does not divide/],
    ['an output size of 0', () => spatial.adaptiveAvgPool2d(image, 0), /output size \[0, 0\] must be/],
  ])('%s', (_, call, message) => {
    expect(call).toThrow(message);
  });

  it('a convolution and its transpose are adjoint', () => {
    const x = tensor([[[1, 2, 3, 4, 5]]]);
    const w = tensor([[[1, -2, 4]]]);
    const y = spatial.conv1d(x, w, { stride: 2 });
    const back = spatial.convTranspose1d(ones(y.shape), w, { stride: 2 });
    expect(x.mul(back).sum().itemSync()).toBe(y.sum().itemSync());
  });
});
