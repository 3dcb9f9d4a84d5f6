/**
 * Loops over many examples at once: one loop whose carries, slices and constants have the examples' axis in front where they differ.
 */
import { raise, ValueError } from '../../base/errors.ts';
import { param, part, permute, scan } from '../../ir/build.ts';
import type { Node, NodeOf, Scan } from '../../ir/node.ts';
import { batch, type Batched, batched } from '../batch.ts';

/** Which outputs of a batched loop have the examples' axis. */
const isBatchedOutput = new WeakMap<Node, readonly boolean[]>();

/** The loop of all examples. @throws ValueError if how many turns there are differs between them */
export function batchScan(node: Scan, inputs: readonly Batched[], count: number): Node {
  const { body, carried, sliced, tested, ...rest } = node.attributes;
  const differs = inputs.map(({ isBatched }) => isBatched);
  // A carry differs if its first value does, or what a turn makes of it; which may depend on other carries.
  for (;;) {
    const params = body.inputs.map((one, i) => (differs[i] ? param(i, [count, ...one.shape], one.dtype) : one));
    const examples = new Map(body.inputs.flatMap((one, i) => (differs[i] ? [[one, params[i]!] as const] : [])));
    const outputs = batch(body.outputs, examples, count);
    const found = outputs.findIndex(({ isBatched }, i) => i < carried && isBatched && !differs[i]);
    if (found >= 0) {
      differs[found] = true;
      continue;
    }
    if (tested && differs[0]) {
      raise(
        new ValueError(
          'vmap: the condition of whileLoop or cond differs between the examples; use where() on both results, or loop outside vmap',
        ),
      );
    }
    const given = inputs.map((input, i): Node => {
      if (!differs[i]) return input.node;
      const all = batched(input, count);
      // (count, length, …) → (length, count, …)
      return i >= carried && i < carried + sliced ? swapFront(all) : all;
    });
    const made = outputs.map((output, i) => (i < carried && differs[i] ? batched(output, count) : output.node));
    const loop = scan({ body: { inputs: params, outputs: made }, carried, sliced, tested, ...rest }, given);
    isBatchedOutput.set(
      loop,
      outputs.map(({ isBatched }, i) => (i < carried ? differs[i]! : isBatched)),
    );
    return loop;
  }
}

/** The part of all examples. */
export function batchPart({ attributes: { index } }: NodeOf<'part'>, [loop]: readonly Batched[], count: number): Node {
  const node = loop!.node as Scan;
  const all = part(node, index);
  const isBatched = isBatchedOutput.get(node)![index]!;
  const isCarry = index < node.attributes.carried;
  return isBatched && !isCarry ? swapFront(all) : batched({ node: all, isBatched }, count);
}

function swapFront(x: Node): Node {
  return permute(x, [1, 0, ...x.shape.slice(2).map((_, i) => i + 2)]);
}
