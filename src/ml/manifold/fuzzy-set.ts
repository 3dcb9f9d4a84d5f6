/**
 * UMAP's fuzzy sets: how far each sample is connected with those near it. (McInnes, Healy and Melville 2018, section 3.1 and
 * algorithms 2 and 3.)
 */
import { type NeighborGraph, symmetric } from './neighbor-graph.ts';

/** Sizes of neighbourhoods are not below this share of the mean distance. */
const LEAST = 1e-3;

/** By sample: the distance up to which others count as fully connected, and how fast that fades. */
export interface Fading {
  readonly rho: Float64Array<ArrayBuffer>;
  readonly sigma: Float64Array<ArrayBuffer>;
}

/**
 * ρ, the distance of the nearest other, and σ such that Σⱼ exp(−max(0, dⱼ − ρ) / σ) = log₂(k + 1).
 * @param distances (n, k), nearest first, without the samples themselves
 * @param isNew samples that are laid out among others: nothing counts as fully connected, ρ is 0
 */
export function fading(distances: Float64Array, k: number, isNew = false): Fading {
  const n = distances.length / k;
  const rho = new Float64Array(n);
  const sigma = new Float64Array(n);
  const mean = distances.reduce((a, b) => a + b, 0) / (n * (k + 1));
  const wanted = Math.log2(k + 1);
  for (let i = 0; i < n; i++) {
    const own = distances.subarray(i * k, (i + 1) * k);
    rho[i] = isNew ? 0 : (own.find((d) => d > 0) ?? 0);
    let [low, high, scale] = [0, Infinity, 1];
    for (let step = 0; step < 64; step++) {
      let sum = 0;
      for (let p = 0; p < k; p++) {
        const d = own[p]! - rho[i]!;
        sum += d > 0 ? Math.exp(-d / scale) : 1;
      }
      if (Math.abs(sum - wanted) < 1e-5) break;
      if (sum > wanted) {
        high = scale;
        scale = (low + high) / 2;
      } else {
        low = scale;
        scale = high === Infinity ? scale * 2 : (low + high) / 2;
      }
    }
    const around = rho[i]! > 0 ? own.reduce((a, b) => a + b, 0) / (k + 1) : mean;
    sigma[i] = Math.max(scale, LEAST * around);
  }
  return { rho, sigma };
}

/** exp(−max(0, d − ρ) / σ) for each neighbour. */
export function memberships(distances: Float64Array, k: number, { rho, sigma }: Fading): Float64Array<ArrayBuffer> {
  return Float64Array.from(distances, (d, p) => {
    const i = Math.floor(p / k);
    return d <= rho[i]! || sigma[i] === 0 ? 1 : Math.exp(-(d - rho[i]!) / sigma[i]!);
  });
}

/** Connected where either side says so: a + b − a b. */
export function fuzzyUnion(ids: Int32Array, values: Float64Array, k: number): NeighborGraph {
  return symmetric(ids, values, k, (forth, back) => forth + back - forth * back);
}

/**
 * a and b of 1 / (1 + a d^(2b)), nearest to 1 up to minDist and exp(−(d − minDist) / spread) from there on: Gauss and Newton's
 * steps, shortened where they go too far.
 */
export function curveFor(minDist: number, spread: number): { readonly a: number; readonly b: number } {
  const places = Array.from({ length: 300 }, (_, i) => (3 * spread * i) / 299);
  const wanted = places.map((d) => (d < minDist ? 1 : Math.exp(-(d - minDist) / spread)));
  const errors = (a: number, b: number) =>
    places.reduce((sum, d, i) => sum + (1 / (1 + a * d ** (2 * b)) - wanted[i]!) ** 2, 0);
  let [a, b, damping] = [1, 1, 1e-3];
  let error = errors(a, b);
  for (let step = 0; step < 200; step++) {
    let [aa, ab, bb, ra, rb] = [0, 0, 0, 0, 0];
    places.forEach((d, i) => {
      if (d === 0) return;
      const power = d ** (2 * b);
      const q = 1 / (1 + a * power);
      const slopeA = -q * q * power;
      const slopeB = -q * q * a * power * 2 * Math.log(d);
      const rest = wanted[i]! - q;
      aa += slopeA * slopeA;
      ab += slopeA * slopeB;
      bb += slopeB * slopeB;
      ra += slopeA * rest;
      rb += slopeB * rest;
    });
    const [pa, pb] = [aa * (1 + damping), bb * (1 + damping)];
    const determinant = pa * pb - ab * ab;
    const nextA = a + (pb * ra - ab * rb) / determinant;
    const nextB = b + (pa * rb - ab * ra) / determinant;
    const nextError = nextA > 0 && nextB > 0 ? errors(nextA, nextB) : Infinity;
    if (nextError < error) {
      const isDone = error - nextError < 1e-15 * error;
      [a, b, error, damping] = [nextA, nextB, nextError, damping / 10];
      if (isDone) break;
    } else {
      damping *= 10;
      if (damping > 1e12) break;
    }
  }
  return { a, b };
}
