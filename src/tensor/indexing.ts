/**
 * Reading and adding at computed places. Indices count from 0 and are checked when the graph runs: one outside its axis is an
 * IndexError, never a wrong value.
 */
import { raise, ShapeError } from '../base/errors.ts';
import { broadcastShapes, formatShape, normalizeAxis, sizeOf } from '../base/shape.ts';
import {
  binary,
  cast,
  expand,
  gather as gatherAlong,
  iota,
  reshape,
  scatterAdd as addAt,
  shrink,
} from '../ir/build.ts';
import type { DType } from '../ir/dtype.ts';
import type { Node } from '../ir/node.ts';
import { table } from './constants.ts';
import { narrow } from './movement.ts';
import { asIndex, commonDType } from './operands.ts';

/** Slices of x along an axis: the axis is replaced by the index's shape, as np.take. */
export function take(x: Node, index: Node, axis: number): Node {
  const at = normalizeAxis('take', axis, x.shape.length);
  const flat = reshape(asIndex('take', index), [sizeOf(index.shape)]);
  const shape = [...x.shape];
  shape[at] = flat.shape[0]!;
  const taken = gatherAlong(x, expand(flat, shape, [at]), at);
  return reshape(taken, [...x.shape.slice(0, at), ...index.shape, ...x.shape.slice(at + 1)]);
}

/** Element i along an axis counts[i] times, as np.repeat with a list. */
export function repeatEach(x: Node, counts: readonly number[], axis: number): Node {
  const along = normalizeAxis('repeat', axis, x.shape.length);
  if (counts.length !== x.shape[along] || counts.some((n) => !Number.isInteger(n) || n < 0)) {
    raise(
      new ShapeError(
        `repeat: [${counts.join(', ')}] must be a whole number from 0 up for each of the ${x.shape[along]} elements of axis ${along} of ${formatShape(x.shape)}`,
      ),
    );
  }
  const places = counts.flatMap((n, i) => new Array<number>(n).fill(i));
  return take(x, table(places, 'int32'), along);
}

/** The slice at one place of an axis, which is dropped; negative places count from the end. */
export function at(x: Node, place: number, axis: number): Node {
  const along = normalizeAxis('at', axis, x.shape.length);
  const size = x.shape[along]!;
  const index = place < 0 ? place + size : place;
  if (!Number.isInteger(place) || index < 0 || index >= size) {
    raise(
      new ShapeError(
        `at: ${place} is not a place on axis ${along} of ${formatShape(x.shape)}; use ${-size} to ${size - 1}`,
      ),
    );
  }
  return reshape(
    narrow(x, along, index, 1),
    x.shape.filter((_, i) => i !== along),
  );
}

/** out[… i …] = x[… index[… i …] …] along an axis; the other axes broadcast, as np.take_along_axis. */
export function takeAlongAxis(x: Node, index: Node, axis: number): Node {
  const along = normalizeAxis('takeAlongAxis', axis, x.shape.length);
  if (index.shape.length !== x.shape.length) {
    raise(
      new ShapeError(
        `takeAlongAxis: index ${formatShape(index.shape)} and values ${formatShape(x.shape)} must have one rank; add axes with .unsqueeze()`,
      ),
    );
  }
  const others = (shape: readonly number[]): number[] => shape.map((n, i) => (i === along ? 1 : n));
  const common = broadcastShapes('takeAlongAxis', others(x.shape), others(index.shape));
  const shapeWith = (n: number): number[] => common.map((size, i) => (i === along ? n : size));
  const values = expand(x, shapeWith(x.shape[along]!));
  return gatherAlong(values, expand(asIndex('takeAlongAxis', index), shapeWith(index.shape[along]!)), along);
}

/** As takeAlongAxis without broadcasting: the index may be smaller than x along the other axes, as torch.gather. */
export function gather(x: Node, index: Node, axis: number): Node {
  const along = normalizeAxis('gather', axis, x.shape.length);
  if (index.shape.length !== x.shape.length || index.shape.some((n, i) => i !== along && n > x.shape[i]!)) {
    raise(
      new ShapeError(
        `gather: index ${formatShape(index.shape)} does not fit values ${formatShape(x.shape)} beside axis ${along}`,
      ),
    );
  }
  const starts = x.shape.map(() => 0);
  const region = x.shape.map((n, i) => (i === along ? n : index.shape[i]!));
  return gatherAlong(shrink(x, starts, region), asIndex('gather', index), along);
}

/**
 * x with values added at places along an axis; a place that occurs twice gets both. The index has the values' shape, or is a
 * vector of places for whole slices.
 */
export function scatterAdd(x: Node, index: Node, values: Node, axis: number): Node {
  const along = normalizeAxis('scatterAdd', axis, x.shape.length);
  const places = asIndex('scatterAdd', index);
  const full = places.shape.length === 1 && values.shape.length > 1 ? expand(places, values.shape, [along]) : places;
  if (values.shape.length !== x.shape.length || values.shape.some((n, i) => i !== along && n !== x.shape[i])) {
    raise(
      new ShapeError(
        `scatterAdd: values ${formatShape(values.shape)} and target ${formatShape(x.shape)} may differ along axis ${along} only`,
      ),
    );
  }
  const common = commonDType(x, values);
  const dtype = common === 'bool' ? 'int32' : common;
  return binary('add', cast(x, dtype), addAt(cast(values, dtype), full, along, x.shape[along]!));
}

/** 1 at each index along a new last axis of size `depth`, else 0; an index outside gives zeros. */
export function oneHot(index: Node, depth: number, dtype: DType): Node {
  const places = asIndex('oneHot', index);
  const shape = [...places.shape, depth];
  const spread = expand(
    places,
    shape,
    places.shape.map((_, i) => i),
  );
  return cast(binary('eq', spread, iota(shape, places.shape.length)), dtype);
}
