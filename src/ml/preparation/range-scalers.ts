/**
 * Scalers by range: from the smallest to the largest value, to the largest absolute value, between quantiles.
 */
import { raise, ValueError } from '../../base/errors.ts';
import { Matrix, matrixOf } from '../matrix.ts';
import type { Features, Transformer } from '../protocol.ts';
import { quantile, sortedValues } from '../quantile.ts';
import { normalQuantile } from '../special.ts';
import { type ModelState, StateReader } from '../state.ts';
import { ColumnScaler, type Scaling, usableScale, valueOr } from './column-scaler.ts';

/** For each column, what a function makes of its values in ascending order. */
function byColumn(x: Matrix, scaling: (sorted: Float64Array) => readonly [shift: number, scale: number]): Scaling {
  const pairs = Array.from({ length: x.columns }, (_, j) => scaling(sortedValues(x.column(j))));
  return {
    shift: Float64Array.from(pairs, ([shift]) => valueOr(shift, 0)),
    scale: Float64Array.from(pairs, ([, scale]) => usableScale(scale)),
  };
}

export interface MinMaxScalerOptions {
  /** Where the values go. Default [0, 1]. */
  readonly range?: readonly [low: number, high: number];
  /** Hold new values to the range too. Default false. */
  readonly clip?: boolean;
}

/**
 * (x − min) / (max − min), stretched to the range. NaN stays NaN.
 * @example new MinMaxScaler().fit([[1], [3]]).transform([[2]]) // [[0.5]]
 */
export class MinMaxScaler implements Transformer {
  readonly role = 'transformer';
  readonly range: readonly [low: number, high: number];
  readonly clip: boolean;

  constructor({ range = [0, 1], clip = false }: MinMaxScalerOptions = {}) {
    if (!(range[0] < range[1])) raise(new ValueError(`MinMaxScaler: range must ascend, got [${range.join(', ')}]`));
    this.range = [range[0], range[1]];
    this.clip = clip;
  }

  fit(x: Features): FittedMinMaxScaler {
    const samples = matrixOf('MinMaxScaler.fit', x, { allowNaN: true });
    const [low, high] = this.range;
    const scaling = byColumn(samples, (sorted) => {
      const least = sorted[0] ?? Number.NaN;
      const scale = usableScale((sorted.at(-1) ?? Number.NaN) - least) / (high - low);
      return [least - low * scale, scale];
    });
    return new FittedMinMaxScaler(scaling, this.clip ? this.range : undefined);
  }
}

/** @see MinMaxScaler */
export class FittedMinMaxScaler extends ColumnScaler {
  readonly #bounds: readonly [number, number] | undefined;

  constructor(scaling: Scaling, bounds: readonly [number, number] | undefined) {
    super('MinMaxScaler', scaling);
    this.#bounds = bounds;
  }

  override map(x: Matrix): Matrix {
    const scaled = super.map(x);
    if (this.#bounds === undefined) return scaled;
    const [low, high] = this.#bounds;
    return new Matrix(
      x.rows,
      x.columns,
      scaled.data.map((value) => Math.min(high, Math.max(low, value))),
    );
  }

  override toState(): ModelState {
    return { ...super.toState(), fields: { bounds: this.#bounds === undefined ? null : [...this.#bounds] } };
  }

  static fromState(state: ModelState): FittedMinMaxScaler {
    const bounds = new StateReader(state, 'MinMaxScaler').json('bounds');
    const [low, high] = Array.isArray(bounds) ? bounds : [];
    const isPair = typeof low === 'number' && typeof high === 'number';
    return new FittedMinMaxScaler(ColumnScaler.scalingFrom(state, 'MinMaxScaler'), isPair ? [low, high] : undefined);
  }
}

/**
 * x / max |x|: keeps zeros. NaN stays NaN.
 * @example new MaxAbsScaler().fit([[-4], [2]]).transform([[2]]) // [[0.5]]
 */
export class MaxAbsScaler implements Transformer {
  readonly role = 'transformer';

  fit(x: Features): FittedMaxAbsScaler {
    const samples = matrixOf('MaxAbsScaler.fit', x, { allowNaN: true });
    return new FittedMaxAbsScaler(byColumn(samples, (sorted) => [0, Math.max(-(sorted[0] ?? 0), sorted.at(-1) ?? 0)]));
  }
}

/** @see MaxAbsScaler */
export class FittedMaxAbsScaler extends ColumnScaler {
  constructor(scaling: Scaling) {
    super('MaxAbsScaler', scaling);
  }

  static fromState(state: ModelState): FittedMaxAbsScaler {
    return new FittedMaxAbsScaler(ColumnScaler.scalingFrom(state, 'MaxAbsScaler'));
  }
}

export interface RobustScalerOptions {
  /** Subtract the median. Default true. */
  readonly center?: boolean;
  /** Divide by the distance between the quantiles. Default true. */
  readonly scale?: boolean;
  /** In percent. Default [25, 75]. */
  readonly quantiles?: readonly [low: number, high: number];
  /** Also divide by what that distance is for a standard normal, so that normal features get a variance of 1. Default false. */
  readonly unitVariance?: boolean;
}

/**
 * (x − median) / (q₇₅ − q₂₅): outliers do not decide the scale. NaN stays NaN.
 * @example new RobustScaler().fit([[1], [2], [3], [4], [1000]]).transform([[3]]) // [[0]]
 */
export class RobustScaler implements Transformer {
  readonly role = 'transformer';
  readonly center: boolean;
  readonly scale: boolean;
  readonly quantiles: readonly [low: number, high: number];
  readonly unitVariance: boolean;

  constructor({ center = true, scale = true, quantiles = [25, 75], unitVariance = false }: RobustScalerOptions = {}) {
    const [low, high] = quantiles;
    if (!(low >= 0 && low < high && high <= 100)) {
      raise(new ValueError(`RobustScaler: quantiles must ascend within 0 and 100, got [${quantiles.join(', ')}]`));
    }
    this.center = center;
    this.scale = scale;
    this.quantiles = [low, high];
    this.unitVariance = unitVariance;
  }

  fit(x: Features): FittedRobustScaler {
    const samples = matrixOf('RobustScaler.fit', x, { allowNaN: true });
    const [low, high] = this.quantiles.map((percent) => percent / 100);
    const unit = this.unitVariance ? normalQuantile(high!) - normalQuantile(low!) : 1;
    const scaling = byColumn(samples, (sorted) => [
      this.center ? quantile(sorted, 0.5) : 0,
      this.scale ? usableScale(quantile(sorted, high!) - quantile(sorted, low!)) / unit : 1,
    ]);
    return new FittedRobustScaler(scaling);
  }
}

/** @see RobustScaler */
export class FittedRobustScaler extends ColumnScaler {
  constructor(scaling: Scaling) {
    super('RobustScaler', scaling);
  }

  static fromState(state: ModelState): FittedRobustScaler {
    return new FittedRobustScaler(ColumnScaler.scalingFrom(state, 'RobustScaler'));
  }
}
