/**
 * Penalties on the size of parameters, to add to a loss, and the constraint on it that optimizers take as `maxNorm`.
 */
import { raise, ValueError } from '../base/errors.ts';
import type { Cell } from '../tensor/cell.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** Σ |p| over all parameters: weights that matter little become 0. @example loss.add(l1Penalty(model.parameters()).mul(1e-5)) */
export function l1Penalty(parameters: readonly Cell[]): Tensor {
  return total('l1Penalty', parameters, (p) => p.abs().sum());
}

/** ½ Σ p² over all parameters; its gradient is p, so λ times it is `weightDecay: λ` of SGD. @example loss.add(l2Penalty(model.parameters()).mul(1e-4)) */
export function l2Penalty(parameters: readonly Cell[]): Tensor {
  return total('l2Penalty', parameters, (p) => p.square().sum().mul(0.5));
}

/**
 * Slices p[i] along axis 0 scaled down to at most this 2-norm, as torch.renorm(p, 2, 0, limit): each unit's incoming weights.
 * @see Srivastava et al. 2014, section 5.1   @example weight.value = limitNorm(weight.value, 3)
 */
export function limitNorm(p: Tensor, limit: number): Tensor {
  const axes = p.shape.map((_, i) => i).slice(1);
  const norms = p.square().sum(axes, { keepDims: true }).sqrt();
  return p.mul(norms.add(1e-7).reciprocal().mul(limit).minimum(1));
}

function total(op: string, parameters: readonly Cell[], measure: (p: Tensor) => Tensor): Tensor {
  const [first, ...rest] = parameters.map(({ value }) => measure(value));
  if (first === undefined) raise(new ValueError(`${op}: there are no parameters; pass model.parameters()`));
  return rest.reduce((sum, one) => sum.add(one), first);
}
