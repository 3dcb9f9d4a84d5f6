/**
 * Functions of tensors that are no methods, family by family, as the package publishes them.
 */
// Functions of single elements
export {
  around,
  copysign,
  divmod,
  fmax,
  fmin,
  fmod,
  frexp,
  gcd,
  heaviside,
  hypot,
  lcm,
  ldexp,
  modf,
  nanToNum,
  type NanToNumOptions,
  remainder,
  signbit,
  trunc,
} from './arithmetic.ts';
export {
  cbrt,
  entr,
  exp2,
  expit,
  log10,
  log2,
  logaddexp,
  logaddexp2,
  logit,
  logSigmoid,
  relEntr,
  xlog1py,
  xlogy,
} from './exponential.ts';
export { acos, acosh, asin, asinh, atan, atan2, atanh, cosh, deg2rad, rad2deg, sinc, sinh } from './trigonometry.ts';
export {
  betainc,
  betaincc,
  betaincinv,
  gammainc,
  gammaincc,
  gammainccinv,
  gammaincinv,
  logNdtr,
  ndtr,
  ndtri,
  polygamma,
} from './incomplete.ts';
export { betaln, digamma, erfc, erfcx, erfinv, gamma, i0, i0e, lgamma, logBinomial } from './special.ts';
export {
  allClose,
  arrayEqual,
  arrayEquiv,
  type CloseOptions,
  isClose,
  isInf,
  isNegInf,
  isPosInf,
  logicalXor,
} from './comparison.ts';
export { arithmeticRightShift, bitwiseCount, bitwiseNot } from './bits.ts';

// Convolution, pooling, resampling
export {
  adaptiveAvgPool1d,
  adaptiveAvgPool2d,
  adaptiveAvgPool3d,
  adaptiveMaxPool1d,
  adaptiveMaxPool2d,
  adaptiveMaxPool3d,
  avgPool1d,
  avgPool2d,
  avgPool3d,
  conv1d,
  conv2d,
  conv3d,
  convTranspose1d,
  convTranspose2d,
  convTranspose3d,
  fold,
  interpolate,
  lpPool1d,
  lpPool2d,
  maxPool1d,
  maxPool2d,
  maxPool3d,
  pixelShuffle,
  pixelUnshuffle,
  unfold,
} from './spatial.ts';
export type { ConvolutionOptions, Pair, TransposedConvolutionOptions } from './convolution.ts';
export type { InterpolateOptions } from './interpolation.ts';
export type { PatchOptions } from './patches.ts';
export type { AveragePoolOptions, PoolOptions } from './pooling.ts';
export type { Sizes } from './windows.ts';

// Making, rearranging, joining
export {
  fromFunction,
  geomspace,
  indices,
  logspace,
  type LogspaceOptions,
  meshgrid,
  type MeshgridOptions,
} from './grids.ts';
export {
  companion,
  diag,
  diagEmbed,
  diagflat,
  diagonal,
  type DiagonalOptions,
  fillDiagonal,
  trace,
  tri,
  tril,
  trilIndices,
  triu,
  triuIndices,
  vander,
  type VanderOptions,
} from './matrices.ts';
export {
  atleast1d,
  atleast2d,
  atleast3d,
  broadcastArrays,
  expandDims,
  fliplr,
  flipud,
  moveaxis,
  ravel,
  resize,
  roll,
  rot90,
  swapaxes,
} from './rearranging.ts';
export {
  append,
  arraySplit,
  block,
  type Blocks,
  choose,
  columnStack,
  deleteAt,
  dsplit,
  dstack,
  hsplit,
  hstack,
  insert,
  unstack,
  vsplit,
  vstack,
} from './joining.ts';

// Indexing and updates
export type { Index, IndexList, Slice } from './selection.ts';
export { at, type Places, put, putAlongAxis, putmask, type PutOptions, scatter } from './update.ts';

// Data, sampled functions, products
export {
  average,
  type AverageOptions,
  corrcoef,
  countNonzero,
  cov,
  type CovarianceOptions,
  isin,
  nanargmax,
  nanargmin,
  nancumprod,
  nancumsum,
  nanmax,
  nanmean,
  nanmedian,
  nanmin,
  nanprod,
  nanquantile,
  nanstd,
  nansum,
  nanvar,
  percentile,
  ptp,
} from './statistics.ts';
export {
  convolve,
  type ConvolveMode,
  correlate,
  diff,
  type DiffOptions,
  ediff1d,
  gradient,
  type GradientOptions,
  interp,
  type InterpOptions,
  polyadd,
  polyder,
  polyint,
  polymul,
  polysub,
  polyval,
  trapezoid,
  type TrapezoidOptions,
  unwrap,
  type UnwrapOptions,
} from './calculus.ts';
export { cross, inner, kron, matvec, multiDot, outer, tensordot, vdot, vecdot, vecmat } from './products.ts';
export { type AxisSizes, rearrange, reduce, type Reduction, repeat } from './einops.ts';
export type { PadMode } from './padding.ts';

// Polynomials
export { poly, polydiv, polyfit, roots, trimZeros } from './polynomials.ts';

// Sets, conditions, several keys
export {
  compress,
  digitize,
  extract,
  flatnonzero,
  intersect1d,
  lexsort,
  ravelMultiIndex,
  select,
  setdiff1d,
  setxor1d,
  union1d,
  unravelIndex,
} from './sets.ts';

// To and from the platform
export { batches, fromAsync, fromPixels, type PixelOptions, type Pixels, toPixels } from './interop.ts';
