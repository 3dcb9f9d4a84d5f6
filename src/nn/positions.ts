/**
 * Where a token stands, told to attention: waves added to the embedding, or rotations of queries and keys.
 */
import { raise, ShapeError, ValueError } from '../base/errors.ts';
import { formatShape } from '../base/shape.ts';
import { arange, tensor } from '../tensor/creation.ts';
import { concat, stack } from '../tensor/functions.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { dropout } from './dropout.ts';
import { Module } from './module.ts';
import { checkCount, checkFraction } from './sizes.ts';

/**
 * sin(p / 10000^(2i/C)) in channel 2i and cos of the same in channel 2i + 1: (length, channels).
 * @throws ValueError if the channels are odd   @see Vaswani et al. 2017, section 3.5   @example x.add(sinusoidalPositions(128, 64))
 */
export function sinusoidalPositions(length: number, channels: number): Tensor {
  checkCount('sinusoidalPositions', { length, channels });
  if (channels % 2 !== 0) raise(new ValueError(`sinusoidalPositions: channels must be even, got ${channels}`));
  const data = new Float32Array(length * channels);
  for (let p = 0; p < length; p++) {
    for (let c = 0; c < channels; c += 2) {
      const angle = p / 10000 ** (c / channels);
      data[p * channels + c] = Math.sin(angle);
      data[p * channels + c + 1] = Math.cos(angle);
    }
  }
  return tensor(data, { shape: [length, channels] });
}

/**
 * Adds sinusoidal positions, then drops out: (B, T, channels) → the same.
 * @throws ShapeError for more than maxLength tokens or other channels   @see Vaswani et al. 2017   @example new PositionalEncoding(64, { maxLength: 512 })
 */
export class PositionalEncoding extends Module {
  readonly channels: number;
  readonly maxLength: number;
  readonly p: number;
  readonly #table: Tensor;

  constructor(channels: number, { maxLength = 5000, dropout: p = 0 } = {}) {
    super();
    checkFraction('PositionalEncoding', 'dropout', p);
    this.channels = channels;
    this.maxLength = maxLength;
    this.p = p;
    this.#table = sinusoidalPositions(maxLength, channels);
  }

  forward(x: Tensor): Tensor {
    const length = x.shape.at(-2) ?? 0;
    if (x.rank < 2 || x.shape.at(-1) !== this.channels || length > this.maxLength) {
      raise(
        new ShapeError(
          `PositionalEncoding: expected (…, up to ${this.maxLength}, ${this.channels}), got ${formatShape(x.shape)}`,
        ),
      );
    }
    return dropout(x.add(this.#table.slice([0], [length])), this.training ? this.p : 0);
  }
}

export interface RotaryOptions {
  /** θ of the slowest wave. Default: 10000. */
  readonly base?: number;
  /** Pairs are neighbours (RoFormer, GPT-J); otherwise channel i with i + D/2 (GPT-NeoX, Llama). Default: false. */
  readonly interleaved?: boolean;
}

/**
 * Turns pair i of channels by the angle p / base^(2i/D), so that q · k depends on the distance of their positions alone.
 * @throws ValueError if the channels are odd   @see Su et al. 2021, "RoFormer"   @example new MultiheadAttention(64, 8, { rotary: new RotaryEmbedding(8) })
 */
export class RotaryEmbedding {
  readonly channels: number;
  readonly interleaved: boolean;
  readonly #frequencies: Float32Array;

  constructor(channels: number, { base = 10000, interleaved = false }: RotaryOptions = {}) {
    checkCount('RotaryEmbedding', { channels });
    if (channels % 2 !== 0) raise(new ValueError(`RotaryEmbedding: channels must be even, got ${channels}`));
    this.channels = channels;
    this.interleaved = interleaved;
    this.#frequencies = Float32Array.from({ length: channels / 2 }, (_, i) => base ** ((-2 * i) / channels));
  }

  /**
   * @param x (…, T, channels)   @param positions (T,), by default 0 … T − 1
   * @throws ShapeError for other channels   @example rotary.rotate(q)
   */
  rotate(x: Tensor, positions?: Tensor): Tensor {
    const length = x.shape.at(-2);
    if (length === undefined || x.shape.at(-1) !== this.channels)
      raise(new ShapeError(`RotaryEmbedding: expected (…, T, ${this.channels}), got ${formatShape(x.shape)}`));
    const places = (positions ?? arange(length)).cast('float32').unsqueeze(1);
    const angles = places.mul(tensor(this.#frequencies)); // (T, D / 2)
    const [cos, sin] = [angles.cos().cast(x.dtype), angles.sin().cast(x.dtype)];
    const half = this.channels / 2;
    if (this.interleaved) {
      const pairs = x.reshape([...x.shape.slice(0, -1), half, 2]);
      const [a, b] = [pairs.at(0, -1), pairs.at(1, -1)];
      return stack([a.mul(cos).sub(b.mul(sin)), a.mul(sin).add(b.mul(cos))], -1).reshape(x.shape);
    }
    const leading = new Array<null>(x.rank - 1).fill(null);
    const [a, b] = [x.slice([...leading, 0], [...leading, half]), x.slice([...leading, half])];
    return concat([a.mul(cos).sub(b.mul(sin)), a.mul(sin).add(b.mul(cos))], -1);
  }
}
