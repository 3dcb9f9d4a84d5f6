/**
 * One tree of histogram boosting: leaf by leaf, the best first, cuts found in histograms of gradients; of two children only the
 * smaller one is counted, the other is the parent less that one. (Ke et al. 2017, LightGBM; Chen and Guestrin 2016, XGBoost.)
 */
import { Matrix } from '../matrix.ts';
import { Tree } from '../trees/tree.ts';
import { BINS, type Bins, GAP } from './bins.ts';
import { type HistogramStore, storeFor, WIDTH } from './histogram-store.ts';

/** What bounds a tree. */
export interface BoostingGrowth {
  readonly learningRate: number;
  readonly maxLeafNodes: number;
  readonly maxDepth: number;
  readonly minSamplesLeaf: number;
  readonly l2: number;
  /** By feature: 1 where predictions may only rise with it, −1 where they may only fall. */
  readonly monotonic: readonly number[];
}

/** Leaves of less second derivative than this are not made. */
const LEAST_HESSIAN = 1e-3;

/**
 * A gain must be larger by this share of itself, and by that of what it is a difference of, to be better. Equal ones differ in
 * their last digits, by the order in which samples were added, and the same samples must give the same tree in any order, or
 * with weights for repetitions: of equals, the first.
 */
const BETTER = 1 + 1e-9;
const NOISE = 1e-12;

interface Cut {
  readonly gain: number;
  readonly feature: number;
  readonly bin: number;
  readonly gapsLeft: boolean;
  readonly left: Sums;
  readonly right: Sums;
}

interface Sums {
  readonly gradient: number;
  readonly hessian: number;
  readonly count: number;
  /** −G / (H + λ), within the bounds. */
  readonly value: number;
}

interface Leaf {
  readonly node: number;
  readonly start: number;
  readonly end: number;
  readonly depth: number;
  readonly sums: Sums;
  readonly low: number;
  readonly high: number;
  readonly histogram: Float64Array;
  readonly cut: Cut | undefined;
}

/** Grows trees over the same samples, one after another. */
export class HistogramGrower {
  /** The codes themselves are in the store. */
  readonly #bins: Omit<Bins, 'codes'>;
  readonly #growth: BoostingGrowth;
  readonly #rows: number;
  readonly #store: HistogramStore;
  readonly #free: Float64Array[] = [];
  readonly #goesLeft = new Uint8Array(BINS);

  constructor(bins: Bins, rows: number, growth: BoostingGrowth) {
    this.#bins = { cuts: bins.cuts, hasGaps: bins.hasGaps };
    this.#growth = growth;
    this.#rows = rows;
    this.#store = storeFor(bins, rows);
  }

  /** Where the first derivatives of the loss go before a tree grows. */
  get gradients(): Float64Array {
    return this.#store.gradients;
  }

  /** Where the second ones go. */
  get hessians(): Float64Array {
    return this.#store.hessians;
  }

  /** To be called after the last tree. */
  release(): void {
    this.#store.release();
  }

  /**
   * A tree against the derivatives, whose predictions are added to `raw`.
   * @param isCurved second derivatives are not all 1 @param raw predictions of the samples, `stride` apart from `offset` on
   */
  grow(isCurved: boolean, raw: Float64Array, stride = 1, offset = 0): Tree {
    const { maxLeafNodes, maxDepth, minSamplesLeaf, learningRate } = this.#growth;
    const { samples, gradients, hessians } = this.#store;
    const nodes = new Nodes();
    for (let i = 0; i < this.#rows; i++) samples[i] = i;
    let [gradient, hessian] = [0, 0];
    for (let i = 0; i < this.#rows; i++) gradient += gradients[i]!;
    if (!isCurved) hessian = this.#rows;
    else for (let i = 0; i < this.#rows; i++) hessian += hessians[i]!;
    const root = this.#sums(gradient, hessian, this.#rows, -Infinity, Infinity);
    const histogram = this.#count(0, this.#rows, isCurved);
    const open: Leaf[] = [];
    const done: Leaf[] = [];
    const place = (leaf: Omit<Leaf, 'cut'>) => {
      const isFinal = leaf.depth >= maxDepth || leaf.end - leaf.start < 2 * minSamplesLeaf;
      const cut = isFinal ? undefined : this.#bestCut(leaf);
      (cut === undefined ? done : open).push({ ...leaf, cut });
    };
    place({ node: nodes.add(root), start: 0, end: this.#rows, depth: 0, sums: root, low: -Infinity, high: Infinity, histogram }); // prettier-ignore
    while (open.length > 0 && open.length + done.length < maxLeafNodes) {
      let best = 0;
      for (let i = 1; i < open.length; i++) if (open[i]!.cut!.gain > BETTER * open[best]!.cut!.gain) best = i;
      const [leaf] = open.splice(best, 1);
      const { node, start, end, depth, low, high, cut } = leaf!;
      const { feature, bin, gapsLeft, left, right } = cut!;
      const middle = this.#partition(cut!, start, end);
      const cuts = this.#bins.cuts[feature]!;
      const [a, b] = nodes.split(node, feature, bin < cuts.length ? cuts[bin]! : Infinity, gapsLeft, left, right);
      const isLeftSmaller = middle - start < end - middle;
      const small = isLeftSmaller ? this.#count(start, middle, isCurved) : this.#count(middle, end, isCurved);
      const large = leaf!.histogram;
      for (let i = 0; i < large.length; i++) large[i]! -= small[i]!;
      const direction = this.#growth.monotonic[feature] ?? 0;
      const border = (left.value + right.value) / 2;
      place({ node: a, start, end: middle, depth: depth + 1, sums: left, histogram: isLeftSmaller ? small : large, low: direction < 0 ? border : low, high: direction > 0 ? border : high }); // prettier-ignore
      place({ node: b, start: middle, end, depth: depth + 1, sums: right, histogram: isLeftSmaller ? large : small, low: direction > 0 ? border : low, high: direction < 0 ? border : high }); // prettier-ignore
    }
    for (const { node, start, end, sums, histogram: used } of [...open, ...done]) {
      const value = learningRate * sums.value;
      nodes.value[node] = value;
      for (let i = start; i < end; i++) raw[samples[i]! * stride + offset]! += value;
      this.#free.push(used);
    }
    return nodes.toTree();
  }

  #sums(gradient: number, hessian: number, count: number, low: number, high: number): Sums {
    const value = -gradient / (hessian + this.#growth.l2 + 1e-15);
    return { gradient, hessian, count, value: Math.min(high, Math.max(low, value)) };
  }

  /** Histograms of some samples: most of the time of boosting is here. */
  #count(start: number, end: number, isCurved: boolean): Float64Array {
    const result = this.#free.pop() ?? new Float64Array(this.#bins.cuts.length * WIDTH);
    this.#store.count(start, end, isCurved, result);
    return result;
  }

  #bestCut(leaf: Omit<Leaf, 'cut'>): Cut | undefined {
    const { cuts, hasGaps } = this.#bins;
    const { sums, low, high, histogram } = leaf;
    const { l2, minSamplesLeaf, monotonic } = this.#growth;
    let best = 0;
    let found: readonly [feature: number, bin: number, gapsLeft: boolean, g: number, h: number, n: number] | undefined;
    const own = sums.value * sums.gradient;
    const isBounded = monotonic.some((direction) => direction !== 0);
    for (let j = 0; j < cuts.length; j++) {
      const base = j * WIDTH;
      const direction = monotonic[j] ?? 0;
      const bins = cuts[j]!.length + 1;
      const gap = base + GAP * 3;
      const withGaps = hasGaps[j]! && histogram[gap + 2]! > 0;
      for (let side = 0; side < (withGaps ? 2 : 1); side++) {
        let g = side === 1 ? histogram[gap]! : 0;
        let h = side === 1 ? histogram[gap + 1]! : 0;
        let n = side === 1 ? histogram[gap + 2]! : 0;
        const last = withGaps && side === 0 ? bins : bins - 1;
        for (let b = 0; b < last; b++) {
          const place = base + b * 3;
          g += histogram[place]!;
          h += histogram[place + 1]!;
          n += histogram[place + 2]!;
          if (n < minSamplesLeaf || h < LEAST_HESSIAN) continue;
          const otherH = sums.hessian - h;
          if (sums.count - n < minSamplesLeaf || otherH < LEAST_HESSIAN) break;
          const otherG = sums.gradient - g;
          let left = -g / (h + l2 + 1e-15);
          let right = -otherG / (otherH + l2 + 1e-15);
          if (isBounded) {
            left = Math.min(high, Math.max(low, left));
            right = Math.min(high, Math.max(low, right));
            if ((right - left) * direction < 0) continue;
          }
          const parted = -left * g - right * otherG;
          const gain = own + parted;
          if (gain > BETTER * best + NOISE * parted) {
            best = gain;
            found = [j, b, side === 1, g, h, n];
          }
        }
      }
    }
    if (found === undefined) return undefined;
    const [feature, bin, gapsLeftOf, g, h, n] = found;
    const left = this.#sums(g, h, n, low, high);
    const right = this.#sums(sums.gradient - g, sums.hessian - h, sums.count - n, low, high);
    // A gap where none was seen goes with the most samples.
    const gapsLeft = hasGaps[feature]! && histogram[feature * WIDTH + GAP * 3 + 2]! > 0 ? gapsLeftOf : n > right.count;
    return { gain: best, feature, bin, gapsLeft, left, right };
  }

  #partition({ feature, bin, gapsLeft }: Cut, start: number, end: number): number {
    const goesLeft = this.#goesLeft;
    goesLeft.fill(1, 0, bin + 1).fill(0, bin + 1);
    goesLeft[GAP] = gapsLeft ? 1 : 0;
    return this.#store.partition(feature, goesLeft, start, end);
  }
}

/** The nodes of a tree while it grows. */
class Nodes {
  readonly feature: number[] = [];
  readonly threshold: number[] = [];
  readonly left: number[] = [];
  readonly right: number[] = [];
  readonly missingLeft: number[] = [];
  readonly value: number[] = [];
  readonly weight: number[] = [];

  add({ count }: Sums): number {
    this.feature.push(-1);
    this.threshold.push(0);
    this.left.push(0);
    this.right.push(0);
    this.missingLeft.push(0);
    this.value.push(0);
    this.weight.push(count);
    return this.feature.length - 1;
  }

  split(
    node: number,
    feature: number,
    threshold: number,
    gapsLeft: boolean,
    left: Sums,
    right: Sums,
  ): readonly [number, number] {
    this.feature[node] = feature;
    this.threshold[node] = threshold;
    this.missingLeft[node] = gapsLeft ? 1 : 0;
    const [a, b] = [this.add(left), this.add(right)];
    this.left[node] = a;
    this.right[node] = b;
    return [a, b];
  }

  toTree(): Tree {
    return new Tree({
      feature: Int32Array.from(this.feature),
      threshold: Float64Array.from(this.threshold),
      left: Int32Array.from(this.left),
      right: Int32Array.from(this.right),
      missingLeft: Uint8Array.from(this.missingLeft),
      value: new Matrix(this.value.length, 1, Float64Array.from(this.value)),
      impurity: new Float64Array(this.value.length),
      weight: Float64Array.from(this.weight),
    });
  }
}
