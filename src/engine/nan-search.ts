/**
 * Finds the first value of a graph that is not a number though what it is made of is. Every value is looked at, by a program of
 * its own that runs before the graph's: two flags for each node. Products that are only summed are seen in their sum.
 */
import { raise, ValueError } from '../base/errors.ts';
import { formatShape, type Shape, sizeOf } from '../base/shape.ts';
import { binary, constant, reduce, unary } from '../ir/build.ts';
import { isFloat, numbersOf, type TypedArray } from '../ir/dtype.ts';
import type { Node } from '../ir/node.ts';
import { families } from '../ir/op.ts';
import { lineOf, originOf } from '../ir/origin.ts';
import type { Device } from '../runtime/device.ts';
import { type ProgramRequest, programFor, requestFor } from './program.ts';
import type { Value } from './value.ts';

export interface NaNSearch {
  /** Infinities count as well. */
  readonly infinities: boolean;
}

interface Flags {
  readonly isNaN: boolean;
  readonly isInfinite: boolean;
}

/** @throws ValueError that names the first op with a value that is not a number, the line that made it, and an element */
export function searchNaN(
  request: ProgramRequest,
  inputs: readonly Value[],
  device: Device,
  { infinities }: NaNSearch,
): void {
  const values = new Map(request.inputs.map((node, i) => [node, inputs[i]!]));
  const watched = watchedOf(request.order);
  const flagged = watched.flatMap((node) => [anyOf(isNaNAt(node)), anyOf(isInfiniteAt(node))]);
  const found = compute(flagged, values, device).map((array) => array[0] !== 0);
  const flags = new Map(watched.map((node, i): [Node, Flags] => [node, { isNaN: found[2 * i]!, isInfinite: found[2 * i + 1]! }])); // prettier-ignore
  const isBad = ({ isNaN, isInfinite }: Flags): boolean => isNaN || (infinities && isInfinite);
  // Ids rise in creation order, so what the first one is made of is sound.
  const bad = watched.find((node) => isBad(flags.get(node)!));
  if (bad === undefined) return;
  const nothing: Flags = { isNaN: false, isInfinite: false };
  const infinite = watched.find((node) => node !== bad && flags.get(node)!.isInfinite && reaches(bad, node));
  const kind = (flags.get(bad) ?? nothing).isNaN ? 'NaN' : 'infinity';
  const source = infinite === undefined || kind === 'infinity' ? '' : `; an infinity came from ${describe(infinite)}`;
  raise(
    new ValueError(
      `debugNaN: ${describe(bad)} is the first to hold ${kind}: ${example(bad, kind, values, device)}${source}`,
    ),
  );
}

/** Floats that are computed or given, in the order in which they were made. Movement and names only hand on what they get. */
function watchedOf(order: readonly Node[]): Node[] {
  const users = new Map<Node, Node[]>();
  for (const node of order) for (const input of node.inputs) users.set(input, [...(users.get(input) ?? []), node]);
  const isOnlySummed = (node: Node): boolean => {
    const list = users.get(node) ?? [];
    return list.length > 0 && list.every((user) => user.op === 'sum');
  };
  return order
    .filter((node) => {
      if (!isFloat(node.dtype) || sizeOf(node.shape) === 0 || node.op === 'const') return false;
      if (node.op === 'mul' && isOnlySummed(node)) return false;
      switch (node.op) {
        case 'detach':
        case 'realize':
        case 'custom':
        case 'scan':
          return false;
        default:
          return families[node.op] !== 'movement';
      }
    })
    .sort((a, b) => a.id - b.id);
}

function isNaNAt(x: Node): Node {
  return binary('xor', binary('eq', x, x), constant(1, x.shape, 'bool'));
}

function isInfiniteAt(x: Node): Node {
  const magnitude = binary('max', x, unary('neg', x));
  return binary('eq', magnitude, constant(Infinity, x.shape, x.dtype));
}

function anyOf(x: Node): Node {
  return reduce(
    'amax',
    x,
    x.shape.map((_, i) => i),
  );
}

function compute(nodes: readonly Node[], values: ReadonlyMap<Node, Value>, device: Device): TypedArray[] {
  const request = requestFor(nodes, (node) => values.has(node));
  const program = programFor(device, request);
  const storages = program.outputs.map(({ dtype, size }) => device.allocate(dtype, size));
  program.executable.run(
    request.inputs.map((node) => values.get(node)!.on(device)),
    storages,
  );
  return nodes.map(({ dtype }, i) => numbersOf(dtype, storages[i]!.read()));
}

function reaches(from: Node, to: Node): boolean {
  const seen = new Set<Node>();
  const stack = [from];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (node === to) return true;
    if (seen.has(node) || node.id < to.id) continue;
    seen.add(node);
    stack.push(...node.inputs);
  }
  return false;
}

/** `log at file.ts:3:10`, `div in the gradient of sqrt at file.ts:3:10`. */
function describe(node: Node): string {
  const name = node.op === 'buffer' || node.op === 'param' ? `the tensor of shape ${formatShape(node.shape)}` : node.op;
  let whose = '';
  for (let of = originOf(node)?.of; of !== undefined; of = originOf(of.node)?.of)
    whose += ` in the ${of.what} of ${of.node.op}`;
  if (originOf(node) === undefined) return `${name}${whose} (made before debugNaN)`;
  return `${name}${whose} at ${lineOf(node) ?? 'an unknown line'}`;
}

/** The first bad element, and what it was made of. */
function example(node: Node, kind: string, values: ReadonlyMap<Node, Value>, device: Device): string {
  const operands = families[node.op] === 'unary' || families[node.op] === 'binary' ? node.inputs : [];
  const known = [node, ...operands].map((one) => {
    const stored = values.get(one)?.storage.read();
    return stored && numbersOf(one.dtype, stored);
  });
  const missing = [node, ...operands].filter((one) => !values.has(one) && one.op !== 'const');
  const computed = missing.length === 0 ? [] : compute([...new Set(missing)], values, device);
  const arrayOf = (one: Node, i: number): TypedArray | undefined =>
    known[i] ?? computed[[...new Set(missing)].indexOf(one)];
  const elements = arrayOf(node, 0)!;
  const isBad = (x: number): boolean => (kind === 'NaN' ? Number.isNaN(x) : Math.abs(x) === Infinity);
  const first = elements.findIndex(isBad);
  let count = 0;
  for (const x of elements) if (isBad(x)) count++;
  const from = operands.map((one, i) => (one.op === 'const' ? one.attributes.value : arrayOf(one, i + 1)![first]!));
  const made = from.length === 0 ? '' : `, made of ${from.join(' and ')}`;
  return `${count} of ${elements.length} elements, first at [${indexOf(first, node.shape).join(', ')}]${made}`;
}

function indexOf(position: number, shape: Shape): number[] {
  let rest = position;
  return shape
    .toReversed()
    .map((n) => {
      const at = rest % n;
      rest = Math.floor(rest / n);
      return at;
    })
    .reverse();
}
