/**
 * Fourier transforms, with numpy.fft's names: of one axis, two, or several; of real and of complex signals; of any length. They compute in
 * double and give the dtype of the input. `norm` says where the factor 1/n goes: 'backward' (to the inverse), 'forward', or half to each ('ortho').
 */
import { raise, ShapeError, ValueError } from '../base/errors.ts';
import { formatShape, normalizeAxis } from '../base/shape.ts';
import { pad, permute, routine, shrink } from '../ir/build.ts';
import type { Node } from '../ir/node.ts';
import { Complex, complexOf, concatComplex } from './complex.ts';
import { arange } from './creation.ts';
import { concat } from './functions.ts';
import { floatOf } from './lifting.ts';
import { at } from './indexing.ts';
import { Tensor } from './tensor.ts';

export type Norm = 'backward' | 'ortho' | 'forward';

export interface FourierOptions {
  /** The length along the axis: zeros are added at the end, or elements left out. Default: what is there. */
  readonly n?: number;
  /** Default −1. */
  readonly axis?: number;
  readonly norm?: Norm;
}

export interface FourierManyOptions {
  /** The length along each of the axes. */
  readonly s?: readonly number[];
  /** Default: all, or as many last ones as s has. */
  readonly axes?: readonly number[];
  readonly norm?: Norm;
}

/** Zeros at the end of an axis, or elements left out, so that there are n. */
function resized(op: string, x: Node, axis: number, n: number): Node {
  if (!Number.isInteger(n) || n < 1) raise(new ValueError(`${op}: n must be a whole number from 1 up, got ${n}`));
  const size = x.shape[axis]!;
  const none = x.shape.map(() => 0);
  if (n > size) return pad(x, { low: none, high: none.with(axis, n - size) });
  return n < size ? shrink(x, none, x.shape.with(axis, n)) : x;
}

/** The axis moved to the end. */
function moved(x: Node, axis: number): Node {
  const order = x.shape.map((_, i) => i).filter((i) => i !== axis);
  return permute(x, [...order, axis]);
}

/** (…, n) back to where `axis` was. */
function movedBack(x: Node, axis: number): Node {
  const last = x.shape.length - 1;
  return permute(
    x,
    x.shape.map((_, i) => (i < axis ? i : i === axis ? last : i - 1)),
  );
}

function factor(norm: Norm, n: number, isInverse: boolean): number {
  if (norm === 'ortho') return 1 / Math.sqrt(n);
  return (norm === 'backward') === isInverse ? 1 / n : 1;
}

function parts(packed: Node, axis: number, scale: number): Complex {
  const part = (row: number): Tensor => new Tensor(movedBack(at(packed, row, -2), axis)).mul(scale);
  return new Complex(part(0), part(1));
}

function axisOf(op: string, x: Complex | Tensor, axis: number): number {
  if (x.rank === 0) raise(new ShapeError(`${op}: expected at least one axis, got a scalar`));
  return normalizeAxis(op, axis, x.rank);
}

function transform(
  op: string,
  x: Complex | Tensor,
  isInverse: boolean,
  { n, axis = -1, norm = 'backward' }: FourierOptions,
): Complex {
  const along = axisOf(op, x, axis);
  const { real, imag } = complexOf(x);
  const length = n ?? x.shape[along]!;
  const input = (part: Tensor): Node => moved(resized(op, part.node, along, length), along);
  const packed = routine({ name: 'fft', inverse: isInverse }, [input(real), input(imag)]);
  return parts(packed, along, factor(norm, length, isInverse));
}

/**
 * X_k = Σ_j x_j e^(−2πi jk/n) along an axis.
 * @returns in x's shape, n along the axis   @throws ShapeError, ValueError   @example fft.fft(tensor([1, 0, 0, 0])) // all 1
 */
export function fft(x: Complex | Tensor, options: FourierOptions = {}): Complex {
  return transform('fft', x, false, options);
}

/** x_j = 1/n Σ_k X_k e^(2πi jk/n) along an axis. */
export function ifft(x: Complex | Tensor, options: FourierOptions = {}): Complex {
  return transform('ifft', x, true, options);
}

/** The frequencies 0 … ⌊n/2⌋ of a real signal; the others are their conjugates. */
export function rfft(x: Tensor, { n, axis = -1, norm = 'backward' }: FourierOptions = {}): Complex {
  const along = axisOf('rfft', x, axis);
  const length = n ?? x.shape[along]!;
  const input = moved(resized('rfft', floatOf(x).node, along, length), along);
  return parts(routine({ name: 'rfft' }, [input]), along, factor(norm, length, false));
}

/** The real signal of n elements (default 2 (m − 1)) that has these frequencies. */
export function irfft(x: Complex | Tensor, { n, axis = -1, norm = 'backward' }: FourierOptions = {}): Tensor {
  const along = axisOf('irfft', x, axis);
  const length = n ?? 2 * (x.shape[along]! - 1);
  if (!Number.isInteger(length) || length < 1)
    raise(
      new ValueError(
        `irfft: n must be a whole number from 1 up, got ${length}; ${formatShape(x.shape)} alone does not say it`,
      ),
    );
  const { real, imag } = complexOf(x);
  const input = (part: Tensor): Node => moved(resized('irfft', part.node, along, Math.floor(length / 2) + 1), along);
  const result = routine({ name: 'irfft', n: length }, [input(real), input(imag)]);
  return new Tensor(movedBack(result, along)).mul(factor(norm, length, true));
}

/** The real spectrum of a signal that is its own conjugate mirrored: as irfft, in the other direction. */
export function hfft(x: Complex | Tensor, options: FourierOptions = {}): Tensor {
  const { norm = 'backward' } = options;
  const mirrored = { backward: 'forward', forward: 'backward', ortho: 'ortho' } as const;
  return irfft(complexOf(x).conj(), { ...options, norm: mirrored[norm] });
}

/** The inverse of hfft. */
export function ihfft(x: Tensor, options: FourierOptions = {}): Complex {
  const { norm = 'backward' } = options;
  const mirrored = { backward: 'forward', forward: 'backward', ortho: 'ortho' } as const;
  return rfft(x, { ...options, norm: mirrored[norm] }).conj();
}

/** The axes of an n-d transform and the length along each. */
function extents(
  op: string,
  x: Complex | Tensor,
  { s, axes }: FourierManyOptions,
): { axis: number; n: number | undefined }[] {
  const list = axes ?? Array.from({ length: s?.length ?? x.rank }, (_, i) => i + x.rank - (s?.length ?? x.rank));
  if (s !== undefined && s.length !== list.length)
    raise(new ShapeError(`${op}: ${s.length} lengths for ${list.length} axes; give one for each`));
  return list.map((axis, i) => ({ axis: axisOf(op, x, axis), n: s?.[i] }));
}

const at1 = (axis: number, n: number | undefined, norm: Norm): FourierOptions => ({
  axis,
  norm,
  ...(n !== undefined && { n }),
});

/** fft along several axes, the last first. */
export function fftn(x: Complex | Tensor, options: FourierManyOptions = {}): Complex {
  const { norm = 'backward' } = options;
  return extents('fftn', x, options).reduceRight((y, { axis, n }) => fft(y, at1(axis, n, norm)), complexOf(x));
}

/** ifft along several axes. */
export function ifftn(x: Complex | Tensor, options: FourierManyOptions = {}): Complex {
  const { norm = 'backward' } = options;
  return extents('ifftn', x, options).reduceRight((y, { axis, n }) => ifft(y, at1(axis, n, norm)), complexOf(x));
}

/** rfft along the last of several axes, fft along the others. */
export function rfftn(x: Tensor, options: FourierManyOptions = {}): Complex {
  const { norm = 'backward' } = options;
  const list = extents('rfftn', x, options);
  const last = list.pop();
  if (last === undefined) raise(new ShapeError('rfftn: expected at least one axis; name them'));
  const start = rfft(x, at1(last.axis, last.n, norm));
  return list.reduceRight((y, { axis, n }) => fft(y, at1(axis, n, norm)), start);
}

/** The inverse of rfftn. */
export function irfftn(x: Complex | Tensor, options: FourierManyOptions = {}): Tensor {
  const { norm = 'backward' } = options;
  const list = extents('irfftn', x, options);
  const last = list.pop();
  if (last === undefined) raise(new ShapeError('irfftn: expected at least one axis; name them'));
  const outer = list.reduce((y, { axis, n }) => ifft(y, at1(axis, n, norm)), complexOf(x));
  return irfft(outer, at1(last.axis, last.n, norm));
}

const plane = [-2, -1];

/** fftn along the last two axes. */
export function fft2(x: Complex | Tensor, options: FourierManyOptions = {}): Complex {
  return fftn(x, { axes: plane, ...options });
}

export function ifft2(x: Complex | Tensor, options: FourierManyOptions = {}): Complex {
  return ifftn(x, { axes: plane, ...options });
}

export function rfft2(x: Tensor, options: FourierManyOptions = {}): Complex {
  return rfftn(x, { axes: plane, ...options });
}

export function irfft2(x: Complex | Tensor, options: FourierManyOptions = {}): Tensor {
  return irfftn(x, { axes: plane, ...options });
}

/** The frequencies of fft's n results, in cycles per unit of d, the spacing of the signal: 0, 1, …, −2, −1 over n d. */
export function fftfreq(n: number, d = 1): Tensor {
  checkCount('fftfreq', n);
  const places = arange(n)
    .add(Math.floor(n / 2))
    .mod(n)
    .sub(Math.floor(n / 2));
  return places.cast('float32').div(n * d);
}

/** The frequencies of rfft's results. */
export function rfftfreq(n: number, d = 1): Tensor {
  checkCount('rfftfreq', n);
  return arange(Math.floor(n / 2) + 1)
    .cast('float32')
    .div(n * d);
}

function checkCount(op: string, n: number): void {
  if (!Number.isInteger(n) || n < 1) raise(new ValueError(`${op}: n must be a whole number from 1 up, got ${n}`));
}

/** The zero frequency in the middle: the second half of each axis before the first. */
export function fftshift<T extends Complex | Tensor>(x: T, axes?: number | readonly number[]): T;
export function fftshift(x: Complex | Tensor, axes?: number | readonly number[]): Complex | Tensor {
  return rotated('fftshift', x, axes, (n) => Math.ceil(n / 2));
}

/** The inverse of fftshift; of even lengths they are the same. */
export function ifftshift<T extends Complex | Tensor>(x: T, axes?: number | readonly number[]): T;
export function ifftshift(x: Complex | Tensor, axes?: number | readonly number[]): Complex | Tensor {
  return rotated('ifftshift', x, axes, (n) => Math.floor(n / 2));
}

function rotated(
  op: string,
  x: Complex | Tensor,
  axes: number | readonly number[] | undefined,
  cut: (n: number) => number,
): Complex | Tensor {
  const list = axes === undefined ? x.shape.map((_, i) => i) : typeof axes === 'number' ? [axes] : axes;
  let result = x;
  for (const axis of list) {
    const along = axisOf(op, x, axis);
    const n = x.shape[along]!;
    const piece = (from: number, to: number): [(number | null)[], (number | null)[]] => [
      x.shape.map((_, i) => (i === along ? from : null)),
      x.shape.map((_, i) => (i === along ? to : null)),
    ];
    const [first, second] = [piece(0, cut(n)), piece(cut(n), n)];
    result =
      result instanceof Complex
        ? concatComplex([result.slice(...second), result.slice(...first)], along)
        : concat([result.slice(...second), result.slice(...first)], along);
  }
  return result;
}
