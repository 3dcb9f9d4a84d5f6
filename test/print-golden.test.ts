/**
 * Printed tensors against what NumPy prints, character by character (test/golden/print.py).
 */
import { readFileSync } from 'node:fs';
import { afterAll, expect, it } from 'vitest';
import { type DType, tensor } from '../src/index.ts';
import { printArray, printComplex } from '../src/tensor/print.ts';

interface Case {
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Numbers, or what JSON lacks as text: 'nan', 'inf', '-0.0'. Of complex arrays real and imaginary parts in turn. */
  readonly values: readonly (number | string)[];
  readonly complex?: boolean;
  readonly options: {
    readonly precision?: number;
    readonly threshold?: number;
    readonly edgeitems?: number;
    readonly max_line_width?: number;
  };
  readonly text: string;
}

const { cases } = JSON.parse(readFileSync(new URL('golden/print.json', import.meta.url), 'utf8')) as {
  cases: readonly Case[];
};

let compared = 0;
afterAll(() => {
  process.stdout.write(`golden: print: ${compared} comparisons\n`);
});

it.each(['float64', 'float32', 'int32', 'uint8', 'bool'] as const)('%s prints as in NumPy', (dtype) => {
  const chosen = cases.filter((one) => one.dtype === dtype);
  expect(chosen.length).toBeGreaterThan(5);
  for (const one of chosen) {
    compared++;
    expect(printed(one), JSON.stringify({ ...one, values: one.values.slice(0, 9) })).toBe(one.text);
  }
});

function printed({ dtype, shape, values, complex, options }: Case): string {
  const numbers = values.map((x) => (typeof x === 'number' ? x : Number(x.replace('inf', 'Infinity'))));
  const settings = {
    ...(options.precision === undefined ? {} : { precision: options.precision }),
    ...(options.threshold === undefined ? {} : { threshold: options.threshold }),
    ...(options.edgeitems === undefined ? {} : { edgeItems: options.edgeitems }),
    ...(options.max_line_width === undefined ? {} : { lineWidth: options.max_line_width }),
  };
  if (complex === true) {
    const part = (k: number) => tensor(numbers.filter((_, i) => i % 2 === k), { dtype }).dataSync(); // prettier-ignore
    return printComplex(part(0), part(1), shape, dtype, settings);
  }
  const text = printArray(tensor(numbers, { dtype }).dataSync(), shape, dtype, settings);
  // The language's own words for truth, aligned as Python's are.
  return dtype === 'bool' ? text.replaceAll('true', 'True').replaceAll('false', 'False') : text;
}
