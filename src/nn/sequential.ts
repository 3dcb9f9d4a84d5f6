/**
 * Layers one after another.
 */
import type { Shape } from '../base/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { type Layer, Module } from './module.ts';
import type { InputOf, OutputOf } from './shape-rules.ts';

/**
 * fₙ(… f₂(f₁(x))): passes a tensor through its layers in order. They are named by position, as in PyTorch: '0.weight'.
 * @example
 * const model = new Sequential(new Linear(784, 128), new ReLU(), new Linear(128, 10));
 * model.forward(x); // (B, 784) → (B, 10)
 */
export class Sequential<const L extends readonly Layer[] = readonly Layer[]> extends Module {
  /** @internal For types alone. */
  declare readonly shapeRule?: 'layers';

  readonly layers: L;

  constructor(...layers: L) {
    super();
    this.layers = layers;
  }

  forward<M, S extends Shape>(this: M, x: InputOf<M, S>): Tensor<OutputOf<M, S>>;
  forward(x: Tensor): Tensor {
    let y = x;
    for (const layer of this.layers) y = layer.forward(y);
    return y;
  }

  protected override fields(): Iterable<readonly [string, unknown]> {
    return Object.entries(this.layers);
  }
}
