/**
 * The reference device: interprets the graph op by op, as evaluate.ts defines them. Slow on purpose; what other devices are compared with.
 */
import type { Graph } from '../../ir/node.ts';
import { printGraph } from '../../ir/print.ts';
import type { Device, Executable } from '../device.ts';
import { evaluate } from './evaluate.ts';
import { allocateArray, ArrayStorage } from './storage.ts';

export const referenceDevice: Device = {
  name: 'reference',
  description: 'reference (interprets the graph, slowly)',
  compile: interpret,
  allocate: allocateArray,
  store: (dtype, values) => new ArrayStorage(dtype, values),
};

function interpret(graph: Graph): Executable {
  return {
    inPlace: new Map(),
    run(inputs, outputs) {
      const given = inputs.map((storage) => storage.read());
      // An output that is an input's own array is copied first: writing another output may change that input.
      const results = evaluate(graph, given).map((values) => (given.includes(values) ? values.slice() : values));
      results.forEach((values, i) => outputs[i]!.write(values));
    },
    stages: () => [{ title: 'graph', text: printGraph(graph.outputs) }],
  };
}
