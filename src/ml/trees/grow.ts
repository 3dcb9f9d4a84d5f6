/**
 * Growing a tree: node by node, depth first, each cut where its criterion is lowered most, or at random places among a few
 * features. (Breiman, Friedman, Olshen and Stone 1984; random cuts: Geurts, Ernst and Wehenkel 2006.)
 */
import { Matrix } from '../matrix.ts';
import { Random } from '../random.ts';
import type { Criterion } from './criteria.ts';
import { PairSorter, type Ranks } from './ranks.ts';
import { Tree } from './tree.ts';

/** When to stop, and which features to look at. */
export interface Growth {
  readonly maxDepth: number;
  /** Nodes of fewer samples are leaves. */
  readonly minSamplesSplit: number;
  readonly minSamplesLeaf: number;
  readonly minImpurityDecrease: number;
  /** How many features each node looks at. */
  readonly maxFeatures: number;
  /** One random threshold a feature, instead of the best. */
  readonly isRandom: boolean;
  readonly seed: number;
}

interface Split {
  readonly feature: number;
  /** Ranks up to this go left. */
  readonly place: number;
  readonly threshold: number;
  readonly gapsLeft: boolean | undefined;
  readonly score: number;
}

/** A tree over these samples. @param samples their places in `ranks`; reordered on the way */
export function grow(ranks: Ranks, samples: Int32Array, criterion: Criterion, growth: Growth): Tree {
  return new Grower(ranks, samples, criterion, growth).grow();
}

class Grower {
  readonly #ranks: Ranks;
  readonly #samples: Int32Array;
  readonly #criterion: Criterion;
  readonly #growth: Growth;
  readonly #random: Random;
  readonly #order: Int32Array;
  readonly #keys: Int32Array;
  readonly #ids: Int32Array;
  readonly #sorter: PairSorter;

  constructor(ranks: Ranks, samples: Int32Array, criterion: Criterion, growth: Growth) {
    this.#ranks = ranks;
    this.#samples = samples;
    this.#criterion = criterion;
    this.#growth = growth;
    this.#random = new Random(growth.seed);
    this.#order = Int32Array.from({ length: ranks.columns }, (_, j) => j);
    this.#keys = new Int32Array(samples.length);
    this.#ids = new Int32Array(samples.length);
    this.#sorter = new PairSorter(samples.length);
  }

  grow(): Tree {
    const { maxDepth, minSamplesSplit, minSamplesLeaf, minImpurityDecrease } = this.#growth;
    const samples = this.#samples;
    const criterion = this.#criterion;
    const feature: number[] = [];
    const threshold: number[] = [];
    const left: number[] = [];
    const right: number[] = [];
    const missingLeft: number[] = [];
    const value: number[] = [];
    const impurity: number[] = [];
    const weight: number[] = [];
    // Four numbers a waiting node: start, end, depth, and the parent (negative: as its left child).
    const waiting: number[] = [0, samples.length, 0, 0];
    while (waiting.length > 0) {
      const parent = waiting.pop()!;
      const depth = waiting.pop()!;
      const end = waiting.pop()!;
      const start = waiting.pop()!;
      const node = feature.length;
      if (parent < 0) left[-parent - 1] = node;
      else if (parent > 0) right[parent - 1] = node;
      criterion.enter(samples, start, end);
      criterion.predict(value);
      feature.push(-1);
      threshold.push(0);
      left.push(0);
      right.push(0);
      missingLeft.push(0);
      impurity.push(criterion.impurity);
      weight.push(criterion.weight);
      const size = end - start;
      if (criterion.isPure || depth >= maxDepth || size < minSamplesSplit || size < 2 * minSamplesLeaf) continue;
      const split = this.#bestSplit(start, end);
      if (split === undefined) continue;
      const decrease = (criterion.weight * criterion.impurity - criterion.remaining(split.score)) / weight[0]!;
      if (decrease + 2 ** -52 < minImpurityDecrease) continue;
      const middle = this.#partition(split, start, end);
      feature[node] = split.feature;
      threshold[node] = split.threshold;
      // Where no gap was seen, one goes with the most samples: decided below, when the weights are known.
      missingLeft[node] = split.gapsLeft === undefined ? 2 : split.gapsLeft ? 1 : 0;
      waiting.push(middle, end, depth + 1, node + 1, start, middle, depth + 1, -(node + 1));
    }
    for (let node = 0; node < feature.length; node++) {
      if (missingLeft[node] === 2) missingLeft[node] = weight[left[node]!]! > weight[right[node]!]! ? 1 : 0;
    }
    return new Tree({
      feature: Int32Array.from(feature),
      threshold: Float64Array.from(threshold),
      left: Int32Array.from(left),
      right: Int32Array.from(right),
      missingLeft: Uint8Array.from(missingLeft),
      value: new Matrix(feature.length, criterion.outputs, Float64Array.from(value)),
      impurity: Float64Array.from(impurity),
      weight: Float64Array.from(weight),
    });
  }

  #bestSplit(start: number, end: number): Split | undefined {
    const { maxFeatures, isRandom } = this.#growth;
    const order = this.#order;
    const drawsAll = maxFeatures >= order.length && !isRandom;
    let best: Split | undefined;
    let isFound = false;
    for (let drawn = 0; drawn < order.length && (drawn < maxFeatures || !isFound); drawn++) {
      if (!drawsAll) {
        const other = drawn + this.#random.below(order.length - drawn);
        const swapped = order[drawn]!;
        order[drawn] = order[other]!;
        order[other] = swapped;
      }
      const j = order[drawn]!;
      const split = isRandom ? this.#randomCut(j, start, end) : this.#bestCut(j, start, end);
      if (split === undefined) continue;
      isFound = true;
      if (split.score === -Infinity) continue;
      if (best === undefined || split.score > best.score + 1e-14 * Math.abs(best.score)) best = split;
    }
    return best;
  }

  /** Puts the present samples of a node first and those with gaps last. @returns how many are present, and their range */
  #gather(j: number, start: number, end: number): { present: number; low: number; high: number } {
    const places = this.#ranks.places[j]!;
    const gap = this.#ranks.values[j]!.length;
    const samples = this.#samples;
    const [keys, ids] = [this.#keys, this.#ids];
    let present = 0;
    let last = end - start;
    let low = gap;
    let high = -1;
    for (let i = start; i < end; i++) {
      const id = samples[i]!;
      const key = places[id]!;
      if (key === gap) {
        ids[--last] = id;
        continue;
      }
      keys[present] = key;
      ids[present++] = id;
      if (key < low) low = key;
      if (key > high) high = key;
    }
    return { present, low, high };
  }

  /** Undefined where the feature is the same for all. */
  #bestCut(j: number, start: number, end: number): Split | undefined {
    const { present, low, high } = this.#gather(j, start, end);
    const total = end - start;
    if (present === 0 || (present === total && low === high)) return undefined;
    const [keys, ids] = [this.#keys, this.#ids];
    const { minSamplesLeaf } = this.#growth;
    if (low < high) this.#sorter.sort(keys, ids, present, high);
    const values = this.#ranks.values[j]!;
    const criterion = this.#criterion;
    let cut = criterion.walk(ids, keys, present, total, false, minSamplesLeaf);
    let gapsLeft: boolean | undefined = present < total ? false : undefined;
    if (present < total && low < high) {
      const other = criterion.walk(ids, keys, present, total, true, minSamplesLeaf);
      if (other.score > cut.score + 1e-14 * Math.abs(cut.score) || cut.score === -Infinity) {
        cut = other;
        gapsLeft = true;
      }
    }
    if (cut.score === -Infinity) return { feature: j, place: 0, threshold: 0, gapsLeft, score: -Infinity };
    const place = keys[cut.count - 1]!;
    const threshold = cut.count === present ? Infinity : between(values[place]!, values[keys[cut.count]!]!);
    return { feature: j, place, threshold, gapsLeft, score: cut.score };
  }

  #randomCut(j: number, start: number, end: number): Split | undefined {
    const { present, low, high } = this.#gather(j, start, end);
    const total = end - start;
    if (present === 0 || low === high) return undefined;
    const [keys, ids] = [this.#keys, this.#ids];
    const values = this.#ranks.values[j]!;
    const bottom = values[low]!;
    const drawn = bottom + (values[high]! - bottom) * this.#random.uniform();
    const threshold = drawn < values[high]! ? drawn : bottom;
    const gapsLeft = present < total ? this.#random.uniform() < 0.5 : undefined;
    // The last rank whose value is not above the threshold.
    let place = low;
    for (let bound = high; place + 1 < bound;) {
      const middle = (place + bound) >>> 1;
      if (values[middle]! <= threshold) place = middle;
      else bound = middle;
    }
    let count = 0;
    const swap = (a: number, b: number) => {
      const [key, id] = [keys[a]!, ids[a]!];
      keys[a] = keys[b]!;
      ids[a] = ids[b]!;
      keys[b] = key;
      ids[b] = id;
    };
    for (let i = 0; i < present; i++) if (keys[i]! <= place) swap(i, count++);
    if (gapsLeft === true) for (let i = present; i < total; i++) swap(i, count++);
    const { minSamplesLeaf } = this.#growth;
    const isAllowed = count >= minSamplesLeaf && total - count >= minSamplesLeaf;
    const score = isAllowed ? this.#criterion.judge(ids, count, total) : -Infinity;
    return { feature: j, place, threshold, gapsLeft, score };
  }

  #partition({ feature, place, gapsLeft }: Split, start: number, end: number): number {
    const places = this.#ranks.places[feature]!;
    const gap = this.#ranks.values[feature]!.length;
    const samples = this.#samples;
    let middle = start;
    for (let i = start; i < end; i++) {
      const id = samples[i]!;
      const key = places[id]!;
      if (key === gap ? gapsLeft !== true : key > place) continue;
      samples[i] = samples[middle]!;
      samples[middle++] = id;
    }
    return middle;
  }
}

/** The middle of two numbers, below the larger one. */
function between(a: number, b: number): number {
  const middle = a / 2 + b / 2;
  return middle < b ? middle : a;
}
