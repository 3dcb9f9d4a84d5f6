/**
 * Inverting a distribution function of a positive variable, for the inverses of the incomplete gamma and beta functions.
 */

/** A function that increases with u, and its slope there. */
export interface Increasing {
  readonly value: number;
  readonly slope: number;
}

/**
 * The root of an increasing function: Newton's steps, and halving wherever they leave the interval in which the root is known to be.
 * @param f of u   @param start a guess   @param low, high between them lies the root
 */
export function increasingRoot(f: (u: number) => Increasing, start: number, low: number, high: number): number {
  let [below, above] = [low, high];
  let u = Math.min(Math.max(start, low), high);
  for (let step = 0; step < 200; step++) {
    const { value, slope } = f(u);
    if (value === 0) return u;
    if (value < 0) below = u;
    else above = u;
    const newton = u - value / slope;
    const next = newton > below && newton < above ? newton : (below + above) / 2;
    const isClose = Math.abs(next - u) <= 4e-16 * Math.max(1, Math.abs(u));
    u = next;
    if (isClose || above - below <= 4e-16 * Math.abs(u)) break;
  }
  return u;
}
