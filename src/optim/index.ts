/**
 * Optimizers, schedules for their learning rate, and what goes with them: clipping, averages of parameters, accumulation.
 */
export { GradientAccumulator } from './accumulation.ts';
export { Adadelta, type AdadeltaOptions } from './adadelta.ts';
export { Adafactor, type AdafactorOptions } from './adafactor.ts';
export { Adagrad, type AdagradOptions } from './adagrad.ts';
export { Adam, type AdamOptions, AdamW } from './adam.ts';
export { Adamax, type AdamaxOptions } from './adamax.ts';
export { EMA, type EMAOptions, ParameterAverage, SWA } from './averaging.ts';
export { clipGradNorm, clipGradValue, gradNorm } from './clipping.ts';
export type { Group, ParameterGroup, Trainable } from './groups.ts';
export { LAMB, type LAMBOptions } from './lamb.ts';
export { type Closure, LBFGS, type LBFGSOptions } from './lbfgs.ts';
export { Lion, type LionOptions } from './lion.ts';
export { Muon, type MuonOptions, orthogonalise } from './muon.ts';
export { NAdam, type NAdamOptions } from './nadam.ts';
export { Optimizer, type OptimizerOptions } from './optimizer.ts';
export { type PlateauState, ReduceOnPlateau, type ReduceOnPlateauOptions } from './plateau.ts';
export { l1Penalty, l2Penalty, limitNorm } from './regularisation.ts';
export { RMSprop, type RMSpropOptions } from './rmsprop.ts';
export { SAM, type SAMOptions } from './sam.ts';
export {
  chainedLR,
  constantLR,
  cosine,
  cosineAnnealingLR,
  cosineAnnealingWarmRestarts,
  exponentialLR,
  linearLR,
  multiStepLR,
  oneCycle,
  oneCycleLR,
  type OneCycleOptions,
  polynomialLR,
  type Schedule,
  sequentialLR,
  stepLR,
  warmup,
} from './schedules.ts';
export { SGD, type SGDOptions } from './sgd.ts';
