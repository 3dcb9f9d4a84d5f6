/**
 * The null device: schedules a graph as a native device would and runs nothing. It times and tests everything before
 * execution without needing hardware, and counts what would run.
 */
import type { Graph } from '../../ir/node.ts';
import { leavesOf } from '../../schedule/plan.ts';
import { printStages } from '../../schedule/print.ts';
import { scheduleInStages } from '../../schedule/schedule.ts';
import { parallelWork, type Target } from '../../schedule/target.ts';
import type { Device, Executable } from '../device.ts';
import { allocateArray, ArrayStorage } from '../reference/storage.ts';

/** What a graph became. */
interface Counts {
  /** Loop nests that would run, each once however often a loop repeats it. */
  readonly nests: number;
  /** Those of them that compute a contraction in register tiles. */
  readonly contractions: number;
  /** Algorithms that the host would run. */
  readonly routines: number;
  /** Bytes for intermediates. */
  readonly arenaBytes: number;
}

interface NullExecutable extends Executable {
  readonly counts: Counts;
}

export interface NullDevice extends Device {
  compile(graph: Graph): NullExecutable;
}

/** A machine with AVX-512 and two threads, whatever this one is: counts are the same everywhere. */
const defaultTarget: Target = {
  name: 'avx512',
  lanes: 16,
  registers: 32,
  broadcastsFromMemory: true,
  threads: 2,
  parallelWork,
};

/** A device that schedules every graph for `target` and answers with zeros. @example nullDevice().compile(graph).counts.contractions // 1 */
export function nullDevice(target: Target = defaultTarget): NullDevice {
  return {
    name: 'null',
    description: 'null (runs nothing, answers zeros)',
    compile(graph) {
      const schedule = scheduleInStages(graph, target);
      const { steps, arenaBytes, inPlace } = schedule.plan;
      const leaves = leavesOf(steps);
      const nests = leaves.flatMap((step) => (step.kind === 'nest' ? [step.nest] : []));
      const contractions = nests.filter(({ name }) => name.startsWith('contract ')).length;
      return {
        inPlace,
        counts: { nests: nests.length, contractions, routines: leaves.length - nests.length, arenaBytes },
        run(_inputs, outputs) {
          for (const storage of outputs) storage.write(allocateArray(storage.dtype, storage.size).read());
        },
        stages: () => printStages(graph, schedule),
      };
    },
    allocate: allocateArray,
    store: (dtype, values) => new ArrayStorage(dtype, values),
  };
}
