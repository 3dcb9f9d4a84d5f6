/**
 * The fully connected layer.
 */
import { raise, ShapeError } from '../base/errors.ts';
import { formatShape, type Shape } from '../base/shape.ts';
import { defaultKey, splitKeys } from '../tensor/random.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { symmetric } from './init.ts';
import { Module, Parameter } from './module.ts';
import { checkCount } from './sizes.ts';
import type { InputOf, LastAxis, OutputOf } from './shape-rules.ts';

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
export class Linear<In extends number = number, Out extends number = number> extends Module {
  /** @internal For types alone. */
  declare readonly shapeRule?: LastAxis<'Linear', In, Out>;

  readonly inFeatures: In;
  readonly outFeatures: Out;
  readonly weight: Parameter;
  readonly bias: Parameter | undefined;

  constructor(inFeatures: In, outFeatures: Out, { bias = true, key = defaultKey() }: LinearOptions = {}) {
    super();
    checkCount('Linear', { inFeatures, outFeatures });
    this.inFeatures = inFeatures;
    this.outFeatures = outFeatures;
    const [weightKey, biasKey] = splitKeys(key);
    const bound = 1 / Math.sqrt(inFeatures);
    this.weight = new Parameter(symmetric(weightKey!, [outFeatures, inFeatures], bound));
    this.bias = bias ? new Parameter(symmetric(biasKey!, [outFeatures], bound)) : undefined;
  }

  forward<L, S extends Shape>(this: L, x: InputOf<L, S>): Tensor<OutputOf<L, S>>;
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
