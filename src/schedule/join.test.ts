import { describe, expect, it } from 'vitest';
import { binary, cast, constant, expand, param, permute, realize, reduce, reshape, unary } from '../ir/build.ts';
import type { Node } from '../ir/node.ts';
import { schedule } from './schedule.ts';

const target = { name: 'avx512', lanes: 16, registers: 32, broadcastsFromMemory: true, threads: 1, parallelWork: 1e6 };

function namesOf(outputs: readonly Node[], inputs: readonly Node[], donations?: ReadonlyMap<number, number>): string[] {
  const { steps } = schedule({ inputs, outputs, ...(donations && { donations }) }, target);
  return steps.map((step) => (step.kind === 'nest' ? step.nest.name : 'routine'));
}

const x = param(0, [40, 24], 'float32');

/** A value for each row, in every place of the row. */
const overRows = (rows: Node): Node => expand(reshape(rows, [40, 1]), [40, 24]);

describe('loops are joined', () => {
  it('where rows follow from rows: a softmax is one loop', () => {
    const most = reduce('amax', x, [1]);
    const powers = unary('exp', binary('add', x, unary('neg', overRows(most))));
    const softmax = binary('div', powers, overRows(reduce('sum', powers, [1])));
    expect(namesOf([softmax], [x])).toEqual(['amax, exp, sum, div']);
  });

  it('not where a row needs what other rows compute', () => {
    const powers = unary('exp', x);
    const totals = reduce('sum', powers, [0]);
    const all = binary('add', powers, expand(totals, [40, 24], [1]));
    expect(namesOf([all, powers], [x]).length).toBeGreaterThan(1);
    const square = param(0, [24, 24], 'float32');
    const turned = binary('add', unary('exp', square), permute(unary('exp', square), [1, 0]));
    const stored = reduce('sum', turned, [1]);
    expect(namesOf([stored, unary('exp', square)], [square]).length).toBeGreaterThan(1);
  });

  it('not where the second is written over what the first reads elsewhere', () => {
    // The first nest reads row 39 − i of the input; the second would overwrite row i of it.
    const y = param(1, [40, 24], 'float32');
    const flipped = reduce('sum', binary('mul', x, y), [1]);
    const over = binary('add', x, overRows(flipped));
    expect(namesOf([over, flipped], [x, y], new Map([[0, 0]]))).toEqual(['sum, add']);
    const turned = reduce('sum', permute(param(0, [24, 24], 'float32'), [1, 0]), [1]);
    const square = turned.inputs[0]!.inputs[0]!;
    const written = binary('add', square, expand(reshape(turned, [24, 1]), [24, 24]));
    expect(namesOf([written, turned], [square], new Map([[0, 0]]))).toHaveLength(2);
  });

  it('not for the sake of a number that both read', () => {
    const step = param(1, [], 'float32');
    const other = param(2, [40, 24], 'float32');
    const moved = [x, other].map((one) => binary('mul', one, expand(step, [40, 24], [])));
    expect(namesOf(moved, [x, step, other])).toHaveLength(2);
  });

  it('where both read the same rows', () => {
    expect(namesOf([binary('mul', x, constant(3, [40, 24], 'float32')), unary('neg', x)], [x])).toHaveLength(1);
  });

  it('with what stands between them and is small and independent put first: an update of two moments and a weight', () => {
    const shape = [96, 128];
    const inputs = [0, 1, 2, 3].map((i) => param(i, shape, 'float32'));
    const [w, m, v, g] = inputs as [Node, Node, Node, Node];
    const rate = param(4, [1], 'float64');
    const scaled = (y: Node, by: number) => binary('mul', y, constant(by, shape, 'float32'));
    const first = binary('add', scaled(m, 0.9), scaled(g, 0.1));
    const second = binary('add', scaled(v, 0.99), scaled(binary('mul', g, g), 0.01));
    const step = expand(reshape(realize(cast(rate, 'float32')), []), shape, []);
    const weight = binary('add', w, binary('mul', step, binary('div', first, unary('sqrt', second))));
    const donations = new Map([
      [0, 1],
      [1, 2],
      [2, 0],
    ]);
    expect(namesOf([first, second, weight], [...inputs, rate], donations)).toEqual(['realize', 'add, add, add']);
  });
});
