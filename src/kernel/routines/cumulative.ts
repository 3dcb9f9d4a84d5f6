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
    const start = b * size + (reverse ? size - 1 : 0);
    if (values instanceof Float32Array && output instanceof Float32Array) sumInFours(values, output, start, step, size);
    else {
      let total = 0;
      for (let i = 0, at = start; i < size; i++, at += step) {
        total = isInteger ? (total + values[at]!) | 0 : total + values[at]!;
        output[at] = total;
      }
    }
  }
};

/** Four elements are summed among themselves before the total is added to, so that one addition waits for another once in four. Hot. */
function sumInFours(values: Float32Array, output: Float32Array, start: number, step: number, size: number): void {
  let total = 0;
  let at = start;
  let left = size;
  for (; left >= 4; left -= 4) {
    const [second, third, fourth] = [at + step, at + 2 * step, at + 3 * step];
    const one = values[at]!;
    const two = one + values[second]!;
    const another = values[third]!;
    output[at] = total + one;
    output[second] = total + two;
    output[third] = total + (two + another);
    total += two + (another + values[fourth]!);
    output[fourth] = total;
    at += 4 * step;
  }
  for (; left > 0; left--, at += step) {
    total += values[at]!;
    output[at] = total;
  }
}

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
