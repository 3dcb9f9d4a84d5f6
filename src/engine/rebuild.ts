/**
 * A graph as it is given to a device: params for its inputs, nothing that means nothing to a device, and every index guarded. Loops are
 * rebuilt with their bodies: what an index inside computes is followed through the turns by two more carries, its range so far.
 */
import { sameShape } from '../base/shape.ts';
import { binary, cast, constant, movementOf, param, part, scan, withInputs } from '../ir/build.ts';
import { infoOf, isFloat } from '../ir/dtype.ts';
import { bodyOrder, usedParts } from '../ir/loop.ts';
import type { Node, Scan } from '../ir/node.ts';
import { standFor } from '../ir/origin.ts';
import { IndexGuard } from './index-checks.ts';

/** Every node of `order`, inputs before users, to what it became. @param inputs kept as they are, or replaced, by `given` */
export function rebuildAll(
  order: readonly Node[],
  guard: IndexGuard,
  given: (node: Node) => Node | undefined,
): Map<Node, Node> {
  const rebuilt = new Map<Node, Node>();
  const used = usedParts(order);
  const loops = new Map<Node, (index: number) => Node>();
  // In the order of recording, which scheduling goes by where it is free to.
  const recorded = order.map((node, position) => ({ node, position })).sort((a, b) => a.node.id - b.node.id);
  for (const { node, position } of recorded) {
    const made = given(node) ?? rebuild(node, position);
    rebuilt.set(node, made);
    standFor(made, node);
  }
  return rebuilt;

  function rebuild(node: Node, position: number): Node {
    const operands = node.inputs.map((operand) => rebuilt.get(operand)!);
    switch (node.op) {
      case 'detach': // means nothing to a device
        return operands[0]!;
      case 'custom': // nor does a gradient
        return operands[node.attributes.result]!;
      case 'cast': {
        // What a loose cast would round is used as it was before.
        const exact = beforeRounding(operands[0]!);
        return exact !== undefined && isFloat(node.dtype)
          ? cast(exact, node.dtype, node.attributes.isLoose)
          : withInputs(node, operands);
      }
      case 'reshape': // gradients tell variables apart by reshapes that change nothing
        return sameShape(node.shape, operands[0]!.shape) ? operands[0]! : moved(node, operands[0]!);
      case 'permute':
      case 'expand':
      case 'pad':
      case 'shrink':
      case 'flip':
      case 'slide':
      case 'unslide':
      case 'barrier':
        return moved(node, operands[0]!);
      case 'gather': {
        const [x, index] = node.inputs;
        const limit = x!.shape[node.attributes.axis]!;
        return withInputs(node, [
          operands[0]!,
          guard.guard(index!, operands[1]!, { limit, path: [position], user: node }),
        ]);
      }
      case 'scatterAdd': {
        const limit = node.shape[node.attributes.axis]!;
        return withInputs(node, [
          operands[0]!,
          guard.guard(node.inputs[1]!, operands[1]!, { limit, path: [position], user: node }),
        ]);
      }
      case 'scan':
        loops.set(node, rebuildLoop(node, operands, used.get(node) ?? [], guard, position));
        return node;
      case 'part':
        return loops.get(node.inputs[0]!)!(node.attributes.index);
      default:
        return withInputs(node, operands);
    }
  }
}

/** The value that a loose cast rounds; undefined if there is none. */
function beforeRounding(node: Node): Node | undefined {
  return node.op === 'cast' && node.attributes.isLoose ? node.inputs[0]! : undefined;
}

/** A movement of another value; of a rounded one, the rounded movement, so that what follows finds what was rounded. */
function moved(node: Node, x: Node): Node {
  const exact = beforeRounding(x);
  return exact === undefined ? withInputs(node, [x]) : cast(movementOf(node, exact), x.dtype, true);
}

/** @returns its outputs, by the numbers that they had */
function rebuildLoop(
  node: Scan,
  operands: readonly Node[],
  used: readonly number[],
  guard: IndexGuard,
  position: number,
): (index: number) => Node {
  const { body, carried, tested } = node.attributes;
  const order = bodyOrder(node.attributes, used);
  const isInput = new Set(body.inputs);
  const shared = new Map(body.inputs.map((input, i) => [input, i] as const).filter(([, i]) => i >= carried));
  // A body that may not run at all must not fail for what it would have done: all its indices count as computed.
  const inner = tested
    ? new IndexGuard(guard.device, 0, new Map(), new Set(order))
    : new IndexGuard(guard.device, 0, shared, dependents(order, isInput));
  const rebuilt = rebuildAll(order, inner, (one) => (isInput.has(one) ? one : undefined));
  const outputs = body.outputs.map((output) => rebuilt.get(output) ?? output);
  const inputs = [...operands];
  const ranges: { init: Node; placeholder: Node; next: Node }[] = [];
  const adopted: (() => void)[] = [];
  for (const { source, limit, path } of inner.checks) {
    if (source.from === 'input') {
      const use = { limit, path: [position, ...path], user: node };
      inputs[source.input] = guard.guard(node.inputs[source.input]!, inputs[source.input]!, use);
      continue;
    }
    const first = carried + ranges.length;
    for (const extreme of [inner.extraOutputs[source.high]!, inner.extraOutputs[source.low]!]) {
      const placeholder = param(-1, [], 'int32');
      const init = constant(infoOf('int32').lowest, [], 'int32');
      ranges.push({ init, placeholder, next: binary('max', placeholder, extreme) });
    }
    adopted.push(() => guard.adopt(part(loop, first), part(loop, first + 1), { limit, path: [position, ...path] }));
  }
  const grown = {
    ...node.attributes,
    carried: carried + ranges.length,
    body: {
      inputs: [
        ...body.inputs.slice(0, carried),
        ...ranges.map((one) => one.placeholder),
        ...body.inputs.slice(carried),
      ],
      outputs: [...outputs.slice(0, carried), ...ranges.map(({ next }) => next), ...outputs.slice(carried)],
    },
  };
  const loop = scan(grown, [...inputs.slice(0, carried), ...ranges.map(({ init }) => init), ...inputs.slice(carried)]);
  for (const adopt of adopted) adopt();
  return (index) => part(loop, index < carried ? index : index + ranges.length);
}

/** The nodes whose value depends on an input. */
export function dependents(order: readonly Node[], inputs: { has(node: Node): boolean }): ReadonlySet<Node> {
  const found = new Set<Node>();
  for (const node of order) {
    if (inputs.has(node) || node.inputs.some((operand) => found.has(operand))) found.add(node);
  }
  return found;
}
