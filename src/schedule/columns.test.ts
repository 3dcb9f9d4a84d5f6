import { expect, it } from 'vitest';
import { type DType, infoOf } from '../ir/dtype.ts';
import { param, reduce, unary } from '../ir/build.ts';
import type { ReduceOp } from '../ir/op.ts';
import { interpret } from '../kernel/interpret.ts';
import { validate } from '../kernel/validate.ts';
import { schedule } from './schedule.ts';

const target = { name: 'test', lanes: 8, registers: 32, threads: 1, parallelWork: 1e6, broadcastsFromMemory: true };

/** Rows in groups of eight, in one group, in groups of none; columns with and without a rest; enough of both to be split. */
const shapes: readonly (readonly [number, number])[] = [
  [16, 32],
  [17, 32],
  [48, 67],
  [1024, 515],
];

const combine: Record<ReduceOp, (a: number, b: number) => number> = {
  sum: (a, b) => a + b,
  amax: (a, b) => Math.max(a, b),
  prod: (a, b) => a * b,
};

const cases = (['sum', 'amax', 'prod'] as const).flatMap((op) =>
  (['float32', 'float64', 'int32'] as const).map((dtype): [ReduceOp, DType] => [op, dtype]),
);

it.each(cases)('%s over far rows of %s is that of one element after another', (op, dtype) => {
  const { array } = infoOf(dtype);
  for (const [rows, columns] of shapes) {
    const x = param(0, [rows, columns], dtype);
    const plan = schedule({ inputs: [x], outputs: [reduce(op, unary('neg', x), [0])] }, target);
    // Whole numbers, so that no order of additions rounds; products stay ±1.
    const values = new array(rows * columns);
    for (let i = 0; i < values.length; i++) values[i] = op === 'prod' ? ((i * 5) % 7 < 3 ? -1 : 1) : ((i * 7) % 11) - 5;
    const output = new array(columns);
    const memories = plan.buffers.map((buffer) =>
      buffer.home.kind === 'input'
        ? values
        : buffer.home.kind === 'output'
          ? output
          : new (infoOf(buffer.dtype).array)(buffer.size).fill(77),
    );
    for (const step of plan.steps) {
      if (step.kind !== 'nest') throw new Error('expected nests');
      expect(validate(step.nest)).toEqual([]);
      interpret(
        step.nest,
        step.bindings.map((buffer) => memories[buffer]!),
      );
    }
    const expected = Array.from({ length: columns }, (_, j) =>
      Array.from({ length: rows }, (_, i) => -Number(values[i * columns + j])).reduce(combine[op]),
    );
    expect(Array.from(output, Number)).toEqual(expected);
  }
});
