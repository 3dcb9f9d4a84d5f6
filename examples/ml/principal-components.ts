/**
 * Principal components: 64 pixels as two numbers, and as twenty that are nearly as good. 1,797 digits.
 *   npx tsx examples/ml/principal-components.ts
 */
import { digits } from 'fathom/data';
import { KNeighborsClassifier, PCA, pipeline } from 'fathom/ml';
import { embedding } from 'fathom/plot';
import { compare, lesson, parts } from './lesson.ts';

await lesson('Principal components of the digits table.', 'components.png', async ({ limit, show }) => {
  const { data, target } = digits();
  const { train, test } = parts(data, target, limit);

  const plane = new PCA({ components: 2 }).fit(train.x);
  const explained = plane.explainedVarianceRatio.reduce((a, b) => a + b, 0);
  compare('share of the variance in 2 components', explained, 0.2852);

  const few = pipeline(new PCA({ components: 20 }), new KNeighborsClassifier()).fit(train.x, train.y);
  compare('accuracy of neighbours in 20 components', few.score(test.x, test.y), 0.9889);
  const all = new KNeighborsClassifier().fit(train.x, train.y);
  compare('accuracy of neighbours in 64 pixels', all.score(test.x, test.y), 0.9911);

  const labels = Array.from(test.y.dataSync(), String);
  await show(
    embedding(plane.transform(test.x), {
      labels,
      dimensions: ['first component', 'second component'],
      title: 'New digits in the plane of most variance',
    }),
  );
});
