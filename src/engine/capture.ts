/**
 * Capture: a function is traced once into a program, which is then replayed. The trace finds by itself what the function
 * depends on besides its arguments: cells, tensors it closes over, settings. Trees of arguments and the choice among
 * recordings are the tensor layer's (transforms.ts); here are nodes in, values out.
 */
import { DeviceError, raise, TraceError } from '../base/errors.ts';
import type { Shape } from '../base/shape.ts';
import { constantValue } from '../ir/build.ts';
import type { DType } from '../ir/dtype.ts';
import type { Storage } from '../ir/leaf.ts';
import type { Node } from '../ir/node.ts';
import { printGraph } from '../ir/print.ts';
import type { Device, Executable, StepTime } from '../runtime/device.ts';
import type { NodeCell } from './cell.ts';
import { checkInputs, checkOutputs } from './index-checks.ts';
import { type Program, type ProgramRequest, programFor, requestFor } from './program.ts';
import { realize, sameElements } from './realize.ts';
import { type Mode, raiseTraced, Trace, withTrace } from './trace.ts';
import { Value } from './value.ts';

export interface Signature {
  readonly shape: Shape;
  readonly dtype: DType;
}

/** One stage of what a function becomes, as text. */
export type Stage = ReturnType<Executable['stages']>[number];

/** Where a program's input comes from in a call. */
type Source =
  | { readonly from: 'argument'; readonly index: number }
  | { readonly from: 'cell'; readonly cell: NodeCell }
  | { readonly from: 'value'; readonly value: Value };

/** Where a result comes from: computed, or one of the inputs handed through. */
type Result = { readonly from: 'output'; readonly index: number } | Source;

interface CellUpdate {
  readonly cell: NodeCell;
  readonly result: Result;
  /** The program's input that this output may be written over, if the cell's value is nobody else's. */
  readonly inPlaceOf: number | undefined;
  /** The same storage is handed out elsewhere, too. */
  readonly isShared: boolean;
}

/** A traced function, ready to be replayed. */
export class Recording {
  readonly device: Device;
  /** Absent where nothing has to be computed. */
  readonly program: Program | undefined;
  readonly #request: ProgramRequest;
  readonly #sources: readonly Source[];
  readonly #results: readonly Result[];
  readonly #updates: readonly CellUpdate[];
  readonly #updateOf: readonly (CellUpdate | undefined)[];
  readonly #modes: readonly Mode[];

  /** @param returned what the traced function returned */
  constructor(device: Device, trace: Trace, argumentCount: number, returned: readonly Node[]) {
    this.device = device;
    this.#modes = [...trace.modes.values()];

    const cellOf = new Map<Node, NodeCell>();
    const assigned: { readonly cell: NodeCell; readonly parameter: Node | undefined; readonly node: Node }[] = [];
    for (const [cell, { parameter, assigned: node }] of trace.cells) {
      if (parameter !== undefined) cellOf.set(parameter, cell);
      if (node !== undefined) assigned.push({ cell, parameter, node: sameElements(node) });
    }
    const own = new Map(trace.parameters.map((node, i) => [node, i]));
    // A loop's value is a tuple, which no input can be; its parts can.
    const isMade = (node: Node): boolean => node.op === 'const' || node.op === 'iota' || node.op === 'scan';
    const outer = (node: Node): boolean => node.id < trace.firstId && !isMade(node);
    const isInput = (node: Node): boolean =>
      own.has(node) || node.op === 'buffer' || node.op === 'param' || outer(node);
    const sourceOf = (node: Node): Source => {
      const cell = cellOf.get(node);
      if (cell !== undefined) return { from: 'cell', cell };
      const index = own.get(node);
      if (index !== undefined && index < argumentCount) return { from: 'argument', index };
      if (node.op === 'param') raiseTraced(trace.name, node);
      const [value] = realize([node], trace.name);
      value!.isShared = true;
      return { from: 'value', value: value! };
    };

    const nodes = [...returned.map(sameElements), ...assigned.map(({ node }) => node)];
    const isHandedThrough = (node: Node): boolean => isInput(node) || constantValue(node) !== undefined;
    const outputs = [...new Set(nodes.filter((node) => !isHandedThrough(node)))];
    const request = requestFor(outputs, isInput);
    const inputIndex = new Map(request.inputs.map((node, i) => [node, i]));
    const outputIndex = new Map(outputs.map((node, i) => [node, i]));
    const donations = new Map<number, number>();
    for (const { parameter, node } of assigned) {
      const output = outputIndex.get(node);
      // A value that is also handed on as it was must survive the run.
      const isKept = parameter !== undefined && nodes.includes(parameter);
      const input = parameter && inputIndex.get(parameter);
      if (output === undefined || input === undefined || isKept || donations.has(output)) continue;
      donations.set(output, input);
    }
    this.#request = { ...request, donations };
    this.#sources = request.inputs.map(sourceOf);
    this.program = outputs.length === 0 ? undefined : programFor(device, this.#request);

    const resultOf = (node: Node): Result => {
      const index = outputIndex.get(node);
      return index === undefined ? sourceOf(node) : { from: 'output', index };
    };
    this.#results = returned.map((node) => resultOf(sameElements(node)));
    this.#updates = assigned.map(({ cell, node }) => {
      const output = outputIndex.get(node);
      const input = output === undefined ? undefined : donations.get(output);
      const isShared = nodes.indexOf(node) !== nodes.lastIndexOf(node);
      const mayOverwrite = input !== undefined && !isShared && this.program?.mayFail === false;
      const isGranted = mayOverwrite && this.program?.executable.inPlace.get(output!) === input;
      return { cell, result: resultOf(node), inPlaceOf: isGranted ? input : undefined, isShared };
    });
    this.#updateOf = outputs.map((_, i) =>
      this.#updates.find(({ result, inPlaceOf }) => inPlaceOf !== undefined && isOutput(result, i)),
    );
  }

  /** Whether every setting the trace read still has its value. */
  isCurrent(): boolean {
    for (const { value, read } of this.#modes) if (read() !== value) return false;
    return true;
  }

  /** What was built, stage by stage. */
  stages(): Stage[] {
    if (this.program === undefined) return [];
    const graph = { title: 'graph', text: printGraph(this.program.graph.outputs) };
    return [graph, ...this.program.executable.stages().filter(({ title }) => title !== graph.title)];
  }

  /** Runs the program and updates the cells; returns the results. Hot: a train step comes through here every time. */
  run(args: readonly Value[], watch?: (times: readonly StepTime[]) => void): Value[] {
    const inputs = this.#inputsOf(args);
    const outputs = this.#execute(inputs, watch);
    const results = new Array<Value>(this.#results.length);
    for (let i = 0; i < results.length; i++) {
      const value = resolve(this.#results[i]!, args, outputs);
      value.isShared = true;
      results[i] = value;
    }
    // Every new value is resolved before any cell changes: one may take what another held.
    const updates = this.#updates;
    const values = new Array<Value>(updates.length);
    for (let i = 0; i < updates.length; i++) values[i] = resolve(updates[i]!.result, args, outputs);
    for (let i = 0; i < updates.length; i++) {
      const { cell, result, isShared } = updates[i]!;
      const value = values[i]!;
      if (isShared || result.from !== 'output') value.isShared = true;
      cell.replace(value);
    }
    return results;
  }

  #inputsOf(args: readonly Value[]): Value[] {
    const sources = this.#sources;
    const inputs = new Array<Value>(sources.length);
    for (let i = 0; i < sources.length; i++) {
      const source = sources[i]!;
      inputs[i] =
        source.from === 'cell'
          ? source.cell.current()
          : source.from === 'argument'
            ? args[source.index]!
            : source.value;
    }
    return inputs;
  }

  /** The program's outputs as values: the very value of a cell where it is overwritten. */
  #execute(inputs: readonly Value[], watch: ((times: readonly StepTime[]) => void) | undefined): Value[] {
    const { program, device } = this;
    if (program === undefined) return [];
    if (program.checks.length > 0) checkInputs(program.checks, this.#request.order, inputs);
    const inputStorages = new Array<Storage>(inputs.length);
    for (let i = 0; i < inputs.length; i++) inputStorages[i] = inputs[i]!.on(device);
    const wanted = program.outputs;
    const values = new Array<Value>(wanted.length);
    const storages = new Array<Storage>(wanted.length);
    for (let i = 0; i < wanted.length; i++) {
      const input = this.#updateOf[i]?.inPlaceOf;
      const old = input === undefined ? undefined : inputs[input]!;
      if (old !== undefined && !old.isShared && old.device === device) {
        old.refresh();
        values[i] = old;
      } else {
        values[i] = new Value(device.allocate(wanted[i]!.dtype, wanted[i]!.size), device);
      }
      storages[i] = values[i]!.storage;
    }
    if (watch === undefined) program.executable.run(inputStorages, storages);
    else watch(runTimed(program.executable, device, inputStorages, storages));
    if (program.checksOutputs) checkOutputs(program.checks, this.#request.order, storages);
    return values;
  }
}

function runTimed(executable: Executable, device: Device, inputs: readonly Storage[], outputs: readonly Storage[]) {
  if (executable.runTimed === undefined)
    raise(
      new DeviceError(`profile: the ${device.name} device does not time its steps; call device('native') before this`),
    );
  return executable.runTimed(inputs, outputs);
}

function isOutput(result: Result, index: number): boolean {
  return result.from === 'output' && result.index === index;
}

function resolve(result: Result, args: readonly Value[], outputs: readonly Value[]): Value {
  switch (result.from) {
    case 'output':
      return outputs[result.index]!;
    case 'argument':
      return args[result.index]!;
    case 'cell':
      return result.cell.current();
    case 'value':
      return result.value;
  }
}

/**
 * Traces `body` with placeholders for arguments of these signatures. If it throws, nothing has happened.
 * @param body gets the placeholders and returns the nodes wanted
 */
export function record(
  device: Device,
  name: string,
  signatures: readonly Signature[],
  body: (parameters: readonly Node[]) => readonly Node[],
): Recording {
  const trace = new Trace(name);
  const parameters = signatures.map(({ shape, dtype }) => trace.parameter(shape, dtype));
  const returned = withTrace(trace, () => body(parameters));
  return new Recording(device, trace, signatures.length, returned);
}

/** Fails for a function that cannot be traced because it returned a promise. @throws TraceError */
export function raiseAsync(name: string): never {
  raise(
    new TraceError(
      `${name}: a compiled function must return tensors, got a Promise; remove async and await from it, and await what it returns instead`,
    ),
  );
}
