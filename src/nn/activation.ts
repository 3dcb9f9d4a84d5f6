/**
 * Activation functions as layers, for Sequential; each is the tensor's method of that name.
 */
import type { GeluOptions } from '../tensor/activations.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { Module } from './module.ts';

/** max(x, 0). @example new ReLU().forward(tensor([-1, 2])) // [0, 2] */
export class ReLU extends Module {
  forward(x: Tensor): Tensor {
    return x.relu();
  }
}

/** x · Φ(x), Φ the normal distribution's; or its approximation by tanh. @see Hendrycks and Gimpel 2016   @example new GELU({ approximate: 'tanh' }) */
export class GELU extends Module {
  readonly approximate: NonNullable<GeluOptions['approximate']>;

  constructor({ approximate = 'none' }: GeluOptions = {}) {
    super();
    this.approximate = approximate;
  }

  forward(x: Tensor): Tensor {
    return x.gelu({ approximate: this.approximate });
  }
}

/** 1 / (1 + e⁻ˣ). @example new Sigmoid().forward(tensor([0])) // [0.5] */
export class Sigmoid extends Module {
  forward(x: Tensor): Tensor {
    return x.sigmoid();
  }
}

/** (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ). @example new Tanh().forward(tensor([0])) // [0] */
export class Tanh extends Module {
  forward(x: Tensor): Tensor {
    return x.tanh();
  }
}

/** eˣ / Σ eˣ along an axis, by default the last. @example new Softmax().forward(tensor([0, 0])) // [0.5, 0.5] */
export class Softmax extends Module {
  readonly axis: number;

  constructor(axis = -1) {
    super();
    this.axis = axis;
  }

  forward(x: Tensor): Tensor {
    return x.softmax(this.axis);
  }
}
