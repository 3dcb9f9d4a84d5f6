/**
 * The clusterings against scikit-learn: test/golden/sklearn/cluster.py says what is done with which samples.
 */
import { describe, expect, it } from 'vitest';
import golden from '../../../test/golden/sklearn/cluster.json' with { type: 'json' };
import { type Digest, expectDigest } from '../../../test/golden/sklearn/digest.ts';
import { digits, iris, wine } from '../../data/tables/index.ts';
import { matrixOf } from '../matrix.ts';
import { KMeans } from './k-means.ts';
import { MiniBatchKMeans } from './mini-batch-k-means.ts';

const cases = golden.cases as unknown as Readonly<Record<string, Digest>>;
const I = matrixOf('test', iris().data);
const W = matrixOf('test', wine().data);
const D = matrixOf('test', digits().data);
const first = [0, 60, 120];
/** Sums in another order. */
const CLOSED = 1e-10;

describe('k-means against scikit-learn', () => {
  it('from the same centres of iris', () => {
    const { centers, inertia } = new KMeans({ clusters: 3, init: I.takeRows(first) }).fit(I);
    expectDigest(centers, cases['KMeans iris centers'], CLOSED);
    expectDigest(inertia, cases['KMeans iris inertia'], CLOSED);
  });
  it('from the same centres of wine, with weights', () => {
    const sampleWeight = Float64Array.from({ length: W.rows }, (_, i) => 1 + (i % 3));
    const { centers, inertia } = new KMeans({ clusters: 3, init: W.takeRows(first) }).fit(W, { sampleWeight });
    expectDigest(centers, cases['KMeans wine weights centers'], CLOSED);
    expectDigest(inertia, cases['KMeans wine weights inertia'], CLOSED);
  });
  it('from the same centres of digits, to the end', () => {
    const init = D.takeRows(Array.from({ length: 10 }, (_, i) => i));
    const { centers, inertia } = new KMeans({ clusters: 10, init, tolerance: 0 }).fit(D);
    expectDigest(centers, cases['KMeans digits centers'], CLOSED);
    expectDigest(inertia, cases['KMeans digits inertia'], CLOSED);
  });
  it('the best of 10 is within 0.2 % of the best of 50, one within 5 %, small batches within 6 %', () => {
    const best = Number(cases['KMeans digits best of 50']![1]);
    expect(new KMeans({ clusters: 10, initializations: 10 }).fit(D).inertia / best).toBeLessThan(1.002);
    expect(new KMeans({ clusters: 10 }).fit(D).inertia / best).toBeLessThan(1.05);
    expect(new MiniBatchKMeans({ clusters: 10, batchSize: 256 }).fit(D).inertia / best).toBeLessThan(1.06);
  });
});

describe('KMeans', () => {
  it('makes no more groups than there are different samples', () => {
    const model = new KMeans({ clusters: 3 }).fit([[1], [1], [2], [2]]);
    expect([...model.labels]).toEqual([0, 0, 1, 1]);
    expect(model.centers.rows).toBe(2);
    expect(model.inertia).toBe(0);
  });
  it('gives a centre without samples the furthest one', () => {
    const model = new KMeans({ clusters: 2, init: [[0], [100]] }).fit([[0], [1], [2], [9]]);
    expect([...model.labels]).toEqual([0, 0, 0, 1]);
  });
  it('refuses fewer samples than groups, and centres of another shape', () => {
    expect(() => new KMeans({ clusters: 3 }).fit([[1], [2]])).toThrow('3 groups need as many samples, X has 2');
    expect(() => new KMeans({ clusters: 2, init: [[1, 2]] }).fit([[1], [2]])).toThrow(
      'init must be 2 centres of 1 features',
    );
  });
});
