/**
 * Probability and statistics: distributions, divergences, estimates, tests of hypotheses.
 */
export { Beta, type BetaOptions, Dirichlet } from './distributions/beta.ts';
export { Categorical, type CategoricalOptions } from './distributions/categorical.ts';
export {
  Bernoulli,
  Binomial,
  type BinomialOptions,
  Geometric,
  Poisson,
  type SuccessOptions,
} from './distributions/discrete.ts';
export { Distribution, NotAvailableError } from './distributions/distribution.ts';
export { Chi2, Exponential, Gamma } from './distributions/gamma.ts';
export { Cauchy, Gumbel, Laplace, Logistic, Uniform } from './distributions/location-scale.ts';
export { MultivariateNormal, type MultivariateNormalOptions } from './distributions/multivariate-normal.ts';
export { HalfNormal, type LocationScale, LogNormal, Normal } from './distributions/normal.ts';
export { StudentT, type StudentTDistributionOptions } from './distributions/student-t.ts';
export { type DivergenceOptions, klDivergence } from './divergence.ts';
