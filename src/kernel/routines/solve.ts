/**
 * Gaussian elimination and what follows from it: LU factors, solutions, determinants; Cholesky factors; triangular systems. Singular
 * matrices are an error where a division would be by zero, as in NumPy; determinants of them are 0.
 */
import { LinAlgError, raise } from '../../base/errors.ts';
import { addProduct, addScaled, type Block, blockOf, dot, identity, matricesIn, matrixOf } from './matrix.ts';
import type { Routine } from './operand.ts';
import { decompose } from './svd.ts';

/** Columns eliminated before the rest of the matrix is brought up to date by a product. */
const PANEL = 32;

/** A (m, n) → L and U in its place, rows exchanged for the largest pivots. @returns the rows' order and the sign of that permutation */
export function factorize(
  a: Float64Array,
  m: number,
  n: number,
): { readonly order: Int32Array; readonly sign: number } {
  const order = Int32Array.from({ length: m }, (_, i) => i);
  let sign = 1;
  const steps = Math.min(m, n);
  for (let k0 = 0; k0 < steps; k0 += PANEL) {
    const k1 = Math.min(k0 + PANEL, steps);
    for (let k = k0; k < k1; k++) {
      let pivot = k;
      let largest = Math.abs(a[k * n + k]!);
      for (let i = k + 1; i < m; i++) {
        const size = Math.abs(a[i * n + k]!);
        if (size > largest) {
          largest = size;
          pivot = i;
        }
      }
      if (pivot !== k) {
        for (let j = 0; j < n; j++) {
          const kept = a[k * n + j]!;
          a[k * n + j] = a[pivot * n + j]!;
          a[pivot * n + j] = kept;
        }
        const kept = order[k]!;
        order[k] = order[pivot]!;
        order[pivot] = kept;
        sign = -sign;
      }
      const divisor = a[k * n + k]!;
      if (divisor === 0) continue;
      for (let i = k + 1; i < m; i++) {
        const factor = a[i * n + k]! / divisor;
        a[i * n + k] = factor;
        if (factor !== 0) addScaled(a, i * n + k + 1, -factor, a, k * n + k + 1, k1 - k - 1);
      }
    }
    // The rows of U to the right of the panel, then everything below them.
    for (let k = k0; k < k1; k++)
      for (let i = k + 1; i < k1; i++) addScaled(a, i * n + k1, -a[i * n + k]!, a, k * n + k1, n - k1);
    addProduct(blockOf(a, n, k1, k1), blockOf(a, n, k1, k0), blockOf(a, n, k0, k1), m - k1, n - k1, k1 - k0, -1);
  }
  return { order, sign };
}

/** B (n, k) := L⁻¹ B for the lower triangle of A (n, n), or U⁻¹ B for the upper one, of A or of its transpose. */
function substitute(
  a: Float64Array,
  b: Float64Array,
  n: number,
  k: number,
  {
    lower,
    transpose,
    unitDiagonal,
  }: { readonly lower: boolean; readonly transpose: boolean; readonly unitDiagonal: boolean },
): void {
  const goesDown = lower !== transpose;
  const blocks = Math.ceil(n / PANEL);
  for (let step = 0; step < blocks; step++) {
    const start = (goesDown ? step : blocks - 1 - step) * PANEL;
    const stop = Math.min(start + PANEL, n);
    // What is known of X already, in one product; a transposed triangle is read by columns, as rows of products.
    const [from, known] = goesDown ? [0, start] : [stop, n - stop];
    const factors = transpose ? turned(a, n, from, start, known, stop - start) : blockOf(a, n, start, from);
    addProduct(blockOf(b, k, start), factors, blockOf(b, k, from), stop - start, k, known, -1);
    for (let at = 0; at < stop - start; at++) {
      const i = goesDown ? start + at : stop - 1 - at;
      for (let j = goesDown ? start : i + 1; j < (goesDown ? i : stop); j++) {
        const factor = transpose ? a[j * n + i]! : a[i * n + j]!;
        if (factor !== 0) addScaled(b, i * k, -factor, b, j * k, k);
      }
      if (unitDiagonal) continue;
      const divisor = a[i * n + i]!;
      for (let c = 0; c < k; c++) b[i * k + c]! /= divisor;
    }
  }
}

/** Rows from … of A, columns start …, transposed: (columns, rows). */
function turned(a: Float64Array, n: number, from: number, start: number, rows: number, columns: number): Block {
  const data = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) data[j * rows + i] = a[(from + i) * n + start + j]!;
  return blockOf(data, rows);
}

function firstZero(a: Float64Array, n: number): number | undefined {
  for (let i = 0; i < n; i++) if (a[i * n + i] === 0) return i;
  return undefined;
}

function raiseSingular(op: string, index: number, at: number): never {
  raise(
    new LinAlgError(
      `${op}: matrix ${index} of the batch is singular (pivot ${at} is 0); use linalg.lstsq or linalg.pinv for a solution in the sense of least squares`,
    ),
  );
}

export const solve: Routine<'solve'> = ({ name }, [a, b], output) => {
  const { count, n, size } = matricesIn(a!);
  const k = b!.shape.at(-1)!;
  for (let index = 0; index < count; index++) {
    const factors = matrixOf(a!, index, size);
    const { order } = factorize(factors, n, n);
    const zero = firstZero(factors, n);
    if (zero !== undefined) raiseSingular(name, index, zero);
    const x = new Float64Array(n * k);
    for (let i = 0; i < n; i++)
      for (let c = 0; c < k; c++) x[i * k + c] = b!.values[index * n * k + order[i]! * k + c]!;
    substitute(factors, x, n, k, { lower: true, transpose: false, unitDiagonal: true });
    substitute(factors, x, n, k, { lower: false, transpose: false, unitDiagonal: false });
    output.set(x, index * n * k);
  }
};

export const triangularSolve: Routine<'triangularSolve'> = (call, [a, b], output) => {
  const { count, n, size } = matricesIn(a!);
  const k = b!.shape.at(-1)!;
  for (let index = 0; index < count; index++) {
    const triangle = matrixOf(a!, index, size);
    const zero = call.unitDiagonal ? undefined : firstZero(triangle, n);
    if (zero !== undefined) raiseSingular(call.name, index, zero);
    const x = matrixOf(b!, index, n * k);
    substitute(triangle, x, n, k, call);
    output.set(x, index * n * k);
  }
};

export const lu: Routine<'lu'> = (_, [a], output) => {
  const { count, m, n, size } = matricesIn(a!);
  for (let index = 0; index < count; index++) {
    const factors = matrixOf(a!, index, size);
    const { order } = factorize(factors, m, n);
    output.set(factors, index * (size + m));
    output.set(order, index * (size + m) + size);
  }
};

/** The sign of the determinant and the logarithm of its size, from which neither overflows. */
function logDeterminant(a: Float64Array, n: number): { sign: number; log: number } {
  let { sign } = factorize(a, n, n);
  let log = 0;
  for (let i = 0; i < n; i++) {
    const pivot = a[i * n + i]!;
    if (pivot === 0) return { sign: 0, log: -Infinity };
    if (pivot < 0) sign = -sign;
    log += Math.log(Math.abs(pivot));
  }
  return { sign: Number.isNaN(log) ? NaN : sign, log };
}

function determinant(a: Float64Array, n: number): number {
  let { sign: product } = factorize(a, n, n);
  for (let i = 0; i < n; i++) product *= a[i * n + i]!;
  return product;
}

export const det: Routine<'det'> = (_, [a], output) => {
  const { count, n, size } = matricesIn(a!);
  for (let index = 0; index < count; index++) output[index] = determinant(matrixOf(a!, index, size), n);
};

export const slogdet: Routine<'slogdet'> = (_, [a], output) => {
  const { count, n, size } = matricesIn(a!);
  for (let index = 0; index < count; index++) {
    const { sign, log } = logDeterminant(matrixOf(a!, index, size), n);
    output[2 * index] = sign;
    output[2 * index + 1] = log;
  }
};

/**
 * From A = U S Vᵀ: the cofactors are det(U) det(V) · U S' Vᵀ, where S'ᵢ is the product of the other singular values. No inverse is needed, so
 * singular matrices have theirs, too.
 */
export const cofactors: Routine<'cofactors'> = ({ name }, [a], output) => {
  const { count, n, size } = matricesIn(a!);
  for (let index = 0; index < count; index++) {
    const { u, s, vt } = decompose(name, matrixOf(a!, index, size), n, n, false, index);
    const sign = Math.sign(determinant(u.slice(), n)) * Math.sign(determinant(vt.slice(), n));
    const scaled = vt.slice();
    for (let i = 0; i < n; i++) {
      let others = sign;
      for (let j = 0; j < n; j++) if (j !== i) others *= s[j]!;
      for (let j = 0; j < n; j++) scaled[i * n + j]! *= others;
    }
    const result = new Float64Array(size);
    addProduct(blockOf(result, n), blockOf(u, n), blockOf(scaled, n), n, n, n);
    output.set(result, index * size);
  }
};

export const cholesky: Routine<'cholesky'> = ({ name }, [a], output) => {
  const { count, n, size } = matricesIn(a!);
  for (let index = 0; index < count; index++) {
    const l = matrixOf(a!, index, size);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < i; j++) l[i * n + j] = (l[i * n + j]! - dot(l, i * n, l, j * n, j)) / l[j * n + j]!;
      const rest = l[i * n + i]! - dot(l, i * n, l, i * n, i);
      if (!(rest > 0)) {
        raise(
          new LinAlgError(
            `${name}: matrix ${index} of the batch is not positive definite (pivot ${i} is ${rest}); add a multiple of the identity, or use linalg.eigh`,
          ),
        );
      }
      l[i * n + i] = Math.sqrt(rest);
      l.fill(0, i * n + i + 1, (i + 1) * n);
    }
    output.set(l, index * size);
  }
};

/** Coefficients of the Padé approximants of e^x, and the largest norm that each is accurate for. @see Higham 2005, tables 2.1 and 2.3 */
const pade: readonly { readonly limit: number; readonly b: readonly number[] }[] = [
  { limit: 1.495585217958292e-2, b: [120, 60, 12, 1] },
  { limit: 2.53939833006323e-1, b: [30240, 15120, 3360, 420, 30, 1] },
  { limit: 9.504178996162932e-1, b: [17297280, 8648640, 1995840, 277200, 25200, 1512, 56, 1] },
  {
    limit: 2.097847961257068,
    b: [17643225600, 8821612800, 2075673600, 302702400, 30270240, 2162160, 110880, 3960, 90, 1],
  },
  {
    limit: 5.371920351148152,
    b: [
      64764752532480000, 32382376266240000, 7771770303897600, 1187353796428800, 129060195264000, 10559470521600,
      670442572800, 33522128640, 1323241920, 40840800, 960960, 16380, 182, 1,
    ],
  },
];

/** e^A by scaling, a Padé approximant and squaring. @see Higham, The Scaling and Squaring Method for the Matrix Exponential Revisited, 2005 */
export const expm: Routine<'expm'> = (_, [a], output) => {
  const { count, n, size } = matricesIn(a!);
  const times = (x: Float64Array, y: Float64Array): Float64Array => {
    const product = new Float64Array(size);
    addProduct(blockOf(product, n), blockOf(x, n), blockOf(y, n), n, n, n);
    return product;
  };
  for (let index = 0; index < count; index++) {
    let x = matrixOf(a!, index, size);
    let norm = 0;
    for (let j = 0; j < n; j++) {
      let column = 0;
      for (let i = 0; i < n; i++) column += Math.abs(x[i * n + j]!);
      norm = Math.max(norm, column);
    }
    if (!Number.isFinite(norm)) {
      output.fill(NaN, index * size, (index + 1) * size);
      continue;
    }
    const { limit, b } = pade.find((one) => norm <= one.limit) ?? pade.at(-1)!;
    const squarings = Math.max(0, Math.ceil(Math.log2(norm / limit)));
    x = x.map((value) => value / 2 ** squarings);
    // Even powers by Horner's rule: V = Σ b₂ᵢ A²ⁱ and U = A Σ b₂ᵢ₊₁ A²ⁱ.
    const square = times(x, x);
    let [odd, even] = [identity(n), identity(n)];
    const last = b.length - 1;
    odd = odd.map((value) => value * b[last]!);
    even = even.map((value) => value * b[last - 1]!);
    for (let i = last - 2; i >= 1; i -= 2) {
      odd = times(odd, square);
      even = times(even, square);
      for (let d = 0; d < n; d++) {
        odd[d * n + d]! += b[i]!;
        even[d * n + d]! += b[i - 1]!;
      }
    }
    const u = times(x, odd);
    const denominator = even.map((value, i) => value - u[i]!);
    const numerator = even.map((value, i) => value + u[i]!);
    const { order } = factorize(denominator, n, n);
    let result: Float64Array = new Float64Array(size);
    order.forEach((row, i) => result.set(numerator.subarray(row * n, (row + 1) * n), i * n));
    substitute(denominator, result, n, n, { lower: true, transpose: false, unitDiagonal: true });
    substitute(denominator, result, n, n, { lower: false, transpose: false, unitDiagonal: false });
    for (let i = 0; i < squarings; i++) result = times(result, result);
    output.set(result, index * size);
  }
};
