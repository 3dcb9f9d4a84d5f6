import { describe, expect, it } from 'vitest';
import { contractionOrder } from './contraction-path.ts';

const sizes = new Map(Object.entries({ a: 2, b: 1000, c: 1000, d: 3, e: 5, f: 7, g: 11, h: 13, i: 17 }));

/** The number of products an order takes. */
function work(operands: readonly string[], output: string, order: readonly (readonly [number, number])[]): number {
  const list = operands.map((names) => [...names]);
  let total = 0;
  for (const [i, j] of order) {
    const [a, b] = [list[i]!, list[j]!];
    list.splice(j, 1);
    list.splice(i, 1);
    const all = [...new Set([...a, ...b])];
    total += all.reduce((product, name) => product * sizes.get(name)!, 1);
    list.push(all.filter((name) => output.includes(name) || list.some((names) => names.includes(name))));
  }
  expect(list.length).toBe(1);
  return total;
}

const orderOf = (operands: readonly string[], output: string): [number, number][] =>
  contractionOrder(
    operands.map((names) => [...names]),
    [...output],
    sizes,
  );

describe('the order of contractions', () => {
  it('a chain is multiplied from its thin end', () => {
    expect(work(['ab', 'bc', 'c'], 'a', orderOf(['ab', 'bc', 'c'], 'a'))).toBe(2 * 1000 + 1000 * 1000);
    expect(work(['ab', 'bc', 'cd'], 'ad', orderOf(['ab', 'bc', 'cd'], 'ad'))).toBe(2 * 1000 * 1000 + 2 * 1000 * 3);
  });

  it('up to seven operands no other order is cheaper', () => {
    const operands = ['ab', 'bd', 'dc', 'ce', 'ef'];
    const best = work(operands, 'af', orderOf(operands, 'af'));
    const tryAll = (list: readonly string[], spent: number): number => {
      if (list.length === 1) return spent;
      let least = Infinity;
      list.forEach((a, i) => {
        list.slice(i + 1).forEach((b, k) => {
          const rest = list.filter((_, m) => m !== i && m !== i + 1 + k);
          const all = [...new Set([...a, ...b])];
          const cost = all.reduce((product, name) => product * sizes.get(name)!, 1);
          const kept = all.filter((name) => 'af'.includes(name) || rest.some((names) => names.includes(name)));
          least = Math.min(least, tryAll([...rest, kept.join('')], spent + cost));
        });
      });
      return least;
    };
    expect(best).toBe(tryAll(operands, 0));
  });

  it('longer chains find a good order, too', () => {
    const operands = ['ab', 'bc', 'cd', 'de', 'ef', 'fg', 'gh', 'hi'];
    expect(work(operands, 'ai', orderOf(operands, 'ai'))).toBeLessThan(3_100_000);
  });

  it('one operand or none need no order', () => {
    expect(orderOf(['ab'], 'a')).toEqual([]);
    expect(orderOf([], '')).toEqual([]);
  });
});
