/**
 * Functions defined in pieces. Both pieces are computed everywhere, so each must be given arguments at which it and its
 * gradient are finite where the other is chosen: 0 · ∞ would turn the other's gradient into NaN.
 */
import { where } from './functions.ts';
import type { Tensor } from './tensor.ts';

/** One piece: the function, and an argument that does it no harm. */
export interface Piece {
  readonly of: (x: Tensor) => Tensor;
  readonly harmless: number;
}

/** `first` where the condition holds, `second` elsewhere, each computed only from arguments that are its own. */
export function piecewise(condition: Tensor, x: Tensor, first: Piece, second: Piece): Tensor {
  const one = first.of(where(condition, x, first.harmless));
  const other = second.of(where(condition, second.harmless, x));
  return where(condition, one, other);
}
