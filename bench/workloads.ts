/**
 * What is measured, as data: each workload says its shapes, and every contender (ours and the peers') builds it from
 * this description. Inputs and weights come from the stream in test/golden/lcg.ts with the seeds given here, so that
 * all contenders compute the same numbers. How they are timed is harness.ts.
 */

import { kernelWorkloads, type KernelWorkload } from './workloads/kernels.ts';
import type { MlWorkload } from './workloads/ml.ts';
import {
  decodeWorkloads,
  type DecodeWorkload,
  inferenceWorkloads,
  type InferenceWorkload,
  trainWorkloads,
  type TrainWorkload,
} from './workloads/networks.ts';

/** Seeds of the stream, one per tensor. Parameter i, in the order of PyTorch's `parameters()`, has seed `parameter + i`; a kernel's input i, `operand + i`. */
export const seeds = { operand: 1, upstream: 9, parameter: 10, input: 1000, target: 2000 } as const;

/** Train steps walk over this many fixed batches, so that no model settles on one batch and its gradients vanish. */
export const batchCount = 16;

/** A train step's first losses are compared between contenders. */
export const comparedSteps = 5;

export type Workload = KernelWorkload | TrainWorkload | InferenceWorkload | DecodeWorkload | MlWorkload;

/** So many tokens are decoded before a contender shows what it computed: the cache must have been read by then. */
export const comparedTokens = 4;

/** Every workload of tensors and networks, in the order of the table. Those of classical machine learning are ml.ts's. */
export function listWorkloads(): readonly Workload[] {
  return [...trainWorkloads(), ...inferenceWorkloads(), ...decodeWorkloads(), ...kernelWorkloads()];
}
