/**
 * A loop over the first axis that carries state, written out turn by turn.
 */
import { stack } from '../tensor/functions.ts';
import { Tensor } from '../tensor/tensor.ts';

/** [carry, y₀] = f(init, xs[0]), …; the last carry and the stacked y. With `reverse` from the last slice to the first. */
export function scan<C, X extends Tensor | readonly Tensor[], Y extends Tensor>(
  f: (carry: C, x: X) => readonly [carry: C, y: Y],
  init: C,
  xs: X,
  { reverse = false }: { readonly reverse?: boolean } = {},
): [carry: C, ys: Tensor] {
  const parts: readonly Tensor[] = xs instanceof Tensor ? [xs] : xs;
  const length = parts[0]!.shape[0]!;
  const ys: Tensor[] = [];
  let carry = init;
  for (let turn = 0; turn < length; turn++) {
    const at = reverse ? length - 1 - turn : turn;
    const slice = (xs instanceof Tensor ? xs.at(at) : parts.map((x) => x.at(at))) as X;
    const [next, y] = f(carry, slice);
    carry = next;
    ys[at] = y;
  }
  return [carry, stack(ys)];
}
