/**
 * Products with sums: dot, matmul and einsum. All are one shape of graph, a sum over a product of two operands that are
 * each stretched to a common index space [output axes …, summed axes …]; the scheduler recognises it and sorts the axes.
 */
import { raise, ShapeError, ValueError } from '../base/errors.ts';
import { broadcastShapes, formatShape, type Shape } from '../base/shape.ts';
import { binary, expand, pad, permute, reduce, reshape, shrink } from '../ir/build.ts';
import { promote } from '../ir/dtype.ts';
import type { Node } from '../ir/node.ts';
import { contractionOrder } from './contraction-path.ts';
import { toNode, widened } from './operands.ts';

function meetAsFactors(a: Node, b: Node): [Node, Node] {
  const dtype = promote(widened(a).dtype, widened(b).dtype);
  return [toNode(a, dtype), toNode(b, dtype)];
}

/**
 * (…, M, K) · (…, K, N) → (…, M, N), leading axes broadcast; a vector on the left is a row, on the right a column, and that
 * axis is dropped from the result.
 */
export function matmul(left: Node, right: Node): Node {
  const [a, b] = meetAsFactors(left, right);
  if (a.shape.length === 0 || b.shape.length === 0) {
    raise(
      new ShapeError(
        `matmul: expected at least one axis each, got ${formatShape(a.shape)} · ${formatShape(b.shape)}; multiply by a scalar with .mul()`,
      ),
    );
  }
  const isRow = a.shape.length === 1;
  const isColumn = b.shape.length === 1;
  const inner = a.shape[a.shape.length - 1]!;
  const other = isColumn ? b.shape[0]! : b.shape[b.shape.length - 2]!;
  if (inner !== other) raise(new ShapeError(mismatch(a.shape, b.shape, inner, other)));

  const batch = broadcastShapes('matmul', a.shape.slice(0, -2), b.shape.slice(0, -2));
  const rows = isRow ? [] : [a.shape[a.shape.length - 2]!];
  const columns = isColumn ? [] : [b.shape[b.shape.length - 1]!];
  const space = [...batch, ...rows, ...columns, inner]; // (…, M, N, K)
  const last = space.length - 1;
  const leading = (x: Node): number[] =>
    x.shape.slice(0, -2).map((_, i) => i + batch.length - Math.max(0, x.shape.length - 2));

  const x = expand(a, space, [...leading(a), ...(isRow ? [] : [batch.length]), last]);
  const transposed = isColumn ? b : permute(b, swappedLast(b.shape.length));
  const y = expand(transposed, space, [...leading(b), ...(isColumn ? [] : [last - 1]), last]);
  return reduce('sum', binary('mul', x, y), [last]);
}

function swappedLast(rank: number): number[] {
  return Array.from({ length: rank }, (_, i) => (i === rank - 1 ? rank - 2 : i === rank - 2 ? rank - 1 : i));
}

function mismatch(a: Shape, b: Shape, inner: number, other: number): string {
  const transposedFits = b.length > 1 && b[b.length - 1] === inner;
  const hint = transposedFits ? '. Did you mean to transpose the right one with .transpose()?' : '';
  return `matmul: inner sizes differ: ${formatShape(a)} · ${formatShape(b)}; ${inner} ≠ ${other}${hint}`;
}

/** Σ aᵢ bᵢ of two vectors. */
export function dot(a: Node, b: Node): Node {
  if (a.shape.length !== 1 || b.shape.length !== 1) {
    raise(
      new ShapeError(`dot: expected two vectors, got ${formatShape(a.shape)} and ${formatShape(b.shape)}; use matmul`),
    );
  }
  return matmul(a, b);
}

/** An operand whose axes carry names. */
interface Named {
  readonly node: Node;
  /** One letter for each axis, all different. */
  readonly names: readonly string[];
}

/**
 * Einstein summation, e.g. 'bik,bkj->bij': letters name axes, letters missing from the output are summed. A letter twice in
 * one operand takes the diagonal; '...' stands for leading axes that broadcast. More than two operands are multiplied in the
 * order that takes the fewest products (contraction-path.ts), each letter summed as soon as nothing further needs it.
 */
export function einsum(formula: string, operands: readonly Node[]): Node {
  const { inputs, output } = parse(formula, operands);
  const left = inputs.map((names, i) => diagonals(operands[i]!, names));
  const sizes = new Map<string, number>();
  for (const { node, names } of left) {
    names.forEach((name, i) => sizes.set(name, Math.max(sizes.get(name) ?? 0, node.shape[i]!)));
  }
  const order = contractionOrder(
    left.map(({ names }) => names),
    output,
    sizes,
  );
  for (const [i, j] of order) {
    const [a, b] = [left[i]!, left[j]!];
    left.splice(j, 1);
    left.splice(i, 1);
    left.push(multiply(a, b, new Set([...output, ...left.flatMap(({ names }) => names)])));
  }
  const result = left[0]!;
  const summed = sumExcept(result, new Set(output));
  for (const name of output) {
    if (!summed.names.includes(name))
      raise(new ValueError(`einsum: '${formula}' has '${name}' in its output, but in no operand`));
  }
  return permute(
    summed.node,
    output.map((name) => summed.names.indexOf(name)),
  );
}

/** The order in which einsum would multiply operands of these shapes, as pairs of positions; each product goes to the end of the list. */
export function einsumPath(formula: string, operands: readonly Node[]): [number, number][] {
  const { inputs, output } = parse(formula, operands);
  const sizes = new Map<string, number>();
  inputs.forEach((names, k) =>
    names.forEach((name, i) => sizes.set(name, Math.max(sizes.get(name) ?? 0, operands[k]!.shape[i]!))),
  );
  return contractionOrder(inputs, output, sizes);
}

interface Formula {
  readonly inputs: readonly (readonly string[])[];
  readonly output: readonly string[];
}

function parse(formula: string, operands: readonly Node[]): Formula {
  const compact = formula.replaceAll(' ', '');
  const [left, right, ...more] = compact.split('->');
  const terms = left!.split(',');
  if (more.length > 0 || !/^[A-Za-z.,]*$/.test(left!) || !/^[A-Za-z.]*$/.test(right ?? '')) {
    raise(new ValueError(`einsum: '${formula}' is not a formula; write one like 'ij,jk->ik'`));
  }
  if (terms.length !== operands.length) {
    raise(new ValueError(`einsum: '${formula}' names ${terms.length} operands, got ${operands.length}`));
  }
  const inputs = terms.map((term, i) => namesOf(formula, term, operands[i]!));
  const broadcast = inputs.flat().filter((name) => name.startsWith('.'));
  const leading = [...new Set(broadcast)].sort().reverse();
  const output = right === undefined ? implicitOutput(inputs, leading) : expandEllipsis(right, leading);
  if (new Set(output).size !== output.length) raise(new ValueError(`einsum: '${formula}' names an output axis twice`));
  return { inputs, output };
}

/** The name of every axis; those of an ellipsis are '.00' for the last of them, '.01' before it, and so on. */
function namesOf(formula: string, term: string, operand: Node): string[] {
  const letters = term.replace('...', '');
  const spare = operand.shape.length - letters.length;
  const hasEllipsis = letters.length !== term.length;
  if (letters.includes('.') || spare < 0 || (spare > 0 && !hasEllipsis)) {
    raise(
      new ShapeError(
        `einsum: '${term}' of '${formula}' names ${letters.length} axes, the operand is ${formatShape(operand.shape)}; use one letter for each axis, or '...'`,
      ),
    );
  }
  const leading = Array.from({ length: spare }, (_, i) => `.${String(spare - 1 - i).padStart(2, '0')}`);
  return expandEllipsis(term, leading);
}

function expandEllipsis(term: string, leading: readonly string[]): string[] {
  const [before, after] = term.split('...');
  return after === undefined ? [...before!] : [...before!, ...leading, ...after];
}

/** Without an arrow: the letters that occur once, in alphabetical order. */
function implicitOutput(inputs: readonly (readonly string[])[], leading: readonly string[]): string[] {
  const all = inputs.flat().filter((name) => !name.startsWith('.'));
  const single = all.filter((name) => all.indexOf(name) === all.lastIndexOf(name));
  return [...leading, ...single.sort()];
}

/** Takes the diagonal wherever a name occurs twice. */
function diagonals(operand: Node, names: readonly string[]): Named {
  let node = operand;
  const left = [...names];
  for (;;) {
    const second = left.findIndex((name, i) => left.indexOf(name) < i);
    if (second < 0) return { node, names: left };
    const first = left.indexOf(left[second]!);
    node = diagonal(node, first, second);
    const [name] = left.splice(second, 1);
    left.splice(first, 1);
    left.push(name!);
  }
}

/** The elements where two axes have the same index, as a last axis in place of both: every (n + 1)-th of the n² elements. */
export function diagonal(x: Node, first: number, second: number): Node {
  const n = x.shape[first]!;
  if (x.shape[second] !== n) {
    raise(
      new ShapeError(
        `diagonal: axes ${first} and ${second} of ${formatShape(x.shape)} have different sizes; a repeated letter of einsum needs equal ones`,
      ),
    );
  }
  const others = x.shape.map((_, i) => i).filter((i) => i !== first && i !== second);
  const kept = others.map((i) => x.shape[i]!);
  const flat = reshape(permute(x, [...others, first, second]), [...kept, n * n]);
  const zeros = kept.map(() => 0);
  const padded = reshape(pad(flat, { low: [...zeros, 0], high: [...zeros, n] }), [...kept, n, n + 1]);
  return reshape(shrink(padded, [...zeros, 0, 0], [...kept, n, 1]), [...kept, n]);
}

/** Sums over the axes whose names nobody needs. */
function sumExcept({ node, names }: Named, needed: ReadonlySet<string>): Named {
  const axes = names.flatMap((name, i) => (needed.has(name) ? [] : [i]));
  if (axes.length === 0) return { node, names };
  return { node: reduce('sum', widened(node), axes), names: names.filter((name) => needed.has(name)) };
}

function multiply(left: Named, right: Named, needed: ReadonlySet<string>): Named {
  // What only one side has and nobody needs is summed before it meets the other.
  const a = sumExcept(left, new Set([...needed, ...right.names]));
  const b = sumExcept(right, new Set([...needed, ...left.names]));
  const all = [...new Set([...a.names, ...b.names])];
  const kept = all.filter((name) => needed.has(name));
  const summed = all.filter((name) => !needed.has(name));
  const names = [...kept, ...summed];
  const space = names.map((name) => sizeOfName(name, a, b));
  const [x, y] = meetAsFactors(a.node, b.node);
  const product = binary('mul', spread(x, a.names, names, space), spread(y, b.names, names, space));
  const axes = summed.map((_, i) => kept.length + i);
  return { node: reduce('sum', product, axes), names: kept };
}

function sizeOfName(name: string, a: Named, b: Named): number {
  const m = a.node.shape[a.names.indexOf(name)] ?? 1;
  const n = b.node.shape[b.names.indexOf(name)] ?? 1;
  if (m !== n && m !== 1 && n !== 1) {
    raise(new ShapeError(`einsum: axis '${name}' has sizes ${m} and ${n}; they must be equal`));
  }
  return m === 1 ? n : m;
}

/** x with its axes where their names stand in the common space. */
function spread(x: Node, own: readonly string[], names: readonly string[], space: Shape): Node {
  const order = own.map((_, i) => i).sort((i, j) => names.indexOf(own[i]!) - names.indexOf(own[j]!));
  return expand(
    permute(x, order),
    space,
    order.map((i) => names.indexOf(own[i]!)),
  );
}
