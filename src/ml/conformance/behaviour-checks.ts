/**
 * How an estimator behaves whatever it learns: it is immutable, repeatable, and treats each sample on its own; what it has
 * learned can be saved; a weight of k is k samples.
 */
import { FathomError } from '../../base/errors.ts';
import { Matrix } from '../matrix.ts';
import { modelFromBytes, modelToBytes, restore } from '../saving.ts';
import type { Kinds } from '../state.ts';
import { type Check, expectSame, expectThat, fail, type Outputs, type Subject } from './check.ts';
import { ask, makeSamples, methodOf, pick, rowsOf, type Samples, train } from './samples.ts';

/** Sums in another order differ in the last digits. */
const ROUNDING = 1e-9;

export function behaviourChecks(subject: Subject, kinds: Kinds): Check[] {
  const { make, traits } = subject;
  const samples = makeSamples(traits);
  const { x } = samples;
  const isPointwise = make().role !== 'clusterer';
  const checks: Check[] = [
    {
      name: 'fit leaves the configuration as it was',
      run() {
        const estimator = make();
        const before = snapshot(estimator);
        const model: unknown = train(subject, samples, {}, estimator);
        expectThat(snapshot(estimator) === before, () => `was ${before}, is ${snapshot(estimator)}`);
        expectThat(model !== estimator, () => 'fit returned the estimator itself, not a fitted model');
      },
    },
    {
      name: 'fit and what follows leave their input as it was',
      run() {
        const copy = pick(samples, Array.from(samples.labels.keys()));
        ask(train(subject, copy), copy.x);
        const isSame =
          sameNumbers(copy.x.data, x.data) &&
          sameNumbers(copy.numbers, samples.numbers) &&
          sameNumbers(copy.labels, samples.labels);
        expectThat(isSame, () => 'the samples or targets were written to');
      },
    },
    {
      name: 'the same configuration and samples give the same model',
      run: () => expectSame(ask(train(subject, samples), x), ask(train(subject, samples), x), 0, 'second fit'),
    },
    {
      name: 'one estimator can be fitted twice, and the first model stays as it was',
      run() {
        const estimator = make();
        const first = train(subject, samples, {}, estimator);
        const before = ask(first, x);
        train(subject, makeSamples(traits, { seed: 2, columns: 3 }), {}, estimator);
        expectSame(before, ask(first, x), 0, 'after another fit');
      },
    },
    {
      name: 'asking twice gives the same answer',
      run() {
        const model = train(subject, samples);
        expectSame(ask(model, x), ask(model, x), 0, 'second time');
      },
    },
    {
      name: 'one feature is enough',
      run() {
        const narrow = makeSamples(traits, { columns: 1 });
        expectFinite(ask(train(subject, narrow), narrow.x));
      },
    },
    {
      name: 'one sample is enough, or refused with a typed error',
      run: () => attempt(() => train(subject, pick(samples, [0]))),
    },
    {
      name: 'two samples are enough, or refused with a typed error',
      run: () => attempt(() => train(subject, pick(samples, [0, 1]))),
    },
    {
      name: 'a constant feature does no harm',
      run() {
        const flat = new Matrix(
          x.rows,
          x.columns,
          x.data.map((value, i) => (i % x.columns === 1 ? 3 : value)),
        );
        expectFinite(ask(train(subject, { ...samples, x: flat }), flat));
      },
    },
    {
      name: 'more features than samples are enough, or refused with a typed error',
      run: () => attempt(() => train(subject, makeSamples(traits, { rows: 9, columns: 12 }))),
    },
    {
      name: 'features of very different size give finite results',
      run() {
        const uneven = new Matrix(
          x.rows,
          x.columns,
          x.data.map((value, i) => value * 10 ** (6 * ((i % x.columns) % 2) - 3)),
        );
        expectFinite(ask(train(subject, { ...samples, x: uneven }), uneven));
      },
    },
    ...stateChecks(subject, samples, kinds),
  ];
  if (isPointwise) checks.push(...pointwiseChecks(subject, samples));
  if (!traits.noSampleWeight) checks.push(...weightChecks(subject, samples));
  return checks;
}

function pointwiseChecks(subject: Subject, samples: Samples): Check[] {
  const { x } = samples;
  return [
    {
      name: 'a sample gets the same answer alone as among others',
      run() {
        const model = train(subject, samples);
        const all = ask(model, x);
        const single = Array.from({ length: x.rows }, (_, i) => ask(model, x.takeRows([i])));
        const joined = Object.fromEntries(
          Object.keys(all).map((method) => [method, single.flatMap((one) => one[method] ?? [])]),
        );
        expectSame(all, joined, ROUNDING, 'one by one');
      },
    },
    {
      name: 'the order of samples does not matter to the answers',
      run() {
        const model = train(subject, samples);
        const order = Array.from({ length: x.rows }, (_, i) => (i * 7) % x.rows);
        const all = ask(model, x);
        const permuted = ask(model, x.takeRows(order));
        const expected = Object.fromEntries(
          Object.entries(all).map(([method, values]) => {
            const width = values.length / x.rows;
            return [method, order.flatMap((i) => values.slice(i * width, (i + 1) * width))];
          }),
        );
        expectSame(expected, permuted, ROUNDING, 'in another order');
      },
    },
    {
      name: 'there is one answer for each sample',
      run() {
        const model = train(subject, samples);
        for (const name of ['predict', 'predictProba', 'decision', 'transform']) {
          const method = methodOf(model, name);
          if (method === undefined) continue;
          for (const rows of [x.rows, 1]) {
            const got = rowsOf(method(x.takeRows(Array.from({ length: rows }, (_, i) => i))));
            expectThat(got === rows, () => `${name} gave ${got} rows for ${rows} samples`);
          }
        }
      },
    },
  ];
}

function stateChecks(subject: Subject, samples: Samples, kinds: Kinds): Check[] {
  const { x } = samples;
  return [
    {
      name: 'a model that was saved and loaded gives the same answers',
      run() {
        const model = train(subject, samples);
        const loaded = modelFromBytes(modelToBytes(model), undefined, kinds);
        expectThat(
          loaded.constructor === model.constructor,
          () => `saved ${model.constructor.name}, loaded ${loaded.constructor.name}`,
        );
        expectSame(ask(model, x), ask(loaded, x), 0, 'after loading');
      },
    },
    {
      name: 'a saved model saves again to the same bytes',
      run() {
        const bytes = modelToBytes(train(subject, samples));
        const again = modelToBytes(modelFromBytes(bytes, undefined, kinds));
        expectThat(sameNumbers(bytes, again), () => 'the bytes differ');
      },
    },
    {
      name: 'a state without its arrays and fields is refused with a typed error',
      run() {
        const { kind } = train(subject, samples).toState();
        try {
          restore({ kind, fields: {}, arrays: {} }, kinds);
        } catch (error) {
          if (error instanceof FathomError) return;
          fail(`expected a typed error, got ${String(error)}`);
        }
        // A model that learned nothing has nothing to miss.
        const { fields, arrays, parts } = train(subject, samples).toState();
        const isEmpty = Object.keys({ ...fields, ...arrays, ...parts }).length === 0;
        expectThat(isEmpty, () => 'an empty state was accepted');
      },
    },
  ];
}

function weightChecks(subject: Subject, samples: Samples): Check[] {
  const { x } = samples;
  const tolerance = subject.traits.tolerance ?? 1e-6;
  const counts = Array.from({ length: x.rows }, (_, i) => (i * 5) % 4);
  const repeated = pick(
    samples,
    counts.flatMap((count, i) => new Array<number>(count).fill(i)),
  );
  return [
    {
      name: 'weights of 1 are as good as none',
      run() {
        const weighted = train(subject, samples, { sampleWeight: new Float64Array(x.rows).fill(1) });
        expectSame(
          ask(train(subject, samples), x),
          ask(weighted, x),
          Math.min(tolerance, ROUNDING),
          'with weights of 1',
        );
      },
    },
    {
      name: 'a weight of k is as good as the sample k times, and 0 as good as leaving it out',
      run() {
        const weighted = train(subject, samples, { sampleWeight: counts });
        expectSame(ask(train(subject, repeated), x), ask(weighted, x), tolerance, 'weighted against repeated');
      },
    },
  ];
}

/** Own fields as text; functions by their source. */
function snapshot(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) => (typeof one === 'function' ? String(one) : one));
}

function sameNumbers(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  return a.length === b.length && Array.from(a).every((value, i) => Object.is(value, b[i]));
}

function expectFinite(outputs: Outputs): void {
  for (const [method, values] of Object.entries(outputs)) {
    const bad = values.findIndex((value) => typeof value === 'number' && !Number.isFinite(value));
    expectThat(bad < 0, () => `${method} gave ${values[bad]} at ${bad}`);
  }
}

/** Runs it; an error of ours is an answer, any other is not. */
function attempt(action: () => unknown): void {
  try {
    action();
  } catch (error) {
    if (!(error instanceof FathomError)) fail(`expected success or a typed error, got ${String(error)}`);
  }
}
