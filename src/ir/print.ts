/**
 * Graphs as text, one node a line, renumbered from 0 so that two equal graphs print alike.
 */
import { formatShape } from '../base/shape.ts';
import type { Node } from './node.ts';
import { topological } from './walk.ts';

/**
 * `%3 = mul float32 (64, 10) %1 %2` for every node the outputs need, inputs before users, then `return %3`.
 * @example console.log(printGraph([y]))
 */
export function printGraph(outputs: readonly Node[]): string {
  return print(outputs, outputs).join('\n');
}

/** @param all the outputs and whatever else is to be printed */
function print(outputs: readonly Node[], all: readonly Node[]): string[] {
  const numbers = new Map<Node, number>();
  const name = (node: Node): string => `%${numbers.get(node)}`;
  const lines = topological(all).flatMap((node) => {
    numbers.set(node, numbers.size);
    const line = [
      `${name(node)} =`,
      node.op,
      node.dtype,
      formatShape(node.shape),
      ...node.inputs.map(name),
      ...attributesOf(node),
    ].join(' ');
    if (node.op !== 'scan') return [line];
    const { inputs, outputs: inner } = node.attributes.body;
    return [line, ...print(inner, [...inputs, ...inner]).map((text) => `  ${text}`)];
  });
  return [...lines, `return ${outputs.map(name).join(' ')}`];
}

/** `{axis: 1, window: 3}`; nothing for a node without attributes. A buffer's leaf is an object, not data of the graph. */
function attributesOf(node: Node): string[] {
  if (node.op === 'buffer') return [];
  const entries = Object.entries(node.attributes)
    .filter(([, value]) => !isBody(value))
    .map(([key, value]) => `${key}: ${format(value)}`);
  return entries.length === 0 ? [] : [`{${entries.join(', ')}}`];
}

/** The body of a loop has lines of its own. */
function isBody(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function format(value: unknown): string {
  if (Array.isArray(value)) return `[${value.join(', ')}]`;
  return Object.is(value, -0) ? '-0' : String(value);
}
