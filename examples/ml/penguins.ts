/**
 * From a table with gaps to a submission, as in a competition: of eleven penguins nobody wrote down the sex. Categories and numbers,
 * missing values, a random search over the whole pipeline, and a CSV file with the answers.
 *   npx tsx examples/ml/penguins.ts
 */
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { penguins } from 'fathom/data';
import {
  CategoryImputer,
  columnTransformer,
  confusionMatrix,
  crossValPredict,
  logUniformBetween,
  LogisticRegression,
  OneHotEncoder,
  pipeline,
  PolynomialFeatures,
  randomizedSearch,
  SimpleImputer,
  StandardScaler,
  StratifiedKFold,
  takeRows,
} from 'fathom/ml';
import { confusionMatrix as confusionPlot } from 'fathom/plot';
import { compare, lesson } from './lesson.ts';

await lesson('Predicts the sex of penguins, and writes submission.csv.', 'sexes.png', async ({ limit, out, show }) => {
  const { columns, target: species } = penguins();
  const { sex, ...rest } = columns;
  const table = { ...rest, species };
  const rows = sex.map((_, i) => i);
  const known = rows.filter((i) => sex[i] !== null).slice(0, limit);
  const unknown = rows.filter((i) => sex[i] === null);
  const train = takeRows('penguins', table, known);
  const y = known.map((i) => sex[i]!);
  console.log(`${known.length} penguins to learn from, ${unknown.length} to be told`);

  // A wrong column, option or value here does not compile.
  const make = ({ C, degree, fill }: { C: number; degree: number; fill: 'mean' | 'median' }) =>
    pipeline(
      columnTransformer([
        [
          pipeline(
            new SimpleImputer({ strategy: fill }),
            new StandardScaler(),
            new PolynomialFeatures({ degree, bias: false }),
          ),
          ['beakLength', 'beakDepth', 'flipperLength', 'bodyMass'],
        ],
        [pipeline(new CategoryImputer(), new OneHotEncoder({ unknown: 'ignore' })), ['species', 'island']],
      ]),
      new LogisticRegression({ C, maxIterations: 1000 }),
    );
  const cv = new StratifiedKFold({ folds: 5, shuffle: true, seed: 1 });
  const search = randomizedSearch(
    make,
    { C: logUniformBetween(1e-2, 1e3), degree: [1, 2], fill: ['mean', 'median'] },
    { candidates: 20, cv, seed: 1 },
  );
  const model = search.fit(train, y);
  const { settings, mean } = model.result!.best;
  console.log(
    `best of ${model.result!.candidates.length}: C ${settings.C.toPrecision(3)}, degree ${settings.degree}, ${settings.fill}`,
  );
  compare('cross-validated accuracy', mean, 0.9177);

  const answers = model.predict(takeRows('penguins', table, unknown));
  const lines = unknown.map((i, k) => `${i},${answers[k]!}`);
  const path = join(dirname(out), 'submission.csv');
  await writeFile(path, ['id,sex', ...lines, ''].join('\n'));
  console.log(`answers written to ${path}`);

  // Each bird judged by a model that had not seen it.
  const judged = crossValPredict(make(settings), train, y, { cv });
  await show(confusionPlot(confusionMatrix(y, judged), { title: 'Penguins: the sex, and what it was taken for' }));
});
