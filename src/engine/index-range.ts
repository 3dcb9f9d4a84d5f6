/**
 * The range that an index cannot leave whatever its inputs hold: intervals through the graph, from the clips, remainders,
 * masks and comparisons that confine it. An index whose range lies in its axis needs no check, before the run or after it.
 */
import { infoOf } from '../ir/dtype.ts';
import type { Node } from '../ir/node.ts';
import { placesBelow } from '../ir/routine.ts';
import type { Range } from './value.ts';

/** The range of a node's elements; undefined if nothing but its dtype confines them. */
export function rangeOf(node: Node, known = new Map<Node, Range | undefined>()): Range | undefined {
  // A float may be NaN, which no bound holds.
  if (infoOf(node.dtype).kind === 'float') return undefined;
  if (known.has(node)) return known.get(node);
  const range = narrowed(node, derive(node, known));
  known.set(node, range);
  return range;
}

function derive(node: Node, known: Map<Node, Range | undefined>): Range | undefined {
  const of = (i: number): Range => rangeOf(node.inputs[i]!, known) ?? all(node.inputs[i]!);
  switch (node.op) {
    case 'const':
      return { low: node.attributes.value, high: node.attributes.value };
    case 'iota':
      return { low: 0, high: Math.max(0, node.shape[node.attributes.axis]! - 1) };
    case 'lt':
    case 'eq':
      return { low: 0, high: 1 };
    case 'cast':
      return of(0);
    case 'add':
      return { low: of(0).low + of(1).low, high: of(0).high + of(1).high };
    case 'neg':
      return { low: -of(0).high, high: -of(0).low };
    case 'mul':
      return product(of(0), of(1));
    case 'max':
      return { low: Math.max(of(0).low, of(1).low), high: Math.max(of(0).high, of(1).high) };
    case 'mod': // has the sign of the divisor
      return of(1).low > 0 ? { low: 0, high: of(1).high - 1 } : undefined;
    case 'and':
      return of(1).low >= 0 ? { low: 0, high: of(1).high } : of(0).low >= 0 ? { low: 0, high: of(0).high } : undefined;
    case 'where':
      return choice(node, of);
    case 'pad':
      return hull(of(0), { low: node.attributes.value, high: node.attributes.value });
    case 'unslide':
      return hull(of(0), { low: 0, high: 0 });
    case 'routine': {
      const places = placesBelow(node.attributes, node.inputs[0]!.shape);
      return places === undefined ? undefined : { low: 0, high: places - 1 };
    }
    case 'amax':
    case 'reshape':
    case 'permute':
    case 'expand':
    case 'flip':
    case 'shrink':
    case 'slide':
    case 'gather':
    case 'detach':
    case 'realize':
    case 'barrier':
      return of(0);
    default:
      return undefined;
  }
}

/** Of a choice: either side, and of min(a, b), which is written a < b ? a : b, no more than the lesser. */
function choice({ inputs: [test, a, b] }: Node, of: (i: number) => Range): Range {
  const either = hull(of(1), of(2));
  const isMinimum = test!.op === 'lt' && test!.inputs[0] === a && test!.inputs[1] === b;
  return isMinimum ? { low: either.low, high: Math.min(of(1).high, of(2).high) } : either;
}

/** Nothing where the dtype is wider than what the index is (a wrapped sum says nothing), or the range no narrower than the dtype's. */
function narrowed(node: Node, range: Range | undefined): Range | undefined {
  const most = all(node);
  return range !== undefined && range.low >= most.low && range.high <= most.high ? range : undefined;
}

function all({ dtype }: Node): Range {
  if (dtype === 'bool') return { low: 0, high: 1 };
  const { kind, lowest, highest } = infoOf(dtype);
  return kind === 'int' ? { low: lowest, high: highest } : { low: -Infinity, high: Infinity };
}

function product(a: Range, b: Range): Range {
  const corners = [a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high];
  return { low: Math.min(...corners), high: Math.max(...corners) };
}

function hull(a: Range, b: Range): Range {
  return { low: Math.min(a.low, b.low), high: Math.max(a.high, b.high) };
}
