/**
 * Discrete Fourier transforms of any length: Stockham passes of radix 4, 2, 3, 5 and other small primes; powers of two beyond the cache as a
 * matrix, rows and columns in turn; large primes as a convolution (Bluestein). In doubles, not normalised. Hot.
 * @see Stockham 1966, Bailey 1990 (four-step), Bluestein 1970
 */
import type { TypedArray } from '../../ir/dtype.ts';
import { batchSize, type Routine } from './operand.ts';

/** Transforms (re, im) of its length in place; the other direction is the same with re and im exchanged. */
export type Transform = (re: Float64Array, im: Float64Array) => void;

/** cos and sin of 2πk/n for k from 0 to count − 1, each from an angle within an eighth of a turn, so that all are as exact as can be. */
function roots(n: number, count: number): { readonly cos: Float64Array; readonly sin: Float64Array } {
  const cos = new Float64Array(count);
  const sin = new Float64Array(count);
  for (let k = 0; k < count; k++) {
    // Eighths of a turn, times n.
    let eighths = 8 * (k % n);
    let [swap, negateCos, negateSin] = [false, false, false];
    if (eighths > 4 * n) {
      eighths = 8 * n - eighths;
      negateSin = true;
    }
    if (eighths > 2 * n) {
      eighths = 4 * n - eighths;
      negateCos = true;
    }
    if (eighths > n) {
      eighths = 2 * n - eighths;
      swap = true;
    }
    const angle = (eighths * (Math.PI / 4)) / n;
    const [c, s] = swap ? [Math.sin(angle), Math.cos(angle)] : [Math.cos(angle), Math.sin(angle)];
    cos[k] = negateCos ? -c : c;
    sin[k] = negateSin ? -s : s;
  }
  return { cos, sin };
}

/** Primes up to here are transformed directly; a length with a larger one is a convolution. */
const LARGEST_RADIX = 31;
/** Powers of two from here on are transformed as matrices: their passes would not stay in the cache. */
const LARGE = 1 << 15;
/** Columns that are gathered, transformed and put back together. */
const COLUMNS = 8;

/** A transform of length n. Making it costs O(n), so make one for a whole batch. */
export function transformOf(n: number): Transform {
  if (n <= 1) return () => undefined;
  const radices = radicesOf(n);
  if (radices === undefined) return convolution(n);
  if (n >= LARGE && (n & (n - 1)) === 0) return asMatrix(n);
  return passes(n, radices);
}

function radicesOf(n: number): number[] | undefined {
  const radices: number[] = [];
  let rest = n;
  for (; rest % 4 === 0; rest /= 4) radices.push(4);
  for (let p = 2; p <= LARGEST_RADIX; p++) for (; rest % p === 0; rest /= p) radices.push(p);
  return rest === 1 ? radices : undefined;
}

function passes(n: number, radices: readonly number[]): Transform {
  const { cos, sin } = roots(n, n);
  const spareRe = new Float64Array(n);
  const spareIm = new Float64Array(n);
  return (re, im) => {
    let [fromRe, fromIm, toRe, toIm]: [Float64Array, Float64Array, Float64Array, Float64Array] = [
      re,
      im,
      spareRe,
      spareIm,
    ];
    let length = n;
    let stride = 1;
    for (const radix of radices) {
      const m = length / radix;
      if (radix === 4 && stride === 1) firstPass4(fromRe, fromIm, toRe, toIm, m, cos, sin);
      else if (radix === 4 && m === 1) lastPass4(fromRe, fromIm, toRe, toIm, stride);
      else if (radix === 4) pass4(fromRe, fromIm, toRe, toIm, m, stride, cos, sin);
      else if (radix === 2) pass2(fromRe, fromIm, toRe, toIm, m, stride, cos, sin);
      else if (radix === 3) pass3(fromRe, fromIm, toRe, toIm, m, stride, cos, sin);
      else passAny(fromRe, fromIm, toRe, toIm, m, stride, radix, cos, sin);
      [fromRe, fromIm, toRe, toIm] = [toRe, toIm, fromRe, fromIm];
      length = m;
      stride *= radix;
    }
    if (fromRe !== re) {
      re.set(fromRe);
      im.set(fromIm);
    }
  };
}

// A pass of radix p reads a[j + s(k + m q)], q < p, and writes Σ_q ω_p^{qr} a_q · ω^{k r s} to b[j + s(p k + r)].

function pass2(
  ar: Float64Array,
  ai: Float64Array,
  br: Float64Array,
  bi: Float64Array,
  m: number,
  s: number,
  cos: Float64Array,
  sin: Float64Array,
): void {
  for (let k = 0; k < m; k++) {
    const wr = cos[k * s]!;
    const wi = -sin[k * s]!;
    const from = s * k;
    const to = 2 * s * k;
    for (let j = 0; j < s; j++) {
      const x0r = ar[from + j]!;
      const x0i = ai[from + j]!;
      const x1r = ar[from + s * m + j]!;
      const x1i = ai[from + s * m + j]!;
      br[to + j] = x0r + x1r;
      bi[to + j] = x0i + x1i;
      const dr = x0r - x1r;
      const di = x0i - x1i;
      br[to + s + j] = dr * wr - di * wi;
      bi[to + s + j] = dr * wi + di * wr;
    }
  }
}

function pass4(
  ar: Float64Array,
  ai: Float64Array,
  br: Float64Array,
  bi: Float64Array,
  m: number,
  s: number,
  cos: Float64Array,
  sin: Float64Array,
): void {
  const quarter = s * m;
  for (let k = 0; k < m; k++) {
    const w1r = cos[k * s]!;
    const w1i = -sin[k * s]!;
    const w2r = cos[2 * k * s]!;
    const w2i = -sin[2 * k * s]!;
    const w3r = cos[3 * k * s]!;
    const w3i = -sin[3 * k * s]!;
    const from = s * k;
    const to = 4 * s * k;
    for (let j = 0; j < s; j++) {
      const p0 = from + j;
      const p1 = p0 + quarter;
      const p2 = p1 + quarter;
      const p3 = p2 + quarter;
      const er = ar[p0]! + ar[p2]!;
      const ei = ai[p0]! + ai[p2]!;
      const fr = ar[p0]! - ar[p2]!;
      const fi = ai[p0]! - ai[p2]!;
      const gr = ar[p1]! + ar[p3]!;
      const gi = ai[p1]! + ai[p3]!;
      const hr = ai[p1]! - ai[p3]!;
      const hi = ar[p3]! - ar[p1]!;
      const q = to + j;
      br[q] = er + gr;
      bi[q] = ei + gi;
      const x1r = fr + hr;
      const x1i = fi + hi;
      br[q + s] = x1r * w1r - x1i * w1i;
      bi[q + s] = x1r * w1i + x1i * w1r;
      const x2r = er - gr;
      const x2i = ei - gi;
      br[q + 2 * s] = x2r * w2r - x2i * w2i;
      bi[q + 2 * s] = x2r * w2i + x2i * w2r;
      const x3r = fr - hr;
      const x3i = fi - hi;
      br[q + 3 * s] = x3r * w3r - x3i * w3i;
      bi[q + 3 * s] = x3r * w3i + x3i * w3r;
    }
  }
}

/** pass4 with s = 1: the loop goes over k. */
function firstPass4(
  ar: Float64Array,
  ai: Float64Array,
  br: Float64Array,
  bi: Float64Array,
  m: number,
  cos: Float64Array,
  sin: Float64Array,
): void {
  for (let k = 0; k < m; k++) {
    const er = ar[k]! + ar[k + 2 * m]!;
    const ei = ai[k]! + ai[k + 2 * m]!;
    const fr = ar[k]! - ar[k + 2 * m]!;
    const fi = ai[k]! - ai[k + 2 * m]!;
    const gr = ar[k + m]! + ar[k + 3 * m]!;
    const gi = ai[k + m]! + ai[k + 3 * m]!;
    const hr = ai[k + m]! - ai[k + 3 * m]!;
    const hi = ar[k + 3 * m]! - ar[k + m]!;
    const w1r = cos[k]!;
    const w1i = -sin[k]!;
    const w2r = cos[2 * k]!;
    const w2i = -sin[2 * k]!;
    const w3r = cos[3 * k]!;
    const w3i = -sin[3 * k]!;
    const q = 4 * k;
    br[q] = er + gr;
    bi[q] = ei + gi;
    const x1r = fr + hr;
    const x1i = fi + hi;
    br[q + 1] = x1r * w1r - x1i * w1i;
    bi[q + 1] = x1r * w1i + x1i * w1r;
    const x2r = er - gr;
    const x2i = ei - gi;
    br[q + 2] = x2r * w2r - x2i * w2i;
    bi[q + 2] = x2r * w2i + x2i * w2r;
    const x3r = fr - hr;
    const x3i = fi - hi;
    br[q + 3] = x3r * w3r - x3i * w3i;
    bi[q + 3] = x3r * w3i + x3i * w3r;
  }
}

/** pass4 with m = 1: every factor is 1. */
function lastPass4(ar: Float64Array, ai: Float64Array, br: Float64Array, bi: Float64Array, s: number): void {
  for (let j = 0; j < s; j++) {
    const er = ar[j]! + ar[j + 2 * s]!;
    const ei = ai[j]! + ai[j + 2 * s]!;
    const fr = ar[j]! - ar[j + 2 * s]!;
    const fi = ai[j]! - ai[j + 2 * s]!;
    const gr = ar[j + s]! + ar[j + 3 * s]!;
    const gi = ai[j + s]! + ai[j + 3 * s]!;
    const hr = ai[j + s]! - ai[j + 3 * s]!;
    const hi = ar[j + 3 * s]! - ar[j + s]!;
    br[j] = er + gr;
    bi[j] = ei + gi;
    br[j + s] = fr + hr;
    bi[j + s] = fi + hi;
    br[j + 2 * s] = er - gr;
    bi[j + 2 * s] = ei - gi;
    br[j + 3 * s] = fr - hr;
    bi[j + 3 * s] = fi - hi;
  }
}

function pass3(
  ar: Float64Array,
  ai: Float64Array,
  br: Float64Array,
  bi: Float64Array,
  m: number,
  s: number,
  cos: Float64Array,
  sin: Float64Array,
): void {
  const third = s * m;
  const h = Math.sqrt(3) / 2;
  for (let k = 0; k < m; k++) {
    const w1r = cos[k * s]!;
    const w1i = -sin[k * s]!;
    const w2r = cos[2 * k * s]!;
    const w2i = -sin[2 * k * s]!;
    for (let j = 0; j < s; j++) {
      const p = s * k + j;
      const sr = ar[p + third]! + ar[p + 2 * third]!;
      const si = ai[p + third]! + ai[p + 2 * third]!;
      const dr = h * (ai[p + third]! - ai[p + 2 * third]!);
      const di = h * (ar[p + 2 * third]! - ar[p + third]!);
      const cr = ar[p]! - sr / 2;
      const ci = ai[p]! - si / 2;
      const q = 3 * s * k + j;
      br[q] = ar[p]! + sr;
      bi[q] = ai[p]! + si;
      const x1r = cr + dr;
      const x1i = ci + di;
      br[q + s] = x1r * w1r - x1i * w1i;
      bi[q + s] = x1r * w1i + x1i * w1r;
      const x2r = cr - dr;
      const x2i = ci - di;
      br[q + 2 * s] = x2r * w2r - x2i * w2i;
      bi[q + 2 * s] = x2r * w2i + x2i * w2r;
    }
  }
}

function passAny(
  ar: Float64Array,
  ai: Float64Array,
  br: Float64Array,
  bi: Float64Array,
  m: number,
  s: number,
  p: number,
  cos: Float64Array,
  sin: Float64Array,
): void {
  const n = cos.length;
  const own = roots(p, p);
  for (let k = 0; k < m; k++) {
    for (let r = 0; r < p; r++) {
      const wr = cos[(k * r * s) % n]!;
      const wi = -sin[(k * r * s) % n]!;
      for (let j = 0; j < s; j++) {
        let sr = 0;
        let si = 0;
        for (let q = 0, turn = 0; q < p; q++) {
          const at = j + s * (k + m * q);
          const c = own.cos[turn]!;
          const d = -own.sin[turn]!;
          sr += ar[at]! * c - ai[at]! * d;
          si += ar[at]! * d + ai[at]! * c;
          turn += r;
          if (turn >= p) turn -= p;
        }
        const to = j + s * (p * k + r);
        br[to] = sr * wr - si * wi;
        bi[to] = sr * wi + si * wr;
      }
    }
  }
}

/** n = rows · columns: columns transformed, each element turned by ω^(row · column), rows transformed, and the matrix read by columns. */
function asMatrix(n: number): Transform {
  const bits = Math.log2(n);
  const rows = 2 ** Math.floor(bits / 2);
  const columns = n / rows;
  const ofColumn = transformOf(rows);
  const ofRow = transformOf(columns);
  // ω^e as ω^(coarse part) · ω^(fine part): two short tables instead of one that would not fit the cache.
  const fineCount = 2 ** Math.ceil(bits / 2);
  const fine = roots(n, fineCount);
  const coarse = roots(n / fineCount, n / fineCount);
  const re = new Float64Array(Math.max(rows, columns) * COLUMNS);
  const im = new Float64Array(Math.max(rows, columns) * COLUMNS);
  const turnedRe = new Float64Array(n);
  const turnedIm = new Float64Array(n);
  return (xr, xi) => {
    for (let first = 0; first < columns; first += COLUMNS) {
      gatherColumns(xr, re, first, rows, columns);
      gatherColumns(xi, im, first, rows, columns);
      for (let c = 0; c < COLUMNS; c++) {
        const [r, i] = [re.subarray(c * rows, (c + 1) * rows), im.subarray(c * rows, (c + 1) * rows)];
        ofColumn(r, i);
        turn(r, i, first + c, fine, coarse, fineCount);
      }
      scatterColumns(re, turnedRe, first, rows, columns);
      scatterColumns(im, turnedIm, first, rows, columns);
    }
    // Row r gives the elements r, r + rows, …
    for (let first = 0; first < rows; first += COLUMNS) {
      for (let r = first; r < first + COLUMNS; r++)
        ofRow(turnedRe.subarray(r * columns, (r + 1) * columns), turnedIm.subarray(r * columns, (r + 1) * columns));
      scatterColumns(turnedRe.subarray(first * columns), xr, first, columns, rows);
      scatterColumns(turnedIm.subarray(first * columns), xi, first, columns, rows);
    }
  };
}

function gatherColumns(x: Float64Array, to: Float64Array, first: number, rows: number, columns: number): void {
  for (let i = 0; i < rows; i++) {
    const from = i * columns + first;
    for (let c = 0; c < COLUMNS; c++) to[c * rows + i] = x[from + c]!;
  }
}

function scatterColumns(x: Float64Array, to: Float64Array, first: number, rows: number, columns: number): void {
  for (let i = 0; i < rows; i++) {
    const at = i * columns + first;
    for (let c = 0; c < COLUMNS; c++) to[at + c] = x[c * rows + i]!;
  }
}

type Roots = ReturnType<typeof roots>;

function turn(re: Float64Array, im: Float64Array, column: number, fine: Roots, coarse: Roots, fineCount: number): void {
  const { cos, sin } = fine;
  const mask = fineCount - 1;
  const shift = Math.log2(fineCount);
  for (let i = 0; i < re.length; i++) {
    const exponent = i * column;
    const low = exponent & mask;
    const high = exponent >>> shift;
    const [a, b] = [coarse.cos[high]!, coarse.sin[high]!];
    const wr = a * cos[low]! - b * sin[low]!;
    const wi = -(a * sin[low]! + b * cos[low]!);
    const xr = re[i]!;
    const xi = im[i]!;
    re[i] = xr * wr - xi * wi;
    im[i] = xr * wi + xi * wr;
  }
}

/** jk = (j² + k² − (k − j)²) / 2 makes the transform a convolution with e^(πi k²/n), which powers of two compute. */
function convolution(n: number): Transform {
  let size = 1;
  while (size < 2 * n - 1) size *= 2;
  const transform = transformOf(size);
  // k² modulo 2n before it becomes an angle, so that long chirps stay exact.
  const table = roots(2 * n, 2 * n);
  const places = Float64Array.from({ length: n }, (_, k) => Number((BigInt(k) * BigInt(k)) % BigInt(2 * n)));
  const chirpRe = Float64Array.from(places, (place) => table.cos[place]!);
  const chirpIm = Float64Array.from(places, (place) => table.sin[place]!);
  const filterRe = new Float64Array(size);
  const filterIm = new Float64Array(size);
  for (let k = 0; k < n; k++) {
    filterRe[k] = filterRe[(size - k) % size] = chirpRe[k]! / size;
    filterIm[k] = filterIm[(size - k) % size] = chirpIm[k]! / size;
  }
  transform(filterRe, filterIm);
  const re = new Float64Array(size);
  const im = new Float64Array(size);
  return (xr, xi) => {
    re.fill(0, n);
    im.fill(0, n);
    for (let k = 0; k < n; k++) {
      re[k] = xr[k]! * chirpRe[k]! + xi[k]! * chirpIm[k]!;
      im[k] = xi[k]! * chirpRe[k]! - xr[k]! * chirpIm[k]!;
    }
    transform(re, im);
    for (let k = 0; k < size; k++) {
      const a = re[k]!;
      const b = im[k]!;
      re[k] = a * filterRe[k]! - b * filterIm[k]!;
      im[k] = a * filterIm[k]! + b * filterRe[k]!;
    }
    transform(im, re); // back
    for (let k = 0; k < n; k++) {
      xr[k] = re[k]! * chirpRe[k]! + im[k]! * chirpIm[k]!;
      xi[k] = im[k]! * chirpRe[k]! - re[k]! * chirpIm[k]!;
    }
  };
}

function load(into: Float64Array, values: TypedArray, start: number): void {
  for (let i = 0; i < into.length; i++) into[i] = values[start + i]!;
}

export const fft: Routine<'fft'> = ({ inverse }, [real, imaginary], output) => {
  const { count, size: n } = batchSize(real!, 1);
  const transform = transformOf(n);
  const re = new Float64Array(n);
  const im = new Float64Array(n);
  for (let b = 0; b < count; b++) {
    load(re, real!.values, b * n);
    load(im, imaginary!.values, b * n);
    if (inverse) transform(im, re);
    else transform(re, im);
    output.set(re, 2 * b * n);
    output.set(im, (2 * b + 1) * n);
  }
};

/** Of an even length: the elements in pairs as complex numbers, half as many, taken apart by symmetry. */
export const rfft: Routine<'rfft'> = (_, [x], output) => {
  const { count, size: n } = batchSize(x!, 1);
  const kept = Math.floor(n / 2) + 1;
  if (n === 0) {
    output.fill(0);
    return;
  }
  const half = n % 2 === 0 ? n / 2 : n;
  const transform = transformOf(half);
  const { cos, sin } = roots(n, half);
  const re = new Float64Array(half);
  const im = new Float64Array(half);
  for (let b = 0; b < count; b++) {
    const at = 2 * b * kept;
    if (n % 2 === 1) {
      load(re, x!.values, b * n);
      im.fill(0);
      transform(re, im);
      output.set(re.subarray(0, kept), at);
      output.set(im.subarray(0, kept), at + kept);
      continue;
    }
    for (let i = 0; i < half; i++) {
      re[i] = x!.values[b * n + 2 * i]!;
      im[i] = x!.values[b * n + 2 * i + 1]!;
    }
    transform(re, im);
    output[at] = re[0]! + im[0]!;
    output[at + kept] = 0;
    output[at + half] = re[0]! - im[0]!;
    output[at + kept + half] = 0;
    for (let k = 1; k < half; k++) {
      const mirrored = half - k;
      const evenRe = (re[k]! + re[mirrored]!) / 2;
      const evenIm = (im[k]! - im[mirrored]!) / 2;
      const oddRe = (im[k]! + im[mirrored]!) / 2;
      const oddIm = (re[mirrored]! - re[k]!) / 2;
      output[at + k] = evenRe + cos[k]! * oddRe + sin[k]! * oddIm;
      output[at + kept + k] = evenIm + cos[k]! * oddIm - sin[k]! * oddRe;
    }
  }
};

export const irfft: Routine<'irfft'> = ({ n }, [real, imaginary], output) => {
  const { count, size: kept } = batchSize(real!, 1);
  const half = n % 2 === 0 ? n / 2 : n;
  const transform = transformOf(half);
  const { cos, sin } = roots(n, half);
  const spectrumRe = new Float64Array(kept);
  const spectrumIm = new Float64Array(kept);
  const re = new Float64Array(half);
  const im = new Float64Array(half);
  for (let b = 0; b < count; b++) {
    for (let k = 0; k < kept; k++) {
      spectrumRe[k] = real!.values[b * kept + k]!;
      spectrumIm[k] = imaginary!.values[b * kept + k]!;
    }
    // What these two have of an imaginary part is no part of a real signal.
    spectrumIm[0] = 0;
    if (n % 2 === 0) spectrumIm[n / 2] = 0;
    if (n % 2 === 1) {
      for (let k = 0; k < n; k++) {
        const isMirrored = k > (n - 1) / 2;
        re[k] = spectrumRe[isMirrored ? n - k : k]!;
        im[k] = isMirrored ? -spectrumIm[n - k]! : spectrumIm[k]!;
      }
      transform(im, re);
      output.set(re, b * n);
      continue;
    }
    for (let k = 0; k < half; k++) {
      const mirrored = half - k;
      const evenRe = spectrumRe[k]! + spectrumRe[mirrored]!;
      const evenIm = spectrumIm[k]! - spectrumIm[mirrored]!;
      const dr = spectrumRe[k]! - spectrumRe[mirrored]!;
      const di = spectrumIm[k]! + spectrumIm[mirrored]!;
      const oddRe = dr * cos[k]! - di * sin[k]!;
      const oddIm = dr * sin[k]! + di * cos[k]!;
      re[k] = evenRe - oddIm;
      im[k] = evenIm + oddRe;
    }
    transform(im, re);
    for (let i = 0; i < half; i++) {
      output[b * n + 2 * i] = re[i]!;
      output[b * n + 2 * i + 1] = im[i]!;
    }
  }
};
