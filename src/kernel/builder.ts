/**
 * Builds a nest statement by statement. Loops are opened and closed like brackets; a value may be set at any open depth, so what does
 * not change in a loop is computed before it simply by naming its depth (0 is outside every loop).
 */
import type {
  Access,
  ArithmeticOp,
  CompareOp,
  ConvertOp,
  Element,
  Lane,
  Nest,
  Register,
  Slot,
  Statement,
  UnaryOp,
  Value,
  Walk,
} from './nest.ts';

export class NestBuilder {
  readonly lanes: number;
  private readonly registers: Lane[] = [];
  private readonly depths: number[] = [];
  private readonly slots: { element: Element; access: 'read' | 'write' | 'readwrite' }[] = [];
  /** blocks[d] collects the statements at depth d; loops[d - 1] is the loop whose body blocks[d] is. */
  private readonly blocks: Statement[][] = [[]];
  private readonly loops: { loop: number; count: number }[] = [];
  private readonly splats = new Map<string, Register>();
  private readonly constants = new Map<Register, number>();
  private loopCount = 0;

  /** @param given registers that exist already and have values, outside every loop */
  constructor(lanes: number, given: readonly Lane[] = []) {
    this.lanes = lanes;
    this.registers.push(...given);
    this.depths.push(...given.map(() => 0));
  }

  /** How many loops are open. */
  get depth(): number {
    return this.loops.length;
  }

  /** The depth at which a register was made: the outermost at which something made from it can be. */
  depthOf(register: Register): number {
    return this.depths[register]!;
  }

  laneOf(register: Register): Lane {
    return this.registers[register]!;
  }

  slot(element: Element, access: 'read' | 'write' | 'readwrite'): Slot {
    this.slots.push({ element, access });
    return this.slots.length - 1;
  }

  /** A register without a value yet, for accumulators. */
  register(lane: Lane): Register {
    this.registers.push(lane);
    this.depths.push(this.depth);
    return this.registers.length - 1;
  }

  /** Opens a loop of `count` iterations and returns its id. */
  open(count: number): number {
    const loop = this.loopCount++;
    this.loops.push({ loop, count });
    this.blocks.push([]);
    return loop;
  }

  close(): void {
    const { loop, count } = this.loops.pop()!;
    const body = this.blocks.pop()!;
    this.blocks[this.blocks.length - 1]!.push({ kind: 'loop', loop, count, body });
  }

  /** The depth at which the innermost loop of a walk is open. */
  depthOfWalk(walk: Walk): number {
    let depth = 0;
    for (const { loop } of walk.terms) {
      for (let d = this.loops.length; d > depth; d--) if (this.loops[d - 1]!.loop === loop) depth = d;
    }
    return depth;
  }

  /** A fresh register set to `value` at `depth` (default: inside every open loop). */
  set(lane: Lane, value: Value, depth = this.depth): Register {
    const register = this.registers.length;
    this.registers.push(lane);
    this.depths.push(depth);
    this.blocks[depth]!.push({ kind: 'set', target: register, value });
    return register;
  }

  /** Gives an existing register a new value at `depth`. */
  assign(target: Register, value: Value, depth = this.depth): void {
    this.blocks[depth]!.push({ kind: 'set', target, value });
  }

  store(element: Element, access: Access, source: Register): void {
    this.blocks[this.depth]!.push({ kind: 'store', element, access, source });
  }

  /** Any other statement, at the current depth. */
  push(statement: Statement): void {
    this.blocks[this.depth]!.push(statement);
  }

  // Values from values, set at the outermost depth their operands allow

  splat(lane: Lane, value: number): Register {
    const key = `${lane}${Object.is(value, -0) ? '-0' : value}`;
    let register = this.splats.get(key);
    if (register === undefined) {
      register = this.set(lane, { op: 'splat', value }, 0);
      this.splats.set(key, register);
      this.constants.set(register, value);
    }
    return register;
  }

  /** The number that `splat` put into a register; undefined for any other. */
  constantOf(register: Register): number | undefined {
    return this.constants.get(register);
  }

  unary(op: UnaryOp, a: Register): Register {
    return this.set(this.laneOf(a), { op, a }, this.depthOf(a));
  }

  binary(op: ArithmeticOp, a: Register, b: Register): Register {
    return this.set(this.laneOf(a), { op, a, b }, Math.max(this.depthOf(a), this.depthOf(b)));
  }

  compare(op: CompareOp, a: Register, b: Register): Register {
    return this.set('i32', { op, a, b }, Math.max(this.depthOf(a), this.depthOf(b)));
  }

  convert(op: ConvertOp, a: Register): Register {
    return this.set(
      op === 'bits' ? (this.laneOf(a) === 'f32' ? 'i32' : 'f32') : resultOf[op],
      { op, a },
      this.depthOf(a),
    );
  }

  fma(op: 'fma' | 'fnma', a: Register, b: Register, c: Register): Register {
    return this.set(this.laneOf(a), { op, a, b, c }, Math.max(this.depthOf(a), this.depthOf(b), this.depthOf(c)));
  }

  select(mask: Register, a: Register, b: Register): Register {
    return this.set(
      this.laneOf(a),
      { op: 'select', mask, a, b },
      Math.max(this.depthOf(mask), this.depthOf(a), this.depthOf(b)),
    );
  }

  /** What `make` sets outside every loop, taken away from there again, and what it returns. Nothing else may be set there meanwhile. */
  collect(make: () => Register): { readonly statements: readonly Statement[]; readonly result: Register } {
    const before = this.blocks[0]!.length;
    this.splats.clear();
    const result = make();
    return { statements: this.blocks[0]!.splice(before), result };
  }

  finish(name: string, options: { parallel: boolean; work: number }): Nest {
    return { name, lanes: this.lanes, slots: this.slots, registers: this.registers, body: this.blocks[0]!, ...options };
  }
}

const resultOf = {
  'f32>i32': 'i32',
  'i32>f32': 'f32',
  'f32>f64': 'f64',
  'f64>f32': 'f32',
  'i32>f64': 'f64',
  'f64>i32': 'i32',
  'f16>f32': 'f32',
  'f32>f16': 'i32',
  'i32>i64': 'i64',
  'i64>i32': 'i32',
  'i64>f32': 'f32',
  'i64>f64': 'f64',
  'f64>i64': 'i64',
} as const satisfies Record<Exclude<ConvertOp, 'bits'>, Lane>;
