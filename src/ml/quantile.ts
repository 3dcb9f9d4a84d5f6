/**
 * Order statistics: quantiles with linear interpolation between neighbours, as NumPy's default.
 */

/** The finite values of a column in ascending order; NaN left out. */
export function sortedValues(values: Float64Array): Float64Array<ArrayBuffer> {
  return Float64Array.from(values)
    .filter((value) => !Number.isNaN(value))
    .sort();
}

/** The q-quantile of sorted values, 0 ≤ q ≤ 1; NaN of none. @example quantile(Float64Array.of(1, 2, 4), 0.75) // 3 */
export function quantile(sorted: Float64Array, q: number): number {
  if (sorted.length === 0) return Number.NaN;
  const place = q * (sorted.length - 1);
  const below = Math.floor(place);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  const share = place - below;
  // From the nearer end, so that q and 1 − q are symmetric. (NumPy's _lerp.)
  return share >= 0.5 ? high - (high - low) * (1 - share) : low + (high - low) * share;
}

export function median(values: Float64Array): number {
  return quantile(sortedValues(values), 0.5);
}

/** Linear interpolation through points with ascending xs; constant beyond the ends. */
export function interpolate(x: number, xs: ArrayLike<number>, ys: ArrayLike<number>): number {
  const last = xs.length - 1;
  if (x <= xs[0]!) return ys[0]!;
  if (x >= xs[last]!) return ys[last]!;
  let low = 0;
  let high = last;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (xs[middle]! <= x) low = middle;
    else high = middle;
  }
  const width = xs[high]! - xs[low]!;
  return width === 0 ? ys[low]! : ys[low]! + ((x - xs[low]!) / width) * (ys[high]! - ys[low]!);
}
