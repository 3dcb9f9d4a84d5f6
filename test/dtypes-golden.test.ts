/**
 * Every dtype against NumPy, ml_dtypes and JAX (test/golden/dtypes.py), on every device: promotion, casts between every pair, arithmetic,
 * comparison, shifts, reductions, order, choice. What is not said to be off by units in the last place must be the same, NaN and the signs of
 * zeros included. Results that are subnormal in float32 or bfloat16 may be flushed to zero. One comparison is one array; they are counted.
 */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as fathom from '../src/index.ts';
import type { Tensor } from '../src/index.ts';
import { bigintsOf, type DType, infoOf, numbersOf, promote } from '../src/ir/dtype.ts';
import { fromStored, storedOf } from '../src/tensor/stored.ts';
import { testDevices } from './devices.ts';

interface Case {
  readonly rule: string;
  readonly in: readonly number[];
  readonly out: readonly number[];
  readonly options?: { readonly axis?: number; readonly to?: DType; readonly table?: readonly (readonly DType[])[] };
  readonly ulps?: number;
}

interface Golden {
  readonly arrays: readonly (readonly [dtype: DType, shape: number[], bytes: string])[];
  readonly cases: readonly Case[];
}

const golden = JSON.parse(readFileSync(new URL('golden/dtypes.json', import.meta.url), 'utf8')) as Golden;
/** Inputs and outputs by number, made once; the same bytes serve every device. */
const recorded = golden.arrays.map(([dtype, shape, text]) => {
  const bytes = Uint8Array.from(Buffer.from(text, 'base64'));
  return { dtype, shape, stored: new (infoOf(dtype).array)(bytes.buffer) };
});

type Answer = (inputs: readonly Tensor[], options: NonNullable<Case['options']>) => Tensor;

const answers: Readonly<Record<string, Answer>> = {
  cast: ([x], { to }) => x!.cast(to!),
  add: ([x, y]) => x!.add(y!),
  sub: ([x, y]) => x!.sub(y!),
  mul: ([x, y]) => x!.mul(y!),
  div: ([x, y]) => x!.div(y!),
  maximum: ([x, y]) => x!.maximum(y!),
  minimum: ([x, y]) => x!.minimum(y!),
  floorDivide: ([x, y]) => x!.floorDivide(y!),
  mod: ([x, y]) => x!.mod(y!),
  power: ([x, y]) => x!.pow(y!),
  bitwiseAnd: ([x, y]) => x!.bitwiseAnd(y!),
  bitwiseOr: ([x, y]) => x!.bitwiseOr(y!),
  bitwiseXor: ([x, y]) => x!.bitwiseXor(y!),
  leftShift: ([x, y]) => x!.leftShift(y!),
  rightShift: ([x, y]) => x!.rightShift(y!),
  arithmeticRightShift: ([x, y]) => fathom.arithmeticRightShift(x!, y!),
  less: ([x, y]) => x!.less(y!),
  lessEqual: ([x, y]) => x!.lessEqual(y!),
  equal: ([x, y]) => x!.equal(y!),
  notEqual: ([x, y]) => x!.notEqual(y!),
  neg: ([x]) => x!.neg(),
  abs: ([x]) => x!.abs(),
  sign: ([x]) => x!.sign(),
  exp: ([x]) => x!.exp(),
  log: ([x]) => x!.log(),
  sin: ([x]) => x!.sin(),
  cos: ([x]) => x!.cos(),
  tanh: ([x]) => x!.tanh(),
  sqrt: ([x]) => x!.sqrt(),
  rsqrt: ([x]) => x!.rsqrt(),
  log1p: ([x]) => x!.log1p(),
  expm1: ([x]) => x!.expm1(),
  softmax: ([x], { axis }) => x!.softmax(axis!),
  variance: ([x], { axis }) => x!.var(axis!),
  logSumExp: ([x], { axis }) => x!.logSumExp(axis!),
  matmul: ([x, y]) => x!.matmul(y!),
  sum: ([x], { axis }) => x!.sum(axis!),
  prod: ([x], { axis }) => x!.prod(axis!),
  max: ([x], { axis }) => x!.max(axis!),
  min: ([x], { axis }) => x!.min(axis!),
  mean: ([x], { axis }) => x!.mean(axis!),
  argmax: ([x], { axis }) => x!.argmax(axis!),
  argmin: ([x], { axis }) => x!.argmin(axis!),
  sort: ([x]) => x!.sort(),
  argsort: ([x]) => x!.argsort(),
  cumsum: ([x], { axis }) => x!.cumsum(axis!),
  scatterAdd: ([x, index]) => fathom.zeros([3, x!.shape[1]!], { dtype: x!.dtype }).scatterAdd(index!, x!),
  take: ([x, index]) => x!.take(index!),
  where: ([condition, x, y]) => fathom.where(condition!, x!, y!),
  flip: ([x]) => x!.flip(),
  pad: ([x]) => x!.pad([[2, 2]], 1),
};

/** Where 0 and −0 are one result, as they compare equal, and NumPy gives whichever it meets first. */
const ignoresZeroSigns = new Set(['maximum', 'minimum', 'max', 'min', 'abs', 'sign', 'sort']);

/** The first element that differs, as a sentence. */
function fault(got: Tensor, wanted: (typeof recorded)[number], { ulps = 0, rule }: Case): string | undefined {
  const { dtype, shape } = wanted;
  if (got.dtype !== dtype || got.shape.join() !== shape.join())
    return `${got.dtype} (${got.shape.join()}) instead of ${dtype} (${shape.join()})`;
  const stored = storedOf(got, 'golden');
  if (dtype === 'int64') {
    const [ours, theirs] = [bigintsOf(stored), bigintsOf(wanted.stored)];
    const at = theirs.findIndex((x, i) => x !== ours[i]);
    return at < 0 ? undefined : `element ${at} is ${ours[at]} instead of ${theirs[at]}`;
  }
  const [ours, theirs] = [numbersOf(dtype, stored), numbersOf(dtype, wanted.stored)];
  for (let i = 0; i < theirs.length; i++) {
    if (ignoresZeroSigns.has(rule) && ours[i] === theirs[i]) continue;
    if (!isClose(dtype, ours[i]!, theirs[i]!, ulps)) return `element ${i} is ${ours[i]} instead of ${theirs[i]}`;
  }
  return undefined;
}

function isClose(dtype: DType, x: number, y: number, ulps: number): boolean {
  if (Object.is(x, y)) return true;
  if (Math.abs(y) < 2 ** -126 && dtype !== 'float16' && dtype !== 'float64') return x === 0;
  if (ulps === 0) return false;
  const least = dtype === 'float16' ? 2 ** -14 : 2 ** -126;
  return Math.abs(x - y) <= ulps * infoOf(dtype).epsilon! * Math.max(least, 2 ** Math.floor(Math.log2(Math.abs(y))));
}

let compared = 0;

describe.each(testDevices)('on %s', (name) => {
  beforeAll(() => {
    fathom.device(name);
  });

  const rules = [...new Set(golden.cases.map(({ rule }) => rule))].filter((rule) => rule !== 'promotion');
  it.each(rules)('%s is what NumPy, ml_dtypes and JAX say', (rule) => {
    const faults = golden.cases
      .filter((one) => one.rule === rule)
      .flatMap((one) => {
        const inputs = one.in.map((i) => recorded[i]!);
        const tensors = inputs.map(({ dtype, stored, shape }) => fromStored(dtype, stored, shape));
        compared++;
        const found = fault(answers[rule]!(tensors, one.options ?? {}), recorded[one.out[0]!]!, one);
        if (found === undefined) return [];
        return [`${inputs.map(({ dtype }) => dtype).join(', ')} ${JSON.stringify(one.options ?? {})}: ${found}`];
      });
    expect(faults).toEqual([]);
  });
});

it('dtypes meet where JAX lets them meet', () => {
  for (const [a, b, both] of golden.cases.find(({ rule }) => rule === 'promotion')!.options!.table!) {
    compared++;
    expect([a, b, promote(a!, b!)]).toEqual([a, b, both]);
  }
});

afterAll(() => {
  console.log(`dtypes: ${compared} comparisons on ${testDevices.join(', ')}`);
});
