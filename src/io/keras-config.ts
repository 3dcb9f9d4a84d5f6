/**
 * The architecture that Keras and TensorFlow.js store beside weights, as typed data: layers, their settings, and which reads which.
 * Nothing is built here: that is src/keras/.
 */
import { FormatError, raise } from '../base/errors.ts';

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: Json;
}

export interface KerasLayer {
  /** 'Dense', 'Conv2D', … */
  readonly className: string;
  readonly name: string;
  /** The layer's settings under Keras's names: units, kernel_size, … */
  readonly config: JsonObject;
  /** Names of the layers that it reads; none for an input. */
  readonly inputs: readonly string[];
}

export interface KerasArchitecture {
  readonly className: 'Sequential' | 'Functional';
  readonly name: string;
  /** In an order in which each layer comes after those that it reads. */
  readonly layers: readonly KerasLayer[];
  /** Names of the layers whose outputs are the model's. */
  readonly outputs: readonly string[];
}

/** @throws FormatError always */
export function fail(message: string): never {
  return raise(new FormatError(`keras: ${message}`));
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A member of an object that is its own, undefined if there is none. */
export function memberOf(value: Json | undefined, key: string): Json | undefined {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** @throws FormatError for a text that is no JSON   @param what named in the message */
export function parseJson(text: string, what: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (cause) {
    return fail(`${what} is no JSON: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

/**
 * The architecture in a model's configuration, `{ class_name, config }`, as model.to_json() gives it.
 * @throws FormatError for one that is malformed, is neither Sequential nor Functional, or uses a layer twice
 * @example readArchitecture(JSON.parse(model_config)).layers[0].className
 */
export function readArchitecture(json: Json): KerasArchitecture {
  const kind = memberOf(json, 'class_name');
  const config = memberOf(json, 'config');
  if (kind === 'Sequential') return readSequential(config);
  if (kind === 'Functional' || kind === 'Model') return readFunctional(config);
  return fail(`a model of class ${JSON.stringify(kind)} is not read; Sequential and Functional are`);
}

function readSequential(config: Json | undefined): KerasArchitecture {
  const list = Array.isArray(config) ? (config as readonly Json[]) : memberOf(config, 'layers'); // before Keras 2.2.3 a bare list
  const layers: KerasLayer[] = [];
  for (const one of arrayOf(list, 'the layers')) {
    const layer = readLayer(one);
    const before = layers.at(-1);
    layers.push({ ...layer, inputs: before === undefined ? [] : [before.name] });
  }
  checkNames(layers);
  const last = layers.at(-1) ?? fail('the model has no layers');
  return { className: 'Sequential', name: nameOf(config), layers, outputs: [last.name] };
}

function readFunctional(config: Json | undefined): KerasArchitecture {
  const layers = arrayOf(memberOf(config, 'layers'), 'the layers').map((one) => {
    const layer = readLayer(one);
    const nodes = arrayOf(memberOf(one, 'inbound_nodes'), `the inputs of '${layer.name}'`);
    if (nodes.length > 1) fail(`the layer '${layer.name}' is used ${nodes.length} times, which is not read`);
    const inputs: string[] = [];
    if (nodes.length === 1) namesOf(nodes[0]!, inputs, 0);
    return { ...layer, inputs };
  });
  checkNames(layers);
  const outputs: string[] = [];
  namesOf(memberOf(config, 'output_layers') ?? null, outputs, 0);
  if (outputs.length === 0) fail('the model has no outputs');
  return { className: 'Functional', name: nameOf(config), layers: ordered(layers, outputs), outputs };
}

function readLayer(json: Json): Omit<KerasLayer, 'inputs'> {
  const [className, config] = [memberOf(json, 'class_name'), memberOf(json, 'config')];
  const name = memberOf(json, 'name') ?? memberOf(config, 'name');
  if (typeof className !== 'string' || !isObject(config)) fail('a layer has no class_name and config');
  if (typeof name !== 'string') fail(`a layer of class ${className} has no name`);
  return { className, name, config };
}

function nameOf(config: Json | undefined): string {
  const name = memberOf(config, 'name');
  return typeof name === 'string' ? name : 'model';
}

function arrayOf(json: Json | undefined, what: string): readonly Json[] {
  return Array.isArray(json) ? (json as readonly Json[]) : fail(`${what} are no list`);
}

/**
 * The layers that a node names: `[name, node, tensor, …]` in Keras 2, tensors with a `keras_history` of this form in Keras 3, either in
 * lists. What else stands there are settings of the call.
 */
function namesOf(json: Json, found: string[], depth: number): void {
  if (depth > 16) fail('the inputs of a layer are nested too deep');
  const history = memberOf(memberOf(json, 'config'), 'keras_history');
  if (history !== undefined) return namesOf(history, found, depth + 1);
  const args = memberOf(json, 'args');
  if (args !== undefined) return namesOf(args, found, depth + 1);
  if (!Array.isArray(json)) return;
  const list = json as readonly Json[];
  const [name, node] = list;
  if (typeof name === 'string' && typeof node === 'number') {
    if (node !== 0) fail(`the layer '${name}' is used more than once, which is not read`);
    found.push(name);
  } else for (const one of list) namesOf(one, found, depth + 1);
}

function checkNames(layers: readonly { readonly name: string }[]): void {
  const names = new Set<string>();
  for (const { name } of layers) {
    if (names.has(name)) fail(`two layers are named '${name}'`);
    names.add(name);
  }
}

/** Each after those that it reads. @throws FormatError for a circle, or a layer that is not there */
function ordered(layers: readonly KerasLayer[], outputs: readonly string[]): KerasLayer[] {
  const byName = new Map(layers.map((layer) => [layer.name, layer]));
  const missing = [...layers.flatMap(({ inputs }) => inputs), ...outputs].find((name) => !byName.has(name));
  if (missing !== undefined) fail(`there is no layer '${missing}', which others read`);
  const result: KerasLayer[] = [];
  const done = new Set<string>();
  let waiting = [...layers];
  while (waiting.length > 0) {
    const ready = waiting.filter(({ inputs }) => inputs.every((name) => done.has(name)));
    if (ready.length === 0) fail(`the layers '${waiting[0]!.name}' and others read each other in a circle`);
    for (const layer of ready) done.add(layer.name);
    result.push(...ready);
    waiting = waiting.filter(({ name }) => !done.has(name));
  }
  return result;
}
