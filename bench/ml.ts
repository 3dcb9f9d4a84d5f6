/**
 * Our estimators against scikit-learn's, interleaved, with the harness and the processes of the other benchmarks:
 *   FATHOM_BENCH_PYTHON=/path/to/python npx tsx bench/ml.ts --only svm
 */
import { cpus } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ChildCommand, childContender, probe } from './contenders/child.ts';
import { roster } from './contenders/roster.ts';
import { type Effort, type Measured, measure, type Timing } from './harness.ts';
import { parseOptions, UsageError } from './options.ts';
import { mlWorkloads, type MlWorkload } from './workloads/ml.ts';

const quick: Effort = { patienceMs: 120_000, sampleMs: 1, rounds: 2, budgetMs: 5_000 };
const thorough: Effort = { patienceMs: 600_000, sampleMs: 1, rounds: 9, budgetMs: 30_000 };

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  const everyone = contenders();
  try {
    const names = everyone.map(({ name }) => name);
    const { only, contenders: chosen, isQuick, threads, action } = parseOptions(args, names);
    const workloads = mlWorkloads().filter(({ name }) => only.test(name));
    if (action !== 'run') {
      console.log(workloads.map(({ name, about }) => `${name}: ${about}`).join('\n'));
      return 0;
    }
    const present: ChildCommand[] = [];
    for (const command of everyone.filter(({ name }) => chosen?.includes(name) ?? true)) {
      const answer = await probe(command);
      console.log(`${command.name}: ${'version' in answer ? answer.version : `absent, ${answer.absent}`}`);
      if ('version' in answer) present.push(command);
    }
    console.log(
      `${cpus()[0]?.model.trim() ?? 'unknown CPU'}, Node ${process.versions.node}, ${threads} threads each\n`,
    );
    console.log('| workload | contender | median ms | best ms | peak MiB | figure | × ours |\n| --- | --- | --- | --- | --- | --- | --- |'); // prettier-ignore
    const effort = isQuick ? quick : thorough;
    for (const workload of workloads) {
      const entrants = present.map((command) => childContender(command, workload, threads, effort.patienceMs));
      console.log(linesOf(workload, await measure(workload, entrants, effort)).join('\n'));
    }
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(error.message);
    return 2;
  }
}

function contenders(): readonly ChildCommand[] {
  const file = fileURLToPath(new URL('./peers/sklearn_ml.py', import.meta.url));
  const python = process.env['FATHOM_BENCH_PYTHON'] ?? 'python3';
  const ours = roster().filter(({ name }) => name === 'native' || name === 'wasm');
  return [...ours, { name: 'scikit-learn', program: python, args: [path.normalize(file)] }];
}

/** Rows of a Markdown table; where figures differ more than they may, a warning. */
function linesOf({ name, about, tolerance }: MlWorkload, { results }: Measured): readonly string[] {
  const timings = results.filter((result): result is Timing => result.kind === 'timing');
  const [ours] = timings;
  return results.map((result) => {
    if (result.kind === 'refusal') return `| ${name} | ${result.contender} | cannot: ${result.reason} | | | | |`;
    const { contender, ms, bestMs, peakMiB, outputs } = result;
    const [figure = Number.NaN] = outputs;
    const [first = Number.NaN] = ours?.outputs ?? [];
    const differs = Math.abs(figure - first) > tolerance * Math.max(Math.abs(figure), Math.abs(first));
    const ratio = ours === undefined || result === ours ? '' : (ms / ours.ms).toFixed(2);
    const note = differs ? ` (WARNING: differs, ${about})` : '';
    return `| ${name} | ${contender} | ${short(ms)} | ${short(bestMs)} | ${short(peakMiB ?? Number.NaN)} | ${figure.toPrecision(6)}${note} | ${ratio} |`;
  });
}

function short(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
