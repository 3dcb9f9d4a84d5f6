/**
 * Layouts: their parts against brute force and against scikit-learn and umap-learn (test/golden/sklearn/manifold.py), the whole
 * by how well it keeps neighbours and classes.
 */
import { describe, expect, it } from 'vitest';
import { type Digest, expectDigest } from '../../../test/golden/sklearn/digest.ts';
import golden from '../../../test/golden/sklearn/manifold.json' with { type: 'json' };
import { digits } from '../../data/tables/index.ts';
import { checkEstimator } from '../conformance/index.ts';
import { PCA } from '../decomposition/pca.ts';
import { eigenOf } from '../decomposition/spectral.ts';
import { Matrix, matrixOf } from '../matrix.ts';
import { trustworthiness } from '../metrics/embedding.ts';
import { KNeighborsClassifier } from '../neighbors/k-neighbors.ts';
import { Random } from '../random.ts';
import { affinities, nearestOthers } from './affinities.ts';
import { curveFor } from './fuzzy-set.ts';
import type { NeighborGraph } from './neighbor-graph.ts';
import { SpaceTree } from './space-tree.ts';
import { partsOf, spectralLayout } from './spectral-layout.ts';
import { TSNE } from './tsne.ts';
import { fuzzyGraph, UMAP } from './umap.ts';

const { cases } = golden;
const table = digits();
const raw = matrixOf('test', table.data);
// Scales by pixel, so that no two distances are equal.
const all = new Matrix(raw.rows, 64, raw.data.map((value, p) => value * Math.sqrt(1 + (p % 64) / 64))); // prettier-ignore
const x = all.takeRows(Array.from({ length: 600 }, (_, i) => i));
const labels = Array.from(table.target.dataSync());

/** How well a layout keeps neighbours, and how often the nearest one is of the same class. */
function judge(layout: Matrix): readonly [trust: number, accuracy: number] {
  const { ids } = nearestOthers(layout, 1);
  const right = Array.from(ids).filter((j, i) => labels[j] === labels[i]).length;
  return [trustworthiness(x, layout), right / layout.rows];
}

/** Rows by their sums, all by their squares: the graphs of both have the same edges. */
function expectGraph({ starts, values }: NeighborGraph, [sums, squares]: readonly unknown[], tolerance: number): void {
  const rows = Float64Array.from({ length: starts.length - 1 }, (_, i) =>
    values.subarray(starts[i], starts[i + 1]).reduce((a, b) => a + b, 0),
  );
  expectDigest(rows, sums as Digest, tolerance);
  expect(values.reduce((sum, value) => sum + value * value, 0) / Number(squares)).toBeCloseTo(1, 5);
}

describe('trustworthiness', () => {
  it('is that of scikit-learn', () => {
    const flat = new PCA({ components: 2 }).fit(x).transform(x);
    // scikit-learn takes distances from products, so that two that are nearly equal may change places.
    [1, 5, 20].forEach((neighbors, i) =>
      expect(trustworthiness(x, flat, { neighbors })).toBeCloseTo(cases.trust[i]!, 5),
    );
    expect(trustworthiness(x, x)).toBe(1);
  });

  it('says what is wrong', () => {
    expect(() => trustworthiness([[1], [2], [3]], [[1], [2]])).toThrow('X has 3 samples, but the embedding has 2');
    expect(() => trustworthiness([[1], [2], [3]], [[1], [2], [3]])).toThrow('neighbors must be below half of the 3');
  });
});

describe('t-SNE', () => {
  it('has the affinities of scikit-learn', () => {
    const graph = affinities(x, 30);
    expectGraph(graph, cases.affinities, 1e-5);
    expect(graph.values.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
  });

  it.each([2, 3] as const)('the tree in %i dimensions pushes as all pairs do', (d) => {
    const random = new Random(4);
    const n = 300;
    const y = Float64Array.from({ length: n * d }, () => random.normal());
    // Some points coincide.
    y.copyWithin(0, d * 10, d * 14);
    const exact = new Float64Array(n * d);
    let total = 0;
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        if (i === j) continue;
        let distance = 0;
        for (let c = 0; c < d; c++) distance += (y[i * d + c]! - y[j * d + c]!) ** 2;
        const q = 1 / (1 + distance);
        total += q;
        for (let c = 0; c < d; c++) exact[i * d + c]! += q * q * (y[i * d + c]! - y[j * d + c]!);
      }
    }
    const tree = new SpaceTree(n, d);
    tree.build(y);
    const force = new Float64Array(n * d);
    expect(tree.push(y, 1e-6, force) / total).toBeCloseTo(1, 12);
    force.forEach((value, p) => expect(value).toBeCloseTo(exact[p]!, 9));
    expect(tree.push(y, 0.5, force) / total).toBeCloseTo(1, 2);
    const error = Math.hypot(...force.map((value, p) => value - exact[p]!)) / Math.hypot(...exact);
    expect(error).toBeLessThan(0.03);
  });

  it('lays out digits as well as scikit-learn does', () => {
    const model = new TSNE().fit(x);
    const [trust, accuracy] = judge(matrixOf('test', model.embedding));
    const theirs = cases.tsne.map(([one]) => one!);
    expect(trust).toBeGreaterThan(Math.min(...theirs) - 0.003);
    expect(accuracy).toBeGreaterThan(Math.min(...cases.tsne.map(([, one]) => one!)) - 0.01);
    // scikit-learn's is of the last look before the end.
    expect(model.klDivergence).toBeLessThan(Math.max(...cases['tsne divergence']) * 1.03);
    expect(model.iterations).toBe(1000);
    expect(model.embedding.dtype).toBe('float64');
  });

  it('lays out in three dimensions, from a random start, and the same again', () => {
    const options = { components: 3, init: 'random', perplexity: 15, maxIterations: 400 } as const;
    const some = x.takeRows(Array.from({ length: 150 }, (_, i) => i));
    const first = new TSNE(options).fit(some).embedding;
    expect(first.shape).toEqual([150, 3]);
    const plain = new PCA({ components: 3 }).fit(some).transform(some);
    expect(trustworthiness(some, first)).toBeGreaterThan(trustworthiness(some, plain));
    expect(new TSNE(options).fit(some).embedding.dataSync()).toEqual(first.dataSync());
  });

  it('keeps equal samples together, finite', () => {
    const twins = new Matrix(
      40,
      3,
      Float64Array.from({ length: 120 }, (_, p) => (p % 3) + (p >= 60 ? 5 : 0)),
    );
    const { embedding } = new TSNE({ perplexity: 5, maxIterations: 250 }).fit(twins);
    expect(embedding.dataSync().every(Number.isFinite)).toBe(true);
  });

  it('says what is wrong', () => {
    expect(() => new TSNE().fit(x.takeRows([0, 1, 2]))).toThrow(
      'perplexity must be below the number of samples, got 30 for 3',
    );
    expect(() => new TSNE({ perplexity: 2 }).fit([[1], [2], [3]])).toThrow(
      /needs at least 2 features .* use init: 'random'/,
    );
    expect(() => new TSNE({ angle: 0 })).toThrow('TSNE: angle must be a finite number above 0 and below 1, got 0');
    expect(() => new TSNE().fit([[1, NaN], [2, 3]])).toThrow(/must be finite/); // prettier-ignore
  });
});

describe('UMAP', () => {
  for (const { name, run, skip } of checkEstimator(() => new UMAP({ neighbors: 5, epochs: 60 }), {
    noSampleWeight: true,
  })) {
    it.skipIf(skip !== undefined)(name, run);
  }

  it('has the curves and the fuzzy sets of umap-learn', () => {
    const settings = [[0.1, 1], [0, 1], [0.5, 1.5]] as const; // prettier-ignore
    settings.forEach(([minDist, spread], i) => {
      const { a, b } = curveFor(minDist, spread);
      expect(a).toBeCloseTo(cases.curves[i]![0]!, 4);
      expect(b).toBeCloseTo(cases.curves[i]![1]!, 4);
    });
    // Theirs are float32.
    expectGraph(fuzzyGraph(x, { neighbors: 15, metric: 'euclidean' }), cases.fuzzy, 1e-5);
  });

  it('begins along the slowest waves of the graph', () => {
    const some = x.takeRows(Array.from({ length: 90 }, (_, i) => i));
    const graph = fuzzyGraph(some, { neighbors: 8, metric: 'euclidean' });
    expect(partsOf(graph)).toHaveLength(1);
    const { starts, ids, values } = graph;
    const degrees = Float64Array.from(some.column(0), (_, i) =>
      values.subarray(starts[i], starts[i + 1]).reduce((a, b) => a + b, 0),
    );
    const dense = new Matrix(90, 90);
    for (let i = 0; i < 90; i++) {
      for (let p = starts[i]!; p < starts[i + 1]!; p++)
        dense.data[i * 90 + ids[p]!] = values[p]! / Math.sqrt(degrees[i]! * degrees[ids[p]!]!);
    }
    const layout = spectralLayout(graph, 2, 0);
    const { vectors } = eigenOf(dense);
    for (const c of [0, 1]) {
      const column = layout.column(c);
      const wave = vectors.row(c + 1);
      const dot = column.reduce((sum, value, i) => sum + value * wave[i]!, 0);
      expect(Math.abs(dot) / Math.hypot(...column) / Math.hypot(...wave)).toBeCloseTo(1, 6);
    }
    const apart = { starts: Int32Array.of(0, 1, 2, 3, 4), ids: Int32Array.of(1, 0, 3, 2), values: new Float64Array(4).fill(1) }; // prettier-ignore
    expect(partsOf(apart).map((part) => [...part])).toEqual([[0, 1], [2, 3]]); // prettier-ignore
  });

  it('lays out digits, and new ones among them, as well as umap-learn does', () => {
    const [model, embedding] = new UMAP().fitTransform(x);
    const [trust, accuracy] = judge(matrixOf('test', embedding));
    expect(trust).toBeGreaterThan(Math.min(...cases.umap.map(([one]) => one!)) - 0.005);
    expect(accuracy).toBeGreaterThan(Math.min(...cases.umap.map(([, one]) => one!)) - 0.01);
    const rows = Array.from({ length: 300 }, (_, i) => 600 + i);
    const classifier = new KNeighborsClassifier().fit(embedding, labels.slice(0, 600));
    const score = classifier.score(model.transform(all.takeRows(rows)), rows.map((i) => labels[i]!)); // prettier-ignore
    expect(score).toBeGreaterThan(Math.min(...cases['umap new']) - 0.01);
    expect(model.transform(x).dataSync()).toEqual(embedding.dataSync());
  });

  it('says what is wrong', () => {
    expect(() => new UMAP().fit(x.takeRows([0, 1, 2]))).toThrow('neighbourhoods of 15 need more samples than that, got 3 samples'); // prettier-ignore
    expect(() => new UMAP({ minDist: 2 })).toThrow(
      'UMAP: minDist must be a finite number at least 0 and at most 1, got 2',
    );
  });
});
