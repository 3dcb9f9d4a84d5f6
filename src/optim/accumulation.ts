/**
 * Gradients summed over several batches, for a step as large as a batch that does not fit.
 */
import { raise, ShapeError } from '../base/errors.ts';
import { Cell } from '../tensor/cell.ts';
import { zeros } from '../tensor/creation.ts';
import { where } from '../tensor/functions.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { scalar } from './groups.ts';

/**
 * Keeps a weighted sum of gradients and the weight of all that were added. `add` belongs in the program of each batch, `take` in that of the step.
 * @example
 * const sum = new GradientAccumulator(model.parameters());
 * const batch = compile((x: Tensor, y: Tensor) => {
 *   const loss = crossEntropy(model.forward(x), y);
 *   sum.add(gradients(loss, model.parameters()));
 *   return loss;
 * });
 * const update = compile(() => optimizer.step(sum.take()));
 * for (const [i, [x, y]] of batches.entries()) {
 *   batch(x, y);
 *   if (i % 4 === 3) update();
 * }
 */
export class GradientAccumulator {
  readonly #sums: readonly Cell[];
  readonly #count: Cell;

  constructor(parameters: readonly Cell[]) {
    this.#sums = parameters.map(({ shape, dtype }) => new Cell(zeros(shape, { dtype })));
    this.#count = new Cell(scalar(0));
  }

  /** @param weight how much they count in the mean, e.g. a batch's size where batches differ   @throws ShapeError if there is not one gradient per parameter */
  add(gradients: readonly Tensor[], weight = 1): void {
    if (gradients.length !== this.#sums.length)
      raise(
        new ShapeError(
          `GradientAccumulator: expected ${this.#sums.length} gradients, one per parameter, got ${gradients.length}`,
        ),
      );
    this.#sums.forEach((sum, i) => {
      sum.value = sum.value.add(weight === 1 ? gradients[i]! : gradients[i]!.mul(weight));
    });
    this.#count.value = this.#count.value.add(weight);
  }

  /** The mean of what was added since the last time, and starts anew. Zeros if nothing was. */
  take(): Tensor[] {
    const count = this.#count.value;
    const share = where(count.greater(0), count, 1).reciprocal();
    const means = this.#sums.map(({ value }) => value.mul(share.cast(value.dtype)));
    for (const sum of this.#sums) sum.value = zeros(sum.shape, sum);
    this.#count.value = scalar(0);
    return means;
  }
}
