/**
 * Writes docs/coverage.md: what of NumPy, PyTorch and JAX is here. The names are in coverage-names.json, written by coverage-names.py; a
 * name counts as here only if what it is called here exists. Run it with `npx tsx docs/make-coverage.ts`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as fathom from '../src/index.ts';
import * as io from '../src/io/index.ts';
import * as nn from '../src/nn/index.ts';
import * as table from '../src/table/index.ts';
import { differences, otherNames, reasons } from './coverage-answers.ts';

type Answer =
  | { readonly kind: 'supported'; readonly as: string }
  | { readonly kind: 'differs'; readonly as: string; readonly how: string }
  | { readonly kind: 'not planned'; readonly why: string }
  | { readonly kind: 'missing' };

const { versions, names } = JSON.parse(
  readFileSync(new URL('coverage-names.json', import.meta.url), 'utf8'),
) as Readonly<{ versions: Record<string, string>; names: Record<string, readonly string[]> }>;

const why = new Map(Object.entries(reasons).flatMap(([reason, list]) => list.map((name) => [name, reason] as const)));

/** Whether what a name leads to exists: 'concat', 'x.sum', 'z.conj', 'linalg.solve', 'nn.Linear', 'io.saveNpy'. */
function exists(path: string): boolean {
  const [first, second] = path.split('.');
  if (second === undefined) return first! in fathom;
  if (first === 'x') return second in fathom.Tensor.prototype;
  if (first === 'z') return second in fathom.Complex.prototype || ['real', 'imag'].includes(second);
  const spaces: Readonly<Record<string, object>> = { linalg: fathom.linalg, fft: fathom.fft, random: fathom.random, nn, io, table };
  return second in (spaces[first!] ?? {});
} // prettier-ignore

function camel(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** What becomes of a name of another library. @throws Error if the answers name something that does not exist */
export function answerTo(space: string, name: string): Answer {
  const different = differences[`${space}.${name}`] ?? differences[name];
  if (different !== undefined) return { kind: 'differs', as: checked(name, different[0]), how: different[1] };
  const inSpace = space === 'numpy.linalg' ? ['linalg.'] : space === 'numpy.fft' ? ['fft.'] : [];
  const candidates = [...inSpace, '', 'x.', 'z.', 'linalg.', 'random.', 'nn.'].map((prefix) => prefix + camel(name));
  const same = candidates.find(exists);
  const other = otherNames[`${space}.${name}`] ?? otherNames[name];
  if (other !== undefined) return { kind: 'supported', as: checked(name, other) };
  if (same !== undefined) return { kind: 'supported', as: same };
  const reason = why.get(name) ?? (space === 'jax' ? undefined : why.get(name.split('.').at(-1)!));
  return reason === undefined ? { kind: 'missing' } : { kind: 'not planned', why: reason };
}

function checked(name: string, path: string): string {
  if (!exists(path)) throw new Error(`coverage: ${name} is said to be ${path}, which does not exist`);
  return path;
}

export interface Count {
  readonly all: number;
  readonly here: number;
  /** All but those not planned. */
  readonly sensible: number;
}

export function countOf(space: string): Count {
  const answers = names[space]!.map((name) => answerTo(space, name).kind);
  const here = answers.filter((kind) => kind === 'supported' || kind === 'differs').length;
  return { all: answers.length, here, sensible: answers.filter((kind) => kind !== 'not planned').length };
}

/** The page. */
export function page(): string {
  const spaces = Object.keys(names);
  const rows = spaces.map((space) => {
    const { all, here, sensible } = countOf(space);
    const share = ((100 * here) / sensible).toFixed(1);
    return `| \`${space}\` ${versions[space]} | ${all} | ${all - sensible} | ${here} | ${share} % |`;
  });
  const sections = spaces.map((space) => {
    const lines = names[space]!.map((name) => `| \`${name}\` | ${cells(answerTo(space, name))} |`);
    return `## ${space}\n\n| Name | Here | |\n| --- | --- | --- |\n${lines.join('\n')}\n`;
  });
  return `# Coverage

What of NumPy, PyTorch and JAX is here, name by name. Written by \`docs/make-coverage.ts\`; a test holds it to the real exports.
\`x.f\` is a method or property of a Tensor, \`z.f\` of a Complex, \`linalg.\`, \`fft.\` and \`random.\` are spaces of \`fathom\`, \`nn.\`, \`io.\` and \`table.\` its
subpaths. PyTorch's functions that only write in place, copy views or belong to one library are not counted.

| Of | Functions | Not planned | Here | Of those planned |
| --- | --- | --- | --- | --- |
${rows.join('\n')}

${sections.join('\n')}`;
}

function cells(answer: Answer): string {
  switch (answer.kind) {
    case 'supported':
      return `\`${answer.as}\` | `.trimEnd();
    case 'differs':
      return `\`${answer.as}\` | differs: ${answer.how}`;
    case 'not planned':
      return `– | not planned: ${answer.why}`;
    case 'missing':
      return '– | not yet';
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(new URL('coverage.md', import.meta.url), page());
  for (const space of Object.keys(names)) console.log(space, countOf(space));
}
