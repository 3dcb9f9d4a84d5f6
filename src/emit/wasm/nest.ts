/**
 * One loop nest as one WebAssembly function. Its parameters are the base addresses of the nest's slots, then, for a nest that can be
 * split, the first and the last-but-one iteration of its outer loop. Virtual registers are v128 locals: V8's register allocator does the rest.
 */
import { unreachable } from '../../base/errors.ts';
import { expandHalves } from '../../kernel/math/half.ts';
import { laneBytes, type Nest, type Register, type Statement } from '../../kernel/nest.ts';
import { Addresses } from './addresses.ts';
import { FunctionBuilder } from './function.ts';
import { accumulate, store } from './memory.ts';
import { constantOf, setValue } from './values.ts';

/** What the machine that runs the module can do. */
export interface WasmFeatures {
  /** Relaxed SIMD: fused multiply-add and one-instruction selects. */
  readonly relaxed: boolean;
  /** The memory is shared between threads. */
  readonly shared: boolean;
}

/** What the lowering of statements and values needs at hand. */
export interface NestContext {
  readonly nest: Nest;
  readonly f: FunctionBuilder;
  readonly addresses: Addresses;
  readonly relaxed: boolean;
  /** Registers that hold one constant from their only assignment on: the bytes. */
  readonly constants: ReadonlyMap<Register, Uint8Array>;
  /** Pushes a register. */
  push(register: Register): void;
  /** Pops into a register. */
  pop(register: Register): void;
  /** An i32 local for addresses that are computed. */
  readonly scratch: number;
}

/** The loop that a parallel nest's function takes a range of, or undefined if the nest must run as a whole. */
export function splitLoop(nest: Nest): (Statement & { kind: 'loop' }) | undefined {
  const last = nest.body[nest.body.length - 1];
  if (!nest.parallel || last?.kind !== 'loop') return undefined;
  // Registers set before the loop are set again by every caller; anything else there would happen more than once.
  return nest.body.slice(0, -1).every((statement) => statement.kind === 'set') ? last : undefined;
}

/** The nest as a function (slot addresses.., begin, end); without begin and end if it cannot be split. */
export function lowerNest(source: Nest, features: WasmFeatures): FunctionBuilder {
  checkLanes(source);
  const nest = expandHalves(source);
  const split = splitLoop(nest);
  const f = new FunctionBuilder(nest.name, nest.slots.length + (split === undefined ? 0 : 2));
  const addresses = new Addresses(nest, f);
  const constants = findConstants(nest);
  const scratch = f.local('i32');
  const locals = new Map<Register, number>();
  const localOf = (register: Register): number => {
    let local = locals.get(register);
    if (local === undefined) {
      local = f.local('v128');
      locals.set(register, local);
    }
    return local;
  };
  const context: NestContext = {
    nest,
    f,
    addresses,
    relaxed: features.relaxed,
    constants,
    scratch,
    push(register) {
      const bytes = constants.get(register);
      if (bytes === undefined) f.get(localOf(register));
      else f.v128(bytes);
    },
    pop(register) {
      f.set(localOf(register));
    },
  };
  for (const statement of nest.body) {
    if (statement === split) lowerSplitLoop(context, statement);
    else lowerStatement(context, statement);
  }
  return f;
}

function lowerStatement(context: NestContext, statement: Statement): void {
  const { f, addresses } = context;
  switch (statement.kind) {
    case 'set':
      if (!context.constants.has(statement.target)) setValue(context, statement.target, statement.value);
      return;
    case 'store':
      store(context, statement);
      return;
    case 'accumulate':
      accumulate(context, statement);
      return;
    case 'loop': {
      const { loop, count, body } = statement;
      if (count <= 0) return;
      if (count === 1) {
        for (const inner of body) lowerStatement(context, inner);
        return;
      }
      const counter = f.local('i32');
      f.i32(count);
      f.set(counter);
      addresses.start(loop, undefined);
      lowerIterations(context, statement, counter);
      return;
    }
    default:
      unreachable(statement);
  }
}

/** The loop of a parallel nest: iterations begin to end, the last two parameters; none if end ≤ begin. */
function lowerSplitLoop(context: NestContext, statement: Statement & { kind: 'loop' }): void {
  const { f, addresses, nest } = context;
  const begin = nest.slots.length;
  const end = begin + 1;
  const counter = f.local('i32');
  f.get(end);
  f.get(begin);
  f.op('i32.sub');
  f.index('local.tee', counter);
  f.i32(0);
  f.op('i32.le_s');
  f.open('if');
  f.op('return');
  f.op('end');
  if (statement.count <= 0) return;
  addresses.start(statement.loop, begin);
  lowerIterations(context, statement, counter);
}

/** The body, until the counter, already set, is 0. */
function lowerIterations(context: NestContext, statement: Statement & { kind: 'loop' }, counter: number): void {
  const { f, addresses } = context;
  f.open('loop');
  for (const inner of statement.body) lowerStatement(context, inner);
  addresses.advance(statement.loop);
  f.get(counter);
  f.i32(1);
  f.op('i32.sub');
  f.index('local.tee', counter);
  f.index('br_if', 0);
  f.op('end');
}

function findConstants(nest: Nest): Map<Register, Uint8Array> {
  const values = new Map<Register, Uint8Array | null>();
  const visit = (statements: readonly Statement[]): void => {
    for (const statement of statements) {
      if (statement.kind === 'loop') visit(statement.body);
      else if (statement.kind === 'set') {
        const { target, value } = statement;
        values.set(target, values.has(target) ? null : constantOf(value, nest.registers[target]!));
      }
    }
  };
  visit(nest.body);
  const constants = new Map<Register, Uint8Array>();
  for (const [register, bytes] of values) if (bytes !== null) constants.set(register, bytes);
  return constants;
}

function checkLanes({ name, lanes, registers }: Nest): void {
  const most = registers.some((lane) => laneBytes[lane] === 8) ? 2 : 4;
  if (lanes < 1 || lanes > most) throw new Error(`bug: ${name} has ${lanes} lanes, a 16-byte vector has ${most}`);
}
