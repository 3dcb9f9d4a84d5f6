/**
 * Tensors as text, the way NumPy prints arrays: aligned columns, nested brackets, the middle left out when there is much. As HTML
 * they are in print-html.ts, which shares what is said here about which elements are shown and how.
 */
import { raise, ValueError } from '../base/errors.ts';
import { type Shape, sizeOf } from '../base/shape.ts';
import type { DType, TypedArray, Words } from '../ir/dtype.ts';
import { formatOf } from './number-format.ts';

export interface PrintOptions {
  /** Digits after the point, at most. Default 8. */
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
  const { precision = 8, threshold = 1000, edgeItems = 3, lineWidth = 75 } = options;
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
export function printArray(elements: Words, shape: Shape, dtype: DType, options?: PrintOptions): string {
  return print(layoutOf(elements, shape, dtype, options));
}

/** Complex elements, real and imaginary parts each in one notation. @example printComplex(re, im, [2], 'float64') // '[1.+2.j 0.-1.j]' */
export function printComplex(
  real: TypedArray,
  imaginary: TypedArray,
  shape: Shape,
  dtype: DType,
  options?: PrintOptions,
): string {
  return print(layoutOfComplex(real, imaginary, shape, dtype, options));
}

/** How complex elements are laid out: all real parts in one notation, all imaginary parts in another. */
export function layoutOfComplex(
  real: TypedArray,
  imaginary: TypedArray,
  shape: Shape,
  dtype: DType,
  options: PrintOptions = {},
): Layout {
  const { precision } = settled(options);
  const shown = indicesShown(shape, edgeOf(shape, options));
  const formatReal = formatOf(
    shown.map((i) => real[i]!),
    dtype,
    precision,
  );
  const formatImaginary = formatOf(
    shown.map((i) => imaginary[i]!),
    dtype,
    precision,
    true,
  );
  // The j follows the digits at once; what aligns them comes behind it.
  const one = (i: number): string => formatReal(real[i]!) + formatImaginary(imaginary[i]!).replace(/ *$/, 'j$&');
  return laidOut(shape, options, one);
}

/** How these elements are laid out: all in one notation, decided by those that are shown. */
export function layoutOf(elements: Words, shape: Shape, dtype: DType, options: PrintOptions = {}): Layout {
  const shown = indicesShown(shape, edgeOf(shape, options));
  if (dtype === 'int64') {
    const width = Math.max(0, ...shown.map((i) => String(elements[i]).length));
    return laidOut(shape, options, (i) => String(elements[i]).padStart(width));
  }
  const format = formatOf(
    shown.map((i) => Number(elements[i])),
    dtype,
    settled(options).precision,
  );
  return laidOut(shape, options, (i) => format(Number(elements[i])));
}

function edgeOf(shape: Shape, options: PrintOptions): number {
  const { threshold, edgeItems } = settled(options);
  return sizeOf(shape) > threshold ? edgeItems : Infinity;
}

function laidOut(shape: Shape, options: PrintOptions, word: (offset: number) => string): Layout {
  return { shape, edge: edgeOf(shape, options), lineWidth: settled(options).lineWidth, word };
}

function print(layout: Layout): string {
  if (sizeOf(layout.shape) === 0) return '[]';
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
      // Room for the brackets that close every axis.
      layout.lineWidth - axis - 1,
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
      lines.push(line.trimEnd());
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
