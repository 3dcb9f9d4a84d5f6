/**
 * Across lanes: all lanes combined into every lane, and single lanes brought within reach of scalar instructions.
 */
import { type Lane, laneBytes, type Register, type Value } from '../../kernel/nest.ts';
import { arithmeticOp, combineComposed, isComposed } from './lower-arithmetic.ts';
import type { Lowering } from './lower-context.ts';
import { vec, type Vec } from './registers.ts';

const combining = { sumLanes: 'add', maxLanes: 'max', mulLanes: 'mul' } as const;

/** Each round adds the vector to itself with halves, quarters, … exchanged, so that every lane ends with the same sum. */
export function lowerAcrossLanes(context: Lowering, target: Register, op: keyof typeof combining, a: Register): void {
  const { assembler } = context;
  const lane = context.laneOf(target);
  const combine = arithmeticOp(context, combining[op], lane);
  const composed = lane === 'i64' && isComposed(context.tier, combining[op]);
  let source = context.read(a);
  const temp = context.temp(lane);
  const out = context.target(target);
  for (let distance = context.lanes >> 1; distance > 0; distance >>= 1) {
    exchange(context, temp, source, distance * laneBytes[lane]);
    if (composed) combineComposed(context, combining[op], out, source, temp);
    else assembler.emit(combine, out, source, temp);
    source = out;
  }
  // The maximum of a NaN and a number depends on their order, which differs between lanes: the first lane has the right one.
  if (op === 'maxLanes' && (lane === 'f32' || lane === 'f64'))
    assembler.emit(lane === 'f64' ? 'vbroadcastsd' : 'vbroadcastss', out, out.as(128));
}

/** `target` = `source` with neighbouring blocks of `bytes` exchanged. */
function exchange(context: Lowering, target: Vec, source: Vec, bytes: number): void {
  const { assembler } = context;
  if (bytes === 32) assembler.emit('vshuff64x2', target, source, source, 0x4e);
  else if (bytes === 16) {
    if (source.bits === 512) assembler.emit('vshuff64x2', target, source, source, 0xb1);
    else if (context.wide) assembler.emit('vshuff64x2', target, source, source, 1);
    else assembler.emit('vperm2f128', target, source, source, 1);
  } else if (bytes === 8) assembler.emit('vpermilps', target, source, 0x4e);
  else assembler.emit('vpermilps', target, source, 0xb1);
}

const zips = {
  zipLow: { narrow: 'vunpcklps', wide: 'vunpcklpd' },
  zipHigh: { narrow: 'vunpckhps', wide: 'vunpckhpd' },
} as const;

export function lowerZip(
  context: Lowering,
  target: Register,
  { op, a, b, unit }: Extract<Value, { op: 'zipLow' | 'zipHigh' }>,
): void {
  const { narrow, wide } = zips[op];
  const [left, right] = [context.read(a), context.read(b)];
  const is64 = laneBytes[context.laneOf(target)] === 8 || unit === 2;
  context.assembler.emit(is64 ? wide : narrow, context.target(target), left, right);
}

export function lowerGroups(
  context: Lowering,
  target: Register,
  { op, a, b }: Extract<Value, { op: 'evenGroups' | 'oddGroups' }>,
): void {
  const { assembler } = context;
  const [left, right] = [context.read(a), context.read(b)];
  const out = context.target(target);
  const isOdd = op === 'oddGroups';
  if (out.bits === 512) assembler.emit('vshuff32x4', out, left, right, isOdd ? 0xdd : 0x88);
  else if (context.wide) assembler.emit('vshuff32x4', out, left, right, isOdd ? 3 : 0);
  else assembler.emit('vperm2f128', out, left, right, isOdd ? 0x31 : 0x20);
}

/**
 * Calls `use` for lanes 0 … active − 1 in order, with the 128-bit part that holds the lane and the lane's number in it.
 * @param temp takes every part but the first
 */
export function forEachLane(
  context: Lowering,
  source: Vec,
  lane: Lane,
  active: number,
  temp: Vec,
  use: (part: Vec, lane: number, within: number) => void,
): void {
  const perPart = 16 / laneBytes[lane];
  let part = source.as(128);
  for (let i = 0; i < active; i++) {
    const within = i % perPart;
    if (within === 0 && i > 0) {
      part = vec(temp.index, 128);
      if (context.wide) context.assembler.emit('vextractf32x4', part, source, i / perPart);
      else context.assembler.emit('vextractf128', part, source, i / perPart);
    }
    use(part, i, within);
  }
}
