/**
 * The clusterings against scikit-learn: test/golden/sklearn/cluster.py says what is done with which samples.
 */
import { describe, expect, it } from 'vitest';
import golden from '../../../test/golden/sklearn/cluster.json' with { type: 'json' };
import { type Digest, expectDigest } from '../../../test/golden/sklearn/digest.ts';
import { digits, iris, wine } from '../../data/tables/index.ts';
import { Matrix, matrixOf } from '../matrix.ts';
import { AgglomerativeClustering } from './agglomerative.ts';
import { DBSCAN } from './dbscan.ts';
import type { Metric } from './distance.ts';
import { KMeans } from './k-means.ts';
import type { Linkage } from './linkage.ts';
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

/** Labels are whole numbers; only their sums round. */
const WHOLE = 1e-12;

describe('DBSCAN against scikit-learn', () => {
  const options: readonly (readonly [Metric, number])[] = [['euclidean', 0.5], ['manhattan', 0.8], ['chebyshev', 0.4], ['cosine', 0.001]]; // prettier-ignore
  it.each(options)('%s', (metric, epsilon) => {
    const { labels, core } = new DBSCAN({ metric, epsilon }).fit(I);
    expectDigest(labels, cases[`DBSCAN ${metric} labels`], WHOLE);
    expectDigest(core, cases[`DBSCAN ${metric} core`], WHOLE);
  });
  it('with weights', () => {
    const sampleWeight = Float64Array.from({ length: I.rows }, (_, i) => i % 3);
    const { labels, core } = new DBSCAN({ epsilon: 0.5, minSamples: 7 }).fit(I, { sampleWeight });
    expectDigest(labels, cases['DBSCAN weights labels'], WHOLE);
    expectDigest(core, cases['DBSCAN weights core'], WHOLE);
  });
});

describe('AgglomerativeClustering against scikit-learn', () => {
  const options: readonly (readonly [Linkage, readonly Metric[]])[] = [
    ['ward', ['euclidean']],
    ['complete', ['euclidean', 'manhattan', 'cosine']],
    ['average', ['euclidean', 'manhattan', 'cosine']],
    ['single', ['euclidean', 'manhattan', 'cosine']],
  ];
  it.each(options.flatMap(([linkage, metrics]) => metrics.map((metric) => [linkage, metric] as const)))(
    '%s, %s',
    (linkage, metric) => {
      const model = new AgglomerativeClustering({ clusters: 5, linkage, metric }).fit(W);
      const name = `AgglomerativeClustering ${linkage} ${metric}`;
      expectDigest(model.labels, cases[`${name} labels`], WHOLE);
      expectDigest(model.tree.heights, cases[`${name} distances`], 1e-9);
      const { left, right } = model.tree;
      const children = new Matrix(
        left.length,
        2,
        Float64Array.from({ length: 2 * left.length }, (_, i) => (i % 2 === 0 ? left : right)[i >> 1]!),
      );
      expectDigest(children, cases[`${name} children`], WHOLE);
    },
  );
  it('cuts the tree anywhere', () => {
    const model = new AgglomerativeClustering({ clusters: 2 }).fit([[0], [1], [9], [10.5]]);
    expect([...model.cut(3)]).toEqual([0, 0, 1, 2]);
    expect([...model.cutAt(2)]).toEqual([0, 0, 1, 1]);
    expect([...model.cutAt(1)]).toEqual([0, 1, 2, 3]);
    expect(model.linkage().row(0)).toEqual(Float64Array.of(0, 1, 1, 2));
    expect(() => model.cut(5)).toThrow('from 1 to 4');
  });
  it('refuses options that contradict each other', () => {
    expect(() => new AgglomerativeClustering({ metric: 'cosine' })).toThrow('ward needs the euclidean metric');
    expect(() => new AgglomerativeClustering({ clusters: 2, distanceThreshold: 1 })).toThrow('not both');
  });
});
