/**
 * Affine transforms: turning, shifting, scaling and shearing pictures about their middle, and boxes with them. Coordinates are in
 * pixels; the pixel in column i spans i … i + 1. Parameters are torchvision's.
 */
import { raise, ValueError } from '../base/errors.ts';
import { arange, tensor } from '../tensor/creation.ts';
import { stack } from '../tensor/functions.ts';
import { splitKeys, uniform } from '../tensor/random.ts';
import { Tensor } from '../tensor/tensor.ts';
import { clipBoxes, transformBoxes } from './boxes.ts';
import { ofBoth, sizesOf, type Transform } from './sample.ts';

/** Numbers, or (N,) for one each. */
export interface AffineParameters {
  /** Clockwise, in degrees. Default: 0. */
  readonly angle?: number | Tensor;
  /** To the right, in pixels. Default: 0. */
  readonly x?: number | Tensor;
  /** Downwards, in pixels. Default: 0. */
  readonly y?: number | Tensor;
  /** Default: 1. */
  readonly scale?: number | Tensor;
  /** Along x, in degrees. Default: 0. */
  readonly shearX?: number | Tensor;
  /** Along y, in degrees. Default: 0. */
  readonly shearY?: number | Tensor;
}

export interface SamplingOptions {
  /** Default: 'bilinear'. */
  readonly mode?: 'nearest' | 'bilinear';
  /** What comes in from outside. Default: 0. */
  readonly fill?: number;
}

/** Pictures changed alike, boxes with them. @example affine({ angle: 30, scale: 0.8 }) */
export function affine(parameters: AffineParameters, options?: SamplingOptions): Transform {
  return ofBoth((images) => moved(images, parameters, options));
}

/** Turned counterclockwise by so many degrees, as torchvision's and Pillow's rotate. @example rotate(15) */
export function rotate(degrees: number, options?: SamplingOptions): Transform {
  return affine({ angle: -degrees }, options);
}

export interface RandomAffineOptions extends SamplingOptions {
  /** Turned by −degrees … degrees. Default: 0. */
  readonly degrees?: number;
  /** Shifted by up to this share of the width and of the height. Default: [0, 0]. */
  readonly translate?: readonly [number, number];
  /** Scaled by a factor from … to. Default: [1, 1]. */
  readonly scale?: readonly [number, number];
  /** Sheared along x by −shear … shear degrees. Default: 0. */
  readonly shear?: number;
}

/** Each picture by parameters of its own. @example randomAffine({ degrees: 10, translate: [0.1, 0.1], scale: [0.9, 1.1] }) */
export function randomAffine(options: RandomAffineOptions = {}): Transform {
  const { degrees = 0, translate = [0, 0], scale = [1, 1], shear = 0, ...sampling } = options;
  if (!(scale[0] > 0 && scale[1] >= scale[0]))
    raise(new ValueError(`randomAffine: scale must rise and be above 0, got ${scale.join(', ')}`));
  return ofBoth((images, key) => {
    const { n, height, width } = sizesOf('randomAffine', images);
    const keys = splitKeys(key, 5);
    const draw = (i: number, low: number, high: number): Tensor | number =>
      low === high ? low : uniform(keys[i]!, [n], { low, high });
    const [dx, dy] = [translate[0] * width, translate[1] * height];
    const parameters = {
      angle: draw(0, -degrees, degrees),
      x: draw(1, -dx, dx),
      y: draw(2, -dy, dy),
      scale: draw(3, scale[0], scale[1]),
      shearX: draw(4, -shear, shear),
    };
    return moved(images, parameters, sampling);
  });
}

/** Each picture turned by −degrees … degrees. @example randomRotation(15) */
export function randomRotation(degrees: number, options?: SamplingOptions): Transform {
  return randomAffine({ ...options, degrees });
}

/**
 * Where points go: a, b, c, d, e, f of x' = a x + b y + c, y' = d x + e y + f, about the middle of a picture.
 * @returns (6,) or (N, 6)   @example affineMatrix({ angle: 90 }, 32, 32)
 */
export function affineMatrix(parameters: AffineParameters, height: number, width: number): Tensor {
  const radians = (degrees: number | Tensor = 0): Tensor => asTensor(degrees).mul(Math.PI / 180);
  const [angle, shearX, shearY] = [radians(parameters.angle), radians(parameters.shearX), radians(parameters.shearY)];
  const scale = asTensor(parameters.scale ?? 1);
  const turned = angle.sub(shearY);
  const lean = shearX.tan();
  const a = turned.cos().div(shearY.cos());
  const b = a.mul(lean).neg().sub(angle.sin());
  const d = turned.sin().div(shearY.cos());
  const e = d.mul(lean).neg().add(angle.cos());
  const [p, q, r, s] = [a, b, d, e].map((one) => one.mul(scale)) as [Tensor, Tensor, Tensor, Tensor];
  const [cx, cy] = [width / 2, height / 2];
  // The middle goes to the middle, then by (x, y).
  const c = p
    .mul(cx)
    .add(q.mul(cy))
    .neg()
    .add(cx)
    .add(asTensor(parameters.x ?? 0));
  const f = r
    .mul(cx)
    .add(s.mul(cy))
    .neg()
    .add(cy)
    .add(asTensor(parameters.y ?? 0));
  const zero = c.add(f).mul(0); // of the common shape
  return stack(
    [p, q, c, r, s, f].map((one) => one.add(zero)),
    -1,
  );
}

/** The matrix of the way back. @param matrix (…, 6) */
export function invertAffine(matrix: Tensor): Tensor {
  const [a, b, c, d, e, f] = Array.from({ length: 6 }, (_, i) => matrix.at(i, -1)) as [
    Tensor, Tensor, Tensor, Tensor, Tensor, Tensor,
  ]; // prettier-ignore
  const determinant = a.mul(e).sub(b.mul(d));
  const rows = [e, b.neg(), b.mul(f).sub(e.mul(c)), d.neg(), a, d.mul(c).sub(a.mul(f))];
  return stack(
    rows.map((one) => one.div(determinant)),
    -1,
  );
}

/**
 * Pictures read at other places: pixel (x, y) of the result is the picture at (a x + b y + c, d x + e y + f).
 * @param images (N, C, H, W)   @param source (6,) or (N, 6), from the result to the picture
 * @example sampleImages(x, invertAffine(affineMatrix({ angle: 30 }, 32, 32)))
 */
export function sampleImages(
  images: Tensor,
  source: Tensor,
  { mode = 'bilinear', fill = 0 }: SamplingOptions = {},
): Tensor {
  const { n, channels, height, width } = sizesOf('affine', images);
  const floats = images.dtype === 'float32' || images.dtype === 'float64' ? images : images.cast('float32');
  const of = (i: number): Tensor => source.at(i, -1).reshape(-1, 1, 1);
  const [x, y] = [arange(width).add(0.5).reshape(1, 1, width), arange(height).add(0.5).reshape(1, height, 1)];
  // In pixels between centres: 0 is the middle of the first.
  const atX = of(0).mul(x).add(of(1).mul(y)).add(of(2)).sub(0.5);
  const atY = of(3).mul(x).add(of(4).mul(y)).add(of(5)).sub(0.5);
  const flat = floats.reshape(n, channels, height * width);
  /** The picture less its fill at whole places, 0 outside; with the weight of each. */
  const read = (column: Tensor, row: Tensor, weight: Tensor | undefined): Tensor => {
    const isInside = column
      .greaterEqual(0)
      .logicalAnd(column.less(width))
      .logicalAnd(row.greaterEqual(0))
      .logicalAnd(row.less(height));
    const place = row
      .clip(0, height - 1)
      .mul(width)
      .add(column.clip(0, width - 1))
      .cast('int32');
    const index = place.reshape(-1, 1, height * width).expand(n, 1, height * width);
    const share = isInside.cast(floats.dtype);
    const amount = (weight === undefined ? share : share.mul(weight.cast(floats.dtype))).reshape(-1, 1, height * width);
    return flat.takeAlongAxis(index, 2).sub(fill).mul(amount);
  };
  if (mode === 'nearest')
    return read(atX.round(), atY.round(), undefined).add(fill).reshape(n, channels, height, width);
  const [left, above] = [atX.floor(), atY.floor()];
  const [fx, fy] = [atX.sub(left), atY.sub(above)];
  const [gx, gy] = [fx.neg().add(1), fy.neg().add(1)];
  return read(left, above, gx.mul(gy))
    .add(read(left.add(1), above, fx.mul(gy)))
    .add(read(left, above.add(1), gx.mul(fy)))
    .add(read(left.add(1), above.add(1), fx.mul(fy)))
    .add(fill)
    .reshape(n, channels, height, width);
}

function moved(images: Tensor, parameters: AffineParameters, options?: SamplingOptions) {
  const { height, width } = sizesOf('affine', images);
  const matrix = affineMatrix(parameters, height, width);
  return {
    images: sampleImages(images, invertAffine(matrix), options),
    boxes: (boxes: Tensor) => clipBoxes(transformBoxes(boxes, matrix), height, width),
  };
}

function asTensor(x: number | Tensor): Tensor {
  return x instanceof Tensor ? x : tensor(x);
}
