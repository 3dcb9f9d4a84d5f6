/**
 * The data of a config, by the part that a command is asked for.
 */
import { type Batches, DataLoader } from '../src/data/index.ts';
import { DataError } from '../src/index.ts';
import type { PairData, Pairs, Training } from '../src/train/index.ts';
import { type Given, type OptionAbout, UsageError } from './command.ts';

export const partOptions: Readonly<Record<string, OptionAbout>> = {
  part: {
    about: 'of the data: test, validation or data (default: the first of them that the config has)',
    value: 'PART',
  },
  batch: { about: 'items at a time (default: 500)', value: 'N' },
};

/** The part that was asked for. @throws UsageError for another, or one that the config does not have */
export function chosenPart(training: Training, given: Given): { name: string; data: PairData } {
  const parts = { test: training.test, validation: training.validation, data: training.data };
  const name =
    given.text('part') ?? (parts.test !== undefined ? 'test' : parts.validation !== undefined ? 'validation' : 'data');
  if (name !== 'test' && name !== 'validation' && name !== 'data')
    throw new UsageError(`--part takes test, validation or data, not '${name}'`);
  const data = parts[name];
  if (data === undefined) throw new UsageError(`the config has no ${name}`);
  return { name, data };
}

/** In batches, in order. */
export function batchesOf(data: PairData, given: Given, otherwise = 500): Batches<Pairs> {
  const batchSize = given.wholeNumber('batch', 1) ?? otherwise;
  return 'get' in data ? new DataLoader(data, { batchSize }) : data;
}

/** The first batch. @throws DataError if there is none */
export async function firstBatch(data: PairData, given: Given, otherwise?: number): Promise<Pairs> {
  for await (const batch of batchesOf(data, given, otherwise)) return batch;
  throw new DataError('the data of the config have no item');
}
