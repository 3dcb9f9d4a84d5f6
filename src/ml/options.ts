/**
 * Checks of options, for constructors: each names the estimator, the option, what it may be and what it is.
 */
import { raise, ValueError } from '../base/errors.ts';
import { describe } from './matrix.ts';

/** @throws ValueError unless low ≤ value ≤ high, or low < value < high where the bounds are said to be open */
export function requireNumber(
  owner: string,
  option: string,
  value: number,
  {
    low = -Infinity,
    high = Infinity,
    open = false,
  }: { readonly low?: number; readonly high?: number; readonly open?: boolean } = {},
): void {
  const isInside = typeof value === 'number' && (open ? value > low && value < high : value >= low && value <= high);
  if (isInside && Number.isFinite(value)) return;
  const than = open ? ['above', 'below'] : ['at least', 'at most'];
  const bounds = [low > -Infinity ? `${than[0]} ${low}` : '', high < Infinity ? `${than[1]} ${high}` : ''].filter(
    Boolean,
  );
  raise(
    new ValueError(
      `${owner}: ${option} must be a finite number${bounds.length > 0 ? ` ${bounds.join(' and ')}` : ''}, got ${describe(value)}`,
    ),
  );
}

/** @throws ValueError unless value is a whole number with low ≤ value ≤ high */
export function requireWhole(
  owner: string,
  option: string,
  value: number,
  low = 0,
  high = Number.MAX_SAFE_INTEGER,
): void {
  if (Number.isInteger(value) && value >= low && value <= high) return;
  const upper = high < Number.MAX_SAFE_INTEGER ? ` to ${high}` : ' up';
  raise(new ValueError(`${owner}: ${option} must be a whole number from ${low}${upper}, got ${describe(value)}`));
}

/** @throws ValueError unless value is one of the choices: for callers whom the types do not hold */
export function requireOneOf<T extends string | number | boolean>(
  owner: string,
  option: string,
  value: T,
  choices: readonly T[],
): void {
  if (choices.includes(value)) return;
  raise(
    new ValueError(
      `${owner}: ${option} must be one of ${choices.map((choice) => describe(choice)).join(', ')}, got ${describe(value)}`,
    ),
  );
}
