/**
 * The command line as a user starts it: what it prints, as text and as JSON, and its exit codes.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { commands as table } from '../cli/commands/index.ts';
import { type Answer, helpOf, readArguments, UsageError } from '../cli/command.ts';
import { FathomError } from '../src/index.ts';
import { afterAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const config = 'test/fixtures/training-config.ts';
const runs = mkdtempSync(join(tmpdir(), 'fathom-runs-'));
const commands = [
  ...['train', 'eval', 'predict', 'export', 'summary', 'inspect', 'bench', 'devices', 'completion'],
  ...['data list', 'data get', 'data show', 'runs list', 'runs show', 'runs compare'],
];
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
    for (const name of commands) expect(stdout).toContain(`  ${name} `);
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

  /** As main.ts does it, within this process. */
  const attempt = async (args: string[]): Promise<Answer> => {
    const command = table.find((one) => one.name.split(' ').every((word, i) => args[i] === word))!;
    return command.run(readArguments(command, args.slice(command.name.split(' ').length)));
  };

  const ask = async (...[name = '', ...args]: string[]): Promise<unknown> =>
    (await attempt([name, ...args, '--json'])).data;

  it.each([
    [['eval', config, '--part', 'all'], "--part takes test, validation or data, not 'all'"],
    [['eval', config, '--part', 'validation'], 'the config has no validation'],
    [['predict', config, '--out', 'x.txt'], "--out takes a .npy or .safetensors file, not 'x.txt'"],
    [['inspect', config, '--stage', 'first'], '--stage takes graph, kernels, schedule, plan, code'],
    [['export', 'a', 'a.h5'], "TO must end in .safetensors or .npz, got 'a.h5'"],
    [['completion', 'tcsh'], "completion is for bash, zsh, fish, not 'tcsh'"],
  ])('%j is a wrong command line', async (args, message) => {
    await expect(attempt(args)).rejects.toThrow(message);
    await expect(attempt(args)).rejects.toThrow(UsageError);
  });

  it.each([
    [['eval', config, '--root', 'nowhere'], 'there are no weights in nowhere/training-config/checkpoints; train first'],
    [['eval', config, '--weights', 'absent.npz'], 'there is no file'],
    [['eval', config, '--weights', 'x.bin'], 'files are known by their endings'],
    [['eval', config, '--weights', 'test/golden/keras/cnn.keras'], "load: the state lacks 'weight', 'bias'"],
    [['eval', 'absent.ts'], 'there is no file'],
    [['summary', 'test/golden/keras/models.json'], 'model.json has no weightsManifest'],
  ])('%j cannot be done', async (args, message) => {
    await expect(attempt(args)).rejects.toThrow(message);
    await expect(attempt(args)).rejects.toThrow(FathomError);
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

  it('summary lists the modules of a config, and the tensors of a file', async () => {
    expect(await ask('summary', config)).toMatchObject({ parameters: 2, trainable: 2, stateBytes: 8, flops: 2 });
    const { tensors } = (await ask('summary', 'test/golden/keras/cnn.keras')) as {
      tensors: { name: string; shape: number[] }[];
    };
    expect(tensors.find(({ name }) => name === 'first conv/0')?.shape).toEqual([3, 3, 2, 4]);
  });

  it('evaluates, predicts and exports the weights of a run and of a file', async () => {
    const trained = (await ask('train', config, '--run', 'd', '--root', runs, '--epochs', '200')) as {
      test: { loss: number };
    };
    const found = (await ask('eval', config, '--run', 'd', '--root', runs)) as {
      part: string;
      figures: { loss: number };
    };
    expect(found.part).toBe('test');
    expect(found.figures.loss).toBe(trained.test.loss);
    expect(found.figures.loss).toBeLessThan(1e-6);

    const out = join(runs, 'outputs.npy');
    const predicted = (await ask('predict', config, '--run', 'd', '--root', runs, '--limit', '3', '--out', out)) as {
      shape: number[];
      outputs: number[][];
    };
    expect(predicted.shape).toEqual([3, 1]);
    [1, 3, 5].forEach((wanted, i) => expect(predicted.outputs[i]![0]).toBeCloseTo(wanted, 2));
    expect(await ask('summary', out)).toMatchObject({ tensors: [{ shape: [3, 1], dtype: 'float32' }] });

    const file = join(runs, 'd.npz');
    expect(await ask('export', 'd', file, '--root', runs)).toMatchObject({ tensors: ['bias', 'weight'] });
    await expect(ask('export', 'd', file, '--root', runs)).rejects.toThrow('is there already');
    const again = (await ask('eval', config, '--weights', file)) as { figures: unknown };
    expect(again.figures).toEqual(found.figures);
    // Outputs of (3, 1) are inputs of one number each, too.
    const chained = (await ask('predict', config, '--weights', file, '--input', out)) as { outputs: number[][] };
    [3, 7, 11].forEach((wanted, i) => expect(chained.outputs[i]![0]).toBeCloseTo(wanted, 2));
  }, 60_000);

  it('shows a table, and pictures of a folder', async () => {
    expect(await ask('data', 'show', 'iris')).toMatchObject({
      items: 150,
      shape: [4],
      labels: { setosa: 50, versicolor: 50, virginica: 50 },
    });
    const folder = join(runs, 'two-digits');
    mkdirSync(folder);
    const head = (...values: number[]) => values.flatMap((value) => [0, 0, 0, value]);
    const pixels = Array.from({ length: 2 * 28 * 28 }, (_, i) => (i < 28 ? 255 : 0)); // a line on top of the first
    writeFileSync(
      join(folder, 'train-images-idx3-ubyte'),
      Uint8Array.from([0, 0, 8, 3, ...head(2, 28, 28), ...pixels]),
    );
    writeFileSync(join(folder, 'train-labels-idx1-ubyte'), Uint8Array.from([0, 0, 8, 1, ...head(2), 7, 9]));
    for (const name of ['t10k-images-idx3-ubyte', 't10k-labels-idx1-ubyte'])
      writeFileSync(join(folder, name), Uint8Array.from([]));
    const { labels, first } = (await ask('data', 'show', 'mnist', '--folder', folder)) as {
      labels: unknown;
      first: string[];
    };
    expect(labels).toEqual({ 7: 1, 9: 1 });
    expect(first[0]!.trimEnd()).toBe(`7\n${'▀'.repeat(28)}`);
  });

  it('exports some tensors of a file under shorter names', async () => {
    const file = join(runs, 'dense.safetensors');
    expect(
      await ask('export', 'test/golden/keras/cnn.h5', file, '--only', 'dense/', '--strip', 'dense/'),
    ).toMatchObject({
      tensors: ['kernel', 'bias'],
    });
  });

  it('inspects stages and benches', async () => {
    const { graph } = (await ask('inspect', config, '--stage', 'graph')) as { graph: string };
    expect(graph).toContain('mul');
    const { graph: learning } = (await ask('inspect', config, '--stage', 'graph', '--training')) as { graph: string };
    expect(learning.length).toBeGreaterThan(graph.length);
    const { forward, step, items } = (await ask('bench', config, '--runs', '2')) as Record<
      'forward' | 'step',
      { least: number; median: number }
    > & { items: number };
    expect(items).toBe(2);
    for (const { least, median } of [forward, step]) {
      expect(least).toBeGreaterThan(0);
      expect(median).toBeGreaterThanOrEqual(least);
    }
  });

  it('completes commands, their second words and options in bash', async () => {
    const { script } = (await ask('completion', 'bash')) as { script: string };
    const complete = (...words: string[]) => {
      const list = words.map((word) => `'${word}'`).join(' ');
      const text = `${script}\nCOMP_WORDS=(fathom ${list}); COMP_CWORD=${words.length}; _fathom; echo "\${COMPREPLY[@]}"`;
      const { stdout, stderr } = spawnSync('bash', ['-c', text], { encoding: 'utf8', cwd: root });
      expect(stderr).toBe('');
      return stdout.trim().split(' ');
    };
    expect(complete('ex')).toEqual(['export']);
    expect(complete('runs', '')).toEqual(['list', 'show', 'compare']);
    expect(complete('train', 'x.ts', '--re')).toEqual(['--resume']);
    expect(complete('data', 'get', 'mnist', '--mi')).toEqual(['--mirror']);
    expect(complete('train', 'package.j')).toEqual(['package.json']);
  });

  it('completion for zsh and fish names every command', async () => {
    for (const shell of ['zsh', 'fish']) {
      const { script } = (await ask('completion', shell)) as { script: string };
      for (const name of commands) for (const word of name.split(' ')) expect(script).toContain(word);
    }
  });

  it.each(table)('$name explains itself, with examples', (command) => {
    const help = helpOf(command);
    expect(help).toMatch(new RegExp(`^fathom ${command.name} `));
    expect(help).toContain('Examples\n');
    expect(help).toContain('--json');
    expect(commands).toContain(command.name);
  });
});
