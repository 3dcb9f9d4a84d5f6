/**
 * Activation functions with settings as layers; each is the function of that name.
 */
import type { Shape } from '../base/shape.ts';
import { full } from '../tensor/creation.ts';
import type { Tensor } from '../tensor/tensor.ts';
import {
  celu,
  elu,
  glu,
  hardshrink,
  hardtanh,
  leakyRelu,
  prelu,
  softplus,
  softshrink,
  threshold,
} from './activation-functions.ts';
import { Module, Parameter } from './module.ts';
import { checkCount } from './sizes.ts';
import type { SameShape } from './shape-rules.ts';

/** x where positive, else slope · x. @see Maas et al. 2013   @example new LeakyReLU(0.2) */
export class LeakyReLU extends Module {
  /** @internal For types alone. */
  declare readonly shapeRule?: SameShape;

  readonly slope: number;

  constructor(slope = 0.01) {
    super();
    this.slope = slope;
  }

  forward<S extends Shape>(x: Tensor<S>): Tensor<S>;
  forward(x: Tensor): Tensor {
    return leakyRelu(x, this.slope);
  }
}

/** x where positive, else α(eˣ − 1). @see Clevert et al. 2016   @example new ELU() */
export class ELU extends Module {
  /** @internal For types alone. */
  declare readonly shapeRule?: SameShape;

  readonly alpha: number;

  constructor(alpha = 1) {
    super();
    this.alpha = alpha;
  }

  forward<S extends Shape>(x: Tensor<S>): Tensor<S>;
  forward(x: Tensor): Tensor {
    return elu(x, this.alpha);
  }
}

/** max(0, x) + min(0, α(e^(x/α) − 1)). @see Barron 2017   @example new CELU() */
export class CELU extends Module {
  /** @internal For types alone. */
  declare readonly shapeRule?: SameShape;

  readonly alpha: number;

  constructor(alpha = 1) {
    super();
    this.alpha = alpha;
  }

  forward<S extends Shape>(x: Tensor<S>): Tensor<S>;
  forward(x: Tensor): Tensor {
    return celu(x, this.alpha);
  }
}

/** x held between low and high. @example new Hardtanh(-2, 2) */
export class Hardtanh extends Module {
  /** @internal For types alone. */
  declare readonly shapeRule?: SameShape;

  readonly low: number;
  readonly high: number;

  constructor(low = -1, high = 1) {
    super();
    this.low = low;
    this.high = high;
  }

  forward<S extends Shape>(x: Tensor<S>): Tensor<S>;
  forward(x: Tensor): Tensor {
    return hardtanh(x, this.low, this.high);
  }
}

/** log(1 + e^(βx)) / β. @example new Softplus() */
export class Softplus extends Module {
  /** @internal For types alone. */
  declare readonly shapeRule?: SameShape;

  readonly beta: number;

  constructor(beta = 1) {
    super();
    this.beta = beta;
  }

  forward<S extends Shape>(x: Tensor<S>): Tensor<S>;
  forward(x: Tensor): Tensor {
    return softplus(x, this.beta);
  }
}

/** x moved towards 0 by λ, 0 within λ of it. @example new Softshrink() */
export class Softshrink extends Module {
  /** @internal For types alone. */
  declare readonly shapeRule?: SameShape;

  readonly lambda: number;

  constructor(lambda = 0.5) {
    super();
    this.lambda = lambda;
  }

  forward<S extends Shape>(x: Tensor<S>): Tensor<S>;
  forward(x: Tensor): Tensor {
    return softshrink(x, this.lambda);
  }
}

/** x, but 0 within λ of 0. @example new Hardshrink() */
export class Hardshrink extends Module {
  /** @internal For types alone. */
  declare readonly shapeRule?: SameShape;

  readonly lambda: number;

  constructor(lambda = 0.5) {
    super();
    this.lambda = lambda;
  }

  forward<S extends Shape>(x: Tensor<S>): Tensor<S>;
  forward(x: Tensor): Tensor {
    return hardshrink(x, this.lambda);
  }
}

/** x where above the threshold, else a value. @example new Threshold(0.1, 0) */
export class Threshold extends Module {
  /** @internal For types alone. */
  declare readonly shapeRule?: SameShape;

  readonly threshold: number;
  readonly value: number;

  constructor(threshold: number, value: number) {
    super();
    this.threshold = threshold;
    this.value = value;
  }

  forward<S extends Shape>(x: Tensor<S>): Tensor<S>;
  forward(x: Tensor): Tensor {
    return threshold(x, this.threshold, this.value);
  }
}

/** a · σ(b), a and b the halves of an axis, by default the last. @see Dauphin et al. 2017   @example new GLU().forward(zeros([2, 6])) // (2, 3) */
export class GLU extends Module {
  readonly axis: number;

  constructor(axis = -1) {
    super();
    this.axis = axis;
  }

  forward(x: Tensor): Tensor {
    return glu(x, this.axis);
  }
}

/**
 * x where positive, else slope · x with learned slopes: one, or one per channel of (N, C, …). All start at `initial`.
 * @throws ShapeError if there are neither one nor C slopes   @see He et al. 2015   @example new PReLU(16)
 */
export class PReLU extends Module {
  /** @internal For types alone. */
  declare readonly shapeRule?: SameShape;

  readonly weight: Parameter;

  constructor(count = 1, initial = 0.25) {
    super();
    checkCount('PReLU', { count });
    this.weight = new Parameter(full([count], initial));
  }

  forward<S extends Shape>(x: Tensor<S>): Tensor<S>;
  forward(x: Tensor): Tensor {
    return prelu(x, this.weight.value);
  }
}
