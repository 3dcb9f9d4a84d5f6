/**
 * What the published package costs before it computes anything: the time to import each subpath in a fresh process, and the
 * bytes that an install leaves on disk. Both are of the last `npm run build`.
 */

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';

export interface ImportTime {
  /** As it is written in an import: `fathom`, `fathom/nn`. */
  readonly subpath: string;
  readonly bestMs: number;
  readonly medianMs: number;
}

export interface Install {
  readonly imports: readonly ImportTime[];
  /** Of the unpacked package, without optional parts. */
  readonly bytes: number;
}

const root = fileURLToPath(new URL('..', import.meta.url));

/** Imports each subpath `rounds` times, taking turns; undefined if the package is not built. @example measureInstall(20) */
export function measureInstall(rounds: number): Install | undefined {
  const subpaths = exportsOf(readFileSync(`${root}/package.json`, 'utf8')).filter(({ file }) => existsSync(file));
  if (subpaths.length === 0) return undefined;
  const times = subpaths.map((): number[] => []);
  for (let round = 0; round < rounds; round++) subpaths.forEach(({ file }, i) => times[i]?.push(importMs(file)));
  const imports = subpaths.map(({ subpath }, i): ImportTime => {
    const sorted = (times[i] ?? []).toSorted((a, b) => a - b);
    return { subpath, bestMs: sorted[0] ?? Number.NaN, medianMs: sorted[sorted.length >> 1] ?? Number.NaN };
  });
  return { imports, bytes: unpackedBytes() };
}

/** What the bench prints of it. @example describeInstall(install) */
export function describeInstall({ imports, bytes }: Install): string {
  const lines = imports.map(
    ({ subpath, bestMs, medianMs }) =>
      `  import '${subpath}'`.padEnd(28) + `median ${medianMs.toFixed(0)} ms, best ${bestMs.toFixed(0)} ms`,
  );
  return [`installed: ${(bytes / 1e6).toFixed(1)} MB without optional parts`, ...lines].join('\n');
}

function exportsOf(manifest: string): { readonly subpath: string; readonly file: string }[] {
  const { name, exports } = JSON.parse(manifest) as { name: string; exports: Readonly<Record<string, string>> };
  return Object.entries(exports)
    .filter(([, target]) => target.endsWith('.js'))
    .map(([path, target]) => ({ subpath: path.replace('.', name), file: `${root}/${target}` }));
}

/** Timed inside the process, so that starting Node is not part of it. */
function importMs(file: string): number {
  const program = `const begin = performance.now(); await import(${JSON.stringify(pathToFileURL(file).href)}); console.log(performance.now() - begin);`;
  return Number(execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' }));
}

function unpackedBytes(): number {
  const answer = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [pack] = JSON.parse(answer) as { unpackedSize: number }[];
  return pack?.unpackedSize ?? Number.NaN;
}
