/**
 * Data sets and loaders.
 */
export { type Dataset, TensorDataset } from './dataset.ts';
export { type ImageDataset, mnist, type MnistOptions, normalizeImages } from './digits.ts';
export { DataLoader, type LoaderOptions } from './loader.ts';
