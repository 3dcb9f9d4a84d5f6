/**
 * The regularised incomplete gamma functions of numbers in double precision: P(a, x) = ∫₀ˣ tᵃ⁻¹ e⁻ᵗ dt / Γ(a) and Q = 1 − P, the
 * derivative ∂P/∂a, and the inverses. The regions are those of Cephes' igam; Temme's expansion where a is large and x near it.
 */
import { ASYMPTOTIC, digamma, log1pmx, logGamma, logGamma1p, stirlingRest } from './gamma.ts';
import { increasingRoot } from './invert.ts';
import { erfc, ndtri } from './normal.ts';

const EPSILON = 2 ** -53;
const LIMIT = 20000;

/** P(a, x): the distribution function at x of a gamma variable with shape a. @example gammainc(1, 2) // 1 − e⁻² */
export function gammainc(a: number, x: number): number {
  return edge(a, x) ?? (isUniform(a, x) ? temme(a, x).lower : isLower(a, x) ? series(a, x) : 1 - upper(a, x));
}

/** Q(a, x) = 1 − P(a, x), with all digits where that is small. @example gammaincc(1, 2) // e⁻² */
export function gammaincc(a: number, x: number): number {
  const known = edge(a, x);
  if (known !== undefined) return 1 - known;
  return isUniform(a, x) ? temme(a, x).upper : isLower(a, x) ? 1 - series(a, x) : upper(a, x);
}

/** ∂P(a, x)/∂x = xᵃ⁻¹ e⁻ˣ / Γ(a); 0 for negative x. */
export function gammaincDensity(a: number, x: number): number {
  if (!(a > 0) || x !== x) return NaN;
  if (x < 0 || x === Infinity) return 0;
  if (x === 0) return a < 1 ? Infinity : a === 1 ? 1 : 0;
  return factor(a, x) / x;
}

/** ∂P(a, x)/∂a. */
export function gammaincShapeDerivative(a: number, x: number): number {
  if (!(a > 0 && x >= 0)) return NaN;
  if (x === 0 || x === Infinity || a === Infinity) return 0;
  if (isUniform(a, x)) return temme(a, x).derivative;
  if (x > 1.1 && x > a) {
    const { value, derivative } = fraction(a, x);
    return -factor(a, x) * (value * (Math.log(x) - digamma(a)) + derivative);
  }
  let [term, sum, rate, slope] = [1, 1, 0, 0];
  for (let n = 1; n < LIMIT; n++) {
    term *= x / (a + n);
    rate += 1 / (a + n);
    sum += term;
    slope -= term * rate;
    if (term * rate <= EPSILON * Math.abs(slope) && term <= EPSILON * sum) break;
  }
  return (factor(a, x) / a) * (sum * (Math.log(x) - digamma(a + 1)) + slope);
}

/** The x with P(a, x) = p. @example gammaincinv(1, 0.5) // log 2 */
export function gammaincinv(a: number, p: number): number {
  return inverse(a, p, 1 - p);
}

/** The x with Q(a, x) = q. @example gammainccinv(1, 0.5) // log 2 */
export function gammainccinv(a: number, q: number): number {
  return inverse(a, 1 - q, q);
}

/** P where it needs no computing. */
function edge(a: number, x: number): number | undefined {
  if (!(a >= 0 && x >= 0)) return NaN;
  if (a === 0) return x > 0 ? 1 : NaN;
  if (x === 0) return 0;
  if (a === Infinity) return x === Infinity ? NaN : 0;
  return x === Infinity ? 1 : undefined;
}

function isUniform(a: number, x: number): boolean {
  return a >= 200 && Math.abs(x - a) < 0.35 * a;
}

/** Whether P is to be computed and Q from it; else the other way. */
function isLower(a: number, x: number): boolean {
  if (x > 1.1) return x < a;
  return x <= 0.5 ? -0.4 / Math.log(x) < a : 1.1 * x < a;
}

/** xᵃ e⁻ˣ / Γ(a). */
function factor(a: number, x: number): number {
  if (a < ASYMPTOTIC) {
    const half = Math.exp(-x / 2); // in halves, because the power can outweigh what would underflow
    return half * x ** a * half * (a < 0.5 ? a * Math.exp(-logGamma1p(a)) : Math.exp(-logGamma(a)));
  }
  const away = (x - a) / a;
  const exponent = Math.abs(away) > 0.4 ? Math.log(x / a) - away : log1pmx(away);
  return Math.sqrt(a / (2 * Math.PI)) * Math.exp(a * exponent - stirlingRest(a));
}

/** P = xᵃ e⁻ˣ / Γ(a + 1) · Σ xⁿ / ((a + 1) … (a + n)). */
function series(a: number, x: number): number {
  let [term, sum] = [1, 1];
  for (let n = 1; n < LIMIT && term > EPSILON * sum; n++) {
    term *= x / (a + n);
    sum += term;
  }
  return (factor(a, x) / a) * sum;
}

function upper(a: number, x: number): number {
  if (x > 1.1) return factor(a, x) * fraction(a, x).value;
  // Q = 1 − xᵃ / Γ(a + 1) − xᵃ / Γ(a) · Σ (−x)ⁿ / (n! (a + n)): no digits are lost where Q is small because a is.
  let [power, sum] = [1, 0];
  for (let n = 1; n < LIMIT; n++) {
    power *= -x / n;
    const term = power / (a + n);
    sum += term;
    if (Math.abs(term) <= EPSILON * Math.abs(sum)) break;
  }
  const logPower = a * Math.log(x);
  const logShape = a <= 0.5 ? logGamma1p(a) : logGamma(a + 1);
  return -Math.expm1(logPower - logShape) - a * Math.exp(logPower - logShape) * sum;
}

/** The continued fraction Q Γ(a) eˣ x⁻ᵃ = 1 / (x + 1 − a − 1 (1 − a) / (x + 3 − a − …)) and its derivative in a. (Lentz.) */
function fraction(a: number, x: number): { readonly value: number; readonly derivative: number } {
  let b = x + 1 - a;
  // C starts as infinite: its reciprocal and the reciprocal's derivative are kept.
  let [c, dc, d, dd] = [0, 0, 1 / b, 1 / (b * b)];
  let value = d;
  let rate = dd / d;
  for (let n = 1; n < LIMIT; n++) {
    const numerator = -n * (n - a);
    b += 2;
    const denominator = b + numerator * d;
    const slope = -1 + n * d + numerator * dd;
    d = 1 / denominator;
    dd = -slope * d * d;
    const other = b + numerator * c;
    const otherSlope = -1 + n * c + numerator * dc;
    c = 1 / other;
    dc = -otherSlope * c * c;
    const change = other * d;
    const rateChange = otherSlope * c + dd * denominator;
    value *= change;
    rate += rateChange;
    if (Math.abs(change - 1) <= EPSILON * 2 && Math.abs(rateChange) <= EPSILON * Math.abs(rate)) break;
  }
  return { value, derivative: value * rate };
}

/** Coefficients of ηⁿ a⁻ᵏ in Temme's expansion, a row for each k. (DLMF 8.12.8 to 8.12.12, computed with 60 digits.) */
const TEMME = [
  [
    -0.3333333333333333, 0.08333333333333333, -0.014814814814814815, 0.0011574074074074073, 0.0003527336860670194,
    -0.0001787551440329218, 3.919263178522438e-5, -2.185448510679992e-6, -1.85406221071516e-6, 8.296711340953087e-7,
    -1.7665952736826078e-7, 6.707853543401498e-9, 1.0261809784240309e-8, -4.382036018453353e-9, 9.14769958223679e-10,
    -2.5514193994946248e-11,
  ],
  [
    -0.001851851851851852, -0.003472222222222222, 0.0026455026455026454, -0.0009902263374485596, 0.00020576131687242798,
    -4.018775720164609e-7, -1.8098550334489977e-5, 7.64916091608111e-6, -1.6120900894563446e-6, 4.647127802807434e-9,
    1.378633446915721e-7, -5.752545603517705e-8, 1.1951628599778148e-8, -1.7543241719747647e-11, -1.0091543710600413e-9,
  ],
  [
    0.004133597883597883, -0.0026813271604938273, 0.0007716049382716049, 2.0093878600823047e-6, -0.0001073665322636516,
    5.2923448829120125e-5, -1.2760635188618728e-5, 3.423578734096138e-8, 1.3721957309062934e-6, -6.298992138380055e-7,
    1.4280614206064242e-7, -2.0477098421990866e-10, -1.409252991086752e-8, 6.228974084922022e-9,
  ],
  [
    0.0006494341563786008, 0.00022947209362139917, -0.0004691894943952557, 0.00026772063206283885,
    -7.561801671883977e-5, -2.396505113867297e-7, 1.1082654115347302e-5, -5.6749528269915965e-6, 1.4230900732435883e-6,
    -2.7861080291528143e-11, -1.6958404091930278e-7, 8.099464905388083e-8, -1.9111168485973655e-8,
  ],
  [
    -0.0008618882909167117, 0.0007840392217200666, -0.0002990724803031902, -1.4638452578843418e-6, 6.641498215465122e-5,
    -3.968365047179435e-5, 1.1375726970678419e-5, 2.507497226237533e-10, -1.6954149536558305e-6, 8.907507532205309e-7,
    -2.292934834000805e-7, 2.956794137544049e-11,
  ],
  [
    -0.00033679855336635813, -6.972813758365857e-5, 0.0002772753244959392, -0.00019932570516188847,
    6.797780477937208e-5, 1.419062920643967e-7, -1.3594048189768693e-5, 8.018470256334202e-6, -2.291481176508095e-6,
    -3.252473551298454e-10, 3.4652846491085265e-7,
  ],
] as const;

/** P = ½ erfc(−η √(a/2)) − e^(−aη²/2) / √(2πa) · S(a, η), ½ η² = μ − log(1 + μ), μ = x/a − 1; Q alike; and ∂P/∂a. */
function temme(a: number, x: number): { readonly lower: number; readonly upper: number; readonly derivative: number } {
  const away = (x - a) / a;
  const halfSquare = -log1pmx(away);
  const eta = Math.sign(away) * Math.sqrt(2 * halfSquare);
  let [sum, inEta, inA] = [0, 0, 0];
  for (let k = TEMME.length - 1; k >= 0; k--) {
    let [row, slope] = [0, 0];
    for (let n = TEMME[k]!.length - 1; n >= 0; n--) {
      slope = slope * eta + row;
      row = row * eta + TEMME[k]![n]!;
    }
    sum = sum / a + row;
    inEta = inEta / a + slope;
    inA += (-k * row) / a ** (k + 1);
  }
  const gaussian = Math.exp(-a * halfSquare) / Math.sqrt(2 * Math.PI * a);
  const rest = gaussian * sum;
  const ratio = eta === 0 ? 1 : away / eta; // dη/da = −μ / (η a)
  const change = inEta * (-ratio / a) + inA;
  return {
    lower: 0.5 * erfc(-eta * Math.sqrt(a / 2)) - rest,
    upper: 0.5 * erfc(eta * Math.sqrt(a / 2)) + rest,
    derivative: gaussian * (eta / 2 - ratio - sum * (away - halfSquare - 0.5 / a) - change),
  };
}

function inverse(a: number, p: number, q: number): number {
  if (!(a >= 0 && p >= 0 && q >= 0)) return NaN;
  if (p === 0 || a === 0) return 0;
  if (q === 0) return Infinity;
  // P and 1 − P are concave in log x, so that Newton's steps in log x settle on one side of the root.
  const isLow = p <= 0.5;
  const goal = Math.log(isLow ? p : q);
  const at = (u: number): { value: number; slope: number } => {
    const x = Math.exp(u);
    const reached = isLow ? gammainc(a, x) : gammaincc(a, x);
    const value = isLow ? Math.log(reached) - goal : goal - Math.log(reached);
    return { value, slope: factor(a, x) / reached };
  };
  const small = (Math.log(p) + (a <= 0.5 ? logGamma1p(a) : logGamma(a + 1))) / a; // of P ≈ xᵃ / Γ(a + 1)
  if (small < -745) return 0;
  const cube = 1 - 1 / (9 * a) + (isLow ? ndtri(p) : -ndtri(q)) / (3 * Math.sqrt(a)); // Wilson and Hilferty
  const isBulk = a >= 1 && cube > 0.2;
  const start = isBulk ? Math.log(a) + 3 * Math.log(cube) : isLow ? small : Math.max(small, Math.log(-goal));
  const u = increasingRoot(at, start, -746, 709);
  const x = Math.exp(u);
  const { value, slope } = at(Math.log(x));
  const step = value / slope;
  return Math.abs(step) < 1e-8 ? x * (1 - step) : x;
}
