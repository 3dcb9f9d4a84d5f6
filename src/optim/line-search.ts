/**
 * The line search of L-BFGS: a step length that satisfies the strong Wolfe conditions, by cubic interpolation. Plain numbers;
 * each trial is one evaluation of the loss.
 */

/** A place on the line x + t·d: value, gradient, and slope along d. */
export interface Trial {
  readonly t: number;
  readonly value: number;
  readonly gradient: Float64Array;
  readonly slope: number;
}

export interface LineSearchOptions {
  /** Sufficient decrease: f(t) ≤ f(0) + c₁ t f′(0). */
  readonly c1?: number;
  /** Curvature: |f′(t)| ≤ c₂ |f′(0)|. */
  readonly c2?: number;
  /** A bracket narrower than this (in the largest change of an element) ends the search. */
  readonly tolerance: number;
  /** Evaluations at most. */
  readonly limit: number;
}

/**
 * Brackets a minimum going outwards from `first`, then narrows the bracket until the conditions hold.
 * @param start the trial at t = 0   @param first the step to try first   @param reach the largest |d|   @param evaluate one trial
 * @returns the trial found and how many were evaluated   @see Nocedal and Wright, algorithms 3.5 and 3.6; torch/optim/lbfgs.py, step for step
 */
export async function strongWolfe(
  start: Trial,
  first: number,
  reach: number,
  evaluate: (t: number) => Promise<Trial>,
  { c1 = 1e-4, c2 = 0.9, tolerance, limit }: LineSearchOptions,
): Promise<{ readonly found: Trial; readonly evaluations: number }> {
  const isTooHigh = (trial: Trial): boolean => trial.value > start.value + c1 * trial.t * start.slope;
  const isFlat = (trial: Trial): boolean => Math.abs(trial.slope) <= -c2 * start.slope;
  let trial = await evaluate(first);
  let evaluations = 1;
  let previous = start;
  let iteration = 0;
  let bracket: [low: Trial, high: Trial] | undefined;

  for (; iteration < limit; iteration++) {
    if (isTooHigh(trial) || (iteration > 1 && trial.value >= previous.value)) {
      bracket = ordered(previous, trial);
      break;
    }
    if (isFlat(trial)) return { found: trial, evaluations };
    if (trial.slope >= 0) {
      bracket = ordered(previous, trial);
      break;
    }
    const [least, most] = [trial.t + 0.01 * (trial.t - previous.t), trial.t * 10];
    const t = cubicMinimum(previous, trial, least, most);
    previous = trial;
    trial = await evaluate(t);
    evaluations++;
  }
  let [low, high] = bracket ?? ordered(start, trial);

  let isStuck = false;
  for (; iteration < limit; iteration++) {
    const [left, right] = [Math.min(low.t, high.t), Math.max(low.t, high.t)];
    if ((right - left) * reach < tolerance) break;
    let t = cubicMinimum(low, high, left, right);
    const margin = 0.1 * (right - left);
    if (Math.min(right - t, t - left) < margin) {
      // Near an end of the bracket twice, or at it: a tenth of the bracket inwards instead.
      if (isStuck || t >= right || t <= left) {
        t = Math.abs(t - right) < Math.abs(t - left) ? right - margin : left + margin;
        isStuck = false;
      } else isStuck = true;
    } else isStuck = false;

    trial = await evaluate(t);
    evaluations++;
    if (isTooHigh(trial) || trial.value >= low.value) {
      [low, high] = ordered(low, trial);
      continue;
    }
    if (isFlat(trial)) return { found: trial, evaluations };
    if (trial.slope * (high.t - low.t) >= 0) high = low;
    low = trial;
  }
  return { found: low, evaluations };
}

function ordered(a: Trial, b: Trial): [low: Trial, high: Trial] {
  return a.value <= b.value ? [a, b] : [b, a];
}

/** Where the cubic through both values and slopes has its minimum, held between the bounds; their middle if it has none. */
function cubicMinimum(a: Trial, b: Trial, least: number, most: number): number {
  const [p, q] = a.t <= b.t ? [a, b] : [b, a];
  const d1 = p.slope + q.slope - (3 * (p.value - q.value)) / (p.t - q.t);
  const square = d1 * d1 - p.slope * q.slope;
  if (!(square >= 0)) return (least + most) / 2;
  const d2 = Math.sqrt(square);
  const t = q.t - (q.t - p.t) * ((q.slope + d2 - d1) / (q.slope - p.slope + 2 * d2));
  return Math.min(Math.max(t, least), most);
}
