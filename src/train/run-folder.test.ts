import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { TensorDataset } from '../data/dataset.ts';
import { device } from '../engine/index.ts';
import { readRecords } from '../io/tfrecord.ts';
import { Linear } from '../nn/linear.ts';
import { mse } from '../nn/losses.ts';
import { SGD } from '../optim/sgd.ts';
import { tensor } from '../tensor/creation.ts';
import { fit } from './fit.ts';
import { openRun, readRun } from './run-folder.ts';

let root = '';
beforeAll(() => {
  device('reference');
});
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'fathom-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function train(epochs: number, resume: boolean) {
  const run = await openRun('a.1', { root, resume, config: { epochs }, tensorBoard: { histograms: 'model' } });
  const model = new Linear(1, 1);
  const data = new TensorDataset(tensor([[1], [2], [3], [4]]), tensor([[2], [4], [6], [8]]));
  const optimizer = new SGD(model.parameters(), { lr: 0.01 });
  const { callbacks } = run;
  await fit(model, data, {
    epochs,
    batchSize: 2,
    optimizer,
    loss: mse,
    validation: data,
    callbacks,
    resume: run.resume,
  });
  return run.path;
}

it('a run folder holds what a training was, and grows when it goes on', async () => {
  const path = await train(2, false);
  expect((await readdir(path)).sort()).toEqual([
    'checkpoints',
    'config.json',
    'environment.json',
    'metrics.jsonl',
    'starts.jsonl',
    'summary.json',
    'tensorboard',
  ]);
  await train(3, true);
  const { config, environment, summary, lines } = await readRun(path);
  expect(config).toEqual({ epochs: 2 });
  expect(environment).toMatchObject({ node: process.version, device: expect.stringContaining('reference') });
  expect(summary).toMatchObject({ ending: 'finished', epochs: 3, step: 6 });
  expect(lines.map(({ kind, step }) => `${kind} ${step}`)).toEqual([
    'step 1', 'step 2', 'epoch 2', 'step 3', 'step 4', 'epoch 4', 'step 5', 'step 6', 'epoch 6',
  ]); // prettier-ignore
  const starts = (await readFile(join(path, 'starts.jsonl'), 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
  expect(starts).toMatchObject([
    { isResumed: false, config: { epochs: 2 } },
    { isResumed: true, config: { epochs: 3 } },
  ]);
  const boards = await readdir(join(path, 'tensorboard'));
  const events = await Promise.all(
    boards.map(async (name) => [...readRecords(await readFile(join(path, 'tensorboard', name)))].length),
  );
  // The version, three steps' or two epochs' scalars with two histograms each, and where the second goes on.
  expect(events).toEqual([1 + 4 + 2 * 3, 2 + 2 + 3]);
  expect((await readdir(join(path, 'checkpoints'))).at(0)).toBe('best.safetensors');
});

it('a name that is taken, or none, is refused', async () => {
  await openRun('a', { root });
  await expect(openRun('a', { root })).rejects.toThrow('go on with { resume: true }, or choose another name');
  expect((await openRun('a', { root, resume: true })).resume).toBeUndefined();
  await expect(openRun('../a', { root })).rejects.toThrow("'../a' is no name for a folder");
  await expect(readRun(join(root, 'b'))).rejects.toThrow('there is no run in');
});

it('a line that a crash cut short is left out, and one that is damaged is an error', async () => {
  const { path } = await openRun('a', { root });
  await writeFile(join(path, 'metrics.jsonl'), '{"kind":"step","step":1}\n');
  await appendFile(join(path, 'metrics.jsonl'), '{"kind":"st');
  expect((await readRun(path)).lines).toHaveLength(1);
  await writeFile(join(path, 'metrics.jsonl'), '{"kind"\n{"kind":"step","step":1}\n');
  await expect(readRun(path)).rejects.toThrow('metrics.jsonl, line 1 is not JSON');
});
