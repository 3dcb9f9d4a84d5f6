/**
 * Metrics: truth first, prediction second.
 */
export { accuracy } from './accuracy.ts';
export {
  balancedAccuracy,
  type ClassificationReport,
  classificationReport,
  cohenKappa,
  f1,
  fBeta,
  jaccard,
  type KappaOptions,
  matthews,
  precision,
  recall,
  type ReportRow,
} from './classification.ts';
export {
  adjustedMutualInfo,
  adjustedRand,
  calinskiHarabasz,
  completeness,
  daviesBouldin,
  fowlkesMallows,
  homogeneity,
  mutualInfo,
  normalizedMutualInfo,
  randIndex,
  silhouette,
  silhouetteSamples,
  vMeasure,
} from './clustering.ts';
export {
  type Average,
  type AverageOptions,
  type Confusion,
  confusionMatrix,
  type ConfusionOptions,
} from './confusion.ts';
export {
  auc,
  averagePrecision,
  type BinaryOptions,
  type PrecisionRecallCurve,
  precisionRecallCurve,
  rocAuc,
  type RocAucOptions,
  type RocCurve,
  rocCurve,
} from './curves.ts';
export { trustworthiness } from './embedding.ts';
export {
  brier,
  type CalibrationCurve,
  calibrationCurve,
  hinge,
  logLoss,
  type ScoreOptions,
  topKAccuracy,
} from './probability.ts';
export {
  coverageError,
  dcg,
  labelRankingAveragePrecision,
  labelRankingLoss,
  mrr,
  ndcg,
  type RankOptions,
} from './ranking.ts';
export {
  explainedVariance,
  mae,
  mape,
  maxError,
  medianAe,
  mse,
  msle,
  pinball,
  poissonDeviance,
  r2,
  rmse,
} from './regression.ts';
