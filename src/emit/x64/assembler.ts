/**
 * The x86-64 assembler: typed mnemonics in, bytes out, with labels, a constant pool and a listing on request.
 * It chooses encodings, nothing else: registers are the caller's, instructions come out in the order they went in.
 */
import { CodeBuffer } from './code-buffer.ts';
import { ConstantPool, f32Bits } from './constant-pool.ts';
import { encodeBranch, encodeFixed, encodeInteger, encodeMoveImmediate } from './encode-integer.ts';
import { encodeVector, kindOf } from './encode-vector.ts';
import { BRANCH, FIXED, type Form, INTEGER, MOVE_IMMEDIATE, MR, MVR, RM, RVM, VECTOR } from './form.ts';
import { formsOf, type Op, type OperandsOf } from './instructions.ts';
import { Listing } from './listing.ts';
import { Label, type Mem, type Operand, VEC } from './registers.ts';

/** Finished code. It is position independent: load it anywhere, aligned to 64 bytes. */
export interface Assembled {
  /** Instructions, then padding, then the constant pool. */
  readonly code: Uint8Array<ArrayBuffer>;
  /** Bytes of instructions alone. */
  readonly instructionBytes: number;
  /** Offset of every named label. */
  readonly labels: ReadonlyMap<string, number>;
  /** Offset, bytes and Intel text of every instruction; rendered when called. */
  listing(): string;
}

/** Intel's recommended no-operations of 1 to 9 bytes. */
const NOPS: readonly (readonly number[])[] = [
  [0x90],
  [0x66, 0x90],
  [0x0f, 0x1f, 0x00],
  [0x0f, 0x1f, 0x40, 0x00],
  [0x0f, 0x1f, 0x44, 0x00, 0x00],
  [0x66, 0x0f, 0x1f, 0x44, 0x00, 0x00],
  [0x0f, 0x1f, 0x80, 0, 0, 0, 0],
  [0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0],
  [0x66, 0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0],
];

/**
 * Assembles one piece of code.
 * @example
 * const a = new Assembler();
 * const loop = a.label('loop');
 * a.bind(loop);
 * a.emit('vaddps', ymm[0]!, ymm[1]!, indexed(rdi, rcx, 4, 32));
 * a.emit('jne', loop);
 * const { code } = a.finish();
 */
export class Assembler {
  private readonly buffer = new CodeBuffer();
  private readonly pool = new ConstantPool();
  private readonly log = new Listing();
  private readonly labels: Label[] = [];
  private readonly forceEvex: boolean;

  /** @param options.forceEvex encode with EVEX wherever it exists, even where VEX would do */
  constructor({ forceEvex = false }: { readonly forceEvex?: boolean } = {}) {
    this.forceEvex = forceEvex;
  }

  /** Bytes emitted so far. */
  get length(): number {
    return this.buffer.length;
  }

  /**
   * Appends one instruction, operands in Intel order (destination first).
   * VEX or EVEX is chosen by the operands. @throws Error if no form takes these operands
   */
  emit<O extends Op>(op: O, ...operands: OperandsOf<O>): void;
  emit(op: Op, a?: Operand, b?: Operand, c?: Operand, d?: Operand): void {
    this.emitUnchecked(op, a, b, c, d);
  }

  /** `emit` for operands whose kinds only the run knows; they are still matched against the instruction's forms. */
  emitUnchecked(op: Op, a?: Operand, b?: Operand, c?: Operand, d?: Operand): void {
    const forms = formsOf.get(op);
    if (forms === undefined) throw new Error(`bug: ${op} is not an instruction`);
    // Each operand has one kind bit, so a subset of what the form accepts, equal in number, is a match.
    let kinds = kindOf(a);
    let count = a === undefined ? 0 : 1;
    if (b !== undefined) {
      kinds |= kindOf(b) << 6;
      count = 2;
    }
    if (c !== undefined) {
      kinds |= kindOf(c) << 12;
      count = 3;
    }
    if (d !== undefined) {
      kinds |= kindOf(d) << 18;
      count = 4;
    }
    for (let i = 0; i < forms.length; i++) {
      const form = forms[i];
      if (form !== undefined && (kinds & ~form.accepts) === 0 && form.count === count) {
        const buffer = this.buffer;
        buffer.reserve();
        this.log.record(buffer.length, op, form, a, b, c, d);
        if (form.family === FIXED) encodeFixed(buffer, form);
        else if (a === undefined) break;
        else if (form.family === VECTOR)
          encodeVector(buffer, shorterMove(form, forms[i + 1], a, b, c), this.forceEvex, a, b, c, d);
        else if (form.family === INTEGER) encodeInteger(buffer, form, a, b, c);
        else if (form.family === BRANCH) encodeBranch(buffer, form, a);
        else if (form.family === MOVE_IMMEDIATE) encodeMoveImmediate(buffer, a, b);
        return;
      }
    }
    throw new Error(
      `bug: no form of ${op} takes (${[a, b, c, d]
        .filter((x) => x !== undefined)
        .map(String)
        .join(', ')})`,
    );
  }

  /** A new label, bound later with `bind`. Named labels appear in the listing and in the result. */
  label(name = `L${this.labels.length}`): Label {
    const label = new Label(name);
    this.labels.push(label);
    return label;
  }

  /** Puts a label here. */
  bind(label: Label): void {
    if (label.offset >= 0) throw new Error(`bug: the label ${label.name} is bound twice`);
    label.offset = this.buffer.length;
  }

  /** A new label at this place. */
  here(name?: string): Label {
    const label = this.label(name);
    this.bind(label);
    return label;
  }

  /** Pads with no-operations to a multiple of `bytes`, a power of two. */
  align(bytes: number): void {
    let padding = -this.buffer.length & (bytes - 1);
    const nop = formsOf.get('nop')?.[0];
    while (padding > 0 && nop !== undefined) {
      const sequence = NOPS[Math.min(padding, NOPS.length) - 1] ?? [];
      this.buffer.reserve();
      this.log.record(this.buffer.length, 'nop', nop, undefined, undefined, undefined, undefined);
      for (const byte of sequence) this.buffer.u8(byte);
      padding -= sequence.length;
    }
  }

  /** `lanes` copies of a float32 in the pool; with one lane also good for `.broadcast()`. */
  f32(value: number, lanes: 1 | 4 | 8 | 16 = 1): Mem {
    return this.pool.splat32(f32Bits(value), lanes);
  }

  /** `lanes` copies of an int32 (or uint32) in the pool. */
  i32(value: number, lanes: 1 | 4 | 8 | 16 = 1): Mem {
    return this.pool.splat32(value >>> 0, lanes);
  }

  /** `lanes` copies of a float64 in the pool. */
  f64(value: number, lanes: 1 | 2 | 4 | 8 = 1): Mem {
    return this.pool.bytes(new Uint8Array(new Float64Array(lanes).fill(value).buffer));
  }

  /** Any bytes in the pool, deduplicated; aligned to their size, at most 64. */
  constant(bytes: Uint8Array): Mem {
    return this.pool.bytes(bytes);
  }

  /** Appends the pool, fills the relative fields and returns the code. Call once, at the end. */
  finish(): Assembled {
    const { buffer, log, labels } = this;
    const instructionBytes = buffer.length;
    const constants = this.pool.write(buffer);
    buffer.resolve();
    const code = buffer.bytes.slice(0, buffer.length);
    const offsets = new Map<string, number>();
    for (const label of labels) if (label.offset >= 0) offsets.set(label.name, label.offset);
    const listing = (): string => {
      const lines = [log.render(code, instructionBytes, labels)];
      for (const { label, bytes } of constants) {
        const words = Array.from(bytes(), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
        lines.push(`  ${label.offset.toString(16).padStart(5)}  ${label.name}: ${words}`);
      }
      return lines.join('\n');
    };
    return { code, instructionBytes, labels: offsets, listing };
  }
}

/** `vmovaps xmm1, xmm9` is a byte shorter as a store: the high register moves to the field the short prefix can extend. */
function shorterMove(
  form: Form,
  mirror: Form | undefined,
  a: Operand,
  b: Operand | undefined,
  c: Operand | undefined,
): Form {
  if (
    mirror === undefined ||
    !((form.layout === RM && mirror.layout === MR) || (form.layout === RVM && mirror.layout === MVR))
  )
    return form;
  const source = c ?? b;
  if (typeof a !== 'object' || typeof source !== 'object' || a.kind !== VEC || source.kind !== VEC) return form;
  const swaps =
    a.index < 8 && source.index > 7 && source.index < 16 && a.bits !== 512 && a.mask === 0 && (form.w & 3) !== 0;
  return swaps ? mirror : form;
}
