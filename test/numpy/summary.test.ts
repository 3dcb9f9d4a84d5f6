/**
 * Reductions, statistics, sampled functions, products, padding and named axes against NumPy, PyTorch and einops.
 */
import * as fathom from '../../src/index.ts';
import type { Axes, PadMode, Reduction, ReduceOptions, Tensor } from '../../src/index.ts';
import { axesIn, numberIn, numbersIn, type Options, replay, type Rule, type Tolerance } from './replay.ts';

type Reducer = (x: Tensor, axes: Axes | undefined, options: ReduceOptions) => Tensor;

/** Sums of up to a hundred elements; the products of `prod` are as many roundings. */
const sums: Tolerance = { ulps: 8, floor: 'largest' };
const absolute = (ulps: number): Tolerance => ({ ulps, floor: 1 });

const reduction = (f: Reducer, more: Partial<Rule> = {}): Rule => ({
  answer: ([x], o) => f(x!, axesIn(o), { keepDims: o['keepDims'] === true }),
  ...more,
});
const position = (f: (x: Tensor, axis: number | undefined, options: ReduceOptions) => Tensor): Rule => ({
  answer: ([x], o) =>
    f(x!, typeof o['axis'] === 'number' ? o['axis'] : undefined, { keepDims: o['keepDims'] === true }),
});
const one = (f: (x: Tensor, o: Options) => Tensor | Tensor[], values?: Tolerance, more: Partial<Rule> = {}): Rule => ({
  answer: ([x], o) => f(x!, o),
  ...(values && { values }),
  ...more,
});
const two = (f: (x: Tensor, y: Tensor, o: Options) => Tensor, values: Tolerance = sums): Rule => ({
  answer: ([x, y], o) => f(x!, y!, o),
  values,
});

function modeIn<T extends string>(o: Options, key: string, modes: readonly T[]): T {
  const found = modes.find((mode) => mode === o[key]);
  if (found === undefined) throw new Error(`${key} is none of ${modes.join()}`);
  return found;
}
const convolveMode = (o: Options): fathom.ConvolveMode => modeIn(o, 'mode', ['full', 'same', 'valid']);
const padMode = (o: Options): PadMode => modeIn(o, 'mode', ['edge', 'reflect', 'symmetric', 'wrap']);
const reductionIn = (o: Options): Reduction => modeIn(o, 'how', ['sum', 'mean', 'max', 'min', 'prod']);
const textIn = (o: Options, key: string): string => String(o[key]);
const sizesIn = (o: Options): Record<string, number> => ({ ...(o['sizes'] as Record<string, number>) });
const widthsIn = (o: Options): [number, number][] => o['widths'] as [number, number][];
const axis = (o: Options): number => numberIn(o, 'axis');
const quantiles = (o: Options): number | number[] => (typeof o['q'] === 'number' ? o['q'] : numbersIn(o, 'q'));

replay('summary', {
  sum: reduction((x, a, o) => x.sum(a, o), { values: sums }),
  prod: reduction((x, a, o) => x.prod(a, o), { values: { ulps: 16 } }),
  max: reduction((x, a, o) => x.max(a, o)),
  min: reduction((x, a, o) => x.min(a, o)),
  mean: reduction((x, a, o) => x.mean(a, o), { values: sums }),
  var: reduction((x, a, o) => x.var(a, o), { values: sums }),
  varDdof: reduction((x, a, o) => x.var(a, { ...o, correction: 1 }), { values: sums }),
  std: reduction((x, a, o) => x.std(a, o), { values: sums }),
  any: reduction((x, a, o) => x.any(a, o)),
  all: reduction((x, a, o) => x.all(a, o)),
  argmax: position((x, a, o) => x.argmax(a, o)),
  argmin: position((x, a, o) => x.argmin(a, o)),
  logSumExp: reduction((x, a, o) => x.logSumExp(a, o), { values: sums }),
  softmax: one((x, o) => x.softmax(axis(o)), sums),
  logSoftmax: one((x, o) => x.logSoftmax(axis(o)), sums),

  ptp: reduction(fathom.ptp),
  countNonzero: reduction(fathom.countNonzero),
  nansum: reduction(fathom.nansum, { values: sums }),
  nanprod: reduction(fathom.nanprod, { values: { ulps: 16 } }),
  nanmean: reduction(fathom.nanmean, { values: sums }),
  nanmax: reduction(fathom.nanmax),
  nanmin: reduction(fathom.nanmin),
  nanvar: reduction(fathom.nanvar, { values: sums }),
  nanstd: reduction(fathom.nanstd, { values: sums }),
  nanmedian: reduction(fathom.nanmedian, { values: absolute(2) }),
  nanargmax: position(fathom.nanargmax),
  nanargmin: position(fathom.nanargmin),
  nancumsum: one((x, o) => fathom.nancumsum(x, axis(o)), sums),
  nancumprod: one((x, o) => fathom.nancumprod(x, axis(o)), { ulps: 16 }),
  nanquantile: {
    answer: ([x], o) => fathom.nanquantile(x!, numberIn(o, 'q'), axesIn(o), { keepDims: o['keepDims'] === true }),
    values: absolute(4),
  },
  percentile: {
    answer: ([x], o) => fathom.percentile(x!, quantiles(o), axesIn(o), { keepDims: o['keepDims'] === true }),
    values: absolute(4),
  },
  average: two((x, weights, o) => fathom.average(x, axesIn(o), { weights })),
  cov: one((x, o) => fathom.cov(x, o), sums),
  covPair: two((x, y) => fathom.cov(x, { y })),
  corrcoef: one((x, o) => fathom.corrcoef(x, o), absolute(16), { gradients: { ulps: 64, floor: 'largest' } }),
  isin: two(fathom.isin),

  diff: one((x, o) => fathom.diff(x, { n: numberIn(o, 'n'), axis: axis(o) }), sums),
  diffWith: { answer: ([x, prepend, append]) => fathom.diff(x!, { prepend: prepend!, append: append! }), values: sums },
  ediff1d: one(fathom.ediff1d),
  gradient: one((x, o) => fathom.gradient(x, o), { ulps: 16, floor: 'largest' }),
  trapezoid: one((x, o) => fathom.trapezoid(x, o), sums),
  trapezoidAt: two((y, x) => fathom.trapezoid(y, { x })),
  interp: { answer: ([x, xp, fp], o) => fathom.interp(x!, xp!, fp!, o), values: absolute(8) },
  unwrap: one((x, o) => fathom.unwrap(x, o), { ulps: 16, floor: 'largest' }),
  convolve: two((a, v, o) => fathom.convolve(a, v, convolveMode(o))),
  correlate: two((a, v, o) => fathom.correlate(a, v, convolveMode(o))),
  polyval: two(fathom.polyval),
  polyadd: two(fathom.polyadd),
  polysub: two(fathom.polysub),
  polymul: two(fathom.polymul),
  polyder: one((p, o) => fathom.polyder(p, numberIn(o, 'm')), sums),
  polyint: one((p, o) => fathom.polyint(p, numberIn(o, 'm')), sums),

  outer: two(fathom.outer),
  inner: two(fathom.inner),
  vdot: two(fathom.vdot, absolute(8)),
  vecdot: two((x, y, o) => fathom.vecdot(x, y, axis(o))),
  tensordot: two((x, y, o) => fathom.tensordot(x, y, o['axes'] as number | [number[], number[]])),
  kron: two(fathom.kron),
  cross: two((x, y, o) => fathom.cross(x, y, axis(o))),
  multiDot: {
    answer: (matrices) => fathom.multiDot(matrices),
    values: { ulps: 32, floor: 'largest' },
    gradients: { ulps: 64, floor: 'largest' },
  },
  matvec: two(fathom.matvec),
  vecmat: two(fathom.vecmat),
  einsum: {
    answer: (xs, o) => fathom.einsum(textIn(o, 'formula'), ...xs),
    values: { ulps: 32, floor: 'largest' },
    gradients: { ulps: 64, floor: 'largest' },
  },

  pad: one((x, o) => x.pad(widthsIn(o), padMode(o))),
  padValue: one((x, o) => x.pad(widthsIn(o), numberIn(o, 'value'))),

  rearrange: one((x, o) => fathom.rearrange(x, textIn(o, 'formula'), sizesIn(o))),
  reduce: one(
    (x, o) => fathom.reduce(x, textIn(o, 'formula'), reductionIn(o), sizesIn(o)),
    { ulps: 64, floor: 'largest' },
    { gradients: { ulps: 128, floor: 'largest' } },
  ),
  repeat: one((x, o) => fathom.repeat(x, textIn(o, 'formula'), sizesIn(o))),
});
