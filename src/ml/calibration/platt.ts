/**
 * Platt's scaling: scores of two classes as probabilities.
 */
import { lbfgs } from '../lbfgs.ts';
import { sigmoid, softplus } from '../special.ts';

/** P(positive) = 1 / (1 + exp(A · score + B)). */
export interface Platt {
  readonly a: number;
  readonly b: number;
}

/**
 * The A and B of least log loss, where targets are drawn in from 0 and 1 by the sizes of the classes, so that few samples do not
 * make it certain. (Platt 1999; Lin, Lin and Weng 2007.)
 * @param isPositive 1 or 0 a sample
 */
export function fitPlatt(scores: Float64Array, isPositive: ArrayLike<number>, weights?: Float64Array): Platt {
  const weight = (i: number) => weights?.[i] ?? 1;
  let [positive, negative] = [0, 0];
  for (let i = 0; i < scores.length; i++) {
    if (isPositive[i] === 1) positive += weight(i);
    else negative += weight(i);
  }
  const high = (positive + 1) / (positive + 2);
  const low = 1 / (negative + 2);
  // Solved for scores of size 1; A is scaled back.
  const scale = Math.max(
    1e-300,
    scores.reduce((most, score) => Math.max(most, Math.abs(score)), 0),
  );
  const total = positive + negative;
  const { x } = lbfgs(
    (parameters, gradient) => {
      gradient.fill(0);
      let loss = 0;
      for (let i = 0; i < scores.length; i++) {
        const score = scores[i]! / scale;
        const target = isPositive[i] === 1 ? high : low;
        const z = parameters[0]! * score + parameters[1]!;
        const share = weight(i) / total;
        loss += share * (softplus(z) - (1 - target) * z);
        const pull = share * (target - sigmoid(-z));
        gradient[0]! += pull * score;
        gradient[1]! += pull;
      }
      return loss;
    },
    Float64Array.of(0, Math.log((negative + 1) / (positive + 1))),
    { tolerance: 1e-10, maxIterations: 1000 },
  );
  return { a: x[0]! / scale, b: x[1]! };
}

export function plattProbability({ a, b }: Platt, score: number): number {
  return sigmoid(-(a * score + b));
}
