import { describe, expect, it } from 'vitest';
import { tensor } from '../tensor/creation.ts';
import { categoriesOf, cellColumns, pickColumns } from './cells.ts';
import { Matrix } from './matrix.ts';
import { OneHotEncoder, OrdinalEncoder } from './preparation/encoders.ts';
import { LabelEncoder } from './preparation/label-encoder.ts';
import { rowCount, takeRows } from './rows.ts';
import { SparseMatrix } from './sparse.ts';

describe('cells', () => {
  it('are read column by column, and null, undefined and NaN are gaps', () => {
    expect(cellColumns('t', [['a', 1], [null, NaN]])).toEqual([['a', null], [1, null]]); // prettier-ignore
    expect(categoriesOf('t', ['b', null, 'a', 'b'], 'column 0')).toEqual(['a', 'b', null]);
  });

  it('named columns become a matrix where all are numbers, and rows of cells where not', () => {
    const table = { size: Float64Array.of(1, 2), weight: [3, null], name: ['a', 'b'], age: tensor([5, 6]) };
    expect(pickColumns('t', table, ['size', 'weight', 'age'])).toEqual(
      new Matrix(2, 3, Float64Array.of(1, 3, 5, 2, NaN, 6)),
    );
    expect(pickColumns('t', table, ['name', 'age'])).toEqual([['a', 5], ['b', 6]]); // prettier-ignore
    expect(() => pickColumns('t', { a: [1], b: [1, 2] }, ['a', 'b'])).toThrow('column "a" has 1 values, but "b" has 2');
  });

  it('a category that was not seen is refused with its place, or ignored', () => {
    const strict = new OneHotEncoder().fit([['a'], ['b']]);
    expect(() => strict.transform([['a'], ['c']])).toThrow('"c" in column 0, row 1 was not seen in fit');
    const lax = new OneHotEncoder({ unknown: 'ignore' }).fit([['a'], ['b']]);
    expect(lax.transform([['c']]).arraySync()).toEqual([[0, 0]]);
    const ordinal = new OrdinalEncoder({ unknownValue: -1 }).fit([['a'], ['b']]);
    expect(ordinal.transform([['c'], ['b'], [null]]).arraySync()).toEqual([[-1], [1], [NaN]]);
  });

  it('labels go to numbers and back', () => {
    const encoder = new LabelEncoder<string>(['no', 'yes', 'no']);
    expect(encoder.inverse(encoder.transform(['yes', 'no']))).toEqual(['yes', 'no']);
    expect(() => encoder.transform(['maybe'])).toThrow('the label "maybe" at sample 0 is none of "no", "yes"');
  });
});

describe('rows', () => {
  it('are taken from every form of samples, which stays what it was', () => {
    const rows = [2, 0];
    expect(takeRows('t', ['a', 'b', 'c'], rows)).toEqual(['c', 'a']);
    expect(takeRows('t', Int32Array.of(7, 8, 9), rows)).toEqual(Int32Array.of(9, 7));
    expect(takeRows('t', tensor([[1, 2], [3, 4], [5, 6]]), rows).arraySync()).toEqual([[5, 6], [1, 2]]); // prettier-ignore
    expect(takeRows('t', { a: [1, 2, 3], b: Float64Array.of(4, 5, 6) }, rows)).toEqual({
      a: [3, 1],
      b: Float64Array.of(6, 4),
    });
    expect(takeRows('t', { data: Float32Array.of(1, 2, 3), shape: [3, 1] }, rows).data).toEqual(Float64Array.of(3, 1));
    const sparse = SparseMatrix.fromRows(3, [[[1], [5]], [[], []], [[0, 2], [7, 8]]]); // prettier-ignore
    expect(takeRows('t', sparse, rows).toDense().data).toEqual(Float64Array.of(7, 0, 8, 0, 5, 0));
    expect(rowCount('t', { a: [1, 2, 3] })).toBe(3);
  });
});
