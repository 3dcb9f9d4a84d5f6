/**
 * Index algebra: integers that are affine in iteration variables, with the bounds that follow. A reshape in the middle of an
 * index asks for quotients and remainders; they stay affine because a variable can be split in two (v = outer · n + inner), which a
 * Space remembers and applies to everything that mentioned v.
 */

/** An iteration variable: runs over 0 … size − 1. */
export interface Var {
  readonly id: number;
  readonly size: number;
}

/** constant + Σ coefficient · var. */
export interface Affine {
  readonly constant: number;
  /** No zero coefficients, no variable of size 1. */
  readonly terms: ReadonlyMap<Var, number>;
}

const noTerms: ReadonlyMap<Var, number> = new Map();

export function affine(constant: number): Affine {
  return { constant, terms: noTerms };
}

export function ofVar(v: Var): Affine {
  return v.size === 1 ? affine(0) : { constant: 0, terms: new Map([[v, 1]]) };
}

export function plus(a: Affine, b: Affine | number): Affine {
  if (typeof b === 'number') return b === 0 ? a : { constant: a.constant + b, terms: a.terms };
  if (b.terms.size === 0) return plus(a, b.constant);
  if (a.terms.size === 0) return plus(b, a.constant);
  const terms = new Map(a.terms);
  for (const [v, k] of b.terms) {
    const sum = (terms.get(v) ?? 0) + k;
    if (sum === 0) terms.delete(v);
    else terms.set(v, sum);
  }
  return { constant: a.constant + b.constant, terms };
}

export function times(a: Affine, factor: number): Affine {
  if (factor === 1) return a;
  if (factor === 0) return affine(0);
  if (a.terms.size === 0) return affine(a.constant * factor);
  const terms = new Map<Var, number>();
  for (const [v, k] of a.terms) terms.set(v, k * factor);
  return { constant: a.constant * factor, terms };
}

/** Every variable replaced by what `by` gives for it (itself where it gives nothing). */
export function substitute(a: Affine, by: (v: Var) => Affine | undefined): Affine {
  let result = affine(a.constant);
  for (const [v, k] of a.terms) result = plus(result, times(by(v) ?? ofVar(v), k));
  return result;
}

export function coefficient(a: Affine, v: Var): number {
  return a.terms.get(v) ?? 0;
}

/** Smallest and largest value, both attained. */
export function bounds(a: Affine): { min: number; max: number } {
  let min = a.constant;
  let max = a.constant;
  for (const [v, k] of a.terms) {
    if (k > 0) max += k * (v.size - 1);
    else min += k * (v.size - 1);
  }
  return { min, max };
}

export function equal(a: Affine, b: Affine): boolean {
  if (a.constant !== b.constant || a.terms.size !== b.terms.size) return false;
  for (const [v, k] of a.terms) if (b.terms.get(v) !== k) return false;
  return true;
}

/** Makes variables and remembers which have been split. */
export class Space {
  private count = 0;
  private readonly splits = new Map<Var, Affine>();
  private readonly halves = new Map<Var, readonly Var[]>();

  variable(size: number): Var {
    return { id: this.count++, size };
  }

  /** Replaces v by outer · inner.size + inner, where inner has `size` values; size must divide v's. */
  split(v: Var, size: number): void {
    const outer = this.variable(v.size / size);
    const inner = this.variable(size);
    this.splits.set(v, plus(times(ofVar(outer), size), ofVar(inner)));
    this.halves.set(v, [outer, inner]);
  }

  /** Leaves of v's values only those that are start + a multiple of step; whoever asks knows that the others contribute nothing. */
  restrict(v: Var, step: number, start: number): void {
    const kept = this.variable(Math.ceil((v.size - start) / step));
    this.splits.set(v, plus(times(ofVar(kept), step), start));
    this.halves.set(v, [kept]);
  }

  /** The variables a list of variables has become, outermost first. */
  current(vars: readonly Var[]): Var[] {
    return vars.flatMap((v) => {
      const halves = this.halves.get(v);
      return halves ? this.current(halves) : [v];
    });
  }

  /** The same value in today's variables. */
  resolve(a: Affine): Affine {
    if (this.splits.size === 0) return a;
    let result = a;
    for (;;) {
      let stale = false;
      for (const v of result.terms.keys()) if (this.splits.has(v)) stale = true;
      if (!stale) return result;
      result = substitute(result, (v) => this.splits.get(v));
    }
  }

  /** Quotient and remainder by n > 0, splitting variables where that makes them affine; undefined where nothing does. */
  divide(value: Affine, n: number): { quotient: Affine; remainder: Affine } | undefined {
    if (n === 1) return { quotient: value, remainder: affine(0) };
    for (;;) {
      const a = this.resolve(value);
      let quotient = affine(0);
      let rest = affine(0);
      for (const [v, k] of a.terms) {
        if (k % n === 0) quotient = plus(quotient, times(ofVar(v), k / n));
        else rest = plus(rest, times(ofVar(v), k));
      }
      const { min, max } = bounds(rest);
      const whole = Math.floor((a.constant + min) / n);
      if (a.constant + max - whole * n < n) {
        return { quotient: plus(quotient, whole), remainder: plus(rest, a.constant - whole * n) };
      }
      // Split the variable that reaches past n with the largest step: v · k = outer · n + inner · k.
      let widest: Var | undefined;
      for (const [v, k] of rest.terms) {
        if (
          k > 0 &&
          n % k === 0 &&
          v.size % (n / k) === 0 &&
          v.size > n / k &&
          (widest === undefined || k > rest.terms.get(widest)!)
        )
          widest = v;
      }
      if (widest === undefined) return undefined;
      this.split(widest, n / rest.terms.get(widest)!);
    }
  }
}

/**
 * The index into a tensor of shape `from` of the element that stands at `index` after a reshape to shape `to`.
 * Undefined where it would not be affine, whatever is split.
 */
export function reshapeIndex(
  space: Space,
  index: readonly Affine[],
  to: readonly number[],
  from: readonly number[],
): Affine[] | undefined {
  const result = new Array<Affine>(from.length).fill(affine(0));
  let i = from.length - 1;
  let j = to.length - 1;
  // Groups of axes with equal products, from the inside out.
  while (i >= 0) {
    if (from[i] === 1) {
      i--;
      continue;
    }
    let inputs = from[i]!;
    let outputs = 1;
    let linear = affine(0);
    const first = i;
    while (inputs !== outputs) {
      if (outputs < inputs) {
        if (j < 0) return undefined;
        linear = plus(linear, times(index[j]!, outputs));
        outputs *= to[j]!;
        j--;
      } else {
        i--;
        if (i < 0) return undefined;
        inputs *= from[i]!;
      }
    }
    for (let axis = first; axis > i; axis--) {
      const parts = space.divide(linear, from[axis]!);
      if (parts === undefined) return undefined;
      result[axis] = parts.remainder;
      linear = parts.quotient;
    }
    result[i] = linear;
    i--;
  }
  return result;
}
