/**
 * The memory of whatever program runs: its arena, and behind that the inputs and outputs that are only there for the run. Programs run
 * one after another, so all share one block, as large as the largest run so far needed.
 */
import { raise } from '../../base/errors.ts';
import type { Heap } from './heap.ts';
import type { Residents } from './storage.ts';

export class Scratch {
  private readonly heap: Heap;
  private readonly residents: Residents;
  private address = 0;
  private bytes = 0;

  constructor(heap: Heap, residents: Residents) {
    this.heap = heap;
    this.residents = residents;
  }

  /** The address of at least this many bytes. It moves when it grows, and what was in it is lost. */
  reserve(bytes: number): number {
    if (this.address !== 0 && bytes <= this.bytes) return this.address;
    if (this.address !== 0) this.heap.free(this.address);
    this.address = 0;
    // Somewhat more than asked for, so that programs of similar sizes do not each make it grow; exactly that if memory is short.
    const more = Math.ceil(bytes * 1.25);
    const roomy = this.heap.tryAllocate(more);
    let address = roomy;
    if (address === undefined) {
      address = this.heap.tryAllocate(bytes);
      if (address === undefined) {
        this.residents.evict(Infinity);
        address = this.heap.tryAllocate(bytes) ?? raise(this.heap.exhausted(bytes));
      }
    }
    this.address = address;
    this.bytes = roomy === undefined ? bytes : more;
    return address;
  }
}
