/**
 * A graph as a string, equal for graphs that compute the same from inputs of the same shapes and dtypes, so that one
 * executable serves them all. Constants are part of it; the values of inputs are not.
 */
import type { Node } from '../ir/node.ts';
import { topological } from '../ir/walk.ts';

/** @param order the graph in topological order   @param inputs its leaves by position */
export function structuralKey(
  order: readonly Node[],
  outputs: readonly Node[],
  inputs: ReadonlyMap<Node, number>,
  donations: ReadonlyMap<number, number> | undefined,
): string {
  const numbers = new Map<Node, number>();
  const parts: string[] = [];
  for (const node of order) {
    numbers.set(node, numbers.size);
    const input = inputs.get(node);
    let part = input === undefined ? node.op : `@${input}`;
    part += ` ${node.dtype} ${node.shape.join()}`;
    if (input === undefined) {
      part += attributesKey(node);
      for (const operand of node.inputs) part += ` ${numbers.get(operand)}`;
    }
    parts.push(part);
  }
  parts.push(`> ${outputs.map((node) => numbers.get(node)).join()}`);
  if (donations !== undefined) for (const [output, input] of donations) parts.push(`${output}<${input}`);
  return parts.join(';');
}

function attributesKey(node: Node): string {
  let key = '';
  const attributes: Readonly<Record<string, unknown>> = { ...node.attributes };
  for (const name in attributes) {
    const value = attributes[name];
    // String(-0) is '0', and 1/x tells them apart.
    const text = Array.isArray(value) ? value.join() : Object.is(value, -0) ? '-0' : String(value);
    key += ` ${name}=${text}`;
  }
  if (node.op === 'scan') {
    const { inputs, outputs } = node.attributes.body;
    const places = new Map(inputs.map((input, i) => [input, i]));
    key += ` {${structuralKey(topological(outputs), outputs, places, undefined)}}`;
  }
  return key;
}
