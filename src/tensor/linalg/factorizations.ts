/**
 * Matrices as products of simpler ones. All work on (…, m, n), leading axes being a batch; they compute in double and give the dtype of
 * the input (float32 for integers). Gradients exist where the factors are determined.
 */
import { raise, ValueError } from '../../base/errors.ts';
import { iota } from '../../ir/build.ts';
import { Complex } from '../complex.ts';
import { where } from '../functions.ts';
import { Tensor } from '../tensor.ts';
import { matricesOf, run, squareOf, transposed, unpacked } from './matrices.ts';

export interface CholeskyOptions {
  /** Return U with A = Uᵀ U instead. Default false. */
  readonly upper?: boolean;
}

/**
 * L (…, n, n), lower triangular with a positive diagonal, of A = L Lᵀ; A is symmetric positive definite, and its lower triangle is read.
 * @throws LinAlgError where A is not positive definite   @example linalg.cholesky(tensor([[4, 2], [2, 5]])) // [[2, 0], [1, 2]]
 */
export function cholesky(x: Tensor, { upper = false }: CholeskyOptions = {}): Tensor {
  const l = run({ name: 'cholesky' }, squareOf('cholesky', x));
  return new Tensor(upper ? transposed(l) : l);
}

/**
 * A = P L U by elimination with row exchanges: P (…, m, m) a permutation, L (…, m, k) unit lower triangular, U (…, k, n), k = min(m, n).
 * Singular matrices have one, too.
 */
export function lu(x: Tensor): { P: Tensor; L: Tensor; U: Tensor } {
  const node = matricesOf('lu', x);
  const [m = 0, n = 0] = x.shape.slice(-2);
  const k = Math.min(m, n);
  const [both, order] = unpacked(run({ name: 'lu' }, node), [[m, n], [m]]);
  const isBelow = (rows: number, columns: number): Tensor =>
    new Tensor(iota([rows, columns], 1)).less(new Tensor(iota([rows, columns], 0)));
  const isDiagonal = new Tensor(iota([m, k], 1)).equal(new Tensor(iota([m, k], 0)));
  const left = both!.slice(
    [...both!.shape.slice(0, -1).map(() => null), 0],
    [...both!.shape.slice(0, -1).map(() => null), k],
  );
  const right = both!.slice(
    [...both!.shape.slice(0, -2).map(() => null), 0],
    [...both!.shape.slice(0, -2).map(() => null), k],
  );
  const L = where(isBelow(m, k), left, isDiagonal.cast(left.dtype));
  const U = where(isBelow(k, n), 0, right).cast(right.dtype);
  // Row i of L U is row order[i] of A.
  const places = order!.detach().cast('int32');
  const P = new Tensor(iota([m, m], 0)).equal(places.unsqueeze(-2)).cast(left.dtype);
  return { P: P.expand(...both!.shape.slice(0, -2), m, m), L, U };
}

export type QrMode = 'reduced' | 'complete' | 'r';

export interface QrOptions {
  /** Q (m, k) and R (k, n) with k = min(m, n) ('reduced', the default) or k = m ('complete'), or R alone, reduced ('r'). */
  readonly mode?: QrMode;
}

/**
 * A = Q R, Q with orthonormal columns, R upper triangular; by Householder reflections, with LAPACK's signs.
 * @example const { Q, R } = linalg.qr(x)
 */
export function qr(x: Tensor, { mode = 'reduced' }: QrOptions = {}): { Q: Tensor; R: Tensor } {
  if (!['reduced', 'complete', 'r'].includes(mode))
    raise(new ValueError(`qr: mode must be 'reduced', 'complete' or 'r', got '${mode}'`));
  const node = matricesOf('qr', x);
  const [m = 0, n = 0] = x.shape.slice(-2);
  const k = mode === 'complete' ? m : Math.min(m, n);
  const [Q, R] = unpacked(run({ name: 'qr', complete: mode === 'complete' }, node), [
    [m, k],
    [k, n],
  ]);
  return { Q: Q!, R: R! };
}

export interface SvdOptions {
  /** U (m, m) and Vh (n, n) (the default, as in NumPy), or only their first min(m, n) vectors, which have gradients. */
  readonly fullMatrices?: boolean;
}

/**
 * A = U diag(S) Vh: singular values S (…, k), descending, k = min(m, n), and singular vectors, whose signs are free.
 * @throws LinAlgError for NaN or infinite elements   @example const { U, S, Vh } = linalg.svd(x, { fullMatrices: false })
 */
export function svd(x: Tensor, { fullMatrices = true }: SvdOptions = {}): { U: Tensor; S: Tensor; Vh: Tensor } {
  const node = matricesOf('svd', x);
  const [m = 0, n = 0] = x.shape.slice(-2);
  const k = Math.min(m, n);
  const [rows, columns] = fullMatrices ? [m, n] : [k, k];
  const [U, S, Vh] = unpacked(run({ name: 'svd', full: fullMatrices && m !== n }, node), [
    [m, rows],
    [k],
    [columns, n],
  ]);
  return { U: U!, S: S!, Vh: Vh! };
}

/** The singular values (…, min(m, n)), descending. */
export function svdvals(x: Tensor): Tensor {
  return new Tensor(run({ name: 'svdvals' }, matricesOf('svdvals', x)));
}

/**
 * A = V diag(w) Vᵀ for symmetric A, of which the lower triangle is read: eigenvalues (…, n), ascending, and eigenvectors in columns, with free
 * signs. @throws LinAlgError for NaN or infinite elements
 */
export function eigh(x: Tensor): { eigenvalues: Tensor; eigenvectors: Tensor } {
  const n = x.shape.at(-1)!;
  const [eigenvalues, eigenvectors] = unpacked(run({ name: 'eigh' }, squareOf('eigh', x)), [[n], [n, n]]);
  return { eigenvalues: eigenvalues!, eigenvectors: eigenvectors! };
}

/** The eigenvalues of symmetric matrices, ascending. */
export function eigvalsh(x: Tensor): Tensor {
  return new Tensor(run({ name: 'eigvalsh' }, squareOf('eigvalsh', x)));
}

/**
 * A V = V diag(w) for general A: eigenvalues and eigenvectors, complex even where all are real, in no particular order. Vectors have length 1
 * and a free phase: the largest element of a complex one is made real. @throws LinAlgError for NaN or infinite elements
 */
export function eig(x: Tensor): { eigenvalues: Complex; eigenvectors: Complex } {
  const n = x.shape.at(-1)!;
  const [wr, wi, vr, vi] = unpacked(run({ name: 'eig' }, squareOf('eig', x)), [[n], [n], [n, n], [n, n]]);
  return { eigenvalues: new Complex(wr!, wi!), eigenvectors: new Complex(vr!, vi!) };
}

/** The eigenvalues of general matrices, complex, in no particular order. */
export function eigvals(x: Tensor): Complex {
  const n = x.shape.at(-1)!;
  const [wr, wi] = unpacked(run({ name: 'eigvals' }, squareOf('eigvals', x)), [[n], [n]]);
  return new Complex(wr!, wi!);
}
