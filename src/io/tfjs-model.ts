/**
 * Layers models of TensorFlow.js: a `model.json` with the architecture and a manifest, and shards of weights beside it, which may be
 * quantised.
 */
import { tensor } from '../tensor/creation.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { finished, type KerasFile } from './keras.ts';
import {
  fail,
  isObject,
  type Json,
  type KerasArchitecture,
  memberOf,
  parseJson,
  readArchitecture,
} from './keras-config.ts';
import { fromHalf } from './hdf5-types.ts';

type Stored = 'float32' | 'int32' | 'bool' | 'uint8' | 'uint16' | 'float16';

const widths: Readonly<Record<Stored, number>> = { float32: 4, int32: 4, bool: 1, uint8: 1, uint16: 2, float16: 2 };

interface Weight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32' | 'bool';
  /** What the shards hold. */
  readonly stored: Stored;
  readonly scale: number;
  readonly min: number;
}

/**
 * Reads a layers model.
 * @param model the text of model.json   @param shard fetches a file that the manifest names, a path beside model.json
 * @throws FormatError for a graph model, a manifest that is malformed, and shards that are not as long as it says
 * @example const { tensors } = await readTfjs(text, async (path) => new Uint8Array(await (await fetch(`models/${path}`)).arrayBuffer()))
 */
export async function readTfjs(model: string, shard: (path: string) => Promise<Uint8Array>): Promise<KerasFile> {
  const json = parseJson(model, 'model.json');
  const topology = memberOf(json, 'modelTopology');
  if (memberOf(json, 'format') === 'graph-model' || memberOf(topology, 'node') !== undefined)
    fail('this is a graph model of TensorFlow.js; layers models are read');
  const config = memberOf(topology, 'model_config') ?? topology;
  const architecture = config === undefined || config === null ? undefined : readArchitecture(config);
  const manifest = memberOf(json, 'weightsManifest');
  if (!Array.isArray(manifest)) fail('model.json has no weightsManifest');
  const weights = new Map<string, (readonly [string, Tensor])[]>();
  for (const group of manifest as readonly Json[]) {
    const [list, paths] = [memberOf(group, 'weights'), memberOf(group, 'paths')];
    if (!Array.isArray(list) || !Array.isArray(paths)) fail('a group of the manifest has no weights and paths');
    const described = (list as readonly Json[]).map(readWeight);
    const bytes = await joined((paths as readonly Json[]).map(checkPath), described, shard);
    let at = 0;
    for (const weight of described) {
      const size = sizeOf(weight);
      const [layer, name] = placeOf(weight.name, architecture);
      const own = weights.get(layer) ?? [];
      weights.set(layer, own);
      own.push([name, decode(weight, bytes.subarray(at, at + size))]);
      at += size;
    }
  }
  return finished(architecture, weights);
}

/** Reads a layers model by the path of its model.json, in Node. @throws DataError if a file is not there   @throws FormatError   @example await loadTfjs('model/model.json') */
export async function loadTfjs(path: string): Promise<KerasFile> {
  const { readBytes } = await import('./files.ts');
  const folder = path.replace(/[^/\\]*$/, '');
  const text = new TextDecoder().decode(await readBytes('loadTfjs', path));
  return readTfjs(text, (name) => readBytes('loadTfjs', `${folder}${name}`));
}

/** A file beside model.json, never one elsewhere. */
function checkPath(path: Json): string {
  if (typeof path !== 'string' || !/^[^/\\:]+$/.test(path) || path === '..' || path === '.')
    fail(`the shard ${JSON.stringify(path).slice(0, 200)} is no name of a file beside model.json`);
  return path;
}

function readWeight(json: Json): Weight {
  const [name, shape, dtype, quantization] = ['name', 'shape', 'dtype', 'quantization'].map((key) =>
    memberOf(json, key),
  );
  if (typeof name !== 'string') fail('a weight of the manifest has no name');
  const isShape = Array.isArray(shape) && shape.every((n) => Number.isSafeInteger(n) && Number(n) >= 0);
  if (!isShape) fail(`the weight '${name}' has no shape`);
  if (dtype !== 'float32' && dtype !== 'int32' && dtype !== 'bool')
    fail(`the weight '${name}' is of dtype ${JSON.stringify(dtype)}; float32, int32 and bool are read`);
  const weight = { name, shape: shape as readonly number[], dtype, stored: dtype, scale: 1, min: 0 } as const;
  if (!isObject(quantization)) return weight;
  const stored = memberOf(quantization, 'dtype');
  if (stored === 'float16') return { ...weight, stored };
  const [scale, min] = [memberOf(quantization, 'scale'), memberOf(quantization, 'min')];
  if ((stored !== 'uint8' && stored !== 'uint16') || typeof scale !== 'number' || typeof min !== 'number')
    return fail(`the weight '${name}' is quantised to ${JSON.stringify(stored)}; uint8, uint16 and float16 are read`);
  return { ...weight, stored, scale, min };
}

function countOf({ name, shape }: Weight): number {
  const count = shape.reduce((product, n) => product * n, 1);
  return Number.isSafeInteger(count) ? count : fail(`the weight '${name}' has ${shape.join(' x ')} elements`);
}

function sizeOf(weight: Weight): number {
  return countOf(weight) * widths[weight.stored];
}

/** The shards of a group, one after another. @throws FormatError unless they are as long as the weights */
async function joined(
  paths: readonly string[],
  weights: readonly Weight[],
  shard: (path: string) => Promise<Uint8Array>,
): Promise<Uint8Array> {
  const total = weights.reduce((sum, weight) => sum + sizeOf(weight), 0);
  const shards: Uint8Array[] = [];
  for (const path of paths) shards.push(await shard(path));
  const found = shards.reduce((sum, { length }) => sum + length, 0);
  if (found !== total)
    fail(`the weights take ${total} bytes, the shards have ${found}; a file is truncated or belongs to another model`);
  const bytes = new Uint8Array(total);
  let at = 0;
  for (const one of shards) {
    bytes.set(one, at);
    at += one.length;
  }
  return bytes;
}

/** 'dense_1/kernel' is the kernel of the layer 'dense_1'. */
function placeOf(path: string, architecture: KerasArchitecture | undefined): [layer: string, name: string] {
  const names = (architecture?.layers ?? []).map(({ name }) => name).filter((name) => path.startsWith(`${name}/`));
  const slash = path.indexOf('/');
  const layer = names.sort((one, other) => other.length - one.length)[0] ?? path.slice(0, Math.max(0, slash));
  return [layer, path.slice(layer === '' ? 0 : layer.length + 1)];
}

function decode(weight: Weight, bytes: Uint8Array): Tensor {
  const { stored, dtype, shape, scale, min } = weight;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = countOf(weight);
  const values =
    dtype === 'float32' ? new Float32Array(count) : dtype === 'int32' ? new Int32Array(count) : new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const value = elementAt(stored, view, i);
    const scaled = stored === 'uint8' || stored === 'uint16' ? value * scale + min : value;
    values[i] = dtype === 'int32' ? Math.round(scaled) : dtype === 'bool' ? Number(scaled !== 0) : scaled;
  }
  return tensor(values, { shape, dtype });
}

function elementAt(stored: Stored, view: DataView, i: number): number {
  switch (stored) {
    case 'float32':
      return view.getFloat32(4 * i, true);
    case 'int32':
      return view.getInt32(4 * i, true);
    case 'float16':
      return fromHalf(view.getUint16(2 * i, true));
    case 'uint16':
      return view.getUint16(2 * i, true);
    default:
      return view.getUint8(i);
  }
}
