/**
 * Data sets and loaders.
 */
export { collate, padded, type PaddedOptions } from './collate.ts';
export { type AsyncDataset, type Batches, type Collated, type Dataset, type Rows, TensorDataset } from './dataset.ts';
export { cifar10, cifar10Classes, cifar100, type Cifar100Options, type CifarOptions } from './cifar.ts';
export {
  fashionClasses,
  fashionMnist,
  type ImageDataset,
  mnist,
  type MnistOptions,
  normalizeImages,
} from './digits.ts';
export {
  type Column,
  type Columns,
  columnsDataset,
  type CsvOptions,
  jsonLines,
  type ParquetOptions,
  readArrow,
  readCsv,
  readParquet,
  textLines,
} from './columns.ts';
export { type ImageFolder, imageFolder, type ImageFolderOptions, readImage } from './image-folder.ts';
export { dataCache, download } from './download.ts';
export type { DownloadOptions } from './node/download.ts';
export type { PlaceOptions } from './node/locate.ts';
export { firstNames, imdb, type Mail, type MailGroup, type Review, spamAssassin, tinyShakespeare } from './texts.ts';
export { randomSplit, type SplitOptions, stratifiedSplit } from './split.ts';
export { type Source, StreamLoader, type StreamOptions } from './stream.ts';
export { cached, concatDatasets, fromArray, mapDataset, subset } from './views.ts';
export { type MakeDataset, serveDataset, type WorkerDataset, workerDataset, type WorkerOptions } from './workers.ts';
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
