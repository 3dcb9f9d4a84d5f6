/**
 * `compile`: a function of tensors that is traced once for each form its arguments take and replayed from then on. Here are
 * trees of arguments and the choice among recordings; the recording itself is engine/capture.ts.
 */
import { sameShape, type Shape } from '../base/shape.ts';
import { raiseAsync, record, type Recording, type Stage } from '../engine/capture.ts';
import { realize } from '../engine/realize.ts';
import { currentTrace, currentTransform } from '../engine/trace.ts';
import { Value } from '../engine/value.ts';
import { buffer } from '../ir/build.ts';
import type { DType } from '../ir/dtype.ts';
import type { Node } from '../ir/node.ts';
import { recordOrigins } from '../ir/origin.ts';
import type { Device, StepTime } from '../runtime/device.ts';
import { currentDevice } from '../runtime/registry.ts';
import { Tensor } from './tensor.ts';
import { Compound, describeTree, isBranch, leavesOf, replaceLeaves } from './tree.ts';

export interface CompileOptions {
  /** For messages. Default: the function's name. */
  readonly name?: string;
}

/** A compiled function: call it as the one it was made from. */
export interface Compiled<A extends readonly unknown[], R> {
  (...args: A): R;
  /** True runs the function itself, op by op, e.g. to look at values inside. */
  disabled: boolean;
  /** How often the function has been traced. */
  readonly traces: number;
  /** What these arguments compile to, stage by stage; runs nothing. */
  stages(...args: A): readonly Stage[];
  /** Calls the function once with every step of its program timed on its own and told where it comes from. @throws DeviceError where the device cannot */
  timed(...args: A): readonly StepTime[];
  /** What was built for the last call, as text. */
  inspect(): string;
}

/** Recordings kept; the one unused for longest makes room. */
const CAPACITY = 64;
/** This many recordings that differ in numbers alone, and the user is told. */
const NUMBERS_WARNING = 9;

/**
 * Records `fn` once and replays it as one program: forward, gradients and update included. A new recording is made for
 * another tree of arguments, another shape or dtype, another number, boolean or string, another device, another mode of a
 * module that fn uses. Cells that fn reads and assigns are found by themselves; if fn throws, none is written.
 * @param fn takes and returns trees (arrays, plain objects) of tensors; other values are fixed when it is recorded
 * @example const step = compile((x: Tensor, y: Tensor) => { const loss = mse(model.forward(x), y); optimizer.step(gradients(loss, parameters)); return loss; })
 */
export function compile<A extends readonly unknown[], R>(
  fn: (...args: A) => R,
  { name }: CompileOptions = {},
): Compiled<A, R> {
  const label = name ?? (fn.name || 'the compiled function');
  const recordings = new Map<string, Entry<R>[]>();
  const counts = new Map<string, number>();
  let last: Entry<R> | undefined;

  // Hot: a train step comes through here every time.
  const call = (...args: A): R => {
    if (compiled.disabled || currentTrace() !== undefined || currentTransform() !== undefined) return fn(...args);
    const device = currentDevice();
    if (last !== undefined && last.recording.device === device) {
      const values = fittingValues(last, args);
      if (values !== undefined && last.recording.isCurrent()) return replay(last, values);
    }
    last = find(args, device);
    return replay(last, valuesOf(args));
  };

  const find = (args: A, device: Device, isTimed = false): Entry<R> => {
    const key = `${isTimed ? 'timed ' : ''}${device.name} ${describeTree(args, describeExactly)}`;
    const entries = recordings.get(key) ?? [];
    let entry = entries.find(({ recording }) => recording.device === device && recording.isCurrent());
    if (entry === undefined) {
      const make = (): Entry<R> => makeEntry(label, device, args, fn);
      entry = isTimed ? recordOrigins(make) : make();
      entries.push(entry);
      compiled.traces++;
      warnOfNumbers(args);
    }
    recordings.delete(key); // the last used comes last
    recordings.set(key, entries);
    if (recordings.size > CAPACITY) {
      const [oldest] = recordings.keys();
      if (oldest !== undefined) recordings.delete(oldest);
    }
    return entry;
  };

  const warnOfNumbers = (args: A): void => {
    if (!leavesOf(args).some((leaf) => typeof leaf === 'number')) return;
    const form = describeTree(args, (leaf) => (typeof leaf === 'number' ? 'number' : describeExactly(leaf)));
    const count = (counts.get(form) ?? 0) + 1;
    counts.set(form, count);
    if (count !== NUMBERS_WARNING) return;
    // eslint-disable-next-line no-console -- silence here would cost the user minutes of compiling; said once per function
    console.warn(
      `compile: ${label} has been compiled ${count} times because a number argument changed; pass tensor(value), or keep it in a Cell, to compile once`,
    );
  };

  const compiled = Object.assign(call, {
    disabled: false,
    traces: 0,
    stages: (...args: A): readonly Stage[] => find(args, currentDevice()).recording.stages(),
    timed: (...args: A): readonly StepTime[] => {
      const times: StepTime[] = [];
      find(args, currentDevice(), true).recording.run(valuesOf(args), (steps) => times.push(...steps));
      return times;
    },
    inspect: (): string => {
      if (last === undefined) return `${label}: not called yet`;
      return last.recording
        .stages()
        .map(({ title, text }) => `── ${title} ──\n${text}`)
        .join('\n\n');
    },
  });
  return compiled;
}

/** What an argument must be for a recording to fit: a tensor of this form, or this very value. */
type Expected =
  | { readonly isTensor: true; readonly shape: Shape; readonly dtype: DType }
  | { readonly isTensor: false; readonly value: unknown };

/** One recording and how to call it. */
interface Entry<R> {
  readonly recording: Recording;
  /** Absent where an argument is a tree: those are compared by their description only. */
  readonly expected: readonly Expected[] | undefined;
  /** The traced function's result: a tree whose tensors stand for those of each call. */
  readonly result: R;
  readonly shapes: readonly Shape[];
}

function makeEntry<A extends readonly unknown[], R>(
  name: string,
  device: Device,
  args: A,
  fn: (...args: A) => R,
): Entry<R> {
  const tensors = leavesOf(args).filter((leaf) => leaf instanceof Tensor);
  const outcome: { result?: { readonly tree: R; readonly nodes: readonly Node[] } } = {};
  const recording = record(device, name, tensors, (parameters) => {
    let next = 0;
    const traced = replaceLeaves(args, (leaf) => (leaf instanceof Tensor ? new Tensor(parameters[next++]!) : leaf));
    const tree = fn(...traced);
    if (tree instanceof Promise) raiseAsync(name);
    const nodes = leavesOf(tree).flatMap((leaf) => (leaf instanceof Tensor ? [leaf.node] : []));
    outcome.result = { tree, nodes };
    return nodes;
  });
  const { tree, nodes } = outcome.result!;
  return { recording, expected: expectedOf(args), result: tree, shapes: nodes.map(({ shape }) => shape) };
}

function expectedOf(args: readonly unknown[]): readonly Expected[] | undefined {
  if (args.some((arg) => isBranch(arg) || arg instanceof Compound)) return undefined;
  return args.map((arg) =>
    arg instanceof Tensor ? { isTensor: true, shape: arg.shape, dtype: arg.dtype } : { isTensor: false, value: arg },
  );
}

/** The values of the tensors among the arguments, if the arguments are of the form an entry was recorded for. */
function fittingValues<R>({ expected }: Entry<R>, args: readonly unknown[]): Value[] | undefined {
  if (expected === undefined || expected.length !== args.length) return undefined;
  const values: Value[] = [];
  for (let i = 0; i < expected.length; i++) {
    const arg = args[i];
    const wanted = expected[i]!;
    if (wanted.isTensor) {
      if (!(arg instanceof Tensor)) return undefined;
      const { node } = arg;
      if (node.dtype !== wanted.dtype || (node.shape !== wanted.shape && !sameShape(node.shape, wanted.shape)))
        return undefined;
      values.push(valueOfTensor(node));
    } else if (!Object.is(arg, wanted.value)) return undefined;
  }
  return values;
}

function valuesOf(args: readonly unknown[]): Value[] {
  return leavesOf(args).flatMap((leaf) => (leaf instanceof Tensor ? [valueOfTensor(leaf.node)] : []));
}

function valueOfTensor(node: Node): Value {
  if (node.op === 'buffer' && node.attributes.leaf instanceof Value) return node.attributes.leaf;
  return realize([node], 'compile')[0]!;
}

function replay<R>({ recording, result, shapes }: Entry<R>, args: readonly Value[]): R {
  const values = recording.run(args);
  let next = 0;
  return replaceLeaves(result, (leaf) => {
    if (!(leaf instanceof Tensor)) return leaf;
    const i = next++;
    return new Tensor(buffer(values[i]!, shapes[i]!));
  });
}

/** An argument's leaf as part of a key: form of a tensor, value of the rest, identity of other objects. */
function describeExactly(leaf: unknown): string {
  if (leaf instanceof Tensor) return `${leaf.dtype}(${leaf.shape.join()})`;
  if ((typeof leaf === 'object' && leaf !== null) || typeof leaf === 'function') return `#${identityOf(leaf)}`;
  return typeof leaf === 'string' ? JSON.stringify(leaf) : Object.is(leaf, -0) ? '-0' : String(leaf);
}

const identities = new WeakMap<object, number>();
let identityCount = 0;

function identityOf(object: object): number {
  let identity = identities.get(object);
  if (identity === undefined) identities.set(object, (identity = identityCount++));
  return identity;
}
