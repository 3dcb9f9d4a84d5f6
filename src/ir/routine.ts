/**
 * THE list of routines: whole-array algorithms that no fusion would help, which the host runs between emitted steps. Here is what each
 * takes and gives; how it computes is kernel/routines, its gradient transform/routine-vjp.ts. A routine works on the last axes of its
 * inputs, its core; axes before them are a batch that all inputs share. It gives one value: several results lie one after another
 * along its last axis, and are taken apart by ordinary slices, so that gradients of parts come together by themselves.
 */
import { DTypeError, raise, ShapeError } from '../base/errors.ts';
import { formatShape, sameShape, type Shape, sizeOf } from '../base/shape.ts';
import { type DType, isFloat } from './dtype.ts';

type None = Readonly<Record<never, never>>;

/** What a routine is told besides its inputs. Flat: numbers and booleans. */
export interface RoutineParameters {
  // Order
  /** (n) → int32 (n): the places of the elements in ascending (descending) order, equal ones as they stood, NaN last (first). */
  argsort: { readonly descending: boolean };
  /** (n) → int32 (k): the first k of argsort, k ≤ n. */
  argtopk: { readonly k: number; readonly descending: boolean };
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

  // Linear algebra
  /** (n, n), of which the lower triangle is read → L (n, n) with A = L Lᵀ. */
  cholesky: None;
  /** A (n, n), of which one triangle is read, B (n, k) → X (n, k) with A X = B, or Aᵀ X = B. */
  triangularSolve: { readonly lower: boolean; readonly transpose: boolean; readonly unitDiagonal: boolean };
  /** A (n, n), B (n, k) → X (n, k) with A X = B. */
  solve: None;
  /** (m, n) → L and U in one (m, n) without L's ones, then the m rows of A in the order of P: A[P] = L U. */
  lu: None;
  /** (n, n) → (). */
  det: None;
  /** (n, n) → the cofactors (n, n), ∂det/∂A; also of singular matrices. */
  cofactors: None;
  /** (n, n) → the sign of the determinant and the logarithm of its absolute value. */
  slogdet: None;
  /** (m, n) → Q (m, k), R (k, n), k = min(m, n), or m if complete. */
  qr: { readonly complete: boolean };
  /** (m, n) → U (m, k), S (k), Vᵀ (k, n), k = min(m, n); if full, U (m, m) and Vᵀ (n, n). */
  svd: { readonly full: boolean };
  /** (m, n) → S (k), descending. */
  svdvals: None;
  /** (n, n), of which the lower triangle is read → eigenvalues (n), ascending, and eigenvectors (n, n) in columns. */
  eigh: None;
  eigvalsh: None;
  /** (n, n) → real parts (n), imaginary parts (n), then the same of the eigenvectors, (n, n) each, in columns of length 1. */
  eig: None;
  eigvals: None;
  /** (m, n) → (n, m); singular values below rcond times the largest count as 0. */
  pinv: { readonly rcond: number };
  /** (n, n) → e^A. */
  expm: None;

  // Fourier transforms, not normalised; complex values are a real and an imaginary row: (2, n)
  /** real (n), imaginary (n) → (2, n): Σ x e^(∓2πi jk/n), + if inverse. */
  fft: { readonly inverse: boolean };
  /** (n) → the first ⌊n/2⌋ + 1 frequencies, (2, ⌊n/2⌋ + 1). */
  rfft: None;
  /** real (h), imaginary (h) → (n): the inverse of a spectrum whose other half is the conjugate. */
  irfft: { readonly n: number };

  // Functions of single elements whose number of terms differs from one element to the next; cores have no axes
  /** x → ψ⁽ⁿ⁾(x), the derivative number n + 1 of log Γ. */
  polygamma: { readonly order: number };
  /** a, x → P(a, x) = ∫₀ˣ tᵃ⁻¹ e⁻ᵗ dt / Γ(a), or Q = 1 − P. */
  gammainc: { readonly upper: boolean };
  /** a, x → ∂P/∂x. */
  gammaincDensity: None;
  /** a, x → ∂P/∂a. */
  gammaincShapeDerivative: None;
  /** a, p → the x with P(a, x) = p, or Q(a, x) = p. */
  gammaincinv: { readonly upper: boolean };
  /** a, b, x → I(a, b, x) = ∫₀ˣ tᵃ⁻¹ (1 − t)ᵇ⁻¹ dt / B(a, b), or 1 − I. */
  betainc: { readonly upper: boolean };
  /** a, b, x → ∂I/∂x. */
  betaincDensity: None;
  /** a, b, x → ∂I/∂a, or ∂I/∂b. */
  betaincShapeDerivative: { readonly second: boolean };
  /** a, b, p → the x with I(a, b, x) = p. */
  betaincinv: None;
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
const square = (call: { readonly name: string }, x: Shape = []): Shape => {
  if (x[0] !== x[1]) raise(new ShapeError(`${call.name}: expected square matrices, got ${formatShape(x)}`));
  return x;
};
const single = (): Shape => [];
const smaller = ([m = 0, n = 0]: Shape = []): number => Math.min(m, n);
const complexRows = (n: number): Shape => [2, n];
const right = (call: { readonly name: string }, a: Shape = [], b: Shape = []): Shape => {
  square(call, a);
  if (a[0] !== b[0]) {
    raise(
      new ShapeError(
        `${call.name}: ${formatShape(a)} and ${formatShape(b)} do not fit; the right side needs ${a[0]} rows`,
      ),
    );
  }
  return b;
};

const signatures: { readonly [K in RoutineName]: Signature<K> } = {
  argsort: { ranks: [1], takes: 'any', core: sameCore, dtype: 'int32' },
  argtopk: { ranks: [1], takes: 'any', core: ({ k }) => [k], dtype: 'int32' },
  sort: { ranks: [1], takes: 'any', core: sameCore },
  searchsorted: { ranks: [1, 1], takes: 'any', core: (_, __, values = []) => values, dtype: 'int32' },
  cumsum: { ranks: [1], takes: 'number', core: sameCore },
  cumprod: { ranks: [1], takes: 'number', core: sameCore },
  cumargmax: { ranks: [1], takes: 'any', core: sameCore, dtype: 'int32' },
  cholesky: { ranks: [2], takes: 'float', core: square },
  triangularSolve: { ranks: [2, 2], takes: 'float', core: right },
  solve: { ranks: [2, 2], takes: 'float', core: right },
  lu: { ranks: [2], takes: 'float', core: (_, [m = 0, n = 0] = []) => [m * n + m] },
  det: { ranks: [2], takes: 'float', core: (call, a) => square(call, a).slice(2) },
  cofactors: { ranks: [2], takes: 'float', core: square },
  slogdet: { ranks: [2], takes: 'float', core: (call, a) => (square(call, a).length === 2 ? [2] : []) },
  qr: {
    ranks: [2],
    takes: 'float',
    core: ({ complete }, a = []) => {
      const [m = 0, n = 0] = a;
      const k = complete ? m : smaller(a);
      return [m * k + k * n];
    },
  },
  svd: {
    ranks: [2],
    takes: 'float',
    core: ({ full }, a = []) => {
      const [m = 0, n = 0] = a;
      const k = smaller(a);
      return [full ? m * m + k + n * n : m * k + k + k * n];
    },
  },
  svdvals: { ranks: [2], takes: 'float', core: (_, a) => [smaller(a)] },
  eigh: { ranks: [2], takes: 'float', core: (call, a) => [square(call, a)[0]! + sizeOf(a!)] },
  eigvalsh: { ranks: [2], takes: 'float', core: (call, a) => [square(call, a)[0]!] },
  eig: { ranks: [2], takes: 'float', core: (call, a) => [2 * square(call, a)[0]! + 2 * sizeOf(a!)] },
  eigvals: { ranks: [2], takes: 'float', core: (call, a) => [2 * square(call, a)[0]!] },
  pinv: { ranks: [2], takes: 'float', core: (_, [m = 0, n = 0] = []) => [n, m] },
  expm: { ranks: [2], takes: 'float', core: square },
  fft: { ranks: [1, 1], takes: 'float', core: (_, [n = 0] = []) => complexRows(n) },
  rfft: { ranks: [1], takes: 'float', core: (_, [n = 0] = []) => complexRows(Math.floor(n / 2) + 1) },
  irfft: {
    ranks: [1, 1],
    takes: 'float',
    core: ({ n }, [given] = []) => {
      const needed = Math.floor(n / 2) + 1;
      if (given !== needed)
        raise(new ShapeError(`irfft: ${n} elements come from ${needed} frequencies, got ${given}; pad or cut them`));
      return [n];
    },
  },
  polygamma: { ranks: [0], takes: 'float', core: single },
  gammainc: { ranks: [0, 0], takes: 'float', core: single },
  gammaincDensity: { ranks: [0, 0], takes: 'float', core: single },
  gammaincShapeDerivative: { ranks: [0, 0], takes: 'float', core: single },
  gammaincinv: { ranks: [0, 0], takes: 'float', core: single },
  betainc: { ranks: [0, 0, 0], takes: 'float', core: single },
  betaincDensity: { ranks: [0, 0, 0], takes: 'float', core: single },
  betaincShapeDerivative: { ranks: [0, 0, 0], takes: 'float', core: single },
  betaincinv: { ranks: [0, 0, 0], takes: 'float', core: single },
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
    case 'argtopk':
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
