import { describe, expect, it } from 'vitest';
import { DTypeError, IndexError, ShapeError, TraceError, ValueError } from '../base/errors.ts';
import * as fathom from '../index.ts';

const { tensor } = fathom;
const ints = tensor([1, 2], { dtype: 'int32' });
const three = tensor([1, 2, 3]);
const two = tensor([1, 2]);

/** What each family refuses: the call, the class of the error, its words. */
const refusals: Readonly<
  Record<string, readonly (readonly [() => unknown, new (message: string) => Error, RegExp])[]>
> = {
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
  'triangles and diagonals': [
    [() => fathom.tril(two), ShapeError, /tril: expected at least two axes, got \(2,\)/],
    [() => fathom.diagonal(fathom.eye(2), { axis1: 1, axis2: 1 }), ShapeError, /diagonal: axis 1 is named twice/],
    [() => fathom.diag(fathom.ones([1, 1, 1])), ShapeError, /diag: expected a vector or a matrix/],
    [() => fathom.vander(fathom.eye(2)), ShapeError, /vander: expected a vector/],
    [() => fathom.vander(two, { columns: -1 }), ValueError, /vander: -1 columns/],
    [() => fathom.companion(tensor([1])), ShapeError, /companion: expected a vector of at least two/],
  ],
  'numbers in patterns': [
    [() => fathom.linspace(0, Infinity, 3), ValueError, /linspace: 3 numbers from 0 to Infinity/],
    [() => fathom.logspace(0, 1, 3, { base: -1 }), ValueError, /logspace: the base must be positive/],
    [() => fathom.geomspace(-1, 1, 3), ValueError, /geomspace: -1 to 1: both ends must be positive, or both negative/],
    [() => fathom.meshgrid([fathom.eye(2)]), ShapeError, /meshgrid: expected vectors/],
  ],
  'axes in another order': [
    [() => fathom.moveaxis(fathom.eye(2), [0, 1], 0), ShapeError, /moveaxis: \[0, 1\] to \[0\]/],
    [() => fathom.roll(two, 0.5), ValueError, /roll: shift 0\.5 is not a whole number/],
    [() => fathom.roll(fathom.eye(2), [1, 2, 3], [0, 1]), ValueError, /roll: 3 shifts for 2 axes/],
    [() => fathom.rot90(fathom.eye(2), 1, [1, -1]), ShapeError, /rot90: axes 1 and -1 are the same/],
    [() => fathom.fliplr(two), ShapeError, /fliplr: expected at least two axes/],
    [() => fathom.resize(fathom.zeros([0]), [2]), ShapeError, /resize: \(0,\) is empty/],
    [() => fathom.broadcastArrays(two, three), ShapeError, /broadcastArrays: shapes/],
  ],
  'joining and splitting': [
    [() => fathom.block([[two], two]), ShapeError, /block: arrays must be nested equally deep/],
    [() => fathom.arraySplit(two, 0), ValueError, /arraySplit: 0 pieces/],
    [() => fathom.insert(two, 5, 1), IndexError, /insert: 5 is not a place on an axis of 2/],
    [() => fathom.deleteAt(two, 2), IndexError, /deleteAt: 2 is not a place/],
    [() => fathom.choose(ints, []), ValueError, /choose: got no choices/],
    [() => two.repeat([1]), ShapeError, /repeat: \[1\] must be a whole number from 0 up for each of the 2 elements/],
  ],
  indexing: [
    [() => two.get(2), IndexError, /get: 2 is not a place on axis 0 of \(2,\); use -2 to 1/],
    [() => two.get(0, 0), ShapeError, /get: 2 indices for a tensor of rank 1/],
    [() => two.get('...', '...'), ShapeError, /get: '\.\.\.' stands twice/],
    [() => two.get('a:b'), ValueError, /get: 'a:b' is not an index; write a slice like '1:5'/],
    [() => two.get(tensor([0.5])), ValueError, /get: an index of float32 does not name places/],
    [() => two.get(tensor([true])), ShapeError, /get: a mask of 1 elements for axis 0 of \(2,\)/],
    [() => fathom.eye(2).get([0, 1], [0, 1, 1]), ShapeError, /get: shapes \(2,\) and \(3,\) do not broadcast/],
    [() => two.get([2]).dataSync(), IndexError, /2|outside/],
    [() => fathom.eye(2).get([0, 1], [1, 2]).dataSync(), IndexError, /outside|not/],
    [() => fathom.compile((x: fathom.Tensor) => x.get(x.greater(1)))(two), TraceError, /known only when it has run/],
    [() => fathom.at(two, 0).set(three), ShapeError, /at: values \(3,\) do not broadcast to the places' \(\)/],
    [() => fathom.putmask(two, two.less(9), tensor([])), ShapeError, /putmask: got no values/],
  ],
  statistics: [
    [() => fathom.average(three, 0, { weights: two }), ShapeError, /average|expand/],
    [
      () => fathom.average(fathom.eye(2), undefined, { weights: two }),
      ShapeError,
      /average: weights \(2,\) for \(2, 2\)/,
    ],
    [() => fathom.nanquantile(two, 2), ValueError, /nanquantile: q must be from 0 to 1, got 2/],
    [() => fathom.nanquantile(fathom.zeros([0]), 0.5), ShapeError, /nanquantile: the reduced axes of \(0,\) are empty/],
    [() => fathom.cov(fathom.ones([1, 1, 1])), ShapeError, /cov: expected a vector or a matrix/],
  ],
  'sampled functions': [
    [() => fathom.diff(two, { n: -1 }), ValueError, /diff: n must be a whole number/],
    [() => fathom.gradient(tensor([1])), ShapeError, /gradient: axis 0 of \(1,\) needs at least 2 samples/],
    [() => fathom.gradient(two, { spacing: [1, 2] }), ValueError, /gradient: 2 spacings for 1 axes/],
    [() => fathom.gradient(two, { spacing: [[0, 1, 2]] }), ShapeError, /gradient: 3 places for 2 samples/],
    [() => fathom.trapezoid(two, { x: three }), ShapeError, /trapezoid: 3 places for 2 samples/],
    [() => fathom.interp(1, two, three), ShapeError, /interp: expected vectors of one length/],
    [() => fathom.convolve(fathom.eye(2), two), ShapeError, /convolve: expected two vectors/],
    [() => fathom.polyval(fathom.eye(2), 1), ShapeError, /polyval: expected a vector of coefficients/],
  ],
  products: [
    [() => fathom.inner(two, three), ShapeError, /tensordot: axes \[0\] of \(2,\) and \[0\] of \(3,\)/],
    [() => fathom.vdot(two, three), ShapeError, /vdot: 2 elements and 3/],
    [() => fathom.vecdot(two, three), ShapeError, /vecdot: shapes/],
    [() => fathom.cross(two, two), ShapeError, /cross: expected 3 elements/],
    [() => fathom.multiDot([]), ValueError, /multiDot: got no matrices/],
    [() => fathom.multiDot([two, two, two]), ShapeError, /multiDot: expected matrices, and vectors at the ends/],
    [() => fathom.einsum('ij,j', two, two), ShapeError, /einsum: 'ij' of 'ij,j' names 2 axes/],
    [() => fathom.einsum('i->ii', two), ValueError, /names an output axis twice/],
  ],
  padding: [
    [() => two.pad(-1, 'edge'), ValueError, /pad: \[-1, -1\] for axis 0 must be whole numbers/],
    [
      () => fathom.zeros([0]).pad(1, 'wrap'),
      ShapeError,
      /pad: axis 0 of \(0,\) is empty; 'wrap' has nothing to repeat/,
    ],
    [() => two.pad([1, 1], 'edge'), ShapeError, /pad: 2 widths for a tensor of rank 1/],
  ],
  'named axes': [
    [() => fathom.rearrange(two, 'a'), ValueError, /rearrange: 'a' is not a formula/],
    [() => fathom.rearrange(two, 'a b -> a'), ShapeError, /names 2 axes, the tensor is \(2,\)/],
    [() => fathom.rearrange(two, 'a -> b'), ValueError, /has 'a' on one side only; use reduce or repeat|size of 'b'/],
    [() => fathom.rearrange(two, '(a b) -> a b'), ValueError, /leaves the sizes of 'a' and 'b' open/],
    [() => fathom.rearrange(three, '(a b) -> a b', { a: 2 }), ShapeError, /does not divide into \(a b\)/],
    [() => fathom.rearrange(two, '(a -> a'), ValueError, /opens a parenthesis that it does not close/],
    [() => fathom.rearrange(two, 'a a -> a'), ValueError, /'a' stands twice on one side/],
    [() => fathom.rearrange(two, 'a % -> a'), ValueError, /what is '%'/],
    [() => fathom.reduce(two, 'a -> a b', 'sum', { b: 2 }), ValueError, /'b' on the right only; use repeat/],
    [() => fathom.repeat(two, 'a -> a b'), ValueError, /does not tell the size of 'b'/],
    [() => fathom.repeat(two, 'a -> b', { b: 2 }), ValueError, /'a' on the left only; use reduce/],
  ],
  'sets and conditions': [
    [() => fathom.compress(fathom.eye(2), two), ShapeError, /compress: the condition must be a vector/],
    [() => fathom.select([], []), ValueError, /select: 0 conditions for 0 choices/],
    [() => fathom.lexsort([]), ValueError, /lexsort: got no keys/],
    [() => fathom.digitize(1, tensor([1, 3, 2])), ValueError, /digitize: the bins must ascend or descend/],
    [() => fathom.ravelMultiIndex([ints], [2, 2]), ShapeError, /ravelMultiIndex: 1 indices for \(2, 2\)/],
    [() => fathom.ravelMultiIndex([ints], [2]), IndexError, /ravelMultiIndex: 2 is not a place; use 0 to 1/],
    [() => fathom.unravelIndex(ints, [2]), IndexError, /unravelIndex: 2 is not a place/],
    [() => fathom.compile((x: fathom.Tensor) => fathom.extract(x.greater(0), x))(two), TraceError, /./],
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
