/**
 * Transformer layers and their stacks: attention and a feed-forward network, each with a residual and a normalisation. Names of
 * the state are PyTorch's; batches come first.
 */
import { raise, ShapeError } from '../base/errors.ts';
import { formatShape } from '../base/shape.ts';
import { defaultKey, splitKeys } from '../tensor/random.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { type AttendOptions, MultiheadAttention, type MultiheadAttentionOptions } from './attention.ts';
import { dropout } from './dropout.ts';
import { Linear } from './linear.ts';
import { type Layer, Module } from './module.ts';
import { LayerNorm } from './norm.ts';
import { checkFraction } from './sizes.ts';

export interface TransformerLayerOptions extends Pick<MultiheadAttentionOptions, 'kvHeads' | 'rotary' | 'key'> {
  /** Width of the feed-forward network. Default: 2048. */
  readonly feedForward?: number;
  /** Share left out in training, of attention weights and after each part. Default: 0.1. */
  readonly dropout?: number;
  /** Between the two linear layers. Default: 'relu'. */
  readonly activation?: 'relu' | 'gelu' | 'silu' | ((x: Tensor) => Tensor);
  /** Normalise before each part instead of after its residual, which trains deep stacks more easily. Default: false. */
  readonly normFirst?: boolean;
  /** Of the normalisations. Default: 1e-5. */
  readonly eps?: number;
  /** Biases everywhere. Default: true. */
  readonly bias?: boolean;
}

/** What encoder and decoder layers share. */
abstract class TransformerLayer extends Module {
  readonly selfAttention: MultiheadAttention;
  readonly linear1: Linear;
  readonly linear2: Linear;
  readonly norm1: LayerNorm;
  readonly norm2: LayerNorm;
  readonly p: number;
  readonly normFirst: boolean;
  readonly #activation: (x: Tensor) => Tensor;

  protected constructor(channels: number, heads: number, options: TransformerLayerOptions) {
    super();
    const { feedForward = 2048, dropout: p = 0.1, activation = 'relu', normFirst = false, eps = 1e-5 } = options;
    const { bias = true, kvHeads = heads } = options;
    checkFraction(this.constructor.name, 'dropout', p);
    const [first, second, third] = splitKeys(options.key ?? defaultKey(), 3);
    const rotary = options.rotary === undefined ? {} : { rotary: options.rotary };
    this.selfAttention = new MultiheadAttention(channels, heads, { bias, dropout: p, kvHeads, ...rotary, key: first! });
    this.linear1 = new Linear(channels, feedForward, { bias, key: second! });
    this.linear2 = new Linear(feedForward, channels, { bias, key: third! });
    this.norm1 = new LayerNorm(channels, { eps, bias });
    this.norm2 = new LayerNorm(channels, { eps, bias });
    this.p = p;
    this.normFirst = normFirst;
    this.#activation = typeof activation === 'string' ? (x) => x[activation]() : activation;
  }

  /** x and what a part makes of it, with the part's normalisation before or after. */
  protected residual(x: Tensor, norm: LayerNorm, part: (x: Tensor) => Tensor): Tensor {
    const p = this.training ? this.p : 0;
    if (this.normFirst) return x.add(dropout(part(norm.forward(x)), p));
    return norm.forward(x.add(dropout(part(x), p)));
  }

  protected feedForward(x: Tensor): Tensor {
    const hidden = this.#activation(this.linear1.forward(x));
    return this.linear2.forward(dropout(hidden, this.training ? this.p : 0));
  }

  protected checkInput(x: Tensor): void {
    const { embedDim } = this.selfAttention;
    if (x.rank !== 3 || x.shape[2] !== embedDim)
      raise(new ShapeError(`${this.constructor.name}: expected (B, T, ${embedDim}), got ${formatShape(x.shape)}`));
  }
}

/**
 * Self-attention, then a feed-forward network: (B, T, channels) → the same.
 * @throws ShapeError for another shape   @see Vaswani et al. 2017; Xiong et al. 2020 for normFirst
 * @example new TransformerEncoderLayer(64, 4, { feedForward: 256, normFirst: true }).forward(x, { causal: true })
 */
export class TransformerEncoderLayer extends TransformerLayer {
  constructor(channels: number, heads: number, options: TransformerLayerOptions = {}) {
    super(channels, heads, options);
  }

  forward(x: Tensor, options: AttendOptions = {}): Tensor {
    this.checkInput(x);
    const attended = this.residual(x, this.norm1, (y) => this.selfAttention.forward(y, y, y, options));
    return this.residual(attended, this.norm2, (y) => this.feedForward(y));
  }

  protected override fields(): Iterable<readonly [string, unknown]> {
    const { selfAttention, linear1, linear2, norm1, norm2 } = this;
    return Object.entries({ self_attn: selfAttention, linear1, linear2, norm1, norm2 });
  }
}

export interface DecodeOptions extends AttendOptions {
  /** As mask and keyMask, for what is seen of the memory. */
  readonly memoryMask?: Tensor;
  readonly memoryKeyMask?: Tensor;
}

/**
 * Self-attention, attention to an encoder's output, then a feed-forward network: (B, T, channels), (B, S, channels) → (B, T, channels).
 * @throws ShapeError for another shape   @see Vaswani et al. 2017   @example new TransformerDecoderLayer(64, 4).forward(x, memory, { causal: true })
 */
export class TransformerDecoderLayer extends TransformerLayer {
  readonly crossAttention: MultiheadAttention;
  readonly norm3: LayerNorm;

  constructor(channels: number, heads: number, options: TransformerLayerOptions = {}) {
    const { dropout: p = 0.1, eps = 1e-5, bias = true } = options;
    const [own, cross] = splitKeys(options.key ?? defaultKey());
    super(channels, heads, { ...options, key: own! });
    this.crossAttention = new MultiheadAttention(channels, heads, { bias, dropout: p, key: cross! });
    this.norm3 = new LayerNorm(channels, { eps, bias });
  }

  forward(x: Tensor, memory: Tensor, { memoryMask, memoryKeyMask, ...options }: DecodeOptions = {}): Tensor {
    this.checkInput(x);
    const ofMemory = {
      ...(memoryMask === undefined ? {} : { mask: memoryMask }),
      ...(memoryKeyMask === undefined ? {} : { keyMask: memoryKeyMask }),
    };
    const attended = this.residual(x, this.norm1, (y) => this.selfAttention.forward(y, y, y, options));
    const informed = this.residual(attended, this.norm2, (y) =>
      this.crossAttention.forward(y, memory, memory, ofMemory),
    );
    return this.residual(informed, this.norm3, (y) => this.feedForward(y));
  }

  protected override fields(): Iterable<readonly [string, unknown]> {
    const { selfAttention, crossAttention, linear1, linear2, norm1, norm2, norm3 } = this;
    return Object.entries({
      self_attn: selfAttention,
      multihead_attn: crossAttention,
      linear1,
      linear2,
      norm1,
      norm2,
      norm3,
    });
  }
}

/**
 * Encoder layers one after another, and a last normalisation if one is given: (B, T, channels) → the same.
 * @example new TransformerEncoder(Array.from({ length: 6 }, () => new TransformerEncoderLayer(64, 4)), new LayerNorm(64))
 */
export class TransformerEncoder extends Module {
  readonly layers: readonly TransformerEncoderLayer[];
  readonly norm: Layer | undefined;

  constructor(layers: readonly TransformerEncoderLayer[], norm?: Layer) {
    super();
    this.layers = layers;
    this.norm = norm;
  }

  forward(x: Tensor, options: AttendOptions = {}): Tensor {
    const y = this.layers.reduce((input, layer) => layer.forward(input, options), x);
    return this.norm?.forward(y) ?? y;
  }
}

/**
 * Decoder layers one after another, and a last normalisation if one is given: (B, T, channels), (B, S, channels) → (B, T, channels).
 * @example new TransformerDecoder(Array.from({ length: 6 }, () => new TransformerDecoderLayer(64, 4)))
 */
export class TransformerDecoder extends Module {
  readonly layers: readonly TransformerDecoderLayer[];
  readonly norm: Layer | undefined;

  constructor(layers: readonly TransformerDecoderLayer[], norm?: Layer) {
    super();
    this.layers = layers;
    this.norm = norm;
  }

  forward(x: Tensor, memory: Tensor, options: DecodeOptions = {}): Tensor {
    const y = this.layers.reduce((input, layer) => layer.forward(input, memory, options), x);
    return this.norm?.forward(y) ?? y;
  }
}

export interface TransformerOptions extends TransformerLayerOptions {
  /** Default: 6. */
  readonly encoderLayers?: number;
  /** Default: 6. */
  readonly decoderLayers?: number;
}

/**
 * An encoder and a decoder, each with a last normalisation: source (B, S, channels), target (B, T, channels) → (B, T, channels).
 * @throws ShapeError for other shapes   @see Vaswani et al. 2017   @example new Transformer(64, 4, { encoderLayers: 2, decoderLayers: 2 }).forward(source, target)
 */
export class Transformer extends Module {
  readonly encoder: TransformerEncoder;
  readonly decoder: TransformerDecoder;

  constructor(channels: number, heads: number, options: TransformerOptions = {}) {
    super();
    const { encoderLayers = 6, decoderLayers = 6, eps = 1e-5, bias = true, key = defaultKey(), ...rest } = options;
    const keys = splitKeys(key, encoderLayers + decoderLayers);
    const layerOptions = (i: number): TransformerLayerOptions => ({ ...rest, eps, bias, key: keys[i]! });
    const norm = (): LayerNorm => new LayerNorm(channels, { eps, bias });
    this.encoder = new TransformerEncoder(
      Array.from({ length: encoderLayers }, (_, i) => new TransformerEncoderLayer(channels, heads, layerOptions(i))),
      norm(),
    );
    this.decoder = new TransformerDecoder(
      Array.from(
        { length: decoderLayers },
        (_, i) => new TransformerDecoderLayer(channels, heads, layerOptions(encoderLayers + i)),
      ),
      norm(),
    );
  }

  forward(source: Tensor, target: Tensor, options: DecodeOptions & { readonly source?: AttendOptions } = {}): Tensor {
    const { source: ofSource = {}, ...ofTarget } = options;
    return this.decoder.forward(target, this.encoder.forward(source, ofSource), ofTarget);
  }
}
