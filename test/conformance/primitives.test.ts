/**
 * Every primitive on every compiler against the reference: random shapes (empty axes and axes of size 1 among them), operands seen through views,
 * every dtype the op takes, special values.
 *
 * Integers, bools and moved elements must be the same; so must floats wherever IEEE 754 defines the operation. The rest in units of the last
 * place: exp 2, log 2, sin 3.6 (within ±1e4), tanh 3 (4 in double), erf 3; a sum of n terms may be off by n + 2 roundings of Σ|x|,
 * a product by n + 2 of itself. Multiply-adds may be fused.
 */
import { describe, expect, it } from 'vitest';
import { sizeOf } from '../../src/base/shape.ts';
import { Rerun } from '../../src/ir/custom.ts';
import * as build from '../../src/ir/build.ts';
import { type DType, infoOf, isFloat, isHalf, numbersOf, storedFrom, type TypedArray } from '../../src/ir/dtype.ts';
import type { Node, Scan } from '../../src/ir/node.ts';
import { accepts, type BinaryOp, type Op, operandDTypes, type UnaryOp } from '../../src/ir/op.ts';
import { erfExact } from '../../src/kernel/math/erf-oracle.ts';
import { evaluate } from '../../src/runtime/reference/evaluate.ts';
import { ArrayStorage } from '../../src/runtime/reference/storage.ts';
import { compilers } from '../devices.ts';
import { findFault, outputsOn, type Tolerance } from './compare.ts';
import { Operands, ordinary, type Values, within } from './operands.ts';

const rounds = 16;

/** A node to compare, and how closely. */
interface Case {
  readonly output: Node;
  readonly tolerance: Tolerance;
  /** Where the tolerance is per element: its scale, computed by the reference. */
  readonly scale?: Node;
  /** Where the reference is not close enough itself: the exact value, elementwise. */
  readonly oracle?: { readonly of: Node; readonly value: (x: number) => number };
}

type Draw = (o: Operands, dtype: DType) => Case;

const exact: Tolerance = { kind: 'exact' };
const moved: Tolerance = { kind: 'exact', zeroSigns: true };
const anything: readonly DType[] = accepts.any;
const numbers: readonly DType[] = accepts.number;

function unary(
  op: Exclude<UnaryOp, 'cast' | 'bitcast'>,
  ulp: number | ((dtype: DType) => number),
  values?: Values,
): Entry {
  const draw: Draw = (o, dtype) => ({
    output: build.unary(op, o.view(o.shape(), dtype, values)),
    tolerance: ulp === 0 ? moved : { kind: 'ulp', ulp: typeof ulp === 'number' ? ulp : ulp(dtype) },
  });
  return { dtypes: accepts[operandDTypes[op]], draw };
}

function binary(op: BinaryOp, values?: (dtype: DType) => Values): Entry {
  const draw: Draw = (o, dtype) => {
    const shape = o.shape();
    const [a, b] = [o.view(shape, dtype, values?.(dtype)), o.view(shape, dtype, values?.(dtype))];
    return { output: build.binary(op, a, b), tolerance: exact };
  };
  return { dtypes: accepts[operandDTypes[op]], draw };
}

/** A movement of a view of any dtype. */
function movement(dtypes: readonly DType[], move: (o: Operands, x: Node) => Node, leastRank = 0): Entry {
  return { dtypes, draw: (o, dtype) => ({ output: move(o, o.view(o.shape(leastRank), dtype)), tolerance: moved }) };
}

const beyond = [
  NaN,
  Infinity,
  -Infinity,
  -0,
  2 ** 31,
  -(2 ** 31),
  2 ** 31 - 1,
  65519.999,
  65520,
  1 + 2 ** -11,
  1 + 2 ** -8,
  1 + 2 ** -8 + 2 ** -40,
  3 * 2 ** -25,
  2 ** -25,
  2 ** -25 + 2 ** -60,
  3.4e38,
];

/** Products of any length that is met here stay normal. */
const nearOne: Values = (o) => o.pick([-1, 1]) * o.between(0.8, 1.25);
/** Quarters: their quotients are far enough from whole numbers, or are whole, for floor to be sure. */
const quarters: Values = (o) =>
  o.below(8) === 0 ? o.pick([NaN, Infinity, -Infinity, 0, -0]) : Math.floor(o.between(-40, 40)) / 4;

const magnitude = (x: Node): Node => build.binary('max', x, build.unary('neg', x));

/** Adds the tolerance of n + 2 roundings of the scale. */
function rounded(output: Node, scale: Node, terms: number): Case {
  if (!isFloat(output.dtype)) return { output, tolerance: exact };
  // 16-bit floats are summed in float32 and rounded once, perhaps to the neighbour.
  const unit = isHalf(output.dtype)
    ? 2 * infoOf(output.dtype).epsilon!
    : (infoOf(output.dtype).epsilon! / 2) * (terms + 2);
  const factor = build.expand(build.constant(unit, [], output.dtype), scale.shape, []);
  return { output, tolerance: exact, scale: build.binary('mul', scale, factor) };
}

const smooth = (dtype: DType): Values | undefined => (isFloat(dtype) ? within(8) : undefined);

interface Entry {
  readonly dtypes: readonly DType[];
  readonly draw: Draw;
}

const slideOf = (o: Operands, rank: number): { axis: number; window: number; stride: number; dilation: number } => {
  const axis = o.below(rank);
  const window = (axis + 1 + o.below(rank - 1)) % rank;
  return { axis, window, stride: 1 + o.below(3), dilation: 1 + o.below(3) };
};

const indexValues =
  (size: number): Values =>
  (o) =>
    o.below(Math.max(1, size));

const table: { readonly [K in Op]: Entry } = {
  const: {
    dtypes: anything,
    draw: (o, dtype) => ({ output: build.constant(ordinary(dtype)(o), o.shape(), dtype), tolerance: moved }),
  },
  iota: {
    dtypes: ['int32'],
    draw: (o) => {
      const shape = o.shape(1);
      return { output: build.iota(shape, o.below(shape.length)), tolerance: exact };
    },
  },
  buffer: {
    dtypes: anything,
    draw: (o, dtype) => {
      const values = o.input(o.shape(), dtype);
      const leaf = { storage: new ArrayStorage(dtype, o.values[0]!) };
      o.inputs[0] = build.buffer(leaf, values.shape);
      return { output: build.permute(o.inputs[0], o.order(values.shape.length)), tolerance: moved };
    },
  },
  param: { dtypes: anything, draw: (o, dtype) => ({ output: o.input(o.shape(), dtype), tolerance: moved }) },

  neg: unary('neg', 0),
  exp: unary('exp', 2, within(80)),
  log: unary('log', 2, (o) =>
    o.below(8) === 0 ? o.pick([NaN, Infinity, -1, 0, -0, 1]) : Math.exp(o.between(-60, 60)),
  ),
  sin: unary('sin', 3.6, within(1e4)),
  sqrt: unary('sqrt', 0, (o) => Math.abs(within(1e6)(o))),
  floor: unary('floor', 0, within(100)),
  tanh: unary('tanh', (dtype) => (dtype === 'float64' ? 4 : 3)),
  erf: {
    dtypes: accepts.float,
    draw: (o, dtype) => {
      const x = o.view(o.shape(), dtype, within(4));
      // The reference's erf is itself up to 8 ulp off in double.
      return { output: build.unary('erf', x), tolerance: { kind: 'ulp', ulp: 3 }, oracle: { of: x, value: erfOf } };
    },
  },
  cast: {
    dtypes: anything,
    draw: (o, dtype) => {
      const to = o.pick(anything.filter((other) => other !== dtype));
      // Within the ranges of integers and beyond; those of float64 halfway between narrower floats, and next to it.
      const wide: Values = (p) =>
        p.below(4) === 0 ? p.pick(beyond) : p.pick([3, 200, 4e4, 3e9, 1e20]) * p.between(-1, 1);
      const x = o.view(o.shape(), dtype, isFloat(dtype) ? wide : undefined);
      return { output: build.cast(x, to, o.below(2) === 0), tolerance: exact };
    },
  },
  bitcast: {
    dtypes: ['float32', 'int32'],
    draw: (o, dtype) => {
      const bits: Values = (p) => (p.below(2) << 31) | Math.floor(p.between(2 ** 23, 2 ** 31 - 2 ** 24));
      const x = o.view(o.shape(), dtype, dtype === 'int32' ? bits : undefined);
      return { output: build.bitcast(x, dtype === 'int32' ? 'float32' : 'int32'), tolerance: moved };
    },
  },

  add: binary('add'),
  mul: binary('mul'),
  div: binary('div'),
  idiv: binary('idiv'),
  mod: binary('mod', (dtype) => (isFloat(dtype) ? quarters : ordinary(dtype))),
  max: binary('max'),
  lt: binary('lt', smallOf),
  eq: binary('eq', smallOf),
  and: binary('and'),
  or: binary('or'),
  xor: binary('xor'),
  shl: binary('shl', shiftOf),
  shr: binary('shr', shiftOf),

  where: {
    dtypes: anything,
    draw: (o, dtype) => {
      const shape = o.shape();
      const output = build.where(o.view(shape, 'bool'), o.view(shape, dtype), o.view(shape, dtype));
      return { output, tolerance: moved };
    },
  },
  threefry: {
    dtypes: ['int32'],
    draw: (o) => {
      const shape = o.shape();
      const [k0, k1, c] = [o.view(shape, 'int32'), o.view(shape, 'int32'), o.view(shape, 'int32')];
      return { output: build.threefry(k0, k1, c, o.pick(['first', 'second', 'xor'] as const)), tolerance: exact };
    },
  },

  sum: {
    dtypes: numbers,
    draw: (o, dtype) => {
      const x = o.view(o.shape(1), dtype, smooth(dtype));
      const axes = o.axes(x.shape.length);
      const scale = build.reduce('sum', magnitude(x), axes);
      return rounded(build.reduce('sum', x, axes), scale, sizeOf(x.shape));
    },
  },
  amax: {
    dtypes: anything,
    draw: (o, dtype) => {
      const x = o.view(o.shape(1), dtype);
      return { output: build.reduce('amax', x, o.axes(x.shape.length)), tolerance: exact };
    },
  },
  prod: {
    dtypes: numbers,
    draw: (o, dtype) => {
      const x = o.view(o.shape(1), dtype, isFloat(dtype) ? nearOne : undefined);
      const output = build.reduce('prod', x, o.axes(x.shape.length));
      return rounded(output, magnitude(output), sizeOf(x.shape));
    },
  },

  reshape: movement(anything, (o, x) => {
    const size = sizeOf(x.shape);
    const factor = o.pick([2, 3, 4, 5, 7].filter((n) => size % n === 0).concat(1));
    return build.reshape(x, o.pick([[size], [factor, size / factor], [size / factor, 1, factor]]));
  }),
  permute: movement(anything, (o, x) => build.permute(x, o.order(x.shape.length))),
  expand: movement(anything, (o, x) => {
    const before = o.below(x.shape.length + 1);
    const shape = [...x.shape.slice(0, before), o.size(), ...x.shape.slice(before)];
    return build.expand(
      x,
      shape,
      x.shape.map((_, i) => (i < before ? i : i + 1)),
    );
  }),
  pad: movement(anything, (o, x) =>
    build.pad(x, {
      low: x.shape.map(() => o.below(3)),
      high: x.shape.map(() => o.below(3)),
      interior: x.shape.map(() => o.pick([0, 0, 1, 2])),
      value: ordinary(x.dtype)(o),
    }),
  ),
  shrink: movement(anything, (o, x) => {
    const start = x.shape.map((n) => o.below(n + 1));
    const step = x.shape.map(() => 1 + o.below(3));
    const size = x.shape.map((n, i) => o.below(Math.ceil((n - start[i]!) / step[i]!) + 1));
    return build.shrink(x, start, size, step);
  }),
  flip: movement(anything, (o, x) => build.flip(x, o.axes(x.shape.length)), 1),
  slide: movement(
    anything,
    (o, x) => {
      const how = slideOf(o, x.shape.length);
      const room = x.shape[how.axis]! - 1 - Math.max(0, x.shape[how.window]! - 1) * how.dilation;
      return build.slide(x, room < 0 ? 0 : 1 + o.below(Math.floor(room / how.stride) + 1), how);
    },
    2,
  ),
  unslide: movement(anything, (o, x) => build.unslide(x, o.below(24), slideOf(o, x.shape.length)), 2),

  gather: {
    dtypes: anything,
    draw: (o, dtype) => {
      const x = o.view(o.shape(1), dtype);
      const axis = o.below(x.shape.length);
      const length = x.shape[axis] === 0 ? 0 : o.size();
      const shape = x.shape.map((n, i) => (i === axis ? length : n));
      const index = o.view(shape, 'int32', indexValues(x.shape[axis]!));
      return { output: build.gather(x, index, axis), tolerance: moved };
    },
  },
  scatterAdd: {
    dtypes: numbers,
    draw: (o, dtype) => {
      const x = o.view(o.shape(1), dtype, smooth(dtype));
      const axis = o.below(x.shape.length);
      const size = 1 + o.below(9);
      const index = o.view(x.shape, 'int32', indexValues(size));
      const scale = build.scatterAdd(magnitude(x), index, axis, size);
      return rounded(build.scatterAdd(x, index, axis, size), scale, x.shape[axis]!);
    },
  },

  scan: {
    dtypes: numbers,
    draw: (o, dtype) => ({ output: build.part(loop(o, dtype, o.below(3) === 0), 1), tolerance: exact }),
  },
  part: { dtypes: numbers, draw: (o, dtype) => ({ output: build.part(loop(o, dtype, false), 2), tolerance: exact }) },

  custom: movement(anything, (_, x) => {
    const rule = { name: 'same', results: 1, isOrdinary: false, pullBack: () => [undefined] };
    return build.custom(rule, [x], [x])[0]!;
  }),
  barrier: movement(anything, (_, x) => build.barrier(x, new Rerun())),
  detach: movement(anything, (_, x) => build.detach(x)),
  realize: movement(anything, (_, x) => build.realize(x)),
  // What a routine computes is the same everywhere; that it sees what steps before it have written, and steps after it what it wrote, is not.
  routine: {
    dtypes: numbers,
    draw: (o, dtype) => {
      const x = o.view(o.shape(1), dtype, smooth(dtype));
      const last = x.shape.length - 1;
      const twice = build.binary('add', x, x);
      const order = build.routine({ name: 'argsort', descending: o.below(2) === 1 }, [o.pick([x, twice])]);
      const sums = build.routine({ name: 'cumsum', reverse: o.below(2) === 1 }, [o.pick([x, twice])]);
      const taken = x.shape[last] === 0 ? x : build.gather(o.pick([sums, twice]), order, last);
      const output = o.pick([order, sums, build.unary('neg', sums), taken, build.routine(o.pick(places), [taken])]);
      return { output, tolerance: exact };
    },
  },
};

const places = [
  { name: 'argsort', descending: false },
  { name: 'cumargmax', smallest: true },
] as const;

/** A loop that is exact on any machine: carries bool and `dtype`, takes slices and a constant, stacks. */
function loop(o: Operands, dtype: DType, tested: boolean): Scan {
  const shape = o.shape();
  const length = 1 + o.below(5);
  const inputs = [
    build.reshape(o.view([1], 'bool'), []),
    o.view(shape, dtype),
    ...(tested ? [] : [o.view([length, ...shape], dtype)]),
    o.view(shape, dtype),
  ];
  const params = [
    build.param(0, [], 'bool'),
    build.param(1, shape, dtype),
    ...(tested ? [] : [build.param(2, shape, dtype)]),
    build.param(3, shape, dtype),
  ];
  const [flag, carry, third] = [params[0]!, params[1]!, params[2]!];
  const constant = params.at(-1)!;
  const isSmall = build.binary('lt', third, constant);
  const everywhere = build.expand(flag, shape, []);
  const next = build.where(build.binary('xor', isSmall, everywhere), build.binary('add', carry, third), constant);
  const inverse = build.binary('xor', flag, build.constant(1, [], 'bool'));
  const outputs = [inverse, next, ...(tested ? [] : [build.binary('max', next, third)])];
  return build.scan(
    {
      body: { inputs: params, outputs },
      length,
      carried: 2,
      sliced: tested ? 0 : 1,
      reverse: o.below(2) === 0,
      tested,
    },
    inputs,
  );
}

function erfOf(x: number): number {
  return Number.isNaN(x) || x === 0 ? x : Math.abs(x) > 6 ? Math.sign(x) : erfExact(x);
}

/** Mostly counts of bits, some of them more than there are; they are what is shifted, too. */
function shiftOf(dtype: DType): Values {
  const any = ordinary(dtype);
  return (o) => (o.below(4) === 0 ? any(o) : o.below(8 * infoOf(dtype).bytes));
}

/** Few different values, so that comparisons meet equal ones. */
function smallOf(dtype: DType): Values {
  return (o) =>
    isFloat(dtype) ? o.pick([NaN, Infinity, -Infinity, 0, -0, 1, 1.5, -3]) : o.below(dtype === 'bool' ? 2 : 4);
}

describe.each(compilers)('$label', ({ device }) => {
  it.each(Object.entries(table))('%s agrees with the reference', (op, { dtypes, draw }) => {
    const faults: string[] = [];
    dtypes.forEach((dtype, kind) => {
      for (let round = 0; round < rounds; round++) {
        const seed = op.length * 7919 + op.charCodeAt(0) * 101 + kind * 1000 + round;
        const o = new Operands(seed);
        const { output, tolerance, scale, oracle } = draw(o, dtype);
        const given = o.values;
        const known = (node: Node): TypedArray => evaluate({ inputs: o.inputs, outputs: [node] }, given)[0]!;
        const numbers = (node: Node): TypedArray => numbersOf(node.dtype, known(node));
        const want =
          oracle === undefined ? known(output) : storedFrom(output.dtype, numbers(oracle.of).map(oracle.value));
        const allowed: Tolerance = scale === undefined ? tolerance : { kind: 'absolute', distance: numbers(scale) };
        const [got] = outputsOn(device, { inputs: o.inputs, outputs: [output] }, given);
        const fault = findFault(output.dtype, got!, want, allowed);
        if (fault !== undefined) faults.push(`${dtype}, seed ${seed}, (${output.shape.join(', ')}): ${fault}`);
      }
    });
    expect(faults).toEqual([]);
  });
});
