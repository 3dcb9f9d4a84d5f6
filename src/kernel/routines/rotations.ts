/**
 * Plane rotations of a matrix's columns, put off and applied together: four rows at a time stay in the nearest cache for all of them, where one
 * rotation after another would pass over the whole matrix each time.
 */

import { transposed } from './matrix.ts';
import type { Machine } from './machine.ts';
import { Sweeps } from './sweeps.ts';

/** Rotations of vectors, to be added one after another. */
export interface Rotating {
  /** (xᵢ, xⱼ) := (c xᵢ − s xⱼ, s xᵢ + c xⱼ). Cheapest where j is the i of the rotation before. (i and j may be exchanged if s changes its sign.) */
  add(i: number, j: number, c: number, s: number): void;
  /** The vectors, rotated, one in each row. */
  finish(): Float64Array;
}

/** Fewer vectors are rotated in less time than a nest is made in. */
const WORTH_A_NEST = 100;

/** @param vectors (count, width), one in each row */
export function rotationsOf(
  vectors: Float64Array,
  count: number,
  width: number,
  machine: Machine | undefined,
): Rotating {
  return machine !== undefined && count >= WORTH_A_NEST && width >= WORTH_A_NEST
    ? new Sweeps(vectors, count, width, machine)
    : new Rotations(transposed(vectors, count, width), width, count);
}

/** Rotations kept before they are applied; their table stays in the second cache. */
const CAPACITY = 4096;

class Rotations implements Rotating {
  private readonly target: Float64Array;
  private readonly rows: number;
  private readonly stride: number;
  private readonly places = new Int32Array(CAPACITY);
  private readonly cosines = new Float64Array(CAPACITY);
  private readonly sines = new Float64Array(CAPACITY);
  /** Where chains begin, with the column that the first rotation of each has besides its own. */
  private readonly chains = new Int32Array(2 * CAPACITY + 2);
  private count = 0;
  private chainCount = 0;
  private lastPlace = -1;

  /** @param target (rows, stride), whose columns are rotated */
  constructor(target: Float64Array, rows: number, stride: number) {
    this.target = target;
    this.rows = rows;
    this.stride = stride;
  }

  /** In every row; where j is the i of the rotation before, the element they share stays in a register. */
  add(i: number, j: number, c: number, s: number): void {
    if (this.count === 0 || j !== this.lastPlace) {
      this.chains[2 * this.chainCount] = this.count;
      this.chains[2 * this.chainCount + 1] = j;
      this.chainCount++;
    }
    this.lastPlace = i;
    const at = this.count++;
    this.places[at] = i;
    this.cosines[at] = c;
    this.sines[at] = s;
    if (this.count === CAPACITY) this.flush();
  }

  finish(): Float64Array {
    this.flush();
    return transposed(this.target, this.rows, this.stride);
  }

  private flush(): void {
    const { target, rows, stride, places, cosines, sines, chains, chainCount } = this;
    chains[2 * chainCount] = this.count;
    let row = 0;
    for (; row + 4 <= rows; row += 4)
      rotateFour(target, row * stride, stride, places, cosines, sines, chains, chainCount);
    for (; row < rows; row++) rotateOne(target, row * stride, places, cosines, sines, chains, chainCount);
    this.count = 0;
    this.chainCount = 0;
  }
}

/** Hot. */
function rotateFour(
  x: Float64Array,
  r0: number,
  stride: number,
  places: Int32Array,
  cosines: Float64Array,
  sines: Float64Array,
  chains: Int32Array,
  chainCount: number,
): void {
  const r1 = r0 + stride;
  const r2 = r1 + stride;
  const r3 = r2 + stride;
  for (let chain = 0; chain < chainCount; chain++) {
    const end = chains[2 * chain + 2]!;
    let j = chains[2 * chain + 1]!;
    let b0 = x[r0 + j]!;
    let b1 = x[r1 + j]!;
    let b2 = x[r2 + j]!;
    let b3 = x[r3 + j]!;
    for (let k = chains[2 * chain]!; k < end; k++) {
      const i = places[k]!;
      const c = cosines[k]!;
      const s = sines[k]!;
      const a0 = x[r0 + i]!;
      const a1 = x[r1 + i]!;
      const a2 = x[r2 + i]!;
      const a3 = x[r3 + i]!;
      x[r0 + j] = s * a0 + c * b0;
      x[r1 + j] = s * a1 + c * b1;
      x[r2 + j] = s * a2 + c * b2;
      x[r3 + j] = s * a3 + c * b3;
      b0 = c * a0 - s * b0;
      b1 = c * a1 - s * b1;
      b2 = c * a2 - s * b2;
      b3 = c * a3 - s * b3;
      j = i;
    }
    x[r0 + j] = b0;
    x[r1 + j] = b1;
    x[r2 + j] = b2;
    x[r3 + j] = b3;
  }
}

function rotateOne(
  x: Float64Array,
  row: number,
  places: Int32Array,
  cosines: Float64Array,
  sines: Float64Array,
  chains: Int32Array,
  chainCount: number,
): void {
  for (let chain = 0; chain < chainCount; chain++) {
    const end = chains[2 * chain + 2]!;
    let j = chains[2 * chain + 1]!;
    let b = x[row + j]!;
    for (let k = chains[2 * chain]!; k < end; k++) {
      const a = x[row + places[k]!]!;
      x[row + j] = sines[k]! * a + cosines[k]! * b;
      b = cosines[k]! * a - sines[k]! * b;
      j = places[k]!;
    }
    x[row + j] = b;
  }
}
