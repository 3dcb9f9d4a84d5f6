/**
 * Holds README.md to the repository: its first program is examples/tiny.ts (which examples' own test runs), the error that it
 * shows is the one thrown, and what it points at exists.
 */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ones } from 'fathom';
import { describe, expect, it } from 'vitest';
import manifest from '../package.json' with { type: 'json' };

const root = fileURLToPath(new URL('..', import.meta.url));
const readme = readFileSync(`${root}/README.md`, 'utf8');
const programs = [...readme.matchAll(/^```ts\n(.*?)^```$/gms)].map((match) => match[1]!);

describe('README.md', () => {
  it('begins with the program in examples/tiny.ts', () => {
    const tiny = readFileSync(`${root}/examples/tiny.ts`, 'utf8');
    expect(programs[0]).toBe(tiny.replace(/^\/\*\*.*?\*\/\n/s, ''));
  });

  it('shows the error that the mistake throws', () => {
    const [statement, message] = programs.find((program) => program.includes('Error: '))!.split('\n// ');
    expect(statement).toBe('ones([2]).add(ones([3]));');
    // @ts-expect-error the types say so, too
    expect(() => ones([2]).add(ones([3]))).toThrow(message!.trim().replace('ShapeError: ', ''));
  });

  it('names every entry point of the package', () => {
    const entries = Object.keys(manifest.exports).filter((path) => path !== './package.json');
    const missing = entries.filter((path) => !readme.includes(`| \`${path.replace('.', 'fathom')}\` |`));
    expect(missing).toEqual([]);
  });

  it('links to files that exist', () => {
    const targets = [...readme.matchAll(/\]\(([^)#:]+)\)/g)].map((match) => match[1]!);
    expect(targets).not.toEqual([]);
    expect(targets.filter((path) => !existsSync(`${root}/${path}`))).toEqual([]);
  });
});
