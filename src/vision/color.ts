/**
 * Colours: brightness, contrast, saturation, hue and their like, on floats from 0 to 1, with one factor for all pictures or one
 * each. Formulas are torchvision's.
 */
import { raise, ShapeError, ValueError } from '../base/errors.ts';
import { tensor, zerosLike } from '../tensor/creation.ts';
import { concat, stack, where } from '../tensor/functions.ts';
import { bernoulli, splitKeys, uniform } from '../tensor/random.ts';
import { Tensor } from '../tensor/tensor.ts';
import { ofImages, sizesOf, type Transform } from './sample.ts';

/** A number, or (N,) for one each. */
export type Factor = number | Tensor;

/** (x − mean) / std, a number for each channel. @throws ShapeError for another number of channels   @example normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]) */
export function normalize(mean: readonly number[], std: readonly number[]): Transform {
  if (mean.length !== std.length || std.some((x) => !(x > 0)))
    raise(
      new ValueError(
        `normalize: expected as many means as deviations above 0, got ${mean.join(', ')} and ${std.join(', ')}`,
      ),
    );
  return ofImages((images) => {
    const { channels } = sizesOf('normalize', images);
    if (channels !== mean.length && mean.length !== 1)
      raise(new ShapeError(`normalize: ${mean.length} means for pictures of ${channels} channels`));
    const along = (values: readonly number[]): Tensor => tensor([...values]).reshape(1, -1, 1, 1);
    return asFloats(images).sub(along(mean)).div(along(std));
  });
}

/** Bytes from 0 to 255 become floats from 0 to 1; floats stay. @example compose(toFloats(), colorJitter({ hue: 0.1 })) */
export function toFloats(): Transform {
  return ofImages(asFloats);
}

/** x · f, held in 0 … 1. @example adjustBrightness(x, 1.2) */
export function adjustBrightness(images: Tensor, factor: Factor): Tensor {
  return blend(images, zerosLike(images), factor);
}

/** From the mean grey (0) to the picture (1) and beyond. @example adjustContrast(x, 0.5) */
export function adjustContrast(images: Tensor, factor: Factor): Tensor {
  return blend(images, toGrey(images).mean([1, 2, 3], { keepDims: true }), factor);
}

/** From grey (0) to the picture (1) and beyond. @example adjustSaturation(x, 0) */
export function adjustSaturation(images: Tensor, factor: Factor): Tensor {
  return blend(images, toGrey(images), factor);
}

/** From the blurred picture (0) to the picture (1) and beyond; the edge stays. @example adjustSharpness(x, 2) */
export function adjustSharpness(images: Tensor, factor: Factor): Tensor {
  const { channels, height, width } = sizesOf('adjustSharpness', images);
  if (height < 3 || width < 3) return images;
  const kernel = tensor(
    [1, 1, 1, 1, 5, 1, 1, 1, 1].map((x) => x / 13),
    { shape: [1, 1, 3, 3] },
  );
  const blurred = images.conv2d(kernel.expand(channels, 1, 3, 3), { groups: channels });
  const inner = images.slice([0, 0, 1, 1], [null, null, height - 1, width - 1]);
  return blend(images, images.add(blurred.sub(inner).pad([0, 0, 1, 1])), factor);
}

/** Hue turned by a share of the circle, −½ … ½. @throws ShapeError unless there are three channels   @example adjustHue(x, 0.1) */
export function adjustHue(images: Tensor, turn: Factor): Tensor {
  const { channels } = sizesOf('adjustHue', images);
  if (channels !== 3) raise(new ShapeError(`adjustHue: expected three channels, got ${channels}`));
  const [r, g, b] = [images.at(0, 1), images.at(1, 1), images.at(2, 1)]; // (N, H, W)
  const [high, low] = [images.max(1), images.min(1)];
  const chroma = high.sub(low);
  const isGrey = chroma.equal(0);
  const divisor = where(isGrey, 1, chroma);
  const sector = where(
    high.equal(r),
    g.sub(b).div(divisor),
    where(high.equal(g), b.sub(r).div(divisor).add(2), r.sub(g).div(divisor).add(4)),
  );
  const saturation = chroma.div(where(isGrey, 1, high));
  const hue = sector.div(6).add(each(turn, 3)).mod(1).mul(6); // 0 … 6
  // Smith 1978, in one formula for each channel.
  const channel = (n: number): Tensor => {
    const k = hue.add(n).mod(6);
    return high.sub(high.mul(saturation).mul(k.minimum(k.neg().add(4)).clip(0, 1)));
  };
  return stack([channel(5), channel(3), channel(1)], 1);
}

/** Y = 0.2989 R + 0.587 G + 0.114 B: (N, 3, H, W) → (N, 1, H, W); one channel stays. @example toGrey(x) */
export function toGrey(images: Tensor): Tensor {
  const { channels } = sizesOf('toGrey', images);
  if (channels === 1) return images;
  if (channels !== 3) raise(new ShapeError(`toGrey: expected one channel or three, got ${channels}`));
  return images.mul(tensor([0.2989, 0.587, 0.114]).reshape(1, 3, 1, 1)).sum(1, { keepDims: true });
}

/** Colours from the threshold on turned into their opposites. @example solarize(x, 0.5) */
export function solarize(images: Tensor, threshold: Factor): Tensor {
  return where(images.greaterEqual(each(threshold, 4)), images.neg().add(1), images);
}

/** Only the highest bits of each byte are kept. @param bits 1 to 8, or (N,) int32   @example posterize(x, 4) */
export function posterize(images: Tensor, bits: Factor): Tensor {
  const step =
    bits instanceof Tensor ? tensor([256, 128, 64, 32, 16, 8, 4, 2, 1]).take(bits.cast('int32')) : 2 ** (8 - bits);
  const width = each(step, 4);
  return images.mul(255).round().div(width).floor().mul(width).div(255);
}

/** Each channel stretched from 0 to 1. @example autoContrast(x) */
export function autoContrast(images: Tensor): Tensor {
  const [high, low] = [images.max([2, 3], { keepDims: true }), images.min([2, 3], { keepDims: true })];
  const range = high.sub(low);
  const isFlat = range.equal(0);
  return where(isFlat, images, images.sub(low).div(where(isFlat, 1, range)));
}

/** Each channel's 256 levels spread so that all are as frequent as can be: Pillow's ImageOps.equalize. @example equalize(x) */
export function equalize(images: Tensor): Tensor {
  const { n, channels, height, width } = sizesOf('equalize', images);
  const levels = images
    .mul(255)
    .round()
    .cast('int32')
    .reshape(n, channels, height * width);
  const counts = levels.oneHot(256, 'int32').sum(2); // (N, C, 256)
  const places = tensor(Int32Array.from({ length: 256 }, (_, i) => i));
  const last = counts.greater(0).cast('int32').mul(places).max(-1, { keepDims: true });
  const atLast = where(places.equal(last), counts, 0).sum(-1, { keepDims: true });
  const step = atLast
    .neg()
    .add(height * width)
    .floorDivide(255); // (N, C, 1)
  const divisor = step.maximum(1);
  const before = counts.cumsum(-1).sub(counts);
  const table = before.add(divisor.floorDivide(2)).floorDivide(divisor).clip(0, 255);
  const spread = table.takeAlongAxis(levels, 2).cast(images.dtype).div(255);
  return where(step.equal(0), images.reshape(n, channels, height * width), spread).reshape(n, channels, height, width);
}

export interface ColorJitterOptions {
  /** Factors 1 − x … 1 + x, not below 0. Default: 0. */
  readonly brightness?: number;
  /** Default: 0. */
  readonly contrast?: number;
  /** Default: 0. */
  readonly saturation?: number;
  /** Turned by −x … x of the circle, x at most ½. Default: 0. */
  readonly hue?: number;
}

/** Brightness, contrast, saturation and hue of each picture by factors of its own, in this order. @throws ValueError   @example colorJitter({ brightness: 0.4, hue: 0.1 }) */
export function colorJitter(options: ColorJitterOptions): Transform {
  const { brightness = 0, contrast = 0, saturation = 0, hue = 0 } = options;
  for (const [name, value] of Object.entries({ brightness, contrast, saturation })) {
    if (!(value >= 0)) raise(new ValueError(`colorJitter: ${name} must be 0 or more, got ${value}`));
  }
  if (!(hue >= 0 && hue <= 0.5)) raise(new ValueError(`colorJitter: hue must be from 0 to 0.5, got ${hue}`));
  return ofImages((images, key) => {
    const { n } = sizesOf('colorJitter', images);
    const keys = splitKeys(key, 4);
    const factors = (i: number, x: number): Tensor => uniform(keys[i]!, [n], { low: Math.max(0, 1 - x), high: 1 + x });
    let x = images;
    if (brightness > 0) x = adjustBrightness(x, factors(0, brightness));
    if (contrast > 0) x = adjustContrast(x, factors(1, contrast));
    if (saturation > 0) x = adjustSaturation(x, factors(2, saturation));
    if (hue > 0) x = adjustHue(x, uniform(keys[3]!, [n], { low: -hue, high: hue }));
    return x;
  });
}

/** Each picture grey with probability p, its channels alike. @example randomGrey(0.2) */
export function randomGrey(p = 0.1): Transform {
  return ofImages((images, key) => {
    const { n, channels } = sizesOf('randomGrey', images);
    const grey = toGrey(images);
    const all =
      channels === 1
        ? grey
        : concat(
            Array.from({ length: channels }, () => grey),
            1,
          );
    return where(bernoulli(key, p, [n]).reshape(n, 1, 1, 1), all, images);
  });
}

/** f x + (1 − f) other, held in 0 … 1. */
export function blend(images: Tensor, other: Tensor, factor: Factor): Tensor {
  const f = each(factor, 4);
  const rest = f instanceof Tensor ? f.neg().add(1) : 1 - f;
  return images.mul(f).add(other.mul(rest)).clip(0, 1);
}

/** (N,) as (N, 1, …). */
function each(factor: Factor, rank: number): Factor {
  return factor instanceof Tensor ? factor.reshape(-1, ...new Array<number>(rank - 1).fill(1)) : factor;
}

function asFloats(images: Tensor): Tensor {
  if (images.dtype === 'float32' || images.dtype === 'float64') return images;
  return images.cast('float32').mul(1 / 255);
}
