/** The benchmarks' entry: reads the options, asks who is here, measures workload by workload, reports. See README.md. */

import { writeFileSync } from 'node:fs';
import { cpus, release, type } from 'node:os';
import { childContender, probe, type ChildCommand } from './contenders/child.ts';
import { ourDevices, roster } from './contenders/roster.ts';
import { measure, type Effort, type Measured } from './harness.ts';
import { describeInstall, measureInstall } from './install.ts';
import { parseOptions, usage, UsageError, type Options } from './options.ts';
import { table } from './report.ts';
import { resultOf } from './result.ts';
import { listWorkloads, type Workload } from './workloads.ts';

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
  const versions = await whoIsHere(everyone.filter(({ name }) => contenders?.includes(name) ?? true));
  const present = everyone.filter(({ name }) => versions[name] !== undefined);
  const effort = options.isQuick ? quick : thorough;
  const measured: Measured[] = [];
  for (const workload of listWorkloads().filter(({ name }) => options.only.test(name))) {
    const entrants = present.map((command) =>
      childContender(command, workload, threads, patienceFor(command, workload, effort)),
    );
    measured.push(await measure(workload, entrants, effort));
    console.error(`measured ${workload.name}`);
  }
  const machine = {
    cpu: cpus()[0]?.model.trim() ?? 'unknown CPU',
    cores: cpus().length,
    system: `${type()} ${release()}`,
    node: process.versions.node,
    threads,
    isQuick: options.isQuick,
    date: new Date().toISOString(),
  };
  console.log(`${machine.cpu}, Node ${machine.node}, ${threads} threads each`);
  console.log(
    table(
      measured,
      ourDevices.filter((name) => present.some((command) => command.name === name)),
    ),
  );
  const install = options.only.source === '(?:)' ? measureInstall(options.isQuick ? 5 : 20) : undefined;
  if (install !== undefined) console.log(describeInstall(install));
  else if (options.only.source === '(?:)')
    console.log('imports: not measured, the package is not built (npm run build)');
  if (options.json !== undefined) {
    const result = resultOf(machine, versions, measured, ourDevices, install);
    writeFileSync(options.json, `${JSON.stringify(result, null, 2)}\n`);
  }
  return 0;
}

/** Models of 10⁸ weights take long to fill, and a compiler of C++ to be called. */
function patienceFor({ name }: ChildCommand, { kind }: Workload, { patienceMs }: Effort): number {
  if (name === 'pytorch-compile') return 5 * patienceMs;
  return kind === 'inference' || kind === 'decode' ? 3 * patienceMs : patienceMs;
}

/** The versions of the contenders that start, after a line for each saying its version or why it stays away. */
async function whoIsHere(commands: readonly ChildCommand[]): Promise<Readonly<Record<string, string>>> {
  const versions: Record<string, string> = {};
  for (const command of commands) {
    const answer = await probe(command);
    console.log(
      'version' in answer ? `${command.name}: ${answer.version}` : `${command.name}: absent, ${answer.absent}`,
    );
    if ('version' in answer) versions[command.name] = answer.version;
  }
  return versions;
}

function tell(text: string): number {
  console.log(text);
  return 0;
}
