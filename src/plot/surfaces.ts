/**
 * Values over a plane: what a classifier decides where, and the height of a loss. The plane is coloured by cells; lines of
 * one height are found by marching squares.
 */
import { raise, ShapeError, ValueError } from '../base/errors.ts';
import { axes, classChannels } from './basic.ts';
import { classesOf, countOf, type Grid, labelsOf, numbersOf, rowsOf, sameLength, type Series } from './numbers.ts'; // prettier-ignore
import { type Plot, type PlotOptions, plotOf } from './plot.ts';
import type { Row, UnitSpec } from './spec.ts';
import { SCHEMES } from './theme.ts';

export interface DecisionBoundaryOptions extends PlotOptions {
  readonly xLabel?: string;
  readonly yLabel?: string;
  /** Cells along each axis. Default: 80. */
  readonly resolution?: number;
  /** The true class of each sample: colour and form of its point. */
  readonly labels: ArrayLike<string | number>;
}

/**
 * What a classifier of two features decides over the plane around the samples, and the samples.
 * @param samples (N, 2)   @param predict classes of (M, 2) points, as a model's `predict` gives   @throws ShapeError, ValueError
 * @example decisionBoundary(x, (points) => model.predict(points), { labels: y })
 */
export function decisionBoundary(
  samples: Grid,
  predict: (points: readonly (readonly number[])[]) => ArrayLike<string | number> | { dataSync(): ArrayLike<number> },
  options: DecisionBoundaryOptions,
): Plot {
  const op = 'decisionBoundary';
  const rows = rowsOf(op, 'samples', samples);
  if (rows[0]!.length !== 2)
    raise(new ShapeError(`${op}: samples must be (N, 2), a plane has two features. Received: (${rows.length}, ${rows[0]!.length})`)); // prettier-ignore
  const labels = labelsOf(op, 'labels', options.labels, rows.length);
  const cells = countOf(op, 'resolution', options.resolution ?? 80, 2);
  const [x, y] = [0, 1].map((axis) =>
    centers(
      rows.map((row) => row[axis]!),
      cells,
    ),
  ) as [Cells, Cells];
  const points = y.at.flatMap((b) => x.at.map((a) => [a, b]));
  const answer = predict(points);
  const decided = Array.from<string | number, string>('dataSync' in answer ? answer.dataSync() : answer, String);
  sameLength(op, 'what predict gives', decided.length, points.length);
  const classes = classesOf([...labels, ...decided]);
  // Equal neighbours along x become one rectangle.
  const areas: Row[] = [];
  y.at.forEach((b, i) => {
    for (let j = 0, start = 0; j < cells; j++) {
      const label = decided[i * cells + j]!;
      if (j + 1 < cells && decided[i * cells + j + 1] === label) continue;
      areas.push({ label, x: x.at[start]! - x.half, x2: x.at[j]! + x.half, y: b - y.half, y2: b + y.half });
      start = j + 1;
    }
  });
  const { color, shape } = classChannels(classes);
  const encoding = { ...planeAxes(x, y, options), ...(color === undefined ? {} : { color }) };
  const layer: UnitSpec[] = [
    {
      data: { values: areas },
      mark: { type: 'rect', opacity: 0.3 },
      encoding: { x2: { field: 'x2' }, y2: { field: 'y2' } },
    },
    {
      data: { values: rows.map(([a, b], i): Row => ({ x: a!, y: b!, label: labels[i]! })) },
      mark: { type: 'point', stroke: 'white', strokeWidth: 0.5, opacity: 1 },
      encoding: shape === undefined ? {} : { shape },
    },
  ];
  const sketch = classes.map((name) => {
    const own = rows.filter((_, i) => labels[i] === name);
    return { name, x: own.map((row) => row[0]!), y: own.map((row) => row[1]!) };
  });
  return plotOf(op, options, { encoding, layer, width: 360, height: 320 }, { kind: 'points', series: sketch });
}

export interface LossSurfaceOptions extends PlotOptions {
  readonly xLabel?: string;
  readonly yLabel?: string;
  /** How many lines of one height. Default: 12. */
  readonly levels?: number;
  /** 'log': levels and colours by the logarithm, for losses that differ by orders of magnitude. Default: 'linear'. */
  readonly scale?: 'linear' | 'log';
  /** A way over the surface, (S, 2), such as an optimizer's. */
  readonly path?: Grid;
}

/**
 * A surface as colours and lines of one height.
 * @param x (C,) rising   @param y (R,) rising   @param heights (R, C), the value at (xⱼ, yᵢ)   @throws ShapeError, ValueError
 * @see Lorensen and Cline 1987, in two dimensions   @example lossSurface(x, y, losses, { path: weights })
 */
export function lossSurface(x: Series, y: Series, heights: Grid, options: LossSurfaceOptions = {}): Plot {
  const op = 'lossSurface';
  const [xs, ys] = [rising(op, 'x', x), rising(op, 'y', y)];
  const raw = rowsOf(op, 'heights', heights);
  if (raw.length !== ys.length || raw[0]!.length !== xs.length)
    raise(new ShapeError(`${op}: heights must be (${ys.length}, ${xs.length}), one for each y and x. Received: (${raw.length}, ${raw[0]!.length})`)); // prettier-ignore
  const isLog = options.scale === 'log';
  if (isLog && raw.some((row) => row.some((value) => value <= 0)))
    raise(new ValueError(`${op}: heights must be positive for a log scale`));
  const rows = isLog ? raw.map((row) => row.map(Math.log10)) : raw;
  const levels = countOf(op, 'levels', options.levels ?? 12);
  const [low, high] = rows.flat().reduce(([a, b], v) => [Math.min(a, v), Math.max(b, v)], [Infinity, -Infinity]);
  const lines = Array.from({ length: levels }, (_, k) => low + ((high - low) * (k + 1)) / (levels + 1)).flatMap(
    (level) => contour(xs, ys, rows, level),
  );
  const [xEdges, yEdges] = [edges(xs), edges(ys)];
  const cells = rows.flatMap((row, i) =>
    row.map((height, j): Row => ({
      x: xEdges[j]!,
      x2: xEdges[j + 1]!,
      y: yEdges[i]!,
      y2: yEdges[i + 1]!,
      height: isLog ? 10 ** height : height,
    })),
  );
  const flat = high > low ? {} : { domain: [low - 0.5, low + 0.5] };
  const layer: UnitSpec[] = [
    {
      data: { values: cells },
      mark: { type: 'rect' },
      encoding: {
        x2: { field: 'x2' },
        y2: { field: 'y2' },
        color: { field: 'height', type: 'quantitative', title: null, scale: { scheme: SCHEMES.sequential, zero: false, ...(isLog ? { type: 'log' } : flat) } }, // prettier-ignore
      },
    },
    {
      data: { values: lines },
      mark: { type: 'rule', color: 'white', opacity: 0.6, strokeWidth: 1 },
      encoding: { x2: { field: 'x2' }, y2: { field: 'y2' } },
    },
  ];
  if (options.path) {
    const path = rowsOf(op, 'path', options.path);
    if (path[0]!.length !== 2) raise(new ShapeError(`${op}: path must be (S, 2). Received: (${path.length}, ${path[0]!.length})`)); // prettier-ignore
    layer.push({
      data: { values: path.map(([a, b], order): Row => ({ x: a!, y: b!, order })) },
      mark: { type: 'line', color: 'white', point: { color: '#D55E00', size: 30 }, strokeWidth: 2 },
      encoding: { order: { field: 'order', type: 'quantitative' } },
    });
  }
  const plane = { half: 0, at: [] };
  const encoding = planeAxes(
    { ...plane, from: xEdges[0]!, to: xEdges.at(-1)! },
    { ...plane, from: yEdges[0]!, to: yEdges.at(-1)! },
    options,
  );
  return plotOf(op, options, { encoding, layer, width: 360, height: 320 }, { kind: 'grid', rows: [...rows].reverse() });
}

/** Pieces of the line where a surface over a grid has one height; a saddle is split by the mean of its corners. */
export function contour(
  x: readonly number[],
  y: readonly number[],
  rows: readonly (readonly number[])[],
  level: number,
): Row[] {
  const pieces: Row[] = [];
  for (let i = 0; i + 1 < y.length; i++) {
    for (let j = 0; j + 1 < x.length; j++) {
      const corners = [rows[i]![j]!, rows[i]![j + 1]!, rows[i + 1]![j + 1]!, rows[i + 1]![j]!];
      const at = [[x[j]!, y[i]!], [x[j + 1]!, y[i]!], [x[j + 1]!, y[i + 1]!], [x[j]!, y[i + 1]!]]; // prettier-ignore
      // Where each of the four sides, from corner k to the next, is crossed.
      const crossings = corners.flatMap((a, k) => {
        const b = corners[(k + 1) % 4]!;
        if (a >= level === b >= level) return [];
        const t = (level - a) / (b - a);
        const [p, q] = [at[k]!, at[(k + 1) % 4]!];
        return [[p[0]! + t * (q[0]! - p[0]!), p[1]! + t * (q[1]! - p[1]!)]];
      });
      const isHigh = corners.reduce((a, b) => a + b, 0) / 4 >= level;
      const pairs = crossings.length === 2 ? [[0, 1]] : crossings.length === 4 ? saddle(isHigh === corners[0]! >= level) : []; // prettier-ignore
      for (const [a, b] of pairs) {
        const [p, q] = [crossings[a!]!, crossings[b!]!];
        pieces.push({ x: p[0]!, y: p[1]!, x2: q[0]!, y2: q[1]! });
      }
    }
  }
  return pieces;
}

/** Which crossings belong together: those around the corners 1 and 3 if the middle is on corner 0's side. */
function saddle(joinsFirst: boolean): number[][] {
  return joinsFirst ? [[0, 1], [2, 3]] : [[3, 0], [1, 2]]; // prettier-ignore
}

interface Cells {
  readonly from: number;
  readonly to: number;
  readonly half: number;
  readonly at: readonly number[];
}

/** Middles of equal cells over the values and a tenth more on both sides. */
function centers(values: readonly number[], count: number): Cells {
  const [low, high] = values.reduce(([a, b], v) => [Math.min(a, v), Math.max(b, v)], [Infinity, -Infinity]);
  const margin = (high - low) / 10 || 0.5;
  const [from, to] = [low - margin, high + margin];
  const half = (to - from) / count / 2;
  return { from, to, half, at: Array.from({ length: count }, (_, i) => from + half * (2 * i + 1)) };
}

function planeAxes(
  x: Cells,
  y: Cells,
  { xLabel = 'x', yLabel = 'y' }: { readonly xLabel?: string; readonly yLabel?: string },
) {
  const base = axes({ xLabel, yLabel });
  const axis = { grid: false };
  return {
    x: { ...base.x, axis, scale: { domain: [x.from, x.to], nice: false } },
    y: { ...base.y, axis, scale: { domain: [y.from, y.to], nice: false } },
  };
}

function rising(op: string, name: string, series: Series): readonly number[] {
  const values = numbersOf(op, name, series);
  const place = values.findIndex((value, i) => i > 0 && value <= values[i - 1]!);
  if (place >= 0 || values.length < 2)
    raise(new ValueError(`${op}: ${name} must be two or more rising numbers${place >= 0 ? `; ${values[place]} at ${place} is not above the one before` : ''}`)); // prettier-ignore
  return values;
}

/** Edges of cells around places: half-way between neighbours. */
function edges(at: readonly number[]): number[] {
  const inner = at.slice(1).map((value, i) => (value + at[i]!) / 2);
  return [at[0]! - (inner[0]! - at[0]!), ...inner, at.at(-1)! + (at.at(-1)! - inner.at(-1)!)];
}
