/**
 * erf to full double accuracy, for the reference device. Slow and plain: a power series near 0, a continued fraction away from it.
 */

/** Where the series hands over: below, the fraction converges slowly; above, exp(−x²) loses digits to the rounding of x². */
const border = 1.5;

/**
 * The error function 2/√π ∫₀ˣ exp(−t²) dt.
 * @see Abramowitz and Stegun, 7.1.6 (series) and 7.1.14 (fraction)   @example erf(0.5) // 0.5204998778130465
 */
export function erf(x: number): number {
  if (Number.isNaN(x)) return NaN;
  const magnitude = Math.abs(x);
  if (magnitude < border) return series(x);
  // From 6 on, 1 − erfc(x) rounds to 1.
  const result = magnitude > 6 ? 1 : 1 - complement(magnitude);
  return x < 0 ? -result : result;
}

/** 2/√π exp(−x²) Σ 2ⁿ x²ⁿ⁺¹ / (1·3·…·(2n+1)): all terms of one sign, so nothing cancels. */
function series(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/** erfc(x) = exp(−x²)/√π · 1/(x + (1/2)/(x + (2/2)/(x + (3/2)/(x + …)))), evaluated from the inside out. */
function complement(x: number): number {
  let fraction = x;
  for (let n = 200; n >= 1; n--) fraction = x + n / 2 / fraction;
  return Math.exp(-x * x) / (Math.sqrt(Math.PI) * fraction);
}
