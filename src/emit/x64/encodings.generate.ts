/**
 * Regenerates encodings.golden.txt with GNU as, the oracle for both bytes and legality. Tests never run this.
 * It writes every form of every mnemonic in every legal mix of widths, with boundary registers, awkward addresses,
 * masks and broadcasts; lines GNU as rejects are dropped, and a form that loses all its lines is an error.
 *
 *     npx tsx src/emit/x64/encodings.generate.ts
 *
 * Not in the file, because our choice differs from GNU as on purpose: `mov r64, imm` for 0 ≤ imm < 2³² (ours is the
 * 5-byte 32-bit move, as's 7 or 10 bytes) and `xchg` with the accumulator (as has a one-byte form);
 * `vmovd` with a 64-bit register (an alias of vmovq to as, the low half to us); `vmovq` between xmm16..31 and memory (as
 * takes the general-register opcode, of equal length); `op al, -129` and a vcvttps2dq of mixed widths, which as 2.40 lets
 * pass by mistake. Branches to labels are tested in assembler.test.ts.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BRANCH, FIXED, type Form, INTEGER, MC, MOVE_IMMEDIATE, VECTOR } from './form.ts';
import { SIZELESS, WIDENING } from './integer-instructions.ts';
import { formsOf } from './instructions.ts';
import {
  GPR,
  IMM,
  indexed,
  k,
  MASK,
  mem,
  Mem,
  type MemBits,
  registerAt,
  r32,
  r64,
  r8,
  type Scale,
  VEC,
  vec,
} from './registers.ts';

/** Where we differ on purpose; the header says why. */
const EXCEPTIONS =
  /^(\w+ al, -129$|vcvttps2dq (xmm\d+, y|ymm\d+, x)mm|xchg.* [er]ax|vmovd.* r(\w[xip]|\d+)\b(?!d)|vmovq.*xmm(1[6-9]|2|3).*\[|vmovq.*\[.*xmm(1[6-9]|2|3))/;
/** Enough for the repository; `--all FILE` writes every accepted line elsewhere. */
const LINES_PER_FORM = 7;
const keepsAll = process.argv[2] === '--all';
const LOW = [0, 7, 8, 15];
const HIGH = [16, 31, 23, 24];
const DISPLACEMENTS = [
  0, 64, 127, 128, -128, -129, 4, 8, 508, 512, -512, 1016, 2032, 65, 8128, 8192, -8192, -8256, -64, 32, 4064, 74565, 16,
  -4, 1,
];
const BASES = [0, 4, 5, 12, 13, 15, 8, 7];
const INDICES = [-1, 1, -1, 9, 15, -1, 5, 13, -1, 12, 0];
const SCALES: readonly Scale[] = [1, 2, 4, 8];
const BYTES = [1, 7, 0, 127, 200, 5];
const WORDS = [1, 127, 128, -128, -129, 1000000, -2];

/** A rotating choice: every list is walked in full over the whole file. */
const turns = new Map<readonly unknown[], number>();
function next<T>(list: readonly T[]): T {
  const turn = turns.get(list) ?? 0;
  turns.set(list, turn + 1);
  return registerAt(list, turn % list.length);
}

function address(vectorBits: number, high: boolean): Mem {
  const disp = next(DISPLACEMENTS);
  const base = registerAt(r64, next(BASES));
  if (vectorBits !== 0)
    return indexed(
      base,
      vec(next(high ? HIGH : LOW), vectorBits === 512 ? 512 : vectorBits === 256 ? 256 : 128),
      next(SCALES),
      disp,
    );
  const index = next(INDICES);
  if (index < 0) return mem(base, disp);
  return next(INDICES) === 12
    ? indexed(null, registerAt(r64, index), 4, disp)
    : indexed(base, registerAt(r64, index), next(SCALES), disp);
}

/** One way to fill an operand: its text given whether high registers are wanted. */
type Filler = (high: boolean) => string;

/** All fillers of an operand slot, by width. `gathers` makes memory vector-indexed. */
function fillers(accepted: number, form: Form, slot: number, gathers: boolean, decorate: string): Filler[] {
  const widens = form.family === INTEGER && (form.w & WIDENING) !== 0;
  const isSizeless = form.family === INTEGER && (form.w & SIZELESS) !== 0;
  const found: Filler[] = [];
  if (accepted & VEC)
    for (const bits of [128, 256, 512] as const)
      found.push((high) => `${vec(next(high ? HIGH : LOW), bits)}${decorate}`);
  if (accepted & MASK) found.push(() => `${next(k)}${decorate.replace('{z}', '')}`);
  if (accepted & GPR) {
    const banks = form.family === VECTOR ? [r32, r64] : widens && slot === 1 ? [r8] : [r8, r32, r64];
    for (const bank of banks)
      found.push(() => registerAt(bank, next(bank === r8 ? [...LOW, 3, 4, 6] : LOW)).toString());
  }
  if (accepted & 8) {
    const widths: readonly MemBits[] = gathers
      ? [0]
      : form.family === VECTOR
        ? [0, 32, 64, 128, 256]
        : isSizeless
          ? [0]
          : widens
            ? [8, 16]
            : [0, 8, 32, 64];
    const masked = decorate.replace('{z}', '');
    if (gathers) for (const bits of [128, 256, 512]) found.push((high) => `${address(bits, high)}${masked}`);
    else for (const bits of widths) found.push((high) => `${address(0, high).as(bits)}${masked}`);
    if (form.element > 0 && form.family === VECTOR)
      for (const n of [2, 4, 8, 16]) found.push((high) => `${address(0, high)}{1to${n}}`);
  }
  if (accepted & IMM) {
    const wide = form.family !== VECTOR && form.element !== 1;
    if (form.family === MOVE_IMMEDIATE)
      for (const value of [-5, -2147483648, 81985529216486895n, -81985529216486895n, 100]) found.push(() => `${value}`);
    else if (wide) found.push(() => `${next(WORDS)}`);
    else found.push(() => `${next(BYTES)}`);
  }
  return found;
}

function product(lists: readonly Filler[][]): Filler[][] {
  return lists.reduce<Filler[][]>((rows, list) => rows.flatMap((row) => list.map((filler) => [...row, filler])), [[]]);
}

const folder = mkdtempSync(join(tmpdir(), 'encodings-'));
const source = join(folder, 'in.s');
const listingFile = join(folder, 'out.lst');

/** Which lines GNU as rejects, and the bytes of the others. */
function assemble(lines: readonly string[]): (string | undefined)[] {
  const rejected = new Set<number>();
  for (let round = 0; round < 3; round++) {
    const text = lines.map((line, i) => (rejected.has(i) ? '# rejected' : line));
    writeFileSync(source, `${['.intel_syntax noprefix', ...text].join('\n')}\n`);
    const options = ['--64', `-aln=${listingFile}`, '--listing-lhs-width=5', '-o', join(folder, 'out.o'), source];
    const { stderr, status } = spawnSync('as', options, { encoding: 'utf8', maxBuffer: 1 << 28 });
    for (const [, line] of stderr.matchAll(/:(\d+): (?:Error|Warning)/g)) rejected.add(Number(line) - 2);
    if (status === 0) break;
  }
  const bytes: (string | undefined)[] = lines.map(() => undefined);
  for (const line of readFileSync(listingFile, 'utf8').split('\n')) {
    const match = /^ *(\d+) [0-9a-f]{4,} ((?:[0-9A-F]+ )*[0-9A-F]+)\s/.exec(line);
    const at = Number(match?.[1] ?? 0) - 2;
    if (at >= 0 && !rejected.has(at)) bytes[at] = (match?.[2] ?? '').replaceAll(' ', '').toLowerCase();
  }
  return bytes;
}

interface Candidate {
  readonly form: Form;
  readonly text: string;
}

const candidates: Candidate[] = [];
for (const [op, forms] of formsOf) {
  for (const form of forms) {
    if (form.family === BRANCH) continue;
    if (form.family === FIXED) {
      candidates.push({ form, text: op });
      continue;
    }
    const gathers = /gather|scatter/.test(op);
    const evex = form.family === VECTOR && form.w >> 2 > 0;
    for (const high of evex ? [false, true] : [false]) {
      for (const decorate of evex ? (high ? ['', '{k7}{z}'] : ['', '{k1}']) : ['']) {
        const slots = [form.a, form.b, form.c, form.d].filter((kind) => kind !== 0);
        const rows = product(
          slots.map((kind, i) =>
            form.layout === MC && i === 1 ? [() => 'cl'] : fillers(kind, form, i, gathers, i === 0 ? decorate : ''),
          ),
        );
        for (const row of rows) candidates.push({ form, text: `${op} ${row.map((fill) => fill(high)).join(', ')}` });
      }
    }
  }
}

const encoded = assemble(candidates.map(({ text }) => text));
const accepted = new Map<Form, string[]>();
candidates.forEach(({ form, text }, i) => {
  const bytes = encoded[i];
  if (bytes === undefined) return;
  // A stated memory width is kept only where no register tells it.
  if (form.family === VECTOR && / ptr /.test(text) && !/^vcvt(t?pd2|si2|qq2ps|udq)/.test(text)) return;
  if (EXCEPTIONS.test(text)) return;
  if (form.family === MOVE_IMMEDIATE && /^mov r(?!.*[db],)/.test(text) && / \d+$/.test(text) && bytes.length < 20)
    return;
  const lines = accepted.get(form) ?? [];
  lines.push(`${bytes} ${text}`);
  accepted.set(form, lines);
});
for (const { form, text } of candidates)
  if (!accepted.has(form)) throw new Error(`GNU as accepts no instance of the form behind: ${text}`);

/** Evenly spread over the accepted lines of a form, and two with a broadcast where it has one. */
function sample(lines: readonly string[]): readonly string[] {
  if (keepsAll) return lines;
  const kept = new Set(lines.filter((line) => line.includes('{1to')).slice(-2));
  for (let i = 0; i < LINES_PER_FORM; i++) kept.add(registerAt(lines, Math.floor((i * lines.length) / LINES_PER_FORM)));
  return lines.filter((line) => kept.has(line));
}
const lines = [...accepted.values()].flatMap(sample);

const version = execFileSync('as', ['--version'], { encoding: 'utf8' }).split('\n')[0];
const header = [`# Bytes and Intel text, from ${version} by encodings.generate.ts. One instruction a line.`];
const output = keepsAll ? registerAt(process.argv, 3) : new URL('./encodings.golden.txt', import.meta.url);
writeFileSync(output, `${[...header, ...lines].join('\n')}\n`);
console.log(`${lines.length} lines of ${candidates.length} candidates, ${accepted.size} forms`);
