/**
 * What a split is judged by: Gini's impurity, entropy, squared error, absolute error. Each walks over the samples of a node in
 * the order of one feature and keeps the best cut; the walk is the hot loop of growing trees.
 */
import { placeOf } from './ranks.ts';

/** The best cut of one walk. */
export interface Cut {
  /** Larger is better; only comparable within a node. −Infinity where no cut is allowed. */
  score: number;
  /** How many of the present samples go left. */
  count: number;
}

export interface Criterion {
  /** Numbers that a node predicts. */
  readonly outputs: number;
  /** Of the node entered last. */
  readonly impurity: number;
  readonly weight: number;
  readonly isPure: boolean;
  /** Looks at the samples of a node. */
  enter(samples: Int32Array, start: number, end: number): void;
  /** Writes what the node predicts. */
  predict(out: number[]): void;
  /**
   * The best cut among samples ids[0 … present) in ascending order of `keys`; those up to `total` have gaps, and go left or right.
   */
  walk(ids: Int32Array, keys: Int32Array, present: number, total: number, gapsLeft: boolean, minLeaf: number): Cut;
  /** The score if ids[0 … count) go left and those up to `total` go right. */
  judge(ids: Int32Array, count: number, total: number): number;
  /** Σ weight · impurity of both children, of a cut with this score. */
  remaining(score: number): number;
}

/** Equal but for rounding is not better: the first feature stays. */
function isBetter(score: number, best: number): boolean {
  return score > best + 1e-14 * Math.abs(best) || best === -Infinity;
}

/** 1 − Σ pₖ². */
export class Gini implements Criterion {
  readonly outputs: number;
  impurity = 0;
  weight = 0;
  isPure = false;
  readonly #codes: Int32Array;
  readonly #weights: Float64Array;
  readonly #node: Float64Array;
  readonly #left: Float64Array;
  readonly #right: Float64Array;

  constructor(codes: Int32Array, weights: Float64Array, classes: number) {
    this.outputs = classes;
    this.#codes = codes;
    this.#weights = weights;
    this.#node = new Float64Array(classes);
    this.#left = new Float64Array(classes);
    this.#right = new Float64Array(classes);
  }

  enter(samples: Int32Array, start: number, end: number): void {
    const node = this.#node;
    node.fill(0);
    for (let i = start; i < end; i++) node[this.#codes[samples[i]!]!]! += this.#weights[samples[i]!]!;
    this.weight = node.reduce((a, b) => a + b, 0);
    this.isPure = node.every((count) => count === 0 || count === this.weight);
    this.impurity = 1 - node.reduce((sum, count) => sum + (count / this.weight) ** 2, 0);
  }

  predict(out: number[]): void {
    for (const count of this.#node) out.push(count / this.weight);
  }

  walk(ids: Int32Array, keys: Int32Array, present: number, total: number, gapsLeft: boolean, minLeaf: number): Cut {
    const left = this.#left;
    const right = this.#right;
    const codes = this.#codes;
    const weights = this.#weights;
    left.fill(0);
    right.set(this.#node);
    let weightLeft = 0;
    if (gapsLeft) {
      for (let i = present; i < total; i++) {
        const id = ids[i]!;
        left[codes[id]!]! += weights[id]!;
        right[codes[id]!]! -= weights[id]!;
        weightLeft += weights[id]!;
      }
    }
    let squaresLeft = 0;
    let squaresRight = 0;
    for (let k = 0; k < left.length; k++) {
      squaresLeft += left[k]! * left[k]!;
      squaresRight += right[k]! * right[k]!;
    }
    const extra = gapsLeft ? total - present : 0;
    const all = this.weight;
    const last = gapsLeft || total === present ? present - 1 : present;
    let best = -Infinity;
    let count = 0;
    for (let i = 0; i < last; i++) {
      const id = ids[i]!;
      const code = codes[id]!;
      const w = weights[id]!;
      const l = left[code]!;
      const r = right[code]!;
      squaresLeft += w * (2 * l + w);
      squaresRight -= w * (2 * r - w);
      left[code] = l + w;
      right[code] = r - w;
      weightLeft += w;
      if (i + 1 < present && keys[i + 1] === keys[i]) continue;
      const onLeft = i + 1 + extra;
      if (onLeft < minLeaf || total - onLeft < minLeaf) continue;
      const score = squaresLeft / weightLeft + squaresRight / (all - weightLeft);
      if (isBetter(score, best)) {
        best = score;
        count = i + 1;
      }
    }
    return { score: best, count };
  }

  judge(ids: Int32Array, count: number, total: number): number {
    const left = this.#left.fill(0);
    const right = this.#right.fill(0);
    for (let i = 0; i < count; i++) left[this.#codes[ids[i]!]!]! += this.#weights[ids[i]!]!;
    for (let i = count; i < total; i++) right[this.#codes[ids[i]!]!]! += this.#weights[ids[i]!]!;
    const part = (counts: Float64Array) =>
      counts.reduce((sum, c) => sum + c * c, 0) / counts.reduce((sum, c) => sum + c, 0);
    return part(left) + part(right);
  }

  remaining(score: number): number {
    return this.weight - score;
  }
}

/** −Σ pₖ log₂ pₖ. */
export class Entropy implements Criterion {
  readonly outputs: number;
  impurity = 0;
  weight = 0;
  isPure = false;
  readonly #codes: Int32Array;
  readonly #weights: Float64Array;
  readonly #node: Float64Array;
  readonly #left: Float64Array;
  readonly #right: Float64Array;

  constructor(codes: Int32Array, weights: Float64Array, classes: number) {
    this.outputs = classes;
    this.#codes = codes;
    this.#weights = weights;
    this.#node = new Float64Array(classes);
    this.#left = new Float64Array(classes);
    this.#right = new Float64Array(classes);
  }

  enter(samples: Int32Array, start: number, end: number): void {
    const node = this.#node;
    node.fill(0);
    for (let i = start; i < end; i++) node[this.#codes[samples[i]!]!]! += this.#weights[samples[i]!]!;
    this.weight = node.reduce((a, b) => a + b, 0);
    this.isPure = node.every((count) => count === 0 || count === this.weight);
    this.impurity = -negativeEntropy(node) / this.weight;
  }

  predict(out: number[]): void {
    for (const count of this.#node) out.push(count / this.weight);
  }

  walk(ids: Int32Array, keys: Int32Array, present: number, total: number, gapsLeft: boolean, minLeaf: number): Cut {
    const left = this.#left;
    const right = this.#right;
    const move = (id: number) => {
      const [code, w] = [this.#codes[id]!, this.#weights[id]!];
      left[code]! += w;
      right[code]! -= w;
    };
    left.fill(0);
    right.set(this.#node);
    if (gapsLeft) for (let i = present; i < total; i++) move(ids[i]!);
    const extra = gapsLeft ? total - present : 0;
    const last = gapsLeft || total === present ? present - 1 : present;
    let best = -Infinity;
    let count = 0;
    for (let i = 0; i < last; i++) {
      move(ids[i]!);
      if (i + 1 < present && keys[i + 1] === keys[i]) continue;
      const onLeft = i + 1 + extra;
      if (onLeft < minLeaf || total - onLeft < minLeaf) continue;
      const score = negativeEntropy(left) + negativeEntropy(right);
      if (isBetter(score, best)) {
        best = score;
        count = i + 1;
      }
    }
    return { score: best, count };
  }

  judge(ids: Int32Array, count: number, total: number): number {
    const left = this.#left.fill(0);
    const right = this.#right.fill(0);
    for (let i = 0; i < count; i++) left[this.#codes[ids[i]!]!]! += this.#weights[ids[i]!]!;
    for (let i = count; i < total; i++) right[this.#codes[ids[i]!]!]! += this.#weights[ids[i]!]!;
    return negativeEntropy(left) + negativeEntropy(right);
  }

  remaining(score: number): number {
    return -score;
  }
}

/** Σ cₖ log₂(cₖ / Σ c), which is 0 or below. */
function negativeEntropy(counts: Float64Array): number {
  let total = 0;
  for (let k = 0; k < counts.length; k++) total += counts[k]!;
  let sum = 0;
  for (let k = 0; k < counts.length; k++) if (counts[k]! > 0) sum += counts[k]! * Math.log2(counts[k]! / total);
  return sum;
}

/** Σ w (y − ȳ)² / Σ w, averaged over outputs. */
export class SquaredError implements Criterion {
  readonly outputs: number;
  impurity = 0;
  weight = 0;
  isPure = false;
  #squares = 0;
  readonly #y: Float64Array;
  readonly #weights: Float64Array;
  readonly #sums: Float64Array;
  readonly #left: Float64Array;

  /** @param y (n, outputs) */
  constructor(y: Float64Array, weights: Float64Array, outputs: number) {
    this.outputs = outputs;
    this.#y = y;
    this.#weights = weights;
    this.#sums = new Float64Array(outputs);
    this.#left = new Float64Array(outputs);
  }

  enter(samples: Int32Array, start: number, end: number): void {
    const { outputs } = this;
    const sums = this.#sums.fill(0);
    const y = this.#y;
    const first = samples[start]! * outputs;
    let [weight, squares, isPure] = [0, 0, true];
    for (let i = start; i < end; i++) {
      const id = samples[i]!;
      const w = this.#weights[id]!;
      weight += w;
      for (let k = 0; k < outputs; k++) {
        const value = y[id * outputs + k]!;
        sums[k]! += w * value;
        squares += w * value * value;
        if (value !== y[first + k]) isPure = false;
      }
    }
    this.weight = weight;
    this.isPure = isPure;
    this.#squares = squares;
    const means = sums.reduce((sum, s) => sum + (s / weight) ** 2, 0);
    this.impurity = isPure ? 0 : Math.max(0, (squares / weight - means) / outputs);
  }

  predict(out: number[]): void {
    for (const sum of this.#sums) out.push(sum / this.weight);
  }

  walk(ids: Int32Array, keys: Int32Array, present: number, total: number, gapsLeft: boolean, minLeaf: number): Cut {
    const { outputs, weight } = this;
    const left = this.#left.fill(0);
    const sums = this.#sums;
    const y = this.#y;
    const weights = this.#weights;
    let weightLeft = 0;
    if (gapsLeft) {
      for (let i = present; i < total; i++) {
        weightLeft += weights[ids[i]!]!;
        for (let k = 0; k < outputs; k++) left[k]! += weights[ids[i]!]! * y[ids[i]! * outputs + k]!;
      }
    }
    const extra = gapsLeft ? total - present : 0;
    const last = gapsLeft || total === present ? present - 1 : present;
    let best = -Infinity;
    let count = 0;
    for (let i = 0; i < last; i++) {
      const id = ids[i]!;
      const w = weights[id]!;
      weightLeft += w;
      for (let k = 0; k < outputs; k++) left[k]! += w * y[id * outputs + k]!;
      if (i + 1 < present && keys[i + 1] === keys[i]) continue;
      const onLeft = i + 1 + extra;
      if (onLeft < minLeaf || total - onLeft < minLeaf) continue;
      let score = 0;
      for (let k = 0; k < outputs; k++) {
        const l = left[k]!;
        const r = sums[k]! - l;
        score += (l * l) / weightLeft + (r * r) / (weight - weightLeft);
      }
      if (isBetter(score, best)) {
        best = score;
        count = i + 1;
      }
    }
    return { score: best, count };
  }

  judge(ids: Int32Array, count: number, total: number): number {
    const { outputs } = this;
    const part = (start: number, end: number) => {
      let weight = 0;
      const sums = this.#left.fill(0);
      for (let i = start; i < end; i++) {
        const w = this.#weights[ids[i]!]!;
        weight += w;
        for (let k = 0; k < outputs; k++) sums[k]! += w * this.#y[ids[i]! * outputs + k]!;
      }
      return sums.reduce((sum, s) => sum + (s * s) / weight, 0);
    };
    return part(0, count) + part(count, total);
  }

  remaining(score: number): number {
    return Math.max(0, this.#squares - score) / this.outputs;
  }
}

/** Σ w |y − median| / Σ w. The medians on both sides of every cut come from sums by rank in a binary indexed tree. (Fenwick 1994.) */
export class AbsoluteError implements Criterion {
  readonly outputs = 1;
  impurity = 0;
  weight = 0;
  isPure = false;
  #median = 0;
  readonly #weights: Float64Array;
  readonly #places: Int32Array;
  readonly #values: Float64Array;
  readonly #tree: MedianTree;
  readonly #errors: Float64Array;

  constructor(y: Float64Array, weights: Float64Array) {
    const sorted = y.slice().sort();
    this.#values = sorted.filter((value, i) => i === 0 || value !== sorted[i - 1]);
    this.#places = Int32Array.from(y, (value) => placeOf(this.#values, value));
    this.#weights = weights;
    this.#tree = new MedianTree(this.#values);
    this.#errors = new Float64Array(y.length + 1);
  }

  #add(id: number): void {
    this.#tree.add(this.#places[id]!, this.#weights[id]!);
  }

  enter(samples: Int32Array, start: number, end: number): void {
    const tree = this.#tree;
    tree.clear();
    let [low, high] = [Infinity, -Infinity];
    for (let i = start; i < end; i++) {
      this.#add(samples[i]!);
      low = Math.min(low, this.#places[samples[i]!]!);
      high = Math.max(high, this.#places[samples[i]!]!);
    }
    this.weight = tree.weight;
    this.isPure = low === high;
    this.impurity = this.isPure ? 0 : tree.error() / tree.weight;
    this.#median = tree.median();
  }

  predict(out: number[]): void {
    out.push(this.#median);
  }

  walk(ids: Int32Array, keys: Int32Array, present: number, total: number, gapsLeft: boolean, minLeaf: number): Cut {
    const tree = this.#tree;
    const errors = this.#errors;
    const isCut = (i: number) => i === present || keys[i] !== keys[i - 1];
    const last = gapsLeft || total === present ? present - 1 : present;
    // errors[i]: of the right side where i samples go left.
    tree.clear();
    if (!gapsLeft) for (let i = present; i < total; i++) this.#add(ids[i]!);
    for (let i = present; i >= 1; i--) {
      if (i <= last && isCut(i)) errors[i] = tree.error();
      this.#add(ids[i - 1]!);
    }
    tree.clear();
    if (gapsLeft) for (let i = present; i < total; i++) this.#add(ids[i]!);
    const extra = gapsLeft ? total - present : 0;
    let best = -Infinity;
    let count = 0;
    for (let i = 1; i <= last; i++) {
      this.#add(ids[i - 1]!);
      if (!isCut(i) || i + extra < minLeaf || total - i - extra < minLeaf) continue;
      const score = -(errors[i]! + tree.error());
      if (isBetter(score, best)) {
        best = score;
        count = i;
      }
    }
    return { score: best, count };
  }

  judge(ids: Int32Array, count: number, total: number): number {
    const part = (start: number, end: number) => {
      this.#tree.clear();
      for (let i = start; i < end; i++) this.#add(ids[i]!);
      return this.#tree.error();
    };
    return -(part(0, count) + part(count, total));
  }

  remaining(score: number): number {
    return -score;
  }
}

/** Weights by rank, with prefix sums and medians in logarithmic time. */
class MedianTree {
  weight = 0;
  #moment = 0;
  readonly #values: Float64Array;
  readonly #weights: Float64Array;
  readonly #moments: Float64Array;
  readonly #top: number;

  constructor(values: Float64Array) {
    this.#values = values;
    this.#weights = new Float64Array(values.length + 1);
    this.#moments = new Float64Array(values.length + 1);
    this.#top = 2 ** Math.floor(Math.log2(Math.max(1, values.length)));
  }

  clear(): void {
    this.weight = 0;
    this.#moment = 0;
    this.#weights.fill(0);
    this.#moments.fill(0);
  }

  add(place: number, weight: number): void {
    const moment = weight * this.#values[place]!;
    this.weight += weight;
    this.#moment += moment;
    for (let i = place + 1; i < this.#weights.length; i += i & -i) {
      this.#weights[i]! += weight;
      this.#moments[i]! += moment;
    }
  }

  /** The first place up to which at least `share` of the weight lies (or more, if `above`), and the sums below it. */
  #find(share: number, above: boolean): { place: number; weight: number; moment: number } {
    let [place, weight, moment] = [0, 0, 0];
    for (let step = this.#top; step > 0; step >>= 1) {
      const next = place + step;
      if (next >= this.#weights.length) continue;
      const reached = weight + this.#weights[next]!;
      if (above ? reached <= share : reached < share) {
        place = next;
        weight = reached;
        moment += this.#moments[next]!;
      }
    }
    return { place: Math.min(place, this.#values.length - 1), weight, moment };
  }

  /** The middle of the lower and the upper weighted median. */
  median(): number {
    const half = this.weight / 2;
    return (this.#values[this.#find(half, false).place]! + this.#values[this.#find(half, true).place]!) / 2;
  }

  /** Σ w |y − median|. */
  error(): number {
    if (this.weight === 0) return 0;
    const { place, weight, moment } = this.#find(this.weight / 2, false);
    const median = this.#values[place]!;
    return median * weight - moment + (this.#moment - moment) - median * (this.weight - weight);
  }
}
