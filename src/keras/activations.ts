/**
 * Activation functions by the names that Keras has for them.
 */
import {
  ELU,
  GELU,
  LeakyReLU,
  LogSigmoid,
  LogSoftmax,
  Mish,
  ReLU,
  ReLU6,
  SELU,
  Sigmoid,
  SiLU,
  Softmax,
  Softplus,
  Softsign,
  Tanh,
} from '../nn/index.ts';
import { type Layer, Module } from '../nn/module.ts';
import type { Json } from '../io/keras-config.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Settings } from './settings.ts';

/** A function of a tensor as a layer. */
export class Mapped extends Module {
  readonly #map: (x: Tensor) => Tensor;

  constructor(map: (x: Tensor) => Tensor) {
    super();
    this.#map = map;
  }

  forward(x: Tensor): Tensor {
    return this.#map(x);
  }
}

const activations: Readonly<Record<string, () => Layer>> = {
  relu: () => new ReLU(),
  relu6: () => new ReLU6(),
  leaky_relu: () => new LeakyReLU(0.2),
  sigmoid: () => new Sigmoid(),
  tanh: () => new Tanh(),
  softmax: () => new Softmax(-1),
  log_softmax: () => new LogSoftmax(-1),
  log_sigmoid: () => new LogSigmoid(),
  elu: () => new ELU(),
  selu: () => new SELU(),
  gelu: () => new GELU(),
  silu: () => new SiLU(),
  swish: () => new SiLU(),
  mish: () => new Mish(),
  softplus: () => new Softplus(),
  softsign: () => new Softsign(),
  exponential: () => new Mapped((x) => x.exp()),
};

/** The activation that a setting names; undefined for none ('linear'). @throws FormatError for one that is not converted */
export function activation(settings: Settings, key = 'activation'): Layer | undefined {
  const name = nameOf(settings.get(key));
  if (name === undefined || name === 'linear') return undefined;
  return Object.hasOwn(activations, name)
    ? activations[name]!()
    : settings.fail(`${key} ${JSON.stringify(name)} is not converted`);
}

/** A name, or an object with one. */
function nameOf(value: Json | undefined): string | undefined {
  if (typeof value === 'string') return value.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toLowerCase();
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && 'config' in value)
    return nameOf((value as { readonly config: Json }).config) ?? 'unnamed';
  return value === undefined || value === null ? undefined : 'unnamed';
}
