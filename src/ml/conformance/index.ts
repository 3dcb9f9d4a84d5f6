/**
 * The conformance suite: about 45 promises that every estimator of Fathom keeps, for any test runner. An estimator from
 * outside that keeps them works in pipelines, searches and cross-validation like one of ours.
 */
import { raise, ValueError } from '../../base/errors.ts';
import type { Estimator } from '../protocol.ts';
import type { Kinds } from '../state.ts';
import { behaviourChecks } from './behaviour-checks.ts';
import type { Check, Traits } from './check.ts';
import { inputChecks } from './input-checks.ts';
import { roleChecks } from './role-checks.ts';

export { type Check, ConformanceError, type Traits } from './check.ts';

/**
 * The checks for an estimator, by its role and traits.
 * @param make a fresh configuration at each call, always the same; whatever is random in it has a fixed seed
 * @param kinds how its models are made from a state, if they are not Fathom's own
 * @throws ValueError if `traits.except` names no check
 * @example for (const { name, run, skip } of checkEstimator(() => new Ridge())) it.skipIf(skip)(name, run);
 */
export function checkEstimator(make: () => Estimator, traits: Traits = {}, kinds: Kinds = {}): Check[] {
  const subject = { make, traits };
  const checks = [...inputChecks(subject), ...behaviourChecks(subject, kinds), ...roleChecks(subject)];
  const excused = traits.except ?? {};
  for (const name of Object.keys(excused)) {
    if (!checks.some((check) => check.name === name)) {
      raise(new ValueError(`checkEstimator: except names "${name}", which is no check of this estimator`));
    }
  }
  return checks.map((check) => (Object.hasOwn(excused, check.name) ? { ...check, skip: excused[check.name]! } : check));
}
