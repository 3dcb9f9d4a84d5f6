/**
 * The fitted form that several scalers share: (x − shift) / scale, column by column.
 */
import type { Tensor } from '../../tensor/tensor.ts';
import { TransformerBase } from '../fitted.ts';
import { Matrix } from '../matrix.ts';
import type { Features } from '../protocol.ts';
import { type ModelState, StateReader, vectorState } from '../state.ts';

/** What a scaler has learned. */
export interface Scaling {
  /** What is subtracted, (features,). */
  readonly shift: Float64Array<ArrayBuffer>;
  /** What is divided by, (features,). */
  readonly scale: Float64Array<ArrayBuffer>;
}

/** A fitted scaler: NaN stays NaN. */
export class ColumnScaler extends TransformerBase implements Scaling {
  readonly kind: string;
  readonly featuresIn: number;
  protected override readonly allowsNaN = true;
  readonly shift: Float64Array<ArrayBuffer>;
  readonly scale: Float64Array<ArrayBuffer>;

  constructor(kind: string, { shift, scale }: Scaling) {
    super();
    this.kind = kind;
    this.featuresIn = shift.length;
    this.shift = shift;
    this.scale = scale;
  }

  override map({ data, rows, columns }: Matrix): Matrix {
    const { shift, scale } = this;
    const result = new Matrix(rows, columns);
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) result.data[i * columns + j] = (data[i * columns + j]! - shift[j]!) / scale[j]!;
    }
    return result;
  }

  /** z · scale + shift. */
  inverse(z: Features): Tensor {
    const { shift, scale } = this;
    const { data, rows, columns } = this.samples('inverse', z);
    const result = new Matrix(rows, columns);
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) result.data[i * columns + j] = data[i * columns + j]! * scale[j]! + shift[j]!;
    }
    return result.toTensor();
  }

  toState(): ModelState {
    return { kind: this.kind, fields: {}, arrays: { shift: vectorState(this.shift), scale: vectorState(this.scale) } };
  }

  /** @internal */
  static scalingFrom(state: ModelState, kind: string): Scaling {
    const read = new StateReader(state, kind);
    const shift = read.vector('shift');
    return { shift, scale: read.vector('scale', shift.length) };
  }
}

/** A scale to divide by: 1 where a column is constant, or has no values. */
export function usableScale(scale: number): number {
  return scale > 0 && scale < Infinity ? scale : 1;
}

/** The finite column statistics that have a value, else `otherwise`. */
export function valueOr(value: number, otherwise: number): number {
  return Number.isNaN(value) ? otherwise : value;
}
