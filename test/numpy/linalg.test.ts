/**
 * Linear algebra against PyTorch and SciPy (LAPACK). Results with a free sign or phase are compared through what does not depend on it.
 * A factorization is exact for a matrix within a few roundings of the given one, so errors grow with the condition of the matrix: tolerances are
 * those of matrices whose condition is a few hundred at most.
 */
import { linalg, type Tensor, tensor } from '../../src/index.ts';
import { numberIn, type Options, replay, type Rule } from './replay.ts';

/** Values are computed in double; gradients in the dtype, through several products. */
const close = {
  values: { ulps: 2, floor: 'largest', double: 256 },
  gradients: { ulps: 64, floor: 'largest', double: 512 },
} as const;

const one = (f: (x: Tensor, o: Options) => Tensor | readonly Tensor[], more: Partial<Rule> = {}): Rule => ({
  answer: ([x], o) => f(x!, o),
  ...close,
  ...more,
});
const two = (f: (a: Tensor, b: Tensor, o: Options) => Tensor): Rule => ({
  answer: ([a, b], o) => f(a!, b!, o),
  ...close,
});

const orderOf = (text: unknown): linalg.Order =>
  text === 'fro' || text === 'nuc' ? text : text === 'inf' ? Infinity : text === '-inf' ? -Infinity : Number(text);

const positive = (x: Tensor): Tensor => x.matmul(x.transpose()).add(linalg.matrixPower(x, 0));
const symmetric = (x: Tensor): Tensor => x.add(x.transpose()).div(2);

replay('linalg', {
  cholesky: one((x) => linalg.cholesky(positive(x))),
  choleskyUpper: one((x) => linalg.cholesky(positive(x), { upper: true })),
  inv: one((x) => linalg.inv(x)),
  det: one((x) => linalg.det(x)),
  slogdet: one((x) => {
    const { sign, logAbsDet } = linalg.slogdet(x);
    return [sign, logAbsDet];
  }),
  logAbsDet: one((x) => linalg.slogdet(x).logAbsDet),
  solve: two((a, b) => linalg.solve(a, b)),
  solveVector: two((a, b) => linalg.solve(a, b)),
  solveBroadcast: two((a, b) => linalg.solve(a, b)),
  triangularSolve: two((a, b, o) => {
    const [lower, unitDiagonal] = [o['lower'] === true, o['unitDiagonal'] === true];
    return linalg.triangularSolve(a, b, { lower, unitDiagonal });
  }),
  lu: one((x) => {
    const { P, L, U } = linalg.lu(x);
    return [P, L, U];
  }),
  luFactors: one((x) => {
    const { L, U } = linalg.lu(x);
    return [L, U];
  }),
  expm: one((x) => linalg.expm(x)),
  matrixPower: one((x, o) => linalg.matrixPower(x, numberIn(o, 'n'))),
  cond: one((x, o) => linalg.cond(x, o['p'] === undefined ? 2 : orderOf(o['p']))),
  eigvalsh: one((x) => linalg.eigvalsh(symmetric(x))),
  eigh: one((x) => {
    const { eigenvalues: w, eigenvectors: v } = linalg.eigh(symmetric(x));
    return [w, v.square(), v.mul(w.square().unsqueeze(-2)).matmul(v.transpose())];
  }),
  eig: one((x) => {
    const { eigenvalues: w, eigenvectors: v } = linalg.eig(x);
    const order = orderedBy(w.real.dataSync(), w.imag.dataSync());
    return [w.real.take(order), w.imag.take(order), v.real.square().add(v.imag.square()).take(order, 1)];
  }),
  // Sums in which large parts cancel.
  eigvals: one(
    (x) => {
      const w = linalg.eigvals(x);
      return [w.real.sum(), w.mul(w).mul(w).real.sum(), w.abs().sum()];
    },
    { values: { ulps: 16, floor: 'largest', double: 256 } },
  ),
  svdvals: one((x) => linalg.svdvals(x)),
  svd: one((x) => {
    const { U, S, Vh } = linalg.svd(x, { fullMatrices: false });
    return [S, U.square(), Vh.square(), U.mul(S.square().unsqueeze(-2)).matmul(Vh)];
  }),
  svdFull: one((x) => {
    const { U, S, Vh } = linalg.svd(x);
    const k = S.shape.at(-1)!;
    return [S, U.slice(...picked(U, -1, k)).abs(), Vh.slice(...picked(Vh, -2, k)).abs()];
  }),
  qr: one((x) => {
    const { Q, R } = linalg.qr(x);
    return [Q, R];
  }),
  qrComplete: one((x) => linalg.qr(x, { mode: 'complete' }).R),
  pinv: one((x) => linalg.pinv(x)),
  matrixRank: one((x) => linalg.matrixRank(x)),
  lstsq: two((a, b) => linalg.lstsq(a, b).solution),
  matrixNorm: one((x, o) => linalg.norm(x, { ord: orderOf(o['ord']), axis: [-2, -1] })),
  norm: one((x) => linalg.norm(x)),
  vectorNorm: one((x, o) =>
    linalg.norm(x, { ord: orderOf(o['ord']), axis: numberIn(o, 'axis'), keepDims: o['keepDims'] === true }),
  ),
  trace: one((x, o) => linalg.trace(x, { offset: numberIn(o, 'offset') })),
});

/** The first `count` along an axis, as arguments of slice. */
function picked(x: Tensor, axis: number, count: number): [(number | null)[], (number | null)[]] {
  const at = axis < 0 ? axis + x.rank : axis;
  return [x.shape.map((_, i) => (i === at ? 0 : null)), x.shape.map((_, i) => (i === at ? count : null))];
}

/** The places of eigenvalues by real part, then imaginary part, both rounded as the recorder rounds them. */
function orderedBy(re: ArrayLike<number>, im: ArrayLike<number>): Tensor {
  const round = (x: number): number => Math.round(x * 1e9) / 1e9;
  const places = Array.from(re, (_, i) => i);
  places.sort((a, b) => round(re[a]!) - round(re[b]!) || round(im[a]!) - round(im[b]!));
  return tensor(places, { dtype: 'int32' });
}
