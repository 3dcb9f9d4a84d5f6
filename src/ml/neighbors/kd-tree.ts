/**
 * A tree of boxes over points: each half of its parent, cut at the median of the widest feature. Nearest points of a query are
 * found by going down the nearer side first and skipping boxes that are too far. (Bentley 1975; Friedman, Bentley, Finkel 1977.)
 */
import type { Matrix } from '../matrix.ts';
import type { Distance } from './distances.ts';
import type { Nearest } from './nearest.ts';

/** Boxes of at most this many points are searched one by one. */
const LEAF = 24;

/** @see nearest.ts for how it is asked */
export class KDTree {
  readonly #x: Matrix;
  readonly #distance: Distance;
  readonly #order: Int32Array;
  /** By node: its points are order[start … end); its box by feature. */
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  readonly #lefts: number[] = [];
  readonly #rights: number[] = [];
  readonly #low: Float64Array[] = [];
  readonly #high: Float64Array[] = [];

  constructor(x: Matrix, distance: Distance) {
    this.#x = x;
    this.#distance = distance;
    this.#order = Int32Array.from({ length: x.rows }, (_, i) => i);
    this.#build(0, x.rows);
  }

  #build(start: number, end: number): number {
    const { data, columns } = this.#x;
    const node = this.#starts.length;
    const low = new Float64Array(columns).fill(Infinity);
    const high = new Float64Array(columns).fill(-Infinity);
    for (let i = start; i < end; i++) {
      const row = this.#order[i]! * columns;
      for (let j = 0; j < columns; j++) {
        const value = data[row + j]!;
        if (value < low[j]!) low[j] = value;
        if (value > high[j]!) high[j] = value;
      }
    }
    this.#starts.push(start);
    this.#ends.push(end);
    this.#lefts.push(0);
    this.#rights.push(0);
    this.#low.push(low);
    this.#high.push(high);
    let widest = 0;
    for (let j = 1; j < columns; j++) if (high[j]! - low[j]! > high[widest]! - low[widest]!) widest = j;
    if (end - start <= LEAF || high[widest] === low[widest]) return node;
    const part = this.#order.subarray(start, end);
    part.sort((a, b) => data[a * columns + widest]! - data[b * columns + widest]!);
    const middle = (start + end) >>> 1;
    this.#lefts[node] = this.#build(start, middle);
    this.#rights[node] = this.#build(middle, end);
    return node;
  }

  /** Offers the points that may be among the nearest to `nearest`. */
  search(query: Float64Array, nearest: Nearest): void {
    this.#visit(0, this.#gap(0, query), query, nearest);
  }

  /** The reduced distance from a query to the nearest corner or side of a box. */
  #gap(node: number, query: Float64Array): number {
    const [low, high] = [this.#low[node]!, this.#high[node]!];
    const { add } = this.#distance;
    let sum = 0;
    for (let j = 0; j < query.length; j++) {
      const value = query[j]!;
      const outside = value < low[j]! ? low[j]! - value : value > high[j]! ? value - high[j]! : 0;
      if (outside > 0) sum = add(sum, outside);
    }
    return sum;
  }

  #visit(node: number, gap: number, query: Float64Array, nearest: Nearest): void {
    // Rounding may make a box seem further than its points.
    if (gap * (1 - 1e-12) > nearest.worst) return;
    const left = this.#lefts[node]!;
    if (left === 0) {
      const { between } = this.#distance;
      for (let i = this.#starts[node]!; i < this.#ends[node]!; i++) {
        const id = this.#order[i]!;
        nearest.offer(id, between(query, 0, this.#x.data, id * this.#x.columns, query.length));
      }
      return;
    }
    const right = this.#rights[node]!;
    const [toLeft, toRight] = [this.#gap(left, query), this.#gap(right, query)];
    if (toLeft <= toRight) {
      this.#visit(left, toLeft, query, nearest);
      this.#visit(right, toRight, query, nearest);
    } else {
      this.#visit(right, toRight, query, nearest);
      this.#visit(left, toLeft, query, nearest);
    }
  }
}
