/**
 * A program: a graph compiled for a device, with what must be checked around each run. Programs hold no values, so the
 * cache of them costs code, not data. Whoever has a graph asks `programFor`; equal graphs get one program.
 */
import { sizeOf } from '../base/shape.ts';
import { param } from '../ir/build.ts';
import type { DType } from '../ir/dtype.ts';
import type { Graph, Node } from '../ir/node.ts';
import { isRecordingOrigins } from '../ir/origin.ts';
import { mayFail } from '../ir/routine.ts';
import { topological } from '../ir/walk.ts';
import type { Device, Executable } from '../runtime/device.ts';
import { type IndexCheck, IndexGuard } from './index-checks.ts';
import { dependents, rebuildAll } from './rebuild.ts';
import { structuralKey } from './structural-key.ts';

export interface Program {
  readonly device: Device;
  /** What the device was given. */
  readonly graph: Graph;
  readonly executable: Executable;
  /** The wanted outputs first, then those of computed index checks. */
  readonly outputs: readonly OutputInfo[];
  readonly checks: readonly IndexCheck[];
  /** Some check needs the run's outputs. */
  readonly checksOutputs: boolean;
  /** A run may end in an error, so cells must not be overwritten during it. */
  readonly mayFail: boolean;
}

export interface OutputInfo {
  readonly dtype: DType;
  readonly size: number;
}

/** A graph over existing nodes: `inputs` are its leaves, whatever stands behind them. */
export interface ProgramRequest extends Graph {
  /** All its nodes, inputs before users. */
  readonly order: readonly Node[];
}

/** Programs kept per device; the one unused for longest makes room. */
const CACHE_SIZE = 256;
const caches = new WeakMap<Device, Map<string, Program>>();

export function programFor(device: Device, request: ProgramRequest): Program {
  let cache = caches.get(device);
  if (cache === undefined) caches.set(device, (cache = new Map()));
  const inputs = new Map(request.inputs.map((node, i) => [node, i]));
  const key = structuralKey(request.order, request.outputs, inputs, request.donations);
  // A program from the cache would say where another graph was made.
  if (isRecordingOrigins()) return build(device, request, inputs);
  let program = cache.get(key);
  if (program === undefined) program = build(device, request, inputs);
  else cache.delete(key);
  cache.set(key, program); // Map keeps insertion order: the last used is last
  if (cache.size > CACHE_SIZE) {
    const [oldest] = cache.keys();
    if (oldest !== undefined) cache.delete(oldest);
  }
  return program;
}

function build(device: Device, request: ProgramRequest, inputs: ReadonlyMap<Node, number>): Program {
  const { order, outputs, donations } = request;
  const guard = new IndexGuard(device, outputs.length, inputs, dependents(order, inputs));
  const rebuilt = rebuildAll(order, guard, (node) => {
    const input = inputs.get(node);
    return input === undefined ? undefined : param(input, node.shape, node.dtype);
  });
  const wanted = [...outputs.map((node) => rebuilt.get(node)!), ...guard.extraOutputs];
  const graph: Graph = { inputs: request.inputs.map((node) => rebuilt.get(node)!), outputs: wanted, donations };
  return {
    device,
    graph,
    executable: device.compile(graph),
    outputs: wanted.map(({ dtype, shape }) => ({ dtype, size: sizeOf(shape) })),
    checks: guard.checks,
    checksOutputs: guard.extraOutputs.length > 0,
    mayFail: guard.extraOutputs.length > 0 || hasFailing(order),
  };
}

/** Whether some node, in the graph or in the body of a loop, is a routine that may fail. */
function hasFailing(order: readonly Node[]): boolean {
  return order.some((node) => {
    if (node.op === 'scan') return hasFailing(topological(node.attributes.body.outputs));
    return node.op === 'routine' && mayFail(node.attributes.name);
  });
}

/** The request for `outputs`, cut at the nodes that `isInput` accepts. Inputs that are not reached are left out. */
export function requestFor(outputs: readonly Node[], isInput: (node: Node) => boolean): ProgramRequest {
  const order = topological(outputs, isInput);
  return { order, outputs, inputs: order.filter(isInput) };
}
