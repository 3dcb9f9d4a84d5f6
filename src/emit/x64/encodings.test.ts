import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Assembler } from './assembler.ts';
import { BRANCH } from './form.ts';
import { formsOf } from './instructions.ts';
import { parseIntel } from './intel-text.ts';

const golden = readFileSync(process.env['GOLDEN'] ?? new URL('./encodings.golden.txt', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => ({ bytes: line.slice(0, line.indexOf(' ')), text: line.slice(line.indexOf(' ') + 1) }));

function assemble(text: string): { bytes: string; listed: string } {
  const { op, operands } = parseIntel(text);
  const a = new Assembler();
  a.emitUnchecked(op, operands[0], operands[1], operands[2], operands[3]);
  const { code, listing } = a.finish();
  return {
    bytes: Buffer.from(code).toString('hex'),
    listed: listing().replace(/^ +[0-9a-f]+ {2}(?:[0-9a-f]{2} ?)+ +/, ''),
  };
}

describe('encodings', () => {
  test('every instruction has the bytes GNU as gives it', () => {
    const wrong: string[] = [];
    for (const { bytes, text } of golden) {
      let ours: string;
      try {
        ours = assemble(text).bytes;
      } catch (error) {
        ours = String(error);
      }
      if (ours !== bytes) wrong.push(`${text}: expected ${bytes}, got ${ours}`);
    }
    expect(wrong).toEqual([]);
  });

  test('the listing prints the text the instruction was written as', () => {
    const wrong = golden
      .map(({ text }) => ({ text, listed: assemble(text).listed }))
      .filter(({ text, listed }) => text !== listed);
    expect(wrong.slice(0, 20)).toEqual([]);
  });

  test('the golden file covers every mnemonic, save branches to labels', () => {
    const covered = new Set(golden.map(({ text }) => parseIntel(text).op));
    const missing = [...formsOf].filter(
      ([op, forms]) => !covered.has(parseIntel(op).op) && forms.some(({ family }) => family !== BRANCH),
    );
    expect(missing.map(([op]) => op)).toEqual([]);
    expect(golden.length).toBeGreaterThan(2000);
  });
});
