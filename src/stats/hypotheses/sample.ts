/**
 * What tests of hypotheses take and give. They run on the host in double precision: their answers are single numbers, to be read.
 */
import { raise, ValueError } from '../../base/errors.ts';
import { betainc, betaincc } from '../../kernel/special/incomplete-beta.ts';
import { ndtr } from '../../kernel/special/normal.ts';
import { Tensor } from '../../tensor/tensor.ts';

/** Measurements: a tensor of any shape, or numbers. */
export type Sample = Tensor | ArrayLike<number>;

/** What would speak against the null hypothesis: a difference either way, or a statistic below (above) what it says. */
export type Alternative = 'two-sided' | 'less' | 'greater';

export interface AlternativeOption {
  /** Default two-sided. */
  readonly alternative?: Alternative;
}

/** The outcome of a test. */
export interface TestResult {
  readonly statistic: number;
  /** The probability of a statistic at least as extreme if the null hypothesis holds. */
  readonly pvalue: number;
}

/**
 * The numbers of a sample, as a copy.
 * @throws ValueError for fewer than `least` numbers, and for NaN   @throws TraceError inside a traced function: a test reads values
 */
export function sampleOf(op: string, name: string, x: Sample, least = 1): Float64Array {
  const values = Float64Array.from(x instanceof Tensor ? x.dataSync() : Array.from(x));
  if (values.length < least)
    raise(new ValueError(`${op}: ${name} must have at least ${least} numbers, got ${values.length}`));
  const at = values.findIndex((v) => Number.isNaN(v));
  if (at >= 0) raise(new ValueError(`${op}: ${name} has NaN at place ${at}; leave it out first`));
  return values;
}

/** @throws ValueError unless both have the same length */
export function pairOf(op: string, x: Sample, y: Sample, least: number): [Float64Array, Float64Array] {
  const [a, b] = [sampleOf(op, 'x', x, least), sampleOf(op, 'y', y, least)];
  if (a.length !== b.length)
    raise(new ValueError(`${op}: the samples are paired and must be equally long, got ${a.length} and ${b.length}`));
  return [a, b];
}

/** @throws ValueError unless 0 < level < 1 */
export function checkLevel(op: string, level: number): void {
  if (!(level > 0 && level < 1)) raise(new ValueError(`${op}: level must be between 0 and 1, got ${level}`));
}

export function mean(x: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i]!;
  return sum / x.length;
}

/** Σ (x − mean)² / (n − ddof). */
export function variance(x: ArrayLike<number>, ddof = 1): number {
  const centre = mean(x);
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += (x[i]! - centre) ** 2;
  return sum / (x.length - ddof);
}

/** P(T > t) of Student's t. */
export function tTail(t: number, df: number): number {
  if (df === Infinity) return ndtr(-t);
  const square = t * t;
  const beyond =
    0.5 * (square < df ? betaincc(0.5, df / 2, square / (df + square)) : betainc(df / 2, 0.5, df / (df + square)));
  return t >= 0 ? beyond : 1 - beyond;
}

/** The p-value of a statistic whose distribution is symmetric about 0, from its upper tail. */
export function symmetricP(statistic: number, alternative: Alternative, tail: (x: number) => number): number {
  switch (alternative) {
    case 'two-sided':
      return Math.min(1, 2 * tail(Math.abs(statistic)));
    case 'less':
      return tail(-statistic);
    case 'greater':
      return tail(statistic);
  }
}

export const normalTail = (z: number): number => ndtr(-z);

/** Ranks from 1, equal numbers sharing their mean rank, and how many share each. */
export function rank(x: ArrayLike<number>): { readonly ranks: Float64Array; readonly ties: readonly number[] } {
  const order = Array.from({ length: x.length }, (_, i) => i).sort((a, b) => x[a]! - x[b]!);
  const ranks = new Float64Array(x.length);
  const ties: number[] = [];
  for (let start = 0; start < order.length;) {
    let end = start + 1;
    while (end < order.length && x[order[end]!] === x[order[start]!]) end++;
    for (let i = start; i < end; i++) ranks[order[i]!] = (start + end + 1) / 2;
    ties.push(end - start);
    start = end;
  }
  return { ranks, ties };
}

/** Σ t³ − t over groups of equal numbers. */
export function tieSum(ties: readonly number[]): number {
  return ties.reduce((sum, t) => sum + t ** 3 - t, 0);
}
