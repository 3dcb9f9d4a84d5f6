/**
 * A loop with only what is in use: outputs that nobody asks for go, with the carries and inputs behind them; inputs that are one
 * constant everywhere are made constants of the body, and carries that no turn changes are their first value.
 */
import { constant, constantValue, part, scan } from '../../ir/build.ts';
import type { Node, Scan } from '../../ir/node.ts';
import { topological } from '../../ir/walk.ts';
import { substitute } from '../substitute.ts';

/**
 * @param inputs the loop's inputs as they are now   @param used numbers of the outputs in use
 * @param simplify makes the body smaller   @returns for each output in use the node that has its value
 */
export function pruneScan(
  loop: Scan,
  inputs: readonly Node[],
  used: readonly number[],
  simplify: (outputs: readonly Node[]) => Node[],
): Map<number, Node> {
  const { length, carried, sliced, reverse, tested } = loop.attributes;
  let { body } = loop.attributes;
  /** Numbers of the outputs that stay. */
  let kept = body.outputs.map((_, i) => i);
  const fixed = new Map<number, Node>();
  for (;;) {
    kept = keep(
      body.inputs,
      body.outputs,
      kept,
      [...used, ...(tested ? [0] : [])].filter((i) => !fixed.has(i)),
      carried,
    );
    const known = new Map<Node, Node>();
    body.inputs.forEach((inner, i) => {
      const value = i < carried ? undefined : constantValue(inputs[i]!);
      if (value !== undefined) known.set(inner, constant(value, inner.shape, inner.dtype));
    });
    const wanted = kept.map((i) => body.outputs[i]!);
    const results = simplify(known.size === 0 ? wanted : substitute(wanted, known));
    const outputs = [...body.outputs];
    kept.forEach((i, k) => (outputs[i] = results[k]!));
    body = { inputs: body.inputs, outputs };
    const unchanged = kept.filter((i) => i < carried && !(tested && i === 0) && outputs[i] === body.inputs[i]);
    if (unchanged.length === 0) break;
    // As constants of the loop they may be constants of the body.
    const by = new Map<Node, Node>();
    for (const i of unchanged) {
      fixed.set(i, inputs[i]!);
      const value = constantValue(inputs[i]!);
      const inner = body.inputs[i]!;
      if (value !== undefined) by.set(inner, constant(value, inner.shape, inner.dtype));
    }
    if (by.size > 0) {
      const rest = kept.filter((i) => !fixed.has(i));
      substitute(
        rest.map((i) => outputs[i]!),
        by,
      ).forEach((node, k) => (outputs[rest[k]!] = node));
    }
    kept = kept.filter((i) => !fixed.has(i));
  }

  const carries = kept.filter((i) => i < carried);
  // Two stacks of one value are one.
  const stacks = [...new Set(kept.filter((i) => i >= carried).map((i) => body.outputs[i]!))];
  const outputs = [...carries.map((i) => body.outputs[i]!), ...stacks];
  const result = new Map(fixed);
  if (outputs.length === 0) return result;
  const reached = new Set(topological(outputs));
  const isReached = (i: number): boolean => reached.has(body.inputs[i]!);
  const numbers = body.inputs.map((_, i) => i);
  const slices = numbers.filter((i) => i >= carried && i < carried + sliced && isReached(i));
  const constants = numbers.filter((i) => (i >= carried + sliced || fixed.has(i)) && isReached(i));
  const order = [...carries, ...slices, ...constants];
  const small = scan(
    {
      body: { inputs: order.map((i) => body.inputs[i]!), outputs },
      length,
      carried: carries.length,
      sliced: slices.length,
      reverse,
      tested,
    },
    order.map((i) => inputs[i]!),
  );
  for (const i of kept) {
    const at = i < carried ? carries.indexOf(i) : carries.length + stacks.indexOf(body.outputs[i]!);
    result.set(i, part(small, at));
  }
  return result;
}

/** The outputs in use, and the carries that these depend on. */
function keep(
  inputs: readonly Node[],
  outputs: readonly Node[],
  kept: readonly number[],
  used: readonly number[],
  carried: number,
): number[] {
  const number = new Map(inputs.slice(0, carried).map((node, i) => [node, i]));
  const needed = new Set(used);
  for (;;) {
    const before = needed.size;
    for (const node of topological([...needed].map((i) => outputs[i]!))) {
      const i = number.get(node);
      if (i !== undefined && kept.includes(i)) needed.add(i);
    }
    if (needed.size === before) return kept.filter((i) => needed.has(i));
  }
}
