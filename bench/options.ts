/** The command line of the benchmarks. */

import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';

export const usage = `Usage: tsx bench/main.ts [options]

Times our devices and whatever peers are installed, interleaved, and prints one table.

  --only PATTERN      workloads whose name matches this regular expression
  --contenders LIST   comma-separated names: native, wasm, pytorch, pytorch-compile,
                      onnxruntime, tfjs-wasm, tfjs-cpu, jax-js-wasm
  --quick             fewer and shorter samples: for a look, not for a claim
  --threads N         threads per contender (default: 2, or fewer on a smaller machine)
  --json FILE         also write everything there (result.ts); page.ts makes docs/performance.md of it
  --list              print the workloads' names and leave
  --help              print this and leave

FATHOM_BENCH_PYTHON names the Python that has PyTorch (default: python3).`;

export interface Options {
  readonly only: RegExp;
  readonly contenders: readonly string[] | undefined;
  readonly isQuick: boolean;
  readonly threads: number;
  readonly json: string | undefined;
  readonly action: 'run' | 'list' | 'help';
}

/** A command line that cannot be followed; the message says what was wrong with it. */
export class UsageError extends Error {}

/** Reads the arguments after the script's name. @throws UsageError @example parseOptions(['--quick', '--only', 'matmul']) */
export function parseOptions(args: readonly string[], knownContenders: readonly string[]): Options {
  const values = parse(args);
  const contenders = values.contenders?.split(',');
  const stranger = contenders?.find((name) => !knownContenders.includes(name));
  if (stranger !== undefined) {
    throw new UsageError(`--contenders: expected names among ${knownContenders.join(', ')}. Received: '${stranger}'`);
  }
  return {
    only: pattern(values.only ?? ''),
    contenders,
    isQuick: values.quick ?? false,
    threads: threadCount(values.threads),
    json: values.json,
    action: values.help === true ? 'help' : values.list === true ? 'list' : 'run',
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        only: { type: 'string' },
        contenders: { type: 'string' },
        quick: { type: 'boolean' },
        threads: { type: 'string' },
        json: { type: 'string' },
        list: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function pattern(source: string): RegExp {
  try {
    return new RegExp(source);
  } catch {
    throw new UsageError(`--only: expected a regular expression. Received: '${source}'`);
  }
}

function threadCount(text: string | undefined): number {
  if (text === undefined) return Math.min(2, availableParallelism());
  const threads = Number(text);
  if (!Number.isInteger(threads) || threads < 1) {
    throw new UsageError(`--threads: expected a whole number of at least 1. Received: '${text}'`);
  }
  return threads;
}
