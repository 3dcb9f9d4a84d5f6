import { expect, test } from 'vitest';
import { inProcess, measure, type Contender, type Timing } from './harness.ts';
import { disagreements, rows } from './report.ts';
import { listWorkloads } from './workloads.ts';

const workload = listWorkloads().find(({ kind }) => kind === 'kernel');
if (workload === undefined) throw new Error('bug: no workloads');
const effort = { patienceMs: 1000, sampleMs: 2, rounds: 6, budgetMs: 1000 };

function sleeper(name: string, ms: number, log: string[], outputs: readonly number[] = [1, 2]): Contender {
  const step = () => new Promise<void>((resolve) => setTimeout(resolve, ms)).then(() => void log.push(name));
  return inProcess(name, async () => ({ step, outputs: () => Float32Array.from(outputs) }));
}

test('contenders take turns, and the slower one is reported slower', async () => {
  const log: string[] = [];
  const measured = await measure(workload, [sleeper('fast', 4, log), sleeper('slow', 16, log)], effort);
  const timed = log.slice(-12); // the rounds after both warm-ups: one step a sample
  for (let round = 0; round < 6; round++) expect(new Set(timed.slice(2 * round, 2 * round + 2)).size).toBe(2);
  const [row] = rows([measured], ['fast']);
  expect(row).toMatchObject({ workload: workload.name, device: 'fast', peer: 'slow' });
  expect(row?.ratio).toBeGreaterThan(2);
  expect(row?.ratio).toBe((row?.peerMs ?? 0) / (row?.ms ?? 1));
});

test('a contender that throws is a refusal and does not stop the others', async () => {
  const broken = inProcess('broken', async () => ({ step: () => Promise.reject(new Error('no such kernel')) }));
  const { results } = await measure(workload, [broken, sleeper('fine', 1, [])], effort);
  expect(results[0]).toEqual({ kind: 'refusal', contender: 'broken', reason: 'no such kernel' });
  expect(results[1]?.kind).toBe('timing');
});

test('without a peer the row says null', async () => {
  const measured = await measure(workload, [sleeper('alone', 1, [])], effort);
  expect(rows([measured], ['alone'])[0]).toMatchObject({ device: 'alone', peer: null, peerMs: null, ratio: null });
});

test('outputs that differ by more than a thousandth are named', () => {
  const timing = (contender: string, outputs: readonly number[]): Timing => ({
    kind: 'timing',
    contender,
    ms: 1,
    bestMs: 1,
    samples: 1,
    firstStepMs: 1,
    peakMiB: undefined,
    outputs,
  });
  const against = (outputs: readonly number[]) =>
    disagreements({ workload, results: [timing('native', outputs), timing('pytorch', [10, -5])] });
  expect(against([10.005, -5])).toEqual([]);
  expect(against([10.02, -5])).toEqual([`${workload.name}: output 0 is 10.02 with native, 10 with pytorch`]);
  expect(against([10, Number.NaN])).toHaveLength(1);
  expect(against([])).toHaveLength(1);
});
