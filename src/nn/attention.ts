/**
 * Attention: the function, and the layer with its projections. Batches come first, (B, T, C), and in masks true means that a
 * query may see a key.
 */
import { DTypeError, raise, ShapeError, ValueError } from '../base/errors.ts';
import { formatShape } from '../base/shape.ts';
import { isFloat } from '../ir/dtype.ts';
import { arange, zeros } from '../tensor/creation.ts';
import { where } from '../tensor/functions.ts';
import { defaultKey, splitKeys } from '../tensor/random.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { dropout } from './dropout.ts';
import { glorotUniform } from './init.ts';
import type { KVCache } from './kv-cache.ts';
import { Linear } from './linear.ts';
import { Module, Parameter } from './module.ts';
import type { RotaryEmbedding } from './positions.ts';
import { checkCount, checkFraction } from './sizes.ts';

export interface AttentionOptions {
  /** bool, true where a query may see a key; or float, added to the scores. Broadcasts to (…, L, S). Default: all see all. */
  readonly mask?: Tensor;
  /** Query i sees keys 0 … i only. Default: false. */
  readonly causal?: boolean;
  /** Multiplies q · k. Default: 1 / √E. */
  readonly scale?: number;
  /** Share of the weights left out. Default: 0. */
  readonly dropout?: number;
}

/** The score of a key that may not be seen: its weight is exactly 0 beside any that may, and nothing becomes NaN where none may. */
const UNSEEN = -1e30;

/**
 * softmax(q kᵀ · scale) v: (…, L, E), (…, S, E), (…, S, V) → (…, L, V). A query that may see nothing gets 0. With fewer heads in
 * k and v than in q, on axis −3, each serves a group of q's.
 * @throws ShapeError if sizes do not fit   @throws DTypeError for a mask of integers
 * @see Vaswani et al. 2017, eq. 1; Ainslie et al. 2023 for groups   @example scaledDotProductAttention(q, k, v, { causal: true })
 */
export function scaledDotProductAttention(q: Tensor, k: Tensor, v: Tensor, options: AttentionOptions = {}): Tensor {
  return attend(q, k, v, options)[0];
}

/** As scaledDotProductAttention, with the weights (…, L, S). */
function attend(q: Tensor, k: Tensor, v: Tensor, options: AttentionOptions): [output: Tensor, weights: Tensor] {
  const [length, size] = [q.shape.at(-2), q.shape.at(-1)];
  const keys = k.shape.at(-2);
  if (length === undefined || keys === undefined || size !== k.shape.at(-1) || keys !== v.shape.at(-2)) {
    raise(
      new ShapeError(
        `scaledDotProductAttention: expected q (…, L, E), k (…, S, E) and v (…, S, V), got ${[q, k, v].map((x) => formatShape(x.shape)).join(', ')}`,
      ),
    );
  }
  const { mask, causal = false, scale = 1 / Math.sqrt(size!), dropout: p = 0 } = options;
  const groups = groupsOf(q, k, v);
  const [queries, ks, vs] = groups === 1 ? [q, k, v] : [grouped(q, groups), k.unsqueeze(-3), v.unsqueeze(-3)];
  const products = queries.mul(scale).matmul(ks.transpose()); // (…, L, S)
  let scores = groups === 1 ? products : products.reshape([...q.shape.slice(0, -1), keys]);
  const seen = visible(mask, causal, length, keys);
  if (mask !== undefined && isFloat(mask.dtype)) scores = scores.add(mask);
  if (seen !== undefined) scores = where(seen, scores, UNSEEN);
  const shares = scores.softmax(-1);
  const weights = dropout(seen === undefined ? shares : where(seen, shares, 0), p);
  const output = (groups === 1 ? weights : grouped(weights, groups)).matmul(vs);
  return [groups === 1 ? output : output.reshape([...q.shape.slice(0, -1), v.shape.at(-1)!]), weights];
}

/** How many heads of q share one of k and v. */
function groupsOf(q: Tensor, k: Tensor, v: Tensor): number {
  const [heads, shared] = [q.shape.at(-3), k.shape.at(-3)];
  if (heads === undefined || shared === undefined || q.rank !== k.rank || heads === shared || shared === 1) return 1;
  if (heads % shared !== 0 || v.shape.at(-3) !== shared)
    raise(new ShapeError(`scaledDotProductAttention: ${heads} heads of q do not divide into those of k, ${shared}`));
  return heads / shared;
}

/** (…, H, L, E) → (…, H / groups, groups, L, E). */
function grouped(x: Tensor, groups: number): Tensor {
  const heads = x.shape.at(-3)!;
  return x.reshape([...x.shape.slice(0, -3), heads / groups, groups, ...x.shape.slice(-2)]);
}

function visible(mask: Tensor | undefined, causal: boolean, length: number, keys: number): Tensor | undefined {
  if (mask !== undefined && mask.dtype !== 'bool' && !isFloat(mask.dtype))
    raise(new DTypeError(`attention: a mask is bool (true: seen) or float (added), got ${mask.dtype}`));
  const past = causal ? arange(length).unsqueeze(1).greaterEqual(arange(keys)) : undefined;
  if (mask === undefined || isFloat(mask.dtype)) return past;
  return past === undefined ? mask : mask.logicalAnd(past);
}

export interface MultiheadAttentionOptions {
  /** Add biases to all projections. Default: true. */
  readonly bias?: boolean;
  /** Share of the attention weights left out in training. Default: 0. */
  readonly dropout?: number;
  /** Features of keys and values. Default: embedDim. */
  readonly kdim?: number;
  readonly vdim?: number;
  /** Heads of keys and values, each serving a group of the queries'. Default: heads. */
  readonly kvHeads?: number;
  /** Rotates queries and keys by their positions. Default: none. */
  readonly rotary?: RotaryEmbedding;
  /** Of the initial weights. Default: the next default key. */
  readonly key?: Tensor;
}

export interface AttendOptions extends Pick<AttentionOptions, 'mask' | 'causal'> {
  /** bool (B, S), true for keys that are real and false for padding. Default: all are. */
  readonly keyMask?: Tensor;
  /** Keys and values of earlier calls, which these are appended to; queries see what came before them. Default: none. */
  readonly cache?: KVCache;
}

/**
 * Projections of query, key and value into heads, attention in each, and a projection of what they found:
 * (B, L, embedDim), (B, S, kdim), (B, S, vdim) → (B, L, embedDim). State as PyTorch's: in_proj_weight (3 · embedDim, embedDim), or
 * q_proj_weight, k_proj_weight, v_proj_weight where sizes differ; in_proj_bias, out_proj.weight, out_proj.bias.
 * @throws ShapeError for inputs of other sizes   @throws ValueError if the heads do not divide embedDim
 * @see Vaswani et al. 2017, section 3.2.2   @example new MultiheadAttention(64, 8).forward(x, x, x, { causal: true }) // (B, T, 64)
 */
export class MultiheadAttention extends Module {
  readonly embedDim: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly kdim: number;
  readonly vdim: number;
  readonly dropout: number;
  readonly rotary: RotaryEmbedding | undefined;
  /** One weight for all three, or one each. */
  readonly weights: readonly [all: Parameter] | readonly [q: Parameter, k: Parameter, v: Parameter];
  readonly bias: Parameter | undefined;
  readonly output: Linear;

  constructor(embedDim: number, heads: number, options: MultiheadAttentionOptions = {}) {
    super();
    const { bias = true, dropout = 0, kdim = embedDim, vdim = embedDim, kvHeads = heads } = options;
    checkCount('MultiheadAttention', { embedDim, heads, kdim, vdim, kvHeads });
    checkFraction('MultiheadAttention', 'dropout', dropout);
    if (embedDim % heads !== 0 || heads % kvHeads !== 0) {
      raise(
        new ValueError(
          `MultiheadAttention: heads ${heads} must divide embedDim ${embedDim}, and kvHeads ${kvHeads} the heads`,
        ),
      );
    }
    this.embedDim = embedDim;
    this.heads = heads;
    this.kvHeads = kvHeads;
    this.headDim = embedDim / heads;
    this.kdim = kdim;
    this.vdim = vdim;
    this.dropout = dropout;
    this.rotary = options.rotary;
    const [first, second, third, outKey] = splitKeys(options.key ?? defaultKey(), 4);
    const narrow = kvHeads * this.headDim;
    const total = embedDim + 2 * narrow;
    this.weights =
      kdim === embedDim && vdim === embedDim
        ? [new Parameter(glorotUniform(first!, [total, embedDim]))]
        : [
            new Parameter(glorotUniform(first!, [embedDim, embedDim])),
            new Parameter(glorotUniform(second!, [narrow, kdim])),
            new Parameter(glorotUniform(third!, [narrow, vdim])),
          ];
    this.bias = bias ? new Parameter(zeros([total])) : undefined;
    this.output = new Linear(embedDim, embedDim, { bias, key: outKey! });
    if (this.output.bias !== undefined) this.output.bias.value = zeros([embedDim]);
  }

  forward(query: Tensor, key = query, value = key, options: AttendOptions = {}): Tensor {
    return this.forwardWithWeights(query, key, value, options)[0];
  }

  /** As forward, with the weights of each key for each query, the mean over the heads: (B, L, S). */
  forwardWithWeights(
    query: Tensor,
    key = query,
    value = key,
    { mask, causal = false, keyMask, cache }: AttendOptions = {},
  ): [output: Tensor, weights: Tensor] {
    this.#check(query, key, value);
    let [q, k, v] = this.#projected(query, key, value);
    const positions = cache?.positions(query.shape[1]!);
    if (this.rotary !== undefined) [q, k] = [this.rotary.rotate(q, positions), this.rotary.rotate(k, positions)];
    let seen = maskFor(mask, keyMask);
    if (cache !== undefined) {
      const past = cache.append(k, v);
      [k, v] = [past.keys, past.values];
      seen = seen === undefined ? past.visible : seen.logicalAnd(past.visible);
    }
    const options = { causal: causal && cache === undefined, dropout: this.training ? this.dropout : 0 };
    const [found, weights] = attend(q, k, v, seen === undefined ? options : { ...options, mask: seen });
    const [batch, length] = query.shape as readonly [number, number];
    const joined = found.permute(0, 2, 1, 3).reshape(batch, length, this.embedDim); // (B, H, L, D) → (B, L, H · D)
    return [this.output.forward(joined), weights.mean(1)];
  }

  /** Queries (B, H, L, D), keys and values (B, kvHeads, S, D). */
  #projected(query: Tensor, key: Tensor, value: Tensor): [q: Tensor, k: Tensor, v: Tensor] {
    const narrow = this.kvHeads * this.headDim;
    const sizes = [this.embedDim, narrow, narrow] as const;
    const starts = [0, this.embedDim, this.embedDim + narrow] as const;
    const [all, second, third] = this.weights;
    const isShared = second === undefined && query === key && key === value;
    // One product where all three read the same input.
    const whole = isShared ? query.matmul(all.value.transpose()) : undefined;
    const project = (x: Tensor, i: 0 | 1 | 2, own: Parameter | undefined): Tensor => {
      const [start, end] = [starts[i], starts[i] + sizes[i]];
      const weight = own === undefined ? all.value.slice([start], [end]) : own.value;
      const y = whole?.slice([null, null, start], [null, null, end]) ?? x.matmul(weight.transpose());
      const shifted = this.bias === undefined ? y : y.add(this.bias.value.slice([start], [end]));
      return shifted.reshape(x.shape[0]!, x.shape[1]!, sizes[i] / this.headDim, this.headDim).permute(0, 2, 1, 3);
    };
    return [
      project(query, 0, second === undefined ? undefined : all),
      project(key, 1, second),
      project(value, 2, third),
    ];
  }

  #check(query: Tensor, key: Tensor, value: Tensor): void {
    const wanted = [this.embedDim, this.kdim, this.vdim];
    const found = [query, key, value];
    if (found.some((x, i) => x.rank !== 3 || x.shape[2] !== wanted[i]) || key.shape[1] !== value.shape[1]) {
      raise(
        new ShapeError(
          `MultiheadAttention: expected (B, L, ${wanted[0]}), (B, S, ${wanted[1]}) and (B, S, ${wanted[2]}), got ${found.map((x) => formatShape(x.shape)).join(', ')}`,
        ),
      );
    }
  }

  /** The state under PyTorch's names. */
  protected override fields(): Iterable<readonly [string, unknown]> {
    const { weights, bias, output } = this;
    const names = weights.length === 1 ? ['in_proj_weight'] : ['q_proj_weight', 'k_proj_weight', 'v_proj_weight'];
    const projections = names.map((name, i) => [name, weights[i]] as const);
    return [...projections, ['in_proj_bias', bias], ['out_proj', output]];
  }
}

/** A mask over (B, H, L, S) of one over (L, S), (B, L, S) or (B, H, L, S) and one over keys (B, S). */
function maskFor(mask: Tensor | undefined, keyMask: Tensor | undefined): Tensor | undefined {
  const own = mask?.rank === 3 ? mask.unsqueeze(1) : mask;
  if (keyMask === undefined) return own;
  if (keyMask.dtype !== 'bool' || keyMask.rank !== 2)
    raise(
      new ShapeError(
        `MultiheadAttention: keyMask must be bool (B, S), got ${keyMask.dtype} ${formatShape(keyMask.shape)}`,
      ),
    );
  const keys = keyMask.unsqueeze(1).unsqueeze(1); // (B, 1, 1, S)
  if (own === undefined) return keys;
  return isFloat(own.dtype) ? where(keys, own, UNSEEN) : own.logicalAnd(keys);
}
