/**
 * Fitted models as bytes and files: one safetensors file whose arrays are the model's and whose metadata holds the rest as
 * JSON. Nothing in a file is executed; it can only name kinds of models that are known here.
 */
import { FormatError, raise, ValueError } from '../base/errors.ts';
import { readMetadata, readSafetensors, saveSafetensors, writeSafetensors } from '../io/safetensors.ts';
import { tensor } from '../tensor/creation.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { kinds } from './kinds.ts';
import { describe } from './matrix.ts';
import type { Fitted } from './protocol.ts';
import type { ArrayState, Json, Kinds, ModelState, Restore } from './state.ts';

/** The metadata entry that holds a model's fields. */
const ENTRY = 'fathom.ml';

/** Deeper nests of models than this are no model's. */
const DEEPEST = 32;

interface Outline {
  readonly kind: string;
  readonly fields: Readonly<Record<string, Json>>;
  readonly parts?: Readonly<Record<string, Outline>>;
}

/** A class of fitted models that can be made from a state. */
export interface Restorable<F extends Fitted> {
  fromState(state: ModelState, restore: Restore): F;
}

/**
 * A model of any kind from its state. @param more kinds besides Fathom's own, by name
 * @throws FormatError for an unknown kind or a damaged state
 */
export function restore(state: ModelState, more: Kinds = {}): Fitted {
  const table = Object.hasOwn(more, state.kind) ? more : kinds;
  const kind = Object.hasOwn(table, state.kind) ? table[state.kind] : undefined;
  if (kind === undefined) {
    raise(
      new FormatError(
        `restore: ${describe(state.kind)} is no kind of model known here; pass its class in the second argument`,
      ),
    );
  }
  return kind.fromState(state, (part) => restore(part, more));
}

/** A model as the bytes of a safetensors file. @throws ValueError if its state is not plain data */
export function modelToBytes(model: Fitted): Uint8Array<ArrayBuffer> {
  const { tensors, metadata } = flatten(model.toState());
  return writeSafetensors(tensors, metadata);
}

/** The state in a file's bytes. @throws FormatError for a file that holds no model */
export function stateFromBytes(bytes: Uint8Array): ModelState {
  return assemble(readMetadata(bytes)[ENTRY], readSafetensors(bytes));
}

/**
 * A model from bytes: of the class that is given, or of any known kind. @throws FormatError
 * @example const model = modelFromBytes(bytes, FittedRidge); model.predict(X)
 */
export function modelFromBytes<F extends Fitted>(bytes: Uint8Array, type: Restorable<F>, more?: Kinds): F;
export function modelFromBytes(bytes: Uint8Array, type?: undefined, more?: Kinds): Fitted;
export function modelFromBytes(bytes: Uint8Array, type?: Restorable<Fitted>, more?: Kinds): Fitted {
  const state = stateFromBytes(bytes);
  return type === undefined ? restore(state, more) : type.fromState(state, (part) => restore(part, more));
}

/** Writes a model to a path, in Node. @example await saveModel('ridge.safetensors', model) */
export async function saveModel(path: string, model: Fitted): Promise<void> {
  const { tensors, metadata } = flatten(model.toState());
  await saveSafetensors(path, tensors, metadata);
}

/** Reads a model from a path, in Node. @throws DataError, FormatError @example const model = await loadModel('ridge.safetensors', FittedRidge) */
export async function loadModel<F extends Fitted>(path: string, type: Restorable<F>, more?: Kinds): Promise<F>;
export async function loadModel(path: string, type?: undefined, more?: Kinds): Promise<Fitted>;
export async function loadModel(path: string, type?: Restorable<Fitted>, more?: Kinds): Promise<Fitted> {
  const { readBytes } = await import('../io/files.ts');
  const bytes = await readBytes('loadModel', path);
  return type === undefined ? modelFromBytes(bytes, undefined, more) : modelFromBytes(bytes, type, more);
}

function flatten(state: ModelState): { tensors: Record<string, Tensor>; metadata: Record<string, string> } {
  const tensors: Record<string, Tensor> = {};
  const outline = (one: ModelState, path: string): Outline => {
    for (const [name, { data, shape }] of Object.entries(one.arrays))
      tensors[`${path}${name}`] = tensor(data, { shape });
    requirePlain(one.kind, one.fields);
    const { kind, fields, parts = {} } = one;
    const inner = Object.entries(parts).map(([name, part]) => [name, outline(part, `${path}${name}/`)] as const);
    return inner.length === 0 ? { kind, fields } : { kind, fields, parts: Object.fromEntries(inner) };
  };
  return { metadata: { [ENTRY]: JSON.stringify(outline(state, '')) }, tensors };
}

function requirePlain(kind: string, value: unknown): void {
  if (value === null || typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)) return;
  if (Array.isArray(value)) for (const one of value) requirePlain(kind, one);
  else if (typeof value === 'object') for (const one of Object.values(value)) requirePlain(kind, one);
  else
    raise(
      new ValueError(
        `${kind}: a state's fields must be plain JSON, got ${describe(value)}; put such numbers into an array`,
      ),
    );
}

function assemble(text: string | undefined, tensors: Readonly<Record<string, Tensor>>): ModelState {
  if (text === undefined)
    raise(new FormatError('modelFromBytes: this safetensors file holds tensors, but no model of fathom/ml'));
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    raise(new FormatError('modelFromBytes: the description of the model is not JSON; the file is damaged'));
  }
  const entries = Object.entries(tensors);
  const build = (value: unknown, path: string, depth: number): ModelState => {
    if (!isRecord(value) || typeof value.kind !== 'string' || !isRecord(value.fields) || depth > DEEPEST) {
      raise(
        new FormatError(
          `modelFromBytes: the description of ${path === '' ? 'the model' : path} must have a kind and fields`,
        ),
      );
    }
    const own = entries.filter(([name]) => name.startsWith(path) && !name.slice(path.length).includes('/'));
    const arrays = own.map(([name, one]): [string, ArrayState] => [
      name.slice(path.length),
      { data: one.dataSync(), shape: one.shape },
    ]);
    const parts = isRecord(value.parts) ? Object.entries(value.parts) : [];
    return {
      kind: value.kind,
      fields: Object.fromEntries(Object.entries(value.fields).map(([name, one]) => [name, asJson(one)])),
      arrays: Object.fromEntries(arrays),
      parts: Object.fromEntries(parts.map(([name, part]) => [name, build(part, `${path}${name}/`, depth + 1)])),
    };
  };
  return build(parsed, '', 0);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function asJson(value: unknown): Json {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value;
  if (Array.isArray(value)) return value.map(asJson);
  if (isRecord(value)) return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, asJson(one)]));
  return null;
}
