/**
 * Reading at places against NumPy, updates against JAX and NumPy's ufunc.at, gather and scatter against PyTorch.
 */
import * as fathom from '../../src/index.ts';
import type { Index, PutOptions, Tensor } from '../../src/index.ts';
import { numberIn, numbersIn, type Options, replay, type Rule } from './replay.ts';

/** The index of a case: '#0' stands for the array of that number. */
function indexOf(options: Options, arrays: readonly Tensor[]): Index[] {
  const { index } = options;
  if (!Array.isArray(index)) throw new Error('index is not a list');
  return index.map((part: Index) =>
    typeof part === 'string' && part.startsWith('#') ? arrays[Number(part.slice(1))]! : part,
  );
}

const axis = (options: Options): number => numberIn(options, 'axis');
const modes = ['set', 'add', 'mul', 'min', 'max'] as const;
const modeOf = ({ mode }: Options): PutOptions => {
  const found = modes.find((one) => one === mode);
  return found === undefined ? {} : { mode: found };
};
const updates = ['set', 'add', 'sub', 'mul', 'div', 'min', 'max'] as const;

const products: Partial<Rule> = { values: { ulps: 4 } };

replay('indexing', {
  get: { answer: ([x, ...arrays], o) => x!.get(...indexOf(o, arrays)) },
  at: {
    answer: ([x, ...rest], o) => {
      const op = updates.find((one) => one === o['op'])!;
      return fathom.at(x!, ...indexOf(o, rest.slice(0, -1)))[op](rest.at(-1)!);
    },
    ...products,
  },
  take: { answer: ([x, index], o) => x!.take(index!, axis(o)) },
  takeAlongAxis: { answer: ([x, index], o) => x!.takeAlongAxis(index!, axis(o)) },
  putAlongAxis: { answer: ([x, index, values], o) => fathom.putAlongAxis(x!, index!, values!, axis(o)) },
  gather: { answer: ([x, index], o) => x!.gather(index!, axis(o)) },
  scatter: {
    answer: ([x, index, source], o) => fathom.scatter(x!, axis(o), index!, source!, modeOf(o)),
    ...products,
    values: { ulps: 4, floor: 1 },
  },
  put: { answer: ([x, index, values]) => fathom.put(x!, index!, values!) },
  putmask: { answer: ([x, mask, values]) => fathom.putmask(x!, mask!, values!) },
  oneHot: { answer: ([x], o) => x!.oneHot(numberIn(o, 'depth')) },
  repeatEach: { answer: ([x], o) => x!.repeat(numbersIn(o, 'counts'), 0) },
});
