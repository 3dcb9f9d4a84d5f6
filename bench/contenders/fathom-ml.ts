/**
 * Our estimators on the workloads of workloads/ml.ts, as a user would call them. peers/sklearn_ml.py is the other side, line by line.
 */
import {
  HistGradientBoostingRegressor,
  KMeans,
  KNeighborsClassifier,
  LinearRegression,
  LogisticRegression,
  logLoss,
  Matrix,
  PCA,
  RandomForestClassifier,
  Ridge,
  SVC,
  TSNE,
} from '../../src/ml/index.ts';
import { uniform64 } from '../../test/golden/lcg.ts';
import type { Run } from '../peers/serve.ts';
import type { MlWorkload } from '../workloads/ml.ts';

/** Others than those of the fit, to be judged on. */
const HELD = 2_000;
/** Of the neighbours. */
const QUERIES = 10_000;

interface Problem {
  readonly x: Matrix;
  /** A quantity: linear in the features, with a product and noise. */
  readonly y: Float64Array<ArrayBuffer>;
  /** Whether it is above 0. */
  readonly labels: Int32Array<ArrayBuffer>;
}

/** Samples uniform in [−1, 1]; seeds 1, 4 for those of the fit, 101, 104 for others. */
function problem(samples: number, features: number, seed: number): Problem {
  const x = new Matrix(samples, features, Float64Array.from(uniform64(samples * features, 1 + seed)));
  const weights = uniform64(features, 3);
  const noise = uniform64(samples, 4 + seed, 0.5);
  const y = Float64Array.from({ length: samples }, (_, i) => {
    let sum = 2 * x.data[i * features]! * x.data[i * features + 1]! + noise[i]!;
    for (let j = 0; j < features; j++) sum += x.data[i * features + j]! * weights[j]!;
    return sum;
  });
  return { x, y, labels: Int32Array.from(y, (value) => (value > 0 ? 1 : 0)) };
}

/** `groups` clouds: sample i is about centre i mod groups. */
function clouds(samples: number, features: number, groups: number): Matrix {
  const centers = uniform64(groups * features, 5, 2);
  const x = new Matrix(samples, features, Float64Array.from(uniform64(samples * features, 1)));
  for (let i = 0; i < x.data.length; i++) {
    x.data[i]! += centers[(Math.floor(i / features) % groups) * features + (i % features)]!;
  }
  return x;
}

/** Features that depend on each other: each is a multiple of the one before, and something of its own. */
function chains(samples: number, features: number): Matrix {
  const x = new Matrix(samples, features, Float64Array.from(uniform64(samples * features, 1)));
  for (let i = 0; i < x.data.length; i++) if (i % features > 0) x.data[i]! += 0.9 * x.data[i - 1]!;
  return x;
}

/** The workload, ready to fit again and again. */
export function prepareMl({ task, samples, features }: MlWorkload): Run {
  const run = (fit: () => () => number): Run => {
    let shown: (() => number) | undefined;
    return { step: () => void (shown = fit()), outputs: () => [shown?.() ?? Number.NaN] };
  };
  switch (task) {
    case 'linear':
    case 'ridge': {
      const [own, held] = [problem(samples, features, 0), problem(HELD, features, 100)];
      const estimator = task === 'ridge' ? new Ridge({ alpha: 1 }) : new LinearRegression();
      return run(() => {
        const model = estimator.fit(own.x, own.y);
        return () => model.score(held.x, held.y);
      });
    }
    case 'logistic': {
      const [own, held] = [problem(samples, features, 0), problem(HELD, features, 100)];
      return run(() => {
        const model = new LogisticRegression({ C: 1, tolerance: 1e-4 }).fit(own.x, own.labels);
        return () => logLoss(held.labels, model.predictProba(held.x));
      });
    }
    case 'svm':
    case 'forest': {
      const [own, held] = [problem(samples, features, 0), problem(HELD, features, 100)];
      const estimator = task === 'svm' ? new SVC() : new RandomForestClassifier({ seed: 1 });
      return run(() => {
        const model = estimator.fit(own.x, own.labels);
        return () => model.score(held.x, held.labels);
      });
    }
    case 'neighbors': {
      const [own, held] = [problem(samples, features, 0), problem(QUERIES, features, 100)];
      const model = new KNeighborsClassifier({ neighbors: 5, algorithm: 'brute' }).fit(own.x, own.labels);
      return run(() => {
        const score = model.score(held.x, held.labels);
        return () => score;
      });
    }
    case 'boosting': {
      const [own, held] = [problem(samples, features, 0), problem(HELD, features, 100)];
      return run(() => {
        const model = new HistGradientBoostingRegressor({ maxIter: 100, earlyStopping: false }).fit(own.x, own.y);
        return () => model.score(held.x, held.y);
      });
    }
    case 'kMeans': {
      const x = clouds(samples, features, 20);
      return run(() => {
        const model = new KMeans({ clusters: 20, seed: 1 }).fit(x);
        return () => model.inertia / samples;
      });
    }
    case 'pca': {
      const x = chains(samples, features);
      return run(() => {
        const model = new PCA({ components: 50 }).fit(x);
        return () => model.explainedVarianceRatio.reduce((a, b) => a + b, 0);
      });
    }
    case 'tsne': {
      const x = clouds(samples, features, 10);
      return run(() => {
        const model = new TSNE({ perplexity: 30 }).fit(x);
        return () => model.klDivergence;
      });
    }
  }
}
