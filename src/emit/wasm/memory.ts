/**
 * Loads, stores, gathers and accumulation: every way a register meets memory.
 */
import { elementBytes } from '../../kernel/nest.ts';
import type { Access, Element, Statement, Value } from '../../kernel/nest.ts';
import type { Place } from './addresses.ts';
import type { FunctionBuilder } from './function.ts';
import type { NestContext } from './nest.ts';
import type { OpcodeWith } from './opcodes.ts';

const zero = new Uint8Array(16);

/** Pushes the lanes of a load. */
export function load(context: NestContext, element: Element, access: Access): void {
  const { f, addresses, nest } = context;
  const { step, active } = access;
  const place = addresses.address(access.slot, element, access.at);
  const bytes = elementBytes[element];
  if (active === 0) {
    f.v128(zero);
  } else if (step === 0) {
    loadSplat(f, element, place);
    if (active < nest.lanes) keepLanes(f, bytes === 8 ? 8 : 4, active);
  } else if (step === 1) {
    loadRow(f, element, place, active);
  } else if (step === -1 && active * bytes === 16) {
    push(f, place);
    f.memory('v128.load', place.offset - 16 + bytes);
    f.v128(zero);
    f.shuffle(bytes === 8 ? [8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7] : reversed);
  } else {
    for (let lane = 0; lane < active; lane++) push(f, place);
    loadLanes(f, element, (lane) => place.offset + lane * step * bytes, active);
  }
}

/** Pushes the lanes of a gather. */
export function gather(context: NestContext, value: Value & { op: 'gather' }): void {
  const { f } = context;
  const { element, active, step, uniform } = value;
  const bytes = elementBytes[element];
  if (active === 0) {
    f.v128(zero);
  } else if (uniform && step >= 0) {
    // Lane 0's address is in bounds, and the others lie above it.
    pushIndexed(context, value, 0, 0);
    if (step === 0 || active === 1) {
      loadSplat(f, element, { local: undefined, offset: 0 });
      if (active < context.nest.lanes) keepLanes(f, bytes === 8 ? 8 : 4, active);
      return;
    }
    f.set(context.scratch);
    const place = { local: context.scratch, offset: 0 };
    if (step === 1) {
      loadRow(f, element, place, active);
    } else {
      for (let lane = 0; lane < active; lane++) push(f, place);
      loadLanes(f, element, (lane) => lane * step * bytes, active);
    }
  } else {
    for (let lane = active - 1; lane >= 0; lane--) pushIndexed(context, value, lane, lane * step);
    loadLanes(f, element, () => 0, active);
  }
}

/** Lowers a store statement. */
export function store(context: NestContext, statement: Statement & { kind: 'store' }): void {
  const { f, addresses } = context;
  const { element, access, source } = statement;
  const { step, active } = access;
  const bytes = elementBytes[element];
  const place = addresses.address(access.slot, element, access.at);
  if (active === 0) return;
  if (step === 1 && bytes < 4 && active > 1) {
    if (active === 4 || active === 2) {
      push(f, place);
      pack(context, source, bytes);
      f.memoryLane(storeLane[active * bytes]!, place.offset, 0);
      return;
    }
  } else if (step === 1 && active * bytes === 16) {
    push(f, place);
    context.push(source);
    f.memory('v128.store', place.offset);
    return;
  } else if (step === 1 && active * bytes >= 8) {
    push(f, place);
    context.push(source);
    f.memoryLane('v128.store64_lane', place.offset, 0);
    if (active === 3) {
      push(f, place);
      context.push(source);
      f.memoryLane('v128.store32_lane', place.offset + 8, 2);
    }
    return;
  }
  // Lane by lane; where all lanes meet in one element, the last one stays.
  for (let lane = step === 0 ? active - 1 : 0; lane < active; lane++) {
    push(f, place);
    context.push(source);
    // Where elements are narrower than lanes, the low part of the lane is stored.
    f.memoryLane(storeLane[bytes]!, place.offset + lane * step * bytes, bytes < 4 ? (4 / bytes) * lane : lane);
  }
}

const storeLane: Readonly<Record<number, OpcodeWith<'memoryLane'>>> = {
  1: 'v128.store8_lane',
  2: 'v128.store16_lane',
  4: 'v128.store32_lane',
  8: 'v128.store64_lane',
};

/** How elements narrower than an i32 lane get into one: alone, the four (of bytes: into words first) that lie side by side, one among them. */
const narrow = {
  i8: {
    scalar: 'i32.load8_s',
    lane: 'v128.load8_lane',
    extend: ['i16x8.extend_low_i8x16_s', 'i32x4.extend_low_i16x8_s'],
  },
  u8: {
    scalar: 'i32.load8_u',
    lane: 'v128.load8_lane',
    extend: ['i16x8.extend_low_i8x16_u', 'i32x4.extend_low_i16x8_u'],
  },
  i16: { scalar: 'i32.load16_s', lane: 'v128.load16_lane', extend: ['i32x4.extend_low_i16x8_s'] },
  u16: { scalar: 'i32.load16_u', lane: 'v128.load16_lane', extend: ['i32x4.extend_low_i16x8_u'] },
} as const;

function isNarrow(element: Element): element is keyof typeof narrow {
  return elementBytes[element] < 4;
}

/** Lowers an accumulate statement: lanes in order, since they may meet. */
export function accumulate(context: NestContext, statement: Statement & { kind: 'accumulate' }): void {
  const { f, scratch } = context;
  const ops = accumulateOps[statement.element];
  for (let lane = 0; lane < statement.active; lane++) {
    pushIndexed(context, statement, lane, lane * statement.step);
    f.index('local.tee', scratch);
    f.get(scratch);
    f.memory(ops.load, 0);
    context.push(statement.source);
    f.lane(ops.extract, lane);
    f.op(ops.add);
    f.memory(ops.store, 0);
  }
}

const accumulateOps = {
  f32: { load: 'f32.load', extract: 'f32x4.extract_lane', add: 'f32.add', store: 'f32.store' },
  f64: { load: 'f64.load', extract: 'f64x2.extract_lane', add: 'f64.add', store: 'f64.store' },
  i32: { load: 'i32.load', extract: 'i32x4.extract_lane', add: 'i32.add', store: 'i32.store' },
  i64: { load: 'i64.load', extract: 'i64x2.extract_lane', add: 'i64.add', store: 'i64.store' },
  i16: { load: 'i32.load16_s', extract: 'i32x4.extract_lane', add: 'i32.add', store: 'i32.store16' },
  u16: { load: 'i32.load16_u', extract: 'i32x4.extract_lane', add: 'i32.add', store: 'i32.store16' },
  i8: { load: 'i32.load8_s', extract: 'i32x4.extract_lane', add: 'i32.add', store: 'i32.store8' },
  u8: { load: 'i32.load8_u', extract: 'i32x4.extract_lane', add: 'i32.add', store: 'i32.store8' },
} as const satisfies Record<Element, object>;

type Indexed = Pick<Value & { op: 'gather' }, 'slot' | 'element' | 'at' | 'index' | 'scale'>;

/** Pushes the whole address of element at + index[lane] · scale + `elements`. */
function pushIndexed(context: NestContext, indexed: Indexed, lane: number, elements: number): void {
  const { f } = context;
  const bytes = elementBytes[indexed.element];
  const place = context.addresses.address(indexed.slot, indexed.element, indexed.at);
  context.push(indexed.index);
  f.lane('i32x4.extract_lane', lane);
  const scale = indexed.scale * bytes;
  if (scale !== 1) {
    f.i32(scale);
    f.op('i32.mul');
  }
  push(f, place);
  f.op('i32.add');
  // Added here, not in the instruction: before it is added the address may be below 0, and an instruction's offset does not wrap.
  const offset = place.offset + elements * bytes;
  if (offset !== 0) {
    f.i32(offset);
    f.op('i32.add');
  }
}

/** Pushes the local of a place; none if the address is on the stack already. */
function push(f: FunctionBuilder, { local }: Place): void {
  if (local !== undefined) f.get(local);
}

/** One element in every lane. */
function loadSplat(f: FunctionBuilder, element: Element, place: Place): void {
  push(f, place);
  if (isNarrow(element)) {
    f.memory(narrow[element].scalar, place.offset);
    f.op('i32x4.splat');
  } else {
    f.memory(elementBytes[element] === 8 ? 'v128.load64_splat' : 'v128.load32_splat', place.offset);
  }
}

/** `active` elements side by side, the lanes behind them 0. */
function loadRow(f: FunctionBuilder, element: Element, place: Place, active: number): void {
  if (isNarrow(element)) {
    const size = elementBytes[element];
    if (active === 4) {
      push(f, place);
      f.memory(size === 1 ? 'v128.load32_zero' : 'v128.load64_zero', place.offset);
    } else {
      if (active === 3) push(f, place);
      push(f, place);
      f.v128(zero);
      f.memoryLane(
        active === 1 ? narrow[element].lane : size === 1 ? 'v128.load16_lane' : 'v128.load32_lane',
        place.offset,
        0,
      );
      if (active === 3) f.memoryLane(narrow[element].lane, place.offset + 2 * size, 2);
    }
    extend(f, element);
    return;
  }
  const bytes = active * elementBytes[element];
  if (bytes === 12) push(f, place);
  push(f, place);
  if (bytes === 16) f.memory('v128.load', place.offset);
  else if (bytes === 4) f.memory('v128.load32_zero', place.offset);
  else f.memory('v128.load64_zero', place.offset);
  if (bytes === 12) f.memoryLane('v128.load32_lane', place.offset + 8, 2);
}

/** `active` addresses are on the stack, lane 0's on top: their elements, the other lanes 0. */
function loadLanes(f: FunctionBuilder, element: Element, offsetOf: (lane: number) => number, active: number): void {
  if (isNarrow(element)) {
    f.v128(zero);
    for (let lane = 0; lane < active; lane++) f.memoryLane(narrow[element].lane, offsetOf(lane), lane);
    extend(f, element);
    return;
  }
  const isWide = elementBytes[element] === 8;
  f.memory(isWide ? 'v128.load64_zero' : 'v128.load32_zero', offsetOf(0));
  for (let lane = 1; lane < active; lane++) {
    f.memoryLane(isWide ? 'v128.load64_lane' : 'v128.load32_lane', offsetOf(lane), lane);
  }
}

/** The first four elements, into i32 lanes. */
function extend(f: FunctionBuilder, element: keyof typeof narrow): void {
  for (const op of narrow[element].extend) f.op(op);
}

/** Pushes the low bytes of each i32 lane of `source`, side by side. */
function pack(context: NestContext, source: number, bytes: number): void {
  context.push(source);
  context.f.v128(zero);
  context.f.shuffle(
    Array.from({ length: 16 }, (_, i) => (i < 4 * bytes ? 4 * Math.floor(i / bytes) + (i % bytes) : 16)),
  );
}

/** Zeroes the lanes from `active` on. */
function keepLanes(f: FunctionBuilder, laneBytes: number, active: number): void {
  f.v128(Uint8Array.from({ length: 16 }, (_, i) => (i < active * laneBytes ? 0xff : 0)));
  f.op('v128.and');
}

const reversed = [12, 13, 14, 15, 8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3];
