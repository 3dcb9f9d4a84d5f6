/**
 * Means of what steps return, over a stretch and over an epoch. Results are read in bulk, so that the loop between does
 * nothing but steps. Sums are float64 on the host, in the order of the steps: the same for a run that was resumed.
 */
import { raise, ValueError } from '../base/errors.ts';
import { mapRecord } from '../base/record.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Measurements, StepRecord } from './callback.ts';

/** What is known of a step before its results are read. */
export type StepHead = Omit<StepRecord, 'values'>;

interface Batch {
  readonly head: StepHead;
  readonly values: Readonly<Record<string, Tensor>>;
  readonly size: number;
}

export interface MeansState {
  readonly items: number;
  readonly sums: Readonly<Record<string, number>>;
}

export class Means {
  /** Items so far. */
  items = 0;
  #sums = new Map<string, number>();
  #unread: Batch[] = [];

  /** @param size the batch's, its weight */
  add(head: StepHead, values: Readonly<Record<string, Tensor>>, size: number): void {
    this.#unread.push({ head, values, size });
    this.items += size;
  }

  /** What has come since the last time, a record per step. Batches of one step are together. */
  read(): StepRecord[] {
    const records: StepRecord[] = [];
    let sums = new Map<string, number>();
    let items = 0;
    this.#unread.forEach(({ head, values, size }, i) => {
      items += size;
      for (const [name, value] of Object.entries(values)) {
        const weighted = scalarOf(name, value) * size;
        sums.set(name, (sums.get(name) ?? 0) + weighted);
        this.#sums.set(name, (this.#sums.get(name) ?? 0) + weighted);
      }
      if (this.#unread[i + 1]?.head.step === head.step) return;
      records.push({ ...head, values: divided(sums, items) });
      sums = new Map();
      items = 0;
    });
    this.#unread = [];
    return records;
  }

  total(): Measurements {
    return divided(this.#sums, this.items);
  }

  state(): MeansState {
    return { items: this.items, sums: Object.fromEntries(this.#sums) };
  }

  load({ items, sums }: MeansState): void {
    this.items = items;
    this.#sums = new Map(Object.entries(sums));
    this.#unread = [];
  }
}

/** Name by name. @param records at least one, all with the same names */
export function meanOfRecords(records: readonly Measurements[]): Measurements {
  return mapRecord(records[0] ?? {}, (_, name) => {
    let sum = 0;
    for (const record of records) sum += record[name] ?? NaN;
    return sum / records.length;
  });
}

function divided(sums: ReadonlyMap<string, number>, items: number): Measurements {
  return Object.fromEntries([...sums].map(([name, sum]) => [name, sum / items]));
}

function scalarOf(name: string, value: Tensor): number {
  if (value.size !== 1)
    raise(
      new ValueError(`train: a step's '${name}' must be a scalar, got shape (${value.shape.join(', ')}); use .mean()`),
    );
  return value.itemSync();
}
