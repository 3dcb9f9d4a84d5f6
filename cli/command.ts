/**
 * What a command of `fathom` is, and how its arguments are read. The commands are in commands/, their table in main.ts.
 */
import { parseArgs, type ParseArgsConfig } from 'node:util';

/** One thing a user can ask for. */
export interface Command {
  /** Words after `fathom`: `data get`. */
  readonly name: string;
  /** Positional arguments as help shows them: `NAME`, `RUN...`, `[FOLDER]`. */
  readonly takes: readonly string[];
  /** One sentence. */
  readonly about: string;
  /** Options of its own; --json, --device and --help are everywhere. */
  readonly options?: Readonly<Record<string, OptionAbout>>;
  readonly examples: readonly string[];
  /** Further paragraphs of its help. */
  readonly more?: string;
  run(given: Given): Answer | Promise<Answer>;
}

export interface OptionAbout {
  readonly about: string;
  /** What stands for its value in help; absent for a switch. */
  readonly value?: string;
  /** May be given more than once. */
  readonly multiple?: boolean;
}

/** What a command was asked. */
export interface Given {
  readonly words: readonly string[];
  readonly json: boolean;
  /** The last value of an option. */
  text(option: string): string | undefined;
  texts(option: string): readonly string[];
  has(option: string): boolean;
  /** @throws UsageError for anything else */
  wholeNumber(option: string, least: number): number | undefined;
}

export interface Answer {
  /** For people. */
  readonly text: string;
  /** For programs: what --json prints. */
  readonly data: unknown;
  /** Default: 0. */
  readonly code?: number;
}

/** A command line that is wrong: exit code 2. */
export class UsageError extends Error {}

/** Of every command. */
export const everywhere: Readonly<Record<string, OptionAbout>> = {
  json: { about: 'print one JSON document instead of text' },
  device: { about: 'where to compute: native, wasm or reference', value: 'NAME' },
  help: { about: 'explain the command' },
};

/** @throws UsageError for unknown options and missing or superfluous arguments */
export function readArguments(command: Command, args: readonly string[]): Given {
  const known = { ...command.options, ...everywhere };
  const options: NonNullable<ParseArgsConfig['options']> = Object.fromEntries(
    Object.entries(known).map(([name, { value }]) => [
      name,
      value === undefined ? { type: 'boolean' as const } : { type: 'string' as const, multiple: true as const },
    ]),
  );
  const { values, positionals } = parse(args, options);
  const texts = (option: string): readonly string[] => {
    const given = values[option];
    return Array.isArray(given) ? given.filter((one) => typeof one === 'string') : [];
  };
  for (const name of Object.keys(known)) {
    if (texts(name).length > 1 && known[name]!.multiple !== true) throw new UsageError(`--${name} is given twice`);
  }
  const isHelp = values['help'] === true;
  if (!isHelp) checkCount(command, positionals);
  return {
    words: positionals,
    json: values['json'] === true,
    texts,
    text: (option) => texts(option).at(-1),
    has: (option) => values[option] === true,
    wholeNumber(option, least) {
      const text = texts(option).at(-1);
      if (text === undefined) return undefined;
      const number = Number(text);
      if (text.trim() === '' || !Number.isSafeInteger(number) || number < least)
        throw new UsageError(`--${option} takes a whole number from ${least} up, not '${text}'`);
      return number;
    },
  };
}

/** @example helpOf(summary) */
export function helpOf(command: Command): string {
  const rows = Object.entries({ ...command.options, ...everywhere }).map(
    ([name, { about, value }]): [string, string] => [`--${name}${value === undefined ? '' : ` ${value}`}`, about],
  );
  const usage = ['fathom', command.name, ...command.takes, '[options]'].join(' ');
  const parts = [
    `${usage}\n\n${command.about}`,
    ...(command.more === undefined ? [] : [command.more]),
    `Options\n${columns(rows)}`,
    `Examples\n${command.examples.map((one) => `  ${one}`).join('\n')}`,
  ];
  return parts.join('\n\n');
}

/** Rows of texts with their cells below each other, indented. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, cell.length)));
  return rows.map((row) => `  ${row.map((cell, i) => cell.padEnd(widths[i]!)).join('  ')}`.trimEnd()).join('\n');
}

function parse(args: readonly string[], options: NonNullable<ParseArgsConfig['options']>) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function checkCount({ takes }: Command, words: readonly string[]): void {
  const isOpen = takes.at(-1)?.includes('...') === true;
  const missing = takes.filter((one) => !one.startsWith('[')).slice(words.length);
  if (missing.length > 0) throw new UsageError(`${missing.join(' and ')} is missing`);
  if (!isOpen && words.length > takes.length) throw new UsageError(`'${words[takes.length]}' is one argument too many`);
}
