import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { TensorDataset } from '../data/dataset.ts';
import { DataLoader } from '../data/loader.ts';
import { device } from '../engine/index.ts';
import { latestCheckpoint, loadCheckpoint } from '../io/checkpoint.ts';
import { Linear } from '../nn/linear.ts';
import { mse } from '../nn/losses.ts';
import { SGD } from '../optim/sgd.ts';
import { tensor } from '../tensor/creation.ts';
import { key } from '../tensor/random.ts';
import type { Callback, Run } from './callback.ts';
import { checkpointing } from './checkpointing.ts';
import { earlyStopping } from './early-stopping.ts';
import { fit, type FitOptions } from './fit.ts';
import { learningRate, reduceOnPlateau } from './learning-rate.ts';
import { csvLog, jsonlLog } from './logs.ts';
import { progressBar } from './progress-bar.ts';
import { Trainer } from './trainer.ts';

let folder = '';
beforeAll(() => {
  device('reference');
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fathom-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** y = 2x at eight places. */
const line = new TensorDataset(
  tensor([[0], [1], [2], [3], [4], [5], [6], [7]].map(([x]) => [x! / 8])),
  tensor([[0], [1], [2], [3], [4], [5], [6], [7]].map(([x]) => [x! / 4])),
);

function start(lr = 0.1) {
  const model = new Linear(1, 1, { key: key(1) });
  const optimizer = new SGD(model.parameters(), { lr });
  const train = (callbacks: readonly Callback[], options: Partial<FitOptions> = {}) =>
    fit(model, new DataLoader(line, { batchSize: 2, shuffle: true }), {
      epochs: 4,
      optimizer,
      loss: mse,
      callbacks,
      ...options,
    });
  return { model, optimizer, train };
}

/** A callback that makes up what the records say. */
const pretend = (losses: readonly number[]): Callback => ({
  name: 'pretend',
  onEpoch: (_, record) => void Object.assign(record.train, { pretended: losses[record.epoch - 1] }),
});

describe('early stopping', () => {
  const options = { monitor: 'train.pretended', mode: 'min', patience: 2 } as const;

  it('ends after its patience and gives the best weights back', async () => {
    const { model, train } = start();
    const weights: number[] = [];
    const keep: Callback = {
      name: 'keep',
      onEpoch: (run) => void weights.push(run.state('model')['weight']!.itemSync()),
    };
    const history = await train([pretend([5, 3, 4, 3, 1]), keep, earlyStopping(options)], { epochs: 5 });
    expect([history.length, history.ending]).toEqual([4, 'stopped']);
    expect(model.state()['weight']!.itemSync()).toBe(weights[1]);
  });

  it('counts a change that is too small, and NaN, as none', async () => {
    const stop = earlyStopping({ ...options, minDelta: 0.5 });
    expect(await start().train([pretend([5, 4.6, NaN, 1]), stop])).toHaveLength(3);
  });

  it('remembers over a resume that its patience is spent', async () => {
    const { train } = start();
    await train([pretend([1, 2, 3]), earlyStopping(options), checkpointing(folder)]);
    const again = await start().train([earlyStopping(options)], { resume: await latestCheckpoint(folder) });
    expect([again.length, again.ending]).toEqual([3, 'stopped']);
  });

  it('says which figures there are when its own is not', async () => {
    await expect(start().train([earlyStopping()])).rejects.toThrow(
      "earlyStopping: there is no figure 'validation.loss'; there are train.loss",
    );
  });
});

describe('the learning rate', () => {
  it('follows its schedule before each step, and is in the records', async () => {
    const { train, optimizer } = start();
    const rates: (number | undefined)[] = [];
    const watch: Callback = {
      name: 'watch',
      onResults: (_, records) => void rates.push(...records.map(({ lr }) => lr)),
    };
    await train([learningRate(optimizer, (progress) => 1 - progress), watch], { epochs: 1 });
    expect(rates).toEqual([1, 0.75, 0.5, 0.25]);
  });

  it('is reduced where a figure stays, once per patience', async () => {
    const { train, optimizer } = start(1);
    const rates: number[] = [];
    const plateau = reduceOnPlateau(optimizer, {
      monitor: 'train.pretended',
      mode: 'min',
      patience: 1,
      factor: 0.5,
      minimum: 0.3,
    });
    const watch: Callback = { name: 'watch', onEpoch: () => void rates.push(optimizer.lr) };
    await train([pretend([1, 1, 1, 1, 1, 1, 1]), plateau, watch], { epochs: 7 });
    expect(rates).toEqual([1, 1, 0.5, 0.5, 0.3, 0.3, 0.3]);
  });
});

describe('checkpointing', () => {
  it('keeps the newest, and the best', async () => {
    const { train } = start();
    const best = { monitor: 'train.pretended', mode: 'min', best: true } as const;
    await train([pretend([3, 1, 2, 2]), checkpointing(folder, { ...best, everySteps: 3, keep: 2 })]);
    expect(await readdir(folder)).toEqual([
      'best.safetensors',
      'step-0000000015.safetensors',
      'step-0000000016.safetensors',
    ]);
    expect((await loadCheckpoint(join(folder, 'best.safetensors'))).state).toMatchObject({ step: 8, epoch: 3 });
  });

  it('passes over a damaged file to the last good one', async () => {
    await start().train([checkpointing(folder)]);
    const newest = join(folder, 'step-0000000016.safetensors');
    const bytes = await readFile(newest);
    for (const place of [bytes.length - 1, 300, 12]) {
      const damaged = Buffer.from(bytes);
      damaged[place]! ^= 4;
      await writeFile(newest, damaged);
      expect((await latestCheckpoint(folder))!.state).toMatchObject({ step: 12 });
    }
    await writeFile(newest, bytes.subarray(0, 100));
    expect((await latestCheckpoint(folder))!.state).toMatchObject({ step: 12 });
  });

  it('removes what a killed process left behind, and refuses the folder of another training', async () => {
    await writeFile(join(folder, 'step-0000000003.safetensors.0123456789ab.tmp'), 'half');
    await start().train([checkpointing(folder)]);
    expect(await readdir(folder)).toHaveLength(2);
    await expect(start().train([checkpointing(folder)])).rejects.toThrow(
      /holds checkpoints of another training, the newest after step 16; go on from it with/,
    );
  });

  it('a checkpoint of another model, or no checkpoint, is refused before anything changes', async () => {
    await start().train([checkpointing(folder)]);
    const resume = await latestCheckpoint(folder);
    const model = new Linear(2, 1);
    const optimizer = new SGD(model.parameters(), { lr: 0.1 });
    await expect(fit(model, line, { epochs: 1, optimizer, loss: mse, resume })).rejects.toThrow(
      "load: 'weight' has shape (1, 2) in the model and (1, 1) in the state",
    );
    await expect(start().train([], { resume: { tensors: {}, state: 3 } })).rejects.toThrow(
      'expected the state of a training',
    );
  });
});

describe('logs', () => {
  const lines = async (name: string) => (await readFile(join(folder, name), 'utf8')).trimEnd().split('\n');

  it('have a line per step and epoch, and none twice after a crash', async () => {
    const logs = () => [jsonlLog(join(folder, 'a.jsonl')), csvLog(join(folder, 'a.csv'))];
    const crash: Callback = {
      name: 'crash',
      onRest(run) {
        if (run.step === 7) throw new Error('power failure');
      },
    };
    await expect(start().train([...logs(), checkpointing(folder, { everySteps: 5 }), crash])).rejects.toThrow('power');
    await writeFile(join(folder, 'a.jsonl'), '{"kind":"st', { flag: 'a' });
    await start().train([...logs(), checkpointing(folder)], { resume: await latestCheckpoint(folder) });
    const parsed = (await lines('a.jsonl')).map((line) => JSON.parse(line) as { kind: string; step: number });
    expect(parsed.filter(({ kind }) => kind === 'step').map(({ step }) => step)).toEqual(
      Array.from({ length: 16 }, (_, i) => i + 1),
    );
    expect(parsed.filter(({ kind }) => kind === 'epoch').map(({ step }) => step)).toEqual([4, 8, 12, 16]);
    const [head, ...rows] = await lines('a.csv');
    expect(head).toBe('epoch,step,seconds,train.loss');
    expect(rows.map((row) => row.split(',').slice(0, 2).join())).toEqual(['1,4', '2,8', '3,12', '4,16']);
  });

  it('the bar draws only on a terminal; elsewhere a line per epoch', async () => {
    const text = async (isTTY: boolean) => {
      let written = '';
      const stream = { isTTY, columns: 100, write: (part: string) => (written += part) };
      await start().train([progressBar({ stream })], { validation: line, epochs: 2 });
      return written;
    };
    expect(await text(false)).toMatch(
      /^epoch 1\/2 {2}loss [\d.]+ {2}\| {2}validation: loss [\d.]+ {2}\d+\.\d s\nepoch 2\/2[^\n]*\n$/,
    );
    const live = await text(true);
    expect(live).toContain('█');
    expect(live.endsWith('\x1b[?25h')).toBe(true);
  });
});

describe('the loop', () => {
  it('fails at the first loss that is not finite, names the step, and saves nothing of it', async () => {
    const { train } = start(1e30);
    await expect(train([checkpointing(folder, { everySteps: 1 })])).rejects.toThrow(
      /fit: the loss is (NaN|Infinity) at step [2-4] \(epoch 1, the learning rate 1e\+30\)/,
    );
    const saved = await latestCheckpoint(folder);
    expect(Object.values(saved!.tensors).every((x) => x.isFinite().all().itemSync() === 1)).toBe(true);
    expect(await start(1e30).train([], { checkFinite: false })).toHaveLength(4);
  });

  it('takes one step for several batches as it would for one large one', async () => {
    const after = async (batchSize: number, accumulate: number) => {
      const { model, optimizer } = start();
      const data = new DataLoader(line, { batchSize });
      const history = await fit(model, data, { epochs: 3, optimizer, loss: mse, accumulate });
      return { weights: Object.values(model.state()).map((x) => x.itemSync()), steps: history.map(({ step }) => step) };
    };
    const [large, small] = [await after(8, 1), await after(3, 3)]; // 3, 3 and 2
    expect(small.steps).toEqual([1, 2, 3]);
    // float32 sums in another order.
    small.weights.forEach((weight, i) => expect(weight).toBeCloseTo(large.weights[i]!, 6));
  });

  it('ends when its time or memory is spent', async () => {
    const slow: Callback = { name: 'slow', onRest: () => new Promise((resolve) => setTimeout(resolve, 30)) };
    expect((await start().train([slow], { budget: { seconds: 0.2 }, epochs: 1000 })).ending).toBe('out of time');
    expect((await start().train([slow], { budget: { bytes: 1 }, epochs: 1000 })).ending).toBe('out of memory');
  });

  it('runs a step of one’s own, with two optimizers', async () => {
    const [a, b] = [new Linear(1, 1), new Linear(1, 1)];
    const [down, up] = [new SGD(a.parameters(), { lr: 0.1 }), new SGD(b.parameters(), { lr: 0.1 })];
    const seen: Run[] = [];
    const trainer = new Trainer({
      parts: { a, b, down, up },
      step: ([x, y]: readonly [(typeof line.tensors)[0], (typeof line.tensors)[0]]) => {
        const guess = a.forward(x);
        return { loss: down.minimize(mse(guess, y)), other: up.minimize(mse(b.forward(x), guess.detach())) };
      },
    });
    const history = await trainer.fit(new DataLoader(line, { batchSize: 4 }), {
      epochs: 20,
      callbacks: [{ name: 'see', onStart: (run) => void seen.push(run) }],
    });
    expect(history.at(-1)!.train['other']!).toBeLessThan(history[0]!.train['other']!);
    expect(Object.keys((await seen[0]!.checkpoint()).tensors)).toEqual([
      'a.weight',
      'a.bias',
      'b.weight',
      'b.bias',
      'random.key',
    ]);
  });

  it('refuses names that would be mixed up', async () => {
    const model = new Linear(1, 1);
    expect(() => new Trainer({ parts: { 'a.b': model }, step: () => ({ loss: tensor(0) }) })).toThrow(
      "cannot be called 'a.b'",
    );
    await expect(start().train([progressBar(), progressBar()])).rejects.toThrow(
      "two callbacks are called 'progressBar'",
    );
  });

  it('Ctrl-C saves, ends in order and gives the signal back', async () => {
    const fixture = fileURLToPath(new URL('../../test/fixtures/interrupted-training.ts', import.meta.url));
    const child = spawn(process.execPath, ['--import', 'tsx', fixture, folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (data: Buffer) => {
      output += data.toString();
      if (output === 'begun\n') setTimeout(() => child.kill('SIGINT'), 150);
    });
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect([output, code]).toEqual(['begun\ninterrupted, 0 listeners\n', 130]);
    const { state } = (await latestCheckpoint(folder))!;
    expect(state).toMatchObject({ history: expect.any(Array) });
    expect((state as { step: number }).step).toBeGreaterThan(0);
  });
});
