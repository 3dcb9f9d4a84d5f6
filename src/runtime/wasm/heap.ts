/**
 * Blocks of one WebAssembly memory: best fit, 64-byte aligned, growing on demand up to 4 GiB.
 */
import { DeviceError } from '../../base/errors.ts';
import type { DType, TypedArray } from '../../ir/dtype.ts';
import { infoOf } from '../../ir/dtype.ts';
import { maximumPages } from '../../emit/wasm/module.ts';

const pageBytes = 65536;
const alignment = 64;
/** The first bytes stay free, so that no block has address 0, and for what threads share. */
export const reservedBytes = 1024;

interface Hole {
  start: number;
  end: number;
}

export class Heap {
  readonly memory: WebAssembly.Memory;
  /** The whole memory, as elements of each width; made again when it grows. */
  private views: Record<DType, TypedArray>;
  /** By address, never touching one another. */
  private readonly holes: Hole[] = [];
  private readonly sizes = new Map<number, number>();
  private used = 0;

  constructor(isShared: boolean) {
    this.memory = new WebAssembly.Memory({ initial: 1, maximum: maximumPages, shared: isShared });
    this.views = viewsOf(this.memory);
    this.holes.push({ start: reservedBytes, end: pageBytes });
  }

  /** Bytes in blocks now. */
  get usedBytes(): number {
    return this.used;
  }

  /** Bytes of the whole memory. */
  get totalBytes(): number {
    return this.views.uint8.length;
  }

  /** The address of a new block, or undefined if 4 GiB (or the machine) have no room for it. Its contents are whatever was there. */
  tryAllocate(bytes: number): number | undefined {
    const size = Math.max(alignment, Math.ceil(bytes / alignment) * alignment);
    let best = this.bestHole(size);
    if (best === undefined) {
      if (!this.grow(size)) return undefined;
      best = this.bestHole(size)!;
    }
    const address = best.start;
    best.start += size;
    if (best.start === best.end) this.holes.splice(this.holes.indexOf(best), 1);
    this.sizes.set(address, size);
    this.used += size;
    return address;
  }

  /** Gives a block back. */
  free(address: number): void {
    const size = this.sizes.get(address);
    if (size === undefined) throw new Error(`bug: no block at ${address}`);
    this.sizes.delete(address);
    this.used -= size;
    this.addHole(address, address + size);
  }

  /** A copy of the elements at an address. */
  read(dtype: DType, address: number, size: number): TypedArray {
    const start = address / infoOf(dtype).bytes;
    return this.views[dtype].slice(start, start + size);
  }

  /** The elements at an address themselves; not to be kept across an allocation. */
  view(dtype: DType, address: number, size: number): TypedArray {
    const start = address / infoOf(dtype).bytes;
    return this.views[dtype].subarray(start, start + size);
  }

  write(dtype: DType, address: number, values: TypedArray): void {
    this.views[dtype].set(values, address / infoOf(dtype).bytes);
  }

  /** The memory as 32-bit integers; not to be kept across an allocation. */
  get words(): TypedArray {
    return this.views.int32;
  }

  /** The error of an allocation that failed. */
  exhausted(bytes: number): DeviceError {
    return new DeviceError(
      `wasm: ${megabytes(bytes)} were asked for, but ${megabytes(this.used)} of the ` +
        `${megabytes(maximumPages * pageBytes)} that WebAssembly can address are in use` +
        ` (${megabytes(this.totalBytes)} taken from the system). Use smaller batches, or the native device.`,
    );
  }

  private bestHole(size: number): Hole | undefined {
    let best: Hole | undefined;
    for (const hole of this.holes) {
      const room = hole.end - hole.start;
      if (room >= size && (best === undefined || room < best.end - best.start)) best = hole;
    }
    return best;
  }

  private addHole(start: number, end: number): void {
    let at = this.holes.findIndex((hole) => hole.start > start);
    if (at < 0) at = this.holes.length;
    const before = this.holes[at - 1];
    const after = this.holes[at];
    const touchesBefore = before?.end === start;
    const touchesAfter = after?.start === end;
    if (touchesBefore && touchesAfter) {
      before.end = after.end;
      this.holes.splice(at, 1);
    } else if (touchesBefore) before.end = end;
    else if (touchesAfter) after.start = start;
    else this.holes.splice(at, 0, { start, end });
  }

  /** Adds at least `size` bytes at the end, a quarter more than there is if that works, so that growth is rare. */
  private grow(size: number): boolean {
    const end = this.totalBytes;
    const last = this.holes[this.holes.length - 1];
    const missing = size - (last?.end === end ? end - last.start : 0);
    const least = Math.ceil(missing / pageBytes);
    const most = maximumPages - end / pageBytes;
    if (least > most) return false;
    const wanted = Math.min(most, Math.max(least, Math.ceil(end / 4 / pageBytes), 16));
    if (!this.growBy(wanted) && !this.growBy(least)) return false;
    this.views = viewsOf(this.memory);
    this.addHole(end, this.totalBytes);
    return true;
  }

  private growBy(pages: number): boolean {
    try {
      this.memory.grow(pages);
      return true;
    } catch (error) {
      if (error instanceof RangeError) return false;
      throw error;
    }
  }
}

function viewsOf({ buffer }: WebAssembly.Memory): Record<DType, TypedArray> {
  const bytes = new Uint8Array(buffer);
  const words = new Uint16Array(buffer);
  return {
    float64: new Float64Array(buffer),
    float32: new Float32Array(buffer),
    bfloat16: words,
    float16: words,
    int64: new Float64Array(buffer),
    int32: new Int32Array(buffer),
    int16: new Int16Array(buffer),
    int8: new Int8Array(buffer),
    uint8: bytes,
    bool: bytes,
  };
}

function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
