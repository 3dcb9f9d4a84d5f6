/**
 * Where a training ran, in Node: machine, versions, the command, the commit. What a result needs to be understood later.
 */
import { existsSync, readFileSync } from 'node:fs';
import { arch, availableParallelism, cpus, platform, release, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { currentDevice } from '../engine/index.ts';

export interface Environment {
  readonly node: string;
  readonly platform: string;
  readonly processor: string;
  readonly cores: number;
  /** Bytes. */
  readonly memory: number;
  readonly device: string;
  /** The program and its arguments. */
  readonly command: readonly string[];
  readonly folder: string;
  /** Those variables that Fathom reads. */
  readonly variables: Readonly<Record<string, string>>;
  /** Of the repository that the program runs in. */
  readonly commit?: string;
}

/** @example environment().device // 'native (avx512)' */
export function environment(): Environment {
  const commit = commitOf(process.cwd());
  return {
    node: process.version,
    platform: `${platform()} ${release()} ${arch()}`,
    processor: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memory: totalmem(),
    device: currentDevice().description,
    command: process.argv.slice(1),
    folder: process.cwd(),
    variables: Object.fromEntries(
      Object.entries(process.env).filter((entry): entry is [string, string] => entry[0].startsWith('FATHOM_')),
    ),
    ...(commit === undefined ? {} : { commit }),
  };
}

/** What HEAD points at, read from the files of git. */
function commitOf(folder: string): string | undefined {
  let place = folder;
  while (!existsSync(join(place, '.git', 'HEAD'))) {
    const above = dirname(place);
    if (above === place) return undefined;
    place = above;
  }
  const git = join(place, '.git');
  const head = readFileSync(join(git, 'HEAD'), 'utf8').trim();
  const name = /^ref: (.+)$/.exec(head)?.[1];
  if (name === undefined) return head;
  if (existsSync(join(git, name))) return readFileSync(join(git, name), 'utf8').trim();
  const packed = existsSync(join(git, 'packed-refs')) ? readFileSync(join(git, 'packed-refs'), 'utf8') : '';
  return packed
    .split('\n')
    .find((line) => line.endsWith(` ${name}`))
    ?.split(' ')[0];
}
