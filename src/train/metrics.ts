/**
 * Metrics: what a person wants to know about predictions, as `fit` measures them.
 */
import type { Tensor } from '../tensor/tensor.ts';

/** The share of rows whose largest logit is at the label: (…, C), (…) → (). @example accuracy(tensor([[0, 1]]), tensor([1])) // 1 */
export function accuracy(logits: Tensor, labels: Tensor): Tensor {
  return logits.argmax(-1).equal(labels.cast('int32')).cast('float32').mean();
}
