/**
 * The tangent of a loop: a loop beside it that carries how the carries move. What it needs of the values themselves is stacked by the first
 * loop or computed again, as for the way back; a loop of unknown length stacks nothing, so there the values are carried along.
 */
import { constant, param } from '../../ir/build.ts';
import type { Node, Scan } from '../../ir/node.ts';
import { substitute } from '../substitute.ts';
import { type Carry, repeat, type Slice } from './make.ts';
import { Forward } from './pull-back.ts';

/** How each of `ys` moves when the `xs` move by their tangents, as jvp.ts says; undefined where it does not. */
export type Push = (ys: readonly Node[], xs: readonly Node[], moves: readonly Node[]) => (Node | undefined)[];

/** For what stands for a loop's tangent: the tangents of its outputs, by number. */
const outputsOf = new WeakMap<Node, ReadonlyMap<number, Node>>();

/** The tangent of a part, from that of its loop. */
export function pushPart(loop: Node, index: number): Node | undefined {
  return outputsOf.get(loop)?.get(index);
}

/** A node that stands for the loop's tangent, from those of its inputs. */
export function pushScan(loop: Scan, given: readonly (Node | undefined)[], push: Push): Node {
  const { body, length, carried, sliced, reverse, tested } = loop.attributes;
  const first = constant(0).id;
  const slices: Slice[] = [];
  const slice = (all: Node, { shape, dtype }: Node): Node => {
    const placeholder = param(-1, shape, dtype);
    slices.push({ placeholder, stacked: all });
    return placeholder;
  };
  /** How the inputs of the body move. */
  const moves = new Map<number, Node>();
  given.forEach((t, i) => {
    const inner = body.inputs[i]!;
    if (t === undefined) return;
    if (i < carried) moves.set(i, param(-1, inner.shape, inner.dtype));
    else moves.set(i, i < carried + sliced ? slice(t, inner) : t);
  });
  let found: (Node | undefined)[];
  for (;;) {
    const numbers = [...moves.keys()];
    found = push(
      body.outputs,
      numbers.map((i) => body.inputs[i]!),
      [...moves.values()],
    );
    const missing = found.flatMap((t, i) => (i < carried && t !== undefined && !moves.has(i) ? [i] : []));
    if (missing.length === 0) break;
    for (const i of missing) moves.set(i, param(-1, body.inputs[i]!.shape, body.inputs[i]!.dtype));
  }
  const moving = [...moves.keys()].filter((i) => i < carried).sort((a, b) => a - b);
  const stacking = found.flatMap((t, i) => (i >= carried && t !== undefined ? [i] : []));
  const zero = (i: number): Node => constant(0, body.inputs[i]!.shape, body.inputs[i]!.dtype);
  const roots = [...moving, ...stacking].map((i) => found[i]);
  const tangentCarry = (i: number, next: Node | undefined): Carry => ({
    placeholder: moves.get(i)!,
    init: given[i] ?? zero(i),
    next: next ?? zero(i),
  });

  const result = new Map<number, Node>();
  if (tested) {
    const stands = new Map(
      body.inputs.map((inner, i) => [inner, i < carried ? param(-1, inner.shape, inner.dtype) : loop.inputs[i]!]),
    );
    const made = substitute(
      [...body.outputs.slice(0, carried), ...roots.map((root, k) => root ?? zero(moving[k]!))],
      stands,
    );
    const values = body.inputs.slice(0, carried).map((inner, i): Carry => {
      return { placeholder: stands.get(inner)!, init: loop.inputs[i]!, next: made[i]! };
    });
    const carries = [...values, ...moving.map((i, k) => tangentCarry(i, made[carried + k]))];
    const looped = repeat({ length, reverse, tested, carries, slices: [], first, keepsOwn: true });
    moving.forEach((i, k) => result.set(i, looped.carries[carried + k]!));
  } else {
    const made = new Forward(loop, first, slice).express(roots, new Set(moves.values()));
    const looped = repeat({
      length,
      reverse,
      carries: moving.map((i, k) => tangentCarry(i, made[k])),
      slices,
      stacks: made.slice(moving.length).map((node) => node!),
      first,
    });
    moving.forEach((i, k) => result.set(i, looped.carries[k]!));
    stacking.forEach((i, k) => result.set(i, looped.stacks[k]!));
  }
  const stand = param(-1, [], 'float32');
  outputsOf.set(stand, result);
  return stand;
}
