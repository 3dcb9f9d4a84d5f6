/**
 * Systems of equations and what belongs to them: solutions, inverses, determinants, powers, exponentials. A system without one solution is a
 * LinAlgError, as in NumPy; what lstsq and pinv give is the best there is.
 */
import { raise, ValueError } from '../../base/errors.ts';
import { expand } from '../../ir/build.ts';
import { matmul } from '../contraction.ts';
import { eye, zeros } from '../creation.ts';
import { Tensor } from '../tensor.ts';
import { svdvals } from './factorizations.ts';
import { epsilonOf, matricesOf, meetAsSystem, run, solutionOf, squareOf, unpacked } from './matrices.ts';

/**
 * X with A X = B.
 * @param a (…, n, n)   @param b (n,) or (…, n, k); leading axes broadcast   @throws LinAlgError where A is singular, ShapeError
 * @example linalg.solve(tensor([[2, 0], [0, 4]]), tensor([2, 2])) // [1, 0.5]
 */
export function solve(a: Tensor, b: Tensor): Tensor {
  squareOf('solve', a);
  const system = meetAsSystem('solve', a, b);
  return solutionOf(run({ name: 'solve' }, system.a, system.b), system.isVector);
}

export interface TriangularOptions {
  /** Which triangle of A is read. Default true. */
  readonly lower?: boolean;
  /** Solve Aᵀ X = B. Default false. */
  readonly transpose?: boolean;
  /** Take the diagonal for ones. Default false. */
  readonly unitDiagonal?: boolean;
}

/** X with A X = B for a triangular A, of which the other triangle is not read. @throws LinAlgError where the diagonal has a 0 */
export function triangularSolve(
  a: Tensor,
  b: Tensor,
  { lower = true, transpose = false, unitDiagonal = false }: TriangularOptions = {},
): Tensor {
  squareOf('triangularSolve', a);
  const system = meetAsSystem('triangularSolve', a, b);
  const call = { name: 'triangularSolve', lower, transpose, unitDiagonal } as const;
  return solutionOf(run(call, system.a, system.b), system.isVector);
}

/** A⁻¹. To solve a system, `solve` is faster and loses less. @throws LinAlgError where A is singular */
export function inv(x: Tensor): Tensor {
  const a = squareOf('inv', x);
  const n = x.shape.at(-1)!;
  const identity = expand(eye(n, n, { dtype: a.dtype }).node, a.shape);
  return new Tensor(run({ name: 'solve' }, a, identity));
}

/** The determinant (…); 0 for a singular matrix, whose gradient is right, too. */
export function det(x: Tensor): Tensor {
  return new Tensor(run({ name: 'det' }, squareOf('det', x)));
}

/** The determinant as its sign and the logarithm of its size, which neither overflow nor vanish; 0 and −∞ for a singular matrix. */
export function slogdet(x: Tensor): { sign: Tensor; logAbsDet: Tensor } {
  const packed = run({ name: 'slogdet' }, squareOf('slogdet', x));
  const [sign, logAbsDet] = unpacked(packed, [[], []]);
  return { sign: sign!.detach(), logAbsDet: logAbsDet! };
}

export interface PinvOptions {
  /** Singular values up to this part of the largest count as 0. Default max(m, n) · ε. */
  readonly rcond?: number;
}

/** The Moore–Penrose inverse A⁺ (…, n, m). Its gradient holds where the rank does not change. */
export function pinv(x: Tensor, { rcond }: PinvOptions = {}): Tensor {
  const a = matricesOf('pinv', x);
  return new Tensor(run({ name: 'pinv', rcond: rcond ?? Math.max(...x.shape.slice(-2)) * epsilonOf(a) }, a));
}

export interface LeastSquares {
  readonly solution: Tensor;
  /** Σ (A x − b)² for each column. */
  readonly residuals: Tensor;
  readonly rank: Tensor;
  readonly singularValues: Tensor;
}

/**
 * The x of least length among those that make |A x − b| least.
 * @param a (…, m, n)   @param b (m,) or (…, m, k)   @example linalg.lstsq(X, y).solution // a linear regression
 */
export function lstsq(a: Tensor, b: Tensor, options: PinvOptions = {}): LeastSquares {
  const system = meetAsSystem('lstsq', a, b);
  const matrix = new Tensor(system.a);
  const rcond = options.rcond ?? Math.max(...a.shape.slice(-2)) * epsilonOf(matrix);
  const x = matmul(pinv(matrix, { rcond }).node, system.b);
  const difference = new Tensor(matmul(system.a, x)).sub(new Tensor(system.b));
  const residuals = difference.square().sum(-2);
  const singularValues = svdvals(matrix);
  return {
    solution: solutionOf(x, system.isVector),
    residuals: system.isVector ? residuals.squeeze(-1) : residuals,
    rank: countAbove(singularValues, rcond),
    singularValues,
  };
}

function countAbove(values: Tensor, rcond: number): Tensor {
  if (values.shape.at(-1) === 0) return zeros(values.shape.slice(0, -1), { dtype: 'int32' });
  return values.greater(values.max(-1, { keepDims: true }).mul(rcond)).sum(-1);
}

export interface RankOptions {
  /** Singular values up to this count as 0. Default: the largest · max(m, n) · ε. */
  readonly tol?: number;
}

/** The number of singular values that are not 0 up to rounding, int32. */
export function matrixRank(x: Tensor, { tol }: RankOptions = {}): Tensor {
  const values = svdvals(x);
  if (tol !== undefined) return values.greater(tol).sum(-1);
  return countAbove(values, Math.max(...x.shape.slice(-2)) * epsilonOf(values));
}

/** Aⁿ for a whole n, by repeated squaring; of the inverse for n < 0. @throws LinAlgError where that does not exist */
export function matrixPower(x: Tensor, n: number): Tensor {
  if (!Number.isInteger(n)) raise(new ValueError(`matrixPower: n must be a whole number, got ${n}`));
  if (n < 0) return matrixPower(inv(x), -n);
  const node = squareOf('matrixPower', x);
  const size = x.shape.at(-1)!;
  let result: Tensor | undefined;
  let power = new Tensor(node);
  for (let rest = n; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = result === undefined ? power : result.matmul(power);
    if (rest > 1) power = power.matmul(power);
  }
  return result ?? eye(size, size, { dtype: node.dtype }).expand(...x.shape);
}

/** e^A = Σ Aᵏ / k!. */
export function expm(x: Tensor): Tensor {
  return new Tensor(run({ name: 'expm' }, squareOf('expm', x)));
}
