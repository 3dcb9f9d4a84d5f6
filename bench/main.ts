/** The benchmarks' entry: reads the options, asks who is here, measures workload by workload, reports. See README.md. */

import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { childContender, probe, type ChildCommand } from './contenders/child.ts';
import { ourDevices, roster } from './contenders/roster.ts';
import { measure, type Effort, type Measured } from './harness.ts';
import { parseOptions, usage, UsageError, type Options } from './options.ts';
import { rows, table } from './report.ts';
import { listWorkloads } from './workloads.ts';

const quick: Effort = { patienceMs: 20_000, sampleMs: 30, rounds: 5, budgetMs: 1500 };
const thorough: Effort = { patienceMs: 60_000, sampleMs: 40, rounds: 21, budgetMs: 8000 };

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  const everyone = roster();
  let options: Options;
  try {
    options = parseOptions(
      args,
      everyone.map(({ name }) => name),
    );
    if (options.action === 'help') return tell(usage);
    const workloads = listWorkloads().filter(({ name }) => options.only.test(name));
    if (workloads.length === 0)
      throw new UsageError(`--only: no workload matches ${options.only}; --list shows their names`);
    if (options.action === 'list') return tell(workloads.map(({ name }) => name).join('\n'));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`${error.message}\n--help shows the options.`);
    return 2;
  }
  const { contenders, threads } = options;
  const present = await whoIsHere(everyone.filter(({ name }) => contenders?.includes(name) ?? true));
  const effort = options.isQuick ? quick : thorough;
  const measured: Measured[] = [];
  for (const workload of listWorkloads().filter(({ name }) => options.only.test(name))) {
    const entrants = present.map((command) => childContender(command, workload, threads, effort.patienceMs));
    measured.push(await measure(workload, entrants, effort));
    console.error(`measured ${workload.name}`);
  }
  console.log(`${cpus()[0]?.model.trim() ?? 'unknown CPU'}, Node ${process.versions.node}, ${threads} threads each`);
  console.log(
    table(
      measured,
      ourDevices.filter((name) => present.some((command) => command.name === name)),
    ),
  );
  if (options.json !== undefined)
    writeFileSync(options.json, `${JSON.stringify(rows(measured, ourDevices), null, 2)}\n`);
  return 0;
}

/** The contenders that start, after a line for each saying its version or why it stays away. */
async function whoIsHere(commands: readonly ChildCommand[]): Promise<readonly ChildCommand[]> {
  const present: ChildCommand[] = [];
  for (const command of commands) {
    const answer = await probe(command);
    console.log(
      'version' in answer ? `${command.name}: ${answer.version}` : `${command.name}: absent, ${answer.absent}`,
    );
    if ('version' in answer) present.push(command);
  }
  return present;
}

function tell(text: string): number {
  console.log(text);
  return 0;
}
