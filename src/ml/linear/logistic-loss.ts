/**
 * The loss of logistic regression for L-BFGS: one pass over the samples gives value and gradient.
 */
import type { Objective } from '../lbfgs.ts';
import { sigmoid, softplus } from '../special.ts';
import type { Design } from './design.ts';

export interface LogisticProblem {
  readonly design: Design;
  /** The class of each sample, 0 … outputs − 1, or 0 and 1 for one output. */
  readonly codes: Int32Array;
  /** Sum to 1. */
  readonly weights: Float64Array;
  /** Rows of weights: 1 for two classes. */
  readonly outputs: number;
  readonly intercept: boolean;
}

/**
 * Σ wᵢ loss(yᵢ, W xᵢ + b) + l2/2 ‖W‖². The parameters are the rows of W, then b; b is not penalised.
 */
export function logisticObjective(problem: LogisticProblem, l2: number): Objective {
  const { design, outputs } = problem;
  const size = outputs * design.columns;
  const loss = outputs === 1 ? binaryLoss(problem) : softmaxLoss(problem);
  return (x, gradient) => {
    gradient.fill(0);
    let value = loss(x, gradient);
    for (let j = 0; j < size; j++) {
      value += 0.5 * l2 * x[j]! * x[j]!;
      gradient[j]! += l2 * x[j]!;
    }
    return value;
  };
}

/** Hot. */
function binaryLoss({ design, codes, weights, intercept }: LogisticProblem): Objective {
  const { rows, columns } = design;
  return (x, gradient) => {
    const offset = intercept ? x[columns]! : 0;
    let value = 0;
    let slope = 0;
    for (let i = 0; i < rows; i++) {
      const z = design.dot(i, x, 0) + offset;
      const y = codes[i]!;
      value += weights[i]! * (softplus(z) - y * z);
      const pull = weights[i]! * (sigmoid(z) - y);
      design.add(i, pull, gradient, 0);
      slope += pull;
    }
    if (intercept) gradient[columns] = slope;
    return value;
  };
}

/** Hot. */
function softmaxLoss({ design, codes, weights, outputs, intercept }: LogisticProblem): Objective {
  const { rows, columns } = design;
  const z = new Float64Array(outputs);
  const start = outputs * columns;
  return (x, gradient) => {
    let value = 0;
    for (let i = 0; i < rows; i++) {
      let largest = -Infinity;
      for (let k = 0; k < outputs; k++) {
        z[k] = design.dot(i, x, k * columns) + (intercept ? x[start + k]! : 0);
        if (z[k]! > largest) largest = z[k]!;
      }
      const own = z[codes[i]!]! - largest;
      let sum = 0;
      for (let k = 0; k < outputs; k++) sum += z[k] = Math.exp(z[k]! - largest);
      value += weights[i]! * (Math.log(sum) - own);
      for (let k = 0; k < outputs; k++) {
        const pull = weights[i]! * (z[k]! / sum - Number(codes[i] === k));
        design.add(i, pull, gradient, k * columns);
        if (intercept) gradient[start + k]! += pull;
      }
    }
    return value;
  };
}
