/**
 * The frame of the single-file examples: options with defaults, help, and errors that a user can put right without a stack trace.
 * Exit codes: 0 done, 1 failed, 2 a command line that is wrong.
 */
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { FathomError, random } from 'fathom';

/** A default, and what the option means. Options whose default is a number take numbers. */
type Choice<T> = readonly [value: T, meaning: string];

const shared = {
  epochs: [1, 'passes over the training data'],
  limit: [Infinity, 'use only the first n items, for a quick look'],
  seed: [0, 'of weights, order and chance'],
} as const satisfies Record<string, Choice<number>>;

type Shared = Record<keyof typeof shared, number>;
type Chosen<O> = {
  readonly [K in keyof O]: O[K] extends Choice<infer T> ? (T extends number ? number : string) : never;
};

/**
 * Reads the command line and runs `main` with the options.
 * @param about what the program does, one sentence   @param choices its options; epochs, limit and seed are there anyway
 */
export async function program<O extends Readonly<Record<string, Choice<number | string>>>>(
  about: string,
  choices: O,
  main: (options: Shared & Chosen<O>) => void | Promise<void>,
): Promise<void> {
  const all: Record<string, Choice<number | string>> = { ...shared, ...choices };
  const options = read(about, all);
  if (options === undefined) return;
  // Each option has the type of its default, which `read` has checked.
  const chosen = options as Shared & Chosen<O>;
  try {
    random.seed(chosen.seed);
    await main(chosen);
  } catch (error) {
    if (error instanceof RangeError && error.message.startsWith('--')) return refuse(error.message);
    if (!(error instanceof FathomError)) throw error;
    console.error(`error: ${error.message}`);
    process.exitCode = 1;
  }
}

function refuse(message: string): void {
  console.error(`error: ${message}\nSee --help.`);
  process.exitCode = 2;
}

function read(
  about: string,
  choices: Readonly<Record<string, Choice<number | string>>>,
): Record<string, unknown> | undefined {
  const names = Object.keys(choices);
  const types: NonNullable<ParseArgsConfig['options']> = Object.fromEntries([
    ...names.map((name) => [name, { type: 'string' as const }]),
    ['help', { type: 'boolean' as const }],
  ]);
  try {
    const { values } = parseArgs({ options: types });
    if (values['help'] === true) {
      const lines = names.map((name) => `  --${name.padEnd(10)} ${choices[name]![1]} (${shown(choices[name]![0])})`);
      console.log(`${about}\n\n${lines.join('\n')}`);
      return undefined;
    }
    return Object.fromEntries(names.map((name) => [name, valueOf(name, values[name], choices[name]![0])]));
  } catch (error) {
    refuse(error instanceof Error ? error.message : String(error));
    return undefined;
  }
}

function valueOf(name: string, given: unknown, value: number | string): number | string {
  if (typeof given !== 'string') return value;
  if (typeof value === 'string') return given;
  const number = Number(given);
  const isWhole = value === Infinity || Number.isInteger(value);
  const isFine =
    given.trim() !== '' && number >= 0 && (isWhole ? Number.isSafeInteger(number) : Number.isFinite(number));
  if (!isFine || (number === 0 && value !== 0))
    throw new RangeError(
      `--${name} takes ${isWhole ? 'a whole number from 1 up' : 'a number above 0'}, not '${given}'`,
    );
  return number;
}

function shown(value: number | string): string {
  return value === Infinity ? 'all' : String(value);
}
