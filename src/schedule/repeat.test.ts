import { expect, it } from 'vitest';
import { binary, constant, param, reduce, unary } from '../ir/build.ts';
import type { Node } from '../ir/node.ts';
import type { Plan } from './plan.ts';
import { schedule } from './schedule.ts';

const target = { name: 'avx512', lanes: 16, registers: 32, broadcastsFromMemory: true, threads: 1, parallelWork: 1e6 };

function nestsOf(outputs: readonly Node[], inputs: readonly Node[]): Plan['steps'] {
  return schedule({ inputs, outputs }, target).steps;
}

const x = param(0, [32, 24], 'float32');

/** A row's exponentials and their sum: two values that are stored. */
function block(input: Node): Node {
  const powers = unary('exp', input);
  return binary('mul', powers, constant(0.5, powers.shape, 'float32'));
}

it('kernels that differ in their buffers only get one nest, each bound to its own', () => {
  const y = param(1, [32, 24], 'float32');
  const steps = nestsOf([block(x), block(y)], [x, y]);
  expect(steps).toHaveLength(2);
  const [first, second] = steps;
  if (first?.kind !== 'nest' || second?.kind !== 'nest') return expect.fail('expected two nests');
  expect(second.nest).toBe(first.nest);
  expect(second.bindings).not.toEqual(first.bindings);
});

it('kernels that differ in a constant, a size or an order of axes do not', () => {
  // Each has an input of its own: what reads the same would be joined.
  const inputs = [32, 32, 32, 33, 32].map((rows, i) => param(i, [rows, 24], 'float32'));
  const [a, b, c, longer, e] = inputs as [Node, Node, Node, Node, Node];
  const times = (y: Node, by: number) => binary('mul', y, constant(by, y.shape, 'float32'));
  const steps = nestsOf(
    [reduce('sum', a, [0]), reduce('sum', b, [1]), times(c, 3), times(longer, 3), times(e, 4)],
    inputs,
  );
  const nests = steps.flatMap((step) => (step.kind === 'nest' ? [step.nest] : []));
  expect(nests.length).toBeGreaterThanOrEqual(5);
  expect(new Set(nests).size).toBe(nests.length);
});

it('a kernel that reads one buffer twice is not one that reads two', () => {
  const [y, z] = [param(1, x.shape, 'float32'), param(2, x.shape, 'float32')];
  const steps = nestsOf([binary('add', x, x), binary('add', y, z)], [x, y, z]);
  const nests = steps.flatMap((step) => (step.kind === 'nest' ? [step.nest] : []));
  expect(new Set(nests).size).toBe(2);
});
