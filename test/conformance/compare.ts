/**
 * Runs a graph on a device and finds where its outputs are not what the reference says.
 *
 * Numbers whose exact value is below the smallest normal one are not compared closely: devices may flush them to zero.
 */
import { sizeOf } from '../../src/base/shape.ts';
import { bigintsOf, type DType, infoOf, numbersOf, type TypedArray } from '../../src/ir/dtype.ts';
import type { Storage } from '../../src/ir/leaf.ts';
import type { Graph } from '../../src/ir/node.ts';
import type { Device } from '../../src/runtime/device.ts';

/** How far an element may be from the reference. */
export type Tolerance =
  /** The same number; with `zeroSigns` the same bits but for NaN's. */
  | { readonly kind: 'exact'; readonly zeroSigns?: boolean }
  /** Units in the last place of the exact value. */
  | { readonly kind: 'ulp'; readonly ulp: number }
  /** A distance, one for all elements or one for each. */
  | { readonly kind: 'absolute'; readonly distance: number | TypedArray };

const smallestNormal: Partial<Record<DType, number>> = {
  float64: 2 ** -1022,
  float32: 2 ** -126,
  bfloat16: 2 ** -126,
};

/** The outputs of the graph on the device, whose inputs are copied first. Donated inputs are overwritten where the device says it can. */
export function outputsOn(device: Device, graph: Graph, inputs: readonly TypedArray[]): TypedArray[] {
  const program = device.compile(graph);
  const given = graph.inputs.map((node, i) => device.store(node.dtype, inputs[i]!.slice()));
  const outputs = graph.outputs.map((node, i): Storage => {
    const donated = program.inPlace.get(i);
    const storage = donated === undefined ? undefined : given[donated];
    if (storage !== undefined) return storage;
    const fresh = device.allocate(node.dtype, sizeOf(node.shape));
    // Whatever was there before must not show: an output nobody writes is found by this.
    fresh.write(new (infoOf(node.dtype).array)(fresh.size).fill(113));
    return fresh;
  });
  program.run(given, outputs);
  return outputs.map((storage) => storage.read().slice());
}

/** The first stored element that is too far off, as a sentence; undefined if there is none. */
export function findFault(
  dtype: DType,
  gotStored: TypedArray,
  wantStored: TypedArray,
  tolerance: Tolerance,
): string | undefined {
  if (dtype === 'int64') return findWideFault(bigintsOf(gotStored), bigintsOf(wantStored));
  const [got, want] = [numbersOf(dtype, gotStored), numbersOf(dtype, wantStored)];
  if (got.length !== want.length) return `${got.length} elements instead of ${want.length}`;
  for (let i = 0; i < want.length; i++) {
    if (!isClose(dtype, got[i]!, want[i]!, tolerance, i)) return `element ${i} is ${got[i]} instead of ${want[i]}`;
  }
  return undefined;
}

function findWideFault(got: BigInt64Array, want: BigInt64Array): string | undefined {
  const at = want.findIndex((x, i) => x !== got[i]);
  return at < 0 ? undefined : `element ${at} is ${got[at]} instead of ${want[at]}`;
}

function isClose(dtype: DType, got: number, want: number, tolerance: Tolerance, i: number): boolean {
  const normal = smallestNormal[dtype] ?? 0;
  if (want !== 0 && Math.abs(want) < normal) return Math.abs(got) <= normal;
  if (tolerance.kind === 'exact' && tolerance.zeroSigns) return Object.is(got, want);
  if (got === want || (Number.isNaN(got) && Number.isNaN(want))) return true;
  switch (tolerance.kind) {
    case 'exact':
      return false;
    case 'ulp':
      return Math.abs(got - want) <= tolerance.ulp * ulpOf(dtype, want);
    case 'absolute':
      return (
        Math.abs(got - want) <= (typeof tolerance.distance === 'number' ? tolerance.distance : tolerance.distance[i]!)
      );
  }
}

function ulpOf(dtype: DType, x: number): number {
  const exponent = Math.floor(Math.log2(Math.abs(x)));
  // Below 2⁻¹⁴ the elements of float16 lie no closer.
  return 2 ** (dtype === 'float16' ? Math.max(exponent, -14) : exponent) * infoOf(dtype).epsilon!;
}
