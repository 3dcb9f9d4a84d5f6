/**
 * Decoding pictures, in Node: by sharp, or PNG by fast-png where sharp is not installed.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DataError, FathomError, FormatError, raise } from '../../base/errors.ts';
import { tensor } from '../../tensor/creation.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { ImageFolder, ImageFolderOptions } from '../image-folder.ts';
import { optional } from './optional.ts';

const PICTURE = /\.(png|jpe?g|webp|gif|tiff?|avif)$/i;

export async function openImageFolder(path: string, options: ImageFolderOptions = {}): Promise<ImageFolder> {
  const entries = await readdir(path, { withFileTypes: true }).catch((cause: unknown) =>
    raise(
      new DataError(`imageFolder: ${path} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`),
    ),
  );
  const classes = entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
  const files: string[] = [];
  const labels: number[] = [];
  for (const [label, name] of classes.entries()) {
    const found = (await readdir(join(path, name), { recursive: true })).filter((file) => PICTURE.test(file)).sort();
    for (const file of found) {
      files.push(join(path, name, file));
      labels.push(label);
    }
  }
  if (files.length === 0)
    raise(new DataError(`imageFolder: there are no pictures in folders of ${path}; expected ${path}/CLASS/PICTURE`));
  return {
    length: files.length,
    classes,
    files,
    labels: Int32Array.from(labels),
    async get(index) {
      const file = files[index];
      if (file === undefined)
        raise(new DataError(`imageFolder: item ${index} does not exist; there are ${files.length}`));
      return [await decodeImage(file, options), tensor(labels[index]!, { dtype: 'int32' })];
    },
  };
}

export async function decodeImage(
  source: string | Uint8Array,
  { size, channels = 3 }: ImageFolderOptions = {},
): Promise<Tensor> {
  const name = typeof source === 'string' ? source : 'the picture';
  try {
    const sharp = await optional('readImage', 'sharp', () => import('sharp')).catch((error: unknown) => {
      if (size !== undefined || (typeof source === 'string' && !/\.png$/i.test(source))) throw error;
      return undefined;
    });
    if (sharp === undefined)
      return await decodePng(typeof source === 'string' ? await readFile(source) : source, channels);
    let picture = sharp.default(source).rotate().removeAlpha().toColourspace('srgb');
    if (size !== undefined) picture = picture.resize(size, size, { fit: 'cover' });
    const { data, info } = await picture.raw().toBuffer({ resolveWithObject: true });
    return planesOf(data, info.height, info.width, info.channels, channels);
  } catch (cause) {
    if (cause instanceof FathomError) throw cause;
    return raise(
      new FormatError(
        `readImage: ${name} cannot be decoded: ${cause instanceof Error ? cause.message : String(cause)}`,
      ),
    );
  }
}

async function decodePng(bytes: Uint8Array, channels: 1 | 3): Promise<Tensor> {
  const { decode } = await optional('readImage', 'sharp', () => import('fast-png'));
  const { data, height, width, channels: found, depth, palette } = decode(bytes);
  if (depth < 8)
    raise(new FormatError(`readImage: a PNG of ${depth} bits a channel needs the package sharp: npm install sharp`));
  if (palette !== undefined) {
    const colors = Uint8Array.from(
      { length: 3 * data.length },
      (_, i) => palette[data[Math.floor(i / 3)]!]?.[i % 3] ?? 0,
    );
    return planesOf(colors, height, width, 3, channels);
  }
  const eight = depth === 16 ? Uint8Array.from(data, (value) => value >>> 8) : Uint8Array.from(data);
  return planesOf(eight, height, width, found, channels);
}

/** Pixels with their channels together become planes. Alpha is left out; grey becomes three alike, colours their luma (ITU-R BT.601). */
function planesOf(pixels: Uint8Array, height: number, width: number, found: number, channels: 1 | 3): Tensor {
  const area = height * width;
  const planes = new Uint8Array(channels * area);
  const isGrey = found < 3;
  for (let i = 0; i < area; i++) {
    const at = i * found;
    const [r, g, b] = isGrey
      ? [pixels[at]!, pixels[at]!, pixels[at]!]
      : [pixels[at]!, pixels[at + 1]!, pixels[at + 2]!];
    if (channels === 1) planes[i] = isGrey ? r : Math.round(0.299 * r + 0.587 * g + 0.114 * b);
    else {
      planes[i] = r;
      planes[area + i] = g;
      planes[2 * area + i] = b;
    }
  }
  return tensor(planes, { shape: [channels, height, width] });
}
