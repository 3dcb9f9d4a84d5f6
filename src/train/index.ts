/**
 * Training: the loop, what it measures, and what takes part in it.
 */
export type { Callback, Ending, EpochRecord, History, Measurements, Rest, Run, StepRecord } from './callback.ts';
export { checkpointing, type CheckpointingOptions } from './checkpointing.ts';
export { earlyStopping, type EarlyStoppingOptions } from './early-stopping.ts';
export { evaluate, fit, type FitOptions, type Model, type PairData, type Pairs, type Progress } from './fit.ts';
export {
  learningRate,
  type RateSchedule,
  reduceOnPlateau,
  type ReduceOnPlateauCallbackOptions,
} from './learning-rate.ts';
export { csvLog, type JsonlOptions, jsonlLog, type LogLine } from './logs.ts';
export * from './metrics/index.ts';
export { type Measure, meanOf, Meter, type Metric, type Tensors } from './metric.ts';
export type { Direction, Monitor } from './monitor.ts';
export { progressBar, type ProgressBarOptions, type TextOutput } from './progress-bar.ts';
export { openRun, readRun, type RunFolder, type RunOptions, type RunRecord } from './run-folder.ts';
export { tensorBoard, type TensorBoardOptions } from './tensorboard.ts';
export { type Training, type TrainingConfig, type TrainingContext, trainingOf } from './training.ts';
export { type Budget, type LoopOptions, type Stateful, Trainer, type TrainerOptions } from './trainer.ts';
