/**
 * Embedding layers: a table with a row per symbol, read row by row or in bags.
 */
import { raise, ShapeError, ValueError } from '../base/errors.ts';
import { formatShape, type Shape } from '../base/shape.ts';
import { labelIndex } from '../engine/index.ts';
import { arange } from '../tensor/creation.ts';
import { where } from '../tensor/functions.ts';
import { defaultKey, normal } from '../tensor/random.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { Module, Parameter } from './module.ts';
import { checkCount } from './sizes.ts';
import type { InputOf, NewAxis, OutputOf } from './shape-rules.ts';

export interface EmbeddingOptions {
  /** The symbol of padding: its row is 0 at first and never trained. Default: none. */
  readonly paddingIndex?: number;
  /** Of the initial table. Default: the next default key. */
  readonly key?: Tensor;
}

/**
 * y = weight[index]: int32 (…) → (…, dimension). Weight (count, dimension), from N(0, 1) at first, as in PyTorch.
 * @throws DTypeError if the index is not of an integer dtype   @throws IndexError when it runs, for an index outside 0 … count − 1
 * @example new Embedding(1000, 64).forward(tensor([[3, 1]], { dtype: 'int32' })) // (1, 2, 64)
 */
export class Embedding<N extends number = number, D extends number = number> extends Module {
  /** @internal For types alone. */
  declare readonly shapeRule?: NewAxis<D>;

  readonly count: N;
  readonly dimension: D;
  readonly paddingIndex: number | undefined;
  readonly weight: Parameter;

  constructor(count: N, dimension: D, options: EmbeddingOptions = {}) {
    super();
    this.count = count;
    this.dimension = dimension;
    this.paddingIndex = options.paddingIndex;
    this.weight = new Parameter(initialTable('Embedding', count, dimension, options));
  }

  forward<L, S extends Shape>(this: L, index: InputOf<L, S>): Tensor<OutputOf<L, S>>;
  forward(index: Tensor): Tensor {
    const table = withoutGradient(this.weight.value, this.paddingIndex);
    return named(table.take(index), 'Embedding: index');
  }
}

export interface EmbeddingBagOptions extends EmbeddingOptions {
  /** What becomes of the rows of a bag. Default: 'mean'. */
  readonly mode?: 'sum' | 'mean' | 'max';
}

/**
 * The sum, mean or largest of the rows of each bag: int32 (B, length) → (B, dimension). Padding does not count; a bag of nothing
 * else gives 0. Weights per symbol, (B, length), are for sums.
 * @throws ShapeError if the index is not (B, length)   @throws ValueError for weights with another mode
 * @throws IndexError when it runs, for an index outside 0 … count − 1
 * @example new EmbeddingBag(1000, 64, { mode: 'sum' }).forward(words) // (B, length) → (B, 64)
 */
export class EmbeddingBag extends Module {
  readonly count: number;
  readonly dimension: number;
  readonly mode: NonNullable<EmbeddingBagOptions['mode']>;
  readonly paddingIndex: number | undefined;
  readonly weight: Parameter;

  constructor(count: number, dimension: number, options: EmbeddingBagOptions = {}) {
    super();
    this.count = count;
    this.dimension = dimension;
    this.mode = options.mode ?? 'mean';
    this.paddingIndex = options.paddingIndex;
    this.weight = new Parameter(initialTable('EmbeddingBag', count, dimension, options));
  }

  forward(index: Tensor, weights?: Tensor): Tensor {
    if (index.rank !== 2)
      raise(
        new ShapeError(`EmbeddingBag: expected (B, length), got ${formatShape(index.shape)}; pad bags to one length`),
      );
    if (weights !== undefined && this.mode !== 'sum')
      raise(new ValueError(`EmbeddingBag: weights per symbol need mode 'sum', got '${this.mode}'`));
    const rows = named(this.weight.value.take(index), 'EmbeddingBag: index'); // (B, length, dimension)
    const isReal = this.paddingIndex === undefined ? undefined : index.notEqual(this.paddingIndex).unsqueeze(-1);
    const real = isReal === undefined ? rows : where(isReal, rows, 0);
    if (this.mode === 'sum') return (weights === undefined ? real : real.mul(weights.unsqueeze(-1))).sum(1);
    if (isReal === undefined) return this.mode === 'mean' ? rows.mean(1) : rows.max(1);
    const counts = isReal.cast(rows.dtype).sum(1);
    if (this.mode === 'mean') return real.sum(1).div(counts.maximum(1));
    return where(counts.greater(0), where(isReal, rows, -Infinity).max(1), 0);
  }
}

function initialTable(op: string, count: number, dimension: number, options: EmbeddingOptions): Tensor {
  const { paddingIndex, key = defaultKey() } = options;
  checkCount(op, { count, dimension });
  if (paddingIndex !== undefined && !(Number.isInteger(paddingIndex) && paddingIndex >= 0 && paddingIndex < count))
    raise(new ValueError(`${op}: paddingIndex must be from 0 to ${count - 1}, got ${paddingIndex}`));
  const table = normal(key, [count, dimension]);
  return paddingIndex === undefined ? table : where(rowsBut(paddingIndex, count), table, 0);
}

/** The table, through whose row of padding no gradient flows. */
function withoutGradient(table: Tensor, paddingIndex: number | undefined): Tensor {
  return paddingIndex === undefined ? table : where(rowsBut(paddingIndex, table.shape[0]!), table, table.detach());
}

/** (count, 1), false in one row. */
function rowsBut(row: number, count: number): Tensor {
  return arange(count).notEqual(row).unsqueeze(-1);
}

/**
 * The same tensor, whose lookup names itself so in an IndexError.
 * @example named(table.take(tokens), 'Embedding: index') // 'Embedding: index 12 is outside …'
 */
export function named(taken: Tensor, label: string): Tensor {
  let { node } = taken;
  while (node.op === 'reshape') node = node.inputs[0]!;
  if (node.op === 'gather') labelIndex(node, label);
  return taken;
}
