/**
 * Finds what is wrong with a nest, as sentences. Builders of nests run it in their tests; emitters may then assume it.
 */
import { laneBytes, laneOf, lanesPerGroup } from './nest.ts';
import type { Access, Element, Lane, Nest, Register, Slot, Statement, Value, Walk } from './nest.ts';

/** Everything that breaks the rules of nest.ts; empty for a sound nest. */
export function validate(nest: Nest): string[] {
  const state: State = { nest, faults: [], set: new Set(), open: new Map(), seen: new Set() };
  const { lanes, body } = nest;
  if (!Number.isInteger(lanes) || lanes < 1 || (lanes & (lanes - 1)) !== 0)
    state.faults.push(`${lanes} lanes is no power of two`);
  const widest = nest.registers.some((lane) => laneBytes[lane] === 8) ? 8 : 16;
  if (lanes > widest) state.faults.push(`${lanes} lanes, but its registers hold at most ${widest}`);
  if (nest.parallel) checkParallel(state);
  checkBlock(state, body);
  return state.faults.map((fault) => `${nest.name}: ${fault}`);
}

interface State {
  readonly nest: Nest;
  readonly faults: string[];
  /** Registers that have a value at this point of the code. */
  set: Set<Register>;
  /** Open loops and their counts. */
  readonly open: Map<number, number>;
  /** Loop ids met so far. */
  readonly seen: Set<number>;
}

function checkParallel(state: State): void {
  const { body } = state.nest;
  const loop = body[body.length - 1];
  const before = body.slice(0, -1);
  if (loop?.kind !== 'loop' || before.some(({ kind }) => kind !== 'set')) {
    state.faults.push('a parallel nest must be one loop after nothing but sets');
    return;
  }
  const outside = new Set(before.flatMap((statement) => (statement.kind === 'set' ? [statement.target] : [])));
  for (const target of targets(loop)) {
    if (outside.has(target)) state.faults.push(`register ${target} is carried between iterations of a parallel loop`);
  }
}

/** The registers set in a statement, each once. */
function targets(statement: Statement): Set<Register> {
  if (statement.kind === 'set') return new Set([statement.target]);
  if (statement.kind !== 'loop') return new Set();
  return new Set(statement.body.flatMap((inner) => [...targets(inner)]));
}

function checkBlock(state: State, body: readonly Statement[]): void {
  for (const statement of body) checkStatement(state, statement);
}

function checkStatement(state: State, statement: Statement): void {
  switch (statement.kind) {
    case 'loop': {
      const { loop, count } = statement;
      if (state.seen.has(loop)) state.faults.push(`loop ${loop} appears twice`);
      if (!Number.isInteger(count) || count < 0) state.faults.push(`loop ${loop} runs ${count} times`);
      state.seen.add(loop);
      state.open.set(loop, count);
      // What is set in a loop that never runs is not set after it.
      const before = state.set;
      state.set = new Set(before);
      checkBlock(state, statement.body);
      if (count === 0) state.set = before;
      state.open.delete(loop);
      return;
    }
    case 'set':
      checkSet(state, statement.target, statement.value);
      return;
    case 'store':
      checkAccess(state, statement.access, statement.element, 'write');
      expectLane(state, statement.source, laneOf[statement.element], 'the source of a store');
      return;
    case 'accumulate':
      checkSlot(state, statement.slot, statement.element, 'write');
      checkWalk(state, statement.at);
      checkActive(state, statement.active);
      expectLane(state, statement.index, 'i32', 'the index of an accumulate');
      expectLane(state, statement.source, laneOf[statement.element], 'the source of an accumulate');
      return;
  }
}

function checkSet(state: State, target: Register, value: Value): void {
  const lane = state.nest.registers[target];
  if (lane === undefined) state.faults.push(`register ${target} does not exist`);
  else {
    const result = checkValue(state, value, lane);
    if (result !== lane) state.faults.push(`register ${target} is ${lane}, but ${value.op} gives ${result}`);
  }
  state.set.add(target);
}

/** Checks the operands of a value and returns the type of its result; `wanted` decides where the operands leave it open. */
function checkValue(state: State, value: Value, wanted: Lane): Lane {
  switch (value.op) {
    case 'splat':
      if (wanted === 'i32' && value.value !== (value.value | 0)) state.faults.push(`splat ${value.value} is no i32`);
      return wanted;
    case 'mask':
      checkActive(state, value.active);
      return 'i32';
    case 'index':
      checkWalk(state, value.walk);
      return 'i32';
    case 'load':
      checkAccess(state, value.access, value.element, 'read');
      return laneOf[value.element];
    case 'gather':
      checkSlot(state, value.slot, value.element, 'read');
      checkWalk(state, value.at);
      checkActive(state, value.active);
      expectLane(state, value.index, 'i32', 'the index of a gather');
      return laneOf[value.element];
    case 'select': {
      expectLane(state, value.mask, 'i32', 'the mask of a select');
      return sameLane(state, value.op, [value.a, value.b]);
    }
    case 'fma':
    case 'fnma':
      return expectFloat(state, value.op, sameLane(state, value.op, [value.a, value.b, value.c]));
    case 'copy':
    case 'sumLanes':
    case 'maxLanes':
    case 'mulLanes':
      return sameLane(state, value.op, [value.a]);
    case 'neg':
    case 'abs':
      return sameLane(state, value.op, [value.a]);
    case 'sqrt':
    case 'floor':
    case 'trunc':
    case 'nearest':
    case 'exponent':
    case 'mantissa':
      return expectFloat(state, value.op, sameLane(state, value.op, [value.a]));
    case 'zipLow':
    case 'zipHigh':
    case 'evenGroups':
    case 'oddGroups': {
      const lane = sameLane(state, value.op, [value.a, value.b]);
      const { lanes } = state.nest;
      const group = lanesPerGroup(lane, lanes);
      if ('unit' in value ? 2 * value.unit > group : lanes < 2 * group)
        state.faults.push(`${value.op} in ${lanes} lanes of ${lane}`);
      return lane;
    }
    case 'lt':
    case 'le':
    case 'eq':
    case 'ne':
      sameLane(state, value.op, [value.a, value.b]);
      return 'i32';
    case 'add':
    case 'sub':
    case 'mul':
    case 'max':
    case 'min':
      return sameLane(state, value.op, [value.a, value.b]);
    case 'div':
    case 'scale':
      return expectFloat(state, value.op, sameLane(state, value.op, [value.a, value.b]));
    case 'and':
    case 'or':
    case 'xor':
    case 'andnot':
    case 'shl':
    case 'shr':
    case 'sar':
      return expectInteger(state, value.op, sameLane(state, value.op, [value.a, value.b]));
    case 'bits': {
      const from = sameLane(state, value.op, [value.a]);
      if (from === 'f64' || from === 'i64') state.faults.push(`bits of an ${from}`);
      return from === 'f32' ? 'i32' : 'f32';
    }
    case 'f32>i32':
    case 'f32>f64':
    case 'f64>i32':
    case 'f64>f32':
    case 'i32>f32':
    case 'i32>f64':
    case 'f16>f32':
    case 'f32>f16':
    case 'i32>i64':
    case 'i64>i32':
    case 'i64>f32':
    case 'i64>f64':
    case 'f64>i64': {
      const [from, to] = conversions[value.op];
      expectLane(state, value.a, from, `the operand of ${value.op}`);
      return to;
    }
  }
}

const conversions = {
  'f32>i32': ['f32', 'i32'],
  'f32>f64': ['f32', 'f64'],
  'f64>i32': ['f64', 'i32'],
  'f64>f32': ['f64', 'f32'],
  'i32>f32': ['i32', 'f32'],
  'i32>f64': ['i32', 'f64'],
  'f16>f32': ['i32', 'f32'],
  'f32>f16': ['f32', 'i32'],
  'i32>i64': ['i32', 'i64'],
  'i64>i32': ['i64', 'i32'],
  'i64>f32': ['i64', 'f32'],
  'i64>f64': ['i64', 'f64'],
  'f64>i64': ['f64', 'i64'],
} as const satisfies Record<string, readonly [Lane, Lane]>;

function checkRead(state: State, register: Register): Lane {
  const lane = state.nest.registers[register];
  if (lane === undefined) state.faults.push(`register ${register} does not exist`);
  else if (!state.set.has(register)) state.faults.push(`register ${register} is read before it is set`);
  return lane ?? 'f32';
}

function expectLane(state: State, register: Register, lane: Lane, what: string): void {
  const found = checkRead(state, register);
  if (found !== lane) state.faults.push(`${what} is ${found} (register ${register}), expected ${lane}`);
}

function expectInteger(state: State, op: string, lane: Lane): Lane {
  if (lane === 'f32' || lane === 'f64') state.faults.push(`${op} of ${lane} registers`);
  return lane;
}

function expectFloat(state: State, op: string, lane: Lane): Lane {
  if (lane === 'i32' || lane === 'i64') state.faults.push(`${op} of i32 registers`);
  return lane;
}

function sameLane(state: State, op: string, operands: readonly Register[]): Lane {
  const lanes = operands.map((register) => checkRead(state, register));
  if (lanes.some((lane) => lane !== lanes[0]))
    state.faults.push(`${op} of ${lanes.join(', ')} registers (${operands.join(', ')})`);
  return lanes[0]!;
}

function checkAccess(state: State, access: Access, element: Element, how: 'read' | 'write'): void {
  checkSlot(state, access.slot, element, how);
  checkWalk(state, access.at);
  checkActive(state, access.active);
}

function checkSlot(state: State, slot: Slot, element: Element, how: 'read' | 'write'): void {
  const found = state.nest.slots[slot];
  if (found === undefined) {
    state.faults.push(`slot ${slot} does not exist`);
    return;
  }
  if (found.element !== element)
    state.faults.push(`slot ${slot} holds ${found.element}, but is accessed as ${element}`);
  if (found.access !== how && found.access !== 'readwrite')
    state.faults.push(`slot ${slot} is ${found.access} only, but is ${how === 'read' ? 'read' : 'written'}`);
}

function checkWalk(state: State, walk: Walk): void {
  if (!Number.isInteger(walk.constant)) state.faults.push(`a walk starts at ${walk.constant}`);
  for (const { loop, by } of walk.terms) {
    if (!state.open.has(loop)) state.faults.push(`a walk follows loop ${loop}, which is not open there`);
    if (!Number.isInteger(by)) state.faults.push(`a walk moves by ${by}`);
  }
}

function checkActive(state: State, active: number): void {
  if (!Number.isInteger(active) || active < 1 || active > state.nest.lanes) {
    state.faults.push(`${active} of ${state.nest.lanes} lanes are active`);
  }
}
