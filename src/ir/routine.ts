/**
 * THE list of routines: whole-array algorithms that no fusion would help, which the host runs between emitted steps. Here is what each
 * takes and gives; how it computes is kernel/routines, its gradient transform/routine-vjp.ts. A routine works on the last axes of its
 * inputs, its core; axes before them are a batch that all inputs share. It gives one value: several results lie one after another
 * along its last axis, and are taken apart by ordinary slices, so that gradients of parts come together by themselves.
 */
import { DTypeError, raise, ShapeError } from '../base/errors.ts';
import { formatShape, sameShape, type Shape } from '../base/shape.ts';
import { type DType, isFloat } from './dtype.ts';

type None = Readonly<Record<never, never>>;

/** What a routine is told besides its inputs. Flat: numbers and booleans. */
export interface RoutineParameters {
  // Order
  /** (n) → int32 (n): the places of the elements in ascending (descending) order, equal ones as they stood, NaN last (first). */
  argsort: { readonly descending: boolean };
  /** (n) → (n): the elements in ascending order, NaN last. */
  sort: None;
  /** sorted (n), values (m) → int32 (m): how many elements are less than each value (`right`: not greater). */
  searchsorted: { readonly right: boolean };

  // Along an axis
  /** (n) → (n): sums of the elements up to each, or from each on. */
  cumsum: { readonly reverse: boolean };
  /** (n) → (n): products of the elements up to each. */
  cumprod: None;
  /** (n) → int32 (n): the place of the largest (smallest) element up to each, the last one of equals; NaN counts as most extreme. */
  cumargmax: { readonly smallest: boolean };
}

export type RoutineName = keyof RoutineParameters;

export type RoutineOf<K extends RoutineName> = { readonly name: K } & RoutineParameters[K];

/** A routine with its parameters; `switch (call.name)` narrows them. */
export type RoutineCall = { readonly [K in RoutineName]: RoutineOf<K> }[RoutineName];

interface Signature<K extends RoutineName> {
  /** How many axes the core of each input has. */
  readonly ranks: readonly number[];
  readonly takes: 'float' | 'number' | 'any';
  /** The shape that comes out, from the cores that go in. */
  readonly core: (call: RoutineOf<K>, ...cores: readonly Shape[]) => Shape;
  /** Default: that of the first input. */
  readonly dtype?: DType;
}

const sameCore = (_: unknown, x: Shape = []): Shape => x;
const signatures: { readonly [K in RoutineName]: Signature<K> } = {
  argsort: { ranks: [1], takes: 'any', core: sameCore, dtype: 'int32' },
  sort: { ranks: [1], takes: 'any', core: sameCore },
  searchsorted: { ranks: [1, 1], takes: 'any', core: (_, __, values = []) => values, dtype: 'int32' },
  cumsum: { ranks: [1], takes: 'number', core: sameCore },
  cumprod: { ranks: [1], takes: 'number', core: sameCore },
  cumargmax: { ranks: [1], takes: 'any', core: sameCore, dtype: 'int32' },
};

/** The axes of each input that the routine works on, counted from the end; those before are its batch. */
export function coreRanks(name: RoutineName): readonly number[] {
  return signatures[name].ranks;
}

/** The batch of a routine's inputs: the axes before the core of the first. */
export function batchOf(name: RoutineName, first: Shape): Shape {
  return first.slice(0, first.length - coreRanks(name)[0]!);
}

/**
 * The shape and dtype of a routine's result.
 * @throws ShapeError, DTypeError if the inputs are none it can work on
 */
export function resultOf(
  call: RoutineCall,
  inputs: readonly { readonly shape: Shape; readonly dtype: DType }[],
): { readonly shape: Shape; readonly dtype: DType } {
  const { name } = call;
  // The table is typed routine by routine; looking up by the call's own name is what correlates the two.
  const { ranks, takes, core, dtype } = signatures[name] as Signature<RoutineName>;
  const [first] = inputs;
  if (inputs.length !== ranks.length || first === undefined)
    throw new Error(`bug: ${name} takes ${ranks.length} inputs, got ${inputs.length}`);
  const batch = first.shape.slice(0, Math.max(0, first.shape.length - ranks[0]!));
  const cores = inputs.map((input, i) => {
    const rank = ranks[i]!;
    if (input.shape.length < rank) {
      raise(
        new ShapeError(
          `${name}: expected ${rank === 1 ? 'at least one axis' : 'matrices: at least two axes'}, got ${formatShape(input.shape)}`,
        ),
      );
    }
    const at = input.shape.length - rank;
    if (!sameShape(input.shape.slice(0, at), batch)) {
      raise(
        new ShapeError(
          `${name}: ${formatShape(first.shape)} and ${formatShape(input.shape)} have different batches; expand one`,
        ),
      );
    }
    if (input.dtype !== first.dtype)
      raise(new DTypeError(`${name}: operands are ${first.dtype} and ${input.dtype}; convert one with .cast()`));
    return input.shape.slice(at);
  });
  if ((takes === 'float' && !isFloat(first.dtype)) || (takes === 'number' && first.dtype === 'bool'))
    raise(new DTypeError(`${name}: expected ${takes}, got ${first.dtype}; convert with .cast('float32')`));
  return { shape: [...batch, ...core(call, ...cores)], dtype: dtype ?? first.dtype };
}

/** A bound that the elements of a routine's result stay below whatever it is given, where its result are places; else undefined. */
export function placesBelow(call: RoutineCall, first: Shape): number | undefined {
  switch (call.name) {
    case 'argsort':
    case 'cumargmax':
      return first.at(-1);
    default:
      return undefined;
  }
}

/** Whether the routine can raise an error over what its inputs hold, as those of matrices can. */
export function mayFail(name: RoutineName): boolean {
  return coreRanks(name)[0] === 2;
}
