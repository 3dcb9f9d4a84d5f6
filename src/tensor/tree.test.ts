import { describe, expect, it } from 'vitest';
import { describeTree, leavesOf, mapTree } from './tree.ts';

class Opaque {
  readonly inner = [1, 2];
}

describe('trees', () => {
  const opaque = new Opaque();
  const tree = { a: [1, { b: 'x' }], c: opaque, d: [] };

  it('have as leaves whatever is no array or plain object', () => {
    expect(leavesOf(tree)).toEqual([1, 'x', opaque]);
    expect(leavesOf(null)).toEqual([null]);
  });

  it('keep their form when their leaves are mapped', () => {
    expect(mapTree(tree, (leaf) => [leaf])).toEqual({ a: [[1], { b: ['x'] }], c: [opaque], d: [] });
  });

  it('are described alike only if they are alike', () => {
    const describeAll = (value: unknown): string => describeTree(value, String);
    const forms = [[1, 2], [[1], 2], [[1, 2]], { a: 1, b: 2 }, { a: 1 }, [], {}, { 'a:1,b': 2 }].map(describeAll);
    expect(new Set(forms).size).toBe(forms.length);
  });
});
