/**
 * Hash-consing: one node for all that are structurally equal, that is of one op and shape with the same inputs and attributes.
 * Numeric hashes and comparisons instead of text keys, because it runs for every node before the first step.
 */
import { sameShape } from '../base/shape.ts';
import { type DType, dtypes } from '../ir/dtype.ts';
import type { Node } from '../ir/node.ts';
import { families, type Op } from '../ir/op.ts';

/** A number for every op and every dtype: their places in the tables that list them. */
const codes = new Map<Op | DType, number>(
  [...Object.keys(families), ...Object.keys(dtypes)].map((name, i) => [name as Op | DType, i + 1]),
);

/** A set of nodes in which no two are equal. */
export class InternTable {
  readonly #buckets = new Map<number, Node[]>();

  /** The node of the set that equals `node`; `node` itself, now in the set, if there was none. Leaves that stand for storage equal only themselves. */
  intern(node: Node): Node {
    if (node.op === 'buffer' || node.op === 'param') return node;
    const hash = hashOf(node);
    const bucket = this.#buckets.get(hash);
    if (bucket === undefined) {
      this.#buckets.set(hash, [node]);
      return node;
    }
    for (const other of bucket) if (equal(node, other)) return other;
    bucket.push(node);
    return node;
  }
}

/** Mixes in the op, dtype, inputs and shape; attributes are left to `equal`, except the value of a constant. */
function hashOf(node: Node): number {
  const { inputs, shape } = node;
  let hash = mix(codes.get(node.op)!, codes.get(node.dtype)!);
  for (let i = 0; i < inputs.length; i++) hash = mix(hash, inputs[i]!.id);
  for (let i = 0; i < shape.length; i++) hash = mix(hash, shape[i]!);
  if (node.op === 'const') hash = mix(hash, Math.fround(node.attributes.value) * 65536);
  return hash;
}

/** One step of FNV-1a on 32-bit words. */
function mix(hash: number, word: number): number {
  return Math.imul(hash ^ word, 16777619);
}

function equal(a: Node, b: Node): boolean {
  if (a.op !== b.op || a.dtype !== b.dtype || a.inputs.length !== b.inputs.length) return false;
  for (let i = 0; i < a.inputs.length; i++) if (a.inputs[i] !== b.inputs[i]) return false;
  return sameShape(a.shape, b.shape) && sameAttributes(a.attributes, b.attributes);
}

/** Attributes are flat: numbers, strings and lists of numbers. Equal numbers are identical ones, so -0 differs from 0 and NaN equals itself. */
function sameAttributes(a: object, b: object): boolean {
  if (a === b) return true;
  const others: Record<string, unknown> = { ...b };
  for (const [key, value] of Object.entries(a)) {
    const other = others[key];
    if (Object.is(value, other)) continue;
    if (!Array.isArray(value) || !Array.isArray(other) || !sameShape(value, other)) return false;
  }
  return true;
}
