/**
 * Ways to divide samples into those to learn from and those to test on. A splitter says which rows; rows.ts takes them. Those that
 * keep groups together are in group-splitters.ts.
 */
import { raise, ValueError } from '../../base/errors.ts';
import { encodeLabels } from '../labels.ts';
import { requireNumber, requireWhole } from '../options.ts';
import type { Label, Labels } from '../protocol.ts';
import { Random } from '../random.ts';

/** Rows to learn from and rows to test on. */
export interface Fold {
  readonly train: Int32Array<ArrayBuffer>;
  readonly test: Int32Array<ArrayBuffer>;
}

/** What some splitters need besides the number of samples. */
export interface SplitAbout {
  /** The class of each sample. */
  readonly labels?: Labels;
  /** Samples of one group stay together. */
  readonly groups?: Labels;
}

export interface Splitter {
  /** @throws ValueError if the samples cannot be divided like this */
  split(rows: number, about?: SplitAbout): Fold[];
}

/** @internal Folds from the number of the part that each sample is tested in. */
export function foldsOf(parts: ArrayLike<number>, count: number): Fold[] {
  const rows = Array.from(parts, (_, i) => i);
  return Array.from({ length: count }, (_, k) => ({
    train: Int32Array.from(rows.filter((i) => parts[i] !== k)),
    test: Int32Array.from(rows.filter((i) => parts[i] === k)),
  }));
}

/** @internal */
export function requireFolds(owner: string, folds: number, available: number, what = 'samples'): void {
  if (folds > available)
    raise(new ValueError(`${owner}: ${folds} folds need at least ${folds} ${what}, got ${available}`));
}

export interface KFoldOptions {
  /** Default 5. */
  readonly folds?: number;
  /** Put the samples in random order first. Default false. */
  readonly shuffle?: boolean;
  /** Default 0. */
  readonly seed?: number;
}

/** Parts of one size, one after another. @example new KFold({ folds: 3 }).split(9)[0]!.test // [0, 1, 2] */
export class KFold implements Splitter {
  readonly folds: number;
  readonly shuffle: boolean;
  readonly seed: number;

  constructor({ folds = 5, shuffle = false, seed = 0 }: KFoldOptions = {}) {
    requireWhole('KFold', 'folds', folds, 2);
    this.folds = folds;
    this.shuffle = shuffle;
    this.seed = seed;
  }

  split(rows: number): Fold[] {
    requireFolds('KFold', this.folds, rows);
    const order = this.shuffle ? new Random(this.seed).permutation(rows) : range(0, rows);
    const parts = new Int32Array(rows);
    order.forEach((row, place) => (parts[row] = partOf(place, rows, this.folds)));
    return foldsOf(parts, this.folds);
  }
}

/** The first parts are larger by one where the number does not divide. */
function partOf(place: number, rows: number, folds: number): number {
  const size = Math.floor(rows / folds);
  const larger = rows % folds;
  const boundary = larger * (size + 1);
  return place < boundary ? Math.floor(place / (size + 1)) : larger + Math.floor((place - boundary) / size);
}

/** Parts in which classes are as frequent as in the whole. @throws ValueError without labels, or with fewer samples of every class than folds */
export class StratifiedKFold implements Splitter {
  readonly folds: number;
  readonly shuffle: boolean;
  readonly seed: number;

  constructor({ folds = 5, shuffle = false, seed = 0 }: KFoldOptions = {}) {
    requireWhole('StratifiedKFold', 'folds', folds, 2);
    this.folds = folds;
    this.shuffle = shuffle;
    this.seed = seed;
  }

  split(rows: number, { labels }: SplitAbout = {}): Fold[] {
    if (labels === undefined) raise(new ValueError('StratifiedKFold: the labels of the samples are needed'));
    const { codes } = encodeLabels<Label>('StratifiedKFold', labels, rows);
    // Classes are dealt out in the order in which they first occur.
    const firsts = [...new Set(codes)];
    const sizes = new Map<number, number>(firsts.map((code) => [code, 0]));
    for (const code of codes) sizes.set(code, sizes.get(code)! + 1);
    const sorted = firsts.flatMap((code) => new Array<number>(sizes.get(code)!).fill(code));
    requireFolds('StratifiedKFold', this.folds, Math.max(...sizes.values()), 'samples of one class');
    const random = new Random(this.seed);
    const parts = new Int32Array(rows);
    for (const code of firsts) {
      const places: number[] = [];
      for (let k = 0; k < this.folds; k++) {
        for (let i = k; i < sorted.length; i += this.folds) if (sorted[i] === code) places.push(k);
      }
      const dealt = Int32Array.from(places);
      if (this.shuffle) random.shuffle(dealt);
      let next = 0;
      codes.forEach((one, i) => {
        if (one === code) parts[i] = dealt[next++]!;
      });
    }
    return foldsOf(parts, this.folds);
  }
}

/** Each sample is tested once, by a model of all others. @example new LeaveOneOut().split(3).map((fold) => fold.test[0]) // [0, 1, 2] */
export class LeaveOneOut implements Splitter {
  split(rows: number): Fold[] {
    if (rows < 2) raise(new ValueError(`LeaveOneOut: at least 2 samples are needed, got ${rows}`));
    return Array.from({ length: rows }, (_, i) => ({
      train: range(0, rows - 1).map((k) => (k < i ? k : k + 1)),
      test: Int32Array.of(i),
    }));
  }
}

export interface RepeatedKFoldOptions {
  /** Default 5. */
  readonly folds?: number;
  /** How often all samples are divided anew. Default 10. */
  readonly repeats?: number;
  /** Keep the shares of the classes. Default false. */
  readonly stratify?: boolean;
  /** Default 0. */
  readonly seed?: number;
}

/** K folds, again and again in another order: scores with less chance in them. */
export class RepeatedKFold implements Splitter {
  readonly folds: number;
  readonly repeats: number;
  readonly stratify: boolean;
  readonly seed: number;

  constructor({ folds = 5, repeats = 10, stratify = false, seed = 0 }: RepeatedKFoldOptions = {}) {
    requireWhole('RepeatedKFold', 'folds', folds, 2);
    requireWhole('RepeatedKFold', 'repeats', repeats, 1);
    requireWhole('RepeatedKFold', 'seed', seed);
    this.folds = folds;
    this.repeats = repeats;
    this.stratify = stratify;
    this.seed = seed;
  }

  split(rows: number, about: SplitAbout = {}): Fold[] {
    const random = new Random(this.seed);
    return Array.from({ length: this.repeats }, () => {
      const options = { folds: this.folds, shuffle: true, seed: random.seed() };
      return this.stratify ? new StratifiedKFold(options).split(rows, about) : new KFold(options).split(rows);
    }).flat();
  }
}

export interface TimeSeriesSplitOptions {
  /** Default 5. */
  readonly folds?: number;
  /** Samples left out between training and test. Default 0. */
  readonly gap?: number;
  /** Default: ⌊n / (folds + 1)⌋. */
  readonly testSize?: number;
  /** Learn from the latest so many alone. Default: all. */
  readonly maxTrainSize?: number;
}

/** Samples in order of time: what came before is learned from, what comes next is tested. */
export class TimeSeriesSplit implements Splitter {
  readonly folds: number;
  readonly gap: number;
  readonly testSize: number | undefined;
  readonly maxTrainSize: number | undefined;

  constructor({ folds = 5, gap = 0, testSize, maxTrainSize }: TimeSeriesSplitOptions = {}) {
    requireWhole('TimeSeriesSplit', 'folds', folds, 1);
    requireWhole('TimeSeriesSplit', 'gap', gap);
    if (testSize !== undefined) requireWhole('TimeSeriesSplit', 'testSize', testSize, 1);
    if (maxTrainSize !== undefined) requireWhole('TimeSeriesSplit', 'maxTrainSize', maxTrainSize, 1);
    this.folds = folds;
    this.gap = gap;
    this.testSize = testSize;
    this.maxTrainSize = maxTrainSize;
  }

  split(rows: number): Fold[] {
    const size = this.testSize ?? Math.floor(rows / (this.folds + 1));
    if (size < 1 || rows - this.gap - size * this.folds < 1) {
      raise(
        new ValueError(
          `TimeSeriesSplit: ${rows} samples are too few for ${this.folds} tests of ${Math.max(size, 1)} with a gap of ${this.gap}`,
        ),
      );
    }
    return Array.from({ length: this.folds }, (_, k) => {
      const start = rows - (this.folds - k) * size;
      const end = start - this.gap;
      return { train: range(Math.max(0, end - (this.maxTrainSize ?? end)), end), test: range(start, start + size) };
    });
  }
}

function range(from: number, to: number): Int32Array<ArrayBuffer> {
  return Int32Array.from({ length: to - from }, (_, i) => from + i);
}

export interface ShuffleSplitOptions {
  /** How many divisions. Default 10. */
  readonly splits?: number;
  /** A share below 1, or a number of samples. Default 0.1. */
  readonly testSize?: number;
  /** Default: the rest. */
  readonly trainSize?: number | undefined;
  /** Keep the shares of the classes. Default false. */
  readonly stratify?: boolean;
  /** Default 0. */
  readonly seed?: number;
}

/** Random divisions, each of all samples anew. */
export class ShuffleSplit implements Splitter {
  readonly splits: number;
  readonly testSize: number;
  readonly trainSize: number | undefined;
  readonly stratify: boolean;
  readonly seed: number;

  constructor({ splits = 10, testSize = 0.1, trainSize, stratify = false, seed = 0 }: ShuffleSplitOptions = {}) {
    requireWhole('ShuffleSplit', 'splits', splits, 1);
    requireNumber('ShuffleSplit', 'testSize', testSize, { low: 0, open: true });
    if (trainSize !== undefined) requireNumber('ShuffleSplit', 'trainSize', trainSize, { low: 0, open: true });
    requireWhole('ShuffleSplit', 'seed', seed);
    this.splits = splits;
    this.testSize = testSize;
    this.trainSize = trainSize;
    this.stratify = stratify;
    this.seed = seed;
  }

  split(rows: number, { labels }: SplitAbout = {}): Fold[] {
    const { train, test } = this.sizes(rows);
    if (this.stratify && labels === undefined)
      raise(new ValueError('ShuffleSplit: to stratify, the labels of the samples are needed'));
    return Array.from({ length: this.splits }, (_, k) => {
      const random = new Random(this.seed, k);
      if (this.stratify && labels !== undefined) return stratified(random, labels, rows, train, test);
      const order = random.permutation(rows);
      return { test: order.slice(0, test), train: order.slice(test, test + train) };
    });
  }

  /** @internal How many samples each part has. */
  sizes(rows: number): { readonly train: number; readonly test: number } {
    const test = this.testSize < 1 ? Math.ceil(this.testSize * rows) : this.testSize;
    const { trainSize = rows - test } = this;
    const train = trainSize < 1 ? Math.floor(trainSize * rows) : trainSize;
    if (test < 1 || train < 1 || test + train > rows) {
      raise(new ValueError(`ShuffleSplit: ${rows} samples cannot give ${train} to learn from and ${test} to test on`));
    }
    return { train, test };
  }
}

/** Of each class its share, by largest remainder. */
function stratified(random: Random, labels: Labels, rows: number, train: number, test: number): Fold {
  const { classes, codes } = encodeLabels<Label>('ShuffleSplit', labels, rows);
  const members = classes.map((_, k) => Int32Array.from(Array.from(codes.keys()).filter((i) => codes[i] === k)));
  const small = members.findIndex((own) => own.length < 2);
  if (small >= 0)
    raise(new ValueError(`ShuffleSplit: to stratify, each class needs 2 samples; ${String(classes[small])} has one`));
  const sizes = members.map((own) => own.length);
  const tests = shares(sizes, test, rows);
  const trains = shares(
    sizes.map((size, k) => size - tests[k]!),
    train,
    rows - test,
  );
  const picked = members.map((own, k) => {
    random.shuffle(own);
    return { test: own.slice(0, tests[k]), train: own.slice(tests[k], tests[k]! + trains[k]!) };
  });
  const joined = (part: 'train' | 'test') => {
    const all = Int32Array.from(picked.flatMap((one) => [...one[part]]));
    random.shuffle(all);
    return all;
  };
  return { train: joined('train'), test: joined('test') };
}

function shares(sizes: readonly number[], count: number, total: number): number[] {
  const exact = sizes.map((size) => (size * count) / total);
  const whole = exact.map((x) => Math.floor(x + 1e-9));
  const order = exact.map((_, k) => k).sort((a, b) => exact[b]! - whole[b]! - (exact[a]! - whole[a]!) || a - b);
  for (let rest = count - whole.reduce((a, b) => a + b, 0), k = 0; rest > 0; rest--, k++)
    whole[order[k % order.length]!]! += 1;
  return whole;
}
