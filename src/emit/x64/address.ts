/**
 * Walking pointers: every access of a nest as one register that follows the loops plus a constant displacement.
 * Accesses of a slot share a pointer where the loops around both move it alike; a loop around only one of them is no obstacle,
 * because a pointer is wound back when a loop ends.
 */
import { elementBytes, type Nest, type Slot, type Statement, type Walk } from '../../kernel/nest.ts';
import type { Analysis, LoopSpan, Site } from './lower-analysis.ts';

/** The slot of a pointer that is no pointer but an integer which follows the loops. */
export const INTEGER_WALK = -1;

export interface Pointer {
  readonly id: number;
  readonly slot: Slot | typeof INTEGER_WALK;
  /** Value before any loop has advanced it, relative to the slot (bytes; an integer walk counts ones). */
  readonly base: number;
  /** Bytes per iteration of each loop around one of its uses. */
  readonly strides: Map<number, number>;
  /** How often it is used, for the choice of who gets a register. */
  weight: number;
}

export interface Pointers {
  readonly all: readonly Pointer[];
  /** The pointer of a walk inside the loop `span`, and the walk's constant relative to it (bytes). */
  find(
    slot: Slot | typeof INTEGER_WALK,
    walk: Walk,
    span: LoopSpan | undefined,
  ): { readonly pointer: Pointer; readonly offset: number };
}

export function planPointers(analysis: Analysis): Pointers {
  const { nest, sites, spans } = analysis;
  const all: Pointer[] = [];
  // A walk may be written once and used in several places: it is the loop around that tells them apart.
  const found = new Map<
    Walk,
    { readonly slot: number; readonly span: LoopSpan | undefined; readonly pointer: Pointer }[]
  >();
  for (const site of sites.values()) {
    for (const { slot, walk } of walksOf(site.statement)) {
      const bytes = bytesOf(nest, slot);
      const strides = stridesAt(site, walk, bytes);
      let pointer = all.find((candidate) => candidate.slot === slot && agree(candidate.strides, strides));
      if (pointer === undefined) {
        pointer = { id: all.length, slot, base: walk.constant * bytes, strides: new Map(), weight: 0 };
        all.push(pointer);
      }
      for (const [loop, stride] of strides) pointer.strides.set(loop, stride);
      pointer.weight += site.span?.frequency ?? 1;
      const places = found.get(walk) ?? [];
      places.push({ slot, span: site.span, pointer });
      found.set(walk, places);
    }
  }
  for (const pointer of all) {
    for (const [loop, stride] of pointer.strides)
      if (stride !== 0) pointer.weight += (spans.get(loop)?.frequency ?? 1) / 2;
  }
  return {
    all,
    find(slot, walk, span) {
      const pointer = found.get(walk)?.find((place) => place.slot === slot && place.span === span)?.pointer;
      if (pointer === undefined) throw new Error('bug: a walk has no pointer');
      return { pointer, offset: walk.constant * bytesOf(nest, slot) - pointer.base };
    },
  };
}

function bytesOf(nest: Nest, slot: number): number {
  return slot === INTEGER_WALK ? 1 : elementBytes[nest.slots[slot]!.element];
}

function walksOf(statement: Statement): readonly { readonly slot: number; readonly walk: Walk }[] {
  if (statement.kind === 'store') return [{ slot: statement.access.slot, walk: statement.access.at }];
  if (statement.kind === 'accumulate') return [{ slot: statement.slot, walk: statement.at }];
  if (statement.kind !== 'set') return [];
  const { value } = statement;
  if (value.op === 'load') return [{ slot: value.access.slot, walk: value.access.at }];
  if (value.op === 'gather') return [{ slot: value.slot, walk: value.at }];
  return value.op === 'index' ? [{ slot: INTEGER_WALK, walk: value.walk }] : [];
}

/** Bytes per iteration of every loop around a site; loops of one iteration do not count. */
function stridesAt(site: Site, walk: Walk, bytes: number): Map<number, number> {
  const strides = new Map<number, number>();
  for (let span: LoopSpan | undefined = site.span; span !== undefined; span = span.parent) {
    if (span.count === 1) continue;
    let by = 0;
    for (const term of walk.terms) if (term.loop === span.loop) by += term.by;
    strides.set(span.loop, by * bytes);
  }
  return strides;
}

function agree(a: ReadonlyMap<number, number>, b: ReadonlyMap<number, number>): boolean {
  for (const [loop, stride] of b) if (a.has(loop) && a.get(loop) !== stride) return false;
  return true;
}
