/**
 * Neural networks: modules, losses, initialisation.
 */
export {
  GELU,
  Hardsigmoid,
  Hardswish,
  LogSigmoid,
  LogSoftmax,
  Mish,
  ReLU,
  ReLU6,
  SELU,
  Sigmoid,
  SiLU,
  Softmax,
  Softmin,
  Softsign,
  Tanh,
  Tanhshrink,
} from './activation.ts';
export {
  celu,
  elu,
  glu,
  hardshrink,
  hardsigmoid,
  hardswish,
  hardtanh,
  leakyRelu,
  logSigmoid,
  mish,
  prelu,
  relu6,
  selu,
  softmin,
  softplus,
  softshrink,
  softsign,
  tanhshrink,
  threshold,
} from './activation-functions.ts';
export {
  CELU,
  ELU,
  GLU,
  Hardshrink,
  Hardtanh,
  LeakyReLU,
  PReLU,
  Softplus,
  Softshrink,
  Threshold,
} from './activation-parametric.ts';
export {
  AdaptiveAvgPool1d,
  AdaptiveAvgPool2d,
  AdaptiveAvgPool3d,
  AdaptiveMaxPool1d,
  AdaptiveMaxPool2d,
  AdaptiveMaxPool3d,
  type OutputSize,
} from './adaptive-pooling.ts';
export {
  type AttendOptions,
  type AttentionOptions,
  MultiheadAttention,
  type MultiheadAttentionOptions,
  scaledDotProductAttention,
} from './attention.ts';
export { BatchNorm1d, BatchNorm2d, BatchNorm3d, type BatchNormOptions } from './batch-norm.ts';
export { Bilinear, cosineSimilarity, CosineSimilarity, pairwiseDistance, PairwiseDistance } from './bilinear.ts';
export { Identity, ModuleDict, ModuleList, Residual } from './containers.ts';
export { Conv1d, Conv2d, Conv3d, type ConvOptions } from './conv.ts';
export { ConvTranspose1d, ConvTranspose2d, ConvTranspose3d, type ConvTransposeOptions } from './conv-transpose.ts';
export { ctc, type CTCOptions } from './ctc.ts';
export { AlphaDropout, Dropout, dropout, Dropout1d, Dropout2d, Dropout3d } from './dropout.ts';
export { Embedding, EmbeddingBag, type EmbeddingBagOptions, type EmbeddingOptions } from './embedding.ts';
export { Flatten, Unflatten } from './flatten.ts';
export {
  GroupNorm,
  type GroupNormOptions,
  InstanceNorm1d,
  InstanceNorm2d,
  InstanceNorm3d,
  type InstanceNormOptions,
} from './group-norm.ts';
export {
  dirac,
  gainOf,
  glorotNormal,
  glorotUniform,
  heNormal,
  heUniform,
  type InitOptions,
  lecunNormal,
  lecunUniform,
  orthogonal,
  truncatedNormal,
  type TruncatedNormalOptions,
} from './init.ts';
export { KVCache } from './kv-cache.ts';
export { Linear, type LinearOptions } from './linear.ts';
export type { LossOptions } from './loss-reduction.ts';
export {
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  type BinaryLogitsOptions,
  type BinaryOptions,
  type ClassOptions,
  crossEntropy,
  type CrossEntropyOptions,
  focal,
  type FocalOptions,
  klDivergence,
  type KLOptions,
  mse,
  nll,
} from './losses.ts';
export {
  contrastive,
  cosineEmbedding,
  hinge,
  hingeEmbedding,
  type MarginOptions,
  marginRanking,
  multiMargin,
  tripletMargin,
  type TripletOptions,
} from './margin-losses.ts';
export { Computed, type Layer, type LoadOptions, Module, Parameter } from './module.ts';
export { LayerNorm, type LayerNormOptions, RMSNorm, type RMSNormOptions } from './norm.ts';
export {
  CircularPad1d,
  CircularPad2d,
  CircularPad3d,
  ConstantPad1d,
  ConstantPad2d,
  ConstantPad3d,
  ReflectionPad1d,
  ReflectionPad2d,
  ReflectionPad3d,
  ReplicationPad1d,
  ReplicationPad2d,
  ReplicationPad3d,
  ZeroPad1d,
  ZeroPad2d,
  ZeroPad3d,
} from './padding.ts';
export { dice, type DiceOptions } from './overlap-losses.ts';
export { padAxes, type PaddingMode } from './padding-functions.ts';
export { spectralNorm, type SpectralNormOptions, weightNorm, type WeightNormOptions } from './parametrisation.ts';
export { PositionalEncoding, RotaryEmbedding, type RotaryOptions, sinusoidalPositions } from './positions.ts';
export {
  AvgPool1d,
  AvgPool2d,
  AvgPool3d,
  type AvgPoolOptions,
  MaxPool1d,
  MaxPool2d,
  MaxPool3d,
  type MaxPoolOptions,
  type PoolingOptions,
} from './pooling.ts';
export { GRU, LSTM, type RecurrentOptions, RNN, type RNNOptions, type SequenceOptions } from './recurrent.ts';
export {
  gaussianNll,
  huber,
  type HuberOptions,
  l1,
  type LikelihoodOptions,
  poissonNll,
  type PoissonOptions,
  smoothL1,
  type SmoothL1Options,
} from './regression-losses.ts';
export { GRUCell, LSTMCell, RNNCell, type RNNCellOptions } from './recurrent-cells.ts';
export { Sequential } from './sequential.ts';
export { summary, type Summary, type SummaryRow } from './summary.ts';
export {
  type DecodeOptions,
  Transformer,
  TransformerDecoder,
  TransformerDecoderLayer,
  TransformerEncoder,
  TransformerEncoderLayer,
  type TransformerLayerOptions,
  type TransformerOptions,
} from './transformer.ts';
export { Fold, PixelShuffle, PixelUnshuffle, Unfold, Upsample } from './upsampling.ts';
