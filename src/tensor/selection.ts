/**
 * General indexing with NumPy's rules: places, slices, new axes, ellipsis, index arrays, masks. Slices and new axes are views;
 * arrays become one gather at places counted over all the axes they index.
 */
import { IndexError, raise, ShapeError, TraceError, ValueError } from '../base/errors.ts';
import { broadcastShapes, formatShape, sameShape, type Shape, sizeOf, stridesOf } from '../base/shape.ts';
import { realize } from '../engine/realize.ts';
import { currentTrace } from '../engine/trace.ts';
import { cast, constant, permute, reshape } from '../ir/build.ts';
import { isFloat } from '../ir/dtype.ts';
import type { Node } from '../ir/node.ts';
import { table } from './constants.ts';
import { add, greaterEqual, less, logicalOr, mul, where } from './elementwise.ts';
import { take } from './indexing.ts';
import { expand, slice as sliceOf } from './movement.ts';
import { Handle } from './methods/handle.ts';
import { flattened } from './nested.ts';
import type { Tensor } from './tensor.ts';

/** Elements from `start` to before `stop` by `step`, as Python's slice. */
export interface Slice {
  readonly start?: number | null;
  readonly stop?: number | null;
  readonly step?: number | null;
}

/** Whole numbers, or booleans, in nested arrays. */
export type IndexList = readonly (number | boolean | IndexList)[];

/**
 * What may stand for an axis: a place (negative from the end), a slice ('1:5', ':', '::-2', or an object), '...' for all axes not
 * named, null for a new axis, a tensor or list of places, a mask (over as many axes as it has).
 */
export type Index = number | string | Slice | null | Tensor | IndexList;

/** What an index does to one or no axis of the source, once ellipsis and masks are gone. */
type Step =
  | { readonly kind: 'place'; readonly place: number }
  | { readonly kind: 'slice'; readonly slice: Slice }
  | { readonly kind: 'new' }
  /** `masked`: the size of the axis that a mask was made for. */
  | { readonly kind: 'array'; readonly places: Node; readonly masked?: number };

/** x[…]. @throws IndexError for a place outside, ShapeError for too many indices, TraceError for a mask without a value */
export function select(x: Node, indices: readonly Index[]): Node {
  const steps = completed(
    x,
    indices.flatMap((index) => stepsOf(index)),
  );
  const hasArrays = steps.some(({ kind }) => kind === 'array');
  const viewed = viewOf(x, steps, hasArrays);
  return hasArrays ? gathered(viewed, steps) : viewed;
}

type Loose = Step | { readonly kind: 'ellipsis' };

function stepsOf(index: Index): Loose[] {
  if (index === null) return [{ kind: 'new' }];
  if (typeof index === 'number') return [{ kind: 'place', place: index }];
  if (typeof index === 'string') return [parse(index)];
  if (index instanceof Handle) return index.dtype === 'bool' ? maskSteps(index.node) : [arrayStep(index.node)];
  if (!isList(index)) return [{ kind: 'slice', slice: index }];
  const { shape, elements } = flattened(index);
  if (isMask(index)) return maskSteps(table(elements, 'bool', shape));
  return [arrayStep(table(elements, 'int32', shape))];
}

/** Whether a list holds booleans only; an empty one holds places. */
function isMask(list: IndexList): boolean {
  return (
    list.length > 0 &&
    list.every((member) => (typeof member === 'object' ? isMask(member) : typeof member === 'boolean'))
  );
}

function isList(index: Slice | IndexList): index is IndexList {
  return Array.isArray(index);
}

function arrayStep(places: Node): Step {
  if (isFloat(places.dtype)) {
    raise(new ValueError(`get: an index of ${places.dtype} does not name places; convert with .cast('int32')`));
  }
  return { kind: 'array', places: cast(places, 'int32') };
}

const PART = /^[+-]?\d+$/;

/** '...', or 'start:stop:step' with any part left out, or a place. */
function parse(text: string): Loose {
  const compact = text.replaceAll(' ', '');
  if (compact === '...') return { kind: 'ellipsis' };
  const parts = compact.split(':');
  if (parts.length > 3 || parts.some((part) => part !== '' && !PART.test(part)) || compact === '') {
    raise(new ValueError(`get: '${text}' is not an index; write a slice like '1:5', ':' or '::-1', or '...'`));
  }
  if (parts.length === 1) return { kind: 'place', place: Number(compact) };
  const [start, stop, step] = parts.map((part) => (part === '' ? null : Number(part)));
  return { kind: 'slice', slice: { start: start ?? null, stop: stop ?? null, step: step ?? null } };
}

/** A mask as the places where it is true, one array for each of its axes. */
function maskSteps(mask: Node): Step[] {
  if (currentTrace() !== undefined && mask.op !== 'buffer') {
    raise(
      new TraceError(
        'get: how many elements a mask selects is known only when it has run, and inside compile shapes are fixed; use where(mask, x, 0), or select outside',
      ),
    );
  }
  const elements = realize([mask], 'get')[0]!.storage.read();
  const strides = stridesOf(mask.shape);
  const found: number[][] = mask.shape.map(() => []);
  elements.forEach((isIn, flat) => {
    if (isIn === 0) return;
    mask.shape.forEach((n, axis) => found[axis]!.push(Math.floor(flat / strides[axis]!) % n));
  });
  return found.map((places, axis) => ({
    kind: 'array',
    places: table(places, 'int32'),
    masked: mask.shape[axis]!,
  }));
}

/** With '...' written out, and ':' for every axis that is not named. @throws ShapeError for more indices than axes */
function completed(x: Node, steps: readonly Loose[]): Step[] {
  const named = steps.filter(({ kind }) => kind !== 'new' && kind !== 'ellipsis').length;
  const ellipses = steps.filter(({ kind }) => kind === 'ellipsis').length;
  if (named > x.shape.length || ellipses > 1) {
    raise(
      new ShapeError(
        ellipses > 1
          ? "get: '...' stands twice; it can stand once"
          : `get: ${named} indices for a tensor of rank ${x.shape.length}, ${formatShape(x.shape)}; a mask counts for each of its axes`,
      ),
    );
  }
  const rest = Array.from({ length: x.shape.length - named }, (): Step => ({ kind: 'slice', slice: {} }));
  const result: Step[] = [];
  for (const step of steps) {
    if (step.kind === 'ellipsis') result.push(...rest);
    else result.push(step);
  }
  return ellipses === 1 ? result : [...result, ...rest];
}

/** Slices taken and new axes put in. Places are taken too, or left as axes of all elements if there are arrays to join them. */
function viewOf(x: Node, steps: readonly Step[], hasArrays: boolean): Node {
  const axes = steps.filter(({ kind }) => kind !== 'new');
  const bounds = axes.map((step, axis): Required<Slice> => {
    if (step.kind === 'slice') {
      const { start = null, stop = null, step: by = null } = step.slice;
      return { start, stop, step: by };
    }
    if (step.kind === 'place') {
      const place = checkedPlace(step.place, x.shape, axis);
      if (!hasArrays) return { start: place, stop: place + 1, step: null };
    }
    return { start: null, stop: null, step: null };
  });
  const sliced = sliceOf(
    x,
    bounds.map(({ start }) => start),
    bounds.map(({ stop }) => stop),
    bounds.map(({ step }) => step),
  );
  let axis = 0;
  const shape = steps.flatMap((step) => {
    if (step.kind === 'new') return [1];
    const n = sliced.shape[axis++]!;
    return step.kind === 'place' && !hasArrays ? [] : [n];
  });
  return reshape(sliced, shape);
}

function checkedPlace(place: number, shape: Shape, axis: number): number {
  const n = shape[axis]!;
  const index = place < 0 ? place + n : place;
  if (!Number.isInteger(place) || index < 0 || index >= n) {
    raise(
      new IndexError(`get: ${place} is not a place on axis ${axis} of ${formatShape(shape)}; use ${-n} to ${n - 1}`),
    );
  }
  return index;
}

/** The arrays' part: x has one axis for each step. */
function gathered(x: Node, steps: readonly Step[]): Node {
  // Beside an array, a place is an array of one.
  const isArray = steps.map(({ kind }) => kind === 'array' || kind === 'place');
  const axes = steps.flatMap((_, axis) => (isArray[axis] ? [axis] : []));
  const others = steps.flatMap((_, axis) => (isArray[axis] ? [] : [axis]));
  const sizes = axes.map((axis) => x.shape[axis]!);
  const arrays = axes.map((axis) => {
    const step = steps[axis]!;
    if (step.kind === 'place') return constant(checkedPlace(step.place, x.shape, axis), [], 'int32');
    if (step.kind === 'array') return step.places;
    throw new Error(`bug: a step of kind ${step.kind} among the arrays`);
  });
  checkMasks(steps, x.shape);
  const shape = arrays.map((a) => a.shape).reduce((a, b) => broadcastShapes('get', a, b));
  const strides = stridesOf(sizes);
  const total = sizeOf(sizes);
  // A place outside its axis must not become a place inside another's: it is sent beyond the end of all of them.
  const flat = arrays
    .map((places, i) => {
      const n = sizes[i]!;
      const index = where(less(places, 0), add(places, n), places);
      const isOutside = logicalOr(less(index, 0), greaterEqual(index, n));
      return expand(where(isOutside, -total - 1, mul(index, strides[i]!)), shape);
    })
    .reduce((a, b) => where(logicalOr(less(a, 0), less(b, 0)), -total - 1, add(a, b)));
  const sizesBeside = others.map((axis) => x.shape[axis]!);
  const rows = reshape(permute(x, [...axes, ...others]), [total, ...sizesBeside]);
  const taken = reshape(take(rows, reshape(flat, [sizeOf(shape)]), 0), [...shape, ...sizesBeside]);
  // Arrays side by side leave their axes where they stood; apart from each other, in front.
  const isTogether = axes.every((axis, i) => i === 0 || axis === axes[i - 1]! + 1);
  const before = isTogether ? others.filter((axis) => axis < axes[0]!).length : 0;
  const rank = shape.length;
  const order = [
    ...Array.from({ length: before }, (_, i) => rank + i),
    ...Array.from({ length: rank }, (_, i) => i),
    ...Array.from({ length: others.length - before }, (_, i) => rank + before + i),
  ];
  return permute(taken, order);
}

function checkMasks(steps: readonly Step[], shape: Shape): void {
  const expected = steps.map((step, axis) => (step.kind === 'array' ? step.masked : undefined) ?? shape[axis]!);
  if (sameShape(expected, shape)) return;
  const axis = expected.findIndex((n, i) => n !== shape[i]);
  raise(
    new ShapeError(
      `get: a mask of ${expected[axis]} elements for axis ${axis} of ${formatShape(shape)}; they must be equally many`,
    ),
  );
}
