/**
 * The gamma function's relatives, of one number in double precision. For routines and for code on the host; those of tensors are in
 * src/tensor/special.ts.
 */

/** B₂ₖ / (2k(2k − 1)), highest power of 1/z² first. */
const STIRLING = [
  -174611 / 125400,
  43867 / 244188,
  -3617 / 122400,
  1 / 156,
  -691 / 360360,
  1 / 1188,
  -1 / 1680,
  1 / 1260,
  -1 / 360,
  1 / 12,
];

/** From here on the asymptotic series hold to the last digit. */
export const ASYMPTOTIC = 10;

const HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);

function horner(coefficients: readonly number[], x: number): number {
  let sum = 0;
  for (const c of coefficients) sum = sum * x + c;
  return sum;
}

/** log Γ(z) − ((z − ½) log z − z + ½ log 2π), for z ≥ 10. */
export function stirlingRest(z: number): number {
  return horner(STIRLING, 1 / (z * z)) / z;
}

/** log Γ(x) for x > 0. @example logGamma(10) // log 9! */
export function logGamma(x: number): number {
  if (!(x > 0)) return x === 0 ? Infinity : NaN;
  if (x === Infinity) return Infinity;
  if (x < 0.5) return logGamma1p(x) - Math.log(x);
  if (x < 1.5) return logGamma1p(x - 1);
  if (x < 2.5) return logGamma1p(x - 2) + Math.log1p(x - 2);
  let product = 1;
  let z = x;
  for (; z < ASYMPTOTIC; z++) product *= z;
  return (z - 0.5) * Math.log(z) - z + HALF_LOG_TWO_PI + stirlingRest(z) - Math.log(product);
}

const EULER = 0.5772156649015329;

/** ζ(k) − 1 for k = 2 … 29: those beyond add nothing to the series at ½. */
const ZETA = [
  0.6449340668482264, 0.2020569031595943, 0.08232323371113819, 0.03692775514336993, 0.01734306198444914,
  0.008349277381922827, 0.00407735619794434, 0.0020083928260822143, 0.0009945751278180853, 0.0004941886041194645,
  0.0002460865533080483, 0.00012271334757848915, 6.124813505870483e-5, 3.058823630702049e-5, 1.528225940865187e-5,
  7.637197637899763e-6, 3.81729326499984e-6, 1.908212716553939e-6, 9.539620338727962e-7, 4.769329867878064e-7,
  2.38450502727733e-7, 1.1921992596531106e-7, 5.960818905125948e-8, 2.980350351465228e-8, 1.4901554828365043e-8,
  7.45071178983543e-9, 3.725334024788457e-9, 1.862659723513049e-9,
];

/** log Γ(1 + x) for |x| ≤ ½, with all digits near 0: −γx + Σ (−x)ᵏ ζ(k) / k, where Σ (−x)ᵏ / k is taken out as x − log(1 + x). */
export function logGamma1p(x: number): number {
  let sum = 0;
  for (let k = ZETA.length + 1; k >= 2; k--) sum = sum * -x + ZETA[k - 2]! / k;
  return x * x * sum - EULER * x - log1pmx(x);
}

/** ψ(x) = d/dx log Γ(x) for x > 0. @example digamma(1) // -0.5772 */
export function digamma(x: number): number {
  return polygamma(0, x);
}

/** B₂ₖ for k = 1 … 12. */
const BERNOULLI = [
  1 / 6,
  -1 / 30,
  1 / 42,
  -1 / 30,
  5 / 66,
  -691 / 2730,
  7 / 6,
  -3617 / 510,
  43867 / 798,
  -174611 / 330,
  854513 / 138,
  -236364091 / 2730,
];

/**
 * ψ⁽ⁿ⁾(x), the derivative number n + 1 of log Γ; NaN at 0 and negative whole numbers. @example polygamma(1, 1) // π²/6
 * Recurrence to where the asymptotic series holds. (Abramowitz and Stegun 6.4.6 and 6.4.11.)
 */
export function polygamma(n: number, x: number): number {
  if (!(x > 0) && (!(x > -LONGEST) || Number.isInteger(x))) return NaN;
  if (x === Infinity) return n === 0 ? Infinity : 0;
  const sign = n % 2 === 0 ? -1 : 1;
  let factorial = 1; // n!
  for (let k = 2; k <= n; k++) factorial *= k;
  let sum = 0;
  let z = x;
  for (; z < ASYMPTOTIC + n; z++) sum += z ** (-n - 1);
  // (2k + n − 1)! / (2k)! · B₂ₖ / z²ᵏ⁺ⁿ
  let ratio = (factorial * (n + 1)) / 2;
  let tail = 0;
  for (let k = 1; k <= BERNOULLI.length; k++) {
    const term = ratio * BERNOULLI[k - 1]! * z ** (-2 * k - n);
    tail += term;
    if (Math.abs(term) <= 1e-17 * Math.abs(tail)) break;
    ratio *= ((2 * k + n) * (2 * k + n + 1)) / ((2 * k + 1) * (2 * k + 2));
  }
  const first = n === 0 ? -Math.log(z) : (factorial / n) * z ** -n;
  return sign * (factorial * sum + first + (factorial / 2) * z ** (-n - 1) + tail);
}

/** Below minus this, the recurrence would take too long. */
const LONGEST = 1e5;

/** log(1 + x) − x, with all digits near 0. */
export function log1pmx(x: number): number {
  if (Math.abs(x) > 0.4) return Math.log1p(x) - x;
  // log(1 + x) = 2 artanh(r), r = x / (2 + x); and x = 2r + r x.
  const r = x / (2 + x);
  const square = r * r;
  let term = 1 / 3;
  let sum = 0;
  let power = 1;
  for (let k = 3; Math.abs(term * power) > 1e-17 * Math.abs(sum); k += 2) {
    sum += term * power;
    power *= square;
    term = 1 / (k + 2);
  }
  return 2 * r * square * sum - r * x;
}

/**
 * log B(a, b) = log Γ(a) + log Γ(b) − log Γ(a + b), without the cancellation between large arguments.
 * (As algdiv and bcorr of Didonato and Morris, TOMS 708, 1992.)
 */
export function logBeta(a: number, b: number): number {
  const [p, q] = a < b ? [a, b] : [b, a];
  if (q < ASYMPTOTIC) return logGamma(p) + logGamma(q) - logGamma(p + q);
  const rest = stirlingRest(q) - stirlingRest(p + q);
  if (p < ASYMPTOTIC) return logGamma(p) - (q - 0.5) * Math.log1p(p / q) - p * Math.log(p + q) + p + rest;
  return (
    HALF_LOG_TWO_PI -
    0.5 * Math.log(q) +
    stirlingRest(p) +
    rest +
    (p - 0.5) * Math.log(p / (p + q)) -
    q * Math.log1p(p / q)
  );
}
