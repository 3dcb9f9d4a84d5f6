/**
 * Constants that code reads rip-relative: deduplicated by content, laid out after the code, widest first so that each
 * entry is aligned to its own size.
 */
import type { CodeBuffer } from './code-buffer.ts';
import { Label, type Mem, ripRelative } from './registers.ts';

interface Entry {
  /** The content, made when asked for: most constants are splats and need no array until then. */
  readonly bytes: () => Uint8Array;
  readonly size: number;
  readonly align: number;
  readonly operand: Mem;
  readonly label: Label;
}

/** Alignment of the pool: a cache line, and the widest vector. */
const POOL_ALIGN = 64;

const scratchF32 = new Float32Array(1);
const scratchBits = new Uint32Array(scratchF32.buffer);

/** The bits of a number as float32. */
export function f32Bits(value: number): number {
  scratchF32[0] = value;
  return scratchBits[0] ?? 0;
}

export class ConstantPool {
  private readonly words = new Map<number, Mem>();
  private readonly contents = new Map<string, Mem>();
  private readonly entries: Entry[] = [];

  /** `lanes` copies of a 32-bit word. */
  splat32(bits: number, lanes: number): Mem {
    const key = (bits >>> 0) * 32 + lanes;
    const known = this.words.get(key);
    if (known !== undefined) return known;
    const operand = this.insert(4 * lanes, () => new Uint8Array(new Uint32Array(lanes).fill(bits).buffer));
    this.words.set(key, operand);
    return operand;
  }

  /** Any bytes; aligned to their size, rounded up to a power of two, at most 64. */
  bytes(bytes: Uint8Array): Mem {
    const key = bytes.join();
    const known = this.contents.get(key);
    if (known !== undefined) return known;
    const copy = bytes.slice();
    const operand = this.insert(copy.length, () => copy);
    this.contents.set(key, operand);
    return operand;
  }

  private insert(size: number, bytes: () => Uint8Array): Mem {
    let align = 1;
    while (align < size && align < POOL_ALIGN) align *= 2;
    const label = new Label(`constant${this.entries.length}`);
    const operand = ripRelative(label);
    this.entries.push({ bytes, size, align, operand, label });
    return operand;
  }

  /** Appends the pool to the code and binds its labels. @returns the constants in layout order, for the listing */
  write(buffer: CodeBuffer): readonly Entry[] {
    if (this.entries.length === 0) return [];
    const ordered = this.entries.slice().sort((a, b) => b.align - a.align);
    alignTo(buffer, POOL_ALIGN);
    for (const { bytes, size, align, label } of ordered) {
      alignTo(buffer, align);
      buffer.reserve(size);
      label.offset = buffer.length;
      buffer.bytes.set(bytes(), buffer.length);
      buffer.length += size;
    }
    return ordered;
  }
}

function alignTo(buffer: CodeBuffer, align: number): void {
  const padding = -buffer.length & (align - 1);
  buffer.reserve(padding);
  for (let i = 0; i < padding; i++) buffer.u8(0xcc);
}
