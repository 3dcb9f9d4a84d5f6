/**
 * Training: the loop, and what it measures.
 */
export {
  type EpochRecord,
  evaluate,
  fit,
  type FitOptions,
  type Measure,
  type Measurements,
  type Model,
  type Pairs,
  type Progress,
} from './fit.ts';
export { accuracy } from './metrics.ts';
