/**
 * The trace context: what a function being captured has touched so far, and the transforms that are running a function. At
 * most one trace is open at a time; a compiled function called inside another, or inside a transform, is simply part of it.
 * This is the engine's only mutable module state besides its caches.
 */
import { raise, TraceError } from '../base/errors.ts';
import type { Shape } from '../base/shape.ts';
import { constant, param } from '../ir/build.ts';
import type { DType } from '../ir/dtype.ts';
import type { Node } from '../ir/node.ts';
import type { Device } from '../runtime/device.ts';
import type { NodeCell } from './cell.ts';
import type { ProgramRequest } from './program.ts';
import type { Value } from './value.ts';

/** How a trace used a cell: the parameter that stood for it when it was read, the node it was assigned last. */
export interface CellUse {
  parameter?: Node;
  assigned?: Node;
}

/** A setting that shaped the trace, and how to read it again. */
export interface Mode {
  readonly value: unknown;
  readonly read: () => unknown;
}

export class Trace {
  /** For messages: the compiled function's name. */
  readonly name: string;
  /** Its parameters so far: arguments first, then cells in the order they were read. */
  readonly parameters: Node[] = [];
  readonly cells = new Map<NodeCell, CellUse>();
  readonly modes = new Map<object, Mode>();
  /** Nodes with smaller ids were made before the trace: values that the function closes over. */
  readonly firstId = constant(0).id;

  constructor(name: string) {
    this.name = name;
  }

  /** A new placeholder for a value that the run will bring. */
  parameter(shape: Shape, dtype: DType): Node {
    const node = param(this.parameters.length, shape, dtype);
    this.parameters.push(node);
    owners.set(node, this);
    return node;
  }

  useOf(cell: NodeCell): CellUse {
    let use = this.cells.get(cell);
    if (use === undefined) this.cells.set(cell, (use = {}));
    return use;
  }
}

const owners = new WeakMap<Node, Trace | Transform>();
let current: Trace | undefined;

/** The trace that is open, if one is. */
export function currentTrace(): Trace | undefined {
  return current;
}

/** Runs `body` with `trace` open, and closes it however `body` ends. */
export function withTrace<T>(trace: Trace, body: () => T): T {
  if (current !== undefined) throw new Error('bug: a trace is already open');
  current = trace;
  try {
    return body();
  } finally {
    current = undefined;
  }
}

/** A transform while it runs a user's function, which it does op by op. */
export interface Transform {
  /** For messages. */
  readonly name: string;
  /** What cells would be given is not what the transform is about, so they must not be assigned: why, and what to do. */
  readonly refusesCells?: string;
  /** Told of everything that is about to be computed while it runs a function. May throw. */
  readonly beforeRun?: (request: ProgramRequest, inputs: readonly Value[], device: Device) => void;
}

let transforms: readonly Transform[] = [];

/** The innermost transform that is running a function, if one is. */
export function currentTransform(): Transform | undefined {
  return transforms.at(-1);
}

/** The innermost transform that forbids assigning cells, if one does. */
export function cellRefusal(): Transform | undefined {
  return transforms.findLast(({ refusesCells }) => refusesCells !== undefined);
}

/** Tells the transforms that want to know what is about to be computed. */
export function announceRun(request: ProgramRequest, inputs: readonly Value[], device: Device): void {
  for (const { beforeRun } of transforms) beforeRun?.(request, inputs, device);
}

/** Runs `body`, a call of the user's function, as part of a transform. */
export function withTransform<T>(transform: Transform, body: () => T): T {
  const outer = transforms;
  transforms = [...outer, transform];
  try {
    return body();
  } finally {
    transforms = outer;
  }
}

/** A node that stands for a value inside a transform, and is replaced before anything runs. */
export function placeholder(transform: Transform, shape: Shape, dtype: DType): Node {
  const node = param(-1, shape, dtype);
  owners.set(node, transform);
  return node;
}

/** Fails for a function that returned a promise, of which a transform could only see the first part. @throws TraceError */
export function raiseAsyncTransform({ name }: Transform): never {
  raise(
    new TraceError(
      `${name}: the function must return tensors, got a Promise; remove async and await from it, and await what it returns instead`,
    ),
  );
}

/**
 * Tells the open trace that it depends on a setting outside tensors and cells, such as a module's training mode: a
 * replay reads the setting again and the function is traced anew where it has changed. Does nothing outside a trace.
 * @param owner counts once per trace   @param read returns the setting; compared with ===
 * @example noteMode(this, () => this.#training)
 */
export function noteMode(owner: object, read: () => unknown): void {
  if (current !== undefined && !current.modes.has(owner)) current.modes.set(owner, { value: read(), read });
}

/** Fails for a placeholder where a value is needed, saying which of the mistakes it is. @throws TraceError */
export function raiseTraced(op: string, node: Node): never {
  const owner = owners.get(node);
  if (owner === undefined) {
    raise(
      new TraceError(
        `${op}: this tensor stands for one inside a transform and has no value; return what is made from it and read that`,
      ),
    );
  }
  const { name } = owner;
  raise(new TraceError(`${op}: ${owner instanceof Trace ? misuseOfTrace(owner) : misuseOfTransform(owner)}`));

  function misuseOfTrace(trace: Trace): string {
    return trace === current
      ? `this tensor has no value while ${name} is being compiled; return it from the function and read it there, or set .disabled on the compiled function to run it step by step`
      : `this tensor was made while ${name} was being compiled and cannot be used after it; return it from the function, or keep it in a Cell`;
  }

  function misuseOfTransform(transform: Transform): string {
    return transforms.includes(transform)
      ? `this tensor has no value inside ${name}; return it from the function and read it there, and use where() for what depends on it`
      : `this tensor was made inside ${name} and cannot be used after it; return it from the function`;
  }
}
