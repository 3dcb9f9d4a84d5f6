/**
 * The regularised incomplete beta function of numbers in double precision: I = ∫₀ˣ tᵃ⁻¹ (1 − t)ᵇ⁻¹ dt / B(a, b), its derivatives in a
 * and b, and the inverse in x. A continued fraction on the side of the mean where it converges. (Didonato and Morris, TOMS 708.)
 */
import { ASYMPTOTIC, digamma, log1pmx, logBeta, stirlingRest } from './gamma.ts';
import { increasingRoot } from './invert.ts';

const EPSILON = 2 ** -53;
const LIMIT = 100000;

/**
 * I(a, b, x): the distribution function at x of a beta variable. @example betainc(1, 2, 0.5) // 0.75
 * @param y 1 − x, where that is known with more digits
 */
export function betainc(a: number, b: number, x: number, y = 1 - x): number {
  const known = edge(a, b, x, y);
  if (known !== undefined) return known;
  return isLower(a, b, x, y) ? lower(a, b, x, y) : 1 - lower(b, a, y, x);
}

/** 1 − I(a, b, x), with all digits where that is small. */
export function betaincc(a: number, b: number, x: number, y = 1 - x): number {
  return betainc(b, a, y, x);
}

/** ∂I/∂x = xᵃ⁻¹ (1 − x)ᵇ⁻¹ / B(a, b); 0 outside 0 … 1. */
export function betaincDensity(a: number, b: number, x: number): number {
  if (!(a > 0 && b > 0) || x !== x) return NaN;
  if (x < 0 || x > 1) return 0;
  if (x === 0) return a < 1 ? Infinity : a === 1 ? b : 0;
  if (x === 1) return b < 1 ? Infinity : b === 1 ? a : 0;
  return factor(a, b, x, 1 - x) / (x * (1 - x));
}

/** [∂I/∂a, ∂I/∂b]. */
export function betaincShapeDerivatives(a: number, b: number, x: number): [number, number] {
  if (!(a > 0 && b > 0 && x >= 0 && x <= 1)) return [NaN, NaN];
  if (x === 0 || x === 1) return [0, 0];
  if (isLower(a, b, x, 1 - x)) return lowerDerivatives(a, b, x, 1 - x);
  const [inB, inA] = lowerDerivatives(b, a, 1 - x, x);
  return [-inA, -inB];
}

/** The x with I(a, b, x) = p. @example betaincinv(2, 2, 0.5) // 0.5 */
export function betaincinv(a: number, b: number, p: number): number {
  const q = 1 - p;
  if (!(a > 0 && b > 0 && p >= 0 && q >= 0)) return NaN;
  if (p === 0 || p === 1) return p;
  // Below a half x is searched for, above it 1 − x, both by their logarithms; log I is concave there.
  const atHalf = betainc(a, b, 0.5);
  return p <= atHalf ? lowerInverse(a, b, p, q) : 1 - lowerInverse(b, a, q, p);
}

function edge(a: number, b: number, x: number, y: number): number | undefined {
  if (!(a >= 0 && b >= 0 && x >= 0 && y >= 0) || (a === 0 && b === 0)) return NaN;
  if (x === 0) return a === 0 ? NaN : 0;
  if (y === 0) return b === 0 ? NaN : 1;
  if (a === 0 || b === Infinity) return b === Infinity && a === Infinity ? NaN : 1;
  return b === 0 || a === Infinity ? 0 : undefined;
}

/** Whether x is below the mean, about. */
function isLower(a: number, b: number, x: number, y: number): boolean {
  return x * (b + 1) <= y * (a + 1);
}

/** xᵃ yᵇ / B(a, b). */
function factor(a: number, b: number, x: number, y: number): number {
  if (a < ASYMPTOTIC || b < ASYMPTOTIC) {
    const logY = x < 0.5 ? Math.log1p(-x) : Math.log(y);
    const logX = y < 0.5 ? Math.log1p(-y) : Math.log(x);
    return Math.exp(a * logX + b * logY - logBeta(a, b));
  }
  // Relative to the mean, where everything large cancels in log(1 + e) − e.
  const away = a <= b ? (a + b) * x - a : b - (a + b) * y;
  const exponent = a * relative(away / a, (x * (a + b)) / a) + b * relative(-away / b, (y * (a + b)) / b);
  const rest = stirlingRest(a + b) - stirlingRest(a) - stirlingRest(b);
  return Math.sqrt((b / (2 * Math.PI)) * (a / (a + b))) * Math.exp(exponent + rest);
}

/** log(1 + e) − e, where 1 + e is `whole`. */
function relative(e: number, whole: number): number {
  return Math.abs(e) > 0.4 ? Math.log(whole) - e : log1pmx(e);
}

function lower(a: number, b: number, x: number, y: number): number {
  return (factor(a, b, x, y) / a) * fraction(a, b, x).value;
}

function lowerDerivatives(a: number, b: number, x: number, y: number): [number, number] {
  const { value, inA, inB } = fraction(a, b, x);
  const scale = factor(a, b, x, y) / a;
  const both = digamma(a + b);
  const logX = y < 0.5 ? Math.log1p(-y) : Math.log(x);
  const logY = x < 0.5 ? Math.log1p(-x) : Math.log(y);
  return [scale * (value * (logX - digamma(a + 1) + both) + inA), scale * (value * (logY - digamma(b) + both) + inB)];
}

/** The continued fraction a B(a, b) I / (xᵃ yᵇ) = 1 / (1 + d₁ / (1 + d₂ / (1 + …))) and its derivatives. (DLMF 8.17.22, by Lentz.) */
function fraction(
  a: number,
  b: number,
  x: number,
): { readonly value: number; readonly inA: number; readonly inB: number } {
  let [c, ca, cb] = [0, 0, 0]; // reciprocals
  let [d, da, db] = [1, 0, 0];
  let [value, rateA, rateB] = [1, 0, 0];
  for (let n = 1; n < LIMIT; n++) {
    const m = n >> 1;
    const isOdd = (n & 1) === 1;
    const term = isOdd
      ? (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
      : (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    // Logarithmic derivatives of the term.
    const termA = isOdd
      ? term * (1 / (a + m) + 1 / (a + b + m) - 1 / (a + 2 * m) - 1 / (a + 2 * m + 1))
      : -term * (1 / (a + 2 * m - 1) + 1 / (a + 2 * m));
    const termB = isOdd ? term / (a + b + m) : (m * x) / ((a + 2 * m - 1) * (a + 2 * m));
    const denominator = 1 + term * d;
    const [slopeA, slopeB] = [termA * d + term * da, termB * d + term * db];
    d = 1 / denominator;
    da = -slopeA * d * d;
    db = -slopeB * d * d;
    const other = 1 + term * c;
    const [otherA, otherB] = [termA * c + term * ca, termB * c + term * cb];
    c = 1 / other;
    ca = -otherA * c * c;
    cb = -otherB * c * c;
    const change = other * d;
    const changeA = otherA * c + da * denominator;
    const changeB = otherB * c + db * denominator;
    value *= change;
    rateA += changeA;
    rateB += changeB;
    const isDone =
      Math.abs(change - 1) <= 2 * EPSILON &&
      Math.abs(changeA) <= EPSILON * Math.abs(rateA) &&
      Math.abs(changeB) <= EPSILON * Math.abs(rateB);
    if (isDone) break;
  }
  return { value, inA: value * rateA, inB: value * rateB };
}

/** The x ≤ ½ with I(a, b, x) = p = 1 − q. */
function lowerInverse(a: number, b: number, p: number, q: number): number {
  const isLow = p <= 0.5;
  const goal = Math.log(isLow ? p : q);
  const at = (u: number): { value: number; slope: number } => {
    const x = Math.exp(u);
    const y = -Math.expm1(u);
    const reached = isLow ? betainc(a, b, x, y) : betaincc(a, b, x, y);
    const value = isLow ? Math.log(reached) - goal : goal - Math.log(reached);
    return { value, slope: factor(a, b, x, y) / (y * reached) };
  };
  const small = (Math.log(p) + Math.log(a) + logBeta(a, b)) / a; // of I ≈ xᵃ / (a B(a, b))
  if (small < -745) return 0;
  const start = a > 1 && b > 1 ? Math.log(a / (a + b)) : small;
  const x = Math.exp(increasingRoot(at, start, -746, -Math.LN2));
  const { value, slope } = at(Math.log(x));
  const step = value / slope;
  return Math.abs(step) < 1e-8 ? x * (1 - step) : x;
}
