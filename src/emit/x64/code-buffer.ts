/**
 * A growable array of code bytes with fix-ups: 32-bit fields that wait for a label.
 */
import type { Label } from './registers.ts';

/** No instruction is longer than 15 bytes; `reserve` is called once per instruction. */
const SLACK = 16;

export class CodeBuffer {
  bytes: Uint8Array<ArrayBuffer>;
  length = 0;
  private readonly fixupOffsets: number[] = [];
  private readonly fixupAddends: number[] = [];
  private readonly fixupLabels: Label[] = [];

  constructor(capacity = 4096) {
    this.bytes = new Uint8Array(capacity);
  }

  /** Makes room for one instruction, so that the writers below need no check. */
  reserve(count = SLACK): void {
    if (this.length + count <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(2 * this.bytes.length, this.length + count));
    grown.set(this.bytes);
    this.bytes = grown;
  }

  u8(value: number): void {
    this.bytes[this.length++] = value;
  }

  u32(value: number): void {
    const { bytes, length } = this;
    bytes[length] = value;
    bytes[length + 1] = value >> 8;
    bytes[length + 2] = value >> 16;
    bytes[length + 3] = value >> 24;
    this.length = length + 4;
  }

  /** Four bytes that will hold `label − end of instruction + disp`; `tail` bytes of immediate follow the field. */
  relative(label: Label, disp: number, tail: number): void {
    this.fixupOffsets.push(this.length);
    this.fixupAddends.push(disp - 4 - tail);
    this.fixupLabels.push(label);
    this.u32(0);
  }

  /** Fills every relative field. @throws Error if a label was never bound */
  resolve(): void {
    const view = new DataView(this.bytes.buffer);
    for (let i = 0; i < this.fixupOffsets.length; i++) {
      const at = this.fixupOffsets[i] ?? 0;
      const label = this.fixupLabels[i];
      if (label === undefined || label.offset < 0)
        throw new Error(`bug: the label ${label?.name ?? '?'} is used but never bound`);
      view.setInt32(at, label.offset - at + (this.fixupAddends[i] ?? 0), true);
    }
  }
}
