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
export { expectation, type ExpectationOptions } from './expectation.ts';
export {
  describe,
  type Description,
  type Interval,
  meanInterval,
  type ProportionOptions,
  proportionInterval,
} from './intervals.ts';
export { type Evidence, JointTable, jointTable, posterior, type Variables } from './tables.ts';
export {
  anova,
  type AnovaResult,
  chiSquareIndependence,
  type ChiSquareResult,
  chiSquareTest,
  type GoodnessOptions,
  type IndependenceOptions,
  type IndependenceResult,
} from './hypotheses/chi-squared.ts';
export { ksTest, ksTestTwoSamples } from './hypotheses/kolmogorov-smirnov.ts';
export {
  kendall,
  mannWhitney,
  type MannWhitneyOptions,
  pearson,
  type RankTestOptions,
  spearman,
  wilcoxon,
} from './hypotheses/rank-tests.ts';
export {
  bootstrap,
  type BootstrapOptions,
  type BootstrapResult,
  permutationTest,
  type PermutationTestOptions,
  type PermutationTestResult,
} from './hypotheses/resampling.ts';
export { shapiro } from './hypotheses/shapiro.ts';
export type { Alternative, AlternativeOption, Sample, TestResult } from './hypotheses/sample.ts';
export {
  type IndependentOptions,
  type OneSampleOptions,
  tTest,
  tTestIndependent,
  tTestPaired,
  type TTestResult,
} from './hypotheses/t-tests.ts';
