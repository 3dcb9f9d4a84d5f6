/**
 * Coordinate descent for least squares with both penalties, stopped by the duality gap.
 */

export interface Penalty {
  /** The weight of Σ |w|. */
  readonly l1: number;
  /** The weight of Σ w² / 2. */
  readonly l2: number;
  /** Weights may not be below 0. */
  readonly positive: boolean;
}

export interface Descent {
  readonly maxIterations: number;
  /** The gap to stop at, as a share of ‖y‖². */
  readonly tolerance: number;
}

/**
 * min ½ ‖y − X w‖² + l1 ‖w‖₁ + l2/2 ‖w‖², in place from the w that is given. The gap bounds how far the objective is above its
 * least. (Friedman, Hastie and Tibshirani 2010; gap: Kim et al. 2007.)
 * @param columns of X, each (n,) @param y (n,) @param w (features,), changed @returns iterations, and the gap
 */
export function coordinateDescent(
  columns: readonly Float64Array[],
  y: Float64Array,
  w: Float64Array,
  { l1, l2, positive }: Penalty,
  { maxIterations, tolerance }: Descent,
): { readonly iterations: number; readonly gap: number } {
  const n = y.length;
  const norms = columns.map((column) => dot(column, column));
  const residual = Float64Array.from(y);
  columns.forEach((column, j) => {
    if (w[j] !== 0) addScaled(residual, -w[j]!, column);
  });
  const goal = tolerance * dot(y, y);
  let gap = Infinity;
  for (let iteration = 0; iteration < maxIterations; iteration++) {
    let [largest, change] = [0, 0];
    for (let j = 0; j < columns.length; j++) {
      if (norms[j] === 0) continue;
      const column = columns[j]!;
      const old = w[j]!;
      const pull = dot(column, residual) + old * norms[j]!;
      const shrunk = positive ? Math.max(pull - l1, 0) : Math.sign(pull) * Math.max(Math.abs(pull) - l1, 0);
      const next = shrunk / (norms[j]! + l2);
      if (next !== old) {
        addScaled(residual, old - next, column);
        w[j] = next;
        change = Math.max(change, Math.abs(next - old));
      }
      largest = Math.max(largest, Math.abs(next));
    }
    if (largest === 0 || change / largest < tolerance || iteration === maxIterations - 1) {
      gap = dualityGap(columns, y, w, residual, n, { l1, l2, positive });
      if (gap <= goal) return { iterations: iteration + 1, gap };
    }
  }
  return { iterations: maxIterations, gap };
}

function dualityGap(
  columns: readonly Float64Array[],
  y: Float64Array,
  w: Float64Array,
  residual: Float64Array,
  n: number,
  { l1, l2, positive }: Penalty,
): number {
  let [steepest, absolute, squares] = [0, 0, 0];
  columns.forEach((column, j) => {
    const slope = dot(column, residual) - l2 * w[j]!;
    steepest = Math.max(steepest, positive ? slope : Math.abs(slope));
    absolute += Math.abs(w[j]!);
    squares += w[j]! ** 2;
  });
  const own = dot(residual, residual);
  // The residual is scaled into the set of dual points.
  const scale = steepest > l1 ? l1 / steepest : 1;
  const start = steepest > l1 ? 0.5 * (own + own * scale * scale) : own;
  return n === 0 ? 0 : start + l1 * absolute - scale * dot(residual, y) + 0.5 * l2 * (1 + scale * scale) * squares;
}

/** Hot. */
function dot(a: Float64Array, b: Float64Array): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  const end = a.length & ~3;
  for (let i = 0; i < end; i += 4) {
    s0 += a[i]! * b[i]!;
    s1 += a[i + 1]! * b[i + 1]!;
    s2 += a[i + 2]! * b[i + 2]!;
    s3 += a[i + 3]! * b[i + 3]!;
  }
  for (let i = end; i < a.length; i++) s0 += a[i]! * b[i]!;
  return s0 + s1 + (s2 + s3);
}

/** Hot. */
function addScaled(y: Float64Array, scale: number, x: Float64Array): void {
  for (let i = 0; i < y.length; i++) y[i]! += scale * x[i]!;
}
