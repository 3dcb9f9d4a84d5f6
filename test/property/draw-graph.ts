/**
 * Random graphs of every family mixed, with inputs for them.
 *
 * Every node carries a bound on its magnitude and on its rounding error. Floats start as small whole numbers, so most graphs are exact on any
 * machine in any order of summation, and are compared so; smooth functions start an error, which later nodes pass on by their
 * derivatives, and ops that would jump (floor, comparisons, casts to integers) are only given exact operands.
 */
import fc from 'fast-check';
import { sizeOf } from '../../src/base/shape.ts';
import * as build from '../../src/ir/build.ts';
import { type CustomGradient, Rerun } from '../../src/ir/custom.ts';
import { type DType, infoOf, isFloat, type TypedArray } from '../../src/ir/dtype.ts';
import type { Graph, Node } from '../../src/ir/node.ts';
import { lcg } from '../golden/lcg.ts';

interface Value {
  readonly node: Node;
  /** |element| ≤ bound. */
  readonly bound: number;
  /** |computed − reference| ≤ error; 0 for exact. */
  readonly error: number;
}

/** One step of building: which kind of node, on what, how. Any numbers are valid. */
interface Step {
  readonly kind: number;
  readonly a: number;
  readonly b: number;
  readonly seed: number;
}

export interface Drawn {
  readonly graph: Graph;
  readonly inputs: readonly TypedArray[];
  readonly errors: readonly number[];
}

/** Whole numbers up to here are exact in float32, with room for one sum of two. */
const largest = 2 ** 23;
const unit = 2 ** -22;
const most = 4000;

/** Elements as the bounds of an input allow them. */
export function drawArray(dtype: DType, size: number, below: (count: number) => number): TypedArray {
  const array = new (infoOf(dtype).array)(size);
  const isSigned = dtype !== 'uint8' && dtype !== 'bool';
  for (let i = 0; i < array.length; i++) array[i] = isSigned ? below(9) - 4 : below(dtype === 'bool' ? 2 : 5);
  return array;
}

/** Builds nodes on one another, by steps. */
class Builder {
  readonly pool: Value[] = [];
  readonly inputs: Node[] = [];
  readonly arrays: TypedArray[] = [];
  private readonly draws: Draws;

  constructor(start: number) {
    this.draws = new Draws(start);
    const [m, n, k] = [0, 1, 2].map(() => this.draws.pick([1, 2, 3, 5, 7, 8, 12, 16, 17, 20, 33, 70]));
    this.input([m!, n!], 'float32');
    this.input([m!, n!], 'float32');
    this.input([n!], 'float32');
    this.input([m!, n!], 'int32');
    this.input([n!, k!], 'float32');
    this.input([m!, n!], this.draws.pick(['float64', 'uint8', 'bool', 'int32']));
  }

  input(shape: readonly number[], dtype: DType): void {
    const array = drawArray(dtype, sizeOf(shape), (count) => this.draws.below(count));
    this.inputs.push(build.param(this.inputs.length, shape, dtype));
    this.arrays.push(array);
    this.pool.push({ node: this.inputs.at(-1)!, bound: 4, error: 0 });
  }

  /** Half the time one of the last few, so that chains grow long. */
  chosen(by: number): Value {
    const { length } = this.pool;
    return this.pool[by % 2 === 0 ? (by >> 1) % length : length - 1 - ((by >> 1) % Math.min(length, 4))]!;
  }

  /** Adds the node of a step, or nothing where it would grow out of the bounds. */
  step({ kind, a, b, seed: start }: Step): void {
    const builder = families[kind % families.length]!;
    const x = this.chosen(a);
    const y = this.chosen(b);
    // Each step draws from its own stream, so that dropping one leaves the others alone.
    const made = builder(new Draws(start), x, y);
    if (made === undefined || sizeOf(made.node.shape) > most || !(made.error <= made.bound + 1)) return;
    const wraps = !isFloat(made.node.dtype);
    const bound = wraps ? Math.min(made.bound, rangeOf(made.node.dtype)) : made.bound;
    if (!wraps && bound > largest) return;
    this.pool.push({ ...made, bound });
  }
}

/** Draws within one step. */
class Draws {
  private readonly draw: () => number;

  constructor(start: number) {
    this.draw = lcg(start);
  }

  below(count: number): number {
    return Math.floor(this.draw() * count);
  }

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)]!;
  }

  axes(rank: number): number[] {
    const axes = Array.from({ length: rank }, (_, i) => i).filter(() => this.below(2) === 0);
    return axes.length === 0 ? [this.below(rank)] : axes;
  }

  order(rank: number): number[] {
    const order = Array.from({ length: rank }, (_, i) => i);
    for (let i = rank - 1; i > 0; i--) {
      const j = this.below(i + 1);
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
    return order;
  }
}

const rangeOf = (dtype: DType): number => (dtype === 'int32' ? 2 ** 31 : dtype === 'uint8' ? 255 : 1);

type Family = (d: Draws, x: Value, y: Value) => Value | undefined;

/** y as x's shape and dtype: cut and stretched. */
function fit(y: Value, { node: x }: Value): Value | undefined {
  const value = convert(y, x.dtype);
  if (value === undefined) return undefined;
  let { node } = value;
  while (node.shape.length > x.shape.length) {
    const start = node.shape.map(() => 0);
    const first = node.shape.map((n, i) => (i === 0 ? Math.min(1, n) : n));
    node = build.shrink(node, start, first);
    if (node.shape[0] === 0) return undefined;
    node = build.reshape(node, node.shape.slice(1));
  }
  const into = x.shape.slice(x.shape.length - node.shape.length);
  const size = node.shape.map((n, i) => (n >= into[i]! ? into[i]! : Math.min(n, 1)));
  node = build.shrink(
    node,
    size.map(() => 0),
    size,
  );
  if (size.some((n, i) => n === 0 && into[i]! > 0)) return undefined;
  return { ...value, node: build.expand(node, x.shape) };
}

function convert(x: Value, dtype: DType): Value | undefined {
  const from = x.node.dtype;
  if (from === dtype) return x;
  if (x.error > 0 && !isFloat(dtype)) return undefined;
  if (isFloat(dtype) && x.bound > largest) return undefined;
  const node = build.cast(x.node, dtype);
  return {
    node,
    bound: dtype === 'bool' ? 1 : dtype === 'uint8' ? 255 : x.bound,
    error: x.error + (x.error > 0 ? unit * x.bound : 0),
  };
}

/** The rounding of a result, if it is not exact. */
const rounding = (bound: number, ...errors: readonly number[]): number =>
  errors.some((e) => e > 0) ? unit * bound : 0;

function add(x: Value, y: Value): Value {
  const bound = x.bound + y.bound;
  return {
    node: build.binary('add', x.node, y.node),
    bound,
    error: x.error + y.error + rounding(bound, x.error, y.error),
  };
}

function mul(x: Value, y: Value): Value {
  const bound = x.bound * y.bound;
  const error = x.error * y.bound + y.error * x.bound + x.error * y.error + rounding(bound, x.error, y.error);
  return { node: build.binary('mul', x.node, y.node), bound, error };
}

function reduced(x: Value, op: 'sum' | 'amax' | 'prod', axes: readonly number[]): Value | undefined {
  const terms = axes.reduce((n, axis) => n * x.node.shape[axis]!, 1);
  if (op !== 'amax' && x.node.dtype === 'bool') return undefined;
  const isPower = op === 'prod';
  if (isPower && (terms > 3 || x.error > 0)) return undefined;
  if (op === 'amax' && terms === 0) return undefined;
  const bound = op === 'sum' ? x.bound * terms : isPower ? Math.max(1, x.bound ** terms) : x.bound;
  const error = op === 'sum' ? terms * x.error + (terms + 1) * rounding(bound, x.error) : x.error;
  return { node: build.reduce(op, x.node, axes), bound, error };
}

/** x · y summed over an axis of x, as a product of matrices or a row of them. */
function contract(d: Draws, x: Value, y: Value): Value | undefined {
  const other = convert(y, x.node.dtype);
  if (other === undefined || x.node.dtype === 'bool') return undefined;
  const [left, right] = [x.node.shape, other.node.shape];
  if (left.length !== 2 || right.length !== 2) return undefined;
  const [byLeft, byRight] = [d.below(2), d.below(2)];
  if (left[byLeft] !== right[byRight]) return undefined;
  const a = build.permute(x.node, [1 - byLeft, byLeft]);
  const b = build.permute(other.node, [1 - byRight, byRight]);
  const shape = [a.shape[0]!, b.shape[0]!, a.shape[1]!];
  if (sizeOf(shape) > 40 * most) return undefined;
  const wideA = { ...x, node: build.expand(a, shape, [0, 2]) };
  const wideB = { ...other, node: build.expand(b, shape, [1, 2]) };
  return reduced(mul(wideA, wideB), 'sum', [2]);
}

const arithmetic: Family = (d, x, y) => {
  const other = fit(y, x);
  if (other === undefined || x.node.dtype === 'bool') return undefined;
  const op = d.pick(['add', 'mul', 'max', 'mod'] as const);
  switch (op) {
    case 'add':
      return add(x, other);
    case 'mul':
      return mul(x, other);
    case 'max':
      return {
        node: build.binary('max', x.node, other.node),
        bound: Math.max(x.bound, other.bound),
        error: x.error + other.error,
      };
    case 'mod': {
      if (x.error > 0) return undefined;
      const by = build.constant(1 + d.below(7), x.node.shape, x.node.dtype);
      return { node: build.binary('mod', x.node, by), bound: 7, error: 0 };
    }
  }
};

const bits: Family = (d, x, y) => {
  const other = fit(y, x);
  if (other === undefined || isFloat(x.node.dtype)) return undefined;
  const op = d.pick(['and', 'or', 'xor'] as const);
  return { node: build.binary(op, x.node, other.node), bound: rangeOf(x.node.dtype), error: 0 };
};

const choice: Family = (d, x, y) => {
  const other = fit(y, x);
  if (other === undefined || x.error + other.error > 0) return undefined;
  const test = build.binary(d.pick(['lt', 'eq'] as const), x.node, other.node);
  if (d.below(3) === 0) return { node: test, bound: 1, error: 0 };
  const bound = Math.max(x.bound, other.bound);
  return { node: build.where(test, other.node, x.node), bound, error: 0 };
};

const smooth: Family = (d, x) => {
  if (!isFloat(x.node.dtype)) return undefined;
  const op = d.pick(['sin', 'tanh', 'erf', 'exp', 'neg', 'floor'] as const);
  const node = build.unary(op, x.node);
  switch (op) {
    case 'neg':
      return { ...x, node };
    case 'floor':
      return x.error > 0 ? undefined : { ...x, node };
    case 'exp': {
      const bound = Math.exp(x.bound);
      return x.bound > 6 ? undefined : { node, bound, error: 2 * bound * x.error + 4 * unit * bound };
    }
    default:
      return x.bound > 5000 ? undefined : { node, bound: 1, error: 1.2 * x.error + 4 * unit };
  }
};

const conversion: Family = (d, x) => convert(x, d.pick(['float32', 'float64', 'int32', 'uint8', 'bool']));

const reduction: Family = (d, x) => {
  if (x.node.shape.length === 0) return undefined;
  return reduced(x, d.pick(['sum', 'sum', 'amax', 'prod']), d.axes(x.node.shape.length));
};

/** Divides by the sum or maximum along an axis, as softmax does: a reduction stretched back over what it came from. */
const spread: Family = (d, x) => {
  const rank = x.node.shape.length;
  if (rank === 0) return undefined;
  const axis = d.below(rank);
  const total = reduced(x, d.pick(['sum', 'amax']), [axis]);
  if (total === undefined || x.node.dtype === 'bool') return undefined;
  const axes = x.node.shape.map((_, i) => i).filter((i) => i !== axis);
  return add(x, { ...total, node: build.expand(total.node, x.node.shape, axes) });
};

const movement: Family = (d, x) => {
  const { node } = x;
  const { shape } = node;
  const rank = shape.length;
  const moved = (to: Node): Value => ({ ...x, node: to });
  if (rank === 0) return moved(build.expand(node, [1 + d.below(20)], []));
  switch (d.pick(['permute', 'flip', 'shrink', 'pad', 'reshape', 'expand', 'slide', 'unslide'] as const)) {
    case 'permute':
      return moved(build.permute(node, d.order(rank)));
    case 'flip':
      return moved(build.flip(node, d.axes(rank)));
    case 'shrink': {
      const start = shape.map((n) => d.below(n));
      const step = shape.map(() => 1 + d.below(2));
      const size = shape.map((n, i) => Math.ceil((n - start[i]!) / step[i]!));
      return moved(build.shrink(node, start, size, step));
    }
    case 'pad': {
      const [low, high, interior] = [0, 1, 2].map(() => shape.map(() => d.pick([0, 0, 1, 2])));
      return {
        ...x,
        bound: Math.max(1, x.bound),
        node: build.pad(node, { low: low!, high: high!, interior, value: d.below(2) }),
      };
    }
    case 'reshape': {
      const size = sizeOf(shape);
      const factor = d.pick([2, 3, 4, 5, 8].filter((n) => size % n === 0).concat(1));
      return moved(build.reshape(node, d.pick([[size], [factor, size / factor], [size / factor, factor]])));
    }
    case 'expand': {
      const before = d.below(rank + 1);
      const to = [...shape.slice(0, before), 1 + d.below(6), ...shape.slice(before)];
      return moved(
        build.expand(
          node,
          to,
          shape.map((_, i) => (i < before ? i : i + 1)),
        ),
      );
    }
    case 'slide': {
      const axis = d.below(rank);
      const window = 1 + d.below(Math.min(4, shape[axis]! || 1));
      const how = { axis, window: rank, stride: 1 + d.below(2), dilation: 1 + d.below(2) };
      const room = shape[axis]! - 1 - (window - 1) * how.dilation;
      if (room < 0) return undefined;
      const wide = build.expand(
        node,
        [...shape, window],
        shape.map((_, i) => i),
      );
      return moved(build.slide(wide, Math.floor(room / how.stride) + 1, how));
    }
    case 'unslide': {
      if (rank < 2) return undefined;
      const how = { axis: 0, window: 1 + d.below(rank - 1), stride: 1 + d.below(2), dilation: 1 + d.below(2) };
      const size = Math.max(0, shape[0]! - 1) * how.stride + (shape[how.window]! - 1) * how.dilation + 1;
      return moved(build.unslide(node, size + d.below(2), how));
    }
  }
};

const indexing: Family = (d, x, y) => {
  const rank = x.node.shape.length;
  const from = y.error > 0 ? undefined : fit({ ...y, error: 0 }, { ...x, node: build.cast(x.node, 'int32') });
  if (rank === 0 || from === undefined || y.bound > largest) return undefined;
  const axis = d.below(rank);
  const isScatter = d.below(2) === 0;
  const limit = isScatter ? 1 + d.below(9) : x.node.shape[axis]!;
  if (limit === 0 || (isScatter && x.node.dtype === 'bool')) return undefined;
  const index = build.binary('mod', from.node, build.constant(limit, from.node.shape, 'int32'));
  if (!isScatter) return { ...x, node: build.gather(x.node, index, axis) };
  const terms = x.node.shape[axis]!;
  const bound = x.bound * Math.max(1, terms);
  return {
    node: build.scatterAdd(x.node, index, axis, limit),
    bound,
    error: terms * x.error + (terms + 1) * rounding(bound, x.error),
  };
};

const routine: Family = (d, x) => {
  const rank = x.node.shape.length;
  if (rank === 0) return undefined;
  const length = x.node.shape[rank - 1]!;
  if (d.below(2) === 0 && x.error === 0) {
    const call = d.pick([
      { name: 'argsort', descending: false },
      { name: 'argsort', descending: true },
      { name: 'cumargmax', smallest: false },
    ] as const);
    return { node: build.routine(call, [x.node]), bound: length, error: 0 };
  }
  if (x.node.dtype === 'bool') return undefined;
  const bound = x.bound * Math.max(1, length);
  return {
    node: build.routine({ name: 'cumsum', reverse: d.below(2) === 0 }, [x.node]),
    bound,
    error: length * x.error + (length + 1) * rounding(bound, x.error),
  };
};

/** A loop that keeps every element one of those that there were, or its negative. */
const loop: Family = (d, x, y) => {
  const other = fit(y, x);
  if (other === undefined) return undefined;
  const { dtype, shape } = x.node;
  const length = 1 + d.below(4);
  const all = (node: Node): Node => build.expand(node, [length, ...shape]);
  const isEarly = build.binary('lt', build.iota([length, ...shape], 0), build.constant(2, [length, ...shape], 'int32'));
  const inputs = [x.node, build.where(isEarly, all(other.node), all(x.node)), other.node];
  const params = inputs.map((node, i) => build.param(i, i === 1 ? shape : node.shape, dtype));
  const [carry, slice, fixed] = [params[0]!, params[1]!, params[2]!];
  const isExact = x.error === 0 && other.error === 0;
  const next = d.pick([
    () => build.binary('max', carry, slice),
    () => (dtype === 'bool' ? slice : build.unary('neg', carry)),
    () => (isExact ? build.where(build.binary('lt', carry, slice), fixed, carry) : fixed),
  ])();
  const loop = build.scan(
    {
      body: { inputs: params, outputs: [next, build.binary('max', carry, fixed)] },
      length,
      carried: 1,
      sliced: 1,
      reverse: d.below(2) === 0,
      tested: false,
    },
    inputs,
  );
  const bound = Math.max(x.bound, other.bound);
  return { node: build.part(loop, d.below(2)), bound, error: Math.max(x.error, other.error) };
};

const structure: Family = (d, x) => ({ ...x, node: d.pick([build.realize, build.detach, again, kept])(x.node) });
const again = (x: Node): Node => build.barrier(x, new Rerun());
const kept = (x: Node): Node => build.custom(ordinary, [x], [x])[0]!;

/** A function that gives back what it gets, and so does its gradient. */
const ordinary: CustomGradient = { name: 'kept', results: 1, isOrdinary: false, pullBack: ([g]) => [g] };

const families: readonly Family[] = [
  arithmetic,
  arithmetic,
  bits,
  choice,
  smooth,
  conversion,
  reduction,
  reduction,
  spread,
  movement,
  movement,
  movement,
  contract,
  contract,
  indexing,
  structure,
  routine,
  loop,
];

const stepOf = fc.record({ kind: fc.nat(1000), a: fc.nat(1000), b: fc.nat(1000), seed: fc.nat(100_000) });
export const recipe = fc.record({
  start: fc.nat(100_000),
  steps: fc.array(stepOf, { minLength: 5, maxLength: 25, size: 'max' }),
  chosen: fc.array(fc.nat(1000), { minLength: 1, maxLength: 4 }),
  donate: fc.boolean(),
});

export function draw({
  start,
  steps,
  chosen,
  donate,
}: {
  start: number;
  steps: Step[];
  chosen: number[];
  donate: boolean;
}): Drawn {
  const builder = new Builder(start);
  for (const step of steps) builder.step(step);
  const { pool } = builder;
  // The last node is always among the outputs; the others may be anything, inputs and repetitions too.
  const outputs = [pool.at(-1)!, ...chosen.map((i) => builder.chosen(i))];
  const donations = new Map<number, number>();
  if (donate) {
    outputs.forEach(({ node }, i) => {
      const input = builder.inputs.findIndex(
        (one, j) =>
          one.dtype === node.dtype && `${one.shape}` === `${node.shape}` && ![...donations.values()].includes(j),
      );
      if (input >= 0) donations.set(i, input);
    });
  }
  const graph = { inputs: builder.inputs, outputs: outputs.map(({ node }) => node), donations };
  return { graph, inputs: builder.arrays, errors: outputs.map(({ error }) => error) };
}
