/**
 * What each role promises beyond that: regressors and classifiers learn something easy, probabilities are probabilities,
 * the methods of one model agree with each other.
 */
import { FathomError } from '../../base/errors.ts';
import { Tensor } from '../../tensor/tensor.ts';
import { accuracy } from '../metrics/accuracy.ts';
import { r2 } from '../metrics/regression.ts';
import type { Classifier, Clusterer, Label, OutlierDetector, Regressor } from '../protocol.ts';
import { type Check, expectSame, expectThat, fail, type Subject } from './check.ts';
import { ask, listOf, makeSamples, methodOf, train } from './samples.ts';

export function roleChecks(subject: Subject): Check[] {
  const estimator = subject.make();
  switch (estimator.role) {
    case 'regressor':
      return regressorChecks(subject, estimator);
    case 'classifier':
      return classifierChecks(subject, estimator);
    case 'transformer':
      return transformerChecks(subject);
    case 'clusterer':
      return clustererChecks(subject, estimator);
    case 'outlierDetector':
      return outlierChecks(subject, estimator);
  }
}

function regressorChecks({ traits }: Subject, estimator: Regressor): Check[] {
  const { x, numbers } = makeSamples(traits);
  return [
    {
      name: 'predictions are a float64 vector for a vector of targets',
      run() {
        const { dtype, shape } = estimator.fit(x, numbers).predict(x);
        expectThat(dtype === 'float64' && shape.join() === `${x.rows}`, () => `got ${dtype} (${shape.join(', ')})`);
      },
    },
    {
      name: 'a linear relation is learned better than by the mean',
      run() {
        const score = estimator.fit(x, numbers).score(x, numbers);
        expectThat(score > 0.5, () => `R² on the training samples is ${score}`);
      },
    },
    {
      name: 'score is R² of predict',
      run() {
        const model = estimator.fit(x, numbers);
        const [a, b] = [model.score(x, numbers), r2(numbers, model.predict(x))];
        expectThat(Math.abs(a - b) < 1e-12, () => `score ${a}, R² ${b}`);
      },
    },
    {
      name: 'a constant target is predicted, or refused with a typed error',
      run() {
        const constant = new Float64Array(x.rows).fill(7);
        const predictions = excused(() => estimator.fit(x, constant).predict(x).dataSync());
        predictions?.forEach((value) =>
          expectThat(Math.abs(value - 7) < 0.5, () => `predicted ${value} where all targets are 7`),
        );
      },
    },
    {
      name: 'targets as array, typed array and tensor give the same result',
      run() {
        const predicted = [Array.from(numbers), numbers, Float32Array.from(numbers)].map((y) =>
          estimator.fit(x, y).predict(x).dataSync(),
        );
        for (const other of predicted.slice(1))
          expectSame({ predict: [...predicted[0]!] }, { predict: [...other] }, 0, 'targets');
      },
    },
  ];
}

function classifierChecks(subject: Subject, estimator: Classifier): Check[] {
  const { x, labels } = makeSamples(subject.traits);
  const classes = [...new Set(labels)].sort((a, b) => a - b);
  const named = (label: number) => ['zebra', 'ant', 'mole'][label]!;
  const checks: Check[] = [
    {
      name: 'classes are sorted, and predictions are among them',
      run() {
        const model = estimator.fit(x, labels);
        expectThat(model.classes.join() === classes.join(), () => `classes are ${model.classes.join()}`);
        const strange = model.predict(x).find((label) => !model.classes.includes(label));
        expectThat(strange === undefined, () => `predicted ${strange}`);
      },
    },
    {
      name: 'separate clouds are told apart',
      run() {
        const score = estimator.fit(x, labels).score(x, labels);
        expectThat(score > 0.83, () => `accuracy on the training samples is ${score}`);
      },
    },
    {
      name: 'score is the accuracy of predict',
      run() {
        const model = estimator.fit(x, labels);
        const [a, b] = [model.score(x, labels), accuracy(labels, model.predict(x))];
        expectThat(Math.abs(a - b) < 1e-12, () => `score ${a}, accuracy ${b}`);
      },
    },
    {
      name: 'texts and booleans as labels are kept',
      run() {
        const texts = estimator.fit(x, Array.from(labels, named));
        const score = texts.score(x, Array.from(labels, named));
        expectThat(score > 0.83, () => `accuracy with texts is ${score}`);
        const flags = Array.from(labels, (label) => label === 0);
        const predicted: unknown[] = estimator.fit(x, flags).predict(x);
        expectThat(
          predicted.every((label) => typeof label === 'boolean'),
          () => `predicted ${String(predicted[0])}`,
        );
      },
    },
    {
      name: 'the names of classes do not change what is predicted',
      run() {
        // Names in the same order give the same bits; so do numbers with gaps.
        const plain = estimator.fit(x, labels).predict(x);
        const gaps = estimator
          .fit(
            x,
            labels.map((label) => 10 * label - 7),
          )
          .predict(x);
        const texts = estimator
          .fit(
            x,
            Array.from(labels, (label) => `class ${label}`),
          )
          .predict(x);
        plain.forEach((label, i) => {
          expectThat(
            gaps[i] === 10 * label - 7 && texts[i] === `class ${label}`,
            () => `sample ${i}: ${label}, ${gaps[i]}, ${texts[i]}`,
          );
        });
      },
    },
    {
      name: 'labels as array and tensor give the same result',
      run() {
        const predicted: Label[][] = [
          estimator.fit(x, Array.from(labels)).predict(x),
          estimator.fit(x, labels).predict(x),
        ];
        expectSame({ predict: predicted[0]! }, { predict: predicted[1]! }, 0, 'labels');
      },
    },
    {
      name: 'a single class is predicted, or refused with a typed error',
      run() {
        const predicted = excused(() => estimator.fit(x, new Int32Array(x.rows).fill(5)).predict(x));
        predicted?.forEach((label) => expectThat(label === 5, () => `predicted ${label} where all labels are 5`));
      },
    },
    {
      name: 'labels without any relation to the samples do not break it',
      run() {
        const shuffled = labels.map((_, i) => labels[(i * 11) % labels.length]!);
        const model = estimator.fit(x, shuffled);
        expectThat(model.predict(x).length === x.rows, () => 'predictions are missing');
      },
    },
  ];
  const model = estimator.fit(x, labels);
  if (methodOf(model, 'predictProba') !== undefined) checks.push(probabilityCheck(subject));
  if (methodOf(model, 'decision') !== undefined) checks.push(decisionCheck(subject));
  return checks;
}

function probabilityCheck(subject: Subject): Check {
  return {
    name: 'probabilities lie in [0, 1], sum to 1 and agree with predict',
    run() {
      const samples = makeSamples(subject.traits);
      const model = train(subject, samples);
      const table = methodOf(model, 'predictProba')?.(samples.x);
      if (!(table instanceof Tensor)) fail('predictProba: expected a Tensor');
      const classes = listOf('classes', Reflect.get(model, 'classes'));
      expectThat(
        table.shape.join() === `${samples.x.rows},${classes.length}`,
        () => `shape is (${table.shape.join(', ')})`,
      );
      const predicted = ask(model, samples.x).predict!;
      forEachRow(table, (row, i) => {
        const sum = row.reduce((a, b) => a + b, 0);
        expectThat(Math.abs(sum - 1) < 1e-9, () => `row ${i} sums to ${sum}`);
        expectThat(
          row.every((p) => p >= 0 && p <= 1),
          () => `row ${i} is ${row.join(', ')}`,
        );
        const own = row[classes.indexOf(predicted[i]!)]!;
        expectThat(
          own >= Math.max(...row) - 1e-12,
          () => `sample ${i} is predicted ${String(predicted[i])} with ${row.join(', ')}`,
        );
      });
    },
  };
}

function decisionCheck(subject: Subject): Check {
  return {
    name: 'decision agrees with predict: the largest score, or the sign for two classes',
    run() {
      for (const binaryOnly of subject.traits.binaryOnly ? [true] : [true, false]) {
        const samples = makeSamples({ ...subject.traits, binaryOnly });
        const model = train(subject, samples);
        const scores = methodOf(model, 'decision')?.(samples.x);
        if (!(scores instanceof Tensor)) fail('decision: expected a Tensor');
        const classes = listOf('classes', Reflect.get(model, 'classes'));
        const shape = binaryOnly ? `${samples.x.rows}` : `${samples.x.rows},${classes.length}`;
        expectThat(
          scores.shape.join() === shape,
          () => `shape is (${scores.shape.join(', ')}) for ${classes.length} classes`,
        );
        const predicted = ask(model, samples.x).predict!;
        forEachRow(binaryOnly ? scores.reshape(-1, 1) : scores, (row, i) => {
          const full = binaryOnly ? [-row[0]!, row[0]!] : row;
          const own = full[classes.indexOf(predicted[i]!)]!;
          expectThat(
            own >= Math.max(...full),
            () => `sample ${i} is predicted ${String(predicted[i])} with ${row.join(', ')}`,
          );
        });
      }
    },
  };
}

function forEachRow(table: Tensor, visit: (row: number[], i: number) => void): void {
  const values = table.dataSync();
  const width = table.shape[1] ?? 1;
  for (let i = 0; i * width < values.length; i++) visit(Array.from(values.subarray(i * width, (i + 1) * width)), i);
}

function transformerChecks(subject: Subject): Check[] {
  const samples = makeSamples(subject.traits);
  const { x } = samples;
  const checks: Check[] = [
    {
      name: 'the result is finite',
      run() {
        const { transform } = ask(train(subject, samples), x);
        expectThat(transform?.every((value) => Number.isFinite(value)) ?? false, () => 'a value is not finite');
      },
    },
    {
      name: 'new samples can be transformed',
      run() {
        const { transform } = ask(train(subject, samples), makeSamples(subject.traits, { seed: 9, rows: 12 }).x);
        expectThat(transform?.every((value) => Number.isFinite(value)) ?? false, () => 'a value is not finite');
      },
    },
  ];
  const inverse = methodOf(train(subject, samples), 'inverse');
  if (inverse !== undefined) {
    checks.push({
      name: 'inverse undoes transform',
      run() {
        const model = train(subject, samples);
        const back = methodOf(model, 'inverse')?.(methodOf(model, 'transform')?.(x));
        expectSame({ inverse: [...x.data] }, { inverse: listOf('inverse', back) }, 1e-6, 'there and back');
      },
    });
  }
  return checks;
}

function clustererChecks({ traits }: Subject, estimator: Clusterer): Check[] {
  const { x } = makeSamples(traits);
  return [
    {
      name: 'each sample has a group from −1 up, and groups are numbered without gaps',
      run() {
        const { labels } = estimator.fit(x);
        expectThat(labels.length === x.rows, () => `${labels.length} groups for ${x.rows} samples`);
        const groups = [...new Set(labels)].filter((group) => group >= 0).sort((a, b) => a - b);
        expectThat(
          groups.every((group, i) => group === i),
          () => `groups are ${groups.join(', ')}`,
        );
        expectThat(
          labels.every((group) => group >= -1),
          () => 'a group is below −1',
        );
      },
    },
    {
      name: 'predict gives the samples of the fit their groups',
      run() {
        const model = estimator.fit(x);
        if (model.predict === undefined) return;
        expectSame({ labels: [...model.labels] }, { labels: [...model.predict(x)] }, 0, 'predict');
      },
    },
  ];
}

function outlierChecks({ traits }: Subject, estimator: OutlierDetector): Check[] {
  const { x } = makeSamples(traits);
  return [
    {
      name: 'samples are 1 or −1, and −1 is where decision is below 0',
      run() {
        const model = estimator.fit(x);
        const scores = model.decision(x).dataSync();
        model.predict(x).forEach((kind, i) => {
          expectThat(kind === (scores[i]! < 0 ? -1 : 1), () => `sample ${i} is ${kind} with a score of ${scores[i]}`);
        });
      },
    },
    {
      name: 'most samples of the fit are ordinary, and one far away is not',
      run() {
        const model = estimator.fit(x);
        const ordinary = model.predict(x).filter((kind) => kind === 1).length;
        expectThat(ordinary >= x.rows / 2, () => `${ordinary} of ${x.rows} are ordinary`);
        const far = model.decision([Array.from(x.row(0), (value) => value + 1000)]).dataSync()[0]!;
        const typical = model.decision(x).dataSync();
        expectThat(
          far <= Math.min(...typical) + 1e-9,
          () => `one far away scores ${far}, the others from ${Math.min(...typical)}`,
        );
      },
    },
  ];
}

/** The result, or undefined where an error of ours was thrown. */
function excused<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (error instanceof FathomError) return undefined;
    throw error;
  }
}
