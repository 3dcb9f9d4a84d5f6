/**
 * The null device: makes a graph ready and runs nothing. It times and tests everything before execution without needing hardware.
 */
import type { Graph } from '../../ir/node.ts';
import { printGraph } from '../../ir/print.ts';
import { topological } from '../../ir/walk.ts';
import type { Device, Executable } from '../device.ts';
import { allocateArray, ArrayStorage } from '../reference/storage.ts';

type Stages = ReturnType<Executable['stages']>;

/** The work a graph is put through: what would run, as text. */
export type Prepare = (graph: Graph) => Stages;

/** A device that puts every graph through `prepare` and answers with zeros. @example nullDevice() */
export function nullDevice(prepare: Prepare = countNodes): Device {
  return {
    name: 'null',
    description: 'null (runs nothing, answers zeros)',
    compile(graph) {
      const stages = prepare(graph);
      return {
        inPlace: new Map(),
        run(_inputs, outputs) {
          for (const storage of outputs) storage.write(allocateArray(storage.dtype, storage.size).read());
        },
        stages: () => stages,
      };
    },
    allocate: allocateArray,
    store: (dtype, values) => new ArrayStorage(dtype, values),
  };
}

function countNodes(graph: Graph): Stages {
  return [{ title: 'graph', text: `${topological(graph.outputs).length} nodes\n${printGraph(graph.outputs)}` }];
}
