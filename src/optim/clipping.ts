/**
 * Bounds on gradients, between `gradients` and `step`. They are functions: what comes in is not changed.
 */
import { raise, ValueError } from '../base/errors.ts';
import type { Tensor } from '../tensor/tensor.ts';

/**
 * The norm of all gradients as one vector: √Σ g², or max |g| for order Infinity. A scalar, float64.
 * @throws ValueError if there are none   @example gradNorm(gradients(loss, model.parameters()))
 */
export function gradNorm(gradients: readonly Tensor[], order: 2 | typeof Infinity = 2): Tensor {
  const isMax = order === Infinity;
  const [first, ...rest] = gradients.map((g) => (isMax ? g.abs().max() : g.square().sum()).cast('float64'));
  if (first === undefined) raise(new ValueError('gradNorm: there are no gradients'));
  if (isMax) return rest.reduce((most, one) => most.maximum(one), first);
  return rest.reduce((sum, one) => sum.add(one), first).sqrt();
}

/**
 * All gradients by one factor, min(1, maxNorm / (norm + 1e-6)), so that together they are no longer than maxNorm.
 * @throws ValueError unless maxNorm > 0   @see Pascanu et al. 2013; torch.nn.utils.clip_grad_norm_
 * @example optimizer.step(clipGradNorm(gradients(loss, model.parameters()), 1))
 */
export function clipGradNorm(gradients: readonly Tensor[], maxNorm: number, order: 2 | typeof Infinity = 2): Tensor[] {
  checkPositive('clipGradNorm: maxNorm', maxNorm);
  const factor = gradNorm(gradients, order).add(1e-6).reciprocal().mul(maxNorm).minimum(1);
  return gradients.map((g) => g.mul(factor.cast(g.dtype)));
}

/** Each element held between −limit and limit. @throws ValueError unless limit > 0   @example clipGradValue(gradients(loss, parameters), 0.5) */
export function clipGradValue(gradients: readonly Tensor[], limit: number): Tensor[] {
  checkPositive('clipGradValue: limit', limit);
  return gradients.map((g) => g.clip(-limit, limit));
}

function checkPositive(name: string, value: number): void {
  if (!(value > 0)) raise(new ValueError(`${name} must be above 0, got ${value}`));
}
