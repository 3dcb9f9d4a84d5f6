/**
 * Metrics: what a person wants to know about predictions.
 */
export { Bleu, type BleuOptions } from './bleu.ts';
export {
  accuracy,
  type Average,
  type ClassOptions,
  confusionMatrix,
  f1,
  meanIoU,
  precision,
  recall,
  topK,
} from './classification.ts';
export {
  boxIoU,
  type Corners,
  type Detection,
  type GroundTruth,
  MeanAveragePrecision,
  type MeanAveragePrecisionOptions,
} from './detection.ts';
export { auroc, averagePrecision, type RankingOptions } from './ranking.ts';
export { meanAbsoluteError, meanSquaredError, perplexity, r2, rootMeanSquaredError } from './regression.ts';
