/**
 * Models that Keras saved: `.h5` of Keras 2 and 3, `.keras`, and `.weights.h5`: weights by name and the architecture as data. Nothing
 * in a file is executed; code that a Lambda layer carries is left alone.
 */
import type { Tensor } from '../tensor/tensor.ts';
import { type Hdf5Dataset, type Hdf5Group, type Hdf5Value, isHdf5, openHdf5 } from './hdf5.ts';
import { fail, type KerasArchitecture, parseJson, readArchitecture } from './keras-config.ts';
import { readZip } from './zip.ts';

export interface KerasFile {
  /** Undefined where a file holds weights only. */
  readonly architecture: KerasArchitecture | undefined;
  /** By layer, in Keras's order: the name within the layer ('kernel', 'forward_lstm/lstm_cell/bias', or in `.keras` '0', 'cell/1') and the value. */
  readonly weights: ReadonlyMap<string, readonly (readonly [name: string, value: Tensor])[]>;
  /** All weights as 'layer/name'. */
  readonly tensors: Readonly<Record<string, Tensor>>;
}

/** Groups inside of each other: a Bidirectional layer has four. */
const DEEPEST = 16;
/** Packed weights may be so much larger than their file, but small files are trusted with 64 MiB. */
const LARGEST_GROWTH = 64;
const SMALLEST_BOUND = 2 ** 26;

/**
 * Reads what model.save or model.save_weights wrote.
 * @throws FormatError for a file that is neither HDF5 nor a `.keras` archive, is truncated, damaged, or holds no Keras model
 * @example const { tensors, architecture } = await readKeras(bytes); tensors['dense/kernel'] // (784, 10)
 */
export async function readKeras(bytes: Uint8Array): Promise<KerasFile> {
  if (isHdf5(bytes)) {
    const root = openHdf5(bytes);
    const config = textOf(root.attributes().get('model_config'));
    const architecture = config === undefined ? undefined : readArchitecture(parseJson(config, 'model_config'));
    const group = root.get('model_weights') ?? root;
    if (group.kind !== 'group') fail('model_weights is no group');
    return finished(architecture, await weightsOf(group, reader(bytes.length)));
  }
  const members = new Map(readZip(bytes).map((member) => [member.name, member]));
  const config = members.get('config.json') ?? fail('the archive has no config.json; is this a .keras file?');
  const weights = members.get('model.weights.h5') ?? fail('the archive has no model.weights.h5');
  const text = new TextDecoder().decode(await config.read());
  const architecture = readArchitecture(parseJson(text, 'config.json'));
  return finished(architecture, await weightsOf(openHdf5(await weights.read()), reader(bytes.length), architecture));
}

/** Reads a Keras model by its path, in Node. @throws DataError if there is no such file   @throws FormatError   @example await loadKeras('model.keras') */
export async function loadKeras(path: string): Promise<KerasFile> {
  const { readBytes } = await import('./files.ts');
  return readKeras(await readBytes('loadKeras', path));
}

type Read = (set: Hdf5Dataset) => Promise<Tensor>;

/** Many names may lead to one data set, and so to more than a file could hold: all together are bounded. */
function reader(fileSize: number): Read {
  const bound = Math.max(SMALLEST_BOUND, LARGEST_GROWTH * fileSize);
  let left = bound;
  return (set) => {
    left -= set.shape.reduce((product, size) => product * size, set.type.size);
    if (left < 0) fail(`the weights take more than ${bound} bytes, which a file of ${fileSize} bytes is trusted with`);
    return set.read();
  };
}

type Weights = Map<string, (readonly [name: string, value: Tensor])[]>;

/** What TensorFlow.js models share with these. */
export function finished(architecture: KerasArchitecture | undefined, weights: KerasFile['weights']): KerasFile {
  const entries = [...weights].flatMap(([layer, list]) =>
    list.map(([name, value]) => [`${layer}/${name}`, value] as const),
  );
  return { architecture, weights, tensors: Object.fromEntries(entries) };
}

async function weightsOf(group: Hdf5Group, read: Read, architecture?: KerasArchitecture): Promise<Weights> {
  const names = textsOf(group.attributes(), 'layer_names');
  if (names !== undefined) return byLayerNames(group, names, read);
  const layers = group.get('layers') ?? group.get('_layer_checkpoint_dependencies');
  if (layers?.kind === 'group') return byVariables(layers, read, architecture);
  return fail('the file holds neither layer_names nor layers; is it a model that Keras saved?');
}

/** Keras 2, and `.h5` of Keras 3: attributes list the layers, and the weights of each. */
async function byLayerNames(group: Hdf5Group, names: readonly string[], read: Read): Promise<Weights> {
  const weights: Weights = new Map();
  for (const layer of names) {
    const own = group.get(layer);
    if (own?.kind !== 'group') fail(`the layer ${JSON.stringify(layer.slice(0, 200))} is listed and not there`);
    const paths = textsOf(own.attributes(), 'weight_names') ?? [];
    const list: (readonly [string, Tensor])[] = [];
    for (const path of paths) {
      const set = own.get(path);
      if (set?.kind !== 'dataset') fail(`the weight ${JSON.stringify(path.slice(0, 200))} is listed and not there`);
      list.push([nameWithin(layer, path), await read(set)]);
    }
    weights.set(layer, list);
  }
  return weights;
}

/** 'model/dense/kernel:0' of the layer 'dense' is 'kernel'. */
function nameWithin(layer: string, path: string): string {
  const parts = path.replace(/:0$/, '').split('/');
  const at = parts.lastIndexOf(layer);
  return (at >= 0 && at < parts.length - 1 ? parts.slice(at + 1) : parts).join('/');
}

/** Texts of an attribute; one beyond 64 KiB is written in parts, 'name0', 'name1', … */
function textsOf(attributes: ReadonlyMap<string, Hdf5Value>, name: string): string[] | undefined {
  const whole = attributes.get(name);
  const parts = whole === undefined ? [] : [whole];
  for (let i = 0; whole === undefined && attributes.has(`${name}${i}`); i++) parts.push(attributes.get(`${name}${i}`)!);
  if (parts.length === 0) return undefined;
  return parts.flatMap((part) => (typeof part === 'object' ? part.map(String) : [String(part)]));
}

function textOf(value: Hdf5Value | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** Keras 3: a group for each layer, named by its class and counted; the layer's own name is an attribute of its variables. */
async function byVariables(layers: Hdf5Group, read: Read, architecture?: KerasArchitecture): Promise<Weights> {
  const named = new Map(countedNames(architecture).map(([key, name]) => [key, name]));
  const weights: Weights = new Map();
  for (const key of layers.names()) {
    const group = layers.get(key);
    if (group?.kind !== 'group') continue;
    const name = textOf(group.get('vars')?.attributes().get('name')) ?? named.get(key) ?? key;
    const list: (readonly [string, Tensor])[] = [];
    await collect(group, '', list, 0, read);
    if (weights.has(name)) fail(`two layers are named ${JSON.stringify(name.slice(0, 200))}`);
    weights.set(name, list);
  }
  return weights;
}

/** Parts of a layer that are no weights. */
const STATE = new Set(['seed_generator']);

async function collect(
  group: Hdf5Group,
  path: string,
  list: (readonly [string, Tensor])[],
  depth: number,
  read: Read,
): Promise<void> {
  if (depth > DEEPEST) fail(`the weights at '${path}' are nested too deep`);
  const vars = group.get('vars');
  if (vars?.kind === 'group') {
    const sets = vars.names().map((name) => [name, vars.get(name)] as const);
    sets.sort(([one], [other]) => Number(one) - Number(other));
    for (const [name, set] of sets) if (isDataset(set)) list.push([`${path}${name}`, await read(set)]);
  }
  // Keras reads the direction forward first; the alphabet has it second.
  const parts = group.names().filter((name) => name !== 'vars' && !STATE.has(name));
  parts.sort((one, other) => Number(other.startsWith('forward')) - Number(one.startsWith('forward')));
  for (const name of parts) {
    const part = group.get(name);
    if (part?.kind === 'group') await collect(part, `${path}${name}/`, list, depth + 1, read);
  }
}

function isDataset(member: Hdf5Group | Hdf5Dataset | undefined): member is Hdf5Dataset {
  return member?.kind === 'dataset';
}

/** The groups' names of the layers: 'conv2d', 'conv2d_1', … */
function countedNames(architecture: KerasArchitecture | undefined): [key: string, name: string][] {
  const counts = new Map<string, number>();
  return (architecture?.layers ?? []).map(({ className, name }) => {
    const base = snakeCase(className);
    const count = counts.get(base) ?? 0;
    counts.set(base, count + 1);
    return [count === 0 ? base : `${base}_${count}`, name];
  });
}

/** 'BatchNormalization' → 'batch_normalization', as Keras does it. */
function snakeCase(name: string): string {
  return name
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}
