/**
 * The command line as a user starts it: what it prints, as text and as JSON, and its exit codes.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const config = 'test/fixtures/training-config.ts';
const runs = mkdtempSync(join(tmpdir(), 'fathom-runs-'));
afterAll(() => rmSync(runs, { recursive: true }));

function fathom(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', 'cli/main.ts', ...args], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, FATHOM_DEVICE: 'reference', FATHOM_OFFLINE: '1' },
  });
  return { status, stdout, stderr };
}

function answer(...args: string[]): unknown {
  const { status, stdout, stderr } = fathom(...args, '--json');
  expect(status, stderr).toBe(0);
  return JSON.parse(stdout);
}

describe('fathom', () => {
  it('without a command names all of them', () => {
    const { status, stdout } = fathom();
    expect(status).toBe(0);
    for (const name of [
      'train',
      'summary',
      'devices',
      'data list',
      'data get',
      'runs list',
      'runs show',
      'runs compare',
    ])
      expect(stdout).toContain(`  ${name} `);
  });

  it.each([
    [['fly'], "there is no command 'fly'"],
    [['runs'], "'runs' needs one word more: runs list, runs show, runs compare"],
    [['data', 'get'], 'NAME is missing'],
    [['data', 'get', 'nothing'], "there is no data set 'nothing'; there are mnist"],
    [['devices', '--fast'], "Unknown option '--fast'"],
    [['train', config, '--epochs', '0'], "--epochs takes a whole number from 1 up, not '0'"],
  ])('%j is a wrong command line, exit code 2', (args, message) => {
    const { status, stderr } = fathom(...args);
    expect(stderr).toContain(message);
    expect(status).toBe(2);
  });

  it('a failure is exit code 1, and JSON with --json', () => {
    const { status, stdout, stderr } = fathom('runs', 'show', 'absent', '--root', runs, '--json');
    expect(status).toBe(1);
    expect(stderr).toContain("there is no run 'absent'");
    expect(JSON.parse(stdout)).toMatchObject({ error: { kind: 'failed', code: 1 } });
  });

  it('devices says what is in use', () => {
    const { devices } = answer('devices') as { devices: { name: string; isChosen: boolean }[] };
    expect(devices.map(({ name }) => name)).toEqual(['native', 'wasm', 'reference']);
    expect(devices.find(({ isChosen }) => isChosen)?.name).toBe('reference');
  });

  it('trains into a run folder, refuses to overwrite it, resumes, lists and compares', () => {
    const first = answer('train', config, '--run', 'a', '--root', runs);
    expect(first).toMatchObject({ run: 'a', ending: 'finished', epochs: [{ epoch: 1 }, { epoch: 2 }] });
    expect(existsSync(join(runs, 'a', 'checkpoints'))).toBe(true);

    const again = fathom('train', config, '--run', 'a', '--root', runs);
    expect(again.status).toBe(1);
    expect(again.stderr).toContain('there is a run in');

    const longer = answer('train', config, '--run', 'a', '--root', runs, '--resume', '--epochs', '3');
    expect(longer).toMatchObject({ epochs: [{ epoch: 1 }, { epoch: 2 }, { epoch: 3 }] });
    // Resumed or not, equal seeds come to equal figures.
    const whole = answer('train', config, '--run', 'b', '--root', runs, '--epochs', '3') as { test: unknown };
    expect((longer as { test: unknown }).test).toEqual(whole.test);
    answer('train', config, '--run', 'c', '--root', runs, '--set', 'lr=0.01');

    expect(answer('runs', 'list', '--root', runs)).toMatchObject({
      runs: [{ name: 'a', epochs: 3 }, { name: 'b' }, { name: 'c' }],
    });
    const compared = fathom('runs', 'compare', 'b', 'c', '--root', runs).stdout;
    expect(compared).toContain('set.lr');
    expect(compared).toContain('train.loss');
  }, 60_000);

  it('summary counts the parameters of a config', () => {
    expect(answer('summary', config)).toMatchObject({ elements: 2, parameters: 2, bytes: 8 });
  });
});
