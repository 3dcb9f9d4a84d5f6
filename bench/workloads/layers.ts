/**
 * Networks as data: layers that every contender builds from, the rule for their initial weights, and how many floating-point
 * operations their contractions take.
 */

/** Layouts and meanings are PyTorch's; images are (channels, side, side) per sample. */
export type Layer =
  | { readonly kind: 'linear'; readonly from: number; readonly to: number }
  | {
      readonly kind: 'conv';
      readonly from: number;
      readonly to: number;
      readonly kernel: number;
      readonly stride?: number;
      readonly padding: number;
      readonly groups?: number;
      /** Default: true. Convolutions before a normalisation have none. */
      readonly bias?: boolean;
    }
  | {
      readonly kind: 'convTranspose';
      readonly from: number;
      readonly to: number;
      readonly kernel: number;
      readonly stride: number;
      readonly padding: number;
      readonly bias?: boolean;
    }
  | { readonly kind: 'batchNorm'; readonly features: number }
  | { readonly kind: 'layerNorm'; readonly width: number }
  | { readonly kind: 'maxPool'; readonly size: number; readonly stride?: number; readonly padding?: number }
  | { readonly kind: 'relu' | 'relu6' | 'gelu' | 'tanh' | 'sigmoid' | 'flatten' | 'globalAvgPool' }
  | { readonly kind: 'reshape'; readonly shape: readonly number[] }
  /** body(x) + shortcut(x); an empty shortcut is x itself. */
  | { readonly kind: 'residual'; readonly body: readonly Layer[]; readonly shortcut: readonly Layer[] }
  /** Token and position embeddings, added: (B, T) → (B, T, width). */
  | { readonly kind: 'tokens'; readonly vocabulary: number; readonly width: number; readonly length: number }
  /** A transformer's block, normalised before (GPT) or after (BERT): attention and a GELU network, each with its residual. */
  | {
      readonly kind: 'transformer';
      readonly width: number;
      readonly heads: number;
      readonly causal: boolean;
      readonly normFirst: boolean;
    }
  /** (B, T, from) → (B, to): the hidden state after the last step. */
  | { readonly kind: 'lstm'; readonly from: number; readonly to: number };

/** 2 · multiply-adds of one forward pass over one sample, and of what the first parametrised layer has of it: that one needs no gradient of its input. */
export interface Flops {
  readonly forward: number;
  readonly first: number;
}

/** Counts the contractions of a network. @example flopsOf([{ kind: 'linear', from: 784, to: 10 }], [784]).forward // 15680 */
export function flopsOf(layers: readonly Layer[], input: readonly number[]): Flops {
  let first = 0;
  const { flops } = walk(layers, { shape: input, flops: 0 }, (own) => {
    if (first === 0) first = own;
  });
  return { forward: flops, first };
}

interface State {
  readonly shape: readonly number[];
  readonly flops: number;
}

function walk(layers: readonly Layer[], start: State, seen: (flops: number) => void): State {
  return layers.reduce((state, layer) => {
    if (layer.kind === 'residual') {
      const body = walk(layer.body, state, seen);
      return { shape: body.shape, flops: walk(layer.shortcut, { ...state, flops: body.flops }, seen).flops };
    }
    const { shape, flops } = through(layer, state.shape);
    if (flops > 0) seen(flops);
    return { shape, flops: state.flops + flops };
  }, start);
}

function through(layer: Exclude<Layer, { kind: 'residual' }>, shape: readonly number[]): State {
  const [channels = 1, side = 1] = shape;
  switch (layer.kind) {
    case 'linear': {
      const rows = shape.slice(0, -1).reduce((a, b) => a * b, 1);
      return { shape: [...shape.slice(0, -1), layer.to], flops: 2 * rows * layer.from * layer.to };
    }
    case 'conv': {
      const out = Math.floor((side + 2 * layer.padding - layer.kernel) / (layer.stride ?? 1)) + 1;
      const perOutput = (layer.from / (layer.groups ?? 1)) * layer.kernel ** 2;
      return { shape: [layer.to, out, out], flops: 2 * layer.to * out ** 2 * perOutput };
    }
    case 'convTranspose': {
      const out = (side - 1) * layer.stride - 2 * layer.padding + layer.kernel;
      return { shape: [layer.to, out, out], flops: 2 * layer.from * side ** 2 * layer.to * layer.kernel ** 2 };
    }
    case 'maxPool': {
      const out = Math.floor((side + 2 * (layer.padding ?? 0) - layer.size) / (layer.stride ?? layer.size)) + 1;
      return { shape: [channels, out, out], flops: 0 };
    }
    case 'globalAvgPool':
      return { shape: [channels], flops: 0 };
    case 'flatten':
      return { shape: [shape.reduce((a, b) => a * b, 1)], flops: 0 };
    case 'reshape':
      return { shape: layer.shape, flops: 0 };
    case 'tokens':
      return { shape: [...shape, layer.width], flops: 0 };
    case 'transformer':
      return { shape, flops: 2 * channels * 12 * layer.width ** 2 + 4 * channels ** 2 * layer.width };
    case 'lstm':
      return { shape: [layer.to], flops: 8 * channels * layer.to * (layer.from + layer.to) };
    case 'batchNorm':
    case 'layerNorm':
    case 'relu':
    case 'relu6':
    case 'gelu':
    case 'tanh':
    case 'sigmoid':
      return { shape, flops: 0 };
  }
}

/**
 * The scale s of a parameter's initial values, uniform in ±s, by its shape alone: √(6 / fan in) from rank 2 up (He et al. 2015, eq. 10).
 * Vectors keep a library's defaults if a norm's, and are zeros if a bias.
 */
export function weightScale(shape: readonly number[]): number {
  return Math.sqrt(6 / shape.slice(1).reduce((a, b) => a * b, 1));
}
