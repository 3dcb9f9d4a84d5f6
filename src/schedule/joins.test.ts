/** Sums of pads that do not meet: one buffer. What the emitted code then computes is checked against the reference device. */
import { describe, expect, it } from 'vitest';
import { Cell, compile, concat, device, gradients, type Tensor, random, split, stack, tensor } from '../index.ts';
import { binary, pad, param, unary } from '../ir/build.ts';
import type { Node } from '../ir/node.ts';
import { schedule } from './schedule.ts';

const target = { name: 'avx512', lanes: 16, registers: 32, broadcastsFromMemory: true, threads: 1, parallelWork: 1e6 };
const [x, y] = [param(0, [4, 24], 'float32'), param(1, [4, 24], 'float32')];
const low = (node: Node, rows: number, high = 0): Node => pad(node, { low: [rows, 0], high: [high, 0] });

function namesOf(output: Node): string[] {
  return schedule({ inputs: [x, y], outputs: [output] }, target).steps.flatMap((step) =>
    step.kind === 'nest' ? [step.nest.name] : [],
  );
}

describe('a sum of pads', () => {
  it('is written part by part, without zeros where the parts cover it', () => {
    expect(namesOf(binary('add', low(unary('exp', x), 0, 4), low(y, 4)))).toEqual(['join', 'join']);
  });

  it('is filled with zeros first where they do not', () => {
    expect(namesOf(binary('add', low(x, 0, 5), low(y, 5)))).toEqual(['fill', 'join', 'join']);
  });

  it('is computed where the parts meet', () => {
    expect(namesOf(binary('add', low(x, 0, 3), low(y, 3)))).not.toContain('join');
  });

  it('is computed where a pad is also wanted for itself', () => {
    const one = low(x, 0, 4);
    expect(namesOf(binary('mul', binary('add', one, low(y, 4)), one))).not.toContain('join');
  });
});

const [a, b, c] = [0, 1, 2].map((i) => random.normal(random.key(i), [6, 10])) as [Tensor, Tensor, Tensor];

/** By what they show. */
const cases: Readonly<Record<string, (a: Tensor, b: Tensor, c: Tensor) => Tensor>> = {
  'three parts along the first axis': (a, b, c) => concat([a.exp(), b, c.neg()]),
  'three parts along the last axis': (a, b, c) => concat([a, b.mul(2), c], 1),
  'parts that are sums and products of matrices': (a, b, c) =>
    concat([a.matmul(b.transpose()), c.sum(1, { keepDims: true })], 1),
  'a stack in the middle': (a, b) => stack([a.softmax(-1), b], 1),
  'a concatenation of concatenations': (a, b, c) => concat([concat([a, b], 1), concat([c, a.square()], 1)]),
  'what is done with the whole': (a, b, c) =>
    concat([a, b])
      .mul(concat([c, a]))
      .sum(0),
  booleans: (a, b) => concat([a.less(b), a.less(0)]),
  integers: (a, b) => concat([a.mul(9).cast('int32'), b.mul(9).cast('int32')], 1),
  'a part that is used elsewhere': (a, b) => concat([a.exp(), b]).sum(0).add(a.exp().sum(0)),
  'gradients of pieces': (a, b) => {
    const [first, , last] = split(a, [3, 2, 5], 1);
    return gradients(first!.mul(b.sum()).sum().add(last!.square().sum()), [a])[0]!;
  },
  'gradients of neighbours, which meet': (a) => {
    const steps = a.get(':', '0:9').sub(a.get(':', '1:10'));
    return gradients(steps.square().sum(), [a])[0]!;
  },
};

describe.each(['native', 'wasm'] as const)('joins on %s', (name) => {
  it.each(Object.entries(cases))('%s', (_, f) => {
    device('reference');
    const wanted = Array.from(f(a, b, c).dataSync(), Number);
    device(name);
    const found = Array.from(compile((...given: [Tensor, Tensor, Tensor]) => f(...given))(a, b, c).dataSync(), Number);
    found.forEach((value, i) => {
      expect(value).toBeCloseTo(wanted[i]!, 4);
    });
  });

  it('a cell that is shifted and continued is not overwritten while it is read', () => {
    device(name);
    const cell = new Cell(tensor([1, 2, 3, 4]));
    const push = compile((value: Tensor) => {
      cell.value = concat([cell.value.get('1:4'), value]);
    });
    for (const value of [5, 6, 7]) push(tensor([value]));
    expect(Array.from(cell.value.dataSync())).toEqual([4, 5, 6, 7]);
  });
});
