/**
 * What a conformance check is, and the comparisons that checks are made of.
 */
import { FathomError } from '../../base/errors.ts';
import type { Estimator, Label } from '../protocol.ts';

/** An estimator does not keep a promise of the protocol. */
export class ConformanceError extends FathomError {
  override readonly name = 'ConformanceError';
}

/** One promise. `run` returns for an estimator that keeps it and throws a ConformanceError for one that does not. */
export interface Check {
  readonly name: string;
  run(): void;
  /** Why this estimator is excused. A runner should count such checks as skipped. */
  readonly skip?: string;
}

/** What a caller says about an estimator, where it differs from most. */
export interface Traits {
  /** It takes only numbers from 0 up. */
  readonly nonNegative?: boolean;
  /** It deals with NaN as a missing value. */
  readonly allowsNaN?: boolean;
  /** It ignores or refuses `sampleWeight`. */
  readonly noSampleWeight?: boolean;
  /** What a transformer learns from besides X. Default: class labels are passed, and may be ignored. */
  readonly target?: 'labels' | 'numbers';
  /** Only two classes can be told apart. */
  readonly binaryOnly?: boolean;
  /** How far results may be apart, relative and absolute, where a solver stops by a tolerance. Default 1e-6. */
  readonly tolerance?: number;
  /** Checks that do not apply, by name, each with the reason. An unknown name is an error. */
  readonly except?: Readonly<Record<string, string>>;
}

/** The subject of a run: how to make it, its traits, and its samples. */
export interface Subject {
  readonly make: () => Estimator;
  readonly traits: Traits;
}

export function fail(message: string): never {
  throw new ConformanceError(message);
}

export function expectThat(condition: boolean, message: () => string): void {
  if (!condition) fail(message());
}

/** Numbers or labels that came out, by method. */
export type Outputs = Readonly<Record<string, readonly (number | Label)[]>>;

/** @param tolerance 0 asks for the same bits, but for the sign of zero */
export function expectSame(a: Outputs, b: Outputs, tolerance: number, what: string): void {
  for (const [method, left] of Object.entries(a)) {
    const right = b[method];
    if (right?.length !== left.length) fail(`${what}: ${method} gave ${left.length} values, then ${right?.length}`);
    left.forEach((value, i) => {
      const other = right[i]!;
      if (!isClose(value, other, tolerance)) fail(`${what}: ${method} differs at ${i}: ${value}, then ${other}`);
    });
  }
}

function isClose(a: number | Label, b: number | Label, tolerance: number): boolean {
  if (a === b || (Number.isNaN(a) && Number.isNaN(b))) return true;
  if (typeof a !== 'number' || typeof b !== 'number') return false;
  return Math.abs(a - b) <= tolerance * (1 + Math.max(Math.abs(a), Math.abs(b)));
}

/** @returns the message of the error, which must be one of ours and match. */
export function expectRefusal(action: () => unknown, pattern: RegExp, what: string): void {
  try {
    action();
  } catch (error) {
    if (!(error instanceof FathomError)) fail(`${what}: expected a typed error, got ${String(error)}`);
    if (!pattern.test(error.message)) fail(`${what}: expected a message like ${pattern}, got: ${error.message}`);
    return;
  }
  fail(`${what}: was accepted`);
}
