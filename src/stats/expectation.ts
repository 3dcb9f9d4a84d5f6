/**
 * Expectations under a distribution.
 */
import { raise, ValueError } from '../base/errors.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { type Distribution, NotAvailableError } from './distributions/distribution.ts';

export interface ExpectationOptions {
  /** Needed where there are infinitely many values: they are then drawn. */
  readonly key?: Tensor;
  /** Default 10 000; the error falls with its root. */
  readonly samples?: number;
}

/**
 * E[f(X)]: Σ p(x) f(x) where the values are finitely many, else the mean over draws. Differentiable in the parameters (of draws: as far as they are).
 * @param f of values with a new first axis, elementwise over it
 * @throws NotAvailableError without a key where draws are needed   @throws ValueError for a wrong number of them
 * @example expectation(new Bernoulli({ probs: 0.3 }), (x) => x.mul(10)) // 3
 * @example expectation(new Normal(), (x) => x.square(), { key: random.key(0) }) // about 1
 */
export function expectation(
  distribution: Distribution,
  f: (x: Tensor) => Tensor,
  { key, samples = 10_000 }: ExpectationOptions = {},
): Tensor {
  const support = distribution.enumerateSupport();
  if (support !== undefined) {
    const x = support.reshape(-1, ...distribution.batchShape.map(() => 1));
    return distribution.prob(x).mul(f(x)).sum(0);
  }
  if (key === undefined) {
    raise(
      new NotAvailableError(
        `expectation: a ${distribution.constructor.name} distribution has infinitely many values; give a key to draw with, as { key: random.key(0) }`,
      ),
    );
  }
  if (!Number.isInteger(samples) || samples < 1)
    raise(new ValueError(`expectation: samples must be a whole number from 1 up, got ${samples}`));
  return f(distribution.sample(key, [samples])).mean(0);
}
