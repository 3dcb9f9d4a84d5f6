/**
 * Centres of groups: which is nearest to a sample, and where to begin. k-means and mini-batch k-means stand on this.
 */
import { raise, ShapeError } from '../../base/errors.ts';
import { formatShape } from '../../base/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { Matrix, matrixOf } from '../matrix.ts';
import type { Features } from '../protocol.ts';
import { Random } from '../random.ts';

/** `k-means++` draws centres far apart, `random` draws samples; or the centres themselves. */
export type CenterInit = 'k-means++' | 'random' | Features;

/** Products of fewer multiplications than this are done here. */
const SMALL = 400_000;

/** Samples, and the same on the engine where they are many. */
export class Assigner {
  readonly x: Matrix;
  #onEngine: Tensor | undefined;

  constructor(x: Matrix) {
    this.x = x;
  }

  /**
   * The nearest centre of each sample, of equals the first: argmin ‖c‖² − 2 x·c.
   * @param distances filled with squared distances, if given
   */
  nearest(centers: Matrix, distances?: Float64Array): Int32Array<ArrayBuffer> {
    const { x } = this;
    const labels = new Int32Array(x.rows);
    const k = centers.rows;
    const half = Float64Array.from({ length: k }, (_, c) => 0.5 * squareOf(centers.row(c)));
    if (x.rows * x.columns * k >= SMALL) {
      this.#onEngine ??= x.toTensor();
      const products = this.#onEngine.matmul(centers.transpose().toTensor()).dataSync();
      // Hot: once a sample and centre.
      for (let i = 0; i < x.rows; i++) {
        let best = 0;
        let least = half[0]! - products[i * k]!;
        for (let c = 1; c < k; c++) {
          const value = half[c]! - products[i * k + c]!;
          if (value < least) {
            least = value;
            best = c;
          }
        }
        labels[i] = best;
      }
    } else {
      // Hot: once a sample, centre and feature.
      const width = x.columns;
      for (let i = 0; i < x.rows; i++) {
        let best = 0;
        let least = Infinity;
        for (let c = 0; c < k; c++) {
          let value = half[c]!;
          for (let j = 0; j < width; j++) value -= x.data[i * width + j]! * centers.data[c * width + j]!;
          if (value < least) {
            least = value;
            best = c;
          }
        }
        labels[i] = best;
      }
    }
    if (distances !== undefined) {
      for (let i = 0; i < x.rows; i++) distances[i] = squaredDistance(x, i, centers, labels[i]!);
    }
    return labels;
  }
}

function squareOf(row: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < row.length; j++) sum += row[j]! * row[j]!;
  return sum;
}

/** ‖a_i − b_j‖². */
export function squaredDistance(a: Matrix, i: number, b: Matrix, j: number): number {
  const width = a.columns;
  let sum = 0;
  for (let k = 0; k < width; k++) {
    const difference = a.data[i * width + k]! - b.data[j * width + k]!;
    sum += difference * difference;
  }
  return sum;
}

/** Checks that there are more samples than groups. @throws ShapeError */
export function requireSamples(op: string, rows: number, clusters: number): void {
  if (rows < clusters) raise(new ShapeError(`${op}: ${clusters} groups need as many samples, X has ${rows}`));
}

/** The centres to begin with. @param x centred by `mean`, which is taken from given centres too */
export function firstCenters(
  op: string,
  x: Matrix,
  clusters: number,
  init: CenterInit,
  weights: Float64Array | undefined,
  mean: Float64Array,
  random: Random,
): Matrix {
  if (init === 'k-means++') return plusPlus(x, clusters, weights, random);
  if (init === 'random') return x.takeRows(random.permutation(x.rows).subarray(0, clusters));
  const given = matrixOf(op, init, { name: 'init' });
  if (given.rows !== clusters || given.columns !== x.columns) {
    raise(
      new ShapeError(
        `${op}: init must be ${clusters} centres of ${x.columns} features, got shape ${formatShape(given.shape)}`,
      ),
    );
  }
  return new Matrix(
    clusters,
    x.columns,
    given.data.map((value, k) => value - mean[k % x.columns]!),
  );
}

/**
 * k-means++: each centre is drawn with a chance that grows with the squared distance to those already there; of a few draws the one
 * that lowers the sum most is kept. @see Arthur and Vassilvitskii 2007
 */
export function plusPlus(x: Matrix, clusters: number, weights: Float64Array | undefined, random: Random): Matrix {
  const n = x.rows;
  const trials = 2 + Math.floor(Math.log(clusters));
  const centers = new Matrix(clusters, x.columns);
  const first = draw(
    Float64Array.from({ length: n }, (_, i) => weights?.[i] ?? 1),
    random,
  );
  centers.row(0).set(x.row(first));
  let nearest = Float64Array.from({ length: n }, (_, i) => squaredDistance(x, i, x, first) * (weights?.[i] ?? 1));
  for (let c = 1; c < clusters; c++) {
    let bestSum = Infinity;
    let best = 0;
    let bestNearest = nearest;
    for (let trial = 0; trial < trials; trial++) {
      const candidate = draw(nearest, random);
      let sum = 0;
      const closer = new Float64Array(n);
      for (let i = 0; i < n; i++) {
        const distance = squaredDistance(x, i, x, candidate) * (weights?.[i] ?? 1);
        closer[i] = Math.min(distance, nearest[i]!);
        sum += closer[i]!;
      }
      if (sum < bestSum) {
        bestSum = sum;
        best = candidate;
        bestNearest = closer;
      }
    }
    nearest = bestNearest;
    centers.row(c).set(x.row(best));
  }
  return centers;
}

/** A place drawn with chances in proportion; any place where all are 0. */
function draw(chances: Float64Array, random: Random): number {
  let total = 0;
  for (let i = 0; i < chances.length; i++) total += chances[i]!;
  if (!(total > 0)) return random.below(chances.length);
  let rest = random.uniform() * total;
  let last = 0;
  for (let i = 0; i < chances.length; i++) {
    if (chances[i]! <= 0) continue;
    last = i;
    rest -= chances[i]!;
    if (rest < 0) return i;
  }
  return last;
}
