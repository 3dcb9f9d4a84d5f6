/**
 * Where values live. A storage is a plain host array, copied into the WebAssembly memory for each run, until it proves long-lived:
 * written in place (a cell) or read again (weights, a data set). Then it is resident: it has a block of that memory. Finalizers never run in
 * a synchronous loop, so residence is bounded by bytes, and what has not been used for longest goes back to the host.
 */
import type { DType, TypedArray } from '../../ir/dtype.ts';
import { infoOf } from '../../ir/dtype.ts';
import type { Storage } from '../../ir/leaf.ts';
import type { Heap } from './heap.ts';

/** The values of one storage. Kept apart from it, so that the list of residents does not keep the storage alive. */
interface Contents {
  readonly dtype: DType;
  readonly size: number;
  /** The values, or undefined where only the block has them, or nothing does yet. */
  host: TypedArray | undefined;
  /** The block, or 0. */
  address: number;
  /** The run that used the block last. */
  lastRun: number;
}

/** Elements of this device. */
export class WasmStorage implements Storage {
  readonly contents: Contents;
  /** Runs that have read it; Residents counts. */
  uses = 0;
  private readonly residents: Residents;

  constructor(residents: Residents, dtype: DType, size: number, host: TypedArray | undefined) {
    this.residents = residents;
    this.contents = { dtype, size, host, address: 0, lastRun: 0 };
  }

  get dtype(): DType {
    return this.contents.dtype;
  }

  get size(): number {
    return this.contents.size;
  }

  read(): TypedArray {
    return this.residents.read(this.contents);
  }

  write(values: TypedArray): void {
    const { contents } = this;
    if (values.length !== contents.size) {
      throw new Error(`bug: ${values.length} values were written to a storage of ${contents.size}`);
    }
    // Arrays that read() gave out are never written to: they may be someone's snapshot.
    contents.host = values.slice();
    if (contents.address !== 0) this.residents.heap.write(contents.dtype, contents.address, values);
  }
}

/** The storages that have a block of the heap. */
export class Residents {
  readonly heap: Heap;
  private readonly limit: number;
  private readonly all = new Set<Contents>();
  private bytes = 0;
  private run = 0;
  private readonly collected = new FinalizationRegistry<Contents>((contents) => this.release(contents));

  /** @param limit bytes beyond which the longest unused are moved out */
  constructor(heap: Heap, limit: number) {
    this.heap = heap;
    this.limit = limit;
  }

  /** Begins a run: what is used from now on stays until the next. */
  begin(): void {
    this.run++;
  }

  /** The block of a storage, or 0 if it has none. */
  use({ contents }: WasmStorage): number {
    contents.lastRun = this.run;
    return contents.address;
  }

  /** Gives a storage a block that holds its values, and returns its address; 0 if there is no room within the limit. */
  admit(storage: WasmStorage): number {
    const { contents } = storage;
    contents.lastRun = this.run;
    if (contents.address !== 0) return contents.address;
    const bytes = bytesOf(contents);
    if (this.bytes + bytes > this.limit) this.evict(this.bytes + bytes - this.limit);
    if (this.bytes + bytes > this.limit) return 0;
    const address = this.heap.tryAllocate(bytes);
    if (address === undefined) return 0;
    this.heap.write(contents.dtype, address, this.read(contents));
    contents.address = address;
    this.bytes += bytes;
    this.all.add(contents);
    this.collected.register(storage, contents, contents);
    return address;
  }

  /** Says that the block's values have changed: only it has them now. */
  changed({ contents }: WasmStorage): void {
    contents.host = undefined;
  }

  read(contents: Contents): TypedArray {
    // A new storage holds zeros, as if it had been made with them.
    contents.host ??=
      contents.address === 0
        ? new (infoOf(contents.dtype).array)(contents.size)
        : this.heap.read(contents.dtype, contents.address, contents.size);
    return contents.host;
  }

  /** Moves the longest unused to the host until `bytes` are free, or nothing is left but what this run uses. */
  evict(bytes: number): void {
    const goal = this.bytes - bytes;
    const oldestFirst = [...this.all].filter(({ lastRun }) => lastRun < this.run).sort((a, b) => a.lastRun - b.lastRun);
    for (const contents of oldestFirst) {
      if (this.bytes <= goal) return;
      this.read(contents);
      this.release(contents);
    }
  }

  private release(contents: Contents): void {
    if (contents.address === 0) return;
    this.heap.free(contents.address);
    contents.address = 0;
    this.bytes -= bytesOf(contents);
    this.all.delete(contents);
    this.collected.unregister(contents);
  }
}

function bytesOf({ dtype, size }: Contents): number {
  return size * infoOf(dtype).bytes;
}
