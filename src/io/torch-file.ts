/**
 * Tensors out of PyTorch's `.pt` and `.pth` files: bytes in, a record of tensors out. The layouts are torch-archive.ts, the
 * pickles inside torch-pickle.ts, the elements torch-elements.ts; paths are files.ts. Nothing in a file is executed.
 */
import { FormatError, raise } from '../base/errors.ts';
import { fromStored } from '../tensor/stored.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { openArchive } from './torch-archive.ts';
import { countOf, dtypeOf, readElements } from './torch-elements.ts';
import { fail, isDict, isList, isStored, type Stored, type Value } from './torch-objects.ts';
import { infoOf } from '../ir/dtype.ts';

/** Dictionaries and lists inside each other; state dicts need three levels. */
const DEEPEST = 64;
/** Views may repeat what a file holds (broadcasts), within these bounds. */
const LARGEST_GROWTH = 16;
const SMALLEST_BOUND = 2 ** 24;

/**
 * The tensors of a PyTorch checkpoint, in either of its file formats; those in nested dictionaries and lists get dotted names
 * (`state_dict.conv1.weight`, `optimizer.state.0.exp_avg`), a file that is one tensor the name ''. What is not a tensor is left
 * out. Views become contiguous; dtypes stay.
 * @throws FormatError for a file that is truncated or malformed, or names anything but the parts of a state dict
 * @see https://github.com/pytorch/pytorch/blob/main/torch/serialization.py
 * @example model.load(readTorch(new Uint8Array(await response.arrayBuffer())))
 */
export function readTorch(bytes: Uint8Array): Record<string, Tensor> {
  const { root, storage } = openArchive(bytes);
  const found = findTensors(root, bytes.length);
  const distinct = new Set(found.values());
  let total = 0;
  for (const stored of distinct) total += countOf(stored) * infoOf(dtypeOf[stored.storage.element]).bytes;
  const bound = Math.max(SMALLEST_BOUND, LARGEST_GROWTH * bytes.length);
  if (total > bound) {
    fail(`the tensors take ${total} bytes, more than ${bound}, which a file of ${bytes.length} bytes is trusted with`);
  }
  const made = new Map<Stored, Tensor>();
  const pairs = [...found].map(([name, stored]): [string, Tensor] => {
    const known = made.get(stored) ?? makeTensor(name, stored, storage(stored.storage));
    made.set(stored, known);
    return [name, known];
  });
  return Object.fromEntries(pairs);
}

/**
 * The tensors of a PyTorch checkpoint by its path, in Node.
 * @throws DataError if there is no such file   @throws FormatError as `readTorch`
 * @example model.load(await loadTorch('resnet20.pth'))
 */
export async function loadTorch(path: string): Promise<Record<string, Tensor>> {
  const { readBytes } = await import('./files.ts');
  return readTorch(await readBytes('loadTorch', path));
}

function makeTensor(name: string, stored: Stored, data: Uint8Array): Tensor {
  try {
    return fromStored(dtypeOf[stored.storage.element], readElements(stored, data), stored.shape);
  } catch (cause) {
    if (cause instanceof FormatError) raise(new FormatError(`${cause.message} (tensor '${name}')`));
    throw cause;
  }
}

/**
 * By dotted name, in file order. A dictionary may stand at many places, and so unfold to more than the file could hold: the
 * letters of all names together are bounded.
 */
function findTensors(root: Value, fileSize: number): Map<string, Stored> {
  const found = new Map<string, Stored>();
  let letters = Math.max(SMALLEST_BOUND, LARGEST_GROWTH * fileSize);
  const visit = (value: Value, name: string, depth: number): void => {
    if (isStored(value)) {
      if (found.has(name)) fail(`two tensors are named '${name}'`);
      found.set(name, value);
      return;
    }
    const members = isDict(value) ? value.entries : isList(value) ? value.items.entries() : [];
    for (const [key, member] of members) {
      const path = depth === 0 ? String(key) : `${name}.${key}`;
      letters -= path.length + 1;
      if (letters < 0) fail(`the names of the tensors are longer than a file of ${fileSize} bytes is trusted with`);
      if (depth >= DEEPEST) fail(`dictionaries are nested more than ${DEEPEST} deep, or in themselves`);
      visit(member, path, depth + 1);
    }
  };
  visit(root, '', 0);
  return found;
}
