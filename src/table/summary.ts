/**
 * What can be said of some of a column's values.
 */
import { raise, ValueError } from '../base/errors.ts';
import { type Column, NumberColumn } from './column.ts';
import type { Value } from './schema.ts';

/** Of numbers only; null where there are too few. Quartiles interpolate as NumPy's; std and var divide by n − 1. */
export type NumberSummary = 'sum' | 'mean' | 'std' | 'var' | 'q1' | 'median' | 'q3';
/** Of any column. 'count' counts what is there, 'distinct' the different values among it; the others give one of the values. */
export type AnySummary = 'count' | 'distinct' | 'first' | 'last' | 'min' | 'max';
export type Summary = NumberSummary | AnySummary;

/** What a summary gives of a column of V. */
export type SummaryOf<V, S extends Summary> = S extends 'first' | 'last' | 'min' | 'max' ? V : number | null;

/** @param rows the rows looked at   @throws ValueError for a summary of numbers where there are none */
export function summarize(name: string, column: Column, rows: Int32Array, how: Summary): Value {
  const there = rows.filter((row) => column.mask[row] === 0);
  switch (how) {
    case 'count':
      return there.length;
    case 'distinct':
      return column.take(there).codes().count;
    case 'first':
    case 'last': {
      const row = there.at(how === 'first' ? 0 : -1);
      return row === undefined ? null : column.get(row);
    }
    case 'min':
    case 'max': {
      if (there.length === 0) return null;
      const order = column.order();
      const sign = how === 'min' ? 1 : -1;
      return column.get(there.reduce((best, row) => (sign * (order[row]! - order[best]!) < 0 ? row : best)));
    }
    default: {
      if (!(column instanceof NumberColumn))
        raise(new ValueError(`${how} of '${name}': it holds ${column.kind} values, and only numbers have one`));
      return ofNumbers[how](Float64Array.from(there, (row) => column.numbers[row]!));
    }
  }
}

const ofNumbers: { readonly [S in NumberSummary]: (values: Float64Array) => number | null } = {
  sum: sumOf,
  mean: (values) => (values.length === 0 ? null : sumOf(values) / values.length),
  std: (values) => root(variance(values)),
  var: variance,
  q1: (values) => quantile(values, 0.25),
  median: (values) => quantile(values, 0.5),
  q3: (values) => quantile(values, 0.75),
};

function sumOf(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}

function variance(values: Float64Array): number | null {
  const n = values.length;
  if (n < 2) return null;
  const mean = sumOf(values) / n;
  let sum = 0;
  for (const value of values) sum += (value - mean) ** 2;
  return sum / (n - 1);
}

function root(value: number | null): number | null {
  return value === null ? null : Math.sqrt(value);
}

function quantile(values: Float64Array, q: number): number | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted();
  const place = q * (values.length - 1);
  const low = sorted[Math.floor(place)]!;
  return low + (place % 1) * (sorted[Math.ceil(place)]! - low);
}
