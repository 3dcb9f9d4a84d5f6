/**
 * One WebAssembly function under construction: its locals and its code, written as bytes at once. Parameters are all i32, results none.
 */
import { ByteWriter } from './bytes.ts';
import { opcodes, prefixedNumber } from './opcodes.ts';
import type { Opcode, OpcodeWith } from './opcodes.ts';

/** The type of a local and its number in the binary format. */
export const valueTypes = { i32: 0x7f, f32: 0x7d, f64: 0x7c, v128: 0x7b } as const;
export type ValueType = keyof typeof valueTypes;

export class FunctionBuilder {
  readonly name: string;
  readonly parameters: number;
  readonly locals: ValueType[] = [];
  readonly code = new ByteWriter();

  constructor(name: string, parameters: number) {
    this.name = name;
    this.parameters = parameters;
  }

  /** A new local, zero at the start. */
  local(type: ValueType): number {
    this.locals.push(type);
    return this.parameters + this.locals.length - 1;
  }

  op(op: OpcodeWith<'none'>): void {
    this.opcode(op);
  }

  /** `br`, `call`, `local.get` and the like. */
  index(op: OpcodeWith<'label' | 'function' | 'local'>, index: number): void {
    this.opcode(op);
    this.code.unsigned(index);
  }

  get(local: number): void {
    this.index('local.get', local);
  }

  set(local: number): void {
    this.index('local.set', local);
  }

  /** Opens a block that takes and leaves nothing; `op('end')` closes it. */
  open(op: OpcodeWith<'block'>): void {
    this.opcode(op);
    this.code.byte(0x40);
  }

  /** Loads or stores at the address on the stack plus `offset` ≥ 0. */
  memory(op: OpcodeWith<'memory'>, offset: number): void {
    this.place(op, offset);
  }

  memoryLane(op: OpcodeWith<'memoryLane'>, offset: number, lane: number): void {
    this.place(op, offset);
    this.code.byte(lane);
  }

  lane(op: OpcodeWith<'lane'>, lane: number): void {
    this.opcode(op);
    this.code.byte(lane);
  }

  i32(value: number): void {
    this.opcode('i32.const');
    this.code.signed(value);
  }

  /** Sixteen bytes: those of any typed array. */
  v128(bytes: ArrayLike<number>): void {
    this.opcode('v128.const');
    this.code.append(bytes);
  }

  /** Byte l of the result is byte lanes[l] of the two operands side by side. */
  shuffle(lanes: readonly number[]): void {
    this.opcode('i8x16.shuffle');
    this.code.append(lanes);
  }

  /** The function's entry in the code section: its locals in runs of one type, its code, `end`. */
  encode(into: ByteWriter): void {
    const body = new ByteWriter();
    const runs: { type: ValueType; count: number }[] = [];
    for (const type of this.locals) {
      const last = runs[runs.length - 1];
      if (last?.type === type) last.count++;
      else runs.push({ type, count: 1 });
    }
    body.unsigned(runs.length);
    for (const { type, count } of runs) {
      body.unsigned(count);
      body.byte(valueTypes[type]);
    }
    body.append(this.code.view());
    body.byte(opcodes.end.code);
    into.sized(body.view());
  }

  private place(op: OpcodeWith<'memory' | 'memoryLane'>, offset: number): void {
    if (!(offset >= 0 && offset < 2 ** 32)) throw new Error(`bug: ${this.name}: ${op} at offset ${offset}`);
    this.opcode(op);
    this.code.unsigned(opcodes[op].align);
    this.code.unsigned(offset);
  }

  private opcode(op: Opcode): void {
    const { code } = opcodes[op];
    const prefixed = prefixedNumber(code);
    if (prefixed === null) {
      this.code.byte(code);
    } else {
      this.code.byte(prefixed.prefix);
      this.code.unsigned(prefixed.number);
    }
  }
}
