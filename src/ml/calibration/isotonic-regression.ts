/**
 * The best fit that only rises, or only falls.
 */
import { raise, ShapeError, ValueError } from '../../base/errors.ts';
import { RegressorBase } from '../fitted.ts';
import { Matrix } from '../matrix.ts';
import { requireOneOf } from '../options.ts';
import type { Features, FitOptions, Regressor, Targets } from '../protocol.ts';
import { interpolate } from '../quantile.ts';
import { type ModelState, StateReader, vectorState } from '../state.ts';
import { targetTraining } from '../training.ts';

const outsides = ['nan', 'clip', 'error'] as const;

export interface IsotonicRegressionOptions {
  /** Default true: predictions rise with x. */
  readonly increasing?: boolean;
  /** What lies beyond the samples of the fit becomes NaN, the value at the end, or an error. Default nan. */
  readonly outside?: (typeof outsides)[number];
  /** No prediction is below. Default −∞. */
  readonly low?: number;
  /** No prediction is above. Default ∞. */
  readonly high?: number;
}

/**
 * min Σ wᵢ (yᵢ − f(xᵢ))² over monotone f: neighbours that violate the order are pooled; between samples f is linear.
 * X has one feature. (Barlow et al. 1972.)
 * @example new IsotonicRegression().fit([[1], [2], [3]], [1, 3, 2]).predict([[2.5]]) // [2.5]
 */
export class IsotonicRegression implements Regressor {
  readonly role = 'regressor';
  readonly increasing: boolean;
  readonly outside: (typeof outsides)[number];
  readonly low: number;
  readonly high: number;

  constructor({
    increasing = true,
    outside = 'nan',
    low = -Infinity,
    high = Infinity,
  }: IsotonicRegressionOptions = {}) {
    requireOneOf('IsotonicRegression', 'outside', outside, outsides);
    if (!(low <= high)) raise(new ValueError(`IsotonicRegression: low must be at most high, got ${low} and ${high}`));
    this.increasing = increasing;
    this.outside = outside;
    this.low = low;
    this.high = high;
  }

  fit(x: Features, y: Targets, options: FitOptions = {}): FittedIsotonicRegression {
    const op = 'IsotonicRegression.fit';
    const training = targetTraining(op, x, y, options);
    if (training.x.columns !== 1) raise(new ShapeError(`${op}: X must have one feature, got ${training.x.columns}`));
    if (training.y.columns !== 1) raise(new ShapeError(`${op}: one output is expected, got ${training.y.columns}`));
    const sign = this.increasing ? 1 : -1;
    const curve = isotonic(
      training.x.data,
      training.y.data.map((value) => sign * value),
      training.weights,
    );
    const values = curve.values.map((value) => Math.min(this.high, Math.max(this.low, sign * value)));
    return new FittedIsotonicRegression(curve.places, values, this.outside);
  }
}

/** The points of the rising fit: different places ascending, and their values. */
export function isotonic(
  x: Float64Array,
  y: Float64Array,
  weights?: Float64Array,
): { places: Float64Array<ArrayBuffer>; values: Float64Array<ArrayBuffer> } {
  const order = Array.from(x.keys()).sort((a, b) => x[a]! - x[b]!);
  const places: number[] = [];
  /** Blocks of places with one value. */
  const blocks: { sum: number; weight: number; length: number }[] = [];
  for (let start = 0; start < order.length;) {
    const block = { sum: 0, weight: 0, length: 1 };
    const place = x[order[start]!]!;
    for (; start < order.length && x[order[start]!] === place; start++) {
      const weight = weights?.[order[start]!] ?? 1;
      block.sum += weight * y[order[start]!]!;
      block.weight += weight;
    }
    places.push(place);
    blocks.push(block);
    while (blocks.length > 1) {
      const [before, last] = [blocks.at(-2)!, blocks.at(-1)!];
      if (before.sum / before.weight < last.sum / last.weight) break;
      blocks.splice(-2, 2, {
        sum: before.sum + last.sum,
        weight: before.weight + last.weight,
        length: before.length + last.length,
      });
    }
  }
  const values = blocks.flatMap(({ sum, weight, length }) => new Array<number>(length).fill(sum / weight));
  return { places: Float64Array.from(places), values: Float64Array.from(values) };
}

/** @see IsotonicRegression */
export class FittedIsotonicRegression extends RegressorBase {
  readonly kind = 'IsotonicRegression';
  readonly featuresIn = 1;
  /** The corners of the fit, ascending. */
  readonly places: Float64Array<ArrayBuffer>;
  readonly values: Float64Array<ArrayBuffer>;
  readonly outside: (typeof outsides)[number];

  constructor(
    places: Float64Array<ArrayBuffer>,
    values: Float64Array<ArrayBuffer>,
    outside: (typeof outsides)[number],
  ) {
    super();
    this.places = places;
    this.values = values;
    this.outside = outside;
  }

  override estimate(x: Matrix): Matrix {
    const [low, high] = [this.places[0]!, this.places.at(-1)!];
    const values = x.data.map((value) => {
      if (this.outside === 'clip' || (value >= low && value <= high))
        return interpolate(value, this.places, this.values);
      if (this.outside === 'nan') return Number.NaN;
      raise(
        new ValueError(
          `IsotonicRegression.predict: ${value} lies outside ${low} to ${high}; outside: 'clip' takes the value at the end`,
        ),
      );
    });
    return new Matrix(x.rows, 1, values);
  }

  toState(): ModelState {
    return {
      kind: this.kind,
      fields: { outside: this.outside },
      arrays: { places: vectorState(this.places), values: vectorState(this.values) },
    };
  }

  static fromState(state: ModelState): FittedIsotonicRegression {
    const read = new StateReader(state, 'IsotonicRegression');
    const places = read.vector('places');
    return new FittedIsotonicRegression(places, read.vector('values', places.length), read.text('outside', outsides));
  }
}
