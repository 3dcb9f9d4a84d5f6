/**
 * Cropping, padding and flipping. Where each picture has a place of its own, its rows and columns are gathered.
 */
import { raise, ShapeError, ValueError } from '../base/errors.ts';
import { arange } from '../tensor/creation.ts';
import { where } from '../tensor/functions.ts';
import { bernoulli, splitKeys, uniform } from '../tensor/random.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { boxesOf, clipBoxes, cornersOf, shiftBoxes } from './boxes.ts';
import type { Size } from './resize.ts';
import { ofBoth, sizesOf, type Transform } from './sample.ts';

/** A rectangle of every picture; boxes are cut off at its edges. @throws ShapeError if it reaches out   @example crop(0, 0, 32, 32) */
export function crop(top: number, left: number, height: number, width: number): Transform {
  return ofBoth((images) => {
    const { height: h, width: w } = sizesOf('crop', images);
    if (top < 0 || left < 0 || top + height > h || left + width > w) {
      raise(new ShapeError(`crop: ${height} × ${width} from (${top}, ${left}) reaches out of pictures of ${h} × ${w}`));
    }
    return {
      images: images.slice([0, 0, top, left], [null, null, top + height, left + width]),
      boxes: (boxes) => clipBoxes(shiftBoxes(boxes, -left, -top), height, width),
    };
  });
}

/** The middle; pictures that are smaller are filled up with zeros, as in torchvision. @example centerCrop(224) */
export function centerCrop(size: Size): Transform {
  const [height, width] = pair(size);
  return ofBoth((images) => {
    const { height: h, width: w } = sizesOf('centerCrop', images);
    const [padY, padX] = [Math.max(0, height - h), Math.max(0, width - w)];
    const [above, before] = [Math.floor(padY / 2), Math.floor(padX / 2)];
    const padded = padY + padX === 0 ? images : images.pad([0, 0, [above, padY - above], [before, padX - before]]);
    const [top, left] = [roundEven((h + padY - height) / 2), roundEven((w + padX - width) / 2)];
    return {
      images: padded.slice([0, 0, top, left], [null, null, top + height, left + width]),
      boxes: (boxes) => clipBoxes(shiftBoxes(boxes, before - left, above - top), height, width),
    };
  });
}

export interface RandomCropOptions {
  /** Zeros on every side first. Default: 0. */
  readonly padding?: number;
}

/**
 * A rectangle of this size at a place of its own in each picture.
 * @throws ShapeError if pictures are smaller   @example randomCrop(32, { padding: 4 })
 */
export function randomCrop(size: Size, { padding = 0 }: RandomCropOptions = {}): Transform {
  const [height, width] = pair(size);
  return ofBoth((images, key) => {
    const padded = padding === 0 ? images : images.pad([0, 0, padding, padding]);
    const { n, height: h, width: w } = sizesOf('randomCrop', padded);
    if (height > h || width > w)
      raise(
        new ShapeError(`randomCrop: pictures of ${h} × ${w} have no part of ${height} × ${width}; pass { padding }`),
      );
    const [top, left] = splitKeys(key).map((one, i) => {
      const places = (i === 0 ? h - height : w - width) + 1;
      return uniform(one, [n, 1])
        .mul(places)
        .floor()
        .clip(0, places - 1)
        .cast('int32');
    }) as [Tensor, Tensor];
    const rows = arange(height).add(top).reshape(n, 1, height, 1);
    const columns = arange(width).add(left).reshape(n, 1, 1, width);
    return {
      images: padded.takeAlongAxis(rows, 2).takeAlongAxis(columns, 3),
      boxes: (boxes) => clipBoxes(shiftBoxes(boxes, left.neg().add(padding), top.neg().add(padding)), height, width),
    };
  });
}

export interface RandomResizedCropOptions {
  /** The part's share of the area, from … to. Default: [0.08, 1]. */
  readonly scale?: readonly [number, number];
  /** Its width over its height, from … to. Default: [3/4, 4/3]. */
  readonly ratio?: readonly [number, number];
}

/**
 * A part of random size, proportion and place of each picture, brought to one size by bilinear sampling.
 * @see Szegedy et al. 2015, "Going Deeper with Convolutions"   @example randomResizedCrop(224)
 */
export function randomResizedCrop(size: Size, options: RandomResizedCropOptions = {}): Transform {
  const [height, width] = pair(size);
  const { scale = [0.08, 1], ratio = [3 / 4, 4 / 3] } = options;
  return ofBoth((images, key) => {
    const { n, height: h, width: w } = sizesOf('randomResizedCrop', images);
    const [areaKey, ratioKey, topKey, leftKey] = splitKeys(key, 4) as [Tensor, Tensor, Tensor, Tensor];
    const area = uniform(areaKey, [n, 1], { low: scale[0], high: scale[1] }).mul(h * w);
    const logRatio = uniform(ratioKey, [n, 1], { low: Math.log(ratio[0]), high: Math.log(ratio[1]) });
    const proportion = logRatio.exp();
    // Cut to the picture where the proportion makes it longer than a side.
    const partW = area.mul(proportion).sqrt().clip(1, w);
    const partH = area.div(proportion).sqrt().clip(1, h);
    const top = uniform(topKey, [n, 1]).mul(partH.neg().add(h));
    const left = uniform(leftKey, [n, 1]).mul(partW.neg().add(w));
    const rows = sampleAxis(top, partH, height, h);
    const columns = sampleAxis(left, partW, width, w);
    return {
      // (n, 1, h', H) · (n, C, H, W) · (n, 1, W, w')
      images: rows.unsqueeze(1).matmul(images).matmul(columns.unsqueeze(1).transpose()),
      boxes: (boxes) => {
        const [x1, y1, x2, y2] = cornersOf(shiftBoxes(boxes, left.neg(), top.neg()));
        const [sx, sy] = [partW.reciprocal().mul(width), partH.reciprocal().mul(height)];
        return clipBoxes(boxesOf(x1.mul(sx), y1.mul(sy), x2.mul(sx), y2.mul(sy)), height, width);
      },
    };
  });
}

/** Weights of a triangle around each sampled place, as wide as the step if that is more than 1: (n, 1) → (n, to, from). */
function sampleAxis(start: Tensor, length: Tensor, to: number, from: number): Tensor {
  const step = length.div(to); // (n, 1)
  const center = arange(to).add(0.5).mul(step).add(start).unsqueeze(2); // (n, to, 1)
  const widening = step.maximum(1).unsqueeze(2);
  const weight = arange(from).add(0.5).sub(center).abs().div(widening).neg().add(1).clip(0, undefined);
  return weight.div(weight.sum(-1, { keepDims: true }));
}

/** Left and right exchanged in each picture with probability p, together with its boxes. @example randomFlip() */
export function randomFlip(p = 0.5): Transform {
  return flipping(p, 3);
}

/** Top and bottom exchanged in each picture with probability p, together with its boxes. @example randomVerticalFlip(0.2) */
export function randomVerticalFlip(p = 0.5): Transform {
  return flipping(p, 2);
}

function flipping(p: number, axis: 2 | 3): Transform {
  if (!(p >= 0 && p <= 1)) raise(new ValueError(`randomFlip: p must be from 0 to 1, got ${p}`));
  return ofBoth((images, key) => {
    const { n, height, width } = sizesOf('randomFlip', images);
    const isFlipped = p === 1 ? undefined : bernoulli(key, p, [n]);
    const choose = (flipped: Tensor, plain: Tensor): Tensor =>
      isFlipped === undefined
        ? flipped
        : where(isFlipped.reshape(n, ...plain.shape.slice(1).map(() => 1)), flipped, plain);
    return {
      images: choose(images.flip(axis), images),
      boxes: (boxes) => {
        const [x1, y1, x2, y2] = cornersOf(boxes);
        const flipped =
          axis === 3
            ? boxesOf(x2.neg().add(width), y1, x1.neg().add(width), y2)
            : boxesOf(x1, y2.neg().add(height), x2, y1.neg().add(height));
        return choose(flipped, boxes);
      },
    };
  });
}

function pair(size: Size): readonly [number, number] {
  const sizes = typeof size === 'number' ? ([size, size] as const) : size;
  if (sizes.some((n) => !Number.isInteger(n) || n < 1))
    raise(new ValueError(`crop: sizes must be whole numbers from 1 up, got ${sizes.join(', ')}`));
  return sizes;
}

/** As Python rounds: halves to the even number. */
function roundEven(x: number): number {
  const low = Math.floor(x);
  return x - low === 0.5 ? low + (low % 2) : Math.round(x);
}
