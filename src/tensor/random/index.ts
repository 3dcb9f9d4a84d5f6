/**
 * Random numbers, as the package publishes them: `random.key(0)`, `random.normal(key, [3])`, …
 */
export {
  bernoulli,
  bits,
  defaultKey,
  foldIn,
  getState,
  key,
  normal,
  type NormalOptions,
  randint,
  seed,
  setState,
  split,
  splitKeys,
  uniform,
  type UniformOptions,
} from '../random.ts';
export { choice, type ChoiceOptions, permutation, type PermutationOptions } from './choice.ts';
export {
  cauchy,
  exponential,
  type ExponentialOptions,
  gumbel,
  laplace,
  type LocationScaleOptions,
  logistic,
  truncatedNormal,
  type TruncatedNormalOptions,
} from './continuous.ts';
export { binomial, categorical, geometric, poisson, rademacher } from './discrete.ts';
export { beta, chisquare, dirichlet, gamma, type GammaOptions, studentT, type StudentTOptions } from './gamma.ts';
export type { DrawOptions } from './parameters.ts';
