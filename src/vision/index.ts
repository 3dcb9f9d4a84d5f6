/**
 * Computer vision: transforms of pictures, in batches and seeded by keys; boxes follow.
 */
export {
  affine,
  affineMatrix,
  type AffineParameters,
  invertAffine,
  randomAffine,
  type RandomAffineOptions,
  randomRotation,
  rotate,
  sampleImages,
  type SamplingOptions,
} from './affine.ts';
export { boxAreas, clipBoxes, fromCenters, shiftBoxes, toCenters, transformBoxes } from './boxes.ts';
export {
  adjustBrightness,
  adjustContrast,
  adjustHue,
  adjustSaturation,
  adjustSharpness,
  autoContrast,
  colorJitter,
  type ColorJitterOptions,
  equalize,
  type Factor,
  normalize,
  posterize,
  randomGrey,
  solarize,
  toFloats,
  toGrey,
} from './color.ts';
export {
  centerCrop,
  crop,
  randomCrop,
  type RandomCropOptions,
  randomFlip,
  randomResizedCrop,
  type RandomResizedCropOptions,
  randomVerticalFlip,
} from './crop.ts';
export { cutout, randomErasing, type RandomErasingOptions } from './erase.ts';
export { cutmix, type MixOptions, mixup } from './mix.ts';
export { randAugment, type RandAugmentOptions } from './rand-augment.ts';
export { resize, resizeImages, type ResizeOptions, type Size } from './resize.ts';
export { compose, ofBoth, ofImages, type Sample, type Transform } from './sample.ts';
