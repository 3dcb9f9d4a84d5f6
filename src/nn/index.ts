/**
 * Modules: layers, how they are put together and initialised, and the losses they are trained by.
 */
export { GELU, ReLU, Sigmoid, Softmax, Tanh } from './activation.ts';
export { Conv2d, type Conv2dOptions } from './conv.ts';
export { Dropout } from './dropout.ts';
export { Embedding, type EmbeddingOptions } from './embedding.ts';
export { Flatten } from './flatten.ts';
export { glorotNormal, glorotUniform, heNormal, heUniform, type InitOptions } from './init.ts';
export { Linear, type LinearOptions } from './linear.ts';
export {
  binaryCrossEntropyWithLogits,
  crossEntropy,
  type CrossEntropyOptions,
  type LossOptions,
  mse,
} from './losses.ts';
export { type Layer, type LoadOptions, Module, Parameter } from './module.ts';
export { BatchNorm2d, type BatchNormOptions, LayerNorm, type LayerNormOptions } from './norm.ts';
export { AvgPool2d, type AvgPool2dOptions, MaxPool2d, type PoolingOptions } from './pooling.ts';
export { Sequential } from './sequential.ts';
export type { Pair } from './sizes.ts';
