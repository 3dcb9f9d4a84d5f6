/**
 * Activation functions without settings, and softmax, as layers for Sequential; each is the function of that name. Those with
 * settings are in activation-parametric.ts.
 */
import type { Shape } from '../base/shape.ts';
import type { GeluOptions } from '../tensor/activations.ts';
import type { Tensor } from '../tensor/tensor.ts';
import {
  hardsigmoid,
  hardswish,
  logSigmoid,
  mish,
  relu6,
  selu,
  softmin,
  softsign,
  tanhshrink,
} from './activation-functions.ts';
import { Module } from './module.ts';
import type { SameShape } from './shape-rules.ts';

/** max(x, 0). @example new ReLU().forward(tensor([-1, 2])) // [0, 2] */
export class ReLU extends Module {
  /** @internal For types alone. */
  declare readonly shapeRule?: SameShape;

  forward<S extends Shape>(x: Tensor<S>): Tensor<S> {
    return x.relu();
  }
}

/** min(max(x, 0), 6). @example new ReLU6().forward(tensor([-1, 8])) // [0, 6] */
export class ReLU6 extends Module {
  /** @internal For types alone. */
  declare readonly shapeRule?: SameShape;

  forward<S extends Shape>(x: Tensor<S>): Tensor<S> {
    return relu6(x);
  }
}

/** λ · elu(x, α) with the constants that keep mean and variance. @see Klambauer et al. 2017   @example new SELU() */
export class SELU extends Module {
  /** @internal For types alone. */
  declare readonly shapeRule?: SameShape;

  forward<S extends Shape>(x: Tensor<S>): Tensor<S> {
    return selu(x);
  }
}

/** x · σ(x), also called swish. @see Ramachandran et al. 2017   @example new SiLU() */
export class SiLU extends Module {
  /** @internal For types alone. */
  declare readonly shapeRule?: SameShape;

  forward<S extends Shape>(x: Tensor<S>): Tensor<S> {
    return x.silu();
  }
}

/** x · tanh(log(1 + eˣ)). @see Misra 2019   @example new Mish() */
export class Mish extends Module {
  /** @internal For types alone. */
  declare readonly shapeRule?: SameShape;

  forward<S extends Shape>(x: Tensor<S>): Tensor<S> {
    return mish(x);
  }
}

/** 1 / (1 + e⁻ˣ). @example new Sigmoid().forward(tensor([0])) // [0.5] */
export class Sigmoid extends Module {
  /** @internal For types alone. */
  declare readonly shapeRule?: SameShape;

  forward<S extends Shape>(x: Tensor<S>): Tensor<S> {
    return x.sigmoid();
  }
}

/** log(1 / (1 + e⁻ˣ)). @example new LogSigmoid() */
export class LogSigmoid extends Module {
  /** @internal For types alone. */
  declare readonly shapeRule?: SameShape;

  forward<S extends Shape>(x: Tensor<S>): Tensor<S> {
    return logSigmoid(x);
  }
}

/** min(max(x + 3, 0), 6) / 6. @example new Hardsigmoid().forward(tensor([0])) // [0.5] */
export class Hardsigmoid extends Module {
  /** @internal For types alone. */
  declare readonly shapeRule?: SameShape;

  forward<S extends Shape>(x: Tensor<S>): Tensor<S> {
    return hardsigmoid(x);
  }
}

/** x · hardsigmoid(x). @see Howard et al. 2019   @example new Hardswish() */
export class Hardswish extends Module {
  /** @internal For types alone. */
  declare readonly shapeRule?: SameShape;

  forward<S extends Shape>(x: Tensor<S>): Tensor<S> {
    return hardswish(x);
  }
}

/** (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ). @example new Tanh().forward(tensor([0])) // [0] */
export class Tanh extends Module {
  /** @internal For types alone. */
  declare readonly shapeRule?: SameShape;

  forward<S extends Shape>(x: Tensor<S>): Tensor<S> {
    return x.tanh();
  }
}

/** x − tanh x. @example new Tanhshrink() */
export class Tanhshrink extends Module {
  /** @internal For types alone. */
  declare readonly shapeRule?: SameShape;

  forward<S extends Shape>(x: Tensor<S>): Tensor<S> {
    return tanhshrink(x);
  }
}

/** x / (1 + |x|). @example new Softsign().forward(tensor([1])) // [0.5] */
export class Softsign extends Module {
  /** @internal For types alone. */
  declare readonly shapeRule?: SameShape;

  forward<S extends Shape>(x: Tensor<S>): Tensor<S> {
    return softsign(x);
  }
}

/** x · Φ(x), Φ the normal distribution's; or its approximation by tanh. @see Hendrycks and Gimpel 2016   @example new GELU({ approximate: 'tanh' }) */
export class GELU extends Module {
  /** @internal For types alone. */
  declare readonly shapeRule?: SameShape;

  readonly approximate: NonNullable<GeluOptions['approximate']>;

  constructor({ approximate = 'none' }: GeluOptions = {}) {
    super();
    this.approximate = approximate;
  }

  forward<S extends Shape>(x: Tensor<S>): Tensor<S> {
    return x.gelu({ approximate: this.approximate });
  }
}

/** eˣ / Σ eˣ along an axis, by default the last. @example new Softmax().forward(tensor([0, 0])) // [0.5, 0.5] */
export class Softmax extends Module {
  /** @internal For types alone. */
  declare readonly shapeRule?: SameShape;

  readonly axis: number;

  constructor(axis = -1) {
    super();
    this.axis = axis;
  }

  forward<S extends Shape>(x: Tensor<S>): Tensor<S> {
    return x.softmax(this.axis);
  }
}

/** x − log Σ eˣ along an axis, by default the last. @example new LogSoftmax() */
export class LogSoftmax extends Module {
  /** @internal For types alone. */
  declare readonly shapeRule?: SameShape;

  readonly axis: number;

  constructor(axis = -1) {
    super();
    this.axis = axis;
  }

  forward<S extends Shape>(x: Tensor<S>): Tensor<S> {
    return x.logSoftmax(this.axis);
  }
}

/** e⁻ˣ / Σ e⁻ˣ along an axis, by default the last. @example new Softmin() */
export class Softmin extends Module {
  /** @internal For types alone. */
  declare readonly shapeRule?: SameShape;

  readonly axis: number;

  constructor(axis = -1) {
    super();
    this.axis = axis;
  }

  forward<S extends Shape>(x: Tensor<S>): Tensor<S> {
    return softmin(x, this.axis);
  }
}
