/**
 * The k nearest samples of each query: by one product of matrices on the engine and a selection, or by a tree of boxes.
 */
import { Matrix } from '../matrix.ts';
import { productTransposed } from '../products.ts';
import type { Distance } from './distances.ts';
import { KDTree } from './kd-tree.ts';

/** The k best offers so far, nearest first; of equals, the first sample. */
export class Nearest {
  readonly ids: Int32Array;
  readonly reduced: Float64Array;
  #count = 0;

  constructor(k: number) {
    this.ids = new Int32Array(k);
    this.reduced = new Float64Array(k).fill(Infinity);
  }

  /** An offer above this is of no use. */
  get worst(): number {
    return this.reduced[this.reduced.length - 1]!;
  }

  clear(): void {
    this.#count = 0;
    this.reduced.fill(Infinity);
  }

  /** Hot. */
  offer(id: number, reduced: number): void {
    const { ids, reduced: list } = this;
    const last = list.length - 1;
    if (this.#count > last && (reduced > list[last]! || (reduced === list[last] && id > ids[last]!))) return;
    let i = Math.min(this.#count, last);
    for (; i > 0 && (list[i - 1]! > reduced || (list[i - 1] === reduced && ids[i - 1]! > id)); i--) {
      list[i] = list[i - 1]!;
      ids[i] = ids[i - 1]!;
    }
    list[i] = reduced;
    ids[i] = id;
    if (this.#count <= last) this.#count++;
  }
}

/** How neighbours are looked for. `auto`: the tree for up to 15 features and many samples, as far as it helps. */
export type Algorithm = 'auto' | 'brute' | 'kdTree';

/** (queries, k) each, nearest first. */
export interface Neighbors {
  readonly ids: Int32Array<ArrayBuffer>;
  readonly distances: Matrix;
}

/** Looks for neighbours among the same samples again and again. */
export class NeighborSearch {
  readonly #x: Matrix;
  readonly #distance: Distance;
  readonly #tree: KDTree | undefined;
  readonly #byProduct: boolean;

  /** @param isEuclidean then large searches may go through the engine */
  constructor(x: Matrix, distance: Distance, isEuclidean: boolean, algorithm: Algorithm) {
    this.#x = x;
    this.#distance = distance;
    const usesTree = algorithm === 'kdTree' || (algorithm === 'auto' && x.columns <= 15 && x.rows >= 64);
    this.#tree = usesTree ? new KDTree(x, distance) : undefined;
    this.#byProduct = isEuclidean;
  }

  find(queries: Matrix, k: number): Neighbors {
    const ids = new Int32Array(queries.rows * k);
    const distances = new Matrix(queries.rows, k);
    const nearest = new Nearest(k);
    const keep = (i: number) => {
      ids.set(nearest.ids, i * k);
      for (let j = 0; j < k; j++) distances.data[i * k + j] = this.#distance.finish(nearest.reduced[j]!);
      nearest.clear();
    };
    if (this.#tree !== undefined) {
      for (let i = 0; i < queries.rows; i++) {
        this.#tree.search(queries.row(i), nearest);
        keep(i);
      }
    } else if (this.#byProduct) this.#findByProduct(queries, nearest, keep);
    else {
      const { data, rows, columns } = this.#x;
      for (let i = 0; i < queries.rows; i++) {
        const query = queries.row(i);
        for (let p = 0; p < rows; p++) nearest.offer(p, this.#distance.between(query, 0, data, p * columns, columns));
        keep(i);
      }
    }
    return { ids, distances };
  }

  /** The k nearest others of each sample that is searched among. @param k less than there are */
  findOthers(k: number): Neighbors {
    const found = this.find(this.#x, k + 1);
    const ids = new Int32Array(this.#x.rows * k);
    const distances = new Matrix(this.#x.rows, k);
    for (let i = 0; i < this.#x.rows; i++) {
      const start = i * (k + 1);
      const at = found.ids.subarray(start, start + k + 1).indexOf(i);
      // Among more than k samples alike it may not even be there.
      const own = at < 0 ? k : at;
      for (let m = 0; m < k; m++) {
        const from = start + (m < own ? m : m + 1);
        ids[i * k + m] = found.ids[from]!;
        distances.data[i * k + m] = found.distances.data[from]!;
      }
    }
    return { ids, distances };
  }

  /**
   * |q − x|² = |q|² + |x|² − 2 q·x, a block of queries at a time. That loses digits where points are near each other, so it only
   * says who may be among the nearest; their distances are then taken as they are.
   */
  #findByProduct(queries: Matrix, nearest: Nearest, keep: (i: number) => void): void {
    const x = this.#x;
    const { rows, columns } = x;
    const norms = squaresOf(x);
    const largest = norms.reduce((a, b) => Math.max(a, b), 0);
    const k = nearest.ids.length;
    const rough = new Nearest(k);
    const block = Math.max(1, Math.min(256, Math.floor(4_000_000 / rows)));
    for (let start = 0; start < queries.rows; start += block) {
      const end = Math.min(queries.rows, start + block);
      const part = queries.takeRows(Array.from({ length: end - start }, (_, i) => start + i));
      const products = productTransposed(part, x).data;
      const own = squaresOf(part);
      for (let i = 0; i < part.rows; i++) {
        rough.clear();
        const offset = i * rows;
        let worst = Infinity;
        for (let p = 0; p < rows; p++) {
          const reduced = norms[p]! - 2 * products[offset + p]!;
          if (reduced > worst) continue;
          rough.offer(p, reduced);
          worst = rough.worst;
        }
        const limit = worst + 1e-13 * (columns + 4) * (largest + own[i]!);
        const query = part.row(i);
        for (let p = 0; p < rows; p++) {
          if (norms[p]! - 2 * products[offset + p]! <= limit)
            nearest.offer(p, this.#distance.between(query, 0, x.data, p * columns, columns));
        }
        keep(start + i);
      }
    }
  }
}

function squaresOf(x: Matrix): Float64Array {
  const result = new Float64Array(x.rows);
  for (let i = 0; i < x.rows; i++) for (let j = 0; j < x.columns; j++) result[i]! += x.at(i, j) ** 2;
  return result;
}
