/**
 * Indices must lie inside their axis. Where an index cannot leave it (index-range.ts), there is nothing to do. Where it is only a
 * rearrangement of an input, its range is checked on the host before the run; where it depends on no input, once, when the program
 * is made; where it is computed, the graph is wrapped so that the kernel stays inside its memory, and two more outputs tell the
 * range after the run. Whichever it is, the caller gets an IndexError and no cell is written.
 */
import { IndexError, raise } from '../base/errors.ts';
import { sizeOf } from '../base/shape.ts';
import { binary, constant, reduce, where } from '../ir/build.ts';
import { isFloat, isLossless } from '../ir/dtype.ts';
import type { Storage } from '../ir/leaf.ts';
import { bodyOrder, usedParts } from '../ir/loop.ts';
import type { Node } from '../ir/node.ts';
import type { Device } from '../runtime/device.ts';
import { rangeOf } from './index-range.ts';
import type { Range, Value } from './value.ts';

/** One index tensor that must lie in 0 … limit − 1. */
export interface IndexCheck {
  /** Where the indexing node stands in the graph's topological order (in a loop: where the loop stands, then where in its body): its label is looked up there. */
  readonly path: readonly number[];
  readonly limit: number;
  readonly source:
    | { readonly from: 'input'; readonly input: number }
    /** Two scalar outputs, max(index) and max(~index). */
    | { readonly from: 'outputs'; readonly high: number; readonly low: number };
}

/** An index in use: by which node, standing where, on an axis of which size. */
export interface IndexUse {
  readonly user: Node;
  readonly path: IndexCheck['path'];
  readonly limit: number;
}

const labels = new WeakMap<Node, string>();

/**
 * Names an indexing node's index for error messages, in gradients through it as well.
 * @example labelIndex(node, 'crossEntropy: label') // 'crossEntropy: label 12 is outside …'
 */
export function labelIndex(node: Node, label: string): void {
  labels.set(node, label);
  const index = node.inputs[1];
  if (index !== undefined && index.inputs.length > 0) labels.set(index, label);
}

/** Gives a node that a transform made the label of the one it was made from; an indexing node may stand behind movement. */
export function copyLabel(from: Node, to: Node): void {
  const label = labels.get(from);
  if (label === undefined) return;
  let node = to;
  while (node.op === 'permute' || node.op === 'reshape') node = node.inputs[0]!;
  if (node.op === 'gather' || node.op === 'scatterAdd') labelIndex(node, label);
  else labels.set(to, label);
}

function labelOf(node: Node): string {
  return labels.get(node) ?? labels.get(node.inputs[1]!) ?? `${node.op}: index`;
}

/** Collects the checks of one graph while it is rebuilt for a device. */
export class IndexGuard {
  readonly checks: IndexCheck[] = [];
  /** The scalars to compute besides the graph's own outputs. */
  readonly extraOutputs: Node[] = [];
  readonly device: Device;
  readonly #firstExtra: number;
  readonly #inputs: ReadonlyMap<Node, number>;
  readonly #dependent: ReadonlySet<Node>;
  readonly #guarded = new Map<Node, Map<number, Node>>();

  /** @param dependent the nodes of the graph that depend on an input */
  constructor(device: Device, outputCount: number, inputs: ReadonlyMap<Node, number>, dependent: ReadonlySet<Node>) {
    this.device = device;
    this.#firstExtra = outputCount;
    this.#inputs = inputs;
    this.#dependent = dependent;
  }

  /** The index to give to the device in place of `index`, which is `rebuilt` in its graph. */
  guard(index: Node, rebuilt: Node, use: IndexUse): Node {
    const { limit } = use;
    if (sizeOf(index.shape) === 0) return rebuilt;
    let byLimit = this.#guarded.get(index);
    if (byLimit === undefined) this.#guarded.set(index, (byLimit = new Map()));
    let guarded = byLimit.get(limit);
    if (guarded === undefined) byLimit.set(limit, (guarded = this.#add(index, rebuilt, use)));
    return guarded;
  }

  #add(index: Node, rebuilt: Node, { limit, path, user }: IndexUse): Node {
    const range = rangeOf(index);
    if (range !== undefined && range.low >= 0 && range.high < limit) return rebuilt;
    const input = rearrangedInput(index, this.#inputs);
    if (input !== undefined) {
      this.checks.push({ path, limit, source: { from: 'input', input } });
      return rebuilt;
    }
    if (!this.#dependent.has(index)) {
      check(fixedRange(this.device, rebuilt), limit, () => user);
      return rebuilt;
    }
    const [high, low] = extremes(rebuilt);
    this.adopt(high, low, { path, limit });
    return clamped(rebuilt, limit);
  }

  /** A check of an index whose extremes are computed somehow: max(index) and max(~index). */
  adopt(high: Node, low: Node, { path, limit }: Pick<IndexCheck, 'path' | 'limit'>): void {
    const at = this.#firstExtra + this.extraOutputs.length;
    this.extraOutputs.push(high, low);
    this.checks.push({ path, limit, source: { from: 'outputs', high: at, low: at + 1 } });
  }
}

/** max(x) and max(~x), from which min = ~max(~x): negating could overflow. */
function extremes(x: Node): [Node, Node] {
  const axes = x.shape.map((_, i) => i);
  const inverted = binary('xor', x, constant(-1, x.shape, 'int32'));
  return [reduce('amax', x, axes), reduce('amax', inverted, axes)];
}

/** The range of an index that no input changes, computed on the spot. */
function fixedRange(device: Device, index: Node): Range {
  const storages = [device.allocate('int32', 1), device.allocate('int32', 1)];
  device.compile({ inputs: [], outputs: extremes(index) }).run([], storages);
  return { high: storages[0]!.read()[0]!, low: ~storages[1]!.read()[0]! };
}

/** The input that the index only rearranges, so that it takes no other values; undefined if it computes or leaves some out. */
function rearrangedInput(index: Node, inputs: ReadonlyMap<Node, number>): number | undefined {
  let node = index;
  for (;;) {
    const input = inputs.get(node);
    if (input !== undefined) return input;
    switch (node.op) {
      case 'cast':
        // Floats to integers keep the range, but for fractions (both ends truncate toward zero); integers to narrower ones do not.
        if (
          !isLossless(node.inputs[0]!.dtype, node.dtype) &&
          (node.dtype !== 'int32' || !isFloat(node.inputs[0]!.dtype))
        )
          return undefined;
        break;
      case 'reshape':
      case 'permute':
      case 'expand':
      case 'flip':
      case 'detach':
      case 'realize':
      case 'barrier':
        break;
      default:
        return undefined;
    }
    node = node.inputs[0]!;
  }
}

function clamped(index: Node, limit: number): Node {
  const of = (value: number) => constant(value, index.shape, 'int32');
  const below = where(binary('lt', index, of(limit)), index, of(limit - 1));
  return binary('max', below, of(0));
}

/** Checks the indices that come from inputs. @throws IndexError */
export function checkInputs(checks: readonly IndexCheck[], order: readonly Node[], inputs: readonly Value[]): void {
  for (const { source, limit, path } of checks) {
    if (source.from === 'input') check(inputs[source.input]!.range(), limit, () => nodeAt(order, path));
  }
}

/** Checks the indices that were computed, after the run. @throws IndexError */
export function checkOutputs(checks: readonly IndexCheck[], order: readonly Node[], outputs: readonly Storage[]): void {
  for (const { source, limit, path } of checks) {
    if (source.from !== 'outputs') continue;
    const high = outputs[source.high]!.read()[0]!;
    const low = ~outputs[source.low]!.read()[0]!;
    check({ low, high }, limit, () => nodeAt(order, path));
  }
}

/** The node at a path through loops. */
function nodeAt(order: readonly Node[], [position, ...rest]: IndexCheck['path']): Node {
  const node = order[position!]!;
  if (node.op !== 'scan' || rest.length === 0) return node;
  return nodeAt(bodyOrder(node.attributes, usedParts(order).get(node) ?? []), rest);
}

function check(range: Range | undefined, limit: number, user: () => Node): void {
  if (range === undefined) return;
  const low = Math.trunc(range.low);
  const high = Math.trunc(range.high);
  if (low >= 0 && high < limit) return;
  const label = labelOf(user());
  const valid = limit === 0 ? 'there is no valid one' : `valid 0 to ${limit - 1}`;
  raise(new IndexError(`${label} ${low < 0 ? low : high} is outside axis of size ${limit} (${valid})`));
}
