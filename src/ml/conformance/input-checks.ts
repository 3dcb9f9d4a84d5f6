/**
 * What may come in, and how what may not is refused.
 */
import { tensor } from '../../tensor/creation.ts';
import { Matrix } from '../matrix.ts';
import type { Features } from '../protocol.ts';
import { type Check, expectRefusal, expectSame, fail, type Subject } from './check.ts';
import { asFloat32, ask, makeSamples, methodOf, nestedRows, train, withValue } from './samples.ts';

/** The sentence for NaN and infinity, wherever they are. */
const FINITE = /must be finite/;

export function inputChecks(subject: Subject): Check[] {
  const { make, traits } = subject;
  const samples = makeSamples(traits);
  const { x } = samples;
  const { role } = make();
  const fit = (features: unknown) => train(subject, { ...samples, x: features as Features });
  const askers = (features: unknown) => {
    const model = train(subject, samples);
    return ['predict', 'predictProba', 'decision', 'transform'].flatMap((name) => {
      const method = methodOf(model, name);
      return method === undefined ? [] : [{ name, call: () => method(features) }];
    });
  };
  const refusedInFit = (name: string, features: () => unknown, pattern: RegExp): Check => ({
    name,
    run: () => expectRefusal(() => fit(features()), pattern, 'fit'),
  });
  const refusedLater = (name: string, features: () => unknown, pattern: RegExp): Check => ({
    name,
    run() {
      for (const { name: method, call } of askers(features())) expectRefusal(call, pattern, method);
    },
  });
  const same = (name: string, features: () => Features): Check => ({
    name,
    run() {
      expectSame(ask(train(subject, samples), x), ask(fit(features()), features()), 0, name);
    },
  });
  const wide = new Matrix(x.rows, x.columns + 1);
  const checks: Check[] = [
    same('nested arrays and a matrix give the same result', () => nestedRows(x)),
    same('a float64 tensor and a matrix give the same result', () => x.toTensor()),
    same('a float32 tensor of the same numbers gives the same result', () => asFloat32(x)),
    {
      name: 'an int32 tensor and the same whole numbers give the same result',
      run() {
        const whole = new Matrix(
          x.rows,
          x.columns,
          x.data.map((value) => Math.ceil(4 * value)),
        );
        const integers = tensor(Int32Array.from(whole.data), { shape: whole.shape });
        expectSame(ask(fit(whole), whole), ask(fit(integers), integers), 0, 'int32');
      },
    },
    refusedInFit('infinity is refused in fit', () => withValue(x, 2, 1, Infinity), FINITE),
    refusedInFit('minus infinity is refused in fit', () => withValue(x, 2, 1, -Infinity), FINITE),
    refusedLater('infinity is refused after fit', () => withValue(x, 2, 1, Infinity), FINITE),
    refusedInFit(
      'a vector instead of a matrix is refused in fit',
      () => tensor(x.column(0)),
      /matrix \(samples, features\)/,
    ),
    refusedInFit(
      'three axes are refused in fit',
      () => tensor(new Float64Array(12 * x.rows), { shape: [x.rows, 3, 4] }),
      /matrix/,
    ),
    refusedInFit('rows of unequal length are refused in fit', () => nestedRows(x).with(7, [1]), /must be alike/),
    refusedInFit(
      'texts among the numbers are refused in fit',
      () => nestedRows(x).map((row, i) => (i === 7 ? [1, 'two', 3, 4] : row)),
      /must hold numbers/,
    ),
    refusedInFit('no samples are refused in fit', () => new Matrix(0, x.columns), /sample/),
    refusedInFit('samples without features are refused in fit', () => new Matrix(x.rows, 0), /no features/),
    refusedLater('another number of features is refused after fit', () => wide, /fitted on 4 features, but X has 5/),
    refusedLater('no samples are refused after fit', () => new Matrix(0, x.columns), /sample/),
    refusedLater('a vector instead of a matrix is refused after fit', () => tensor([1, 2, 3, 4]), /matrix/),
  ];
  if (traits.allowsNaN) {
    checks.push({
      name: 'NaN is taken as missing, in fit and after',
      run() {
        const gaps = withValue(x, 2, 1, Number.NaN);
        const outputs = ask(fit(gaps), gaps);
        const { predict } = outputs;
        if (predict?.some((value) => Number.isNaN(value))) fail('predict gave NaN for a sample with a gap');
      },
    });
  } else {
    checks.push(
      refusedInFit('NaN is refused in fit', () => withValue(x, 2, 1, Number.NaN), FINITE),
      refusedLater('NaN is refused after fit', () => withValue(x, 2, 1, Number.NaN), FINITE),
    );
  }
  if (role === 'regressor' || role === 'classifier') checks.push(...targetChecks(subject));
  if (!traits.noSampleWeight) checks.push(...weightInputChecks(subject));
  return checks;
}

function targetChecks(subject: Subject): Check[] {
  const samples = makeSamples(subject.traits);
  const { numbers, labels } = samples;
  const checks: Check[] = [
    {
      name: 'a target of another length is refused',
      run: () =>
        expectRefusal(
          () => train(subject, { ...samples, numbers: numbers.slice(1), labels: labels.slice(1) }),
          /X has 45 samples, but y has 44/,
          'fit',
        ),
    },
    {
      name: 'NaN in the target is refused',
      run() {
        const bad = (y: ArrayLike<number>) => Float64Array.from(y).fill(Number.NaN, 3, 4);
        const spoilt = { ...samples, numbers: bad(numbers), labels: bad(labels) };
        expectRefusal(() => train(subject, spoilt), FINITE, 'fit');
      },
    },
  ];
  if (subject.make().role === 'classifier') {
    checks.push(
      {
        name: 'fractions as class labels are refused',
        run: () =>
          expectRefusal(
            () => train(subject, { ...samples, labels: numbers.map((v) => v + 0.5) }),
            /must be whole/,
            'fit',
          ),
      },
      {
        name: 'labels of several types are refused',
        run() {
          const mixed = Array.from(labels, (label, i) => (i === 5 ? 'five' : label));
          expectRefusal(() => train(subject, { ...samples, labels: mixed }), /all numbers, all texts/, 'fit');
        },
      },
    );
  } else {
    checks.push({
      name: 'infinity in the target is refused',
      run: () =>
        expectRefusal(
          () => train(subject, { ...samples, numbers: Float64Array.from(numbers).fill(Infinity, 3, 4) }),
          FINITE,
          'fit',
        ),
    });
  }
  return checks;
}

function weightInputChecks(subject: Subject): Check[] {
  const samples = makeSamples(subject.traits);
  const { rows } = samples.x;
  const refused = (name: string, weights: Float64Array, pattern: RegExp): Check => ({
    name,
    run: () => expectRefusal(() => train(subject, samples, { sampleWeight: weights }), pattern, 'fit'),
  });
  return [
    refused('weights of another length are refused', new Float64Array(rows - 1).fill(1), /sampleWeight has 44/),
    refused('a negative weight is refused', new Float64Array(rows).fill(1).fill(-1, 0, 1), /0 or more/),
    refused('a NaN among the weights is refused', new Float64Array(rows).fill(1).fill(Number.NaN, 0, 1), FINITE),
    refused('weights of nothing but zeros are refused', new Float64Array(rows), /0 for every sample/),
  ];
}
