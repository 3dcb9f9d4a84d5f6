/**
 * What transforms of pictures take and give: a batch of pictures with what belongs to them. Boxes follow the pictures; labels are
 * changed only by mixing.
 */
import { raise, ShapeError } from '../base/errors.ts';
import { formatShape } from '../base/shape.ts';
import { splitKeys } from '../tensor/random.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** A batch. What else is in it is handed through. */
export interface Sample {
  /** (N, C, H, W) floats, for colours from 0 to 1 until they are normalised. */
  readonly images: Tensor;
  /** (N, M, 4) as x₁, y₁, x₂, y₂ in pixels from the upper left corner of the picture; M boxes for each. */
  readonly boxes?: Tensor;
  /** (N,) classes, or (N, K) shares of classes. */
  readonly labels?: Tensor;
}

/**
 * Changes a batch. All chance comes from the key: equal keys change alike, on every device, also inside `compile`.
 * @example const augment = compose(randomFlip(), randomCrop(32, { padding: 4 }), normalize([0.5], [0.25]));
 */
export type Transform = <S extends Sample>(sample: S, key: Tensor) => S;

/**
 * One after the other, each with a key of its own.
 * @example
 * const augment = compose(randomFlip(), randomErasing());
 * new DataLoader(digits, { batchSize: 64, transform: ([images, labels], key) => [augment({ images }, key).images, labels] });
 */
export function compose(...transforms: readonly Transform[]): Transform {
  return <S extends Sample>(sample: S, key: Tensor): S => {
    if (transforms.length === 0) return sample;
    const keys = splitKeys(key, transforms.length);
    return transforms.reduce((current, transform, i) => transform(current, keys[i]!), sample);
  };
}

/** A transform of the pictures alone, boxes where they are. @example ofImages((x) => x.square()) */
export function ofImages(change: (images: Tensor, key: Tensor) => Tensor): Transform {
  return (sample, key) => ({ ...sample, images: change(sample.images, key) });
}

/** A transform of the pictures, and of the boxes if there are any. */
export function ofBoth(
  change: (images: Tensor, key: Tensor) => { readonly images: Tensor; readonly boxes: (boxes: Tensor) => Tensor },
): Transform {
  return (sample, key) => {
    const { images, boxes } = change(sample.images, key);
    if (sample.boxes === undefined) return { ...sample, images };
    checkBoxes(sample.boxes, images);
    return { ...sample, images, boxes: boxes(sample.boxes) };
  };
}

/** The sizes of a batch of pictures. @throws ShapeError if it is none */
export function sizesOf(op: string, images: Tensor): { n: number; channels: number; height: number; width: number } {
  const [n, channels, height, width] = images.shape;
  if (images.rank !== 4 || width === undefined || images.size === 0)
    raise(new ShapeError(`${op}: expected pictures (N, C, H, W), got ${formatShape(images.shape)}`));
  return { n: n!, channels: channels!, height: height!, width };
}

function checkBoxes(boxes: Tensor, images: Tensor): void {
  if (boxes.rank !== 3 || boxes.shape[0] !== images.shape[0] || boxes.shape[2] !== 4) {
    raise(
      new ShapeError(
        `boxes: expected (N, M, 4) with N = ${images.shape[0]} pictures, got ${formatShape(boxes.shape)}; fill up with boxes of size 0`,
      ),
    );
  }
}
