/**
 * Running lazy graphs: nodes in, values out. What stands on stored values becomes the program's inputs; a node once
 * computed is remembered as long as the node lives.
 */
import { sizeOf } from '../base/shape.ts';
import { constantValue } from '../ir/build.ts';
import { filledArray } from '../ir/dtype.ts';
import type { Node } from '../ir/node.ts';
import type { Device } from '../runtime/device.ts';
import { currentDevice } from '../runtime/registry.ts';
import { checkInputs, checkOutputs } from './index-checks.ts';
import { programFor, requestFor } from './program.ts';
import { announceRun, currentTrace, raiseTraced } from './trace.ts';
import { store, Value, valueOf } from './value.ts';

const computed = new WeakMap<Node, Value>();

/** Something that was given a lazy node and wants its value when the next graph runs, as cells do outside a trace. */
export interface Awaiting {
  /** The node it waits for. */
  readonly awaited: Node;
  settle(value: Value): void;
  /** The node could not be computed: back to the value before. */
  revert(): void;
}

const waiting = new Set<Awaiting>();

/** Lets `one` be settled together with the next graph that runs, so that what they share is computed once. */
export function awaitValue(one: Awaiting): void {
  waiting.add(one);
}

export function stopAwaiting(one: Awaiting): void {
  waiting.delete(one);
}

/**
 * The values of `nodes` on the current device; runs what has not been computed.
 * @param op named in messages   @throws TraceError for a node under a trace   @throws IndexError
 */
export function realize(nodes: readonly Node[], op = 'realize'): Value[] {
  const device = currentDevice();
  const wanted = nodes.map((node) => knownValue(node, device));
  const missing = nodes.filter((_, i) => wanted[i] === undefined);
  // Inside a trace, cells wait until it has ended: what it is about to do must not depend on them.
  if (missing.length > 0 && currentTrace() === undefined) computeWithWaiting(missing, device, op);
  else if (missing.length > 0) compute(missing, device, op);
  return nodes.map((node, i) => wanted[i] ?? knownValue(node, device)!);
}

/** Computes what cells wait for, all in one graph. */
export function settleWaiting(): void {
  if (waiting.size > 0) computeWithWaiting([], currentDevice(), 'cell');
}

function computeWithWaiting(nodes: readonly Node[], device: Device, op: string): void {
  const cells = [...waiting];
  waiting.clear();
  try {
    compute([...nodes, ...cells.map((cell) => cell.awaited)], device, op);
  } catch (error) {
    // One of the two parts failed. The caller's own failure must not cost the cells their values, nor theirs the caller.
    settle(cells, device, nodes.length > 0, error);
    compute(nodes, device, op);
    return;
  }
  for (const cell of cells) cell.settle(knownValue(cell.awaited, device)!);
}

function settle(cells: readonly Awaiting[], device: Device, retry: boolean, error: unknown): void {
  try {
    if (!retry) throw error;
    compute(
      cells.map((cell) => cell.awaited),
      device,
      'cell',
    );
    for (const cell of cells) cell.settle(knownValue(cell.awaited, device)!);
  } catch (cause) {
    for (const cell of cells) cell.revert();
    throw cause;
  }
}

/** The value of a node that needs no run: stored, computed before, one constant, or one of these reshaped. */
export function knownValue(node: Node, device: Device): Value | undefined {
  const base = sameElements(node);
  if (base.op === 'buffer') return valueOf(base.attributes.leaf, device);
  const known = computed.get(base);
  if (known !== undefined) return known;
  const constant = constantValue(base);
  if (constant === undefined) return undefined;
  const elements = filledArray(base.dtype, sizeOf(base.shape), constant);
  return remember(base, store(device, base.dtype, elements));
}

/** The node whose storage serves for this one as well. */
export function sameElements(node: Node): Node {
  let base = node;
  while (!computed.has(base)) {
    switch (base.op) {
      case 'reshape':
      case 'detach':
      case 'realize':
      case 'barrier':
        base = base.inputs[0]!;
        break;
      case 'custom':
        base = base.inputs[base.attributes.result]!;
        break;
      default:
        return base;
    }
  }
  return base;
}

function remember(node: Node, value: Value): Value {
  value.isShared = true;
  computed.set(node, value);
  return value;
}

/** A constant stays one in the program, even where its elements were once asked for. */
function isStored(node: Node): boolean {
  return node.op === 'buffer' || (computed.has(node) && node.op !== 'const');
}

function compute(nodes: readonly Node[], device: Device, op: string): void {
  const outputs = [...new Set(nodes.map(sameElements))].filter((node) => knownValue(node, device) === undefined);
  if (outputs.length === 0) return;
  const request = requestFor(outputs, isStored);
  for (const node of request.order) if (node.op === 'param') raiseTraced(op, node);
  const inputs = request.inputs.map((node) => knownValue(node, device)!);
  announceRun(request, inputs, device);
  const program = programFor(device, request);
  checkInputs(program.checks, request.order, inputs);
  const storages = program.outputs.map(({ dtype, size }) => device.allocate(dtype, size));
  program.executable.run(
    inputs.map((value) => value.on(device)),
    storages,
  );
  checkOutputs(program.checks, request.order, storages);
  outputs.forEach((node, i) => remember(node, new Value(storages[i]!, device)));
}
