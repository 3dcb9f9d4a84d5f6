/**
 * `fathom runs list|show|compare`: what run folders say.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DataError } from '../../src/index.ts';
import { type EpochRecord, readRun, type RunRecord } from '../../src/train/index.ts';
import { columns, type Command, type Given } from '../command.ts';

const root = { root: { about: "where run folders lie (default: 'runs')", value: 'FOLDER' } };

export const runsList: Command = {
  name: 'runs list',
  takes: [],
  about: 'Lists the runs, each with how it ended and its last figures.',
  options: root,
  examples: ['fathom runs list', 'fathom runs list --root experiments --json'],
  async run(given) {
    const folder = given.text('root') ?? 'runs';
    const names = existsSync(folder)
      ? readdirSync(folder)
          .filter((name) => existsSync(join(folder, name, 'config.json')))
          .sort()
      : [];
    const runs = await Promise.all(names.map((name) => digest(name, folder)));
    const rows = runs.map(({ name, ending, epochs, figures }) => [name, ending, `${epochs} epochs`, textOf(figures)]);
    return { text: runs.length === 0 ? `no runs in ${folder}` : columns(rows), data: { root: folder, runs } };
  },
};

export const runsShow: Command = {
  name: 'runs show',
  takes: ['RUN'],
  about: 'Shows a run: what it was started with, where, and every epoch.',
  options: root,
  examples: ['fathom runs show cnn-3', 'fathom runs show cnn-3 --json | jq .epochs[-1]'],
  async run(given) {
    const name = given.words[0]!;
    const record = await open(name, given);
    const { config, environment, summary } = record;
    const epochs = epochsOf(record);
    const rows = epochs.map((one) => [`epoch ${one.epoch}`, textOf(figuresOf(one)), `${one.seconds.toFixed(1)} s`]);
    const head = `${name}: ${endingOf(record)}\n  config ${JSON.stringify(config)}`;
    return {
      text: [head, ...(rows.length === 0 ? [] : [columns(rows)])].join('\n'),
      data: { name, ending: endingOf(record), config, environment, summary: summary ?? null, epochs },
    };
  },
};

export const runsCompare: Command = {
  name: 'runs compare',
  takes: ['RUN', 'RUN...'],
  about: 'Puts runs side by side: what differs in their settings, and their last and best figures.',
  options: root,
  examples: ['fathom runs compare cnn-3 cnn-4'],
  async run(given) {
    const folder = given.text('root') ?? 'runs';
    const runs = await Promise.all(
      given.words.map(async (name) => ({ ...(await digest(name, folder)), record: await open(name, given) })),
    );
    const settings = runs.map(({ record }) => flat(record.config));
    const keys = [...new Set(settings.flatMap((one) => Object.keys(one)))];
    const differing = keys.filter((key) => new Set(settings.map((one) => one[key])).size > 1);
    const paths = [...new Set(runs.flatMap(({ figures }) => Object.keys(figures)))];
    const compared = runs.map(({ name, ending, epochs, figures, record }, i) => ({
      name,
      ending,
      epochs,
      settings: Object.fromEntries(differing.map((key) => [key, settings[i]![key] ?? null])),
      last: figures,
      lowest: Object.fromEntries(paths.map((path) => [path, extreme(record, path, Math.min)])),
      highest: Object.fromEntries(paths.map((path) => [path, extreme(record, path, Math.max)])),
    }));
    const row = (label: string, cell: (one: (typeof compared)[number]) => string) => [label, ...compared.map(cell)];
    const rows = [
      row('', ({ name }) => name),
      row('ended', ({ ending }) => ending),
      row('epochs', ({ epochs }) => String(epochs)),
      ...differing.map((key) => row(key, (one) => one.settings[key] ?? '-')),
      ...paths.flatMap((path) => [
        row(path, ({ last }) => short(last[path])),
        row('  lowest, highest', ({ lowest, highest }) => `${short(lowest[path])}, ${short(highest[path])}`),
      ]),
    ];
    return { text: columns(rows), data: { runs: compared } };
  },
};

async function digest(name: string, folder: string) {
  const record = await readRun(join(folder, name));
  const epochs = epochsOf(record);
  const last = epochs.at(-1);
  return {
    name,
    ending: endingOf(record),
    epochs: epochs.length,
    figures: last === undefined ? {} : figuresOf(last),
  };
}

/** @throws DataError with the names there are */
async function open(name: string, given: Given): Promise<RunRecord> {
  const folder = given.text('root') ?? 'runs';
  if (existsSync(join(folder, name, 'config.json'))) return readRun(join(folder, name));
  const there = existsSync(folder) ? readdirSync(folder).join(', ') : '';
  throw new DataError(`runs: there is no run '${name}' in ${folder}; there are: ${there || 'none'}`);
}

function epochsOf({ lines }: RunRecord): EpochRecord[] {
  return lines.flatMap((line) => (line.kind === 'epoch' ? [line] : []));
}

function endingOf({ summary }: RunRecord): string {
  const isWhole = typeof summary === 'object' && summary !== null && 'ending' in summary;
  return isWhole ? String(summary.ending) : 'not ended';
}

/** `train.loss`, `validation.accuracy` … */
function figuresOf({ train, validation = {} }: EpochRecord): Record<string, number> {
  const named = (part: string, figures: Readonly<Record<string, number>>) =>
    Object.entries(figures).map(([name, value]): [string, number] => [`${part}.${name}`, value]);
  return Object.fromEntries([...named('train', train), ...named('validation', validation)]);
}

function extreme(record: RunRecord, path: string, choose: (...values: number[]) => number): number | null {
  const values = epochsOf(record).flatMap((one) => figuresOf(one)[path] ?? []);
  return values.length === 0 ? null : choose(...values);
}

/** A tree of settings as `optimizer.lr` → '0.1'. */
function flat(value: unknown, path = ''): Record<string, string> {
  if (typeof value !== 'object' || value === null) return { [path]: JSON.stringify(value) ?? 'undefined' };
  const entries = Object.entries(value).map(([name, one]) => flat(one, path === '' ? name : `${path}.${name}`));
  return Object.assign({}, ...entries);
}

function textOf(figures: Readonly<Record<string, number>>): string {
  return Object.entries(figures)
    .map(([path, value]) => `${path} ${short(value)}`)
    .join('  ');
}

/** NaN and infinities are texts in a log. */
function short(value: number | string | null | undefined): string {
  return typeof value === 'number' ? String(Number(value.toPrecision(4))) : String(value ?? '-');
}
