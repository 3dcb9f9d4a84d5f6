/**
 * How near samples are to each other for t-SNE: normal densities about each sample, as wide as its perplexity asks.
 */
import { Matrix } from '../matrix.ts';
import { distanceOf, type Metric } from '../neighbors/distances.ts';
import { NeighborSearch } from '../neighbors/nearest.ts';
import { type NeighborGraph, symmetric } from './neighbor-graph.ts';

/** Each sample's nearest others, itself left out. @returns (n, k) each, nearest first */
export function nearestOthers(
  x: Matrix,
  k: number,
  metric: Metric = 'euclidean',
): { readonly ids: Int32Array<ArrayBuffer>; readonly distances: Float64Array<ArrayBuffer> } {
  const search = new NeighborSearch(x, distanceOf('manifold', metric), metric === 'euclidean', 'auto');
  const found = search.find(x, k + 1);
  const ids = new Int32Array(x.rows * k);
  const distances = new Float64Array(x.rows * k);
  for (let i = 0; i < x.rows; i++) {
    let kept = 0;
    for (let p = 0; p <= k && kept < k; p++) {
      // Of equal samples another one may come before itself, or push it out.
      if (found.ids[i * (k + 1) + p] === i) continue;
      ids[i * k + kept] = found.ids[i * (k + 1) + p]!;
      distances[i * k + kept++] = found.distances.data[i * (k + 1) + p]!;
    }
  }
  return { ids, distances };
}

/**
 * pᵢⱼ = (p(j|i) + p(i|j)) / 2n over 3 · perplexity neighbours; p(j|i) ∝ exp(−β dᵢⱼ²), β such that its entropy is log(perplexity).
 * @returns symmetric, of sum 1   @see van der Maaten 2014, section 4.1
 */
export function affinities(x: Matrix, perplexity: number): NeighborGraph {
  const k = Math.min(x.rows - 1, Math.floor(3 * perplexity + 1));
  const { ids, distances } = nearestOthers(x, k);
  const values = new Float64Array(x.rows * k);
  const wanted = Math.log(perplexity);
  for (let i = 0; i < x.rows; i++) widthFor(distances, values, i * k, (i + 1) * k, wanted);
  const graph = symmetric(ids, values, k, (forth, back) => forth + back);
  const total = graph.values.reduce((a, b) => a + b, 0);
  return { ...graph, values: graph.values.map((value) => value / total) };
}

/** Bisection for the entropy of one row. */
function widthFor(distances: Float64Array, values: Float64Array, start: number, end: number, wanted: number): void {
  const nearest = distances[start]! ** 2;
  let [low, high, beta] = [0, Infinity, 1];
  for (let step = 0; step < 100; step++) {
    let sum = 0;
    let moment = 0;
    for (let p = start; p < end; p++) {
      // From the nearest on, so that not all of them vanish.
      const d = distances[p]! ** 2 - nearest;
      const value = Math.exp(-beta * d);
      values[p] = value;
      sum += value;
      moment += d * value;
    }
    const entropy = Math.log(sum) + (beta * moment) / sum;
    for (let p = start; p < end; p++) values[p]! /= sum;
    if (Math.abs(entropy - wanted) < 1e-5) return;
    if (entropy > wanted) {
      low = beta;
      beta = high === Infinity ? beta * 2 : (beta + high) / 2;
    } else {
      high = beta;
      beta = (beta + low) / 2;
    }
  }
}
