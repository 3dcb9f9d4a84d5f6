/**
 * Splitters that keep the samples of a group together, so that a model is tested on groups (patients, users, places) that it has
 * never met.
 */
import { raise, ValueError } from '../../base/errors.ts';
import { type Encoded, encodeLabels } from '../labels.ts';
import { requireWhole } from '../options.ts';
import type { Label } from '../protocol.ts';
import { Random } from '../random.ts';
import { type Fold, foldsOf, type KFoldOptions, requireFolds, type SplitAbout, type Splitter } from './splitters.ts';

function groupsOf(owner: string, rows: number, { groups }: SplitAbout): Encoded<Label> {
  if (groups === undefined) raise(new ValueError(`${owner}: the groups of the samples are needed`));
  return encodeLabels<Label>(owner, groups, rows);
}

/** Parts of about one size in which each group lies whole. @throws ValueError without groups, or with fewer than folds */
export class GroupKFold implements Splitter {
  readonly folds: number;

  constructor({ folds = 5 }: Pick<KFoldOptions, 'folds'> = {}) {
    requireWhole('GroupKFold', 'folds', folds, 2);
    this.folds = folds;
  }

  split(rows: number, about: SplitAbout = {}): Fold[] {
    const { classes, codes } = groupsOf('GroupKFold', rows, about);
    requireFolds('GroupKFold', this.folds, classes.length, 'groups');
    const sizes = new Int32Array(classes.length);
    for (const code of codes) sizes[code]! += 1;
    const loads = new Float64Array(this.folds);
    const partOfGroup = new Int32Array(classes.length);
    // The largest first, each to the part that has least.
    for (const group of Array.from(sizes.keys()).sort((a, b) => sizes[b]! - sizes[a]! || b - a)) {
      const lightest = loads.indexOf(Math.min(...loads));
      partOfGroup[group] = lightest;
      loads[lightest]! += sizes[group]!;
    }
    return foldsOf(
      codes.map((code) => partOfGroup[code]!),
      this.folds,
    );
  }
}

/** One group is tested at a time, in ascending order of their labels. @throws ValueError without groups, or with fewer than two */
export class LeaveOneGroupOut implements Splitter {
  split(rows: number, about: SplitAbout = {}): Fold[] {
    const { classes, codes } = groupsOf('LeaveOneGroupOut', rows, about);
    if (classes.length < 2) raise(new ValueError('LeaveOneGroupOut: at least 2 groups are needed, got 1'));
    return foldsOf(codes, classes.length);
  }
}

/**
 * Parts in which each group lies whole and classes are about as frequent as in the whole: groups are dealt out one by one, those
 * whose classes are most uneven first, each to the part where classes then lie most evenly over parts.
 * @throws ValueError without groups or labels, or with fewer groups, or samples of every class, than folds
 */
export class StratifiedGroupKFold implements Splitter {
  readonly folds: number;
  readonly shuffle: boolean;
  readonly seed: number;

  constructor({ folds = 5, shuffle = false, seed = 0 }: KFoldOptions = {}) {
    requireWhole('StratifiedGroupKFold', 'folds', folds, 2);
    requireWhole('StratifiedGroupKFold', 'seed', seed);
    this.folds = folds;
    this.shuffle = shuffle;
    this.seed = seed;
  }

  split(rows: number, about: SplitAbout = {}): Fold[] {
    const owner = 'StratifiedGroupKFold';
    const { classes: groups, codes: groupCodes } = groupsOf(owner, rows, about);
    if (about.labels === undefined) raise(new ValueError(`${owner}: the labels of the samples are needed`));
    const { classes, codes } = encodeLabels<Label>(owner, about.labels, rows);
    requireFolds(owner, this.folds, groups.length, 'groups');
    const totals = new Float64Array(classes.length);
    const counts = groups.map(() => new Float64Array(classes.length));
    codes.forEach((code, i) => {
      totals[code]! += 1;
      counts[groupCodes[i]!]![code]! += 1;
    });
    requireFolds(owner, this.folds, Math.max(...totals), 'samples of one class');
    const order = this.shuffle
      ? Array.from(new Random(this.seed).permutation(groups.length))
      : groups.map((_, group) => group);
    const unevenness = counts.map(deviation);
    const loads = Array.from({ length: this.folds }, () => new Float64Array(classes.length));
    const partOfGroup = new Int32Array(groups.length);
    for (const group of order.toSorted((a, b) => unevenness[b]! - unevenness[a]!)) {
      const part = mostEven(loads, counts[group]!, totals);
      partOfGroup[group] = part;
      counts[group]!.forEach((n, k) => (loads[part]![k]! += n));
    }
    return foldsOf(
      groupCodes.map((code) => partOfGroup[code]!),
      this.folds,
    );
  }
}

/** The part that, with these samples put to it, leaves the shares of classes least different between parts; of equals the smallest. */
function mostEven(loads: readonly Float64Array[], added: Float64Array, totals: Float64Array): number {
  let [best, least, smallest] = [0, Infinity, Infinity];
  loads.forEach((load, part) => {
    const spread = totals.reduce((sum, total, k) => {
      const shares = loads.map((own, p) => (own[k]! + (p === part ? added[k]! : 0)) / total);
      return sum + deviation(shares) / totals.length;
    }, 0);
    const size = load.reduce((a, b) => a + b, 0);
    const isLevel = Math.abs(spread - least) <= 1e-8 + 1e-5 * least;
    if (spread < least || (isLevel && size < smallest)) [best, least, smallest] = [part, spread, size];
  });
  return best;
}

function deviation(values: ArrayLike<number>): number {
  let [sum, squares] = [0, 0];
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  const mean = sum / values.length;
  for (let i = 0; i < values.length; i++) squares += (values[i]! - mean) ** 2;
  return Math.sqrt(squares / values.length);
}
