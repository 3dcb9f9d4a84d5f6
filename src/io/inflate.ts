/**
 * Unpacking deflated bytes with the platform's streams, never to more than was agreed: a small file cannot fill the memory.
 */

export interface InflateOptions {
  /** With zlib's frame, or without. */
  readonly format: 'deflate' | 'deflate-raw';
  /** Bytes that the result may have at most. */
  readonly most: number;
  /** Raises an error of the caller's. @param message 'is damaged: …', 'unpacks to more than …' */
  readonly fail: (message: string) => never;
}

/** @example await inflated(packed, { format: 'deflate', most: 1e6, fail }) */
export async function inflated(
  bytes: Uint8Array,
  { format, most, fail }: InflateOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  const reader = new Blob([new Uint8Array(bytes)]).stream().pipeThrough(new DecompressionStream(format)).getReader();
  for (;;) {
    const chunk = await reader.read().catch((cause: unknown) => fail(`is damaged: ${String(cause)}`));
    if (chunk.done) break;
    size += chunk.value.length;
    if (size > most) {
      await reader.cancel();
      fail(`unpacks to more than the ${most} bytes it claims`);
    }
    parts.push(chunk.value);
  }
  const result = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}
