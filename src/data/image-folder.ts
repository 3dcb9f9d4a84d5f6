/**
 * Pictures in folders, one folder a class, in Node. Pictures are decoded when they are asked for, by sharp or, PNG alone, by fast-png.
 */
import type { Tensor } from '../tensor/tensor.ts';
import type { AsyncDataset } from './dataset.ts';

export interface ImageFolderOptions {
  /** Width and height that all pictures are brought to: the shorter side is scaled, the middle kept. Needs sharp. Default: as they are. */
  readonly size?: number;
  /** 1 for grey, 3 for colours. Default: 3. */
  readonly channels?: 1 | 3;
}

/** (C, H, W) uint8 and () int32. */
export interface ImageFolder extends AsyncDataset<readonly [image: Tensor, label: Tensor]> {
  /** The folders' names in alphabetical order; a label is a place here. */
  readonly classes: readonly string[];
  readonly files: readonly string[];
  readonly labels: Int32Array;
}

/**
 * The pictures in `PATH/CLASS/…`, also in folders below.
 * @throws DataError if there are none; when one is asked for, if no decoder is installed   @throws FormatError for one that is damaged
 * @example const photos = await imageFolder('photos', { size: 224 }); new DataLoader(photos, { batchSize: 32, shuffle: true })
 */
export async function imageFolder(path: string, options?: ImageFolderOptions): Promise<ImageFolder> {
  const { openImageFolder } = await import('./node/images.ts');
  return openImageFolder(path, options);
}

/** A picture from its path or bytes: (C, H, W) uint8, in Node. @throws DataError, FormatError   @example const photo = await readImage('cat.jpg', { size: 224 }) */
export async function readImage(source: string | Uint8Array, options?: ImageFolderOptions): Promise<Tensor> {
  const { decodeImage } = await import('./node/images.ts');
  return decodeImage(source, options);
}
