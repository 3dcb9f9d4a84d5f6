/**
 * The normal distribution's functions of one number in double precision, for the host.
 */

// W. J. Cody, Rational Chebyshev approximations for the error function, 1969: erf below 0.46875, erfc to 4 and beyond.
const NEAR = {
  p: [1.85777706184603153e-1, 3.1611237438705656, 1.13864154151050156e2, 3.77485237685302021e2, 3.20937758913846947e3],
  q: [1, 2.36012909523441209e1, 2.44024637934444173e2, 1.28261652607737228e3, 2.84423683343917062e3],
};
const MIDDLE = {
  p: [
    2.15311535474403846343e-8, 5.6418849698867008918e-1, 8.88314979438837594118, 6.61191906371416294775e1,
    2.98635138197400131132e2, 8.81952221241769090411e2, 1.71204761263407058314e3, 2.05107837782607146532e3,
    1.23033935479799725272e3,
  ],
  q: [
    1, 1.57449261107098347253e1, 1.17693950891312499305e2, 5.37181101862009857509e2, 1.62138957456669018874e3,
    3.29079923573345962678e3, 4.3626190901432471582e3, 3.43936767414372163696e3, 1.23033935480374942043e3,
  ],
};
const FAR = {
  p: [
    1.63153871373020978498e-2, 3.05326634961232344035e-1, 3.60344899949804439429e-1, 1.25781726111229246204e-1,
    1.60837851487422766278e-2, 6.58749161529837803157e-4,
  ],
  q: [
    1, 2.56852019228982242072, 1.87295284992346047209, 5.27905102951428412248e-1, 6.05183413124413191178e-2,
    2.33520497626869185443e-3,
  ],
};

function horner(coefficients: readonly number[], x: number): number {
  let sum = 0;
  for (const c of coefficients) sum = sum * x + c;
  return sum;
}

/** 1 − erf x, with all digits where that is small. */
export function erfc(x: number): number {
  const magnitude = Math.abs(x);
  if (magnitude <= 0.46875) return 1 - (x * horner(NEAR.p, x * x)) / horner(NEAR.q, x * x);
  if (magnitude > 28) return x > 0 ? 0 : 2;
  // The square is split so that its rounding does not reach the exponent.
  const head = Math.trunc(magnitude * 16) / 16;
  const gaussian = Math.exp(-head * head) * Math.exp(-(magnitude - head) * (magnitude + head));
  const tail = gaussian * scaledComplement(magnitude);
  return x > 0 ? tail : x < 0 ? 2 - tail : NaN;
}

/** erfc x · e^(x²) for x ≥ ½. */
function scaledComplement(x: number): number {
  if (x <= 4) return horner(MIDDLE.p, x) / horner(MIDDLE.q, x);
  const z = 1 / (x * x);
  return (1 / Math.sqrt(Math.PI) - (z * horner(FAR.p, z)) / horner(FAR.q, z)) / x;
}

/** P(Z ≤ x) for a standard normal Z. @example ndtr(1.96) // 0.975 */
export function ndtr(x: number): number {
  return 0.5 * erfc(-x * Math.SQRT1_2);
}

/** The rational functions of `ndtri` (M. J. Wichura, Algorithm AS 241, 1988), highest power first. */
export const QUANTILE = {
  centre: {
    p: [
      2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457, 13731.693765509461125,
      1971.5909503065514427, 133.14166789178437745, 3.387132872796366608,
    ],
    q: [
      5226.495278852854561, 28729.085735721942674, 39307.89580009271061, 21213.794301586595867, 5394.1960214247511077,
      687.1870074920579083, 42.313330701600911252, 1,
    ],
  },
  tail: {
    p: [
      7.7454501427834140764e-4, 0.0227238449892691845833, 0.24178072517745061177, 1.27045825245236838258,
      3.64784832476320460504, 5.7694972214606914055, 4.6303378461565452959, 1.42343711074968357734,
    ],
    q: [
      1.05075007164441684324e-9, 5.475938084995344946e-4, 0.0151986665636164571966, 0.14810397642748007459,
      0.68976733498510000455, 1.6763848301838038494, 2.05319162663775882187, 1,
    ],
  },
  far: {
    p: [
      2.01033439929228813265e-7, 2.71155556874348757815e-5, 0.0012426609473880784386, 0.026532189526576123093,
      0.29656057182850489123, 1.7848265399172913358, 5.4637849111641143699, 6.6579046435011037772,
    ],
    q: [
      2.04426310338993978564e-15, 1.4215117583164458887e-7, 1.8463183175100546818e-5, 7.868691311456132591e-4,
      0.0148753612908506148525, 0.13692988092273580531, 0.59983220655588793769, 1,
    ],
  },
} as const;

/** The x of which P(Z ≤ x) = p; ±∞ at 1 and 0, NaN outside. (Wichura, AS 241.) @example ndtri(0.975) // 1.96 */
export function ndtri(p: number): number {
  if (!(p > 0 && p < 1)) return p === 0 ? -Infinity : p === 1 ? Infinity : NaN;
  const centred = p - 0.5;
  if (Math.abs(centred) <= 0.425) {
    const r = 0.180625 - centred * centred;
    return (centred * horner(QUANTILE.centre.p, r)) / horner(QUANTILE.centre.q, r);
  }
  const root = Math.sqrt(-Math.log(Math.min(p, 1 - p)));
  const [piece, r] = root <= 5 ? [QUANTILE.tail, root - 1.6] : [QUANTILE.far, root - 5];
  const x = horner(piece.p, r) / horner(piece.q, r);
  return centred < 0 ? -x : x;
}
