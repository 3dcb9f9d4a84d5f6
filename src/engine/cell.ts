/**
 * Mutable state over nodes: the one thing that changes in a world of immutable values. Inside a trace, reading a cell makes
 * it an input of the program and assigning it makes it an output; outside, a cell that is given a lazy node is computed with
 * the next graph that runs.
 */
import { DTypeError, raise, ShapeError, TraceError } from '../base/errors.ts';
import { formatShape, sameShape, type Shape } from '../base/shape.ts';
import { buffer } from '../ir/build.ts';
import type { DType } from '../ir/dtype.ts';
import type { Node } from '../ir/node.ts';
import { currentDevice } from '../runtime/registry.ts';
import { type Awaiting, awaitValue, knownValue, realize, settleWaiting, stopAwaiting } from './realize.ts';
import { cellRefusal, currentTrace, currentTransform } from './trace.ts';
import type { Value } from './value.ts';

export class NodeCell implements Awaiting {
  /** What it holds keeps its shape and dtype for life. */
  readonly shape: Shape;
  readonly dtype: DType;
  #value: Value | undefined;
  /** The lazy node that will be the value, while it waits for it. */
  #awaited: Node | undefined;
  /** The node handed to readers, made on demand. */
  #node: Node | undefined;

  constructor(node: Node) {
    this.shape = node.shape;
    this.dtype = node.dtype;
    if (currentTrace() === undefined && currentTransform() === undefined) this.#take(node);
    else {
      // Made inside a trace: what it starts from must not depend on the trace, so that it exists before the first run.
      // Inside a transform likewise: its stand-ins end with it.
      const [value] = realize([node], 'Cell');
      value!.isShared = true;
      this.#value = value;
    }
  }

  /** The node that stands for the present value. */
  readNode(): Node {
    const trace = currentTrace();
    if (trace !== undefined) {
      const use = trace.useOf(this);
      return use.assigned ?? (use.parameter ??= trace.parameter(this.shape, this.dtype));
    }
    const value = this.current();
    value.isShared = true; // the reader may keep it
    return (this.#node ??= buffer(value, this.shape));
  }

  /** @throws ShapeError, DTypeError if the node is not of the cell's shape and dtype   @throws TraceError inside a transform that forbids it */
  writeNode(node: Node): void {
    const refusal = cellRefusal();
    if (refusal !== undefined) {
      raise(new TraceError(`Cell: cannot be assigned inside ${refusal.name}: ${refusal.refusesCells}`));
    }
    if (!sameShape(node.shape, this.shape)) {
      raise(
        new ShapeError(
          `Cell: holds shape ${formatShape(this.shape)}, got ${formatShape(node.shape)}; reshape the value or make a new Cell`,
        ),
      );
    }
    if (node.dtype !== this.dtype) {
      raise(new DTypeError(`Cell: holds ${this.dtype}, got ${node.dtype}; convert with .cast('${this.dtype}')`));
    }
    const trace = currentTrace();
    if (trace !== undefined) trace.useOf(this).assigned = node;
    else this.#take(node);
  }

  /** The value itself, for the engine: computed if it is awaited, and not shared by being looked at. */
  current(): Value {
    if (this.#awaited !== undefined) {
      awaitValue(this); // again, if computing it has failed before
      settleWaiting();
    }
    return this.#value!;
  }

  /** A program has computed the next value. */
  replace(value: Value): void {
    stopAwaiting(this);
    this.#awaited = undefined;
    this.#value = value;
    this.#node = undefined;
  }

  get awaited(): Node {
    return this.#awaited!;
  }

  settle(value: Value): void {
    value.isShared = true;
    this.replace(value);
  }

  revert(): void {
    // The very first value has nothing before it: it stays awaited, and fails again when it is asked for.
    if (this.#value !== undefined) this.#awaited = undefined;
  }

  #take(node: Node): void {
    const value = knownValue(node, currentDevice());
    if (value !== undefined) {
      this.settle(value);
      return;
    }
    this.#awaited = node;
    awaitValue(this);
  }
}
