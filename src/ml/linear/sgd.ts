/**
 * Stochastic gradient descent for linear models: one sample at a time, with the schedules, penalties and stopping of
 * scikit-learn. The estimators that use it are in sgd-estimators.ts.
 */
import { raise, ValueError } from '../../base/errors.ts';
import { requireNumber, requireOneOf, requireWhole } from '../options.ts';
import { Random } from '../random.ts';
import type { Design } from './design.ts';

/** The loss of one sample and its derivative by the prediction. */
export interface PointLoss {
  readonly loss: (prediction: number, target: number) => number;
  readonly slope: (prediction: number, target: number) => number;
}

/** Losses of margins: targets are −1 and 1. */
export const classLosses = {
  hinge: { loss: (p, y) => Math.max(0, 1 - p * y), slope: (p, y) => (p * y < 1 ? -y : 0) },
  squaredHinge: {
    loss: (p, y) => Math.max(0, 1 - p * y) ** 2,
    slope: (p, y) => (p * y < 1 ? -2 * y * (1 - p * y) : 0),
  },
  log: {
    loss: (p, y) => Math.log1p(Math.exp(-Math.abs(p * y))) + Math.max(0, -p * y),
    slope: (p, y) => -y / (1 + Math.exp(p * y)),
  },
  modifiedHuber: {
    loss: (p, y) => (p * y >= 1 ? 0 : p * y >= -1 ? (1 - p * y) ** 2 : -4 * p * y),
    slope: (p, y) => (p * y >= 1 ? 0 : p * y >= -1 ? -2 * y * (1 - p * y) : -4 * y),
  },
  perceptron: { loss: (p, y) => Math.max(0, -p * y), slope: (p, y) => (p * y <= 0 ? -y : 0) },
} as const satisfies Readonly<Record<string, PointLoss>>;

/** Losses of quantities. @param epsilon where Huber's turns linear, and below which others see no error */
export function targetLosses(epsilon: number) {
  return {
    squaredError: { loss: (p, y) => 0.5 * (p - y) ** 2, slope: (p, y) => p - y },
    huber: {
      loss: (p, y) =>
        Math.abs(p - y) <= epsilon ? 0.5 * (p - y) ** 2 : epsilon * Math.abs(p - y) - 0.5 * epsilon * epsilon,
      slope: (p, y) => (Math.abs(p - y) <= epsilon ? p - y : epsilon * Math.sign(p - y)),
    },
    epsilonInsensitive: {
      loss: (p, y) => Math.max(0, Math.abs(p - y) - epsilon),
      slope: (p, y) => (Math.abs(p - y) > epsilon ? Math.sign(p - y) : 0),
    },
  } as const satisfies Readonly<Record<string, PointLoss>>;
}

const schedules = ['optimal', 'constant', 'invscaling', 'adaptive'] as const;
const penalties = ['l2', 'l1', 'elasticnet', 'none'] as const;

export interface SGDOptions {
  /** Default l2. */
  readonly penalty?: (typeof penalties)[number];
  /** The weight of the penalty. Default 0.0001. */
  readonly alpha?: number;
  /** Of the elastic net: how much of the penalty is on absolute values. Default 0.15. */
  readonly l1Ratio?: number;
  /** Learn an offset. Default true. */
  readonly intercept?: boolean;
  /**
   * The step at update t: 1 / (α (t + t₀)), the start, start / t^power, or the start divided by 5 whenever the loss has not
   * fallen for a while.
   */
  readonly schedule?: (typeof schedules)[number];
  /** The first step. Default 0.01. */
  readonly start?: number;
  /** Default 0.25. */
  readonly power?: number;
  /** Passes over the samples, at most. Default 1000. */
  readonly maxEpochs?: number;
  /** Stop when the mean loss has not fallen by so much, for `patience` passes. Default 0.001; −∞ never. */
  readonly tolerance?: number;
  /** Default 5. */
  readonly patience?: number;
  /** Give the mean of the weights over all updates. Default false. */
  readonly average?: boolean;
  /** The order of the samples. Default 0. */
  readonly seed?: number;
}

export type SGDSettings = Required<SGDOptions>;

/** @throws ValueError for an option that makes no sense */
export function settingsOf(owner: string, options: SGDOptions, defaultSchedule: SGDSettings['schedule']): SGDSettings {
  const {
    penalty = 'l2',
    alpha = 1e-4,
    l1Ratio = 0.15,
    intercept = true,
    schedule = defaultSchedule,
    start = 0.01,
    power = 0.25,
  } = options;
  const { maxEpochs = 1000, tolerance = 1e-3, patience = 5, average = false, seed = 0 } = options;
  requireOneOf(owner, 'penalty', penalty, penalties);
  requireNumber(owner, 'alpha', alpha, { low: 0 });
  requireNumber(owner, 'l1Ratio', l1Ratio, { low: 0, high: 1 });
  requireOneOf(owner, 'schedule', schedule, schedules);
  requireNumber(owner, 'start', start, { low: 0, open: true });
  requireWhole(owner, 'maxEpochs', maxEpochs, 1);
  requireWhole(owner, 'patience', patience, 1);
  requireWhole(owner, 'seed', seed);
  if (schedule === 'optimal' && alpha === 0)
    raise(new ValueError(`${owner}: the schedule optimal divides by alpha, which must then be above 0`));
  return { penalty, alpha, l1Ratio, intercept, schedule, start, power, maxEpochs, tolerance, patience, average, seed };
}

export interface SGDResult {
  readonly weights: Float64Array<ArrayBuffer>;
  readonly offset: number;
  readonly epochs: number;
}

/**
 * One model. The L1 penalty is applied cumulatively, so that a weight pulled through 0 stays there. (Bottou 2012; Tsuruoka, Tsujii
 * and Ananiadou 2009.) Hot.
 */
export function descend(
  design: Design,
  targets: Float64Array,
  weights: Float64Array | undefined,
  { loss, slope }: PointLoss,
  settings: SGDSettings,
): SGDResult {
  const { penalty, alpha, intercept, schedule, start, power, average } = settings;
  const { rows, columns } = design;
  const share = penalty === 'l1' ? 1 : penalty === 'elasticnet' ? settings.l1Ratio : 0;
  const [l1, l2] = penalty === 'none' ? [0, 0] : [alpha * share, alpha * (1 - share)];
  const typical = Math.sqrt(1 / Math.sqrt(alpha || 1));
  const t0 = 1 / (alpha * (typical / Math.max(1, Math.abs(slope(-typical, 1)))) || 1);
  const order = Int32Array.from({ length: rows }, (_, i) => i);
  const random = new Random(settings.seed);
  // Weights are scale · w, so that shrinking all of them is one product.
  const w = new Float64Array(columns);
  let [scale, offset, step, t] = [1, 0, start, 1];
  const pulled = new Float64Array(columns);
  let pull = 0;
  const sums = new Float64Array(columns);
  let offsetSum = 0;
  let [best, waited, epochs] = [Infinity, 0, 0];
  while (epochs < settings.maxEpochs) {
    epochs++;
    random.shuffle(order);
    let total = 0;
    for (let k = 0; k < rows; k++, t++) {
      const i = order[k]!;
      const prediction = scale * design.dot(i, w, 0) + offset;
      const weight = weights === undefined ? 1 : weights[i]!;
      if (schedule === 'optimal') step = 1 / (alpha * (t0 + t - 1));
      else if (schedule === 'invscaling') step = start / t ** power;
      total += weight * loss(prediction, targets[i]!);
      const gradient = Math.min(1e12, Math.max(-1e12, slope(prediction, targets[i]!)));
      const update = -step * gradient * weight;
      if (l2 > 0) scale *= Math.max(0, 1 - step * l2);
      if (scale < 1e-9) {
        for (let j = 0; j < columns; j++) w[j]! *= scale;
        scale = 1;
      }
      if (update !== 0) {
        design.add(i, update / scale, w, 0);
        if (intercept) offset += update;
      }
      if (l1 > 0) {
        pull += step * l1;
        for (let j = 0; j < columns; j++) {
          const before = scale * w[j]!;
          if (before > 0) w[j] = Math.max(0, before - (pull + pulled[j]!)) / scale;
          else if (before < 0) w[j] = Math.min(0, before + (pull - pulled[j]!)) / scale;
          pulled[j]! += scale * w[j]! - before;
        }
      }
      if (average) {
        for (let j = 0; j < columns; j++) sums[j]! += scale * w[j]!;
        offsetSum += offset;
      }
    }
    if (!Number.isFinite(total))
      raise(new ValueError('SGD: the weights grew without bound; scale the features, or take smaller steps'));
    if (total > best - settings.tolerance * rows) waited++;
    else waited = 0;
    best = Math.min(best, total);
    if (waited < settings.patience) continue;
    if (schedule !== 'adaptive' || step <= 1e-6) break;
    step /= 5;
    waited = 0;
  }
  const seen = t - 1;
  return average
    ? { weights: sums.map((sum) => sum / seen), offset: offsetSum / seen, epochs }
    : { weights: w.map((one) => one * scale), offset, epochs };
}
