/**
 * Barnes and Hut's tree over points of 2 or 3 dimensions: cells in halves along every axis, kept in the order in which a walk
 * meets them, so that a walk needs no stack: onwards into a cell, or past it. (Barnes and Hut 1986; van der Maaten 2014.)
 */

/** Cells are not divided any further: points so near each other push as one. */
const DEEPEST = 48;

/** Built anew for each arrangement of the points; its memory is used again. */
export class SpaceTree {
  readonly #dimensions: number;
  readonly #order: Int32Array;
  readonly #scratch: Int32Array;
  /** By point: the cell without parts that it lies in. */
  readonly #home: Int32Array;
  #cells = 0;
  /** By cell: how many points, the cell after all of its parts, and whether it has none. */
  #count = new Float64Array(0);
  #past = new Int32Array(0);
  /** By cell: the mean of its points, then its width squared. */
  #place = new Float64Array(0);

  constructor(points: number, dimensions: 2 | 3) {
    this.#dimensions = dimensions;
    this.#order = Int32Array.from({ length: points }, (_, i) => i);
    this.#scratch = new Int32Array(points);
    this.#home = new Int32Array(points);
    this.#grow(4 * points + 64);
  }

  /** Points in the order of the tree: neighbours are near each other. */
  get order(): Int32Array {
    return this.#order;
  }

  #grow(cells: number): void {
    const stride = this.#dimensions + 1;
    const count = new Float64Array(cells);
    count.set(this.#count);
    const past = new Int32Array(cells);
    past.set(this.#past);
    const place = new Float64Array(cells * stride);
    place.set(this.#place);
    this.#count = count;
    this.#past = past;
    this.#place = place;
  }

  /** @param y (points, dimensions) */
  build(y: Float64Array): void {
    const d = this.#dimensions;
    const n = this.#order.length;
    const low = [Infinity, Infinity, Infinity];
    const high = [-Infinity, -Infinity, -Infinity];
    for (let p = 0; p < n * d; p++) {
      const axis = p % d;
      low[axis] = Math.min(low[axis]!, y[p]!);
      high[axis] = Math.max(high[axis]!, y[p]!);
    }
    let width = 0;
    for (let axis = 0; axis < d; axis++) width = Math.max(width, high[axis]! - low[axis]!);
    this.#cells = 0;
    const middle = low.map((value, axis) => (value + high[axis]!) / 2);
    this.#add(y, 0, n, middle[0]!, middle[1]!, d === 3 ? middle[2]! : 0, width, 0);
  }

  #add(
    y: Float64Array,
    start: number,
    end: number,
    cx: number,
    cy: number,
    cz: number,
    width: number,
    depth: number,
  ): void {
    const d = this.#dimensions;
    const stride = d + 1;
    const cell = this.#cells++;
    if (cell >= this.#past.length) this.#grow(2 * cell);
    const order = this.#order;
    let [sx, sy, sz] = [0, 0, 0];
    let isOne = true;
    const first = order[start]! * d;
    for (let p = start; p < end; p++) {
      const at = order[p]! * d;
      sx += y[at]!;
      sy += y[at + 1]!;
      if (y[at] !== y[first] || y[at + 1] !== y[first + 1]) isOne = false;
      if (d === 3) {
        sz += y[at + 2]!;
        if (y[at + 2] !== y[first + 2]) isOne = false;
      }
    }
    const count = end - start;
    const isLeaf = isOne || depth >= DEEPEST;
    this.#count[cell] = count;
    const place = this.#place;
    place[cell * stride] = isOne ? y[first]! : sx / count;
    place[cell * stride + 1] = isOne ? y[first + 1]! : sy / count;
    if (d === 3) place[cell * stride + 2] = isOne ? y[first + 2]! : sz / count;
    // A cell without parts is never walked into: it is as good as far away.
    place[cell * stride + d] = isLeaf ? 0 : width * width;
    if (isLeaf) {
      for (let p = start; p < end; p++) this.#home[order[p]!] = cell;
    } else {
      const half = width / 2;
      const quarter = width / 4;
      const afterX = this.#halve(y, start, end, 0, cx);
      for (let a = 0; a < 2; a++) {
        const [fromX, toX] = a === 0 ? [start, afterX] : [afterX, end];
        if (fromX === toX) continue;
        const nextX = cx + (a === 0 ? -quarter : quarter);
        const afterY = this.#halve(y, fromX, toX, 1, cy);
        for (let b = 0; b < 2; b++) {
          const [fromY, toY] = b === 0 ? [fromX, afterY] : [afterY, toX];
          if (fromY === toY) continue;
          const nextY = cy + (b === 0 ? -quarter : quarter);
          if (d === 2) {
            this.#add(y, fromY, toY, nextX, nextY, 0, half, depth + 1);
            continue;
          }
          const afterZ = this.#halve(y, fromY, toY, 2, cz);
          if (fromY < afterZ) this.#add(y, fromY, afterZ, nextX, nextY, cz - quarter, half, depth + 1);
          if (afterZ < toY) this.#add(y, afterZ, toY, nextX, nextY, cz + quarter, half, depth + 1);
        }
      }
    }
    this.#past[cell] = this.#cells;
  }

  /** Puts points below the border first, both sides in the order they were in. @returns where the others begin */
  #halve(y: Float64Array, start: number, end: number, axis: number, border: number): number {
    const d = this.#dimensions;
    const order = this.#order;
    const scratch = this.#scratch;
    let low = start;
    let others = 0;
    for (let p = start; p < end; p++) {
      const point = order[p]!;
      if (y[point * d + axis]! < border) order[low++] = point;
      else scratch[others++] = point;
    }
    for (let p = 0; p < others; p++) order[low + p] = scratch[p]!;
    return low;
  }

  /**
   * What pushes each point away: Fᵢ = Σⱼ qᵢⱼ² (yᵢ − yⱼ) with q = 1 / (1 + |yᵢ − yⱼ|²), where a cell that is narrower than `angle`
   * times its distance counts as its points in one place. @param force written @returns Σᵢⱼ qᵢⱼ, i ≠ j. Hot.
   */
  push(y: Float64Array, angle: number, force: Float64Array): number {
    return this.#dimensions === 2 ? this.#push2(y, angle, force) : this.#push3(y, angle, force);
  }

  #push2(y: Float64Array, angle: number, force: Float64Array): number {
    const order = this.#order;
    const home = this.#home;
    const count = this.#count;
    const past = this.#past;
    const place = this.#place;
    const cells = this.#cells;
    const wide = 1 / (angle * angle);
    let total = 0;
    for (let p = 0; p < order.length; p++) {
      const i = order[p]!;
      const x0 = y[2 * i]!;
      const x1 = y[2 * i + 1]!;
      const own = home[i]!;
      let f0 = 0;
      let f1 = 0;
      let sum = 0;
      let cell = 0;
      while (cell < cells) {
        const d0 = x0 - place[3 * cell]!;
        const d1 = x1 - place[3 * cell + 1]!;
        const distance = d0 * d0 + d1 * d1;
        if (place[3 * cell + 2]! * wide < distance || past[cell] === cell + 1) {
          const q = 1 / (1 + distance);
          const mass = (cell === own ? count[cell]! - 1 : count[cell]!) * q;
          sum += mass;
          const pull = mass * q;
          f0 += pull * d0;
          f1 += pull * d1;
          cell = past[cell]!;
        } else cell++;
      }
      force[2 * i] = f0;
      force[2 * i + 1] = f1;
      total += sum;
    }
    return total;
  }

  #push3(y: Float64Array, angle: number, force: Float64Array): number {
    const order = this.#order;
    const count = this.#count;
    const past = this.#past;
    const place = this.#place;
    const wide = 1 / (angle * angle);
    let total = 0;
    for (let p = 0; p < order.length; p++) {
      const i = order[p]!;
      const own = this.#home[i]!;
      let [f0, f1, f2] = [0, 0, 0];
      let cell = 0;
      while (cell < this.#cells) {
        const d0 = y[3 * i]! - place[4 * cell]!;
        const d1 = y[3 * i + 1]! - place[4 * cell + 1]!;
        const d2 = y[3 * i + 2]! - place[4 * cell + 2]!;
        const distance = d0 * d0 + d1 * d1 + d2 * d2;
        if (place[4 * cell + 3]! * wide < distance || past[cell] === cell + 1) {
          const q = 1 / (1 + distance);
          const mass = (cell === own ? count[cell]! - 1 : count[cell]!) * q;
          total += mass;
          f0 += mass * q * d0;
          f1 += mass * q * d1;
          f2 += mass * q * d2;
          cell = past[cell]!;
        } else cell++;
      }
      force[3 * i] = f0;
      force[3 * i + 1] = f1;
      force[3 * i + 2] = f2;
    }
    return total;
  }
}
