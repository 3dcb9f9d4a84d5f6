/**
 * Optimizers, and schedules for their learning rate.
 */
export { Adam, type AdamOptions, AdamW } from './adam.ts';
export { Optimizer } from './optimizer.ts';
export { cosine, oneCycle } from './schedules.ts';
export { SGD, type SGDOptions } from './sgd.ts';
