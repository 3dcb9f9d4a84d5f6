/**
 * The bilinear layer, and distances between two inputs.
 */
import { raise, ShapeError } from '../base/errors.ts';
import { formatShape } from '../base/shape.ts';
import { einsum } from '../tensor/functions.ts';
import { defaultKey, splitKeys } from '../tensor/random.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { symmetric } from './init.ts';
import type { LinearOptions } from './linear.ts';
import { Module, Parameter } from './module.ts';
import { checkCount } from './sizes.ts';

/**
 * yₖ = x₁ᵀ Wₖ x₂ + bₖ: (…, in1), (…, in2) → (…, out). Weight (out, in1, in2), bias (out,), both from U(−1/√in1, 1/√in1) at
 * first, as in PyTorch.
 * @throws ShapeError if the last axes are not in1 and in2   @example new Bilinear(20, 30, 40).forward(zeros([8, 20]), zeros([8, 30])) // (8, 40)
 */
export class Bilinear extends Module {
  readonly in1Features: number;
  readonly in2Features: number;
  readonly outFeatures: number;
  readonly weight: Parameter;
  readonly bias: Parameter | undefined;

  constructor(
    in1Features: number,
    in2Features: number,
    outFeatures: number,
    { bias = true, key = defaultKey() }: LinearOptions = {},
  ) {
    super();
    checkCount('Bilinear', { in1Features, in2Features, outFeatures });
    this.in1Features = in1Features;
    this.in2Features = in2Features;
    this.outFeatures = outFeatures;
    const [weightKey, biasKey] = splitKeys(key);
    const bound = 1 / Math.sqrt(in1Features);
    this.weight = new Parameter(symmetric(weightKey!, [outFeatures, in1Features, in2Features], bound));
    this.bias = bias ? new Parameter(symmetric(biasKey!, [outFeatures], bound)) : undefined;
  }

  forward(x1: Tensor, x2: Tensor): Tensor {
    if (x1.shape.at(-1) !== this.in1Features || x2.shape.at(-1) !== this.in2Features) {
      raise(
        new ShapeError(
          `Bilinear: expected (…, ${this.in1Features}) and (…, ${this.in2Features}), got ${formatShape(x1.shape)} and ${formatShape(x2.shape)}`,
        ),
      );
    }
    const leading = x1.shape.slice(0, -1);
    const [a, b] = [x1.reshape(-1, this.in1Features), x2.reshape(-1, this.in2Features)];
    if (a.shape[0] !== b.shape[0])
      raise(
        new ShapeError(`Bilinear: ${formatShape(x1.shape)} and ${formatShape(x2.shape)} differ before the last axis`),
      );
    const y = einsum('noj,nj->no', einsum('ni,oij->noj', a, this.weight.value), b).reshape(
      ...leading,
      this.outFeatures,
    );
    return this.bias === undefined ? y : y.add(this.bias.value);
  }
}

/**
 * x · y / max(‖x‖ ‖y‖, eps) along an axis; the tensors broadcast. @example cosineSimilarity(a, b) // (B, C), (B, C) → (B,)
 */
export function cosineSimilarity(x: Tensor, y: Tensor, axis = -1, eps = 1e-8): Tensor {
  const length = (of: Tensor): Tensor =>
    of
      .square()
      .sum(axis, { keepDims: true })
      .maximum(eps * eps)
      .sqrt();
  return x
    .div(length(x))
    .mul(y.div(length(y)))
    .sum(axis);
}

/** ‖x − y + eps‖ₚ along the last axis. @example pairwiseDistance(a, b) // (B, C), (B, C) → (B,) */
export function pairwiseDistance(x: Tensor, y: Tensor, p = 2, eps = 1e-6): Tensor {
  const difference = x.sub(y).add(eps).abs();
  if (p === 1) return difference.sum(-1);
  if (p === Infinity) return difference.max(-1);
  return p === 2
    ? difference.square().sum(-1).sqrt()
    : difference
        .pow(p)
        .sum(-1)
        .pow(1 / p);
}

/** The cosine of the angle between two inputs along an axis, by default the second: (N, C), (N, C) → (N,). @example new CosineSimilarity().forward(a, b) */
export class CosineSimilarity extends Module {
  readonly axis: number;
  readonly eps: number;

  constructor(axis = 1, eps = 1e-8) {
    super();
    this.axis = axis;
    this.eps = eps;
  }

  forward(x: Tensor, y: Tensor): Tensor {
    return cosineSimilarity(x, y, this.axis, this.eps);
  }
}

/** ‖x − y‖ₚ along the last axis: (N, C), (N, C) → (N,). @example new PairwiseDistance(1).forward(a, b) */
export class PairwiseDistance extends Module {
  readonly p: number;
  readonly eps: number;

  constructor(p = 2, eps = 1e-6) {
    super();
    this.p = p;
    this.eps = eps;
  }

  forward(x: Tensor, y: Tensor): Tensor {
    return pairwiseDistance(x, y, this.p, this.eps);
  }
}
