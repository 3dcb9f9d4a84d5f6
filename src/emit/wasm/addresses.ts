/**
 * Which i32 locals hold addresses in a nest, and how they move. Every distinct (slot, loops, strides) gets one running local: set when its
 * innermost loop begins, from the local of the loops around that, and advanced at the loop's end. What differs by a constant only shares the
 * local; the constant goes into the load's own offset. Walks that are values rather than addresses run the same way, from 0.
 */
import { elementBytes } from '../../kernel/nest.ts';
import type { Element, Nest, Slot, Statement, Walk } from '../../kernel/nest.ts';
import type { FunctionBuilder } from './function.ts';

/** A running local: parent + bias at the start of `loop`, then + `by` after each iteration. */
export interface Pointer {
  /** Undefined: the walk has no loops and starts from 0. */
  readonly parent: Pointer | undefined;
  readonly loop: number;
  readonly by: number;
  readonly local: number;
  /** What the local holds beyond base + Σ by · counter, so that every offset from it is ≥ 0. */
  bias: number;
}

/** An address: a local (undefined: 0) plus a constant. */
export interface Place {
  readonly local: number | undefined;
  readonly offset: number;
}

interface Terms {
  readonly loop: number;
  readonly by: number;
}

export class Addresses {
  private readonly f: FunctionBuilder;
  private readonly loops = new Map<number, { depth: number; count: number }>();
  private readonly roots: readonly Pointer[];
  private readonly pointers = new Map<string, Pointer>();
  private readonly byLoop = new Map<number, Pointer[]>();

  /** Finds every walk of the nest. Slot s's base address is in local s of `f`. */
  constructor(nest: Nest, f: FunctionBuilder) {
    this.f = f;
    this.roots = nest.slots.map((_, slot) => ({ parent: undefined, loop: -1, by: 0, local: slot, bias: 0 }));
    const lowest = new Map<Pointer, number>();
    const touch = (slot: Slot | undefined, bytes: number, at: Walk, first: number): void => {
      const pointer = this.pointer(slot, bytes, at);
      if (pointer === undefined || pointer.loop < 0) return;
      const low = (at.constant + first) * bytes;
      lowest.set(pointer, Math.min(lowest.get(pointer) ?? Infinity, low));
    };
    const visit = (statements: readonly Statement[], depth: number): void => {
      for (const statement of statements) {
        if (statement.kind === 'loop') {
          this.loops.set(statement.loop, { depth, count: statement.count });
          if (statement.count > 0) visit(statement.body, depth + 1);
        } else if (statement.kind === 'store') {
          const { access, element } = statement;
          touch(access.slot, elementBytes[element], access.at, lowestLane(access.step, access.active));
        } else if (statement.kind === 'accumulate') {
          this.pointer(statement.slot, elementBytes[statement.element], statement.at);
        } else if (statement.value.op === 'load') {
          const { access, element } = statement.value;
          touch(access.slot, elementBytes[element], access.at, lowestLane(access.step, access.active));
        } else if (statement.value.op === 'gather') {
          this.pointer(statement.value.slot, elementBytes[statement.value.element], statement.value.at);
        } else if (statement.value.op === 'index') {
          this.pointer(undefined, 1, statement.value.walk);
        }
      }
    };
    visit(nest.body, 0);
    // A local that only moves up from its slot's base needs no bias; any other starts at the lowest address it serves.
    for (const [pointer, low] of lowest) if (low < 0 || movesDown(pointer)) pointer.bias = low;
  }

  /** Where a walk is now, for loads and stores: the offset is ≥ 0 and goes into the instruction. */
  address(slot: Slot, element: Element, at: Walk): Place {
    return this.place(slot, elementBytes[element], at);
  }

  /** A walk's value now. */
  value(walk: Walk): Place {
    return this.place(undefined, 1, walk);
  }

  /** Sets the locals that run in this loop, `begin` (a local) iterations in. */
  start(loop: number, begin: number | undefined): void {
    const { f } = this;
    for (const pointer of this.byLoop.get(loop) ?? []) {
      const add = pointer.bias - (pointer.parent?.bias ?? 0);
      if (pointer.parent === undefined) {
        f.i32(add);
      } else {
        f.get(pointer.parent.local);
        if (add !== 0) {
          f.i32(add);
          f.op('i32.add');
        }
      }
      if (begin !== undefined) {
        f.get(begin);
        f.i32(pointer.by);
        f.op('i32.mul');
        f.op('i32.add');
      }
      f.set(pointer.local);
    }
  }

  /** Moves the locals that run in this loop to its next iteration. */
  advance(loop: number): void {
    const { f } = this;
    for (const pointer of this.byLoop.get(loop) ?? []) {
      f.get(pointer.local);
      f.i32(pointer.by);
      f.op('i32.add');
      f.set(pointer.local);
    }
  }

  private place(slot: Slot | undefined, bytes: number, at: Walk): Place {
    const pointer = this.pointer(slot, bytes, at);
    return { local: pointer?.local, offset: at.constant * bytes - (pointer?.bias ?? 0) };
  }

  private pointer(slot: Slot | undefined, bytes: number, at: Walk): Pointer | undefined {
    let pointer = slot === undefined ? undefined : this.roots[slot]!;
    let key = slot === undefined ? '' : String(slot);
    for (const { loop, by } of this.terms(bytes, at)) {
      key += `|${loop}*${by}`;
      let next = this.pointers.get(key);
      if (next === undefined) {
        next = { parent: pointer, loop, by, local: this.f.local('i32'), bias: 0 };
        this.pointers.set(key, next);
        const siblings = this.byLoop.get(loop);
        if (siblings === undefined) this.byLoop.set(loop, [next]);
        else siblings.push(next);
      }
      pointer = next;
    }
    return pointer;
  }

  /** The loops that move a walk, outermost first, strides in bytes. A loop that runs once moves nothing. */
  private terms(bytes: number, at: Walk): Terms[] {
    const by = new Map<number, number>();
    for (const term of at.terms) {
      const loop = this.loops.get(term.loop);
      if (loop === undefined) throw new Error(`bug: a walk follows loop ${term.loop}, which is not around it`);
      if (loop.count > 1) by.set(term.loop, (by.get(term.loop) ?? 0) + term.by * bytes);
    }
    return [...by]
      .filter(([, stride]) => stride !== 0)
      .map(([loop, stride]) => ({ loop, by: stride }))
      .sort((a, b) => this.loops.get(a.loop)!.depth - this.loops.get(b.loop)!.depth);
  }
}

function lowestLane(step: number, active: number): number {
  return Math.min(0, step * (active - 1));
}

function movesDown(pointer: Pointer): boolean {
  for (let p: Pointer | undefined = pointer; p !== undefined; p = p.parent) if (p.by < 0) return true;
  return false;
}
