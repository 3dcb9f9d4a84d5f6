/**
 * Merging groups two by two: the tree that agglomerative clustering cuts and a dendrogram draws. Nearest-neighbour chains for
 * ward, complete and average, a minimum spanning tree for single: n² steps, n² / 2 distances in memory.
 */
import type { Matrix } from '../matrix.ts';
import { distanceOf, type Metric } from './distance.ts';

/** How far apart two groups are: as their nearest samples, their furthest, the mean of all pairs, or by the rise of the variance. */
export type Linkage = 'ward' | 'complete' | 'average' | 'single';

/** Step i merges groups `left[i]` and `right[i]` into group n + i; groups below n are single samples. */
export interface MergeTree {
  /** (n − 1,) each; left < right. */
  readonly left: Int32Array<ArrayBuffer>;
  readonly right: Int32Array<ArrayBuffer>;
  /** Ascending. */
  readonly heights: Float64Array<ArrayBuffer>;
  /** How many samples the new group has. */
  readonly sizes: Int32Array<ArrayBuffer>;
}

interface Merge {
  readonly a: number;
  readonly b: number;
  readonly height: number;
}

/** The whole tree of n samples. @see Müllner 2011, Modern hierarchical, agglomerative clustering algorithms */
export function mergeTree(x: Matrix, linkage: Linkage, metric: Metric): MergeTree {
  const merges = linkage === 'single' ? spanning(x, metric) : chained(x, linkage, metric);
  merges.sort((p, q) => p.height - q.height);
  return numbered(merges, x.rows);
}

/** Prim: from sample 0, always the nearest one outside. */
function spanning(x: Matrix, metric: Metric): Merge[] {
  const distance = distanceOf(metric);
  const n = x.rows;
  const merges: Merge[] = [];
  const nearest = new Float64Array(n).fill(Infinity);
  const isIn = new Uint8Array(n);
  let current = 0;
  for (let step = 1; step < n; step++) {
    isIn[current] = 1;
    let next = -1;
    for (let i = 0; i < n; i++) {
      if (isIn[i] === 1) continue;
      const d = distance(x, current, x, i);
      if (d < nearest[i]!) nearest[i] = d;
      if (next < 0 || nearest[i]! < nearest[next]!) next = i;
    }
    merges.push({ a: current, b: next, height: nearest[next]! });
    current = next;
  }
  return merges;
}

/** The distance to the union of two groups, by Lance and Williams: of sizes p and q at dp and dq from a group of size r, d apart. */
function update(
  linkage: Exclude<Linkage, 'single'>,
  dp: number,
  dq: number,
  d: number,
  p: number,
  q: number,
  r: number,
): number {
  switch (linkage) {
    case 'complete':
      return Math.max(dp, dq);
    case 'average':
      return (p * dp + q * dq) / (p + q);
    case 'ward':
      return Math.sqrt(Math.max(0, ((p + r) * dp * dp + (q + r) * dq * dq - r * d * d) / (p + q + r)));
  }
}

/** From each group to its nearest, until two are nearest to each other: those merge. */
function chained(x: Matrix, linkage: Exclude<Linkage, 'single'>, metric: Metric): Merge[] {
  const distance = distanceOf(metric);
  const n = x.rows;
  const distances = new Float64Array((n * (n - 1)) / 2);
  const place = (i: number, j: number) => (i < j ? n * i - (i * (i + 1)) / 2 + (j - i - 1) : n * j - (j * (j + 1)) / 2 + (i - j - 1)); // prettier-ignore
  for (let i = 0, at = 0; i < n; i++) for (let j = i + 1; j < n; j++) distances[at++] = distance(x, i, x, j);
  const sizes = new Int32Array(n).fill(1);
  const merges: Merge[] = [];
  const chain: number[] = [];
  while (merges.length < n - 1) {
    if (chain.length === 0) chain.push(sizes.findIndex((size) => size > 0));
    let [a, b, least] = [0, 0, 0];
    for (;;) {
      a = chain.at(-1)!;
      // Of equals the one before, so that the chain comes to an end.
      b = chain.at(-2) ?? -1;
      least = b < 0 ? Infinity : distances[place(a, b)]!;
      // Hot: once a group.
      for (let i = 0; i < n; i++) {
        if (sizes[i] === 0 || i === a) continue;
        const d = distances[place(a, i)]!;
        if (d < least) [least, b] = [d, i];
      }
      if (chain.length > 1 && b === chain.at(-2)) break;
      chain.push(b);
    }
    chain.length -= 2;
    const [low, high] = a < b ? [a, b] : [b, a];
    const [p, q] = [sizes[low]!, sizes[high]!];
    merges.push({ a: low, b: high, height: least });
    sizes[low] = 0;
    sizes[high] = p + q;
    for (let i = 0; i < n; i++) {
      const r = sizes[i]!;
      if (r === 0 || i === high) continue;
      const at = place(i, high);
      distances[at] = update(linkage, distances[place(i, low)]!, distances[at]!, least, p, q, r);
    }
  }
  return merges;
}

/** Merges of samples as merges of groups. */
function numbered(merges: readonly Merge[], n: number): MergeTree {
  const parent = Int32Array.from({ length: 2 * n - 1 }, (_, i) => i);
  const members = new Int32Array(2 * n - 1).fill(1);
  const root = (i: number) => {
    let top = i;
    while (parent[top] !== top) top = parent[top]!;
    while (parent[i] !== top) [i, parent[i]] = [parent[i]!, top];
    return top;
  };
  const [left, right, sizes] = [new Int32Array(n - 1), new Int32Array(n - 1), new Int32Array(n - 1)];
  merges.forEach(({ a, b }, step) => {
    const [p, q] = [root(a), root(b)];
    left[step] = Math.min(p, q);
    right[step] = Math.max(p, q);
    parent[p] = n + step;
    parent[q] = n + step;
    members[n + step] = members[p]! + members[q]!;
    sizes[step] = members[n + step]!;
  });
  return { left, right, heights: Float64Array.from(merges, ({ height }) => height), sizes };
}

/** The group of each sample after the first `steps` merges; groups are numbered as they first come. */
export function labelsAfter({ left, right }: MergeTree, steps: number): Int32Array<ArrayBuffer> {
  const n = left.length + 1;
  const parent = Int32Array.from({ length: n + steps }, (_, i) => i);
  for (let step = steps - 1; step >= 0; step--) {
    // From the last merge on, so that a parent is final before it is passed on.
    parent[left[step]!] = parent[n + step]!;
    parent[right[step]!] = parent[n + step]!;
  }
  const names = new Map<number, number>();
  return Int32Array.from({ length: n }, (_, i) => {
    const top = parent[i]!;
    const name = names.get(top) ?? names.size;
    names.set(top, name);
    return name;
  });
}
