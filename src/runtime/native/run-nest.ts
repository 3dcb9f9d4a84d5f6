/**
 * One nest as code, run over copies of its memories: for tests and experiments. Programs go through device.ts.
 */
import { enter, leave } from '../../emit/x64/abi.ts';
import { Assembler } from '../../emit/x64/assembler.ts';
import type { Tier } from '../../emit/x64/lower-analysis.ts';
import { lowerNest, outerLoop } from '../../emit/x64/lower.ts';
import { mem, rdi, rdx, rsi, rsp } from '../../emit/x64/registers.ts';
import type { TypedArray } from '../../ir/dtype.ts';
import { elementBytes, type Nest } from '../../kernel/nest.ts';
import { CodeArena } from './code.ts';
import { detectFeatures, hostAbi } from './cpuid.ts';
import { addressOf, functionAt } from './ffi.ts';

const arena = new CodeArena();

/** The tiers that can run here, best first. */
export function availableTiers(): readonly Tier[] {
  const { avx2, avx512 } = detectFeatures(arena);
  return avx512 ? ['avx512', 'avx2'] : avx2 ? ['avx2'] : [];
}

/** Between the memories, which therefore lie at odd places, is what no store may touch. */
const GAP = 192;
const UNTOUCHED = 0xa5;

/**
 * What the memories (one per slot) hold after the nest; they themselves do not change.
 * @param ranges of a parallel nest: the iterations to run, in this order; the default is all of them
 * @throws Error if a store went outside its memory
 */
export function runNest(
  nest: Nest,
  tier: Tier,
  memories: readonly TypedArray[],
  ranges: readonly (readonly [number, number])[] = [[0, outerLoop(nest)?.count ?? 1]],
): TypedArray[] {
  let bytes = GAP;
  const places = memories.map(({ byteLength }) => {
    // Aligned to nothing but the element.
    const place = bytes + elementBytes.f64 * (memories.length % 8);
    bytes = place + Math.ceil(byteLength / 8) * 8 + GAP;
    return place;
  });
  const assembler = new Assembler();
  const label = assembler.label();
  enter(assembler, hostAbi());
  assembler.emit('mov', mem(rsp, 16), rdi);
  for (const [begin, end] of ranges) {
    assembler.emit('mov', rdi, mem(rsp, 16));
    assembler.emit('mov', rsi, begin);
    assembler.emit('mov', rdx, end);
    assembler.emit('call', label);
  }
  leave(assembler, hostAbi());
  assembler.bind(label);
  const bindings = places.map((offset) => ({ entry: 1, offset }));
  lowerNest(assembler, nest, tier, bindings);

  const heap = new Uint8Array(new ArrayBuffer(bytes)).fill(UNTOUCHED);
  memories.forEach((memory, i) => {
    heap.set(new Uint8Array(memory.buffer, memory.byteOffset, memory.byteLength), places[i]);
  });
  const table = new BigUint64Array(new ArrayBuffer(16));
  table[1] = addressOf(heap.buffer);
  const loaded = arena.load(assembler.finish().code);
  functionAt(loaded.address, ['uint64_t'])(addressOf(table.buffer));
  loaded.free();
  const results = memories.map((memory, i) => {
    const place = places[i] ?? 0;
    const copy = memory.slice();
    new Uint8Array(copy.buffer).set(heap.subarray(place, place + memory.byteLength));
    heap.fill(UNTOUCHED, place, place + memory.byteLength);
    return copy;
  });
  if (!heap.every((byte) => byte === UNTOUCHED))
    throw new Error(`bug: nest ${nest.name}: a store went outside its memory`);
  return results;
}
