/**
 * Loads, stores, gathers and accumulation: contiguous, repeated, reversed, strided or indexed, whole or partial, of floats, doubles, integers and bytes.
 */
import {
  type Access,
  type Element,
  elementBytes,
  type Lane,
  laneBytes,
  laneOf,
  type Register,
  type Statement,
  type Value,
} from '../../kernel/nest.ts';
import { arithmeticOp } from './lower-arithmetic.ts';
import { type Lowering, scratchMask } from './lower-context.ts';
import { forEachLane } from './lower-lanes.ts';
import { type Gpr, indexed, mem, type Mem, r64, rax, rdx, registerAt, vec, type Vec } from './registers.ts';

export function lowerLoad(
  context: Lowering,
  target: Register,
  { element, access }: Extract<Value, { op: 'load' }>,
): void {
  loadFrom(context, context.target(target), element, context.accessAddress(access), access.step, access.active);
}

/** Fills `target` from the element at `at` on. Takes two temporaries if step is neither 0 nor 1. */
function loadFrom(context: Lowering, target: Vec, element: Element, at: Mem, step: number, active: number): void {
  if (active <= 0) context.zero(target);
  else if (step === 0) loadRepeated(context, target, element, at, active);
  else if (step === 1) loadContiguous(context, target, element, at, active);
  else if (isNarrow(element)) loadNarrow(context, target, element, at, step, active);
  else if (step === -1 && active >= context.lanes) loadReversed(context, target, element, at);
  else if ((step === 2 || step === -2) && active >= context.lanes && context.wide)
    loadAlternate(context, target, element, at, step);
  else loadStrided(context, target, element, at, step, active);
}

/** The instructions for elements narrower than a lane: extending a vector of them, or one, to lanes; putting one into a vector, taking one out; cutting lanes off. */
const narrow = {
  i8: { extend: 'vpmovsxbd', general: 'movsx', insert: 'vpinsrb', extract: 'vpextrb', cut: 'vpmovdb' },
  u8: { extend: 'vpmovzxbd', general: 'movzx', insert: 'vpinsrb', extract: 'vpextrb', cut: 'vpmovdb' },
  i16: { extend: 'vpmovsxwd', general: 'movsx', insert: 'vpinsrw', extract: 'vpextrw', cut: 'vpmovdw' },
  u16: { extend: 'vpmovzxwd', general: 'movzx', insert: 'vpinsrw', extract: 'vpextrw', cut: 'vpmovdw' },
} as const;

type Narrow = keyof typeof narrow;

function isWide(element: Element): boolean {
  return elementBytes[element] === 8;
}

function isNarrow(element: Element): element is Narrow {
  return elementBytes[element] < 4;
}

function loadRepeated(context: Lowering, target: Vec, element: Element, at: Mem, active: number): void {
  const { assembler, wide } = context;
  const isPartial = active < context.lanes;
  const destination = isPartial && wide ? target.zeroUnder(context.laneMask(active)) : target;
  if (isNarrow(element)) {
    assembler.emit(narrow[element].general, rax.as(32), at.as(elementBytes[element] === 1 ? 8 : 16));
    if (wide) assembler.emit('vpbroadcastd', destination, rax.as(32));
    else {
      assembler.emit('vmovd', target.as(128), rax.as(32));
      assembler.emit('vpbroadcastd', target, target.as(128));
    }
  } else assembler.emit(isWide(element) ? 'vbroadcastsd' : 'vbroadcastss', destination, at);
  if (isPartial && !wide) assembler.emit('vandps', target, target, maskMemory(context, laneOf[element], active));
}

function loadContiguous(context: Lowering, target: Vec, element: Element, at: Mem, active: number): void {
  const { assembler, wide, lanes } = context;
  if (isNarrow(element)) {
    const { extend } = narrow[element];
    if (active >= lanes) assembler.emit(extend, target, at);
    else if (wide) assembler.emit(extend, target.zeroUnder(context.laneMask(active)), at);
    else loadNarrow(context, target, element, at, 1, active);
  } else if (active >= lanes) assembler.emit('vmovups', target, at);
  else if (active === 1) {
    if (isWide(element)) assembler.emit('vmovsd', target.as(128), at);
    else assembler.emit('vmovss', target.as(128), at);
  } else if (wide) {
    const destination = target.zeroUnder(context.laneMask(active));
    assembler.emit(isWide(element) ? 'vmovupd' : 'vmovups', destination, at);
  } else {
    assembler.emit('vmovups', target, maskMemory(context, laneOf[element], active));
    assembler.emit(isWide(element) ? 'vmaskmovpd' : 'vmaskmovps', target, target, at);
  }
}

/** All bits set in the first `active` lanes. */
function maskMemory(context: Lowering, lane: Lane, active: number): Mem {
  const bytes = new Uint8Array(context.bitsOf(lane) / 8);
  bytes.fill(0xff, 0, active * laneBytes[lane]);
  return context.assembler.constant(bytes);
}

/** One element after another. More than eight words take a temporary. */
function loadNarrow(context: Lowering, target: Vec, element: Narrow, at: Mem, step: number, active: number): void {
  context.zero(target);
  const stride = step * elementBytes[element];
  insertNarrow(context, target, element, active, (lane) => at.plus(lane * stride));
}

/** Fills the zeroed `into` with elements from the places that are asked for in order, and extends them to lanes. */
function insertNarrow(
  context: Lowering,
  into: Vec,
  element: Narrow,
  active: number,
  place: (lane: number) => Mem,
): void {
  const { assembler } = context;
  const { insert, extend } = narrow[element];
  const perPart = 16 / elementBytes[element];
  const low = into.as(128);
  let part = low;
  for (let lane = 0; lane < active; lane++) {
    if (lane === perPart) {
      part = context.temp('i32').as(128);
      context.zero(part);
    }
    assembler.emit(insert, part, part, place(lane), lane % perPart);
  }
  if (part === low) assembler.emit(extend, into, low);
  else {
    // More than eight lanes are the 512-bit tier's, whose registers VEX cannot all name.
    assembler.emit('vinserti32x4', into.as(256), into.as(256), part, 1);
    assembler.emit(extend, into, into.as(256));
  }
}

function loadReversed(context: Lowering, target: Vec, element: Element, at: Mem): void {
  const { assembler, lanes } = context;
  const first = at.plus((1 - lanes) * elementBytes[element]);
  if (target.bits === 128) assembler.emit('vpermilps', target, first, 0x1b);
  else if (isWide(element) && target.bits === 256) assembler.emit('vpermpd', target, first, 0x1b);
  else {
    const order = Array.from({ length: lanes }, (_, lane) => lanes - 1 - lane);
    if (isWide(element)) {
      const words = BigInt64Array.from(order, BigInt);
      assembler.emit('vmovups', target, assembler.constant(new Uint8Array(words.buffer)));
      assembler.emit('vpermpd', target, target, first);
    } else {
      assembler.emit('vmovups', target, context.lanesMemory('i32', order));
      assembler.emit('vpermps', target, target, first);
    }
  }
}

/** Every other element of two vectors, the second of which ends with the last lane's. */
function loadAlternate(context: Lowering, target: Vec, element: Element, at: Mem, step: number): void {
  const { assembler, lanes } = context;
  const bytes = elementBytes[element];
  const low = at.plus(step > 0 ? 0 : step * (lanes - 1) * bytes);
  // The two vectors overlap in one element, so that nothing beyond the last is read.
  const places = Array.from({ length: lanes }, (_, lane) => {
    const place = step > 0 ? lane * step : (lane - lanes + 1) * step;
    return place < lanes ? place : place + 1;
  });
  const high = low.plus((lanes - 1) * bytes);
  const order = context.temp(laneOf[element]);
  if (isWide(element)) {
    assembler.emit('vmovups', order, assembler.constant(new Uint8Array(BigInt64Array.from(places, BigInt).buffer)));
    assembler.emit('vmovups', target, low);
    assembler.emit('vpermt2pd', target, order, high);
  } else {
    assembler.emit('vmovups', order, context.lanesMemory('i32', places));
    assembler.emit('vmovups', target, low);
    assembler.emit('vpermt2ps', target, order, high);
  }
}

/** Lane by lane: twice as fast as a hardware gather on Zen 4. */
function loadStrided(context: Lowering, target: Vec, element: Element, at: Mem, step: number, active: number): void {
  const { assembler, wide } = context;
  const perPart = isWide(element) ? 2 : 4;
  const stride = step * elementBytes[element];
  const temp = context.temp(laneOf[element]).as(128);
  let part = target.as(128);
  for (let lane = 0; lane < active; lane++) {
    const within = lane % perPart;
    const from = at.plus(lane * stride);
    if (within === 0) {
      if (lane > 0) part = temp;
      assembler.emit(isWide(element) ? 'vmovsd' : 'vmovss', part, from);
    } else if (isWide(element)) assembler.emit('vmovhps', part, part, from);
    else assembler.emit('vinsertps', part, part, from, within << 4);
    const isLast = within === perPart - 1 || lane === active - 1;
    if (!isLast || lane < perPart) continue;
    const index = Math.floor(lane / perPart);
    if (wide) assembler.emit('vinsertf32x4', target, target, part, index);
    else assembler.emit('vinsertf128', target, target, part, index);
  }
}

/** Lane l from `at` + index[l] elements. Overwrites the index where the mask needs a register: takes one temporary on AVX2. */
function gatherLanes(context: Lowering, target: Vec, element: Element, at: Mem, index: Vec, active: number): void {
  const { assembler, wide, lanes } = context;
  const isDouble = isWide(element);
  const address = indexed(registerAt(r64, at.base), index, isDouble ? 8 : 4, at.disp);
  if (active < lanes) context.zero(target);
  if (wide) {
    context.setLaneMask(scratchMask, active);
    assembler.emit(isDouble ? 'vgatherdpd' : 'vgatherdps', target.under(scratchMask), address);
    return;
  }
  const mask = context.temp(laneOf[element]);
  if (active < lanes) assembler.emit('vmovups', mask, maskMemory(context, laneOf[element], active));
  else assembler.emit('vpcmpeqd', mask, mask, mask);
  assembler.emit(isDouble ? 'vgatherdpd' : 'vgatherdps', target, address, mask);
}

export function lowerGather(context: Lowering, target: Register, gather: Extract<Value, { op: 'gather' }>): void {
  const { assembler } = context;
  const { element, slot, at, scale, step, active } = gather;
  const source = context.read(gather.index);
  const out = context.target(target);
  const bytes = elementBytes[element];
  if (gather.uniform || context.analysis.uniform.has(gather.index)) {
    scaledLane(context, source.as(128), 0, scale * bytes, rax);
    let address = context.addressPlus(slot, at, rax, rdx);
    if (step !== 0 && step !== 1) {
      assembler.emit('lea', rax, address);
      address = mem(rax);
    }
    // Loads of one byte to every lane go through rax, which the address has been read from by then.
    loadFrom(context, out, element, address, step, active);
    return;
  }
  if (isNarrow(element)) {
    gatherNarrow(context, out, element, source, gather);
    return;
  }
  const index = scaledIndex(context, source, scale, step);
  gatherLanes(context, out, element, context.address(slot, at, rdx), index, active);
}

/** index[l] · scale + l · step, in a temporary that may be overwritten. */
function scaledIndex(context: Lowering, source: Vec, scale: number, step: number): Vec {
  const { assembler, lanes } = context;
  const index = context.temp('i32');
  if (scale === 1) context.move(index, source);
  else assembler.emit('vpmulld', index, source, context.splatMemory('i32', scale));
  if (step !== 0)
    assembler.emit(
      'vpaddd',
      index,
      index,
      context.lanesMemory(
        'i32',
        Array.from({ length: lanes }, (_, lane) => lane * step),
      ),
    );
  return index;
}

/** `register` = the 32-bit lane `within` of `part`, sign-extended, times `scale`. */
function scaledLane(context: Lowering, part: Vec, within: number, scale: number, register: Gpr): void {
  const { assembler } = context;
  if (within === 0) assembler.emit('vmovd', register.as(32), part);
  else assembler.emit('vpextrd', register.as(32), part, within);
  assembler.emit('movsxd', register, register.as(32));
  if (scale !== 1) assembler.emit('imul', register, register, scale);
}

function gatherNarrow(
  context: Lowering,
  out: Vec,
  element: Narrow,
  source: Vec,
  { slot, at, scale, step, active }: Extract<Value, { op: 'gather' }>,
): void {
  const bytes = elementBytes[element];
  const indices = lanesOf(context, source, 'i32', context.temp('i32'));
  context.zero(out);
  insertNarrow(context, out, element, active, (lane) => {
    const { part, within } = indices(lane);
    scaledLane(context, part, within, scale * bytes, rax);
    return context.addressPlus(slot, at, rax, rdx).plus(lane * step * bytes);
  });
}

export function lowerStore(
  context: Lowering,
  { element, access, source }: Extract<Statement, { kind: 'store' }>,
): void {
  const vector = context.read(source);
  storeTo(context, vector, element, context.accessAddress(access), access);
}

/** Takes up to three temporaries. */
function storeTo(
  context: Lowering,
  source: Vec,
  element: Element,
  at: Mem,
  { step, active }: Pick<Access, 'step' | 'active'>,
): void {
  const { assembler, wide, lanes } = context;
  if (active <= 0) return;
  if (step !== 1 || active === 1) storeLanes(context, source, element, at, step, active);
  else if (isNarrow(element)) {
    if (wide) assembler.emit(narrow[element].cut, active < lanes ? at.under(context.laneMask(active)) : at, source);
    else if (active < lanes) storeLanes(context, source, element, at, step, active);
    else storeNarrow(context, source, element, at);
  } else if (active >= lanes) assembler.emit('vmovups', at, source);
  else if (wide) assembler.emit(isWide(element) ? 'vmovupd' : 'vmovups', at.under(context.laneMask(active)), source);
  else {
    const mask = context.temp(laneOf[element]);
    assembler.emit('vmovups', mask, maskMemory(context, laneOf[element], active));
    assembler.emit(isWide(element) ? 'vmaskmovpd' : 'vmaskmovps', at, mask, source);
  }
}

function storeLanes(context: Lowering, source: Vec, element: Element, at: Mem, step: number, active: number): void {
  const { assembler } = context;
  const stride = step * elementBytes[element];
  forEachLane(context, source, laneOf[element], active, context.temp(laneOf[element]), (part, lane, within) => {
    const to = at.plus(lane * stride);
    if (isNarrow(element)) assembler.emit(narrow[element].extract, to, part, (4 / elementBytes[element]) * within);
    else if (isWide(element)) {
      if (within === 0) assembler.emit('vmovsd', to, part);
      else assembler.emit('vmovhps', to, part);
    } else if (within === 0) assembler.emit('vmovss', to, part);
    else assembler.emit('vextractps', to, part, within);
  });
}

/** The low bytes or words of all 4 or 8 lanes, without opmasks. */
function storeNarrow(context: Lowering, source: Vec, element: Narrow, at: Mem): void {
  const { assembler, lanes } = context;
  const bytes = elementBytes[element];
  const packed = context.temp('i32');
  const low = packed.as(128);
  assembler.emit('vpand', packed, source, context.splatMemory('i32', bytes === 1 ? 0xff : 0xffff));
  if (lanes === 8) {
    const high = context.temp('i32').as(128);
    assembler.emit('vextracti128', high, packed, 1);
    assembler.emit('vpackusdw', low, low, high);
  } else assembler.emit('vpackusdw', low, low, low);
  if (bytes === 1) assembler.emit('vpackuswb', low, low, low);
  if (bytes * lanes === 16) assembler.emit('vmovdqu', at, low);
  else if (bytes * lanes === 8) assembler.emit('vmovq', at, low);
  else assembler.emit('vmovd', at, low);
}

export function lowerAccumulate(context: Lowering, statement: Extract<Statement, { kind: 'accumulate' }>): void {
  const { assembler } = context;
  const { element, slot, at, scale, step, active } = statement;
  const lane = laneOf[element];
  const bytes = elementBytes[element];
  const index = context.read(statement.index);
  const source = context.read(statement.source);
  if (step === 1 && context.analysis.uniform.has(statement.index)) {
    const sum = context.temp(lane);
    scaledLane(context, index.as(128), 0, scale * bytes, rax);
    assembler.emit('lea', rdx, context.addressPlus(slot, at, rax, rdx));
    loadFrom(context, sum, element, mem(rdx), 1, active);
    assembler.emit(arithmeticOp(context, 'add', lane), sum, sum, source);
    storeTo(context, sum, element, mem(rdx), statement);
    return;
  }
  const indexPart = context.temp('i32');
  const sourcePart = context.temp(lane);
  const value = context.temp(lane).as(128);
  // Parts of the index and of the source change at different lanes when the source is wider, so each is walked on its own.
  const indexLanes = lanesOf(context, index, 'i32', indexPart);
  const sourceLanes = lanesOf(context, source, lane, sourcePart);
  for (let i = 0; i < active; i++) {
    const from = indexLanes(i);
    scaledLane(context, from.part, from.within, scale * bytes, rax);
    if (scale * bytes === 0) assembler.emit('xor', rax.as(32), rax.as(32));
    const { part, within } = sourceLanes(i);
    const to = context.addressPlus(slot, at, rax, rdx).plus(i * step * bytes);
    if (lane === 'i32') {
      assembler.emit('lea', rax, to);
      if (within === 0) assembler.emit('vmovd', rdx.as(32), part);
      else assembler.emit('vpextrd', rdx.as(32), part, within);
      if (element !== 'i32' && element !== 'u8') throw new Error(`bug: no sums of ${element}`);
      assembler.emit('add', mem(rax), element === 'u8' ? rdx.as(8) : rdx.as(32));
    } else if (lane === 'i64') {
      assembler.emit('lea', rax, to);
      if (within === 0) assembler.emit('vmovq', rdx, part);
      else assembler.emit('vpextrq', rdx, part, within);
      assembler.emit('add', mem(rax), rdx);
    } else if (lane === 'f32') {
      if (within > 0) assembler.emit('vpermilps', value, part, within);
      assembler.emit('vaddss', value, within > 0 ? value : part, to);
      assembler.emit('vmovss', to, value);
    } else {
      if (within > 0) assembler.emit('vpermilpd', value, part, within);
      assembler.emit('vaddsd', value, within > 0 ? value : part, to);
      assembler.emit('vmovsd', to, value);
    }
  }
}

/** Lane i of a vector, asked for in order: its 128-bit part (the first, or `temp`) and its place in it. */
function lanesOf(context: Lowering, source: Vec, lane: Lane, temp: Vec): (i: number) => { part: Vec; within: number } {
  const perPart = 16 / laneBytes[lane];
  let current = source.as(128);
  return (i) => {
    if (i > 0 && i % perPart === 0) {
      current = vec(temp.index, 128);
      if (context.wide) context.assembler.emit('vextractf32x4', current, source, i / perPart);
      else context.assembler.emit('vextractf128', current, source, i / perPart);
    }
    return { part: current, within: i % perPart };
  };
}
