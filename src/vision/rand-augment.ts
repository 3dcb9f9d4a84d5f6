/**
 * RandAugment: a few transforms drawn for each picture, all of one strength. Everything is computed for every picture and what was
 * drawn is chosen, so that it is one program whatever the draw.
 */
import { raise, ValueError } from '../base/errors.ts';
import { tensor } from '../tensor/creation.ts';
import { where } from '../tensor/functions.ts';
import { bernoulli, randint, splitKeys } from '../tensor/random.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { affineMatrix, invertAffine, sampleImages } from './affine.ts';
import {
  adjustBrightness,
  adjustContrast,
  adjustSaturation,
  adjustSharpness,
  autoContrast,
  equalize,
  posterize,
  solarize,
} from './color.ts';
import { ofImages, sizesOf, type Transform } from './sample.ts';

export interface RandAugmentOptions {
  /** Transforms of each picture, one after the other. Default: 2. */
  readonly count?: number;
  /** How strong, 0 to 30. Default: 9. */
  readonly magnitude?: number;
  /** What comes in from outside where a picture is moved. Default: 0. */
  readonly fill?: number;
}

/** In torchvision's order; a draw is a place here. */
const OPERATIONS = [
  'identity', 'shearX', 'shearY', 'translateX', 'translateY', 'rotate', 'brightness',
  'color', 'contrast', 'sharpness', 'posterize', 'solarize', 'autoContrast', 'equalize',
] as const; // prettier-ignore

type Operation = (typeof OPERATIONS)[number];

/**
 * Pictures of three channels or one, floats from 0 to 1. Boxes do not follow: it is for classification.
 * @throws ValueError for counts below 1 or a magnitude outside 0 … 30   @see Cubuk et al. 2020, "RandAugment"
 * @example compose(toFloats(), randAugment({ magnitude: 7 }), normalize([0.5], [0.25]))
 */
export function randAugment({ count = 2, magnitude = 9, fill = 0 }: RandAugmentOptions = {}): Transform {
  if (!Number.isInteger(count) || count < 1)
    raise(new ValueError(`randAugment: count must be a whole number from 1 up, got ${count}`));
  if (!(magnitude >= 0 && magnitude <= 30))
    raise(new ValueError(`randAugment: magnitude must be from 0 to 30, got ${magnitude}`));
  return ofImages((images, key) =>
    splitKeys(key, count).reduce((x, one) => step(x, one, magnitude / 30, fill), images),
  );
}

/** @param strength 0 … 1 */
function step(images: Tensor, key: Tensor, strength: number, fill: number): Tensor {
  const { n, height, width } = sizesOf('randAugment', images);
  const [drawn, side] = splitKeys(key) as [Tensor, Tensor];
  const operation = randint(drawn, [n], 0, OPERATIONS.length);
  const sign = bernoulli(side, 0.5, [n]).cast('float32').mul(2).sub(1);
  const is = (name: Operation): Tensor => operation.equal(OPERATIONS.indexOf(name));
  const amount = (name: Operation, most: number): Tensor => where(is(name), sign.mul(most * strength), 0);

  // All that move pictures are one affine transform.
  const shear = (name: 'shearX' | 'shearY'): Tensor => amount(name, 0.3);
  const matrix = affineMatrix(
    {
      angle: amount('rotate', 30),
      x: amount('translateX', (150 / 331) * width),
      y: amount('translateY', (150 / 331) * height),
    },
    height,
    width,
  );
  // Shears are about the upper left corner; never together with the others.
  const lean = tensor([0, 1, 0, 0, 0, 0])
    .mul(shear('shearX').unsqueeze(1))
    .add(tensor([0, 0, 0, 1, 0, 0]).mul(shear('shearY').unsqueeze(1)));
  const moved = sampleImages(images, invertAffine(matrix.add(lean)), { fill });

  const factor = sign.mul(0.9 * strength).add(1);
  const results: readonly (readonly [Operation, Tensor])[] = [
    ['brightness', adjustBrightness(images, factor)],
    ['color', adjustSaturation(images, factor)],
    ['contrast', adjustContrast(images, factor)],
    ['sharpness', adjustSharpness(images, factor)],
    ['posterize', posterize(images, 8 - Math.round(4 * strength))],
    ['solarize', solarize(images, 1 - strength)],
    ['autoContrast', autoContrast(images)],
    ['equalize', equalize(images)],
  ];
  const choose = (isChosen: Tensor, a: Tensor, b: Tensor): Tensor => where(isChosen.reshape(n, 1, 1, 1), a, b);
  const isMoved = operation
    .greaterEqual(OPERATIONS.indexOf('shearX'))
    .logicalAnd(operation.lessEqual(OPERATIONS.indexOf('rotate')));
  return results.reduce((x, [name, result]) => choose(is(name), result, x), choose(isMoved, moved, images));
}
