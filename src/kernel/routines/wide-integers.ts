/**
 * Routines over int64: sorting, searching, running sums, products and extreme places. In the other files elements are JavaScript's numbers;
 * here they are bigints, and for sorting the two words of each.
 */
import { raise, DTypeError } from '../../base/errors.ts';
import { bigintsOf, type TypedArray } from '../../ir/dtype.ts';
import type { RoutineCall } from '../../ir/routine.ts';
import { batchSize, type Operand } from './operand.ts';
import { Row } from './sort.ts';

const SIGN = 0x80000000;

/** Computes a routine whose inputs are int64. */
export function runWideRoutine(call: RoutineCall, inputs: readonly Operand[], output: TypedArray): void {
  const [x, other] = inputs;
  const values = bigintsOf(x!.values);
  const { count, size } = batchSize(x!, 1);
  const rows = (visit: (row: BigInt64Array, start: number) => void): void => {
    for (let b = 0; b < count; b++) visit(values.subarray(b * size, (b + 1) * size), b * size);
  };
  switch (call.name) {
    case 'sort':
      bigintsOf(output).set(values);
      for (let b = 0; b < count; b++) bigintsOf(output.subarray(b * size, (b + 1) * size)).sort();
      return;
    case 'argsort':
      rows((row, start) => {
        output.set(sortedPlaces(row, call.descending), start);
      });
      return;
    case 'argtopk':
      rows((row, start) => {
        output.set(sortedPlaces(row, call.descending).subarray(0, call.k), (start / size) * call.k);
      });
      return;
    case 'searchsorted': {
      const wanted = batchSize(other!, 1).size;
      const sought = bigintsOf(other!.values);
      rows((row, start) => {
        const at = size === 0 ? 0 : (start / size) * wanted;
        for (let i = at; i < at + wanted; i++) output[i] = placeOf(row, sought[i]!, call.right);
      });
      return;
    }
    case 'cumsum':
      rows((row, start) => {
        const sums = bigintsOf(output).subarray(start, start + size);
        let total = 0n;
        for (let i = 0; i < size; i++) {
          const at = call.reverse ? size - 1 - i : i;
          sums[at] = total += row[at]!;
        }
      });
      return;
    case 'cumprod':
      rows((row, start) => {
        let total = 1n;
        row.forEach((value, i) => {
          total = BigInt.asIntN(64, total * value);
          bigintsOf(output)[start + i] = total;
        });
      });
      return;
    case 'cumargmax':
      rows((row, start) => {
        let best = 0;
        row.forEach((value, i) => {
          if (call.smallest ? value <= row[best]! : value >= row[best]!) best = i;
          output[start + i] = best;
        });
      });
      return;
    default:
      raise(new DTypeError(`${call.name}: expected floats, got int64; convert with .cast('float64')`));
  }
}

/** Stable: by the low words, then by the high ones, whose sign bit is turned around. */
function sortedPlaces(row: BigInt64Array, isDescending: boolean): Int32Array {
  const words = new Uint32Array(row.buffer, row.byteOffset, 2 * row.length);
  const flip = isDescending ? -1 : 0;
  const sorting = new Row(row.length);
  for (let i = 0; i < row.length; i++) {
    sorting.places[i] = i;
    sorting.keys[i] = words[2 * i]! ^ flip;
  }
  sorting.sort();
  for (let i = 0; i < row.length; i++) sorting.keys[i] = words[2 * sorting.places[i]! + 1]! ^ SIGN ^ flip;
  sorting.sort();
  return sorting.places;
}

function placeOf(row: BigInt64Array, value: bigint, isRight: boolean): number {
  let low = 0;
  let high = row.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const goesOn = isRight ? row[middle]! <= value : row[middle]! < value;
    if (goesOn) low = middle + 1;
    else high = middle;
  }
  return low;
}
