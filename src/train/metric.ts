/**
 * Metrics as data: what the count starts from, how a batch changes it, what figure it makes. A Meter keeps such a count in
 * cells, so that it grows within the compiled step and nothing is read between batches.
 */
import { mapRecord } from '../base/record.ts';
import { Cell } from '../tensor/cell.ts';
import { tensor } from '../tensor/creation.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** A mean over the batch, as a scalar: (output, target) → (). */
export type Measure = (output: Tensor, target: Tensor) => Tensor;

/** Tensors by name. */
export type Tensors = Readonly<Record<string, Tensor>>;

/** A figure over all data seen, which need not be a mean over batches. */
export interface Metric {
  /** The count before any data. */
  readonly initial: Tensors;
  /** The count after a batch: the same names, shapes and dtypes. */
  update(count: Tensors, output: Tensor, target: Tensor): Tensors;
  /** The figure: () for most. */
  result(count: Tensors): Tensor;
}

/** The mean of a measure over all items, each batch weighted by its size. @example new Meter(meanOf(accuracy)) */
export function meanOf(measure: Measure): Metric {
  const zero = tensor(0, { dtype: 'float64' });
  return {
    initial: { sum: zero, items: zero },
    update(count, output, target) {
      const size = target.shape[0] ?? 1;
      return {
        sum: count['sum']!.add(measure(output, target).cast('float64').mul(size)),
        items: count['items']!.add(size),
      };
    },
    result: ({ sum, items }) => sum!.div(items!),
  };
}

/**
 * A metric's running count.
 * @example
 * const meter = new Meter(confusionMatrix(10));
 * const step = compile((x: Tensor, y: Tensor) => meter.update(model.forward(x), y));
 * for (const [x, y] of loader) step(x, y);
 * console.log(`${meter.result()}`);
 */
export class Meter {
  readonly metric: Metric;
  readonly #cells: Readonly<Record<string, Cell>>;

  constructor(metric: Metric | Measure) {
    this.metric = typeof metric === 'function' ? meanOf(metric) : metric;
    this.#cells = mapRecord(this.metric.initial, (value) => new Cell(value));
  }

  /** Counts a batch; part of the program inside `compile`. */
  update(output: Tensor, target: Tensor): void {
    this.load(this.metric.update(this.state(), output, target));
  }

  /** The figure over what has been counted since the last reset. */
  result(): Tensor {
    return this.metric.result(this.state());
  }

  reset(): void {
    this.load(this.metric.initial);
  }

  /** The count itself, by name, to go on later. */
  state(): Record<string, Tensor> {
    return mapRecord(this.#cells, (cell) => cell.value);
  }

  /** Takes over what `state` gave. */
  load(state: Tensors): void {
    for (const [name, cell] of Object.entries(this.#cells)) cell.value = state[name]!;
  }
}
