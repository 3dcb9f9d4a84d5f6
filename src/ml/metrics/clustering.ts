/**
 * Metrics of groups: against known classes, whatever the groups are called, and by the samples alone.
 */
import { raise, ValueError } from '../../base/errors.ts';
import { encodeLabels } from '../labels.ts';
import { Matrix, matrixOf } from '../matrix.ts';
import type { Features, Label, Labels } from '../protocol.ts';
import { logGamma } from '../special.ts';
import { labelPair } from './accuracy.ts';

interface Contingency {
  /** (classes, groups): samples of each class in each group */
  readonly table: Matrix;
  readonly rows: Float64Array;
  readonly columns: Float64Array;
  readonly total: number;
}

function contingency(op: string, truth: Labels, groups: Labels): Contingency {
  const [a, b] = labelPair(op, truth, groups);
  const [x, y] = [encodeLabels<Label>(op, a), encodeLabels<Label>(op, b)];
  const table = new Matrix(x.classes.length, y.classes.length);
  x.codes.forEach((code, i) => (table.data[code * table.columns + y.codes[i]!]! += 1));
  const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0);
  return {
    table,
    rows: Float64Array.from({ length: table.rows }, (_, k) => sum(table.row(k))),
    columns: Float64Array.from({ length: table.columns }, (_, k) => sum(table.column(k))),
    total: a.length,
  };
}

/** Pairs of samples: together in both, only in the classes, only in the groups, in neither. */
function pairCounts(op: string, truth: Labels, groups: Labels) {
  const { table, rows, columns, total } = contingency(op, truth, groups);
  const squares = (values: Float64Array) => values.reduce((sum, n) => sum + n * n, 0);
  const [both, own, other] = [squares(table.data), squares(rows), squares(columns)];
  return {
    together: both - total,
    classOnly: own - both,
    groupOnly: other - both,
    apart: total * total - own - other + both,
  };
}

/** The share of pairs of samples on which classes and groups agree. */
export function randIndex(truth: Labels, groups: Labels): number {
  const { together, classOnly, groupOnly, apart } = pairCounts('randIndex', truth, groups);
  const all = together + classOnly + groupOnly + apart;
  return all === 0 ? 1 : (together + apart) / all;
}

/** The Rand index beyond chance: 0 for random groups, 1 for the classes. (Hubert and Arabie 1985.) @example adjustedRand([0, 0, 1], [5, 5, 7]) // 1 */
export function adjustedRand(truth: Labels, groups: Labels): number {
  const { together: t, classOnly: c, groupOnly: g, apart: a } = pairCounts('adjustedRand', truth, groups);
  if (c === 0 && g === 0) return 1;
  return (2 * (t * a - c * g)) / ((t + c) * (c + a) + (t + g) * (g + a));
}

/** √(precision · recall) over pairs of samples that are together. */
export function fowlkesMallows(truth: Labels, groups: Labels): number {
  const { together, classOnly, groupOnly } = pairCounts('fowlkesMallows', truth, groups);
  return together === 0
    ? 0
    : Math.sqrt(together / (together + classOnly)) * Math.sqrt(together / (together + groupOnly));
}

function entropy(counts: Float64Array, total: number): number {
  return -counts.reduce((sum, n) => (n === 0 ? sum : sum + (n / total) * Math.log(n / total)), 0);
}

function information({ table, rows, columns, total }: Contingency): number {
  let sum = 0;
  for (let i = 0; i < table.rows; i++) {
    for (let j = 0; j < table.columns; j++) {
      const n = table.at(i, j);
      if (n > 0) sum += (n / total) * Math.log((n * total) / (rows[i]! * columns[j]!));
    }
  }
  return Math.max(0, sum);
}

/** I(classes; groups) in nats. */
export function mutualInfo(truth: Labels, groups: Labels): number {
  return information(contingency('mutualInfo', truth, groups));
}

/** I over the mean of both entropies: 0 to 1. */
export function normalizedMutualInfo(truth: Labels, groups: Labels): number {
  const counts = contingency('normalizedMutualInfo', truth, groups);
  const [h, k] = [entropy(counts.rows, counts.total), entropy(counts.columns, counts.total)];
  if (counts.rows.length === counts.columns.length && counts.rows.length === 1) return 1;
  const info = information(counts);
  return info <= 2 ** -52 ? 0 : info / ((h + k) / 2);
}

/** Mutual information beyond chance. (Vinh, Epps and Bailey 2010.) */
export function adjustedMutualInfo(truth: Labels, groups: Labels): number {
  const counts = contingency('adjustedMutualInfo', truth, groups);
  const { rows, columns, total } = counts;
  if (rows.length === columns.length && (rows.length === 1 || rows.length === total)) return 1;
  const expected = expectedInformation(counts);
  const mean = (entropy(rows, total) + entropy(columns, total)) / 2;
  const rest = mean - expected;
  // Rounding must not turn the sign of a vanishing denominator.
  const denominator = rest < 0 ? Math.min(rest, -(2 ** -52)) : Math.max(rest, 2 ** -52);
  return (information(counts) - expected) / denominator;
}

/** E[I] over tables with these margins: hypergeometric. */
function expectedInformation({ rows, columns, total }: Contingency): number {
  const logFactorial = (n: number) => logGamma(n + 1);
  let sum = 0;
  for (const a of rows) {
    for (const b of columns) {
      const fixed =
        logFactorial(a) + logFactorial(b) + logFactorial(total - a) + logFactorial(total - b) - logFactorial(total);
      for (let n = Math.max(1, a + b - total); n <= Math.min(a, b); n++) {
        const chance =
          fixed - logFactorial(n) - logFactorial(a - n) - logFactorial(b - n) - logFactorial(total - a - b + n);
        sum += (n / total) * Math.log((total * n) / (a * b)) * Math.exp(chance);
      }
    }
  }
  return sum;
}

/** 1 − H(class | group) / H(class): each group holds one class. */
export function homogeneity(truth: Labels, groups: Labels): number {
  const counts = contingency('homogeneity', truth, groups);
  const own = entropy(counts.rows, counts.total);
  return own === 0 ? 1 : information(counts) / own;
}

/** 1 − H(group | class) / H(group): each class lies in one group. */
export function completeness(truth: Labels, groups: Labels): number {
  const counts = contingency('completeness', truth, groups);
  const own = entropy(counts.columns, counts.total);
  return own === 0 ? 1 : information(counts) / own;
}

/** The harmonic mean of homogeneity and completeness, completeness counting β times. */
export function vMeasure(truth: Labels, groups: Labels, { beta = 1 }: { readonly beta?: number } = {}): number {
  const [h, c] = [homogeneity(truth, groups), completeness(truth, groups)];
  return h + c === 0 ? 0 : ((1 + beta) * h * c) / (beta * h + c);
}

function grouped(op: string, x: Features, groups: Labels) {
  const samples = matrixOf(op, x);
  const { classes, codes } = encodeLabels(op, groups, samples.rows);
  if (classes.length < 2 || classes.length >= samples.rows) {
    raise(
      new ValueError(
        `${op}: from 2 groups to one fewer than samples are needed, got ${classes.length} for ${samples.rows}`,
      ),
    );
  }
  const sizes = new Float64Array(classes.length);
  const centers = new Matrix(classes.length, samples.columns);
  codes.forEach((code, i) => {
    sizes[code]! += 1;
    samples.row(i).forEach((value, j) => (centers.data[code * samples.columns + j]! += value));
  });
  sizes.forEach((size, k) =>
    centers.row(k).forEach((value, j) => (centers.data[k * samples.columns + j] = value / size)),
  );
  return { samples, codes, sizes, centers, groups: classes.length };
}

function squaredDistance(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < a.length; j++) sum += (a[j]! - b[j]!) ** 2;
  return sum;
}

/** (b − a) / max(a, b) of each sample: a is its mean distance within its group, b that to the nearest other. (Rousseeuw 1987.) */
export function silhouetteSamples(x: Features, groups: Labels): Float64Array<ArrayBuffer> {
  const { samples, codes, sizes, groups: count } = grouped('silhouette', x, groups);
  return Float64Array.from(codes, (own, i) => {
    const sums = new Float64Array(count);
    for (let k = 0; k < samples.rows; k++)
      sums[codes[k]!]! += Math.sqrt(squaredDistance(samples.row(i), samples.row(k)));
    if (sizes[own] === 1) return 0;
    const within = sums[own]! / (sizes[own]! - 1);
    const nearest = sums.reduce((least, sum, k) => (k === own ? least : Math.min(least, sum / sizes[k]!)), Infinity);
    return Math.max(within, nearest) === 0 ? 0 : (nearest - within) / Math.max(within, nearest);
  });
}

/** The mean of `silhouetteSamples`, −1 to 1. */
export function silhouette(x: Features, groups: Labels): number {
  const values = silhouetteSamples(x, groups);
  return values.reduce((a, b) => a + b, 0) / values.length;
}

/** Spread between groups over spread within, each per degree of freedom. (Caliński and Harabasz 1974.) */
export function calinskiHarabasz(x: Features, groups: Labels): number {
  const { samples, codes, sizes, centers, groups: count } = grouped('calinskiHarabasz', x, groups);
  const mean = Float64Array.from(
    { length: samples.columns },
    (_, j) => samples.column(j).reduce((a, b) => a + b, 0) / samples.rows,
  );
  const between = sizes.reduce((sum, size, k) => sum + size * squaredDistance(centers.row(k), mean), 0);
  const within = codes.reduce((sum, code, i) => sum + squaredDistance(samples.row(i), centers.row(code)), 0);
  return within === 0 ? 1 : ((between / within) * (samples.rows - count)) / (count - 1);
}

/** The mean over groups of their likeness to the group most like them: spreads over distance of centres. (Davies and Bouldin 1979.) */
export function daviesBouldin(x: Features, groups: Labels): number {
  const { samples, codes, sizes, centers, groups: count } = grouped('daviesBouldin', x, groups);
  const spread = new Float64Array(count);
  codes.forEach(
    (code, i) => (spread[code]! += Math.sqrt(squaredDistance(samples.row(i), centers.row(code))) / sizes[code]!),
  );
  let sum = 0;
  for (let a = 0; a < count; a++) {
    let worst = 0;
    for (let b = 0; b < count; b++) {
      const distance = Math.sqrt(squaredDistance(centers.row(a), centers.row(b)));
      if (a !== b && distance > 0) worst = Math.max(worst, (spread[a]! + spread[b]!) / distance);
    }
    sum += worst / count;
  }
  return sum;
}
