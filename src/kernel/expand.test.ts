import { describe, expect, it } from 'vitest';
import { accepts, families, operandDTypes } from '../ir/op.ts';
import type { ElementwiseOp } from '../ir/op.ts';
import { convert, dtypes, isHalf, roundTo } from '../ir/dtype.ts';
import type { DType } from '../ir/dtype.ts';
import { needsF64 } from './expand.ts';
import { apply, applyWide, elementwiseNest } from './math/measure.ts';

const elements = {
  float32: [0, 1, -1.5, 2.25, 7, -8, 0.1, 3.5e8, NaN],
  float64: [0, 1, -1.5, 2.25, 7, -8, 0.1, 3.5e8, NaN],
  bfloat16: [0, 1, -1.5, 2.25, 7, -8, 0.1, 3.5e8, NaN],
  float16: [0, 1, -1.5, 2.25, 7, -8, 0.1, 65504, NaN],
  int32: [0, 1, -1, 7, -7, 3, 2147483647, -2147483648, 65537],
  int64: [0, 1, -1, 7, -7, 3, 2 ** 53, -(2 ** 63), 65537],
  int16: [0, 1, -1, 7, -7, 3, 32767, -32768, 257],
  int8: [0, 1, -1, 7, -7, 3, 127, -128, 100],
  uint8: [0, 1, 2, 3, 7, 100, 200, 254, 255],
  bool: [0, 1],
} as const satisfies Record<DType, readonly number[]>;

/** Every pair of a dtype's sample elements. */
function pairs(dtype: DType): [number[], number[]] {
  const all: readonly number[] = elements[dtype].map((x) => roundTo(dtype, x));
  return [all.flatMap((x) => all.map(() => x)), all.flatMap(() => all)];
}

type Meaning = (x: number, y: number, dtype: DType) => number;

/** What is computed on 16-bit floats is computed in float32. int64 has a test of its own, where numbers are bigints. */
const isComputed = (dtype: DType) => !isHalf(dtype) && dtype !== 'int64';

const bitsOf = (dtype: DType) => 8 * dtypes[dtype].bytes;
const floorDivide = (x: number, y: number) => (y === 0 ? 0 : Math.floor(x / y));

const binary = {
  add: (x, y) => x + y,
  mul: (x, y, dtype) => (dtypes[dtype].isFloat ? x * y : Math.imul(x, y)),
  div: (x, y) => x / y,
  idiv: floorDivide,
  mod: (x, y, dtype) => {
    if (!dtypes[dtype].isFloat) return y === 0 ? 0 : Number(((BigInt(x) % BigInt(y)) + BigInt(y)) % BigInt(y));
    const round = (value: number) => roundTo(dtype, value);
    return x - round(Math.floor(round(x / y)) * y);
  },
  max: (x, y) => (Number.isNaN(x) || Number.isNaN(y) ? NaN : Math.max(x, y)),
  lt: (x, y) => (x < y ? 1 : 0),
  eq: (x, y) => (x === y ? 1 : 0),
  and: (x, y) => x & y,
  or: (x, y) => x | y,
  xor: (x, y) => x ^ y,
  shl: (x, y, dtype) => (y < 0 || y >= bitsOf(dtype) ? 0 : x << y),
  shr: (x, y, dtype) => (y < 0 || y >= bitsOf(dtype) ? 0 : (x & (2 ** bitsOf(dtype) - 1)) >>> y),
} as const satisfies Partial<Record<ElementwiseOp, Meaning>>;

const cases = (Object.keys(binary) as (keyof typeof binary)[]).flatMap((op) =>
  accepts[operandDTypes[op]].filter(isComputed).map((dtype) => [op, dtype] as const),
);

describe('binary ops', () => {
  it.each(cases)('%s of %s is what JavaScript says', (op, dtype) => {
    const [x, y] = pairs(dtype);
    const to = op === 'lt' || op === 'eq' ? 'bool' : dtype;
    const meaning: Meaning = binary[op];
    const expected = x.map((value, i) => roundTo(to, meaning(value, y[i]!, dtype)));
    const got = apply(
      op,
      [
        { dtype, values: x },
        { dtype, values: y },
      ],
      to,
    );
    // -0 and 0 are one result
    expect(got.map((v) => v + 0)).toEqual(expected.map((v) => v + 0));
  });

  it('idiv and mod of random int32 pairs agree with whole-number arithmetic', () => {
    let seed = 12345;
    const next = () => (seed = (Math.imul(seed, 1664525) + 1013904223) | 0);
    const x = Array.from({ length: 4000 }, next);
    const y = Array.from({ length: 4000 }, (_, i) => next() >> (i % 31));
    const operands = [
      { dtype: 'int32', values: x },
      { dtype: 'int32', values: y },
    ] as const;
    const floor = (a: bigint, b: bigint) => a / b - (a % b !== 0n && a < 0n !== b < 0n ? 1n : 0n);
    const quotients = x.map((a, i) => (y[i] === 0 ? 0 : Number(BigInt.asIntN(32, floor(BigInt(a), BigInt(y[i]!))))));
    expect(apply('idiv', operands, 'int32')).toEqual(quotients);
    const remainders = x.map((a, i) => (y[i] === 0 ? 0 : a - Number(floor(BigInt(a), BigInt(y[i]!)) * BigInt(y[i]!))));
    expect(apply('mod', operands, 'int32')).toEqual(remainders.map((r) => r + 0));
  });

  it('int64 is exact, and wraps', () => {
    const ends = [
      0n,
      1n,
      -1n,
      2n,
      -3n,
      7n,
      2n ** 31n,
      2n ** 32n + 5n,
      2n ** 53n + 1n,
      2n ** 62n,
      2n ** 63n - 1n,
      -(2n ** 63n),
    ];
    let seed = 99n;
    const next = () =>
      BigInt.asIntN(64, (seed = BigInt.asUintN(64, seed * 6364136223846793005n + 1442695040888963407n)));
    const drawn = Array.from({ length: 600 }, (_, i) => next() >> BigInt(i % 63));
    const pairsOf = [
      ...ends.flatMap((x) => ends.map((y) => [x, y] as const)),
      ...drawn.map((x, i) => [x, drawn[(i * 7 + 3) % 600]! >> BigInt(i % 40)] as const),
    ];
    const [x, y] = [pairsOf.map(([a]) => a), pairsOf.map(([, b]) => b)];
    const floor = (a: bigint, b: bigint) => (b === 0n ? 0n : a / b - (a % b !== 0n && a < 0n !== b < 0n ? 1n : 0n));
    const inRange = (count: bigint) => count >= 0n && count < 64n;
    const meanings: Partial<Record<ElementwiseOp, (a: bigint, b: bigint) => bigint>> = {
      add: (a, b) => a + b,
      mul: (a, b) => a * b,
      idiv: floor,
      mod: (a, b) => (b === 0n ? 0n : a - floor(a, b) * b),
      max: (a, b) => (a > b ? a : b),
      xor: (a, b) => a ^ b,
      shl: (a, b) => (inRange(b) ? a << b : 0n),
      shr: (a, b) => (inRange(b) ? BigInt.asUintN(64, a) >> b : 0n),
    };
    for (const [op, meaning] of Object.entries(meanings)) {
      const got = applyWide(op as ElementwiseOp, [x, y]);
      expect([op, got]).toEqual([op, x.map((a, i) => BigInt.asIntN(64, meaning(a, y[i]!)))]);
    }
  });

  it('idiv of every pair of bytes is exact', () => {
    const x = Array.from({ length: 65536 }, (_, i) => i >> 8);
    const y = Array.from({ length: 65536 }, (_, i) => i & 255);
    const operands = [
      { dtype: 'uint8', values: x },
      { dtype: 'uint8', values: y },
    ] as const;
    expect(apply('idiv', operands, 'uint8')).toEqual(x.map((a, i) => floorDivide(a, y[i]!)));
  });
});

describe('unary ops', () => {
  const computed = accepts.number.filter(isComputed);
  it.each(computed)('neg of %s', (dtype) => {
    const values = elements[dtype].map((x) => roundTo(dtype, x));
    expect(apply('neg', [{ dtype, values }], dtype).map((v) => v + 0)).toEqual(
      values.map((x) => roundTo(dtype, -x) + 0),
    );
  });

  it.each(accepts.float.filter(isComputed))('sqrt and floor of %s', (dtype) => {
    const values = elements[dtype].map((x) => roundTo(dtype, x));
    expect(apply('sqrt', [{ dtype, values }], dtype)).toEqual(values.map((x) => roundTo(dtype, Math.sqrt(x))));
    expect(apply('floor', [{ dtype, values }], dtype)).toEqual(values.map(Math.floor));
  });

  const conversions = accepts.any.flatMap((from) => accepts.any.map((to) => [from, to] as const));
  it.each(conversions)('cast of %s to %s', (from, to) => {
    const values = elements[from].map((x) => roundTo(from, x));
    const expected = values.map((x) => convert(from, to, x));
    expect(apply('cast', [{ dtype: from, values }], to)).toEqual(expected.map((x) => x + 0));
  });

  it('bitcast keeps the bits both ways', () => {
    const floats = [1, -2, 0.1, Infinity].map(Math.fround);
    const bits = Array.from(new Int32Array(Float32Array.from(floats).buffer));
    expect(apply('bitcast', [{ dtype: 'float32', values: floats }], 'int32')).toEqual(bits);
    expect(apply('bitcast', [{ dtype: 'int32', values: bits }], 'float32')).toEqual(floats);
  });
});

describe('ternary ops', () => {
  it.each(accepts.any)('where picks %s elements by the condition', (dtype) => {
    const [x, y] = pairs(dtype);
    const condition = x.map((_, i) => (i % 3 === 0 ? 1 : 0));
    const operands = [
      { dtype: 'bool', values: condition },
      { dtype, values: x },
      { dtype, values: y },
    ] as const;
    expect(apply('where', operands, dtype)).toEqual(x.map((value, i) => (condition[i] === 1 ? value : y[i]!)));
  });

  it('threefry gives the published words for an all-zero key and counter', () => {
    const zero = { dtype: 'int32', values: [0] } as const;
    const words = (['first', 'second', 'xor'] as const).map(
      (word) => apply('threefry', [zero, zero, zero], 'int32', { word })[0],
    );
    expect(words).toEqual([0x6b200159 | 0, 0x99ba4efe | 0, (0x6b200159 ^ 0x99ba4efe) | 0]);
  });

  // Random123's known answers fix the plain version for any counter; the expansion is the plain one for counters (0, c).
  it.each([
    [
      [-1, -1, -1, -1],
      [0x1cb996fc, 0xbb002be7],
    ],
    [
      [0x13198a2e, 0x03707344, 0x243f6a88, 0x85a308d3],
      [0xc4923a9c, 0x483df7a0],
    ],
  ] as const)('plain threefry of %j is %j', ([k0, k1, c0, c1], words) => {
    expect(plainThreefry(k0, k1, c0, c1).map((word) => word >>> 0)).toEqual(words);
  });

  it('threefry agrees with the plain version for other keys and counters', () => {
    const keys = [0, 1, -1, 0x13198a2e, -2147483648, 12345, 99, -7];
    const counters = [0, 1, 2, 3, -1, 1000003, 2147483647, -2147483648];
    const [k0, k1] = [keys, [...keys].reverse()];
    const operands = [k0, k1, counters].map((values) => ({ dtype: 'int32', values }) as const);
    const expected = counters.map((c, i) => plainThreefry(k0[i]!, k1[i]!, 0, c));
    expect(apply('threefry', operands, 'int32', { word: 'first' })).toEqual(expected.map(([first]) => first));
    expect(apply('threefry', operands, 'int32', { word: 'second' })).toEqual(expected.map(([, second]) => second));
  });
});

/** Threefry-2x32-20 as its paper writes it: add, rotate, exclusive or; a key word every four rounds. */
function plainThreefry(k0: number, k1: number, c0: number, c1: number): [number, number] {
  const key = [k0, k1, k0 ^ k1 ^ 0x1bd11bda];
  const rotations = [13, 15, 26, 6, 17, 29, 16, 24];
  let [x, y] = [(c0 + k0) | 0, (c1 + k1) | 0];
  for (let round = 0; round < 20; round++) {
    const by = rotations[round % 8]!;
    x = (x + y) | 0;
    y = ((y << by) | (y >>> (32 - by))) ^ x;
    if (round % 4 === 3) {
      const group = (round + 1) / 4;
      x = (x + key[group % 3]!) | 0;
      y = (y + key[(group + 1) % 3]! + group) | 0;
    }
  }
  return [x, y];
}

describe('needsF64', () => {
  it('tells exactly the expansions that use doubles where neither side is one', () => {
    const elementwise = (Object.keys(families) as (keyof typeof families)[]).filter(
      (op): op is ElementwiseOp => op in operandDTypes,
    );
    for (const op of elementwise) {
      for (const dtype of accepts[operandDTypes[op]]) {
        if (dtypes[dtype].bytes === 8) continue;
        const from: DType[] =
          op === 'where'
            ? ['bool', dtype, dtype]
            : op === 'threefry'
              ? ['int32', 'int32', 'int32']
              : unaryOrBinary(op, dtype);
        const to = op === 'lt' || op === 'eq' ? 'bool' : op === 'cast' ? 'int32' : dtype;
        const nest = elementwiseNest(op, from, to, 8);
        expect([op, dtype, nest.registers.includes('f64')]).toEqual([op, dtype, needsF64(op, dtype)]);
      }
    }
  });
});

function unaryOrBinary(op: ElementwiseOp, dtype: DType): DType[] {
  return families[op] === 'unary' ? [dtype] : [dtype, dtype];
}
