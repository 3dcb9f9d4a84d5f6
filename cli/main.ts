#!/usr/bin/env node
/**
 * The command line `fathom`: finds the command, reads its arguments, prints its answer. Exit codes are in docs/cli.md.
 */
import { readFileSync } from 'node:fs';
import { device, FathomError } from '../src/index.ts';
import { columns, type Command, helpOf, readArguments, UsageError } from './command.ts';
import { commands } from './commands/index.ts';

const EXIT = { failed: 1, usage: 2, bug: 70 } as const;

process.exitCode = await main(process.argv.slice(2));

/** @returns the exit code */
async function main(args: readonly string[]): Promise<number> {
  const isJson = args.includes('--json');
  let command: Command | undefined;
  try {
    if (args.length === 0 || args[0] === 'help' || args[0]?.startsWith('-') === true) return general(args);
    command = find(args);
    const given = readArguments(command, args.slice(command.name.split(' ').length));
    if (given.has('help')) {
      print(helpOf(command));
      return 0;
    }
    chooseDevice(given.text('device'));
    const answer = await command.run(given);
    print(given.json ? JSON.stringify(answer.data, null, 2) : answer.text);
    return answer.code ?? 0;
  } catch (error) {
    return complain(error, command, isJson);
  }
}

function general(args: readonly string[]): number {
  if (args[0] === '--version') {
    const manifest: unknown = JSON.parse(readFileSync(manifestPlace(), 'utf8'));
    print(typeof manifest === 'object' && manifest !== null && 'version' in manifest ? String(manifest.version) : '');
    return 0;
  }
  if (args[0] === 'help' && args.length > 1) {
    print(helpOf(find(args.slice(1))));
    return 0;
  }
  if (args.length > 0 && args[0] !== 'help' && args[0] !== '--help' && args[0] !== '-h')
    throw new UsageError(`a command comes before options like '${args[0]}'`);
  const rows = commands.map(({ name, takes, about }) => [[name, ...takes].join(' '), about]);
  print(
    `fathom COMMAND [options]\n\nTrains networks, and shows what Fathom has and did.\n\n${columns(rows)}\n\nfathom COMMAND --help explains one, with examples. --json gives every answer as JSON.`,
  );
  return 0;
}

/** The longest command whose words the arguments begin with. @throws UsageError */
function find(args: readonly string[]): Command {
  const fits = ({ name }: Command): boolean => name.split(' ').every((word, i) => args[i] === word);
  const found = commands.find(fits);
  if (found !== undefined) return found;
  const [first = ''] = args;
  const family = commands.filter(({ name }) => name.startsWith(`${first} `)).map(({ name }) => name);
  throw new UsageError(
    family.length > 0
      ? `'${first}' needs one word more: ${family.join(', ')}`
      : `there is no command '${first}'; there are ${commands.map(({ name }) => name).join(', ')}`,
  );
}

function chooseDevice(name: string | undefined): void {
  if (name === undefined) return;
  if (name !== 'native' && name !== 'wasm' && name !== 'reference')
    throw new UsageError(`--device takes native, wasm or reference, not '${name}'`);
  device(name);
}

/** @returns the exit code */
function complain(error: unknown, command: Command | undefined, isJson: boolean): number {
  const kind = error instanceof UsageError ? 'usage' : error instanceof FathomError ? 'failed' : 'bug';
  const message = error instanceof Error ? error.message : String(error);
  if (isJson) print(JSON.stringify({ error: { kind, message, code: EXIT[kind] } }, null, 2));
  const trace = error instanceof Error && error.stack !== undefined ? error.stack : message;
  const hint = `\nSee fathom ${command === undefined ? '' : `${command.name} `}--help.`;
  process.stderr.write(`error: ${kind === 'bug' ? trace : message}${kind === 'usage' ? hint : ''}\n`);
  return EXIT[kind];
}

/** package.json, from the sources and from the build. */
function manifestPlace(): URL {
  return new URL(import.meta.url.endsWith('.ts') ? '../package.json' : '../../package.json', import.meta.url);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
