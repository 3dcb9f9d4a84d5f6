/**
 * Data sets and loaders.
 */
export { type Dataset, TensorDataset } from './dataset.ts';
export { type ImageDataset, mnist, type MnistOptions, normalizeImages } from './digits.ts';
export { DataLoader, type LoaderOptions } from './loader.ts';
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
