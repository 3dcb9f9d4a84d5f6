/**
 * Finding the parameters of a kernel within their bounds: the largest marginal likelihood, from several starts.
 */
import { lbfgs } from '../lbfgs.ts';
import { Random } from '../random.ts';
import type { CovarianceKernel } from './kernels.ts';

/** A log likelihood and its derivatives by the logarithms of the free parameters; undefined where there is none. */
export type Evidence = (
  kernel: CovarianceKernel,
) => { readonly value: number; readonly slopes: readonly number[] } | undefined;

/** How near to a bound a start may be, as a part of a quarter turn. */
const EDGE = 0.01;

/**
 * The kernel of the largest evidence. A parameter between bounds is the sine of a free number, so that a search without bounds
 * keeps to them, and one that ends at a bound ends where it is flat.
 * @param restarts how many more starts there are, drawn evenly between the logarithms of the bounds
 */
export function tune(kernel: CovarianceKernel, evidence: Evidence, restarts: number, seed: number): CovarianceKernel {
  const bounds = kernel.thetaBounds;
  if (bounds.length === 0) return kernel;
  const middle = bounds.map(([low, high]) => (low + high) / 2);
  const half = bounds.map(([low, high]) => (high - low) / 2);
  const thetaOf = (turns: Float64Array) => turns.map((turn, p) => middle[p]! + half[p]! * Math.sin(turn));
  const turnsOf = (theta: Float64Array) =>
    theta.map((value, p) => {
      const limit = (1 - EDGE) * (Math.PI / 2);
      const turn = half[p]! > 0 ? Math.asin(Math.min(1, Math.max(-1, (value - middle[p]!) / half[p]!))) : 0;
      return Math.min(limit, Math.max(-limit, turn));
    });
  const random = new Random(seed);
  const starts = [kernel.theta];
  for (let r = 0; r < restarts; r++) {
    starts.push(Float64Array.from(bounds, ([low, high]) => low + (high - low) * random.uniform()));
  }
  let best: { readonly value: number; readonly kernel: CovarianceKernel } | undefined;
  for (const start of starts) {
    const objective = (turns: Float64Array, gradient: Float64Array): number => {
      const found = evidence(kernel.withTheta(thetaOf(turns)));
      gradient.fill(0);
      if (found === undefined) return Infinity;
      found.slopes.forEach((slope, p) => (gradient[p] = -slope * half[p]! * Math.cos(turns[p]!)));
      return -found.value;
    };
    const { x, value } = lbfgs(objective, turnsOf(start), { tolerance: 1e-6, maxIterations: 200 });
    if (best === undefined || value < best.value) best = { value, kernel: kernel.withTheta(thetaOf(x)) };
  }
  return best!.kernel;
}
