/**
 * Numbers in one notation, the way NumPy chooses it for an array: as few digits as tell each number from its neighbours, at most
 * `precision` of them behind the point; points under each other; powers of ten where the range is wide. print.ts arranges them.
 * @see NumPy, `FloatingFormat` in numpy/_core/arrayprint.py
 */
import { type DType, isFloat, roundTo } from '../ir/dtype.ts';

/** A number as text, as wide as every other of its array. */
export type Format = (x: number) => string;

/** Decimal digits that every number of a dtype can keep: whole numbers beyond them are written with powers of ten. */
const digitsKept: Partial<Record<DType, number>> = { float64: 15, float32: 6 };

/** The notation of these numbers. @param isSigned write + before what is not negative, as for imaginary parts */
export function formatOf(shown: readonly number[], dtype: DType, precision: number, isSigned = false): Format {
  if (!isFloat(dtype)) return padded(shown, dtype === 'bool' ? (x) => (x === 0 ? 'false' : 'true') : String);
  const finite = shown.filter(Number.isFinite);
  const sign = (text: string): string => (isSigned && !text.startsWith('-') ? `+${text}` : text);
  const write = finite.length === 0 ? () => '' : needsPowers(finite, dtype) ? powers(finite) : points(finite);
  return padded(shown, (x) => sign(Number.isNaN(x) ? 'nan' : Number.isFinite(x) ? write(x) : x > 0 ? 'inf' : '-inf'));

  /** Digits before and behind the point; the places of absent digits are blank. */
  function points(finite: readonly number[]): Format {
    const parts = (x: number): [string, string] => halves(trimmed(fixed(x, dtype, precision)));
    const width = longest(finite.map((x) => parts(x)[1]));
    return (x) => {
      const [whole, fraction] = parts(x);
      return `${whole}.${fraction.padEnd(width)}`;
    };
  }

  /** One digit before the point, equally many behind it, equally long exponents. */
  function powers(finite: readonly number[]): Format {
    const parts = (x: number, digits: number): [string, string, string] => {
      const [mantissa, exponent] = scientific(x, dtype, digits);
      const [whole, fraction] = halves(trimmed(mantissa));
      return [whole, fraction, exponent];
    };
    const all = finite.map((x) => parts(x, precision));
    const digits = longest(all.map(([, fraction]) => fraction));
    const size = Math.max(2, longest(all.map(([, , exponent]) => exponent.slice(1))));
    return (x) => {
      const [whole, fraction, exponent] = parts(x, digits);
      return `${whole}.${fraction.padEnd(digits, '0')}e${exponent[0]}${exponent.slice(1).padStart(size, '0')}`;
    };
  }
}

function padded(shown: readonly number[], format: Format): Format {
  const width = longest(shown.map(format));
  return (x) => format(x).padStart(width);
}

function longest(texts: readonly string[]): number {
  return texts.reduce((most, text) => Math.max(most, text.length), 0);
}

function needsPowers(finite: readonly number[], dtype: DType): boolean {
  let [smallest, largest] = [Infinity, 0];
  for (const x of finite) {
    if (x === 0) continue;
    smallest = Math.min(smallest, Math.abs(x));
    largest = Math.max(largest, Math.abs(x));
  }
  if (largest === 0) return false;
  const most = 10 ** Math.min(8, digitsKept[dtype] ?? 3);
  // In the dtype's own arithmetic: its number next to 0.0001 is not smaller than that.
  return largest >= most || smallest < roundTo(dtype, 1e-4) || roundTo(dtype, largest / smallest) > 1000;
}

/** With at most `precision` digits behind the point. */
function fixed(x: number, dtype: DType, precision: number): string {
  const short = plain(shortest(x, dtype));
  const [, fraction] = halves(short);
  return fraction.length <= precision ? short : rounded(x, (digits) => x.toFixed(digits), precision);
}

/** With at most `precision` digits behind the point of the mantissa; the exponent with its sign. */
function scientific(x: number, dtype: DType, precision: number): [mantissa: string, exponent: string] {
  const short = shortest(x, dtype).toExponential();
  const isShort = halves(short.split('e')[0]!)[1].length <= precision;
  const text = isShort ? short : rounded(x, (digits) => x.toExponential(digits), precision);
  const [mantissa = '', exponent = '+0'] = text.split('e');
  return [signed(x, mantissa), exponent];
}

/** `write` with so many digits; exactly between two numbers, the even one is taken, where JavaScript takes the larger. */
function rounded(x: number, write: (digits: number) => string, digits: number): string {
  const [exact = '', exponent] = write(100).split('e');
  const at = exact.indexOf('.') + 1 + digits;
  const isTie = /^50*$/.test(exact.slice(at));
  const isEven = /[02468]\.?$/.test(exact.slice(0, at));
  if (!isTie || !isEven) return signed(x, write(digits));
  return signed(x, exact.slice(0, at)) + (exponent === undefined ? '' : `e${exponent}`);
}

/** JavaScript drops the sign of −0, and toFixed that of what rounds to it. */
function signed(x: number, text: string): string {
  return (x < 0 || Object.is(x, -0)) && !text.startsWith('-') ? `-${text}` : text;
}

/** A number without powers of ten; those that come here have few digits. */
function plain(x: number): string {
  const text = String(x);
  return signed(x, text.includes('e') ? x.toFixed(100) : text);
}

function halves(text: string): [whole: string, fraction: string] {
  const [whole = '', fraction = ''] = text.split('.');
  return [whole, fraction];
}

function trimmed(text: string): string {
  return text.includes('.') ? text.replace(/0+$/, '') : text;
}

/** The decimal of fewest digits that is this element again; the further digits of a float32 are an accident of float64. */
function shortest(x: number, dtype: DType): number {
  if (dtype === 'float64' || x === 0) return x;
  for (let digits = 1; digits < 9; digits++) {
    if (roundTo(dtype, Number(x.toPrecision(digits))) !== x) continue;
    const even = Number(rounded(x, (n) => x.toExponential(n), digits - 1));
    return roundTo(dtype, even) === x ? even : Number(x.toPrecision(digits));
  }
  return Number(x.toPrecision(9));
}
