/**
 * Metrics of orders: each row is a list of items with how relevant they are and how they were scored.
 */
import { raise, ShapeError, ValueError } from '../../base/errors.ts';
import { type Matrix, matrixOf } from '../matrix.ts';
import type { Features, FitOptions } from '../protocol.ts';
import { weightsOf } from '../targets.ts';

interface Lists {
  readonly relevance: Matrix;
  readonly scores: Matrix;
  readonly weights: Float64Array | undefined;
}

function listsOf(op: string, relevance: Features, scores: Features, { sampleWeight }: FitOptions): Lists {
  const a = matrixOf(op, relevance, { name: 'relevance' });
  const b = matrixOf(op, scores, { name: 'scores' });
  if (a.rows !== b.rows || a.columns !== b.columns) {
    raise(new ShapeError(`${op}: relevance is (${a.shape.join(', ')}), scores are (${b.shape.join(', ')})`));
  }
  return { relevance: a, scores: b, weights: weightsOf(op, sampleWeight, a.rows) };
}

function meanOverRows(
  { relevance, scores, weights }: Lists,
  value: (relevance: Float64Array, scores: Float64Array) => number,
): number {
  let [sum, total] = [0, 0];
  for (let i = 0; i < relevance.rows; i++) {
    const weight = weights?.[i] ?? 1;
    sum += weight * value(relevance.row(i), scores.row(i));
    total += weight;
  }
  return sum / total;
}

export interface RankOptions extends FitOptions {
  /** Only so many items from the top count. Default: all. */
  readonly k?: number;
}

/** Items of one score share the mean relevance of their places. (McSherry and Najork 2008.) */
function gain(relevance: Float64Array, scores: Float64Array, k: number): number {
  const order = Array.from(scores.keys()).sort((a, b) => scores[b]! - scores[a]!);
  let sum = 0;
  for (let start = 0; start < order.length;) {
    let end = start;
    while (end < order.length && scores[order[end]!] === scores[order[start]!]) end++;
    let [worth, discount] = [0, 0];
    for (let place = start; place < end; place++) {
      worth += relevance[order[place]!]!;
      if (place < k) discount += 1 / Math.log2(place + 2);
    }
    sum += (worth / (end - start)) * discount;
    start = end;
  }
  return sum;
}

/** Discounted cumulative gain: Σ relevance / log₂(place + 1), places from 1 by falling score, averaged over rows. @param relevance (n, items) @param scores (n, items) */
export function dcg(relevance: Features, scores: Features, { k = Infinity, ...options }: RankOptions = {}): number {
  return meanOverRows(listsOf('dcg', relevance, scores, options), (r, s) => gain(r, s, k));
}

/** dcg over that of the best order; 0 for a row without anything relevant. @example ndcg([[3, 0, 1]], [[0.9, 0.1, 0.4]]) // 1 */
export function ndcg(relevance: Features, scores: Features, { k = Infinity, ...options }: RankOptions = {}): number {
  const lists = listsOf('ndcg', relevance, scores, options);
  if (lists.relevance.data.some((value) => value < 0)) raise(new ValueError('ndcg: relevance must be 0 or more'));
  return meanOverRows(lists, (r, s) => {
    const sorted = r.slice().sort().reverse();
    const best = sorted.reduce((sum, value, place) => (place < k ? sum + value / Math.log2(place + 2) : sum), 0);
    return best === 0 ? 0 : gain(r, s, k) / best;
  });
}

/** Mean of 1 / (place of the first relevant item); 0 for a row without one. Items of one score: the later counts as ahead. */
export function mrr(relevance: Features, scores: Features, options: FitOptions = {}): number {
  return meanOverRows(listsOf('mrr', relevance, scores, options), (r, s) => {
    let best = Infinity;
    r.forEach((value, j) => {
      if (value > 0)
        best = Math.min(
          best,
          s.reduce((place, score, i) => place + Number(score > s[j]! || (score === s[j]! && i > j)), 1),
        );
    });
    return 1 / best;
  });
}

/** How far down the list one has to go to meet all relevant items, on average. */
export function coverageError(relevance: Features, scores: Features, options: FitOptions = {}): number {
  return meanOverRows(listsOf('coverageError', relevance, scores, options), (r, s) => {
    const lowest = r.reduce((least, value, j) => (value > 0 ? Math.min(least, s[j]!) : least), Infinity);
    return s.reduce((n, score) => n + Number(score >= lowest), 0);
  });
}

/** For each relevant item, the share of relevant ones among those scored at least as high, averaged. */
export function labelRankingAveragePrecision(relevance: Features, scores: Features, options: FitOptions = {}): number {
  return meanOverRows(listsOf('labelRankingAveragePrecision', relevance, scores, options), (r, s) => {
    const relevant = Array.from(r.keys()).filter((j) => r[j]! > 0);
    if (relevant.length === 0 || relevant.length === r.length) return 1;
    const shares = relevant.map((j) => {
      const ahead = s.reduce((n, score) => n + Number(score >= s[j]!), 0);
      return relevant.filter((i) => s[i]! >= s[j]!).length / ahead;
    });
    return shares.reduce((a, b) => a + b, 0) / shares.length;
  });
}

/** The share of pairs of a relevant and another item that stand in the wrong order, ties included. */
export function labelRankingLoss(relevance: Features, scores: Features, options: FitOptions = {}): number {
  return meanOverRows(listsOf('labelRankingLoss', relevance, scores, options), (r, s) => {
    let [wrong, pairs] = [0, 0];
    for (let a = 0; a < r.length; a++) {
      for (let b = 0; b < r.length; b++) {
        if (!(r[a]! > 0 && r[b]! <= 0)) continue;
        pairs++;
        if (s[a]! <= s[b]!) wrong++;
      }
    }
    return pairs === 0 ? 0 : wrong / pairs;
  });
}
