/**
 * k-means: ten groups of digits, found without being told what they are. 1,797 pictures of 8 × 8 pixels.
 *   npx tsx examples/ml/k-means.ts
 */
import { digits } from 'fathom/data';
import { adjustedRand, KMeans } from 'fathom/ml';
import { imageGrid } from 'fathom/plot';
import { compare, lesson, parts } from './lesson.ts';

await lesson('k-means on the digits table, and the groups that it finds.', 'centers.png', async ({ limit, show }) => {
  const { data, target } = digits();
  const { train, test } = parts(data, target, limit);

  const model = new KMeans({ clusters: 10, initializations: 20, seed: 1 }).fit(train.x);
  compare('squared distance to the centre, per picture', model.inertia / train.x.rows, 645.168);
  compare('agreement with the digits (adjusted Rand)', adjustedRand(train.y, model.labels), 0.6512);
  compare('agreement on new digits', adjustedRand(test.y, model.predict(test.x)), 0.6626);

  // Which digit most of a group are.
  const names = Array.from({ length: 10 }, (_, group) => {
    const counts = new Array<number>(10).fill(0);
    train.y.dataSync().forEach((digit, i) => (counts[digit]! += Number(model.labels[i] === group)));
    return `mostly ${counts.indexOf(Math.max(...counts))}`;
  });
  const pictures = { shape: [10, 8, 8], data: model.centers.data };
  await show(imageGrid(pictures, { labels: names, columns: 5, title: 'The centres of ten groups' }));
});
