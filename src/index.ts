/**
 * Fathom: tensors, gradients and compilation. Modules, optimizers, data, training and files have entry points of their own:
 * fathom/nn, fathom/optim, fathom/data, fathom/train, fathom/io.
 */

// Tensors
export { Tensor, type NestedNumbers, type ShapeOf, type TensorLike } from './tensor/tensor.ts';
export { shape, type SizesByName } from './tensor/shape-pattern.ts';
export type { ShapeClash } from './tensor/shape-types.ts';
export {
  arange,
  type Data,
  type DTypeOption,
  eye,
  type EyeOptions,
  full,
  fullLike,
  linspace,
  type LinspaceOptions,
  type NestedValues,
  ones,
  onesLike,
  tensor,
  type TensorOptions,
  zeros,
  zerosLike,
} from './tensor/creation.ts';
export { concat, einsum, einsumPath, split, stack, where } from './tensor/functions.ts';
export * from './tensor/index.ts';
export {
  argwhere,
  bincount,
  type BincountOptions,
  histogram,
  type HistogramOptions,
  nonzero,
  searchsorted,
  type SearchOptions,
  type Unique,
  unique,
  uniqueAll,
} from './tensor/ordering.ts';
export type { Interpolation, QuantileOptions, SortOptions, TopKOptions } from './tensor/sort.ts';
export type { GeluOptions } from './tensor/activations.ts';
export type { Bounds, PadWidths } from './tensor/movement.ts';
export type { PrintOptions } from './tensor/print.ts';
export { consoleFormatter, type ConsoleElement } from './tensor/console-formatter.ts';
export type { Axes, ReduceOptions, VarianceOptions } from './tensor/reductions.ts';
export type { DType, TypedArray } from './ir/dtype.ts';
export { canCast, finfo, type FloatInfo, iinfo, type IntegerInfo, promoteTypes, resultType } from './tensor/dtypes.ts';
export type { Shape } from './base/shape.ts';

// Linear algebra, Fourier transforms and complex numbers: linalg.solve, fft.rfft, complex(1, 2) …
export * as linalg from './tensor/linalg/index.ts';
export * as fft from './tensor/fft.ts';
export { Complex, complex, type ComplexLike, isComplex } from './tensor/complex.ts';
export { bartlett, blackman, hamming, hann, kaiser, type WindowOptions } from './tensor/window-functions.ts';

// Random numbers: random.key, random.split, random.uniform, random.normal …
export * as random from './tensor/random/index.ts';

// Transforms
export { grad, gradients, type GradientsOf, valueAndGrad } from './tensor/gradients.ts';
export { vjp } from './tensor/transforms/vjp.ts';
export { jvp, linearize, type TangentsOf } from './tensor/transforms/jvp.ts';
export { hessian, hvp, jacobian, type JacobianOf, type JacobianOptions } from './tensor/transforms/jacobian.ts';
export { customGradient } from './tensor/transforms/custom-gradient.ts';
export {
  checkGradients,
  type CheckGradientsOptions,
  type GradientComparison,
  GradientReport,
} from './tensor/transforms/check-gradients.ts';
export { debugNaN, type DebugNaNOptions } from './tensor/transforms/debug-nan.ts';
export { checkpoint } from './tensor/transforms/checkpoint.ts';
export { type AxisTree, vmap, type VmapOptions } from './tensor/transforms/vmap.ts';
export { cond, scan, type ScanOptions, whileLoop, type WhileOptions } from './tensor/transforms/loops.ts';
export { compile, type Compiled, type CompileOptions } from './tensor/compile.ts';

// State and devices
export { Cell } from './tensor/cell.ts';
export { currentDevice, device } from './runtime/registry.ts';
export type { Device, DeviceName } from './runtime/device.ts';

// Errors
export {
  DataError,
  DeviceError,
  DTypeError,
  FathomError,
  FormatError,
  IndexError,
  LinAlgError,
  ShapeError,
  TraceError,
  ValueError,
} from './base/errors.ts';
