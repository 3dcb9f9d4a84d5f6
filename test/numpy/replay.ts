/**
 * Replays recorded cases (test/golden/numpy) of one family on every device and compares what comes out with NumPy's or
 * PyTorch's values and JAX's or PyTorch's gradients, in float64 and in float32. One comparison is one array; they are counted.
 */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sizeOf } from '../../src/base/shape.ts';
import { realize } from '../../src/engine/realize.ts';
import { device, type DType, gradients, Tensor, tensor, type TypedArray } from '../../src/index.ts';
import { testDevices } from '../devices.ts';
import { uniform } from '../golden/lcg.ts';

/** What a case passes on besides tensors. */
export type Options = Readonly<Record<string, unknown>>;

/** How a case is answered by Fathom. */
export type Answer = (inputs: readonly Tensor[], options: Options) => Tensor | readonly Tensor[];

/**
 * How far an answer may be off: |x − y| ≤ ulps · ε · max(|y|, floor), ε = 2⁻²³ for float32 and 2⁻⁵² for float64. `floor`
 * is the size below which errors count as absolute; 'largest' stands for the largest element of the array, for sums.
 */
export interface Tolerance {
  readonly ulps: number;
  readonly floor?: number | 'largest';
  /** Where float64 is less precise than float32 in its own units. */
  readonly double?: number;
}

export interface Rule {
  readonly answer: Answer;
  /** Default: exact. */
  readonly values?: Tolerance;
  /** Default: 16 ulp of the largest element. */
  readonly gradients?: Tolerance;
  /** Whether −0 and 0 differ. */
  readonly signedZero?: boolean;
  /** Only this dtype, with the reason beside the rule. */
  readonly only?: 'float32' | 'float64';
}

interface Case {
  readonly rule: string;
  readonly in: readonly number[];
  readonly out: readonly number[];
  readonly grad?: readonly (number | null)[];
  readonly options?: Options;
  readonly dtype?: DType;
}

interface Recorded {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly elements: TypedArray;
}

interface Golden {
  readonly arrays: readonly Recorded[];
  readonly cases: readonly Case[];
}

function load(family: string): Golden {
  const path = (extension: string): URL => new URL(`../golden/numpy/${family}.${extension}`, import.meta.url);
  const { arrays, cases } = JSON.parse(readFileSync(path('json'), 'utf8')) as {
    arrays: [DType, number[], number | [number, number, number]][];
    cases: Case[];
  };
  const { buffer } = new Uint8Array(readFileSync(path('bin')));
  return {
    cases,
    arrays: arrays.map(([dtype, shape, source]) => ({
      dtype,
      shape,
      elements: elementsOf(dtype, shape, source, buffer),
    })),
  };
}

function elementsOf(
  dtype: DType,
  shape: readonly number[],
  source: number | readonly [number, number, number],
  blob: ArrayBuffer,
): TypedArray {
  const size = sizeOf(shape);
  if (typeof source !== 'number') return Float64Array.from(uniform(size, ...source));
  if (dtype === 'float64') return new Float64Array(blob, source, size);
  if (dtype === 'int32') return new Int32Array(blob, source, size);
  return new Uint8Array(blob, source, size);
}

const EPSILON = { float32: 2 ** -23, float64: 2 ** -52 } as const;
const SMALLEST_NORMAL = { float32: 2 ** -126, float64: 2 ** -1022 } as const;
const EXACT: Tolerance = { ulps: 0 };
const GRADIENTS: Tolerance = { ulps: 16, floor: 'largest' };

/** One case in one dtype: what came, and what it is compared with. */
interface Comparison {
  readonly label: string;
  readonly actual: Tensor;
  readonly expected: Recorded;
  readonly dtype: DType;
  readonly tolerance: Tolerance;
  readonly signedZero: boolean;
}

/** Declares the tests of a family. The counts of the whole run are printed. */
export function replay(family: string, rules: Readonly<Record<string, Rule>>): void {
  const golden = load(family);
  const counts = { comparisons: 0, elements: 0 };

  it(`${family}: there is a rule for every recorded case, and a case for every rule`, () => {
    expect(new Set(golden.cases.map(({ rule }) => rule))).toEqual(new Set(Object.keys(rules)));
  });

  describe.each(testDevices)(`${family} on %s`, (name) => {
    beforeAll(() => {
      device(name);
    });

    it.each(Object.keys(rules))('%s', (ruleName) => {
      const cases = golden.cases.filter(({ rule }) => rule === ruleName);
      const all = cases.flatMap((one, i) => comparisons(golden, rules[ruleName]!, one, i));
      realize(
        all.map(({ actual }) => actual.node),
        'replay',
      );
      const failures = all.flatMap((comparison) => {
        counts.comparisons++;
        counts.elements += comparison.expected.elements.length;
        const complaint = compare(comparison);
        return complaint === undefined ? [] : [`${comparison.label}: ${complaint}`];
      });
      expect(failures).toEqual([]);
    });
  });

  afterAll(() => {
    const { comparisons: n, elements } = counts;
    process.stdout.write(`golden: ${family}: ${n} comparisons, ${elements} elements\n`);
  });
}

function comparisons(golden: Golden, rule: Rule, one: Case, index: number): Comparison[] {
  const inputs = one.in.map((i) => golden.arrays[i]!);
  const outputs = one.out.map((i) => golden.arrays[i]!);
  const isFloating = inputs.some(({ dtype }) => dtype === 'float64');
  const floats = rule.only ? [rule.only] : isFloating ? (['float64', 'float32'] as const) : (['float32'] as const);
  return floats.flatMap((float) => {
    const label = `case ${index} ${JSON.stringify(one.options ?? {})} of ${inputs.map(({ dtype, shape }) => `${dtype}(${shape.join()})`).join(' ')} in ${float}`;
    const inRun = (dtype: DType): DType => (dtype === 'float64' ? float : dtype);
    const given = inputs.map(({ dtype, shape, elements }) => tensor(elements, { dtype: inRun(dtype), shape }));
    let answers: readonly Tensor[];
    let found: readonly Tensor[] = [];
    try {
      const answer = rule.answer(given, one.options ?? {});
      answers = answer instanceof Tensor ? [answer] : answer;
      if (one.grad !== undefined) found = gradientsOf(answers, given, one.grad);
    } catch (error) {
      throw new Error(`${label}: ${String(error)}`, { cause: error });
    }
    if (answers.length !== outputs.length)
      throw new Error(`${label}: ${answers.length} outputs, not ${outputs.length}`);
    const values = answers.map((actual, i): Comparison => {
      const expected = outputs[i]!;
      const dtype = one.dtype ?? inRun(expected.dtype);
      const tolerance = rule.values ?? EXACT;
      return {
        label: `${label} output ${i}`,
        actual,
        expected,
        dtype,
        tolerance,
        signedZero: rule.signedZero ?? false,
      };
    });
    const wanted = (one.grad ?? []).filter((g) => g !== null);
    const slopes = wanted.map((g, i): Comparison => {
      const tolerance = rule.gradients ?? GRADIENTS;
      const expected = golden.arrays[g]!;
      return {
        label: `${label} gradient ${i}`,
        actual: found[i]!,
        expected,
        dtype: float,
        tolerance,
        signedZero: false,
      };
    });
    return [...values, ...slopes];
  });
}

const UPSTREAM_SEED = 99;

function gradientsOf(
  answers: readonly Tensor[],
  given: readonly Tensor[],
  grad: readonly (number | null)[],
): readonly Tensor[] {
  const weighed = answers.map((y, k) => {
    const upstream = tensor(uniform(y.size, UPSTREAM_SEED + k), { dtype: y.dtype, shape: y.shape });
    return y.mul(upstream).sum();
  });
  const total = weighed.reduce((a, b) => a.add(b));
  return gradients(
    total,
    given.filter((_, i) => grad[i] !== null && grad[i] !== undefined),
  );
}

/** What is wrong, or undefined. */
function compare({ actual, expected, dtype, tolerance, signedZero }: Comparison): string | undefined {
  if (actual.dtype !== dtype) return `dtype ${actual.dtype}, expected ${dtype}`;
  if (actual.shape.join() !== expected.shape.join())
    return `shape (${actual.shape.join()}), expected (${expected.shape.join()})`;
  const got = actual.dataSync();
  const float = dtype === 'float64' ? 'float64' : 'float32';
  const isFloat = dtype === float;
  const wanted = isFloat && float === 'float32' ? Float32Array.from(expected.elements) : expected.elements;
  const floor = floorOf(tolerance, wanted);
  const ulps = float === 'float64' ? (tolerance.double ?? tolerance.ulps) : tolerance.ulps;
  for (let i = 0; i < wanted.length; i++) {
    const x = got[i]!;
    const y = wanted[i]!;
    if (x === y && (!signedZero || Object.is(x, y))) continue;
    if (Number.isNaN(x) && Number.isNaN(y)) continue;
    const limit = ulps * EPSILON[float] * Math.max(Math.abs(y), floor);
    // Devices may take denormal numbers for 0, as operands and as results.
    const slack = isFloat && Math.abs(y) < 4 * SMALLEST_NORMAL[float] ? 2 * SMALLEST_NORMAL[float] : 0;
    if (x !== y && Math.abs(x - y) <= Math.max(limit, slack)) continue;
    const off = Math.abs(x - y) / (EPSILON[float] * Math.max(Math.abs(y), floor, SMALLEST_NORMAL[float]));
    return `element ${i}: ${signed(x)}, expected ${signed(y)}; ${off.toPrecision(3)} ulp`;
  }
  return undefined;
}

function signed(x: number): string {
  return Object.is(x, -0) ? '-0' : String(x);
}

function floorOf({ floor }: Tolerance, wanted: TypedArray): number {
  if (floor !== 'largest') return floor ?? 0;
  let largest = 0;
  for (const y of wanted) if (Number.isFinite(y)) largest = Math.max(largest, Math.abs(y));
  return largest;
}

// Options are read by kind, so that a wrong one fails here and not inside an operation.

export function numberIn(options: Options, key: string): number {
  const value = options[key];
  if (typeof value !== 'number') throw new Error(`${key} is not a number`);
  return value;
}

export function numbersIn(options: Options, key: string): number[] {
  const value = options[key];
  if (!Array.isArray(value)) throw new Error(`${key} is not a list`);
  return value.map(Number);
}

export function axesIn(options: Options, key = 'axis'): number | number[] | undefined {
  const value = options[key];
  return value === undefined || value === null
    ? undefined
    : typeof value === 'number'
      ? value
      : numbersIn(options, key);
}
