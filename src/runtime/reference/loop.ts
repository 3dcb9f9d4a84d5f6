/**
 * What a loop means, in code: one turn after the other, each an evaluation of the body.
 */
import { sizeOf } from '../../base/shape.ts';
import { infoOf, type TypedArray } from '../../ir/dtype.ts';
import type { Graph, Scan } from '../../ir/node.ts';

/** The outputs of a loop whose numbers are in `used`. */
export function evaluateLoop(
  { attributes }: Scan,
  inputs: readonly TypedArray[],
  used: readonly number[],
  evaluate: (graph: Graph, inputs: readonly TypedArray[]) => TypedArray[],
): Map<number, TypedArray> {
  const { body, length, carried, sliced, reverse, tested } = attributes;
  const stacks = used.filter((i) => i >= carried);
  const results = new Map<number, TypedArray>();
  for (const i of stacks) {
    const { dtype, shape } = body.outputs[i]!;
    results.set(i, new (infoOf(dtype).array)(length * sizeOf(shape)));
  }
  const graph = {
    inputs: body.inputs,
    outputs: [...body.outputs.slice(0, carried), ...stacks.map((i) => body.outputs[i]!)],
  };
  let carries = inputs.slice(0, carried);
  for (let turn = 0; turn < length; turn++) {
    if (tested && carries[0]![0] === 0) break;
    const at = reverse ? length - 1 - turn : turn;
    const slices = inputs.slice(carried, carried + sliced).map((all, i) => {
      const size = sizeOf(body.inputs[carried + i]!.shape);
      return all.slice(at * size, (at + 1) * size);
    });
    const values = evaluate(graph, [...carries, ...slices, ...inputs.slice(carried + sliced)]);
    carries = values.slice(0, carried);
    stacks.forEach((i, k) => {
      const value = values[carried + k]!;
      results.get(i)!.set(value, at * value.length);
    });
  }
  for (const i of used) if (i < carried) results.set(i, carries[i]!);
  return results;
}
