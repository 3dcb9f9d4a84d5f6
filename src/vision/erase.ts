/**
 * Erasing: parts of pictures are covered, so that a model does not rely on any one of them.
 */
import { raise, ValueError } from '../base/errors.ts';
import { arange } from '../tensor/creation.ts';
import { where } from '../tensor/functions.ts';
import { bernoulli, normal, splitKeys, uniform } from '../tensor/random.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { ofImages, sizesOf, type Transform } from './sample.ts';

export interface RandomErasingOptions {
  /** Share of pictures. Default: 0.5. */
  readonly p?: number;
  /** The part's share of the area, from … to. Default: [0.02, 0.33]. */
  readonly scale?: readonly [number, number];
  /** Its height over its width, from … to. Default: [0.3, 3.3]. */
  readonly ratio?: readonly [number, number];
  /** A number, or normally distributed noise. Default: 0. */
  readonly value?: number | 'noise';
}

/**
 * A rectangle of random area, proportion and place of each picture is covered.
 * @throws ValueError unless 0 ≤ p ≤ 1   @see Zhong et al. 2020, "Random Erasing Data Augmentation"   @example randomErasing({ value: 'noise' })
 */
export function randomErasing(options: RandomErasingOptions = {}): Transform {
  const { p = 0.5, scale = [0.02, 0.33], ratio = [0.3, 3.3], value = 0 } = options;
  if (!(p >= 0 && p <= 1)) raise(new ValueError(`randomErasing: p must be from 0 to 1, got ${p}`));
  return ofImages((images, key) => {
    const { n, height, width } = sizesOf('randomErasing', images);
    const [chosen, areaKey, ratioKey, topKey, leftKey, noise] = splitKeys(key, 6) as Sixfold;
    const area = uniform(areaKey, [n], { low: scale[0], high: scale[1] }).mul(height * width);
    const proportion = uniform(ratioKey, [n], { low: Math.log(ratio[0]), high: Math.log(ratio[1]) }).exp();
    const h = area.mul(proportion).sqrt().round().clip(1, height);
    const w = area.div(proportion).sqrt().round().clip(1, width);
    const top = uniform(topKey, [n])
      .mul(h.neg().add(height + 1))
      .floor();
    const left = uniform(leftKey, [n])
      .mul(w.neg().add(width + 1))
      .floor();
    const isCovered = inside(top, h, left, w, height, width).logicalAnd(bernoulli(chosen, p, [n]).reshape(n, 1, 1, 1));
    const cover = value === 'noise' ? normal(noise, images.shape).cast(images.dtype) : value;
    return where(isCovered, cover, images);
  });
}

type Sixfold = [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor];

/**
 * Squares whose middle lies anywhere in each picture are covered, as far as they lie in it.
 * @throws ValueError for sizes that are not whole numbers from 1 up   @see DeVries and Taylor 2017   @example cutout(16)
 */
export function cutout(
  size: number,
  { count = 1, value = 0 }: { readonly count?: number; readonly value?: number } = {},
): Transform {
  if (![size, count].every((x) => Number.isInteger(x) && x >= 1))
    raise(new ValueError(`cutout: size and count must be whole numbers from 1 up, got ${size} and ${count}`));
  return ofImages((images, key) => {
    const { n, height, width } = sizesOf('cutout', images);
    return splitKeys(key, 2 * count).reduce((x, rowKey, i, keys) => {
      if (i % 2 === 1) return x;
      const top = uniform(rowKey, [n])
        .mul(height)
        .floor()
        .sub(Math.floor(size / 2));
      const left = uniform(keys[i + 1]!, [n])
        .mul(width)
        .floor()
        .sub(Math.floor(size / 2));
      return where(inside(top, size, left, size, height, width), value, x);
    }, images);
  });
}

/** Whether each pixel lies in its picture's rectangle: (N, 1, H, W). */
export function inside(
  top: Tensor,
  h: Tensor | number,
  left: Tensor,
  w: Tensor | number,
  height: number,
  width: number,
): Tensor {
  const within = (size: number, start: Tensor, length: Tensor | number): Tensor => {
    const places = arange(size).reshape(1, size);
    const [low, high] = [start.reshape(-1, 1), start.add(length).reshape(-1, 1)];
    return places.greaterEqual(low).logicalAnd(places.less(high)); // (N, size)
  };
  return within(height, top, h)
    .reshape(-1, 1, height, 1)
    .logicalAnd(within(width, left, w).reshape(-1, 1, 1, width));
}
