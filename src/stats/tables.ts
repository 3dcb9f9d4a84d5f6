/**
 * Bayes' rule on discrete tables: a posterior from a prior and likelihoods, and joint probabilities of named variables.
 */
import { raise, ShapeError, ValueError } from '../base/errors.ts';
import { formatShape } from '../base/shape.ts';
import { knownValues } from '../tensor/random/parameters.ts';
import type { Tensor } from '../tensor/tensor.ts';

function checkWeights(op: string, name: string, x: Tensor): void {
  for (const p of knownValues(x) ?? [])
    if (!(p >= 0 && p < Infinity)) raise(new ValueError(`${op}: ${name} must be finite and not negative, got ${p}`));
}

/**
 * P(h | data) = P(data | h) P(h) / Σ P(data | h′) P(h′), over the hypotheses along the first axis. Differentiable, and NaN where the data is
 * impossible under all of them.
 * @param prior (H) @param likelihood (H), or (H, …) for several possible data   @returns the shape of likelihood
 * @throws ShapeError unless both have the same hypotheses; ValueError for negative weights
 * @example posterior(tensor([0.01, 0.99]), tensor([0.9, 0.08])) // [0.102, 0.898]: a positive test for a rare disease
 */
export function posterior(prior: Tensor, likelihood: Tensor): Tensor {
  if (prior.rank !== 1 || likelihood.rank < 1 || likelihood.shape[0] !== prior.shape[0]) {
    raise(
      new ShapeError(
        `posterior: the prior is ${formatShape(prior.shape)} and the likelihood ${formatShape(likelihood.shape)}; expected (H) and (H, …)`,
      ),
    );
  }
  checkWeights('posterior', 'the prior', prior);
  checkWeights('posterior', 'the likelihood', likelihood);
  const joint = likelihood.mul(prior.reshape(-1, ...likelihood.shape.slice(1).map(() => 1)));
  return joint.div(joint.sum(0, { keepDims: true }));
}

/** The values that each variable can have. */
export type Variables = Readonly<Record<string, readonly (string | number | boolean)[]>>;

/** A value for some of the variables. */
export type Evidence<V extends Variables> = { readonly [K in keyof V]?: V[K][number] };

/**
 * The joint probabilities of variables with finitely many values. Immutable: what it derives are new tables.
 * @example
 * const t = jointTable({ sky: ['sun', 'rain'], street: ['dry', 'wet'] }, tensor([[0.6, 0.1], [0.05, 0.25]]));
 * t.condition({ street: 'wet' }).probability({ sky: 'rain' }) // 0.714
 */
export class JointTable<V extends Variables> {
  readonly variables: V;
  /** An axis for each variable, in their order; adds up to 1. */
  readonly probabilities: Tensor;

  /** @internal See `jointTable`. */
  constructor(variables: V, probabilities: Tensor) {
    this.variables = variables;
    this.probabilities = probabilities;
  }

  /** The table of some of the variables, summed over the others. @throws ValueError for a name that is none */
  marginal<K extends keyof V & string>(...names: readonly K[]): JointTable<Pick<V, K>> {
    const all = Object.keys(this.variables);
    for (const name of names) this.#axisOf('marginal', name);
    const others = all.flatMap((name, axis) => (names.some((one) => one === name) ? [] : [axis]));
    const kept = all.filter((name) => names.some((one) => one === name));
    const summed = others.length === 0 ? this.probabilities : this.probabilities.sum(others);
    const variables = picked<V, K>(this.variables, names);
    // Axes in the order of the names.
    const order = Object.keys(variables).map((name) => kept.indexOf(name));
    return new JointTable(variables, summed.permute(order));
  }

  /**
   * The table of the other variables, given values of some: P(others | evidence).
   * @throws ValueError for a name or value that is none, and for evidence that is known to be impossible
   */
  condition<E extends Evidence<V>>(evidence: E): JointTable<Omit<V, keyof E>> {
    const slice = this.#sliceOf('condition', evidence);
    const total = slice.sum();
    if (knownValues(total.realize())?.[0] === 0)
      raise(new ValueError(`JointTable.condition: ${JSON.stringify(evidence)} has probability 0`));
    return new JointTable(omitted<V, keyof E>(this.variables, evidence), slice.div(total));
  }

  /** P(evidence), summed over the variables it leaves out. @throws ValueError for a name or value that is none */
  probability(evidence: Evidence<V>): Tensor {
    return this.#sliceOf('probability', evidence).sum();
  }

  /** Whether two variables tell nothing of each other: |P(a, b) − P(a) P(b)| ≤ tolerance everywhere. */
  areIndependent(a: keyof V & string, b: keyof V & string, tolerance = 1e-6): boolean {
    const both = this.marginal(a, b).probabilities;
    const apart = both.sum(1, { keepDims: true }).mul(both.sum(0, { keepDims: true }));
    return both.sub(apart).abs().max().itemSync() <= tolerance;
  }

  #axisOf(op: string, name: string): number {
    const axis = Object.keys(this.variables).indexOf(name);
    if (axis < 0)
      raise(
        new ValueError(
          `JointTable.${op}: there is no variable ${name}; there are ${Object.keys(this.variables).join(', ')}`,
        ),
      );
    return axis;
  }

  #sliceOf(op: string, evidence: Evidence<V>): Tensor {
    let slice = this.probabilities;
    const given = Object.entries(evidence).map(([name, value]) => {
      const values = this.variables[name] ?? [];
      const axis = this.#axisOf(op, name);
      const place = values.findIndex((one) => one === value);
      if (place < 0)
        raise(new ValueError(`JointTable.${op}: ${name} is one of ${values.join(', ')}, got ${String(value)}`));
      return { axis, place };
    });
    // From the last axis on, so that the numbers of the others hold.
    for (const { axis, place } of given.sort((x, y) => y.axis - x.axis)) slice = slice.at(place, axis);
    return slice;
  }
}

function picked<V extends Variables, K extends keyof V & string>(variables: V, names: readonly K[]): Pick<V, K> {
  const result: Partial<Pick<V, K>> = {};
  for (const name of names) result[name] = variables[name];
  return result as Pick<V, K>;
}

function omitted<V extends Variables, K extends PropertyKey>(variables: V, evidence: object): Omit<V, K> {
  return Object.fromEntries(Object.entries(variables).filter(([name]) => !(name in evidence))) as Omit<V, K>;
}

/**
 * A table of joint probabilities.
 * @param variables the values of each variable, in the order of the axes   @param weights divided by their sum
 * @throws ShapeError where the axes are not as long as there are values; ValueError for weights that are negative
 * @example jointTable({ coin: ['head', 'tail'], die: [1, 2, 3, 4, 5, 6] }, ones([2, 6])).marginal('coin')
 */
export function jointTable<const V extends Variables>(variables: V, weights: Tensor): JointTable<V> {
  const expected = Object.values(variables).map((values) => values.length);
  if (weights.shape.join() !== expected.join()) {
    raise(
      new ShapeError(
        `jointTable: the variables have ${formatShape(expected)} values and the weights ${formatShape(weights.shape)}`,
      ),
    );
  }
  checkWeights('jointTable', 'weights', weights);
  return new JointTable(variables, weights.div(weights.sum()));
}
