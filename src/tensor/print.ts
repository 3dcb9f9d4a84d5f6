/**
 * Tensors as text, the way NumPy prints arrays: aligned columns, nested brackets, the middle left out when there is much.
 */
import { sizeOf, type Shape } from '../base/shape.ts';
import { type DType, isFloat, type TypedArray } from '../ir/dtype.ts';

/** More elements than this and only the edges of each axis are shown. */
const SUMMARY_THRESHOLD = 1000;
/** How many at each edge. */
const EDGE = 3;
const LINE_WIDTH = 75;
const DIGITS = 4;

/** @example printArray(new Float32Array([1, 2.5]), [2], 'float32') // '[1.  2.5]' */
export function printArray(elements: TypedArray, shape: Shape, dtype: DType): string {
  const isSummary = sizeOf(shape) > SUMMARY_THRESHOLD;
  const shown = indicesShown(shape, isSummary).map((i) => elements[i]!);
  const format = formatter(shown, dtype);
  if (shape.length === 0) return format(elements[0]!).trim();
  const width = Math.max(0, ...shown.map((x) => format(x).length));
  return printAxis({ shape, isSummary, format: (i) => format(elements[i]!).padStart(width) }, 0, 0);
}

/** Complex elements, real and imaginary parts each in one notation. @example printComplex(re, im, [2]) // '[1.+2.j 0.-1.j]' */
export function printComplex(real: TypedArray, imaginary: TypedArray, shape: Shape): string {
  const isSummary = sizeOf(shape) > SUMMARY_THRESHOLD;
  const shown = indicesShown(shape, isSummary);
  const formatReal = formatter(
    shown.map((i) => real[i]!),
    'float64',
  );
  const formatImaginary = formatter(
    shown.map((i) => Math.abs(imaginary[i]!)),
    'float64',
  );
  const one = (i: number): string => {
    const y = imaginary[i]!;
    const sign = y < 0 || Object.is(y, -0) ? '-' : '+';
    // The j follows the digits at once; what aligns the decimals comes behind it.
    const digits = formatImaginary(Math.abs(y));
    return `${formatReal(real[i]!)}${sign}${digits.trimEnd()}j${' '.repeat(digits.length - digits.trimEnd().length)}`;
  };
  if (shape.length === 0) return one(0).trim();
  const width = Math.max(0, ...shown.map((i) => one(i).length));
  return printAxis({ shape, isSummary, format: (i) => one(i).padStart(width) }, 0, 0);
}

interface Job {
  readonly shape: Shape;
  readonly isSummary: boolean;
  /** The element at an offset. */
  readonly format: (offset: number) => string;
}

function printAxis(job: Job, axis: number, offset: number): string {
  const { shape, format } = job;
  const stride = sizeOf(shape.slice(axis + 1));
  const places = placesShown(shape[axis]!, job.isSummary);
  if (axis === shape.length - 1) {
    return `[${wrap(
      places.map((i) => (i === undefined ? '...' : format(offset + i))),
      axis + 1,
    )}]`;
  }
  const separator = `\n${'\n'.repeat(shape.length - axis - 2)}${' '.repeat(axis + 1)}`;
  return `[${places.map((i) => (i === undefined ? '...' : printAxis(job, axis + 1, offset + i * stride))).join(separator)}]`;
}

/** Words in lines that are not too long, each but the first indented. */
function wrap(words: readonly string[], indent: number): string {
  const lines: string[] = [];
  let line = '';
  for (const word of words) {
    if (line !== '' && indent + line.length + 1 + word.length > LINE_WIDTH) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].join(`\n${' '.repeat(indent)}`);
}

/** The places of an axis to show, undefined for the gap. */
function placesShown(size: number, isSummary: boolean): (number | undefined)[] {
  const all = Array.from({ length: size }, (_, i) => i);
  if (!isSummary || size <= 2 * EDGE) return all;
  return [...all.slice(0, EDGE), undefined, ...all.slice(-EDGE)];
}

function indicesShown(shape: Shape, isSummary: boolean): number[] {
  let indices = [0];
  for (const size of shape) {
    const places = placesShown(size, isSummary).filter((i) => i !== undefined);
    indices = indices.flatMap((index) => places.map((i) => index * size + i));
  }
  return indices;
}

/** One notation for all elements: whole, fixed or scientific, as many digits as the one that needs most. */
function formatter(shown: readonly number[], dtype: DType): (x: number) => string {
  if (dtype === 'bool') return (x) => (x === 0 ? 'false' : 'true');
  if (!isFloat(dtype)) return String;
  const finite = shown.filter((x) => Number.isFinite(x));
  const sizes = finite.filter((x) => x !== 0).map(Math.abs);
  const largest = Math.max(0, ...sizes);
  const smallest = Math.min(Infinity, ...sizes);
  if (largest >= 1e8 || smallest < 1e-4 || largest / smallest > 1e4 * 10 ** DIGITS) {
    return special((x) => x.toExponential(DIGITS));
  }
  const digits = Math.max(0, ...finite.map((x) => decimals(x)));
  return special((x) =>
    digits === 0 ? `${x.toFixed(0)}.` : x.toFixed(digits).replace(/0+$/, (zeros) => ' '.repeat(zeros.length)),
  );
}

function special(format: (x: number) => string): (x: number) => string {
  return (x) => (Number.isNaN(x) ? 'nan' : x === Infinity ? 'inf' : x === -Infinity ? '-inf' : format(x));
}

/** Decimals that a number needs, at most DIGITS. */
function decimals(x: number): number {
  const [, fraction = ''] = x.toFixed(DIGITS).split('.');
  return fraction.replace(/0+$/, '').length;
}
