/**
 * Loops over many examples at once: one loop whose carries, slices and constants have the examples' axis in front where they differ.
 */
import { binary, expand, param, part, permute, reduce, reshape, scan, where } from '../../ir/build.ts';
import type { Loop } from '../../ir/loop.ts';
import type { Node, NodeOf, Scan } from '../../ir/node.ts';
import { batch, type Batched, batched } from '../batch.ts';

/** Where in a batched loop an output of the loop of one example is, and whether it has the examples' axis. */
interface Place {
  readonly index: number;
  readonly isBatched: boolean;
}

const places = new WeakMap<Node, readonly Place[]>();

/** The loop of all examples. Where the test differs between them it goes on until it is false for all, and examples that are done stay as they are. */
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
    const isMasked = tested && differs[0]!;
    const alike = isMasked ? differs.findIndex((differing, i) => i < carried && !differing) : -1;
    if (alike >= 0) {
      differs[alike] = true; // it stops changing for one example after the other
      continue;
    }
    const given = inputs.map((input, i): Node => {
      if (!differs[i]) return input.node;
      const all = batched(input, count);
      // (count, length, …) → (length, count, …)
      return i >= carried && i < carried + sliced ? swapFront(all) : all;
    });
    const made = outputs.map((output, i) => (i < carried && differs[i] ? batched(output, count) : output.node));
    const kind = { carried, sliced, tested, ...rest };
    const loop = isMasked
      ? masked(kind, params, made, given)
      : scan({ body: { inputs: params, outputs: made }, ...kind }, given);
    places.set(
      loop,
      outputs.map(({ isBatched }, i) => ({
        index: isMasked && i === 0 ? carried : i,
        isBatched: i < carried ? differs[i]! : isBatched,
      })),
    );
    return loop;
  }
}

/** A tested loop whose test has the examples' axis: it becomes a carry behind the others, and whether it holds for any example the test. */
function masked(
  kind: Omit<Loop, 'body'>,
  params: readonly Node[],
  outputs: readonly Node[],
  given: readonly Node[],
): Scan {
  const { carried } = kind;
  const [test, ...states] = params.slice(0, carried) as [Node, ...Node[]];
  const [again, ...nexts] = outputs.slice(0, carried) as [Node, ...Node[]];
  const active = binary('and', test, again);
  const frozen = nexts.map((next, i) => {
    const isOn = reshape(test, [test.shape[0]!, ...next.shape.slice(1).map(() => 1)]);
    return where(expand(isOn, next.shape), next, states[i]!);
  });
  const behind = <T>(list: readonly T[], first: T): T[] => [
    first,
    ...list.slice(1, carried),
    list[0]!,
    ...list.slice(carried),
  ];
  const any = (x: Node): Node => reduce('amax', x, x.shape.map((_, i) => i)); // prettier-ignore
  const body = {
    inputs: behind(params, param(params.length, [], 'bool')),
    outputs: behind([active, ...frozen, ...outputs.slice(carried)], any(active)),
  };
  return scan({ ...kind, body, carried: carried + 1 }, behind(given, any(given[0]!)));
}

/** The part of all examples. */
export function batchPart({ attributes: { index } }: NodeOf<'part'>, [loop]: readonly Batched[], count: number): Node {
  const node = loop!.node as Scan;
  const place = places.get(node)![index]!;
  const all = part(node, place.index);
  const isCarry = place.index < node.attributes.carried;
  return place.isBatched && !isCarry ? swapFront(all) : batched({ node: all, isBatched: place.isBatched }, count);
}

function swapFront(x: Node): Node {
  return permute(x, [1, 0, ...x.shape.slice(2).map((_, i) => i + 2)]);
}
