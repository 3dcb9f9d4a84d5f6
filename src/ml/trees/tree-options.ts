/**
 * Options that single trees and forests share, and what they come to for given samples.
 */
import { requireNumber, requireOneOf, requireWhole } from '../options.ts';
import { raise, ValueError } from '../../base/errors.ts';
import { AbsoluteError, type Criterion, Entropy, Gini, SquaredError } from './criteria.ts';
import type { Growth } from './grow.ts';

/** All, √features, log₂ features, a whole number from 1, or a share below 1. */
export type MaxFeatures = 'all' | 'sqrt' | 'log2' | number;

export interface TreeOptions {
  /** Default: until leaves are pure. */
  readonly maxDepth?: number | undefined;
  /** Nodes of fewer samples are leaves. Default 2. */
  readonly minSamplesSplit?: number | undefined;
  /** Default 1. */
  readonly minSamplesLeaf?: number | undefined;
  /** A split must lower the impurity, weighted by the node's share of all samples, by this. Default 0. */
  readonly minImpurityDecrease?: number | undefined;
  /** How many features each node looks at. */
  readonly maxFeatures?: MaxFeatures | undefined;
  /** Cost-complexity pruning: what a leaf must bring. Default 0, none. */
  readonly ccpAlpha?: number | undefined;
  /** For the features that are looked at, thresholds and bootstraps. Default 0. */
  readonly seed?: number | undefined;
}

export type ClassCriterion = 'gini' | 'entropy';
export type TargetCriterion = 'squaredError' | 'absoluteError';

/** Options with their defaults. */
export interface TreeSettings {
  readonly maxDepth: number | undefined;
  readonly minSamplesSplit: number;
  readonly minSamplesLeaf: number;
  readonly minImpurityDecrease: number;
  readonly maxFeatures: MaxFeatures;
  readonly ccpAlpha: number;
  readonly seed: number;
}

/** @throws ValueError for an option out of its range */
export function treeSettings(owner: string, options: TreeOptions, maxFeatures: MaxFeatures): TreeSettings {
  const settings = {
    maxDepth: options.maxDepth,
    minSamplesSplit: options.minSamplesSplit ?? 2,
    minSamplesLeaf: options.minSamplesLeaf ?? 1,
    minImpurityDecrease: options.minImpurityDecrease ?? 0,
    maxFeatures: options.maxFeatures ?? maxFeatures,
    ccpAlpha: options.ccpAlpha ?? 0,
    seed: options.seed ?? 0,
  };
  if (settings.maxDepth !== undefined) requireWhole(owner, 'maxDepth', settings.maxDepth, 1);
  requireWhole(owner, 'minSamplesSplit', settings.minSamplesSplit, 2);
  requireWhole(owner, 'minSamplesLeaf', settings.minSamplesLeaf, 1);
  requireNumber(owner, 'minImpurityDecrease', settings.minImpurityDecrease, { low: 0 });
  requireNumber(owner, 'ccpAlpha', settings.ccpAlpha, { low: 0 });
  requireWhole(owner, 'seed', settings.seed);
  requireFeatures(owner, settings.maxFeatures);
  return settings;
}

function requireFeatures(owner: string, value: MaxFeatures): void {
  if (typeof value !== 'number') requireOneOf(owner, 'maxFeatures', value, ['all', 'sqrt', 'log2']);
  else if (!(value > 0) || (value >= 1 && !Number.isInteger(value))) {
    raise(new ValueError(`${owner}: maxFeatures must be a whole number from 1 or a share below 1, got ${value}`));
  }
}

/** What the settings come to for samples of so many features. */
export function growthFor(settings: TreeSettings, features: number, isRandom: boolean, seed: number): Growth {
  return {
    maxDepth: settings.maxDepth ?? Infinity,
    minSamplesSplit: settings.minSamplesSplit,
    minSamplesLeaf: settings.minSamplesLeaf,
    minImpurityDecrease: settings.minImpurityDecrease,
    maxFeatures: featureCount(settings.maxFeatures, features),
    isRandom,
    seed,
  };
}

function featureCount(value: MaxFeatures, features: number): number {
  if (value === 'all') return features;
  if (value === 'sqrt') return Math.max(1, Math.floor(Math.sqrt(features)));
  if (value === 'log2') return Math.max(1, Math.floor(Math.log2(features)));
  return value >= 1 ? Math.min(value, features) : Math.max(1, Math.floor(value * features));
}

export function classCriterion(
  name: ClassCriterion,
  codes: Int32Array,
  weights: Float64Array,
  classes: number,
): Criterion {
  return name === 'gini' ? new Gini(codes, weights, classes) : new Entropy(codes, weights, classes);
}

/** @param y (n, outputs) @throws ValueError for the absolute error of several outputs */
export function targetCriterion(
  op: string,
  name: TargetCriterion,
  y: Float64Array,
  weights: Float64Array,
  outputs: number,
): Criterion {
  if (name === 'squaredError') return new SquaredError(y, weights, outputs);
  if (outputs > 1)
    raise(new ValueError(`${op}: absoluteError is for one number a sample, but y has ${outputs} outputs`));
  return new AbsoluteError(y, weights);
}
