/**
 * Running sums, products and extreme places along the last axis. Floats are summed in double and rounded where they are stored; integers wrap.
 */
import { batchSize, type Routine } from './operand.ts';

export const cumsum: Routine<'cumsum'> = ({ reverse }, [x], output) => {
  const { count, size } = batchSize(x!, 1);
  const { values } = x!;
  const step = reverse ? -1 : 1;
  const isInteger = !(values instanceof Float32Array || values instanceof Float64Array);
  for (let b = 0; b < count; b++) {
    let at = b * size + (reverse ? size - 1 : 0);
    let total = 0;
    for (let i = 0; i < size; i++, at += step) {
      total = isInteger ? (total + values[at]!) | 0 : total + values[at]!;
      output[at] = total;
    }
  }
};

export const cumprod: Routine<'cumprod'> = (_, [x], output) => {
  const { count, size } = batchSize(x!, 1);
  const { values } = x!;
  const isInteger = !(values instanceof Float32Array || values instanceof Float64Array);
  for (let b = 0; b < count; b++) {
    let total = 1;
    for (let at = b * size; at < (b + 1) * size; at++) {
      total = isInteger ? Math.imul(total, values[at]!) : total * values[at]!;
      output[at] = total;
    }
  }
};

export const cumargmax: Routine<'cumargmax'> = ({ smallest }, [x], output) => {
  const { count, size } = batchSize(x!, 1);
  const { values } = x!;
  for (let b = 0; b < count; b++) {
    const start = b * size;
    let best = 0;
    for (let i = 0; i < size; i++) {
      const value = values[start + i]!;
      const record = values[start + best]!;
      // NaN stays once it is there.
      if (value !== value ? record === record : smallest ? value <= record : value >= record) best = i;
      output[start + i] = best;
    }
  }
};
