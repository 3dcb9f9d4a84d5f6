/**
 * Incomplete gamma and beta functions, polygamma, and the normal distribution's functions against SciPy and JAX.
 */
import * as fathom from '../../src/index.ts';
import type { Tensor } from '../../src/index.ts';
import { numberIn, replay, type Rule, type Tolerance } from './replay.ts';

/** In float64 SciPy's own digits are the limit; in float32 the result is rounded once. */
const ulps = (single: number, double: number): Tolerance => ({ ulps: single, double });
const of = (f: (...xs: Tensor[]) => Tensor, values: Tolerance, gradients: Tolerance): Rule => ({
  answer: (xs) => f(...xs),
  values,
  gradients,
});
const gradients: Tolerance = { ulps: 16, double: 4096, floor: 'largest' };

replay('special', {
  gammainc: of(fathom.gammainc, ulps(1, 512), gradients),
  gammaincc: of(fathom.gammaincc, ulps(1, 512), gradients),
  gammaincinv: of(fathom.gammaincinv, ulps(1, 256), gradients),
  gammainccinv: of(fathom.gammainccinv, ulps(1, 256), gradients),
  betainc: of(fathom.betainc, ulps(1, 512), gradients),
  betaincinv: of(fathom.betaincinv, ulps(1, 512), gradients),
  polygamma: {
    answer: ([x], o) => fathom.polygamma(numberIn(o, 'n'), x!),
    values: ulps(1, 64),
    gradients: { ulps: 16, double: 256, floor: 'largest' },
  },
  // At x = 30 a rounding of x is one of x² = 900 times its size.
  ndtr: of(fathom.ndtr, ulps(1, 1024), { ulps: 16, double: 64, floor: 'largest' }),
  logNdtr: of(fathom.logNdtr, ulps(1, 1024), { ulps: 16, double: 512, floor: 'largest' }),
  ndtri: of(fathom.ndtri, ulps(1, 8), { ulps: 16, double: 256, floor: 'largest' }),
});
