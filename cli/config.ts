/**
 * Loading a configuration module by path.
 */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { DataError, random, ValueError } from '../src/index.ts';
import { type Training, trainingOf } from '../src/train/index.ts';
import { type Given, type OptionAbout, UsageError } from './command.ts';

export const configOptions: Readonly<Record<string, OptionAbout>> = {
  seed: { about: 'of weights, data order and chance (default: 0)', value: 'N' },
  set: { about: 'a setting that the config reads; may be given several times', value: 'KEY=VALUE', multiple: true },
};

export interface LoadedConfig {
  readonly training: Training;
  readonly seed: number;
  readonly set: Readonly<Record<string, string>>;
}

/** @throws DataError if there is no such file   @throws ValueError if it exports no training */
export async function loadConfig(path: string, given: Given): Promise<LoadedConfig> {
  if (!existsSync(path)) throw new DataError(`there is no file ${resolve(path)}`);
  const seed = given.wholeNumber('seed', 0) ?? 0;
  const set = settings(given.texts('set'));
  random.seed(seed); // before the module makes its weights
  const module = await load(path);
  const config = typeof module === 'object' && module !== null && 'config' in module ? module.config : undefined;
  return { training: await trainingOf(config, { seed, set }, path), seed, set };
}

async function load(path: string): Promise<unknown> {
  try {
    const module: unknown = await import(pathToFileURL(resolve(path)).href);
    return module;
  } catch (error) {
    const isUnknown = error instanceof Error && 'code' in error && error.code === 'ERR_UNKNOWN_FILE_EXTENSION';
    if (!isUnknown) throw error;
    throw new ValueError(
      `Node ${process.version} does not read ${path}; set NODE_OPTIONS='--import tsx', use Node 22.18 or later, or write JavaScript`,
    );
  }
}

function settings(texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const [, key, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
      if (key === undefined || value === undefined) throw new UsageError(`--set takes KEY=VALUE, not '${text}'`);
      return [key, value];
    }),
  );
}
