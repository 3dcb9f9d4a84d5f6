/**
 * A value that exists: storage, and the device it belongs to. Every `buffer` node the engine makes stands on one.
 * Values are immutable to everyone but the cell that solely holds one (see cell.ts), which may let a program overwrite it.
 */
import { numbersOf, type TypedArray } from '../ir/dtype.ts';
import type { Leaf, Storage } from '../ir/leaf.ts';
import type { Device } from '../runtime/device.ts';

/** The smallest and the largest element. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

export class Value implements Leaf {
  readonly storage: Storage;
  readonly device: Device;
  /** Somebody besides one cell may look at it, so nothing may overwrite it any more. */
  isShared = false;
  #copies: Map<Device, Value> | undefined;
  #range: Range | undefined;

  constructor(storage: Storage, device: Device) {
    this.storage = storage;
    this.device = device;
  }

  /** Its storage on a device: its own, or a copy that is made once. */
  on(device: Device): Storage {
    if (device === this.device) return this.storage;
    this.#copies ??= new Map();
    let copy = this.#copies.get(device);
    if (copy === undefined) {
      copy = store(device, this.storage.dtype, this.storage.read());
      this.#copies.set(device, copy);
    }
    return copy.storage;
  }

  /** The range of its elements, read once; undefined if it is empty. */
  range(): Range | undefined {
    if (this.storage.size === 0) return undefined;
    this.#range ??= rangeOf(numbersOf(this.storage.dtype, this.storage.read()));
    return this.#range;
  }

  /** Forgets what was derived from the elements, after a program has replaced them. */
  refresh(): void {
    this.#copies = undefined;
    this.#range = undefined;
  }
}

/** A new value with a copy of these elements. */
export function store(device: Device, dtype: Storage['dtype'], elements: TypedArray): Value {
  const storage = device.allocate(dtype, elements.length);
  storage.write(elements);
  return new Value(storage, device);
}

const adopted = new WeakMap<Leaf, Value>();

/** The engine's view of any leaf: one that was made elsewhere is copied to `device` once. */
export function valueOf(leaf: Leaf, device: Device): Value {
  if (leaf instanceof Value) return leaf;
  let value = adopted.get(leaf);
  if (value === undefined) {
    value = store(device, leaf.storage.dtype, leaf.storage.read());
    value.isShared = true;
    adopted.set(leaf, value);
  }
  return value;
}

function rangeOf(elements: TypedArray): Range {
  let low = elements[0]!;
  let high = low;
  for (let i = 1; i < elements.length; i++) {
    const x = elements[i]!;
    if (x < low) low = x;
    if (x > high) high = x;
  }
  return { low, high };
}
