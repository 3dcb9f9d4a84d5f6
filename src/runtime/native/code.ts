/**
 * Loaded code: programs share chunks of executable pages; a chunk is used again when all its programs are gone.
 */
import { allocateCodePages, freePages, writeCode } from './memory.ts';

/** Code at an address where it can be called, until it is freed. */
export interface LoadedCode {
  readonly address: bigint;
  free(): void;
}

interface Chunk {
  readonly address: bigint;
  readonly bytes: number;
  used: number;
  programs: number;
}

const CHUNK_BYTES = 1 << 20;
const ALIGN = 64;

export class CodeArena {
  private readonly chunks: Chunk[] = [];

  load(code: Uint8Array): LoadedCode {
    const chunk = this.chunkFor(code.length);
    const offset = chunk.used;
    writeCode(chunk.address, chunk.bytes, offset, code);
    chunk.used = Math.ceil((offset + code.length) / ALIGN) * ALIGN;
    chunk.programs++;
    let isFree = false;
    const free = (): void => {
      if (isFree) return;
      isFree = true;
      if (--chunk.programs === 0) this.release(chunk);
    };
    return { address: chunk.address + BigInt(offset), free };
  }

  private chunkFor(bytes: number): Chunk {
    const found = this.chunks.find((chunk) => chunk.used + bytes <= chunk.bytes);
    if (found !== undefined) return found;
    const size = Math.max(CHUNK_BYTES, bytes);
    const chunk: Chunk = { address: allocateCodePages(size), bytes: size, used: 0, programs: 0 };
    this.chunks.push(chunk);
    return chunk;
  }

  private release(chunk: Chunk): void {
    chunk.used = 0;
    if (this.chunks.length === 1) return;
    this.chunks.splice(this.chunks.indexOf(chunk), 1);
    freePages(chunk.address, chunk.bytes);
  }
}
