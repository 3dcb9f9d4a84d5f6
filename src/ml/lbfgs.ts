/**
 * L-BFGS on the host: the least point of a smooth function of many variables.
 */

/** The value at x, and its gradient, written into `gradient`. */
export type Objective = (x: Float64Array, gradient: Float64Array) => number;

export interface LbfgsOptions {
  /** Stop when no component of the gradient is larger. */
  readonly tolerance: number;
  readonly maxIterations: number;
  /** How many steps are remembered. Default 10. */
  readonly memory?: number;
}

export interface Minimum {
  readonly x: Float64Array<ArrayBuffer>;
  readonly value: number;
  readonly iterations: number;
  /** The gradient became as small as asked for, or rounding leaves nothing to gain. */
  readonly converged: boolean;
}

/**
 * Minimises `f` from `start`. (Nocedal and Wright 2006, algorithm 7.4, with the line search 3.5 and 3.6 for strong Wolfe steps.)
 */
export function lbfgs(
  f: Objective,
  start: Float64Array,
  { tolerance, maxIterations, memory = 10 }: LbfgsOptions,
): Minimum {
  const n = start.length;
  let x = Float64Array.from(start);
  let gradient = new Float64Array(n);
  let value = f(x, gradient);
  const history: { s: Float64Array; y: Float64Array; rho: number }[] = [];
  for (let iteration = 0; iteration < maxIterations; iteration++) {
    if (largest(gradient) <= tolerance) return { x, value, iterations: iteration, converged: true };
    let direction = twoLoops(gradient, history);
    let slope = dot(direction, gradient);
    if (!(slope < 0)) {
      history.length = 0;
      direction = gradient.map((g) => -g);
      slope = dot(direction, gradient);
    }
    const first = history.length === 0 ? Math.min(1, 1 / Math.sqrt(dot(gradient, gradient))) : 1;
    const next = wolfeStep(f, x, value, slope, direction, first);
    if (next === undefined) {
      if (history.length === 0) return { x, value, iterations: iteration, converged: true };
      history.length = 0;
      continue;
    }
    const s = next.x.map((one, i) => one - x[i]!);
    const y = next.gradient.map((one, i) => one - gradient[i]!);
    const curvature = dot(s, y);
    if (curvature > 2 ** -52 * dot(y, y)) {
      history.push({ s, y, rho: 1 / curvature });
      if (history.length > memory) history.shift();
    }
    const gain = value - next.value;
    ({ x, value, gradient } = next);
    if (gain <= 2 ** -52 * Math.max(Math.abs(value), 1e-300) && largest(gradient) <= 10 * tolerance) {
      return { x, value, iterations: iteration + 1, converged: true };
    }
  }
  return { x, value, iterations: maxIterations, converged: largest(gradient) <= tolerance };
}

function largest(x: Float64Array): number {
  let most = 0;
  for (let i = 0; i < x.length; i++) most = Math.max(most, Math.abs(x[i]!));
  return most;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** −H g, with H from the remembered steps. */
function twoLoops(
  gradient: Float64Array,
  history: readonly { s: Float64Array; y: Float64Array; rho: number }[],
): Float64Array<ArrayBuffer> {
  const q = Float64Array.from(gradient);
  const alphas = new Float64Array(history.length);
  for (let k = history.length - 1; k >= 0; k--) {
    const { s, y, rho } = history[k]!;
    const alpha = (alphas[k] = rho * dot(s, q));
    for (let i = 0; i < q.length; i++) q[i]! -= alpha * y[i]!;
  }
  const last = history.at(-1);
  const scale = last === undefined ? 1 : 1 / (last.rho * dot(last.y, last.y));
  for (let i = 0; i < q.length; i++) q[i]! *= scale;
  history.forEach(({ s, y, rho }, k) => {
    const beta = rho * dot(y, q);
    for (let i = 0; i < q.length; i++) q[i]! += (alphas[k]! - beta) * s[i]!;
  });
  for (let i = 0; i < q.length; i++) q[i] = -q[i]!;
  return q;
}

interface Point {
  readonly step: number;
  readonly value: number;
  readonly slope: number;
  readonly x: Float64Array<ArrayBuffer>;
  readonly gradient: Float64Array<ArrayBuffer>;
}

/** A point along the direction that is low enough and flat enough; undefined where rounding hides any descent. */
function wolfeStep(
  f: Objective,
  from: Float64Array,
  value: number,
  slope: number,
  direction: Float64Array,
  first: number,
): Point | undefined {
  const [low, flat] = [1e-4, 0.9];
  const at = (step: number): Point => {
    const x = Float64Array.from(from, (one, i) => one + step * direction[i]!);
    const gradient = new Float64Array(x.length);
    const height = f(x, gradient);
    return { step, value: height, slope: dot(gradient, direction), x, gradient };
  };
  const isLow = (point: Point) => point.value <= value + low * point.step * slope;
  let before: Pick<Point, 'step' | 'value' | 'slope'> = { step: 0, value, slope };
  let held: Point | undefined;
  let step = first;
  for (let attempt = 0; attempt < 25; attempt++) {
    const point = at(step);
    if (!(isLow(point) && (attempt === 0 || point.value < before.value)))
      return zoom(at, isLow, flat * -slope, before, point, held);
    if (Math.abs(point.slope) <= flat * -slope) return point;
    held = point;
    if (point.slope >= 0) return zoom(at, isLow, flat * -slope, point, before, held);
    before = point;
    step *= 2.5;
  }
  return held;
}

type Height = Pick<Point, 'step' | 'value' | 'slope'>;

/** Narrows an interval that holds an acceptable step; `a` is its lower end by value. */
function zoom(
  at: (step: number) => Point,
  isLow: (point: Point) => boolean,
  flat: number,
  a: Height,
  b: Height,
  best: Point | undefined,
): Point | undefined {
  let [lower, upper, held] = [a, b, best];
  for (let attempt = 0; attempt < 30; attempt++) {
    const point = at(between(lower, upper));
    if (!isLow(point) || point.value >= lower.value) upper = point;
    else {
      if (Math.abs(point.slope) <= flat) return point;
      held = point;
      if (point.slope * (upper.step - lower.step) >= 0) upper = lower;
      lower = point;
    }
    if (Math.abs(upper.step - lower.step) <= 1e-14 * Math.max(lower.step, upper.step)) break;
  }
  return held;
}

/** The least point of the cubic through both ends, kept off them. */
function between(a: Height, b: Height): number {
  const width = b.step - a.step;
  const d = a.slope + b.slope - (3 * (b.value - a.value)) / width;
  const root = d * d - a.slope * b.slope;
  const cubic =
    root < 0
      ? Number.NaN
      : b.step -
        (width * (b.slope + Math.sign(width) * Math.sqrt(root) - d)) /
          (b.slope - a.slope + 2 * Math.sign(width) * Math.sqrt(root));
  const [low, high] = [Math.min(a.step, b.step), Math.max(a.step, b.step)];
  const margin = 0.1 * (high - low);
  return cubic > low + margin && cubic < high - margin ? cubic : a.step + width / 2;
}
