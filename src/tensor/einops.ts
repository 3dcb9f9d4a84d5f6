/**
 * Axes rearranged, reduced and repeated by a formula that names them, in the notation of einops (Rogozhnikov 2022):
 * 'b (h h2) w c -> b h w (h2 c)'. Parentheses hold an axis made of several, '...' any number of axes, 1 an axis of size 1.
 */
import { raise, ShapeError, ValueError } from '../base/errors.ts';
import { formatShape, sizeOf } from '../base/shape.ts';
import type { Tensor } from './tensor.ts';

/** Sizes of axes by name, where the formula and the shape do not tell. */
export type AxisSizes = Readonly<Record<string, number>>;

/** How `reduce` makes one number of many. */
export type Reduction = 'sum' | 'mean' | 'max' | 'min' | 'prod' | 'any' | 'all';

/** One axis of a side: the names it is made of; none for an axis of size 1. */
type Group = readonly string[];

/** The elements in another arrangement. @throws ValueError for a formula that is none   @example rearrange(x, 'b c h w -> b (h w) c')   @example rearrange(x, 'b (h d) -> b h d', { h: 8 }) */
export function rearrange(x: Tensor, formula: string, sizes: AxisSizes = {}): Tensor {
  const plan = planOf('rearrange', x, formula, sizes);
  const [from, to] = [plan.input.flat(), plan.output.flat()];
  const lost = [...from.filter((name) => !to.includes(name)), ...to.filter((name) => !from.includes(name))];
  if (lost.length > 0) {
    raise(new ValueError(`rearrange: '${formula}' has '${lost[0]}' on one side only; use reduce or repeat`));
  }
  return arranged(x, plan);
}

/** The axes that the right side leaves out reduced. @throws ValueError for a formula that is none   @example reduce(x, 'b c (h h2) (w w2) -> b c h w', 'max', { h2: 2, w2: 2 }) */
export function reduce(x: Tensor, formula: string, reduction: Reduction, sizes: AxisSizes = {}): Tensor {
  const plan = planOf('reduce', x, formula, sizes);
  const from = plan.input.flat();
  const to = plan.output.flat();
  const unknown = to.find((name) => !from.includes(name));
  if (unknown !== undefined)
    raise(new ValueError(`reduce: '${formula}' has '${unknown}' on the right only; use repeat`));
  const apart = x.reshape(from.map((name) => plan.sizes.get(name)!));
  const axes = from.flatMap((name, i) => (to.includes(name) ? [] : [i]));
  const reduced = axes.length === 0 ? apart : apart[reduction](axes);
  const left = from.filter((name) => to.includes(name));
  return joined(reduced.permute(to.map((name) => left.indexOf(name))), plan);
}

/** Repeated along the axes that only the right side has. @throws ValueError for one without a size   @example repeat(x, 'h w -> h (w k)', { k: 2 }) */
export function repeat(x: Tensor, formula: string, sizes: AxisSizes = {}): Tensor {
  const plan = planOf('repeat', x, formula, sizes);
  const from = plan.input.flat();
  const to = plan.output.flat();
  const lost = from.find((name) => !to.includes(name));
  if (lost !== undefined) raise(new ValueError(`repeat: '${formula}' has '${lost}' on the left only; use reduce`));
  const apart = x.reshape(from.map((name) => plan.sizes.get(name)!));
  const kept = to.filter((name) => from.includes(name));
  const inOrder = apart.permute(kept.map((name) => from.indexOf(name)));
  const withNew = inOrder.reshape(to.map((name) => (from.includes(name) ? plan.sizes.get(name)! : 1)));
  return joined(withNew.expand(to.map((name) => plan.sizes.get(name)!)), plan);
}

interface Plan {
  readonly input: readonly Group[];
  readonly output: readonly Group[];
  readonly sizes: ReadonlyMap<string, number>;
}

function arranged(x: Tensor, plan: Plan): Tensor {
  const from = plan.input.flat();
  const apart = x.reshape(from.map((name) => plan.sizes.get(name)!));
  return joined(apart.permute(plan.output.flat().map((name) => from.indexOf(name))), plan);
}

/** The axes of each group of the right side as one. */
function joined(x: Tensor, { output, sizes }: Plan): Tensor {
  return x.reshape(output.map((group) => sizeOf(group.map((name) => sizes.get(name)!))));
}

function planOf(op: string, x: Tensor, formula: string, given: AxisSizes): Plan {
  const sides = formula.split('->');
  if (sides.length !== 2)
    raise(new ValueError(`${op}: '${formula}' is not a formula; write one like 'b c h w -> b (h w) c'`));
  const left = parseSide(op, formula, sides[0]!);
  const right = parseSide(op, formula, sides[1]!);
  const spare = x.rank - left.filter(({ names }) => !names.includes('...')).length;
  const dots = Array.from({ length: Math.max(0, spare) }, (_, i) => `...${i}`);
  const hasDots = left.some(({ names }) => names.includes('...'));
  if (spare < 0 || (spare > 0 && !hasDots)) {
    raise(new ShapeError(`${op}: '${formula}' names ${left.length} axes, the tensor is ${formatShape(x.shape)}`));
  }
  const written = ({ names, isJoined }: Parsed): Group[] => {
    if (!names.includes('...')) return [names];
    // Within parentheses all of them become one axis with the rest of the group.
    return isJoined ? [names.flatMap((name) => (name === '...' ? dots : [name]))] : dots.map((name) => [name]);
  };
  if (left.some(({ names, isJoined }) => isJoined && names.includes('...'))) {
    raise(
      new ValueError(`${op}: '${formula}' has '...' in parentheses on the left; it can stand there on the right only`),
    );
  }
  const [input, output] = [left.flatMap(written), right.flatMap(written)];
  const sizes = sizesOf(op, formula, x, input, given);
  for (const name of output.flat()) {
    if (!sizes.has(name))
      raise(new ValueError(`${op}: '${formula}' does not tell the size of '${name}'; give { ${name}: … }`));
  }
  return { input, output, sizes };
}

function sizesOf(
  op: string,
  formula: string,
  x: Tensor,
  input: readonly Group[],
  given: AxisSizes,
): Map<string, number> {
  const sizes = new Map(Object.entries(given));
  for (const [name, size] of sizes) {
    if (!Number.isInteger(size) || size < 1)
      raise(new ValueError(`${op}: size ${size} of '${name}' is not a whole number from 1 up`));
  }
  input.forEach((group, axis) => {
    const n = x.shape[axis]!;
    const unknown = group.filter((name) => !sizes.has(name));
    const known = sizeOf(group.flatMap((name) => sizes.get(name) ?? []));
    if (unknown.length > 1) {
      raise(
        new ValueError(`${op}: '${formula}' leaves the sizes of '${unknown.join("' and '")}' open; give one of them`),
      );
    }
    const rest = n / known;
    if (unknown.length === 0 ? known !== n : !Number.isInteger(rest)) {
      raise(
        new ShapeError(
          `${op}: axis ${axis} of ${formatShape(x.shape)} does not divide into (${group.join(' ')}) of '${formula}'`,
        ),
      );
    }
    if (unknown.length === 1) sizes.set(unknown[0]!, rest);
  });
  return sizes;
}

/** A group as written. */
interface Parsed {
  readonly names: readonly string[];
  /** Whether it stood in parentheses. */
  readonly isJoined: boolean;
}

const TOKEN = /\s*(\.\.\.|[A-Za-z_][A-Za-z0-9_]*|1|\(|\))/y;

function parseSide(op: string, formula: string, side: string): Parsed[] {
  const groups: Parsed[] = [];
  let open: string[] | undefined;
  const names = new Set<string>();
  TOKEN.lastIndex = 0;
  for (let at = 0; side.slice(at).trim() !== ''; at = TOKEN.lastIndex) {
    TOKEN.lastIndex = at;
    const token = TOKEN.exec(side)?.[1];
    const isMisplaced = (token === '(' && open !== undefined) || (token === ')' && open === undefined);
    if (token === undefined || isMisplaced || names.has(token)) {
      raise(
        new ValueError(
          `${op}: '${formula}' is not a formula: ${token === undefined || isMisplaced ? `what is '${side.slice(at).trim()}'?` : `'${token}' stands twice on one side`}`,
        ),
      );
    }
    if (token === '(') open = [];
    else if (token === ')') {
      groups.push({ names: open!, isJoined: true });
      open = undefined;
    } else if (token === '1') {
      if (open === undefined) groups.push({ names: [], isJoined: false });
    } else {
      names.add(token);
      if (open === undefined) groups.push({ names: [token], isJoined: false });
      else open.push(token);
    }
  }
  if (open !== undefined) raise(new ValueError(`${op}: '${formula}' opens a parenthesis that it does not close`));
  return groups;
}
