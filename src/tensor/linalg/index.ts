/**
 * Linear algebra, with numpy.linalg's names in camelCase, over batches of matrices.
 */
export {
  cholesky,
  type CholeskyOptions,
  eig,
  eigh,
  eigvals,
  eigvalsh,
  lu,
  qr,
  type QrMode,
  type QrOptions,
  svd,
  type SvdOptions,
  svdvals,
} from './factorizations.ts';
export {
  det,
  expm,
  inv,
  type LeastSquares,
  lstsq,
  matrixPower,
  matrixRank,
  pinv,
  type PinvOptions,
  type RankOptions,
  slogdet,
  solve,
  triangularSolve,
  type TriangularOptions,
} from './solving.ts';
export { cond, norm, type NormOptions, type Order, trace } from './norms.ts';
