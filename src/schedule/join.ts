/**
 * Joins neighbouring nests whose outer loops run alike: what one writes in an iteration, the next reads in the same iteration, from the
 * nearest cache instead of from memory, and threads meet once for both; so too what both only read. The rows of a softmax are a maximum, an exponential, a sum and a
 * quotient in one loop. Nothing is joined unless no iteration touches what another one writes.
 */
import type { BufferId } from '../kernel/kernel.ts';
import type { Access, Nest, Statement, Value, Walk } from '../kernel/nest.ts';
import type { Bound } from './loops.ts';

/** Longer bodies cost more to compile than joining saves. */
const mostStatements = 400;

/** Work of a nest that may go ahead of a larger one to bring that one's successor next to it. */
const small = 4096;

type Loop = Extract<Statement, { kind: 'loop' }>;

/** Joins what it can. @example new Joiner((buffer) => buffer, () => false).join(bound) */
export class Joiner {
  private readonly alias: (buffer: BufferId) => BufferId;
  private readonly mayOverlap: (one: BufferId, other: BufferId) => boolean;
  /** Joined nests by their parts and by which slots are one buffer, so that what repeats stays one nest. */
  private readonly known = new Map<Nest, Map<Nest, Map<string, Nest>>>();

  /** @param alias for a buffer that may turn out to be another one (an output written over an input), that one   @param mayOverlap whether two different ones may share memory */
  constructor(alias: (buffer: BufferId) => BufferId, mayOverlap: (one: BufferId, other: BufferId) => boolean) {
    this.alias = alias;
    this.mayOverlap = mayOverlap;
  }

  join(list: readonly Bound[]): Bound[] {
    const result: Bound[] = [];
    for (const next of list) {
      const last = result.at(-1);
      const joined = last && this.pair(last, next);
      if (joined) result[result.length - 1] = joined;
      else if (last && next.nest.work < small && last.nest.work >= small && this.areIndependent(last, next))
        result.splice(-1, 0, next);
      else result.push(next);
    }
    return result;
  }

  private pair(first: Bound, second: Bound): Bound | undefined {
    const [a, b] = [outer(first.nest), outer(second.nest)];
    if (!first.isJoinable || !second.isJoinable) return undefined;
    if (a === undefined || b === undefined || a.count !== b.count || first.nest.lanes !== second.nest.lanes)
      return undefined;
    if (sizeOf(first.nest.body) + sizeOf(second.nest.body) > mostStatements) return undefined;
    const touched = new Map<BufferId, Touched>();
    if (!this.note(first, a.loop, touched)) return undefined;
    const seen = new Set(touched.keys());
    if (!this.note(second, b.loop, touched, seen)) return undefined;
    const isShared = [...touched.values()].some(({ isMet, by }) => isMet && by !== 0);
    if (!isShared) return undefined;
    for (const [buffer, { isWritten, by, low, high }] of touched) {
      if (!isWritten) continue;
      if (by === undefined || Math.abs(by) <= high - low) return undefined;
      for (const other of touched.keys()) if (other !== buffer && this.mayOverlap(buffer, other)) return undefined;
    }
    const bindings = [...first.bindings];
    const slots = second.bindings.map((buffer) => {
      const at = bindings.indexOf(buffer);
      return at >= 0 ? at : bindings.push(buffer) - 1;
    });
    const nodes = [...(first.nodes ?? []), ...(second.nodes ?? [])];
    return { nest: this.nestOf(first.nest, second.nest, slots), bindings, isJoinable: true, nodes };
  }

  /** Whether two nests may change places. */
  private areIndependent(first: Bound, second: Bound): boolean {
    return first.bindings.every((one, i) =>
      second.bindings.every((other, j) => {
        if (first.nest.slots[i]?.access === 'read' && second.nest.slots[j]?.access === 'read') return true;
        const [a, b] = [this.alias(one), this.alias(other)];
        return a !== b && !this.mayOverlap(a, b);
      }),
    );
  }

  /** Collects what a nest touches, iteration by iteration of its outer loop; false if that cannot be said. */
  private note(
    { nest, bindings }: Bound,
    outerLoop: number,
    touched: Map<BufferId, Touched>,
    seen: ReadonlySet<BufferId> = new Set(),
  ): boolean {
    const counts = new Map<number, number>();
    let isKnown = true;
    const access = (slot: number, at: Walk, step: number, active: number, isWritten: boolean): void => {
      let [low, high] = [at.constant, at.constant];
      let by = 0;
      const reach = (length: number): void => {
        if (length > 0) high += length;
        else low += length;
      };
      for (const term of at.terms) {
        if (term.loop === outerLoop) by += term.by;
        else reach(term.by * ((counts.get(term.loop) ?? 1) - 1));
      }
      reach(step * (active - 1));
      const buffer = this.alias(bindings[slot]!);
      const before = touched.get(buffer);
      touched.set(buffer, {
        isWritten: isWritten || before?.isWritten === true,
        isMet: seen.has(buffer),
        by: before === undefined || before.by === by ? by : undefined,
        low: Math.min(low, before?.low ?? low),
        high: Math.max(high, before?.high ?? high),
      });
    };
    const visit = (statements: readonly Statement[]): void => {
      for (const statement of statements) {
        if (statement.kind === 'loop') {
          counts.set(statement.loop, statement.count);
          visit(statement.body);
        } else if (statement.kind === 'store') {
          const { slot, at, step, active } = statement.access;
          access(slot, at, step, active, true);
        } else if (statement.kind === 'accumulate') isKnown = false;
        else if (statement.value.op === 'load') {
          const { slot, at, step, active } = statement.value.access;
          access(slot, at, step, active, false);
        } else if (statement.value.op === 'gather') {
          // Anywhere: good only for what neither writes.
          access(statement.value.slot, { constant: 0, terms: [] }, 1, 2 ** 31, false);
        }
      }
    };
    visit(nest.body);
    return isKnown;
  }

  private nestOf(first: Nest, second: Nest, slots: readonly number[]): Nest {
    const byFirst = this.known.get(first) ?? new Map<Nest, Map<string, Nest>>();
    this.known.set(first, byFirst);
    const bySecond = byFirst.get(second) ?? new Map<string, Nest>();
    byFirst.set(second, bySecond);
    const key = slots.join();
    const nest = bySecond.get(key) ?? merge(first, second, slots);
    bySecond.set(key, nest);
    return nest;
  }
}

/** What one iteration of the outer loop touches of a buffer: places low … high, moved by `by` from iteration to iteration if they all are. */
interface Touched {
  readonly isWritten: boolean;
  /** Both nests touch it. */
  readonly isMet: boolean;
  readonly by: number | undefined;
  readonly low: number;
  readonly high: number;
}

/** The only loop of a nest that has one loop after nothing but values. */
function outer({ body }: Nest): Loop | undefined {
  const last = body.at(-1);
  return last?.kind === 'loop' && body.slice(0, -1).every(({ kind }) => kind === 'set') ? last : undefined;
}

function sizeOf(statements: readonly Statement[]): number {
  return statements.reduce((sum, one) => sum + (one.kind === 'loop' ? sizeOf(one.body) : 1), 0);
}

function merge(first: Nest, second: Nest, slotOf: readonly number[]): Nest {
  const [a, b] = [outer(first)!, outer(second)!];
  const registers = first.registers.length;
  let loops = 0;
  const highest = (statements: readonly Statement[]): void => {
    for (const one of statements) {
      if (one.kind !== 'loop') continue;
      loops = Math.max(loops, one.loop + 1);
      highest(one.body);
    }
  };
  highest(first.body);
  const loop = (old: number): number => (old === b.loop ? a.loop : old + loops);
  const walk = ({ constant, terms }: Walk): Walk => ({
    constant,
    terms: terms.map((term) => ({ loop: loop(term.loop), by: term.by })),
  });
  const access = (old: Access): Access => ({ ...old, slot: slotOf[old.slot]!, at: walk(old.at) });
  const register = (old: number): number => old + registers;
  const value = (old: Value): Value => {
    if (old.op === 'load') return { ...old, access: access(old.access) };
    if (old.op === 'index') return { ...old, walk: walk(old.walk) };
    if (old.op === 'gather') return { ...old, slot: slotOf[old.slot]!, at: walk(old.at), index: register(old.index) };
    if ('mask' in old) return { ...old, mask: register(old.mask), a: register(old.a), b: register(old.b) };
    if ('c' in old) return { ...old, a: register(old.a), b: register(old.b), c: register(old.c) };
    if ('b' in old) return { ...old, a: register(old.a), b: register(old.b) };
    if ('a' in old) return { ...old, a: register(old.a) };
    return old;
  };
  const statement = (old: Statement): Statement => {
    switch (old.kind) {
      case 'loop':
        return { ...old, loop: loop(old.loop), body: old.body.map(statement) };
      case 'set':
        return { ...old, target: register(old.target), value: value(old.value) };
      case 'store':
        return { ...old, access: access(old.access), source: register(old.source) };
      case 'accumulate':
        throw new Error('bug: an accumulating nest is not joined');
    }
  };
  const slots = first.slots.slice();
  second.slots.forEach((slot, i) => {
    const at = slotOf[i]!;
    const before = slots[at];
    slots[at] = before === undefined || before.access === slot.access ? slot : { ...slot, access: 'readwrite' };
  });
  const before = (nest: Nest): readonly Statement[] => nest.body.slice(0, -1);
  return {
    name: `${first.name}, ${second.name}`,
    lanes: first.lanes,
    slots,
    registers: [...first.registers, ...second.registers],
    body: [...before(first), ...before(second).map(statement), { ...a, body: [...a.body, ...b.body.map(statement)] }],
    parallel: first.parallel || second.parallel,
    work: first.work + second.work,
  };
}
