/**
 * Making, rearranging, joining and splitting against NumPy. Elements only move, so values are exact; gradients add up few of them.
 */
import * as fathom from '../../src/index.ts';
import type { Tensor } from '../../src/index.ts';
import { axesIn, numberIn, numbersIn, type Options, replay, type Rule, type Tolerance } from './replay.ts';

const one = (f: (x: Tensor, options: Options) => Tensor | readonly Tensor[], more: Partial<Rule> = {}): Rule => ({
  answer: ([x], options) => f(x!, options),
  ...more,
});
const many = (f: (tensors: readonly Tensor[], options: Options) => Tensor | readonly Tensor[]): Rule => ({
  answer: (tensors, options) => f(tensors, options),
});
const float64 = { dtype: 'float64' } as const;
const n = numberIn;
const k = (options: Options): number => n(options, 'k');
const numberOrList = (options: Options, key: string): number | number[] =>
  typeof options[key] === 'number' ? n(options, key) : numbersIn(options, key);
const pair = (options: Options, key: string): [number, number] => {
  const [a, b] = numbersIn(options, key);
  return [a!, b!];
};
/** Computed as start + i · step, where NumPy multiplies in another order; exponentials come on top. */
const line: Tolerance = { ulps: 4, floor: 'largest' };
const powers: Tolerance = { ulps: 32 };

replay('shape', {
  linspace: {
    answer: (_, { start, stop, count, ...o }) =>
      fathom.linspace(Number(start), Number(stop), Number(count), { ...o, ...float64 }),
    values: line,
    only: 'float64',
  },
  logspace: {
    answer: (_, { start, stop, count, ...o }) =>
      fathom.logspace(Number(start), Number(stop), Number(count), { ...o, ...float64 }),
    values: powers,
    only: 'float64',
  },
  geomspace: {
    answer: (_, { start, stop, count, ...o }) =>
      fathom.geomspace(Number(start), Number(stop), Number(count), { ...o, ...float64 }),
    values: powers,
    only: 'float64',
  },
  arange: {
    answer: (_, o) => {
      const [a, b, step] = numbersIn(o, 'args');
      const whole = numbersIn(o, 'args').every(Number.isInteger);
      return fathom.arange(a!, b, step, whole ? {} : float64);
    },
    only: 'float64',
  },
  eye: { answer: (_, o) => fathom.eye(n(o, 'rows'), n(o, 'columns'), { k: k(o), ...float64 }), only: 'float64' },
  tri: { answer: (_, o) => fathom.tri(n(o, 'rows'), n(o, 'columns'), k(o), float64), only: 'float64' },
  trilIndices: { answer: (_, o) => fathom.trilIndices(n(o, 'rows'), k(o), n(o, 'columns')) },
  triuIndices: { answer: (_, o) => fathom.triuIndices(n(o, 'rows'), k(o), n(o, 'columns')) },
  indices: { answer: (_, o) => fathom.indices(numbersIn(o, 'shape')) },
  fromFunction: {
    answer: (_, o) =>
      fathom.fromFunction((...i) => i.map((x, j) => x.mul(j + 1)).reduce((a, b) => a.add(b)), numbersIn(o, 'shape')),
  },
  fullLike: one((x) => fathom.fullLike(x, 7)),

  tril: one((x, o) => fathom.tril(x, k(o))),
  triu: one((x, o) => fathom.triu(x, k(o))),
  diag: one((x, o) => fathom.diag(x, k(o))),
  diagflat: one((x, o) => fathom.diagflat(x, k(o))),
  diagEmbed: one((x, o) => fathom.diagEmbed(x, k(o))),
  diagonal: one((x, o) => fathom.diagonal(x, o)),
  trace: one((x, o) => fathom.trace(x, o), { values: { ulps: 2, floor: 1 } }),
  fillDiagonal: one((x, o) => fathom.fillDiagonal(x, n(o, 'value'))),
  vander: one((x, o) => fathom.vander(x, o), { values: { ulps: 4 } }),
  companion: one((x) => fathom.companion(x)),

  ravel: one((x) => fathom.ravel(x)),
  reshape: one((x, o) => x.reshape(numbersIn(o, 'shape'))),
  swapaxes: one((x, o) => fathom.swapaxes(x, n(o, 'a'), n(o, 'b'))),
  permute: one((x, o) => x.permute(numbersIn(o, 'order'))),
  T: one((x) => x.T),
  moveaxis: one((x, o) => fathom.moveaxis(x, numberOrList(o, 'source'), numberOrList(o, 'destination'))),
  expandDims: one((x, o) => fathom.expandDims(x, numberOrList(o, 'axis'))),
  squeeze: one((x) => x.squeeze()),
  squeezeAxis: one((x, o) => x.squeeze(axesIn(o))),
  atleast1d: one((x) => fathom.atleast1d(x)),
  atleast2d: one((x) => fathom.atleast2d(x)),
  atleast3d: one((x) => fathom.atleast3d(x)),
  broadcastTo: one((x, o) => x.broadcastTo(numbersIn(o, 'shape'))),
  broadcastArrays: many((tensors) => fathom.broadcastArrays(...tensors)),
  roll: one((x, o) => fathom.roll(x, numberOrList(o, 'shift'), axesIn(o))),
  rot90: one((x, o) => fathom.rot90(x, n(o, 'times'), pair(o, 'axes'))),
  flipud: one((x) => fathom.flipud(x)),
  fliplr: one((x) => fathom.fliplr(x)),
  flip: one((x) => x.flip()),
  tile: one((x, o) => x.tile(...numbersIn(o, 'counts'))),
  repeat: one((x, o) => x.repeat(numberOrList(o, 'count'), n(o, 'axis'))),
  resize: one((x, o) => fathom.resize(x, numbersIn(o, 'shape'))),

  concat: many((tensors, o) => fathom.concat(tensors, n(o, 'axis'))),
  stack: many((tensors, o) => fathom.stack(tensors, n(o, 'axis'))),
  hstack: many((tensors) => fathom.hstack(tensors)),
  vstack: many((tensors) => fathom.vstack(tensors)),
  dstack: many((tensors) => fathom.dstack(tensors)),
  columnStack: many((tensors) => fathom.columnStack(tensors)),
  block: many(([a, b, c, d]) => fathom.block([[a!, b!], [c!, d!]])), // prettier-ignore
  arraySplit: one((x, o) => fathom.arraySplit(x, numberOrList(o, 'sections'), n(o, 'axis'))),
  hsplit: one((x, o) => fathom.hsplit(x, numberOrList(o, 'sections'))),
  vsplit: one((x, o) => fathom.vsplit(x, numberOrList(o, 'sections'))),
  dsplit: one((x, o) => fathom.dsplit(x, numberOrList(o, 'sections'))),
  unstack: one((x, o) => fathom.unstack(x, n(o, 'axis'))),
  append: many(([x, values], o) => fathom.append(x!, values!, o['axis'] === null ? undefined : n(o, 'axis'))),
  insert: many(([x, values], o) =>
    fathom.insert(x!, numberOrList(o, 'places'), values!, o['axis'] === null ? undefined : n(o, 'axis')),
  ),
  deleteAt: one((x, o) => fathom.deleteAt(x, numberOrList(o, 'places'), o['axis'] === null ? undefined : n(o, 'axis'))),
  choose: many(([index, ...choices]) => fathom.choose(index!, choices)),
  meshgrid: many((vectors, o) => fathom.meshgrid(vectors, { indexing: o['indexing'] === 'ij' ? 'ij' : 'xy' })),
});
