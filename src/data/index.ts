/**
 * Data sets and loaders.
 */
export { collate, padded, type PaddedOptions } from './collate.ts';
export { type AsyncDataset, type Batches, type Collated, type Dataset, type Rows, TensorDataset } from './dataset.ts';
export { type ImageDataset, mnist, type MnistOptions, normalizeImages } from './digits.ts';
export { DataLoader, type LoaderOptions } from './loader.ts';
export {
  type BatchSampler,
  bucketed,
  type BucketOptions,
  distributed,
  type DistributedOptions,
  type Sampler,
  sequential,
  shuffled,
  stratified,
  weighted,
  type WeightedOptions,
} from './sampler.ts';
export {
  breastCancer,
  type ClassTable,
  diabetes,
  type DiabetesOptions,
  digits,
  iris,
  type NumberTable,
  type PenguinColumns,
  penguins,
  type Penguins,
  wine,
} from './tables/index.ts';
