/**
 * The typed errors of Fathom. Every message says which operation, what was expected, what came and what to do.
 * `raise` trims the stack so that the first line shown is the caller's, not ours.
 */

/** The root of every error Fathom throws on purpose. */
export class FathomError extends Error {
  override readonly name: string = 'FathomError';
}

/** Sizes do not fit together, or an axis does not exist. */
export class ShapeError extends FathomError {
  override readonly name = 'ShapeError';
}

/** Element types do not fit together. */
export class DTypeError extends FathomError {
  override readonly name = 'DTypeError';
}

/** A value is outside what the operation is defined for: an index, a label, an option. */
export class ValueError extends FathomError {
  override readonly name = 'ValueError';
}

/** An index or a label points outside its axis. */
export class IndexError extends FathomError {
  override readonly name = 'IndexError';
}

/** A matrix does not have what was asked for: an inverse, a Cholesky factor, a decomposition that converges. */
export class LinAlgError extends FathomError {
  override readonly name = 'LinAlgError';
}

/** Something was asked of a trace that only a run can answer. */
export class TraceError extends FathomError {
  override readonly name = 'TraceError';
}

/** A device does not exist here, or cannot do what was asked. */
export class DeviceError extends FathomError {
  override readonly name = 'DeviceError';
}

/** A file is truncated, malformed, or lies about its contents. */
export class FormatError extends FathomError {
  override readonly name = 'FormatError';
}

/** Data that the program needs is not on this machine. */
export class DataError extends FathomError {
  override readonly name = 'DataError';
}

/** The folder that these sources, or the chunks of their build, lie in: frames from there are ours, not the user's. */
const ownFolder = bare(import.meta.url).replace(/(?:base[\\/])?[^\\/]*$/, '');

/**
 * Throws `error` with our own leading frames removed from its stack, so that it points at the user's line.
 * @example raise(new ShapeError('matmul: inner sizes differ: (32, 784) · (512, 10); 784 ≠ 512'))
 */
export function raise(error: FathomError): never {
  const lines = (error.stack ?? '').split('\n');
  const first = lines.findIndex((line) => line.trimStart().startsWith('at '));
  if (first >= 0) {
    const user = lines.findIndex((line, i) => i >= first && line.trimStart().startsWith('at ') && !isOwn(line));
    if (user > first) error.stack = [...lines.slice(0, first), ...lines.slice(user)].join('\n');
  }
  throw error;
}

/** The place of the first frame of a stack that is not ours, as `file:line:column`. @example userFrame(new Error().stack) */
export function userFrame(stack: string | undefined): string | undefined {
  const frame = (stack ?? '').split('\n').find((line) => line.trimStart().startsWith('at ') && !isOwn(line));
  return frame === undefined ? undefined : bare(frame).replace(/^.*\(|^\s*at (?:async )?|\)$/g, '');
}

/** A frame of ours, or of something built in that we called. */
function isOwn(frame: string): boolean {
  return bare(frame).includes(ownFolder) || frame.endsWith('(<anonymous>)');
}

/** A place as stack traces may write it: with or without `file://`, escaped or not. */
function bare(place: string): string {
  const path = place.replace('file://', '');
  try {
    return decodeURI(path);
  } catch {
    return path; // a folder with a lone % in its name
  }
}

/** Fails for a value that the types say cannot exist. */
export function unreachable(value: never): never {
  throw new Error(`bug: unexpected ${JSON.stringify(value)}`);
}
