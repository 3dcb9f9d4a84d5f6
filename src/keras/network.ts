/**
 * A Keras model as a module of ours: layers one after another as a Sequential, and otherwise a network of layers that read each other.
 */
import { FormatError, raise } from '../base/errors.ts';
import type { KerasFile } from '../io/keras.ts';
import type { KerasArchitecture, KerasLayer } from '../io/keras-config.ts';
import { Sequential } from '../nn/index.ts';
import { type Layer, Module } from '../nn/module.ts';
import { concat } from '../tensor/functions.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { convertLayer } from './layers.ts';

/** What layers do that read several others. */
const merges: Readonly<Record<string, (inputs: readonly Tensor[], axis: number) => Tensor>> = {
  Add: (inputs) => inputs.reduce((sum, x) => sum.add(x)),
  Subtract: ([x, y]) => x!.sub(y!),
  Multiply: (inputs) => inputs.reduce((product, x) => product.mul(x)),
  Average: (inputs) => inputs.reduce((sum, x) => sum.add(x)).div(inputs.length),
  Maximum: (inputs) => inputs.reduce((most, x) => most.maximum(x)),
  Minimum: (inputs) => inputs.reduce((least, x) => least.minimum(x)),
  Concatenate: (inputs, axis) => concat(inputs, axis),
};

/** Layers by Keras's names, each reading those that come before; one input, one output. */
export class KerasNetwork extends Module {
  readonly layers: Readonly<Record<string, Layer>>;
  readonly #architecture: KerasArchitecture;

  constructor(architecture: KerasArchitecture, layers: Readonly<Record<string, Layer>>) {
    super();
    this.#architecture = architecture;
    this.layers = layers;
  }

  forward(x: Tensor): Tensor {
    const values = new Map<string, Tensor>();
    for (const layer of this.#architecture.layers) {
      const inputs = layer.inputs.map((name) => values.get(name)!);
      const { className, name } = layer;
      const merge = Object.hasOwn(merges, className) ? merges[className] : undefined;
      values.set(name, merge === undefined ? this.layers[name]!.forward(inputs[0] ?? x) : merge(inputs, axisOf(layer)));
    }
    return values.get(this.#architecture.outputs[0]!)!;
  }

  protected override fields(): Iterable<readonly [string, unknown]> {
    return Object.entries(this.layers);
  }
}

function axisOf({ config }: KerasLayer): number {
  return typeof config.axis === 'number' ? config.axis : -1;
}

/**
 * A model that computes what Keras's does, with its weights, in evaluation mode. It takes and gives tensors in Keras's layout (channels
 * last). Where layers follow one another it is a Sequential.
 * @throws FormatError for a file without an architecture, several inputs or outputs, and layers or settings that are not converted;
 *   the message names layer and setting
 * @example const model = toModule(await loadKeras('mnist.keras')); model.forward(zeros([1, 28, 28, 1])) // (1, 10)
 */
export function toModule({ architecture, weights }: KerasFile): Sequential | KerasNetwork {
  if (architecture === undefined)
    return fail('the file holds weights only; build the model and load the tensors by name');
  const { layers, outputs } = architecture;
  const inputs = layers.filter((layer) => layer.inputs.length === 0);
  if (inputs.length !== 1 || outputs.length !== 1)
    fail(`the model has ${inputs.length} inputs and ${outputs.length} outputs; models of one each are converted`);
  const ranks = new Map<string, number>();
  const converted: Record<string, Layer> = {};
  for (const layer of layers) {
    const { name, className } = layer;
    const [before] = layer.inputs;
    const rank = before === undefined ? inputRank(layer) : ranks.get(before)!;
    if (Object.hasOwn(merges, className)) {
      ranks.set(name, rank);
      continue;
    }
    if (layer.inputs.length > 1)
      fail(`${className} '${name}' reads ${layer.inputs.length} layers, which is not converted`);
    const values = (weights.get(name) ?? []).map(([, value]) => value);
    const { layer: own, rank: after } = convertLayer(layer, rank, values);
    converted[name] = own;
    ranks.set(name, after);
  }
  const isChain =
    layers.every(({ inputs: read }, i) =>
      i === 0 ? read.length === 0 : read.length === 1 && read[0] === layers[i - 1]!.name,
    ) && outputs[0] === layers.at(-1)!.name;
  const steps = layers.filter(({ className }) => className !== 'InputLayer').map(({ name }) => converted[name]!);
  return (isChain ? new Sequential(...steps) : new KerasNetwork(architecture, converted)).eval();
}

/** Axes of an input, from the shape that Keras stores with the first layer. */
function inputRank({ className, name, config }: KerasLayer): number {
  const shape = config.batch_shape ?? config.batch_input_shape;
  if (Array.isArray(shape)) return shape.length;
  if (className === 'Embedding') return 2;
  return fail(`the first layer, '${name}', tells no shape of its input; save the model after it was built`);
}

function fail(message: string): never {
  return raise(new FormatError(`keras: ${message}`));
}
