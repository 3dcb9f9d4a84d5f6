/**
 * Tensors as text, the way NumPy prints arrays: aligned columns, nested brackets, the middle left out when there is much. As HTML
 * they are in print-html.ts, which shares what is said here about which elements are shown and how.
 */
import { raise, ValueError } from '../base/errors.ts';
import { type Shape, sizeOf } from '../base/shape.ts';
import { type DType, isFloat, type TypedArray } from '../ir/dtype.ts';

export interface PrintOptions {
  /** Digits after the point, at most. Default 4. */
  readonly precision?: number;
  /** More elements than this and only the edges of each axis are shown. Default 1000. */
  readonly threshold?: number;
  /** How many at each edge. Default 3. */
  readonly edgeItems?: number;
  /** Characters in a line, if an element is not longer. Default 75. */
  readonly lineWidth?: number;
}

/** The options with defaults. @throws ValueError for one that is no whole number in its range */
function settled(options: PrintOptions): Required<PrintOptions> {
  const { precision = 4, threshold = 1000, edgeItems = 3, lineWidth = 75 } = options;
  const bounds: [string, number, number, number][] = [
    ['precision', precision, 0, 20],
    ['threshold', threshold, 0, Infinity],
    ['edgeItems', edgeItems, 1, Infinity],
    ['lineWidth', lineWidth, 1, Infinity],
  ];
  for (const [name, value, low, high] of bounds) {
    const isWhole = Number.isInteger(value) || value === Infinity;
    if (!isWhole || value < low || value > high) {
      raise(new ValueError(`print: ${name} ${value} is not a whole number from ${low} to ${high}`));
    }
  }
  return { precision, threshold, edgeItems, lineWidth };
}

/** Which elements are shown, and how. */
export interface Layout {
  readonly shape: Shape;
  /** How many places at each end of an axis; Infinity for all. */
  readonly edge: number;
  readonly lineWidth: number;
  /** The element at an offset, as wide as all others. */
  readonly word: (offset: number) => string;
}

/** @example printArray(new Float32Array([1, 2.5]), [2], 'float32') // '[1.  2.5]' */
export function printArray(elements: TypedArray, shape: Shape, dtype: DType, options?: PrintOptions): string {
  return print(layoutOf(elements, shape, dtype, options));
}

/** Complex elements, real and imaginary parts each in one notation. @example printComplex(re, im, [2]) // '[1.+2.j 0.-1.j]' */
export function printComplex(
  real: TypedArray,
  imaginary: TypedArray,
  shape: Shape,
  options: PrintOptions = {},
): string {
  const { precision } = settled(options);
  const shown = indicesShown(shape, edgeOf(shape, options));
  const formatReal = formatter(
    shown.map((i) => real[i]!),
    'float64',
    precision,
  );
  const formatImaginary = formatter(
    shown.map((i) => Math.abs(imaginary[i]!)),
    'float64',
    precision,
  );
  const one = (i: number): string => {
    const y = imaginary[i]!;
    const sign = y < 0 || Object.is(y, -0) ? '-' : '+';
    // The j follows the digits at once; what aligns the decimals comes behind it.
    const digits = formatImaginary(Math.abs(y));
    return `${formatReal(real[i]!)}${sign}${digits.trimEnd()}j${' '.repeat(digits.length - digits.trimEnd().length)}`;
  };
  return print(aligned(shape, options, shown, one));
}

/** How these elements are laid out: all in one notation, decided by those that are shown. */
export function layoutOf(elements: TypedArray, shape: Shape, dtype: DType, options: PrintOptions = {}): Layout {
  const shown = indicesShown(shape, edgeOf(shape, options));
  const format = formatter(
    shown.map((i) => elements[i]!),
    dtype,
    settled(options).precision,
  );
  return aligned(shape, options, shown, (i) => format(elements[i]!));
}

function edgeOf(shape: Shape, options: PrintOptions): number {
  const { threshold, edgeItems } = settled(options);
  return sizeOf(shape) > threshold ? edgeItems : Infinity;
}

function aligned(shape: Shape, options: PrintOptions, shown: readonly number[], one: (i: number) => string): Layout {
  const width = shown.reduce((most, i) => Math.max(most, one(i).length), 0);
  const { lineWidth } = settled(options);
  return { shape, edge: edgeOf(shape, options), lineWidth, word: (i) => one(i).padStart(width) };
}

function print(layout: Layout): string {
  return layout.shape.length === 0 ? layout.word(0).trim() : printAxis(layout, 0, 0);
}

function printAxis(layout: Layout, axis: number, offset: number): string {
  const { shape, word, edge } = layout;
  const stride = sizeOf(shape.slice(axis + 1));
  const places = placesShown(shape[axis]!, edge);
  if (axis === shape.length - 1) {
    return `[${wrap(
      places.map((i) => (i === undefined ? '...' : word(offset + i))),
      axis + 1,
      layout.lineWidth,
    )}]`;
  }
  const separator = `\n${'\n'.repeat(shape.length - axis - 2)}${' '.repeat(axis + 1)}`;
  return `[${places.map((i) => (i === undefined ? '...' : printAxis(layout, axis + 1, offset + i * stride))).join(separator)}]`;
}

/** Words in lines that are not too long, each but the first indented. */
function wrap(words: readonly string[], indent: number, lineWidth: number): string {
  const lines: string[] = [];
  let line = '';
  for (const word of words) {
    if (line !== '' && indent + line.length + 1 + word.length > lineWidth) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].join(`\n${' '.repeat(indent)}`);
}

/** The places of an axis to show, undefined for the gap. */
export function placesShown(size: number, edge: number): (number | undefined)[] {
  const isWhole = size <= 2 * edge;
  const first = Array.from({ length: isWhole ? size : edge }, (_, i) => i);
  return isWhole ? first : [...first, undefined, ...first.map((i) => size - edge + i)];
}

/** The offsets of all elements shown. */
export function indicesShown(shape: Shape, edge: number): number[] {
  let indices = [0];
  for (const size of shape) {
    const places = placesShown(size, edge).filter((i) => i !== undefined);
    indices = indices.flatMap((index) => places.map((i) => index * size + i));
  }
  return indices;
}

/** One notation for all elements: whole, fixed or scientific, as many digits as the one that needs most. */
function formatter(shown: readonly number[], dtype: DType, precision: number): (x: number) => string {
  if (dtype === 'bool') return (x) => (x === 0 ? 'false' : 'true');
  if (!isFloat(dtype)) return String;
  const finite = shown.filter((x) => Number.isFinite(x)).map((x) => shortest(x, dtype));
  const sizes = finite.filter((x) => x !== 0).map(Math.abs);
  const largest = sizes.reduce((a, b) => Math.max(a, b), 0);
  const smallest = sizes.reduce((a, b) => Math.min(a, b), Infinity);
  if (largest >= 1e8 || smallest < 1e-4 || largest / smallest > 1e8) {
    return special((x) => x.toExponential(precision));
  }
  const digits = finite.reduce((most, x) => Math.max(most, decimals(x, precision)), 0);
  return special((x) =>
    digits === 0
      ? `${x.toFixed(0)}.`
      : shortest(x, dtype)
          .toFixed(digits)
          .replace(/0+$/, (zeros) => ' '.repeat(zeros.length)),
  );
}

function special(format: (x: number) => string): (x: number) => string {
  return (x) => (Number.isNaN(x) ? 'nan' : x === Infinity ? 'inf' : x === -Infinity ? '-inf' : format(x));
}

/** The shortest decimal that is this element again; the further digits of a float32 are an accident of float64. */
function shortest(x: number, dtype: DType): number {
  if (dtype !== 'float32' || !Number.isFinite(x)) return x;
  for (let digits = 6; digits < 9; digits++) {
    const candidate = Number(x.toPrecision(digits));
    if (Math.fround(candidate) === x) return candidate;
  }
  return Number(x.toPrecision(9));
}

/** Decimals that a number needs, at most `most`. */
function decimals(x: number, most: number): number {
  const [, fraction = ''] = x.toFixed(most).split('.');
  return fraction.replace(/0+$/, '').length;
}
