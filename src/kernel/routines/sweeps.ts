/**
 * Plane rotations of neighbouring vectors, put off and applied together by a machine: a nest whose innermost loop is one sweep of
 * rotations, each passing one of its two vectors on to the next in registers. Sweeps of one direction go together; where a sweep does
 * not reach, it rotates by nothing.
 */
import { NestBuilder } from '../builder.ts';
import type { Nest } from '../nest.ts';
import type { Machine } from './machine.ts';

/** Sweeps applied in one run of a nest. */
const SWEEPS = 16;
/** Vector registers side by side, which share the sines and cosines. */
const WIDTH = 4;
/** Lengths of nests are multiples of it, so that there are few of them. */
const LENGTH = 64;
/** Where windows begin: at whole vectors of any machine. */
const STEP = 8;

/** One way: each rotation after the first has a neighbour of the one before. */
interface Sweep {
  /** The vector with which the first rotation begins. */
  readonly start: number;
  readonly cosines: number[];
  readonly sines: number[];
}

type Direction = 1 | -1;
type Apply = ReturnType<Machine['prepare']>;

const prepared = new WeakMap<Machine, Map<string, Apply>>();

export class Sweeps {
  private readonly machine: Machine;
  private readonly count: number;
  private readonly width: number;
  private readonly stride: number;
  private readonly rows: number;
  private readonly vectors: Float64Array<ArrayBuffer>;
  private readonly table: Float64Array<ArrayBuffer>;
  private sweeps: Sweep[] = [];
  private direction: Direction = 1;
  private last = -1;

  /** @param vectors (count, width), copied */
  constructor(vectors: Float64Array, count: number, width: number, machine: Machine) {
    this.machine = machine;
    this.count = count;
    this.width = width;
    this.stride = roundUp(width, WIDTH * machine.lanes);
    this.rows = roundUp(count, LENGTH);
    this.vectors = machine.allocate(this.rows * this.stride);
    this.table = machine.allocate(SWEEPS * this.rows * 2);
    for (let i = 0; i < count; i++) this.vectors.set(vectors.subarray(i * width, (i + 1) * width), i * this.stride);
  }

  /** (xᵢ, xⱼ) := (c xᵢ − s xⱼ, s xᵢ + c xⱼ). */
  add(i: number, j: number, c: number, s: number): void {
    const direction = i - j;
    if (direction !== 1 && direction !== -1) {
      this.flush();
      this.rotate(i, j, c, s);
      return;
    }
    if (direction !== this.direction) this.flush();
    this.direction = direction;
    let sweep = this.sweeps.at(-1);
    if (sweep === undefined || j !== this.last) {
      if (this.sweeps.length === SWEEPS) this.flush();
      sweep = { start: j, cosines: [], sines: [] };
      this.sweeps.push(sweep);
    }
    sweep.cosines.push(c);
    sweep.sines.push(s);
    this.last = i;
  }

  /** The vectors (count, width), rotated. */
  finish(): Float64Array {
    this.flush();
    const result = new Float64Array(this.count * this.width);
    for (let i = 0; i < this.count; i++)
      result.set(this.vectors.subarray(i * this.stride, i * this.stride + this.width), i * this.width);
    return result;
  }

  private rotate(i: number, j: number, c: number, s: number): void {
    const { vectors, stride } = this;
    for (let k = 0; k < this.width; k++) {
      const [a, b] = [vectors[i * stride + k]!, vectors[j * stride + k]!];
      vectors[i * stride + k] = c * a - s * b;
      vectors[j * stride + k] = s * a + c * b;
    }
  }

  private flush(): void {
    const { sweeps, direction, stride } = this;
    if (sweeps.length === 0) return;
    const ends = sweeps.map(({ start, cosines }) => start + direction * cosines.length);
    const low = Math.min(...ends, ...sweeps.map(({ start }) => start));
    const high = Math.max(...ends, ...sweeps.map(({ start }) => start));
    const reach = roundUp(high + 1 - (low - (low % STEP)), LENGTH);
    const base = Math.min(low - (low % STEP), this.rows - reach);
    const table = this.table.subarray(0, SWEEPS * reach * 2);
    for (let i = 0; i < table.length; i += 2) {
      table[i] = 1;
      table[i + 1] = 0;
    }
    sweeps.forEach(({ start, cosines, sines }, sweep) => {
      cosines.forEach((c, k) => {
        // The rotation of vectors p and p + 1 stands at p.
        const p = start - base + (direction > 0 ? k : -k - 1);
        table[2 * (sweep * reach + p)] = c;
        table[2 * (sweep * reach + p) + 1] = sines[k]!;
      });
    });
    this.nest(reach)(this.vectors.subarray(base * stride, (base + reach) * stride), table);
    this.sweeps = [];
  }

  private nest(length: number): Apply {
    const { machine, direction, stride } = this;
    const known = prepared.get(machine) ?? new Map<string, Apply>();
    prepared.set(machine, known);
    const key = `${direction} ${length} ${stride}`;
    let apply = known.get(key);
    if (apply === undefined) {
      apply = machine.prepare(sweepNest(machine.lanes, direction, length, stride), [
        length * stride,
        SWEEPS * length * 2,
      ]);
      known.set(key, apply);
    }
    return apply;
  }
}

/** SWEEPS sweeps over `length` vectors, from the first on or from the last. */
function sweepNest(lanes: number, direction: Direction, length: number, stride: number): Nest {
  const builder = new NestBuilder(lanes);
  const vectors = builder.slot('f64', 'readwrite');
  const table = builder.slot('f64', 'read');
  const strips = stride / (WIDTH * lanes);
  const strip = builder.open(strips);
  const sweep = builder.open(SWEEPS);
  const first = direction > 0 ? 0 : length - 1;
  const across = { loop: strip, by: WIDTH * lanes };
  const carried = Array.from({ length: WIDTH }, () => builder.register('f64'));
  const at = (row: number, v: number, loop?: number) => ({
    slot: vectors,
    at: {
      constant: row * stride + v * lanes,
      terms: [across, ...(loop === undefined ? [] : [{ loop, by: direction * stride }])],
    },
    step: 1,
    active: lanes,
  });
  carried.forEach((register, v) => builder.assign(register, { op: 'load', element: 'f64', access: at(first, v) }));
  const turn = builder.open(length - 1);
  const [cosine, sine] = [0, 1].map((which) =>
    builder.set('f64', {
      op: 'load',
      element: 'f64',
      access: {
        slot: table,
        at: {
          constant: 2 * (direction > 0 ? 0 : length - 2) + which,
          terms: [
            { loop: sweep, by: 2 * length },
            { loop: turn, by: 2 * direction },
          ],
        },
        step: 0,
        active: lanes,
      },
    }),
  ) as [number, number];
  carried.forEach((b, v) => {
    const a = builder.set('f64', { op: 'load', element: 'f64', access: at(first + direction, v, turn) });
    const left = builder.fma('fma', cosine, b, builder.binary('mul', sine, a));
    builder.store('f64', at(first, v, turn), left);
    builder.assign(b, { op: 'fnma', a: sine, b, c: builder.binary('mul', cosine, a) });
  });
  builder.close();
  carried.forEach((register, v) => builder.store('f64', at(first + direction * (length - 1), v), register));
  builder.close();
  builder.close();
  const work = 6 * WIDTH * lanes * strips * SWEEPS * length;
  return builder.finish('sweeps of rotations', { parallel: true, work });
}

function roundUp(x: number, by: number): number {
  return Math.ceil(x / by) * by;
}
