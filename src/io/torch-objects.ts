/**
 * What the few names that a PyTorch checkpoint may call stand for: plain data, checked. This is the whole list; nothing is
 * looked up anywhere else and nothing is run. The machine that calls it is torch-pickle.ts.
 */
import { FormatError, raise } from '../base/errors.ts';

/** Everything that a checkpoint can hold. */
export type Value = null | boolean | number | bigint | string | List | Dict | Global | Storage | Stored;

/** A list or a tuple. */
export interface List {
  readonly kind: 'list';
  readonly items: Value[];
}

export interface Dict {
  readonly kind: 'dict';
  readonly entries: Map<string | number, Value>;
}

/** A name, as `module.attribute`. */
export interface Global {
  readonly kind: 'global';
  readonly name: string;
}

/** Element types as they lie in a file. */
export type Element =
  'float64' | 'float32' | 'float16' | 'bfloat16' | 'int64' | 'int32' | 'int16' | 'int8' | 'uint8' | 'bool';

/** A run of elements elsewhere in the file. */
export interface Storage {
  readonly kind: 'storage';
  readonly key: string;
  readonly element: Element;
  /** In elements. */
  readonly count: number;
}

/** A tensor as a view of a storage; offset and strides in elements. */
export interface Stored {
  readonly kind: 'tensor';
  readonly storage: Storage;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

/** PyTorch's own bound on the number of axes. */
const MOST_AXES = 64;

const elementOf = new Map<string, Element>([
  ['torch.DoubleStorage', 'float64'],
  ['torch.FloatStorage', 'float32'],
  ['torch.HalfStorage', 'float16'],
  ['torch.BFloat16Storage', 'bfloat16'],
  ['torch.LongStorage', 'int64'],
  ['torch.IntStorage', 'int32'],
  ['torch.ShortStorage', 'int16'],
  ['torch.CharStorage', 'int8'],
  ['torch.ByteStorage', 'uint8'],
  ['torch.BoolStorage', 'bool'],
  ['torch.UntypedStorage', 'uint8'],
  ['torch.storage.UntypedStorage', 'uint8'],
]);

const builders = new Map<string, (args: readonly Value[]) => Value>([
  ['collections.OrderedDict', orderedDict],
  ['torch._utils._rebuild_tensor', (args) => rebuildTensor([...args, false, null])], // PyTorch before 0.4
  ['torch._utils._rebuild_tensor_v2', rebuildTensor],
  ['torch._utils._rebuild_parameter', rebuildParameter],
  ['torch.Size', size],
]);

/** @throws FormatError for a name outside the list */
export function findGlobal(name: string): Global {
  if (!elementOf.has(name) && !builders.has(name)) {
    fail(
      `the file refers to ${JSON.stringify(name.slice(0, 200))}, which no state dict needs; it was not run. Save model.state_dict() instead`,
    );
  }
  return { kind: 'global', name };
}

/** The result of calling a name from the list. @throws FormatError for arguments that it does not take */
export function call(callee: Value, args: readonly Value[]): Value {
  const build = isGlobal(callee) ? builders.get(callee.name) : undefined;
  if (build === undefined) fail(`${describe(callee)} cannot be called`);
  return build(args);
}

/** The storage that a persistent id names: ('storage', class, key, location, count), in old files also a view, which is None. */
export function findStorage(id: Value): Storage {
  const items = isList(id) ? id.items : [];
  const [tag, type, key, , count, view] = items;
  const element = isGlobal(type) ? elementOf.get(type.name) : undefined;
  if (tag !== 'storage' || element === undefined || typeof key !== 'string' || !isCount(count)) {
    fail(`a persistent id must be ('storage', class, key, location, count), got ${items.map(describe).join(', ')}`);
  }
  if (view !== undefined && view !== null) {
    fail(`storage '${key}' is a view of another, as PyTorch before 0.4 wrote; load it there and save it again`);
  }
  return { kind: 'storage', key, element, count };
}

function orderedDict(args: readonly Value[]): Dict {
  const [pairs] = args;
  const entries = new Map<string | number, Value>();
  // Python 3 fills it afterwards; Python 2 gives a list of pairs.
  if (pairs !== undefined) {
    if (args.length > 1 || !isList(pairs)) fail('collections.OrderedDict takes a list of pairs');
    for (const pair of pairs.items) {
      if (!isList(pair) || pair.items.length !== 2) fail('collections.OrderedDict takes a list of pairs');
      entries.set(keyOf(pair.items[0]!), pair.items[1]!);
    }
  }
  return { kind: 'dict', entries };
}

function rebuildTensor(args: readonly Value[]): Stored {
  const [storage, offset, sizes, steps, , , metadata] = args;
  if (args.length < 6 || !isStorage(storage) || !isCount(offset)) {
    fail(`_rebuild_tensor_v2: expected a storage, an offset, sizes and strides, got ${args.map(describe).join(', ')}`);
  }
  if (metadata !== undefined && metadata !== null && !(isDict(metadata) && metadata.entries.size === 0)) {
    fail('_rebuild_tensor_v2: tensors that are negated or conjugated when read are not supported');
  }
  const shape = counts('sizes', sizes);
  const strides = counts('strides', steps);
  if (shape.length !== strides.length) {
    fail(`_rebuild_tensor_v2: ${shape.length} sizes and ${strides.length} strides`);
  }
  const last = offset + shape.reduce((sum, n, axis) => sum + (n - 1) * strides[axis]!, 0);
  if (!shape.includes(0) && !(last < storage.count)) {
    fail(
      `a tensor of shape (${shape.join(', ')}) reaches element ${last} of storage '${storage.key}', which has ${storage.count}`,
    );
  }
  return { kind: 'tensor', storage, offset, shape, strides };
}

function rebuildParameter([data]: readonly Value[]): Stored {
  if (!isStored(data)) fail(`_rebuild_parameter: expected a tensor, got ${describe(data)}`);
  return data;
}

function size([sizes]: readonly Value[]): List {
  return { kind: 'list', items: counts('torch.Size', sizes) };
}

function counts(what: string, value: Value | undefined): number[] {
  if (!isList(value) || value.items.length > MOST_AXES || !value.items.every(isCount)) {
    fail(`${what} must be a tuple of at most ${MOST_AXES} whole numbers, got ${describe(value)}`);
  }
  return [...value.items] as number[];
}

/** @throws FormatError for a key that a dotted name cannot hold */
export function keyOf(value: Value): string | number {
  if (typeof value !== 'string' && typeof value !== 'number') {
    fail(`a dictionary has ${describe(value)} as a key; expected a text or a number`);
  }
  return value;
}

export function isList(value: Value | undefined): value is List {
  return isObject(value) && value.kind === 'list';
}

export function isDict(value: Value | undefined): value is Dict {
  return isObject(value) && value.kind === 'dict';
}

export function isStored(value: Value | undefined): value is Stored {
  return isObject(value) && value.kind === 'tensor';
}

function isStorage(value: Value | undefined): value is Storage {
  return isObject(value) && value.kind === 'storage';
}

function isGlobal(value: Value | undefined): value is Global {
  return isObject(value) && value.kind === 'global';
}

function isObject(value: Value | undefined): value is Exclude<Value, null | boolean | number | bigint | string> {
  return typeof value === 'object' && value !== null;
}

function isCount(value: Value | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** A value in an error message, never long. */
function describe(value: Value | undefined): string {
  if (!isObject(value))
    return typeof value === 'string' ? JSON.stringify(value.slice(0, 60)) : String(value).slice(0, 60);
  return value.kind === 'global' ? value.name : `a ${value.kind}`;
}

/** All errors of this format. */
export function fail(reason: string): never {
  raise(new FormatError(`torch: ${reason}`));
}
