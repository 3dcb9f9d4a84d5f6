/**
 * Loops and branches that stay what they are in the program: `scan`, `whileLoop` and `cond`. Each traces its function once; the graph gets
 * one node however many turns there are. What a turn becomes is transform/scan/make.ts's.
 */
import { DTypeError, raise, ShapeError, ValueError } from '../../base/errors.ts';
import { formatShape, sameShape } from '../../base/shape.ts';
import { placeholder, raiseAsyncTransform, type Transform, withTransform } from '../../engine/trace.ts';
import { binary, constant, reshape } from '../../ir/build.ts';
import type { Node } from '../../ir/node.ts';
import { type Carry, repeat, type Slice } from '../../transform/scan/make.ts';
import { Tensor } from '../tensor.ts';
import { describeTree, leavesOf, replaceLeaves } from '../tree.ts';

const once = 'the function runs once, whatever the number of turns; carry the value instead';

const scanning: Transform = { name: 'scan', refusesCells: once };
const looping: Transform = { name: 'whileLoop', refusesCells: once };
const branching: Transform = {
  name: 'cond',
  refusesCells: 'both branches are recorded, whichever will run; return the value and assign it outside',
};

export interface ScanOptions {
  /** From the last slice to the first; the results are stacked where their slices were. */
  readonly reverse?: boolean;
  /** The number of turns. Needed where xs has no tensor, else their first axis says it. */
  readonly length?: number;
}

/**
 * A loop over the first axis of xs that carries state: [carry, y₀] = f(init, xs[0]), [carry, y₁] = f(carry, xs[1]), …
 * f is recorded once and becomes a loop of the program, so neither compiling nor the code grows with the number of turns. It
 * may be differentiated any number of times; the gradient is a loop that runs backwards. Products that no carry goes into, and those no
 * carry needs, are done for all turns at once outside the loop.
 * @param f (carry, slice of xs) → [the next carry, of the same form, shapes and dtypes; what is stacked]: trees of tensors (null for nothing)
 * @param xs a tree of tensors (T, …), or undefined with `length`
 * @returns the last carry, and each y stacked: (T, …)
 * @throws ShapeError or DTypeError where the carry changes its form or xs differ in length; ValueError without a length
 * @throws TraceError where f reads a value or assigns a Cell: random draws in f need a key that is carried or among xs
 * @example const [h, hs] = scan((h: Tensor, x: Tensor) => { const next = x.matmul(w).add(h.matmul(u)).tanh(); return [next, next]; }, zeros([B, H]), xs)
 * @example const [total, running] = scan((sum: Tensor, x: Tensor) => [sum.add(x), sum.add(x)], tensor(0), tensor([1, 2, 3])) // 6, [1, 3, 6]
 */
export function scan<C, X, Y>(
  f: (carry: C, x: X) => readonly [carry: C, y: Y],
  init: C,
  xs: X,
  { reverse = false, length }: ScanOptions = {},
): [carry: C, ys: Y] {
  const first = constant(0).id;
  const inits = tensorsOf('scan', 'the carry', init);
  const stacks = tensorsOf('scan', 'xs', xs);
  const turns = lengthOf(stacks, length);
  const carries = inits.map((node) => placeholder(scanning, node.shape, node.dtype));
  const slices = stacks.map((node): Slice => ({
    placeholder: placeholder(scanning, node.shape.slice(1), node.dtype),
    stacked: node,
  }));
  const result = withTransform(scanning, () =>
    f(
      filled(init, carries),
      filled(
        xs,
        slices.map((slice) => slice.placeholder),
      ),
    ),
  );
  if (result instanceof Promise) raiseAsyncTransform(scanning);
  if (!Array.isArray(result) || result.length !== 2) {
    raise(new ValueError(`scan: the function must return [carry, y]; return [carry, null] where nothing is stacked`));
  }
  const [next, y]: readonly [C, Y] = result;
  const nexts = sameForm('scan', 'the carry', init, next);
  const looped = repeat({
    length: turns,
    reverse,
    carries: carries.map((node, i): Carry => ({ placeholder: node, init: inits[i]!, next: nexts[i]! })),
    slices,
    stacks: tensorsOf('scan', 'y', y),
    first,
  });
  return [filled(init, looped.carries), filled(y, looped.stacks)];
}

export interface WhileOptions {
  /** The loop ends after so many turns even if the condition still holds. Default: 2³¹ − 1. */
  readonly maxSteps?: number;
}

/**
 * `while (condition(state)) state = body(state)`: as many turns as the values ask for, found out while the program runs. It has no
 * gradient in reverse (how much would have to be kept is not known); use `scan` where one is needed. Under
 * vmap it goes on until the last example is done; the others stay as they were.
 * @param condition state → one bool   @param body state → the next one, of the same form, shapes and dtypes
 * @returns the state for which the condition was first false, or that after `maxSteps` turns
 * @throws DTypeError if the condition is no bool; ShapeError or DTypeError where the state changes its form; TraceError as scan
 * @example whileLoop((x: Tensor) => x.less(100), (x) => x.mul(2), tensor(3)) // 192
 */
export function whileLoop<C>(
  condition: (state: C) => Tensor,
  body: (state: C) => C,
  init: C,
  { maxSteps = 2 ** 31 - 1 }: WhileOptions = {},
): C {
  if (!Number.isInteger(maxSteps) || maxSteps < 0 || maxSteps > 2 ** 31 - 1)
    raise(new ValueError(`whileLoop: maxSteps must be a whole number from 0 to 2^31 - 1, got ${maxSteps}`));
  const inits = tensorsOf('whileLoop', 'the state', init);
  const start = withTransform(looping, () => testOf('whileLoop', condition(init)));
  const first = constant(0).id;
  const test = placeholder(looping, [], 'bool');
  const states = inits.map((node) => placeholder(looping, node.shape, node.dtype));
  const [nexts, again] = withTransform(looping, () => {
    const next = body(filled(init, states));
    if (next instanceof Promise) raiseAsyncTransform(looping);
    return [sameForm('whileLoop', 'the state', init, next), testOf('whileLoop', condition(next))];
  });
  const looped = repeat({
    length: maxSteps,
    tested: true,
    carries: [
      { placeholder: test, init: start, next: again },
      ...states.map((node, i): Carry => ({ placeholder: node, init: inits[i]!, next: nexts[i]! })),
    ],
    slices: [],
    first,
  });
  return filled(init, looped.carries.slice(1));
}

/**
 * `predicate ? ifTrue(...operands) : ifFalse(...operands)`, decided while the program runs: only one branch is computed, and a gradient goes
 * through that one alone (so a NaN of the other cannot leak in, as it does through `where`). Under vmap, with a predicate
 * that differs between the examples, both branches are computed for all.
 * @param predicate one bool; a plain boolean decides at once   @param ifTrue, ifFalse return trees of one form, with the same shapes and dtypes
 * @throws DTypeError or ShapeError where the predicate is not one bool, or the branches differ; TraceError where one reads a value or assigns a Cell
 * @example cond(x.sum().greater(0), (x) => x.sqrt(), (x) => x.neg(), x)
 */
export function cond<A extends readonly unknown[], R>(
  predicate: Tensor | boolean,
  ifTrue: (...operands: A) => R,
  ifFalse: (...operands: A) => R,
  ...operands: A
): R {
  if (typeof predicate === 'boolean') return predicate ? ifTrue(...operands) : ifFalse(...operands);
  const test = testOf('cond', predicate);
  const branch = (f: (...operands: A) => R): { first: number; result: R } => {
    const first = constant(0).id;
    const result = withTransform(branching, () => f(...operands));
    if (result instanceof Promise) raiseAsyncTransform(branching);
    return { first, result };
  };
  const [yes, no] = [branch(ifTrue), branch(ifFalse)];
  const nodes = tensorsOf('cond', 'what a branch returns', yes.result);
  const others = sameForm('cond', 'what the branches return', yes.result, no.result);
  const zeros = nodes.map(({ shape, dtype }) => constant(0, shape, dtype));
  const afterYes = runIf(test, nodes, zeros, yes.first);
  const inverse = binary('xor', test, constant(1, [], 'bool'));
  return filled(yes.result, runIf(inverse, others, afterYes, no.first));
}

/** `test ? values : otherwise`, computing the values only if they are taken: a loop of at most one turn. */
function runIf(test: Node, values: readonly Node[], otherwise: readonly Node[], first: number): readonly Node[] {
  const carries = [test, ...otherwise].map((init, i): Carry => ({
    placeholder: placeholder(branching, init.shape, init.dtype),
    init,
    next: i === 0 ? constant(0, [], 'bool') : values[i - 1]!,
  }));
  return repeat({ length: 1, tested: true, carries, slices: [], first, keepsOwn: true }).carries.slice(1);
}

/** The nodes of a tree whose leaves are tensors, or null or undefined for nothing. */
function tensorsOf(op: string, what: string, tree: unknown): Node[] {
  return leavesOf(tree).flatMap((leaf) => {
    if (leaf === null || leaf === undefined) return [];
    if (leaf instanceof Tensor) return [leaf.node];
    return raise(
      new DTypeError(
        `${op}: ${what} must consist of tensors in arrays and plain objects, got ${describe(leaf)}; wrap numbers with tensor()`,
      ),
    );
  });
}

/** The tree with other tensors in place of its own. */
function filled<T>(tree: T, nodes: readonly Node[]): T {
  let next = 0;
  return replaceLeaves(tree, (leaf) => (leaf instanceof Tensor ? new Tensor(nodes[next++]!) : leaf));
}

/** The nodes of `found`, which must have the form, shapes and dtypes of `expected`. */
function sameForm(op: string, what: string, expected: unknown, found: unknown): Node[] {
  const [before, after] = [tensorsOf(op, what, expected), tensorsOf(op, what, found)];
  const form = (tree: unknown): string =>
    describeTree(tree, (leaf) => (leaf instanceof Tensor ? 'tensor' : String(leaf)));
  if (form(expected) !== form(found))
    raise(new ShapeError(`${op}: ${what} must keep its form: expected ${form(expected)}, got ${form(found)}`));
  before.forEach((node, i) => {
    const other = after[i]!;
    const texts = [node, other].map((x) => `${x.dtype} ${formatShape(x.shape)}`);
    if (!sameShape(node.shape, other.shape))
      raise(new ShapeError(`${op}: tensor ${i} of ${what} must keep its shape: expected ${texts[0]}, got ${texts[1]}`));
    if (node.dtype !== other.dtype) {
      raise(
        new DTypeError(
          `${op}: tensor ${i} of ${what} must keep its dtype: expected ${texts[0]}, got ${texts[1]}; convert with .cast('${node.dtype}')`,
        ),
      );
    }
  });
  return after;
}

function lengthOf(stacks: readonly Node[], asked: number | undefined): number {
  if (asked !== undefined && (!Number.isInteger(asked) || asked < 0))
    raise(new ValueError(`scan: length must be a whole number from 0 up, got ${asked}`));
  let length = asked;
  for (const { shape } of stacks) {
    const [size] = shape;
    if (size === undefined)
      raise(new ShapeError('scan: xs has a scalar, which has no axis to loop over; let f close over it instead'));
    if (length !== undefined && size !== length) {
      raise(
        new ShapeError(
          `scan: ${formatShape(shape)} in xs has first axis ${size}, expected ${length} as ${asked === undefined ? 'the first of xs has' : '`length` says'}`,
        ),
      );
    }
    length = size;
  }
  if (length === undefined)
    raise(new ValueError('scan: without xs the number of turns must be given, e.g. { length: 10 }'));
  return length;
}

/** A condition as a bool scalar. */
function testOf(op: string, condition: unknown): Node {
  if (!(condition instanceof Tensor) || condition.dtype !== 'bool') {
    raise(
      new DTypeError(
        `${op}: the condition must be a bool tensor, got ${condition instanceof Tensor ? condition.dtype : describe(condition)}; compare something, e.g. x.less(1)`,
      ),
    );
  }
  if (condition.size !== 1) {
    raise(
      new ShapeError(
        `${op}: the condition must be one bool, got shape ${formatShape(condition.shape)}; reduce it with .any() or .all()`,
      ),
    );
  }
  return reshape(condition.node, []);
}

function describe(x: unknown): string {
  return typeof x === 'object' && x !== null ? x.constructor.name : `${typeof x} ${String(x)}`;
}
