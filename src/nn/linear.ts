/**
 * The fully connected layer.
 */
import { raise, ShapeError } from '../base/errors.ts';
import { formatShape } from '../base/shape.ts';
import { defaultKey, splitKeys } from '../tensor/random.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { symmetric } from './init.ts';
import { Module, Parameter } from './module.ts';
import { checkCount } from './sizes.ts';

export interface LinearOptions {
  /** Add a bias. Default: true. */
  readonly bias?: boolean;
  /** Of the initial weights. Default: the next default key. */
  readonly key?: Tensor;
}

/**
 * y = x · Wᵀ + b: (…, inFeatures) → (…, outFeatures). Weight (outFeatures, inFeatures), bias (outFeatures,), both from
 * U(−1/√inFeatures, 1/√inFeatures) at first, as in PyTorch.
 * @throws ShapeError if the last axis of x is not inFeatures
 * @example new Linear(784, 10).forward(zeros([32, 784])) // (32, 10)
 */
export class Linear extends Module {
  readonly inFeatures: number;
  readonly outFeatures: number;
  readonly weight: Parameter;
  readonly bias: Parameter | undefined;

  constructor(inFeatures: number, outFeatures: number, { bias = true, key = defaultKey() }: LinearOptions = {}) {
    super();
    checkCount('Linear', { inFeatures, outFeatures });
    this.inFeatures = inFeatures;
    this.outFeatures = outFeatures;
    const [weightKey, biasKey] = splitKeys(key);
    const bound = 1 / Math.sqrt(inFeatures);
    this.weight = new Parameter(symmetric(weightKey!, [outFeatures, inFeatures], bound));
    this.bias = bias ? new Parameter(symmetric(biasKey!, [outFeatures], bound)) : undefined;
  }

  forward(x: Tensor): Tensor {
    if (x.shape.at(-1) !== this.inFeatures) {
      raise(
        new ShapeError(
          `Linear: expected (…, ${this.inFeatures}), got ${formatShape(x.shape)}; flatten the input or build the layer for its size`,
        ),
      );
    }
    const y = x.matmul(this.weight.value.transpose());
    return this.bias === undefined ? y : y.add(this.bias.value);
  }
}
