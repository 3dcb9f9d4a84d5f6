/**
 * The batching rules on random graphs of every family: the graph of all examples gives what the graph of one gives for each. On the
 * reference bit by bit, and on a compiler within the bound that each graph carries.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sizeOf } from '../../src/base/shape.ts';
import { infoOf, type TypedArray } from '../../src/ir/dtype.ts';
import { param } from '../../src/ir/build.ts';
import type { Graph, Node } from '../../src/ir/node.ts';
import { families } from '../../src/ir/op.ts';
import { topological } from '../../src/ir/walk.ts';
import { evaluate } from '../../src/runtime/reference/evaluate.ts';
import { batch, batched } from '../../src/transform/batch.ts';
import { findFault, outputsOn } from '../conformance/compare.ts';
import { compilers } from '../devices.ts';
import { lcg } from '../golden/lcg.ts';
import { draw, drawArray, type Drawn, recipe } from './draw-graph.ts';

const seed = 90210;

interface Batch {
  readonly graph: Graph;
  readonly inputs: readonly TypedArray[];
  /** For each example what the graph of one gives. */
  readonly each: readonly (readonly TypedArray[])[];
}

/** Some of a graph's inputs for `count` examples, the others shared. */
function batchOf({ graph, inputs: shared }: Drawn, count: number, isMapped: (input: number) => boolean): Batch {
  const next = lcg(count + 17);
  const below = (limit: number) => Math.floor(next() * limit);
  const examples = new Map<Node, Node>();
  const arrays = Array.from({ length: count }, () => [...shared]);
  const inputs: Node[] = [];
  const values: TypedArray[] = [];
  graph.inputs.forEach((node, i) => {
    if (!isMapped(i)) {
      inputs.push(node);
      values.push(shared[i]!);
      return;
    }
    const size = sizeOf(node.shape);
    const all = new (infoOf(node.dtype).array)(count * size);
    for (let example = 0; example < count; example++) {
      const array = example === 0 ? shared[i]! : drawArray(node.dtype, size, below);
      arrays[example]![i] = array;
      all.set(array, example * size);
    }
    inputs.push(param(i, [count, ...node.shape], node.dtype));
    values.push(all);
    examples.set(node, inputs.at(-1)!);
  });
  const outputs = batch(graph.outputs, examples, count).map((output) => batched(output, count));
  return { graph: { inputs, outputs }, inputs: values, each: arrays.map((one) => evaluate(graph, one)) };
}

/** Compares every example; `distances` says how far each output may be off, 0 for not at all. */
function faults({ graph, each }: Batch, got: readonly TypedArray[], distances: readonly number[]): string[] {
  return graph.outputs.flatMap(({ dtype, shape }, i) => {
    const size = sizeOf(shape.slice(1));
    return each.flatMap((wanted, example) => {
      const part = got[i]!.slice(example * size, (example + 1) * size);
      const distance = distances[i]!;
      const tolerance = distance === 0 ? ({ kind: 'exact' } as const) : ({ kind: 'absolute', distance } as const);
      const fault = findFault(dtype, part, wanted[i]!, tolerance);
      return fault === undefined ? [] : [`output ${i}, example ${example}: ${fault}`];
    });
  });
}

const drawn = fc.record({
  graph: recipe,
  mapped: fc.integer({ min: 1, max: 63 }),
  count: fc.integer({ min: 1, max: 4 }),
});

describe('a batch of random graphs', () => {
  const seen = new Set<string>();

  it(`gives on the reference what each example gives (seed ${seed})`, () => {
    fc.assert(
      fc.property(drawn, ({ graph, mapped, count }) => {
        const one = draw(graph);
        const all = batchOf(one, count, (i) => ((mapped >> i) & 1) === 1);
        for (const { op } of topological(all.graph.outputs)) seen.add(op);
        const got = evaluate(all.graph, all.inputs);
        expect(
          faults(
            all,
            got,
            all.graph.outputs.map(() => 0),
          ),
        ).toEqual([]);
      }),
      { seed, numRuns: 400 },
    );
  });

  it('meets every op that has inputs', () => {
    // The others are elementwise as those that are met, by the same rule; their own tests are conformance's.
    const rare = ['log', 'sqrt', 'idiv', 'shl', 'shr', 'threefry', 'bitcast', 'div'];
    const missed = Object.entries(families).flatMap(([op, family]) => (family === 'leaf' || seen.has(op) ? [] : [op]));
    expect(missed.filter((op) => !rare.includes(op))).toEqual([]);
  });

  it.each(compilers.slice(0, 1))('gives on $label what each example gives on the reference', ({ device }) => {
    fc.assert(
      fc.property(drawn, ({ graph, mapped, count }) => {
        const one = draw(graph);
        const all = batchOf(one, count, (i) => ((mapped >> i) & 1) === 1);
        expect(faults(all, outputsOn(device, all.graph, all.inputs), one.errors)).toEqual([]);
      }),
      { seed, numRuns: 150 },
    );
  });

  it('may be empty', () => {
    fc.assert(
      fc.property(recipe, (graph) => {
        const all = batchOf(draw(graph), 0, () => true);
        for (const array of evaluate(all.graph, all.inputs)) expect(array.length).toBe(0);
      }),
      { seed, numRuns: 50 },
    );
  });
});
