/**
 * What was emitted, kept as operand references and turned into text only when someone asks.
 */
import { vectorBits } from './encode-vector.ts';
import { type Form, VECTOR } from './form.ts';
import { type Label, MEM, type Operand } from './registers.ts';

export class Listing {
  private readonly ops: string[] = [];
  private readonly forms: Form[] = [];
  private readonly offsets: number[] = [];
  /** Four per instruction. */
  private readonly operands: (Operand | undefined)[] = [];

  /** Hot: runs once per instruction. */
  record(
    offset: number,
    op: string,
    form: Form,
    a: Operand | undefined,
    b: Operand | undefined,
    c: Operand | undefined,
    d: Operand | undefined,
  ): void {
    this.offsets.push(offset);
    this.ops.push(op);
    this.forms.push(form);
    this.operands.push(a, b, c, d);
  }

  get count(): number {
    return this.ops.length;
  }

  offset(i: number): number {
    return this.offsets[i] ?? -1;
  }

  /** Intel text of instruction `i`. */
  text(i: number): string {
    const form = this.forms[i];
    const op = this.ops[i];
    if (form === undefined || op === undefined) throw new Error(`bug: there is no instruction ${i}`);
    const operands = this.operands.slice(4 * i, 4 * i + 4);
    let lanes = 0;
    if (form.family === VECTOR && form.element > 0)
      lanes = (vectorBits(form, operands[0], operands[1], operands[2]) >> (3 - form.tuple)) / form.element;
    let text: string = op;
    let separator = ' ';
    for (const operand of operands) {
      if (operand === undefined) break;
      text += separator + (typeof operand === 'object' && operand.kind === MEM ? operand.text(lanes) : String(operand));
      separator = ', ';
    }
    return text;
  }

  /** Offset, bytes and text of every instruction, with labels on lines of their own. */
  render(code: Uint8Array, end: number, labels: readonly Label[]): string {
    const lines: string[] = [];
    const places = labels.filter((label) => label.offset >= 0).sort((x, y) => x.offset - y.offset);
    let next = 0;
    const labelsUpTo = (offset: number): void => {
      for (let label = places[next]; label !== undefined && label.offset <= offset; label = places[++next])
        lines.push(`${label.name}:`);
    };
    for (let i = 0; i < this.count; i++) {
      const start = this.offset(i);
      labelsUpTo(start);
      const stop = i + 1 < this.count ? this.offset(i + 1) : end;
      const hex = Array.from(code.subarray(start, stop), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
      lines.push(`  ${start.toString(16).padStart(5)}  ${hex.padEnd(33)} ${this.text(i)}`);
    }
    labelsUpTo(Infinity);
    return lines.join('\n');
  }
}
