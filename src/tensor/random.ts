/**
 * Random numbers from explicit keys: counter-based (Threefry-2x32), so a value depends on its key and place alone, on every
 * device and in every order. The bits are JAX's (jax_threefry_partitionable); a key is an int32 tensor of shape (2,).
 */
import { raise, ShapeError, TraceError, ValueError } from '../base/errors.ts';
import { broadcastShapes, formatShape, sameShape, type Shape, sizeOf } from '../base/shape.ts';
import { cellRefusal } from '../engine/trace.ts';
import { binary, bitcast, cast, constant, expand, iota, reshape, shrink, threefry, unary, where } from '../ir/build.ts';
import type { DType } from '../ir/dtype.ts';
import type { Node } from '../ir/node.ts';
import type { Attributes } from '../ir/op.ts';
import { Cell } from './cell.ts';
import { tensor } from './creation.ts';
import { add, bitwise, leftShift, less, log1p, mod, mul, rightShift, sub } from './elementwise.ts';
import { ndtri } from './incomplete.ts';
import { stack } from './movement.ts';
import { toNode } from './operands.ts';
import type { Sizes } from './shape-types.ts';
import { operandOf, Tensor, type TensorLike } from './tensor.ts';

export type FloatDType = Extract<DType, 'float32' | 'float64'>;

/** The key of a seed: its high and its low 32 bits. @throws ValueError if the seed is not a whole number from 0 to 2⁵³ − 1 */
export function key(seed: number): Tensor {
  if (!Number.isSafeInteger(seed) || seed < 0)
    raise(new ValueError(`key: seed ${seed} is not a whole number from 0 to 2^53 - 1`));
  return tensor([Math.floor(seed / 2 ** 32) | 0, seed | 0], { dtype: 'int32' });
}

/** `count` new keys from one, as rows (count, 2); the old one should not be used again. @example const [a, b] = keys(split(key(0))) */
export function split(from: Tensor, count = 2): Tensor {
  const counter = iota([count], 0);
  return new Tensor(stack([words(from, counter, 'first'), words(from, counter, 'second')], 1));
}

/** The rows of `split` as separate keys. @example const [weightKey, biasKey] = splitKeys(k, 2) */
export function splitKeys(from: Tensor, count = 2): Tensor[] {
  const rows = split(from, count);
  return Array.from({ length: count }, (_, i) => rows.at(i));
}

/** A new key from one and a number, e.g. a step's. */
export function foldIn(from: Tensor, data: TensorLike): Tensor {
  const given = operandOf(data);
  const counter = typeof given === 'object' ? cast(given, 'int32') : constant(Number(given) | 0, [], 'int32');
  return new Tensor(stack([words(from, counter, 'first'), words(from, counter, 'second')], 0));
}

/** 32 random bits an element, as int32. */
export function bits<const S extends Shape>(from: Tensor, shape: S): Tensor<Sizes<S>> {
  return new Tensor(bitsNode(from, shape, 'xor'));
}

function bitsNode(from: Tensor, shape: Shape, word: Attributes['threefry']['word']): Node {
  return reshape(words(from, iota([sizeOf(shape)], 0), word), shape);
}

function words(from: Tensor, counter: Node, word: Attributes['threefry']['word']): Node {
  if (!sameShape(from.shape, [2]) || from.dtype !== 'int32') {
    raise(
      new ShapeError(
        `random: a key is int32 of shape (2,), got ${from.dtype} ${formatShape(from.shape)}; make one with random.key(seed)`,
      ),
    );
  }
  const part = (i: number): Node => expand(reshape(shrink(from.node, [i], [1]), []), counter.shape);
  return threefry(part(0), part(1), counter, word);
}

export interface UniformOptions {
  /** Included. Default 0. */
  readonly low?: TensorLike;
  /** Not included. Default 1. */
  readonly high?: TensorLike;
  /** Default float32. */
  readonly dtype?: FloatDType;
}

/**
 * Uniform in low ≤ x < high; as a function of the bounds x = low + (high − low) · u, and differentiable as such.
 * @throws ShapeError for bounds that do not stretch to `shape`   @example uniform(key(0), [2, 3], { low: -1 })
 */
export function uniform<const S extends Shape>(
  from: Tensor,
  shape: S,
  { low = 0, high = 1, dtype = 'float32' }: UniformOptions = {},
): Tensor<Sizes<S>> {
  if (typeof low === 'number' && typeof high === 'number')
    return new Tensor(uniformNode(from, shape, low, high, dtype));
  const [start, end] = [low, high].map((bound) => stretched('uniform', bound, shape, dtype));
  return new Tensor(add(start!, mul(uniformNode(from, shape, 0, 1, dtype), sub(end!, start!))));
}

/** A parameter in the shape and dtype of what is drawn. */
function stretched(op: string, parameter: TensorLike, shape: Shape, dtype: FloatDType): Node {
  const node = toNode(operandOf(parameter), dtype);
  if (!sameShape(broadcastShapes(op, node.shape, shape), shape)) {
    raise(
      new ShapeError(
        `${op}: a parameter of shape ${formatShape(node.shape)} does not stretch to ${formatShape(shape)}; ask for a shape that ends in the parameters'`,
      ),
    );
  }
  return expand(node, shape);
}

function uniformNode(from: Tensor, shape: Shape, low: number, high: number, dtype: FloatDType): Node {
  const unit = dtype === 'float32' ? unit32(from, shape) : unit64(from, shape);
  if (low === 0 && high === 1) return unit;
  const span = dtype === 'float32' ? Math.fround(Math.fround(high) - Math.fround(low)) : high - low;
  // Rounding can take the product below low; the bound is kept by max.
  return binary('max', add(mul(unit, span), low), constant(low, shape, dtype));
}

/** 23 bits as the mantissa of a number in [1, 2), less 1. */
function unit32(from: Tensor, shape: Shape): Node {
  const mantissa = rightShift(bitsNode(from, shape, 'xor'), 9);
  return sub(bitcast(bitwise('or', mantissa, 0x3f800000), 'float32'), 1);
}

/** 27 bits of one word and 26 of the other, over 2⁵³. */
function unit64(from: Tensor, shape: Shape): Node {
  const high = cast(rightShift(bitsNode(from, shape, 'first'), 5), 'float64');
  const low = cast(rightShift(bitsNode(from, shape, 'second'), 6), 'float64');
  return mul(add(mul(high, 2 ** 26), low), 2 ** -53);
}

export interface NormalOptions {
  /** Default 0. */
  readonly mean?: TensorLike;
  /** The standard deviation. Default 1. */
  readonly std?: TensorLike;
  /** Default float32. */
  readonly dtype?: FloatDType;
}

/**
 * Normally distributed: mean + std · √2 erf⁻¹(u), u uniform in (−1, 1); differentiable in mean and std.
 * @throws ShapeError for parameters that do not stretch to `shape`   @example normal(key(0), [3], { mean: 10, std: 0.1 })
 */
export function normal<const S extends Shape>(
  from: Tensor,
  shape: S,
  { mean = 0, std = 1, dtype = 'float32' }: NormalOptions = {},
): Tensor<Sizes<S>> {
  const [location, scale] = [mean, std].map((x) => (typeof x === 'number' ? x : stretched('normal', x, shape, dtype)));
  const standard = dtype === 'float32' ? normal32(from, shape) : normal64(from, shape);
  return new Tensor(add(mul(standard, scale!), location!));
}

function normal32(from: Tensor, shape: Shape): Node {
  // The number after −1, because erf⁻¹(−1) is −∞.
  const unit = uniformNode(from, shape, -1 + 2 ** -24, 1, 'float32');
  return mul(inverseErf(unit), Math.SQRT2);
}

function normal64(from: Tensor, shape: Shape): Node {
  const unit = binary('max', unit64(from, shape), constant(2 ** -54, shape, 'float64'));
  return ndtri(new Tensor(unit)).node;
}

/** Near 0, in w − 2.5; further out, in √w − 3; w = −log(1 − x²). Highest power first. */
const CENTRAL = [
  2.81022636e-8, 3.43273939e-7, -3.5233877e-6, -4.39150654e-6, 0.00021858087, -0.00125372503, -0.00417768164,
  0.246640727, 1.50140941,
];
const TAIL = [
  -0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773, -0.0076224613, 0.00943887047,
  1.00167406, 2.83297682,
];

/** erf⁻¹ to float32 accuracy. (Giles, Approximating the erfinv function, 2010.) */
function inverseErf(x: Node): Node {
  const w = unary('neg', log1p(unary('neg', mul(x, x))));
  const isCentral = less(w, 5);
  const t = where(isCentral, sub(w, 2.5), sub(unary('sqrt', w), 3));
  const coefficient = (i: number): Node =>
    where(isCentral, constant(CENTRAL[i]!, w.shape, w.dtype), constant(TAIL[i]!, w.shape, w.dtype));
  let p = coefficient(0);
  for (let i = 1; i < CENTRAL.length; i++) p = add(coefficient(i), mul(p, t));
  return mul(p, x);
}

/** True with probability p. */
export function bernoulli<const S extends Shape>(from: Tensor, p: TensorLike, shape: S): Tensor<Sizes<S>> {
  return new Tensor(less(unit32(from, shape), operandOf(p)));
}

/** Whole numbers in low ≤ x < high, int32. @throws ValueError for an empty range or one of more than 2³⁰ */
export function randint<const S extends Shape>(from: Tensor, shape: S, low: number, high: number): Tensor<Sizes<S>> {
  const span = high - low;
  if (!Number.isInteger(low) || !Number.isInteger(high) || span < 1 || span > 2 ** 30) {
    raise(new ValueError(`randint: ${low} to ${high} must be whole numbers, at least 1 and at most 2^30 apart`));
  }
  // Two words, so that spans which do not divide 2³² come out even: (high · 2³² + low) mod span. Beyond 2¹⁶ the product
  // would not fit; there one word serves, as in JAX, and no value is likelier than another by more than span / 2³².
  const [first, second] = splitKeys(from);
  const wrap = span > 2 ** 16 ? 0 : 2 ** 32 % span;
  const higher = unsignedMod(bitsNode(first!, shape, 'xor'), span);
  const lower = unsignedMod(bitsNode(second!, shape, 'xor'), span);
  return new Tensor(add(unsignedMod(add(mul(higher, wrap), lower), span), low));
}

/** The bits of x as an unsigned number, modulo `span` ≤ 2³⁰. */
function unsignedMod(x: Node, span: number): Node {
  const half = mod(rightShift(x, 1), span);
  return mod(add(leftShift(half, 1), bitwise('and', x, 1)), span);
}

let shared: Cell | undefined;

/** Starts the shared sequence of keys anew. Until it is called, the seed is 0. */
export function seed(value: number): void {
  const start = key(value);
  if (shared === undefined) shared = new Cell(start);
  else shared.value = start;
}

/** The next key of the shared sequence, for those who do not care: initialisers, dropout. */
export function defaultKey(): Tensor {
  const refusal = cellRefusal();
  if (refusal !== undefined) {
    raise(
      new TraceError(
        `random: the shared sequence of keys cannot be used inside ${refusal.name}; pass keys as an argument: random.split(key, n) makes one for each example`,
      ),
    );
  }
  shared ??= new Cell(key(0));
  const [next, taken] = splitKeys(shared.value);
  shared.value = next!;
  return taken!;
}

/** Where the shared sequence stands, to go on from there later: a key. @example const before = getState(); … setState(before); */
export function getState(): Tensor {
  shared ??= new Cell(key(0));
  return shared.value;
}

/** The shared sequence goes on as it did after `getState`. @throws ShapeError, DTypeError for what is no key */
export function setState(state: Tensor): void {
  if (shared === undefined) shared = new Cell(key(0));
  shared.value = state;
}
