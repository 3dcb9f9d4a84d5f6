import { describe, expect, it } from 'vitest';
import { DTypeError, ShapeError, ValueError } from '../base/errors.ts';
import * as fathom from '../index.ts';

const { tensor } = fathom;
const ints = tensor([1, 2], { dtype: 'int32' });
const three = tensor([1, 2, 3]);
const two = tensor([1, 2]);

/** What each family refuses: the call, the class of the error, its words. */
const refusals: Readonly<Record<string, readonly [() => unknown, new (message: string) => Error, RegExp][]>> = {
  arithmetic: [
    [() => fathom.gcd(two, ints), DTypeError, /gcd: expected integers, got float32; convert with \.cast/],
    [() => fathom.lcm(1.5, ints), DTypeError, /lcm: expected integers/],
    [() => fathom.around(two, 1.5), ValueError, /around: 1\.5 decimals is not a whole number/],
    [() => fathom.hypot(two, three), ShapeError, /hypot: shapes \(2,\) and \(3,\) do not broadcast/],
    [() => fathom.copysign(two, three), ShapeError, /copysign: shapes/],
  ],
  bits: [
    [() => fathom.bitwiseNot(two), DTypeError, /bitwiseNot: expected an integer, got float32/],
    [() => fathom.arithmeticRightShift(ints, 0.5), DTypeError, /arithmeticRightShift: expected an integer/],
    [() => fathom.bitwiseCount(two), DTypeError, /bitwiseCount: expected an integer/],
  ],
  'exponentials, angles, special functions': [
    [() => fathom.logaddexp(two, three), ShapeError, /logaddexp: shapes/],
    [() => fathom.atan2(two, three), ShapeError, /atan2: shapes/],
    [() => fathom.betaln(two, three), ShapeError, /betaln: shapes/],
    [() => fathom.xlogy(two, three), ShapeError, /xlogy: shapes/],
  ],
  comparison: [
    [() => fathom.isClose(two, three), ShapeError, /isClose: shapes/],
    [() => fathom.logicalXor(two, three), ShapeError, /logicalXor: shapes/],
  ],
};

describe.each(Object.keys(refusals))('%s: bad input gets an error that says what to do', (family) => {
  it.each(refusals[family]!.map((row, i) => [i, ...row] as const))('refusal %i', (_, call, kind, words) => {
    let caught: unknown;
    try {
      call();
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(kind);
    expect(String(caught)).toMatch(words);
  });
});
