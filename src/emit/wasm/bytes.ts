/**
 * Bytes in and out of the WebAssembly binary format: LEB128 integers and length-prefixed names.
 */

/** A growing array of bytes. */
export class ByteWriter {
  private bytes = new Uint8Array(256);
  length = 0;

  byte(value: number): void {
    if (this.length === this.bytes.length) this.reserve(1);
    this.bytes[this.length++] = value;
  }

  /** Unsigned LEB128, up to 32 bits. */
  unsigned(value: number): void {
    let rest = value >>> 0;
    while (rest > 0x7f) {
      this.byte((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    this.byte(rest);
  }

  /** Signed LEB128, up to 32 bits. */
  signed(value: number): void {
    let rest = value | 0;
    while (rest < -64 || rest > 63) {
      this.byte((rest & 0x7f) | 0x80);
      rest >>= 7;
    }
    this.byte(rest & 0x7f);
  }

  append(values: ArrayLike<number>): void {
    if (this.length + values.length > this.bytes.length) this.reserve(values.length);
    this.bytes.set(values, this.length);
    this.length += values.length;
  }

  /** A name: its UTF-8 length, then its bytes. */
  text(value: string): void {
    this.sized(new TextEncoder().encode(value));
  }

  /** Bytes with their number before them. */
  sized(values: ArrayLike<number>): void {
    this.unsigned(values.length);
    this.append(values);
  }

  /** What has been written so far; a view, valid until the next write. */
  view(): Uint8Array<ArrayBuffer> {
    return this.bytes.subarray(0, this.length);
  }

  private reserve(more: number): void {
    const next = new Uint8Array(Math.max(this.bytes.length * 2, this.length + more));
    next.set(this.bytes);
    this.bytes = next;
  }
}

/** Reads what ByteWriter wrote; for printing only, so it trusts its input. */
export class ByteReader {
  position = 0;
  private readonly bytes: Uint8Array<ArrayBuffer>;

  constructor(bytes: Uint8Array<ArrayBuffer>) {
    this.bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.position >= this.bytes.length;
  }

  byte(): number {
    return this.bytes[this.position++]!;
  }

  unsigned(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
  }

  signed(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return shift + 7 < 32 && byte & 0x40 ? value | (-1 << (shift + 7)) : value;
    }
  }

  take(count: number): Uint8Array<ArrayBuffer> {
    const taken = this.bytes.slice(this.position, this.position + count);
    this.position += count;
    return taken;
  }
}
