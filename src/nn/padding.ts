/**
 * Padding layers. Widths are PyTorch's: a number for all sides, or pairs from the last axis to the first: left, right, top,
 * bottom, front, back.
 */
import { raise, ShapeError, ValueError } from '../base/errors.ts';
import { formatShape } from '../base/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { Module } from './module.ts';
import { padAxes, type PaddingMode } from './padding-functions.ts';
import { checkCount } from './sizes.ts';

/** What the padding layers share. */
abstract class Pad extends Module {
  /** [before, after] of the padded axes, in their order. */
  readonly widths: readonly (readonly [before: number, after: number])[];
  readonly #mode: PaddingMode;
  readonly #value: number;

  protected constructor(rank: number, widths: number | readonly number[], mode: PaddingMode, value = 0) {
    super();
    const op = this.constructor.name;
    const list = typeof widths === 'number' ? new Array<number>(2 * rank).fill(widths) : widths;
    if (list.length !== 2 * rank)
      raise(new ValueError(`${op}: expected a width, or ${2 * rank} of them, got ${list.length}`));
    checkCount(op, Object.fromEntries(list.map((width, i) => [`widths[${i}]`, width])), 0);
    this.widths = Array.from({ length: rank }, (_, i) => {
      const at = 2 * (rank - 1 - i);
      return [list[at]!, list[at + 1]!] as const;
    });
    this.#mode = mode;
    this.#value = value;
  }

  forward(x: Tensor): Tensor {
    if (x.rank < this.widths.length + 1)
      raise(
        new ShapeError(
          `${this.constructor.name}: expected a batch or channels before the ${this.widths.length} padded axes, got ${formatShape(x.shape)}`,
        ),
      );
    return padAxes(x, this.widths, this.#mode, this.#value);
  }
}

/** A value around the last axis of (…, L). @throws ValueError for widths that are not 2 whole numbers or one; ShapeError if x is too small   @example new ConstantPad1d(1, 0.5) */
export class ConstantPad1d extends Pad {
  constructor(widths: number | readonly number[], value: number) {
    super(1, widths, 'constant', value);
  }
}

/** A value around the last two axes of (…, H, W). @throws ValueError for widths that are not 4 whole numbers or one; ShapeError if x is too small   @example new ConstantPad2d(1, 0.5) */
export class ConstantPad2d extends Pad {
  constructor(widths: number | readonly number[], value: number) {
    super(2, widths, 'constant', value);
  }
}

/** A value around the last three axes of (…, D, H, W). @throws ValueError for widths that are not 6 whole numbers or one; ShapeError if x is too small   @example new ConstantPad3d(1, 0.5) */
export class ConstantPad3d extends Pad {
  constructor(widths: number | readonly number[], value: number) {
    super(3, widths, 'constant', value);
  }
}

/** Zeros around the last axis of (…, L). @throws ValueError for widths that are not 2 whole numbers or one; ShapeError if x is too small   @example new ZeroPad1d(1) */
export class ZeroPad1d extends Pad {
  constructor(widths: number | readonly number[]) {
    super(1, widths, 'constant');
  }
}

/** Zeros around the last two axes of (…, H, W). @throws ValueError for widths that are not 4 whole numbers or one; ShapeError if x is too small   @example new ZeroPad2d(1) */
export class ZeroPad2d extends Pad {
  constructor(widths: number | readonly number[]) {
    super(2, widths, 'constant');
  }
}

/** Zeros around the last three axes of (…, D, H, W). @throws ValueError for widths that are not 6 whole numbers or one; ShapeError if x is too small   @example new ZeroPad3d(1) */
export class ZeroPad3d extends Pad {
  constructor(widths: number | readonly number[]) {
    super(3, widths, 'constant');
  }
}

/** The neighbours mirrored around the last axis of (…, L). @throws ValueError for widths that are not 2 whole numbers or one; ShapeError if x is too small   @example new ReflectionPad1d(1) */
export class ReflectionPad1d extends Pad {
  constructor(widths: number | readonly number[]) {
    super(1, widths, 'reflect');
  }
}

/** The neighbours mirrored around the last two axes of (…, H, W). @throws ValueError for widths that are not 4 whole numbers or one; ShapeError if x is too small   @example new ReflectionPad2d(1) */
export class ReflectionPad2d extends Pad {
  constructor(widths: number | readonly number[]) {
    super(2, widths, 'reflect');
  }
}

/** The neighbours mirrored around the last three axes of (…, D, H, W). @throws ValueError for widths that are not 6 whole numbers or one; ShapeError if x is too small   @example new ReflectionPad3d(1) */
export class ReflectionPad3d extends Pad {
  constructor(widths: number | readonly number[]) {
    super(3, widths, 'reflect');
  }
}

/** The edge repeated around the last axis of (…, L). @throws ValueError for widths that are not 2 whole numbers or one; ShapeError if x is too small   @example new ReplicationPad1d(1) */
export class ReplicationPad1d extends Pad {
  constructor(widths: number | readonly number[]) {
    super(1, widths, 'replicate');
  }
}

/** The edge repeated around the last two axes of (…, H, W). @throws ValueError for widths that are not 4 whole numbers or one; ShapeError if x is too small   @example new ReplicationPad2d(1) */
export class ReplicationPad2d extends Pad {
  constructor(widths: number | readonly number[]) {
    super(2, widths, 'replicate');
  }
}

/** The edge repeated around the last three axes of (…, D, H, W). @throws ValueError for widths that are not 6 whole numbers or one; ShapeError if x is too small   @example new ReplicationPad3d(1) */
export class ReplicationPad3d extends Pad {
  constructor(widths: number | readonly number[]) {
    super(3, widths, 'replicate');
  }
}

/** The other end around the last axis of (…, L). @throws ValueError for widths that are not 2 whole numbers or one; ShapeError if x is too small   @example new CircularPad1d(1) */
export class CircularPad1d extends Pad {
  constructor(widths: number | readonly number[]) {
    super(1, widths, 'circular');
  }
}

/** The other end around the last two axes of (…, H, W). @throws ValueError for widths that are not 4 whole numbers or one; ShapeError if x is too small   @example new CircularPad2d(1) */
export class CircularPad2d extends Pad {
  constructor(widths: number | readonly number[]) {
    super(2, widths, 'circular');
  }
}

/** The other end around the last three axes of (…, D, H, W). @throws ValueError for widths that are not 6 whole numbers or one; ShapeError if x is too small   @example new CircularPad3d(1) */
export class CircularPad3d extends Pad {
  constructor(widths: number | readonly number[]) {
    super(3, widths, 'circular');
  }
}
