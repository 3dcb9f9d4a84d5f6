/**
 * Every kind of chart once, on real data: what the gallery shows, and what the tests compare with the stored pictures.
 */
import { tensor } from 'fathom';
import { breastCancer, diabetes, digits, iris } from 'fathom/data';
import * as ml from 'fathom/ml';
import * as plot from 'fathom/plot';

export interface Chart {
  /** The function that draws it. */
  readonly name: string;
  /** What it is good for. */
  readonly about: string;
  readonly draw: () => plot.Plot;
}

const flowers = iris();
const species = flowers.targetNames;
const kinds = flowers.target.dataSync();
const kindNames = Array.from(kinds, (kind) => species[Number(kind)]!);
const cells = flowers.data.arraySync() as number[][];
const column = (i: number): number[] => cells.map((row) => row[i]!);
const ofSpecies = (name: string, values: number[]): number[] => values.filter((_, i) => kindNames[i] === name);
/** Petals only: two features, so that a plane shows them. */
const petals = cells.map((row) => row.slice(2));

/** Logistic regression and a forest on tumours, each sample judged by a model that has not seen it. */
function tumours() {
  const { data, target } = breastCancer();
  const folds = { cv: new ml.StratifiedKFold({ folds: 5, shuffle: true, seed: 0 }), method: 'predictProba' } as const;
  const benign = (model: Parameters<typeof ml.crossValPredict>[0]) => {
    const shares = ml.crossValPredict(model, data, target, folds).arraySync() as number[][];
    return shares.map((row) => row[1]!);
  };
  const logistic = ml.pipeline(new ml.StandardScaler(), new ml.LogisticRegression());
  return { target, scores: { logistic: benign(logistic), 'naive Bayes': benign(new ml.GaussianNB()) } };
}

/** A line through diabetes data, from all its features. */
function progression() {
  const { data, target, featureNames } = diabetes();
  return { data, target, featureNames, predicted: new ml.LinearRegression().fit(data, target).predict(data) };
}

/** Mean squared error of y = w x + b over a grid of weights, and the way that gradient descent takes. */
function descent() {
  const x = column(2);
  const y = column(3);
  const loss = (w: number, b: number) => x.reduce((sum, at, i) => sum + (w * at + b - y[i]!) ** 2, 0) / x.length;
  const path = [[-0.4, 1.4]];
  for (let step = 0; step < 60; step++) {
    const [w, b] = path.at(-1)! as [number, number];
    const errors = x.map((at, i) => w * at + b - y[i]!);
    const slope = (2 / x.length) * errors.reduce((sum, e, i) => sum + e * x[i]!, 0);
    path.push([w - 0.04 * slope, b - 0.04 * (2 / x.length) * errors.reduce((sum, e) => sum + e, 0)]);
  }
  const weights = Array.from({ length: 21 }, (_, i) => -0.6 + 0.08 * i);
  const offsets = Array.from({ length: 21 }, (_, i) => -1.6 + 0.16 * i);
  return { weights, offsets, losses: offsets.map((b) => weights.map((w) => loss(w, b))), path };
}

export const charts: readonly Chart[] = [
  {
    name: 'line',
    about: 'Curves over a common axis; a legend where there are several.',
    draw: () => {
      const { path } = descent();
      const steps = path.map((_, i) => i);
      const [w, b] = [0, 1].map((k) => path.map((point) => point[k]!));
      return plot.line(steps, { slope: w!, offset: b! }, { title: 'Gradient descent finds a line', xLabel: 'step', yLabel: 'value' }); // prettier-ignore
    },
  },
  {
    name: 'scatter',
    about: 'Points, of different forms and colours where they have labels.',
    draw: () => plot.scatter(column(2), column(3), { labels: kindNames, title: 'Irises', xLabel: 'petal length / cm', yLabel: 'petal width / cm' }), // prettier-ignore
  },
  {
    name: 'histogram',
    about: 'How often values fall into bins of one width.',
    draw: () => plot.histogram(column(2), { bins: 24, title: 'Petals of three species', xLabel: 'petal length / cm' }),
  },
  {
    name: 'bar',
    about: 'A value for each name, with errors if they are known.',
    draw: () => {
      const models = { ridge: new ml.Ridge(), tree: new ml.DecisionTreeRegressor({ maxDepth: 4 }), neighbours: new ml.KNeighborsRegressor({ neighbors: 15 }) }; // prettier-ignore
      const { data, target } = diabetes();
      const scores = Object.values(models).map((model) => ml.crossValScore(model, data, target, { cv: 5 }));
      const mean = scores.map((all) => all.reduce((sum, score) => sum + score, 0) / all.length);
      const error = scores.map((all, i) => Math.sqrt(all.reduce((sum, score) => sum + (score - mean[i]!) ** 2, 0) / (all.length * (all.length - 1)))); // prettier-ignore
      return plot.bar(Object.keys(models), mean, { errors: error, title: 'Diabetes, five folds', yLabel: 'R²' });
    },
  },
  {
    name: 'box',
    about: 'Median, quartiles and outliers of groups.',
    draw: () => plot.box(Object.fromEntries(species.map((name) => [name, ofSpecies(name, column(0))])), { title: 'Sepals by species', yLabel: 'sepal length / cm' }), // prettier-ignore
  },
  {
    name: 'heatMap',
    about: 'A table of numbers as colours; with a middle if they have signs.',
    draw: () => {
      const names = ['sepal length', 'sepal width', 'petal length', 'petal width'];
      const centred = names.map((_, i) => {
        const values = column(i);
        const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
        return values.map((value) => value - mean);
      });
      const dot = (i: number, k: number) => centred[i]!.reduce((sum, value, n) => sum + value * centred[k]![n]!, 0);
      const correlations = names.map((_, i) => names.map((_, k) => dot(i, k) / Math.sqrt(dot(i, i) * dot(k, k))));
      return plot.heatMap(correlations, { rows: names, columns: names, scheme: 'diverging', title: 'Correlations' });
    },
  },
  {
    name: 'confusionMatrix',
    about: 'What was taken for what.',
    draw: () => {
      const { data, target } = digits();
      const guesses = ml.crossValPredict(new ml.GaussianNB(), data, target, { cv: 5 });
      return plot.confusionMatrix(ml.confusionMatrix(target, guesses), { title: 'Naive Bayes reads digits' });
    },
  },
  {
    name: 'rocCurve',
    about: 'Hits against false alarms, with the area below.',
    draw: () => {
      const { target, scores } = tumours();
      return plot.rocCurve(mapped(scores, (score) => ml.rocCurve(target, score)), { title: 'Benign tumours' }); // prettier-ignore
    },
  },
  {
    name: 'precisionRecallCurve',
    about: 'How pure the finds are, by how many are found.',
    draw: () => {
      const { target, scores } = tumours();
      return plot.precisionRecallCurve(mapped(scores, (score) => ml.precisionRecallCurve(target, score)), { title: 'Benign tumours' }); // prettier-ignore
    },
  },
  {
    name: 'learningCurve',
    about: 'Scores by number of samples, with their spread over folds.',
    draw: () => {
      const { data, target } = digits();
      const { sizes, trainScores, testScores } = ml.learningCurve(new ml.GaussianNB(), data, target, { cv: new ml.StratifiedKFold({ folds: 5, shuffle: true, seed: 0 }) }); // prettier-ignore
      return plot.learningCurve(sizes, { train: rowsOf(trainScores), test: rowsOf(testScores) }, { title: 'More digits, fewer surprises', yLabel: 'accuracy' }); // prettier-ignore
    },
  },
  {
    name: 'residuals',
    about: 'Errors of a regression over what it predicts.',
    draw: () => {
      const { target, predicted } = progression();
      return plot.residuals(target, predicted, { title: 'Diabetes, linear regression' });
    },
  },
  {
    name: 'silhouette',
    about: 'How well each sample lies in its group.',
    draw: () => {
      const groups = new ml.KMeans({ clusters: 3, seed: 0 }).fit(flowers.data).labels;
      return plot.silhouette(ml.silhouetteSamples(flowers.data, groups), groups, { title: 'Irises in three groups' });
    },
  },
  {
    name: 'decisionBoundary',
    about: 'What a classifier of two features says everywhere.',
    draw: () => {
      const model = new ml.SVC({ kernel: 'rbf', C: 10 }).fit(petals, kindNames);
      return plot.decisionBoundary(petals, (points) => model.predict(points.map((point) => Array.from(point))), { labels: kindNames, title: 'A support vector machine', xLabel: 'petal length / cm', yLabel: 'petal width / cm' }); // prettier-ignore
    },
  },
  {
    name: 'imageGrid',
    about: 'Pictures side by side, with labels.',
    draw: () => {
      const { data, target } = digits();
      const pictures = tensor(data.dataSync().slice(0, 24 * 64), { shape: [24, 8, 8] });
      return plot.imageGrid(pictures, { labels: target.dataSync().slice(0, 24), columns: 8, title: 'Digits' });
    },
  },
  {
    name: 'featureImportance',
    about: 'What a model looks at, the most important first.',
    draw: () => {
      const { data, target, featureNames } = progression();
      const model = new ml.Ridge({ alpha: 0.1 }).fit(data, target);
      const { mean, deviation } = ml.permutationImportance((x) => model.score(x, target), data, {
        repeats: 10,
        seed: 0,
      });
      return plot.featureImportance(featureNames, mean, { errors: deviation, title: 'Diabetes', xLabel: 'loss of R² when shuffled' }); // prettier-ignore
    },
  },
  {
    name: 'embedding',
    about: 'Samples of many features in a plane.',
    draw: () => {
      const { data, target } = digits();
      const plane = new ml.PCA({ components: 2 }).fit(data).transform(data).arraySync() as number[][];
      return plot.embedding(plane.slice(0, 500), { labels: Array.from(target.dataSync(), Number).slice(0, 500), dimensions: ['PC 1', 'PC 2'], title: 'Digits by their principal components' }); // prettier-ignore
    },
  },
  {
    name: 'dendrogram',
    about: 'How groups merge, and at what distance.',
    draw: () => {
      const rows = Array.from({ length: 30 }, (_, i) => i * 5);
      const merges = new ml.AgglomerativeClustering({ linkage: 'ward' }).fit(rows.map((i) => cells[i]!)).linkage();
      const pairs = rowsOf(merges).map((row) => Array.from(row).slice(0, 2));
      const distances = rowsOf(merges).map((row) => row[2]!);
      return plot.dendrogram(pairs, distances, { labels: rows.map((i) => `${kindNames[i]!.slice(0, 4)} ${i}`), title: 'Every fifth iris' }); // prettier-ignore
    },
  },
  {
    name: 'treeDiagram',
    about: 'The questions of a decision tree.',
    draw: () => {
      const model = new ml.DecisionTreeClassifier({ maxDepth: 3, seed: 0 }).fit(flowers.data, kindNames);
      return plot.treeDiagram(ml.treeLabels(model, { featureNames: flowers.featureNames }), { title: 'Which iris is it?' }); // prettier-ignore
    },
  },
  {
    name: 'lossSurface',
    about: 'A loss over two weights, with the path of an optimizer.',
    draw: () => {
      const { weights, offsets, losses, path } = descent();
      return plot.lossSurface(weights, offsets, losses, { path, scale: 'log', title: 'Gradient descent on a squared error', xLabel: 'slope', yLabel: 'offset' }); // prettier-ignore
    },
  },
];

function mapped<A, B>(record: Readonly<Record<string, A>>, of: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, of(value)]));
}

function rowsOf(matrix: ml.Matrix): ArrayLike<number>[] {
  return Array.from({ length: matrix.rows }, (_, i) => matrix.row(i));
}
