/**
 * Optional packages, in Node: asked for when they are needed, with an error that says how to get one that is not installed.
 */
import { DataError, raise } from '../../base/errors.ts';

/** What `load` gives. @param load `() => import('the package')`   @throws DataError if the package is not installed */
export async function optional<T>(op: string, name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    if (!isMissing(cause)) throw cause;
    return raise(
      new DataError(`${op} needs the package ${name}, which is not installed. Get it with: npm install ${name}`),
    );
  }
}

function isMissing(cause: unknown): boolean {
  if (!(cause instanceof Error)) return false;
  return (
    ('code' in cause && cause.code === 'ERR_MODULE_NOT_FOUND') ||
    /Cannot find (package|module)|Failed to load url/.test(cause.message)
  );
}
