/**
 * The embedding layer: a table with a row per symbol.
 */
import { labelIndex } from '../engine/index.ts';
import { defaultKey, normal } from '../tensor/random.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { Module, Parameter } from './module.ts';
import { checkCount } from './sizes.ts';

export interface EmbeddingOptions {
  /** Of the initial table. Default: the next default key. */
  readonly key?: Tensor;
}

/**
 * y = weight[index]: int32 (…) → (…, dimension). Weight (count, dimension), from N(0, 1) at first, as in PyTorch.
 * @throws DTypeError if the index is not of an integer dtype   @throws IndexError when it runs, for an index outside 0 … count − 1
 * @example new Embedding(1000, 64).forward(tensor([[3, 1]], { dtype: 'int32' })) // (1, 2, 64)
 */
export class Embedding extends Module {
  readonly count: number;
  readonly dimension: number;
  readonly weight: Parameter;

  constructor(count: number, dimension: number, { key = defaultKey() }: EmbeddingOptions = {}) {
    super();
    checkCount('Embedding', { count, dimension });
    this.count = count;
    this.dimension = dimension;
    this.weight = new Parameter(normal(key, [count, dimension]));
  }

  forward(index: Tensor): Tensor {
    return named(this.weight.value.take(index), 'Embedding: index');
  }
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
