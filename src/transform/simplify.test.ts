import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  binary,
  buffer,
  cast,
  constant,
  detach,
  expand,
  permute,
  pad,
  param,
  realize,
  reduce,
  reshape,
  unary,
  where,
} from '../ir/build.ts';
import type { DType } from '../ir/dtype.ts';
import type { Node } from '../ir/node.ts';
import { printGraph } from '../ir/print.ts';
import { topological } from '../ir/walk.ts';
import { evaluate } from '../runtime/reference/evaluate.ts';
import { ArrayStorage } from '../runtime/reference/storage.ts';
import { gradients } from './gradients.ts';
import { simplify } from './simplify.ts';

const x = param(0, [2, 3], 'float32');
const y = param(1, [2, 3], 'float32');
const n = param(2, [2, 3], 'int32');
const mul = (a: Node, b: Node): Node => binary('mul', a, b);
const add = (a: Node, b: Node): Node => binary('add', a, b);
const neg = (a: Node): Node => unary('neg', a);
const like = (a: Node, value: number): Node => constant(value, a.shape, a.dtype);

/** The simplified graph as text. */
function text(node: Node): string {
  return printGraph(simplify([node]));
}

function expectSame(node: Node, plain: Node): void {
  expect(text(node)).toBe(printGraph([plain]));
}

describe('common subexpressions', () => {
  it('become one node, however deep', () => {
    const f = (): Node => unary('exp', add(mul(x, y), like(x, 2)));
    const [sum] = simplify([add(f(), f())]);
    expect(sum!.inputs[0]).toBe(sum!.inputs[1]);
    expect(topological([sum!])).toHaveLength(7);
  });

  it('are found across outputs', () => {
    const [a, b] = simplify([unary('tanh', x), unary('tanh', x)]);
    expect(a).toBe(b);
  });

  it('differ in attributes, dtype, shape, or the sign of a zero constant', () => {
    const distinct = [
      reduce('sum', x, [0]),
      reduce('amax', x, [0]),
      reduce('sum', x, [1]),
      cast(x, 'int32'),
      cast(x, 'float64'),
      constant(0),
      constant(-0),
      constant(0, [1]),
      constant(NaN),
      pad(x, { low: [1, 0], high: [0, 0] }),
      pad(x, { low: [0, 0], high: [1, 0] }),
    ];
    expect(new Set(simplify(distinct)).size).toBe(distinct.length);
    expect(new Set(simplify([constant(NaN), constant(NaN)])).size).toBe(1);
  });

  it('never merge or replace what stands for storage', () => {
    const leaf = { storage: new ArrayStorage('float32', new Float32Array(2)) };
    const leaves = [buffer(leaf, [2]), buffer(leaf, [2]), x];
    expect(simplify(leaves)).toEqual(leaves);
    expect(simplify(leaves).every((node, i) => node === leaves[i])).toBe(true);
  });

  it('leave a graph without any as it is', () => {
    const graph = reduce('sum', mul(unary('exp', x), y), [1]);
    expect(simplify([graph])[0]).toBe(graph);
  });
});

describe('arithmetic', () => {
  it('cancels signs', () => {
    expectSame(neg(detach(neg(x))), x);
    expectSame(mul(neg(x), neg(y)), mul(x, y));
    expectSame(mul(x, like(x, -1)), neg(x));
    expectSame(neg(mul(x, like(x, 3))), mul(x, like(x, -3)));
    expectSame(mul(neg(x), like(x, 3)), mul(x, like(x, -3)));
  });

  it('joins constant factors only where that is exact', () => {
    expectSame(mul(mul(x, like(x, 0.1)), like(x, 4)), mul(x, like(x, Math.fround(0.1) * 4)));
    const inexact = mul(mul(x, like(x, 0.1)), like(x, 3));
    expectSame(inexact, inexact);
    const overflowing = mul(mul(x, like(x, 3e38)), like(x, 2 ** 10));
    expectSame(overflowing, overflowing);
    expectSame(
      mul(mul(n, like(n, 2147483647)), like(n, 2147483645)),
      mul(n, like(n, Math.imul(2147483647, 2147483645))),
    );
  });

  it('divides by a power of two by multiplying', () => {
    expectSame(binary('div', x, like(x, 8)), mul(x, like(x, 0.125)));
    const third = binary('div', x, like(x, 3));
    expectSame(third, third);
  });

  it('applies what is known about 0 and 1 once detaching is undone', () => {
    expectSame(add(x, detach(like(x, 0))), x);
    expectSame(mul(x, detach(like(x, 1))), x);
    expectSame(where(binary('lt', x, y), x, detach(x)), x);
  });
});

describe('casts', () => {
  it('join where the first loses nothing', () => {
    expectSame(cast(cast(x, 'float64'), 'float32'), x);
    expectSame(cast(cast(n, 'float64'), 'float32'), cast(n, 'float32'));
  });
  it('stay where it does', () => {
    for (const graph of [cast(cast(x, 'int32'), 'float32'), cast(cast(n, 'float32'), 'int32')])
      expectSame(graph, graph);
  });
});

describe('movement', () => {
  it('chains collapse across detach', () => {
    expectSame(reshape(detach(reshape(x, [6])), [3, 2]), reshape(x, [3, 2]));
    expectSame(permute(detach(permute(x, [1, 0])), [1, 0]), x);
    expectSame(expand(detach(expand(x, [4, 2, 3])), [5, 4, 2, 3]), expand(x, [5, 4, 2, 3]));
  });
  it('needs no reshape to place axes of size 1', () => {
    expectSame(expand(reshape(x, [2, 1, 3, 1]), [2, 4, 3, 5]), expand(x, [2, 4, 3, 5], [0, 2]));
  });
  it('of a constant is a constant', () => {
    expectSame(permute(detach(constant(2, [2, 3])), [1, 0]), constant(2, [3, 2]));
    expectSame(expand(detach(constant(2, [3])), [2, 3]), constant(2, [2, 3]));
  });
  it('stores once', () => {
    expectSame(realize(realize(unary('exp', x))), realize(unary('exp', x)));
    expectSame(realize(x), x);
  });
});

describe('reductions', () => {
  it('of the same kind merge their axes', () => {
    const cube = param(0, [2, 3, 4], 'float32');
    expectSame(reduce('sum', reduce('sum', cube, [1]), [1]), reduce('sum', cube, [1, 2]));
    expectSame(reduce('amax', reduce('amax', cube, [0]), [1]), reduce('amax', cube, [0, 2]));
    const mixed = reduce('sum', reduce('amax', cube, [0]), [1]);
    expectSame(mixed, mixed);
  });

  it('of repeated elements count them', () => {
    expectSame(reduce('sum', expand(x, [5, 2, 3]), [0]), mul(x, like(x, 5)));
    expectSame(reduce('amax', expand(x, [5, 2, 3]), [0]), x);
    const column = param(0, [2, 1], 'float32');
    const total = mul(reduce('sum', column, [0, 1]), constant(3));
    expectSame(reduce('sum', expand(column, [2, 3]), [0, 1]), total);
    expectSame(reduce('sum', constant(2, [4]), [0]), constant(8));
    expectSame(reduce('sum', expand(x, [5, 2, 3]), [1]), expand(reduce('sum', x, [0]), [5, 3]));
  });

  it('of no elements stay', () => {
    const nothing = reduce('sum', expand(x, [0, 2, 3]), [0]);
    expectSame(nothing, nothing);
  });
});

it('does not recurse through a chain of a hundred thousand nodes', () => {
  let chain = x;
  for (let i = 0; i < 100_000; i++) chain = unary('tanh', chain);
  expect(simplify([chain])[0]).toBe(chain);
});

describe('values', () => {
  /** A graph over float and int leaves, built by following random choices. */
  function random(choices: readonly number[]): Node[] {
    const floats = [x, y, constant(0, [2, 3]), constant(-2, [2, 3]), constant(3, [2, 3])];
    for (const choice of choices) {
      const take = (k: number): Node => floats[(choice >> k) % floats.length]!;
      const [a, b] = [take(4), take(9)];
      const made = [
        (): Node => add(a, b),
        (): Node => mul(a, b),
        (): Node => neg(a),
        (): Node => binary('max', a, b),
        (): Node => binary('div', a, like(a, 4)),
        (): Node => detach(a),
        (): Node => where(binary('lt', a, b), a, b),
        (): Node => cast(cast(a, 'float64'), 'float32'),
        (): Node => reduce('sum', expand(a, [2, 2, 3]), [0]),
        (): Node => permute(detach(permute(a, [1, 0])), [1, 0]),
        (): Node => expand(reduce('sum', expand(reshape(a, [2, 1, 3, 1]), [2, 2, 3, 2]), [1, 2, 3]), [2, 3], [0]),
        (): Node => expand(reduce('amax', reduce('amax', a, [1]), [0]), [2, 3]),
      ][choice % 12]!();
      floats.push(made);
    }
    return floats.slice(5);
  }

  it('are the same as before, for random graphs and their gradients', () => {
    const leaves = [x, y, n];
    // Small whole numbers: every product and sum here is exact, so the comparison is too.
    const inputs = [Float32Array.of(1, -2, 0, 3, 2, -1), Float32Array.of(2, 2, -1, 0, 1, -3), new Int32Array(6)];
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 2 ** 15 }), { minLength: 1, maxLength: 8 }), (choices) => {
        const values = random(choices);
        const outputs = [...values, ...gradients(values.at(-1)!, [x, y])];
        const before = evaluate({ inputs: leaves, outputs }, inputs);
        const after = evaluate({ inputs: leaves, outputs: simplify(outputs) }, inputs);
        after.forEach((array, i) =>
          array.forEach((value, j) => {
            const expected = before[i]![j]!;
            // == takes 0 for -0, which sums of zeros may turn around.
            if (!(value === expected || (Number.isNaN(value) && Number.isNaN(expected)))) {
              expect.fail(`output ${i}, element ${j}: ${expected} became ${value}\n${printGraph([outputs[i]!])}`);
            }
          }),
        );
      }),
      { seed: 7, numRuns: 500 },
    );
  });

  it('keep their shapes and dtypes', () => {
    const dtypes: DType[] = ['float32', 'float64', 'int32', 'uint8'];
    for (const dtype of dtypes) {
      const node = reduce('sum', expand(param(0, [3], dtype), [4, 3]), [0]);
      const [simple] = simplify([node]);
      expect([simple!.shape, simple!.dtype]).toEqual([node.shape, dtype]);
    }
  });
});
