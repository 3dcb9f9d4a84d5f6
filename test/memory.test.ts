/**
 * Memory without dispose: two thousand steps of training in a synchronous loop, after which the process holds no more than after fifty. Each
 * device runs in a process of its own, so that no other test's garbage is measured.
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { testDevices } from './devices.ts';

interface Growth {
  readonly rssMiB: number;
  readonly heapMiB: number;
  readonly buffersMiB: number;
}

function train(device: string): Growth {
  const script = fileURLToPath(new URL('./fixtures/train-steps.ts', import.meta.url));
  const output = execFileSync(process.execPath, ['--expose-gc', '--import', 'tsx', script, device, '2000'], {
    encoding: 'utf8',
  });
  const growth: Growth = JSON.parse(output);
  return growth;
}

describe.each(testDevices)('2,000 steps on %s', (device) => {
  it('hold no more memory than 50', { timeout: 120_000 }, () => {
    const growth = train(device);
    // A leak of one batch a step would be 390 MiB of buffers, of one loss and its handles well over 1 MiB of heap. V8 frees buffers from another
    // thread, so a few tens of MiB of them may be waiting for it at either reading.
    expect(growth.heapMiB).toBeLessThan(1);
    expect(growth.buffersMiB).toBeLessThan(40);
    expect(growth.rssMiB).toBeLessThan(80);
  });
});
