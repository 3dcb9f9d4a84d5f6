/**
 * Vectors as sets, choices by conditions and order by several keys against NumPy.
 */
import * as fathom from '../../src/index.ts';
import { numbersIn, replay } from './replay.ts';

replay('sets', {
  union1d: { answer: ([x, y]) => fathom.union1d(x!, y!) },
  intersect1d: { answer: ([x, y]) => fathom.intersect1d(x!, y!) },
  setdiff1d: { answer: ([x, y]) => fathom.setdiff1d(x!, y!) },
  setxor1d: { answer: ([x, y]) => fathom.setxor1d(x!, y!) },
  flatnonzero: { answer: ([x]) => fathom.flatnonzero(x!) },
  extract: { answer: ([c, x]) => fathom.extract(c!, x!) },
  compress: { answer: ([c, x], { axis }) => fathom.compress(c!, x!, typeof axis === 'number' ? axis : undefined) },
  select: { answer: ([x]) => fathom.select([x!.less(-0.3), x!.greater(0.3)], [x!.mul(2), x!.mul(3)], -1) },
  lexsort: { answer: (keys) => fathom.lexsort(keys) },
  digitize: { answer: ([x, bins], { right }) => fathom.digitize(x!, bins!, { right: right === true }) },
  ravelMultiIndex: { answer: (indices, o) => fathom.ravelMultiIndex(indices, numbersIn(o, 'shape')) },
  unravelIndex: { answer: ([places], o) => fathom.unravelIndex(places!, numbersIn(o, 'shape')) },
});
