/** Transforms against torchvision: test/golden/vision.py says what the pictures are. */
import { beforeEach, describe, expect, it } from 'vitest';
import golden from '../../test/golden/vision.json' with { type: 'json' };
import { testDevices } from '../../test/devices.ts';
import { uniform } from '../../test/golden/lcg.ts';
import { device } from '../engine/index.ts';
import { compile } from '../tensor/compile.ts';
import { gradients } from '../tensor/gradients.ts';
import { arange, full, ones, tensor, zeros } from '../tensor/creation.ts';
import { foldIn, key } from '../tensor/random.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { affine, affineMatrix, invertAffine, randomAffine, randomRotation, rotate } from './affine.ts';
import { boxAreas, fromCenters, toCenters } from './boxes.ts';
import {
  adjustBrightness,
  adjustContrast,
  adjustHue,
  adjustSaturation,
  adjustSharpness,
  autoContrast,
  colorJitter,
  equalize,
  normalize,
  posterize,
  randomGrey,
  solarize,
  toFloats,
} from './color.ts';
import { centerCrop, crop, randomCrop, randomFlip, randomResizedCrop, randomVerticalFlip } from './crop.ts';
import { cutout, randomErasing } from './erase.ts';
import { beta, cutmix, mixup } from './mix.ts';
import { randAugment } from './rand-augment.ts';
import { resize, resizeImages } from './resize.ts';
import { compose, type Transform } from './sample.ts';

interface Options {
  readonly size: readonly [number, number];
  readonly mode: 'bilinear' | 'nearest';
  readonly antialias: boolean;
  readonly [name: string]: unknown;
}

type Six = [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor];

const pictures = () => tensor(uniform(2 * 3 * 6 * 7, 1, 0.5, 0.5), { shape: [2, 3, 6, 7] });
const apply = (transform: Transform, images: Tensor, boxes?: Tensor) =>
  transform(boxes === undefined ? { images } : { images, boxes }, key(0));

/** Few levels, as bytes. */
function levels(): Tensor {
  const values = uniform(3 * 12 * 50, 2, 0.5, 0.5).map(
    (x) => Math.round(Math.fround(Math.fround(x * x) * x) * 255) / 255,
  );
  return tensor(values, { shape: [1, 3, 12, 50] });
}

const calls: Readonly<Record<string, (options: Options) => Tensor>> = {
  resize: ({ size, ...options }) => resizeImages(pictures(), size, options),
  centerCrop: ({ size }) => apply(centerCrop(size), pictures()).images,
  affine: ({ mode, ...rest }) => {
    const [angle, x, y, scale, shearX, shearY] = ['angle', 'x', 'y', 'scale', 'shearX', 'shearY'].map((one) =>
      Number(rest[one]),
    ) as [number, number, number, number, number, number];
    return apply(affine({ angle, x, y, scale, shearX, shearY }, { mode }), pictures()).images;
  },
  rotate: ({ degrees, mode, fill = 0 }) =>
    apply(rotate(Number(degrees), { mode, fill: Number(fill) }), pictures()).images,
  brightness: ({ factor }) => adjustBrightness(pictures(), Number(factor)),
  contrast: ({ factor }) => adjustContrast(pictures(), Number(factor)),
  saturation: ({ factor }) => adjustSaturation(pictures(), Number(factor)),
  sharpness: ({ factor }) => adjustSharpness(pictures(), Number(factor)),
  hue: ({ turn }) => adjustHue(pictures(), Number(turn)),
  solarize: ({ threshold }) => solarize(pictures(), Number(threshold)),
  autoContrast: () => autoContrast(pictures().mul(0.5).add(0.2)),
  posterize: ({ bits }) => posterize(levels().slice([0, 0, 0, 0], [null, null, 2, 9]), Number(bits)).mul(255),
  equalize: () => equalize(levels()).mul(255),
  normalize: ({ mean, std }) => apply(normalize(mean as number[], std as number[]), pictures()).images,
};

describe.each(testDevices)('on %s', (name) => {
  beforeEach(() => {
    device(name);
  });

  it.each(golden.cases.map((one) => [`${one.op} ${JSON.stringify(one.options)}`, one] as const))(
    '%s is torchvision’s',
    (_, one) => {
      const found = calls[one.op]!(one.options as unknown as Options);
      expect(found.shape).toEqual(one.shape);
      const values = found.dataSync();
      // Golden values have six decimals; contrasts beyond 1 and cubic weights magnify rounding in float32.
      one.output.forEach((expected, i) => expect(Math.abs(values[i]! - expected), `element ${i}`).toBeLessThan(1e-5));
    },
  );

  it('random transforms are one program, alike when compiled, and other for another key', () => {
    const augment = compose(
      toFloats(),
      randomResizedCrop(6),
      randomFlip(),
      randomAffine({ degrees: 20, translate: [0.1, 0.1], scale: [0.8, 1.2], shear: 5 }),
      colorJitter({ brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 }),
      randomGrey(0.3),
      randAugment({ count: 1 }),
      randomErasing({ value: 'noise' }),
    );
    const images = pictures();
    const step = compile((x: Tensor, k: Tensor) => augment({ images: x }, k).images);
    const plain = augment({ images }, key(3)).images;
    const compiled = step(images, key(3)).dataSync();
    // The two are fused differently.
    plain.dataSync().forEach((x, i) => expect(compiled[i]).toBeCloseTo(x, 5));
    expect(step(images, key(4)).dataSync()).not.toEqual(compiled);
    expect(step.traces).toBe(1);
    expect(plain.isFinite().all().itemSync()).toBe(1);
  });
});

describe('transforms', () => {
  beforeEach(() => {
    device('wasm'); // many pictures, which the reference would take long for
  });

  it('boxes follow as torchvision’s do', () => {
    const boxes = tensor([golden.boxes, golden.boxes]);
    const transforms: Record<keyof typeof golden.moved, Transform> = {
      affine: affine({ angle: 30, x: 1, y: -1, scale: 0.8, shearX: 10 }),
      resize: resize([12, 21]),
      flip: randomFlip(1),
      crop: crop(1, 2, 4, 4),
      centerCrop: centerCrop(4),
    };
    for (const [name, transform] of Object.entries(transforms)) {
      const moved = apply(transform, pictures(), boxes).boxes!.at(1).dataSync();
      const expected = golden.moved[name as keyof typeof golden.moved].flat();
      expected.forEach((x, i) => expect(Math.abs(moved[i]! - x), `${name} ${i}`).toBeLessThan(1e-4));
    }
  });

  /** Pictures black but for a white rectangle, and the rectangle as a box. */
  function marked(n: number) {
    const images = zeros([n, 1, 16, 16]).add(
      arange(16).reshape(16, 1).greaterEqual(4).logicalAnd(arange(16).reshape(16, 1).less(9))
        .logicalAnd(arange(16).greaterEqual(6)).logicalAnd(arange(16).less(13)).cast('float32'),
    ); // prettier-ignore
    return {
      images: images.realize(),
      boxes: tensor([[6, 4, 13, 9]])
        .expand(n, 1, 4)
        .realize(),
    };
  }

  it.each([
    ['randomFlip', randomFlip()],
    ['randomVerticalFlip', randomVerticalFlip()],
    ['randomCrop', randomCrop(12, { padding: 1 })],
    ['resize', resize(32, { mode: 'nearest' })],
    ['flips and crops', compose(randomFlip(), randomVerticalFlip(), randomCrop([10, 14]))],
  ])('the box of a white rectangle stays around it: %s', (_, transform) => {
    const { images, boxes } = transform(marked(12), key(5));
    const [, , height = 0, width = 0] = images.shape;
    const seen = images.greater(0.5);
    const rows = seen.any([1, 3]).arraySync() as number[][];
    const columns = seen.any([1, 2]).arraySync() as number[][];
    const edges = (marks: number[]) => [marks.indexOf(1), marks.lastIndexOf(1) + 1];
    const found = rows.map((row, i) => [edges(columns[i]!)[0], edges(row)[0], edges(columns[i]!)[1], edges(row)[1]]);
    expect(boxes.at(0, 1).arraySync()).toEqual(found);
    expect([height, width].every((size) => size > 0)).toBe(true);
  });

  it('a turned rectangle lies in its box, which is not much larger', () => {
    const { images, boxes } = randomRotation(30, { mode: 'nearest' })(marked(8), key(1));
    const [x1, y1, x2, y2] = [0, 1, 2, 3].map((i) => boxes.at(i, 2)) as [Tensor, Tensor, Tensor, Tensor];
    const at = arange(16).add(0.5);
    const inX = at
      .greater(x1.sub(0.5))
      .logicalAnd(at.less(x2.add(0.5)))
      .reshape(8, 1, 1, 16);
    const inY = at
      .greater(y1.sub(0.5))
      .logicalAnd(at.less(y2.add(0.5)))
      .reshape(8, 1, 16, 1);
    expect(images.mul(inX.logicalAnd(inY).logicalNot().cast('float32')).sum().itemSync()).toBe(0);
    expect(boxAreas(boxes).max().itemSync()).toBeLessThan(35 * 2.5);
  });

  it('a whole part resized is the picture, and parts are of every place', () => {
    const images = pictures();
    const whole = randomResizedCrop([6, 7], { scale: [1, 1], ratio: [7 / 6, 7 / 6] });
    apply(whole, images)
      .images.dataSync()
      .forEach((x, i) => expect(x).toBeCloseTo(images.dataSync()[i]!, 5));
    const ramp = arange(64).cast('float32').reshape(1, 1, 1, 64).expand(200, 1, 64, 64).realize();
    const { images: parts } = randomResizedCrop(8)({ images: ramp }, key(2));
    const left = parts.at(0, 3).at(0, 2).flatten();
    expect([left.min().itemSync() < 3, left.max().itemSync() > 40]).toEqual([true, true]);
    // Means of columns rise by the part's width over 8 everywhere.
    const steps = parts.at(5, 3).sub(parts.at(2, 3)).div(3);
    expect(steps.max().itemSync()).toBeLessThanOrEqual(8.01);
    expect(steps.min().itemSync()).toBeGreaterThan(0.9);
  });

  it('a random crop reads each place equally often', () => {
    const places = arange(5).reshape(1, 1, 1, 5).cast('float32').expand(3000, 1, 5, 5).realize();
    const { images } = randomCrop([5, 3])({ images: places }, key(8));
    const first = images.at(0, 3).at(0, 2).flatten().dataSync();
    const counts = [0, 1, 2].map((i) => first.filter((x) => x === i).length);
    // Binomial: 1000 ± 5 · 26.
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(130);
  });

  it('erasing covers the share it was asked for, of as many pictures as it was asked for', () => {
    const images = ones([400, 1, 20, 20]);
    const erased = randomErasing({ p: 0.5, scale: [0.2, 0.2], ratio: [1, 1] })({ images }, key(1)).images;
    const covered = erased.equal(0).cast('float32').mean([1, 2, 3]);
    expect(covered.greater(0).cast('float32').mean().itemSync()).toBeGreaterThan(0.42);
    expect(covered.greater(0).cast('float32').mean().itemSync()).toBeLessThan(0.58);
    expect(covered.max().itemSync()).toBeCloseTo(81 / 400, 6); // √80 rounds to 9
    const cut = cutout(8)({ images }, key(2)).images.equal(0).cast('float32').sum([1, 2, 3]);
    expect([cut.max().itemSync(), cut.min().itemSync() >= 16]).toEqual([64, true]);
  });

  it('mixing shares labels as it shares pictures', () => {
    const images = arange(4).cast('float32').reshape(4, 1, 1, 1).expand(4, 1, 8, 8);
    const labels: Tensor = tensor([0, 1, 2, 3], { dtype: 'int32' });
    for (const transform of [mixup({ classes: 4 }), mixup({ alpha: 0.3, classes: 4 }), cutmix({ classes: 4 })]) {
      const { images: mixedImages, labels: shares } = transform({ images, labels }, key(11));
      // The picture of label k is k everywhere, so that the mean pixel is the mean label.
      const mean = shares.matmul(tensor([0, 1, 2, 3]));
      const pixels = mixedImages.mean([1, 2, 3]).dataSync();
      mean.dataSync().forEach((x, i) => expect(pixels[i]).toBeCloseTo(x, 5));
      expect(shares.sum(1).arraySync()).toEqual([1, 1, 1, 1].map((x) => expect.closeTo(x, 6)));
    }
    expect(() => mixup()({ images, labels }, key(0))).toThrow('mixup: labels (N,) need { classes }');
  });

  it.each([0.2, 3])('Beta(%d) has its mean and variance', (alpha) => {
    const draw = compile((k: Tensor) => beta(k, alpha));
    const draws = Array.from({ length: 1000 }, (_, i) => draw(foldIn(key(alpha * 10), i)).itemSync());
    const mean = draws.reduce((a, b) => a + b) / draws.length;
    const variance = draws.reduce((a, b) => a + (b - mean) ** 2, 0) / draws.length;
    const expected = 1 / (4 * (2 * alpha + 1));
    // Five standard errors of the mean; the variance's is smaller than 5 % of it.
    expect(Math.abs(mean - 0.5)).toBeLessThan(5 * Math.sqrt(expected / draws.length));
    expect(Math.abs(variance / expected - 1)).toBeLessThan(0.15);
  });

  it('RandAugment of no strength leaves shapes and turns, and changes colours only where strength has no say', () => {
    const images = pictures();
    const { images: same } = affine({})({ images }, key(0));
    same.dataSync().forEach((x, i) => expect(x).toBeCloseTo(images.dataSync()[i]!, 5));
    const strong = randAugment({ count: 3, magnitude: 30 })(
      { images: images.tile(8, 1, 1, 1).realize() },
      key(4),
    ).images;
    expect([strong.shape, strong.isFinite().all().itemSync()]).toEqual([[16, 3, 6, 7], 1]);
    expect([strong.min().itemSync() >= -1e-6, strong.max().itemSync() <= 1 + 1e-6]).toEqual([true, true]);
    // Sixteen copies of two pictures come out as more than two.
    expect(new Set(Array.from({ length: 16 }, (_, i) => strong.at(i).dataSync().join())).size).toBeGreaterThan(8);
  });

  it('gradients flow through what moves pictures', () => {
    const images = pictures();
    const total = (x: Tensor) =>
      rotate(20)({ images: resizeImages(x, [5, 5]) }, key(0))
        .images.square()
        .sum();
    const slope = gradients(total(images), images);
    const eps = 1e-2;
    const bump = tensor(
      Float32Array.from({ length: images.size }, (_, i) => (i === 50 ? eps : 0)),
      { shape: images.shape },
    );
    const numeric = (total(images.add(bump)).itemSync() - total(images.sub(bump)).itemSync()) / (2 * eps);
    expect(slope.dataSync()[50]).toBeCloseTo(numeric, 2);
  });

  it('an affine map and its inverse are the identity; centres and corners are each other’s', () => {
    const matrix = affineMatrix({ angle: tensor([10, -80]), x: 3, scale: tensor([0.5, 2]), shearY: 7 }, 20, 30);
    const [a, b, c, d, e, f] = Array.from({ length: 6 }, (_, i) => matrix.at(i, 1)) as Six;
    const [p, q, r, s, t, u] = Array.from({ length: 6 }, (_, i) => invertAffine(matrix).at(i, 1)) as Six;
    const close = (x: Tensor, y: number) => x.dataSync().forEach((value) => expect(value).toBeCloseTo(y, 4));
    close(a.mul(p).add(b.mul(s)), 1);
    close(a.mul(q).add(b.mul(t)), 0);
    close(a.mul(r).add(b.mul(u)).add(c), 0);
    close(d.mul(q).add(e.mul(t)), 1);
    close(d.mul(r).add(e.mul(u)).add(f), 0);
    expect(fromCenters(toCenters(tensor([[1, 2, 5, 8]]))).arraySync()).toEqual([[1, 2, 5, 8]]);
  });

  it('bytes become shares of 255, and mistakes say what was expected', () => {
    const bytes = full([1, 1, 2, 2], 51, { dtype: 'uint8' });
    expect(apply(toFloats(), bytes).images.at(0).at(0).at(0).arraySync()).toEqual([
      expect.closeTo(0.2, 6),
      expect.closeTo(0.2, 6),
    ]);
    expect(() => apply(crop(0, 0, 7, 7), pictures())).toThrow(
      'crop: 7 × 7 from (0, 0) reaches out of pictures of 6 × 7',
    );
    expect(() => apply(randomCrop(8), pictures())).toThrow(
      'randomCrop: pictures of 6 × 7 have no part of 8 × 8; pass { padding }',
    );
    expect(() => apply(randomFlip(), pictures(), tensor([[1, 2, 3, 4]]))).toThrow(
      'boxes: expected (N, M, 4) with N = 2 pictures, got (1, 4)',
    );
    expect(() => apply(normalize([1, 1], [1, 1]), pictures())).toThrow('normalize: 2 means for pictures of 3 channels');
    expect(() => apply(resize(4), tensor([1]))).toThrow('resize: expected pictures (N, C, H, W), got (1,)');
    expect(() => colorJitter({ hue: 0.7 })).toThrow('hue must be from 0 to 0.5, got 0.7');
  });
});
