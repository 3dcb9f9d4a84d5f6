/**
 * Sorting, searching, counting, quantiles and running sums against NumPy, JAX and PyTorch. Places, counts and moved elements must be the same.
 */
import {
  argwhere,
  bincount,
  histogram,
  nonzero,
  searchsorted,
  type Tensor,
  unique,
  uniqueAll,
} from '../../src/index.ts';
import type { Interpolation } from '../../src/index.ts';
import { axesIn, numberIn, numbersIn, type Options, replay, type Rule, type Tolerance } from './replay.ts';

const along = (f: (x: Tensor, axis: number) => Tensor, values?: Tolerance): Rule => ({
  answer: ([x], options) => f(x!, numberIn(options, 'axis')),
  ...(values && { values }),
});

/** Of up to 130 terms, summed in double and rounded once; NumPy rounds after each. */
const sums: Tolerance = { ulps: 4, floor: 'largest', double: 8 };

const sideOf = ({ side }: Options): 'left' | 'right' => (side === 'right' ? 'right' : 'left');
const methods: readonly Interpolation[] = ['linear', 'lower', 'higher', 'midpoint', 'nearest'];

replay('order', {
  sort: along((x, axis) => x.sort(axis)),
  argsort: along((x, axis) => x.argsort(axis)),
  cumsum: along((x, axis) => x.cumsum(axis), sums),
  cumprod: along((x, axis) => x.cumprod(axis), { ulps: 2, double: 64 }),
  cummax: along((x, axis) => x.cummax(axis)),
  cummin: along((x, axis) => x.cummin(axis)),
  cummaxTorch: { answer: ([x]) => x!.cummax() },
  cumminTorch: { answer: ([x]) => x!.cummin() },
  topk: { answer: ([x], o) => x!.topk(numberIn(o, 'k'), { largest: o['largest'] === true }).values },
  median: { answer: ([x], o) => x!.median(axesIn(o)), values: { ulps: 1 } },
  quantile: {
    answer: ([x], o) => {
      const q = typeof o['q'] === 'number' ? o['q'] : numbersIn(o, 'q');
      return x!.quantile(q, axesIn(o), { method: methods.find((one) => one === o['method']) ?? 'linear' });
    },
    values: { ulps: 4, floor: 'largest' },
  },
  searchsorted: { answer: ([sorted, values], o) => searchsorted(sorted!, values!, { side: sideOf(o) }) },
  bincount: { answer: ([x], o) => bincount(x!, { minLength: Number(o['minLength'] ?? 0) }) },
  bincountWeights: {
    answer: ([x, weights]) => bincount(x!, { weights: weights! }),
    values: { ulps: 4, floor: 'largest' },
  },
  histogram: {
    answer: ([x], o) => {
      const [low = 0, high = 1] = numbersIn(o, 'range');
      const { counts, edges } = histogram(x!, numberIn(o, 'bins'), { range: [low, high] });
      return [counts, edges];
    },
    values: { ulps: 2 },
  },
  density: {
    answer: ([x], o) => {
      const [low = 0, high = 1] = numbersIn(o, 'range');
      const { counts, edges } = histogram(x!, numberIn(o, 'bins'), { range: [low, high], density: true });
      return [counts, edges];
    },
    values: { ulps: 4, floor: 'largest' },
  },
  unique: { answer: ([x]) => unique(x!) },
  uniqueAll: {
    answer: ([x]) => {
      const { values, indices, inverse, counts } = uniqueAll(x!);
      return [values, indices, inverse, counts];
    },
  },
  argwhere: { answer: ([x]) => argwhere(x!) },
  nonzero: { answer: ([x]) => nonzero(x!) },
});
