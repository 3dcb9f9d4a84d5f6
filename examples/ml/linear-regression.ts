/**
 * Linear regression, plain and with penalties: how far has a patient's diabetes come a year later? Ten measurements of 442.
 *   npx tsx examples/ml/linear-regression.ts
 */
import { diabetes } from 'fathom/data';
import { LassoCV, LinearRegression, RidgeCV } from 'fathom/ml';
import { residuals } from 'fathom/plot';
import { compare, lesson, parts } from './lesson.ts';

await lesson('Least squares, ridge and lasso on the diabetes table.', 'residuals.png', async ({ limit, show }) => {
  const { data, target, featureNames } = diabetes();
  const { train, test } = parts(data, target, limit);

  const plain = new LinearRegression().fit(train.x, train.y);
  compare('R², least squares', plain.score(test.x, test.y), 0.4629);

  // Both penalties are chosen by cross-validation on the training part alone.
  const ridge = new RidgeCV({ alphas: [0.01, 0.1, 1, 10] }).fit(train.x, train.y);
  compare(`R², ridge with alpha ${ridge.alpha}`, ridge.score(test.x, test.y), 0.4629);

  const lasso = new LassoCV().fit(train.x, train.y);
  compare(`R², lasso with alpha ${lasso.alpha.toFixed(3)}`, lasso.score(test.x, test.y), 0.469);
  const weights = lasso.coefficients.dataSync();
  console.log(`lasso leaves out ${featureNames.filter((_, j) => weights[j] === 0).join(', ') || 'nothing'}`);

  await show(residuals(test.y, plain.predict(test.x), { title: 'Diabetes: what least squares leaves over' }));
});
