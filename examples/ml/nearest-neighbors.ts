/**
 * The nearest neighbours: which digit is it? 1,797 pictures of 8 × 8 pixels.
 *   npx tsx examples/ml/nearest-neighbors.ts
 */
import { digits } from 'fathom/data';
import { confusionMatrix, crossValScore, KNeighborsClassifier } from 'fathom/ml';
import { confusionMatrix as confusionPlot } from 'fathom/plot';
import { compare, lesson, parts } from './lesson.ts';

await lesson(
  'Nearest neighbours on the digits table, and what they confuse.',
  'confusion.png',
  async ({ limit, show }) => {
    const { data, target } = digits();
    const { train, test } = parts(data, target, limit);

    // How many neighbours? By cross-validation on the training part.
    const choices = [1, 3, 5, 7, 9].map((neighbors) => {
      const scores = crossValScore(new KNeighborsClassifier({ neighbors }), train.x, train.y, { cv: 5 });
      return { neighbors, mean: scores.reduce((a, b) => a + b, 0) / scores.length };
    });
    const best = choices.reduce((a, b) => (b.mean > a.mean ? b : a));
    compare(`cross-validated accuracy of ${best.neighbors} neighbours`, best.mean, 0.9607);

    const model = new KNeighborsClassifier({ neighbors: best.neighbors }).fit(train.x, train.y);
    compare('accuracy on new digits', model.score(test.x, test.y), 0.9867);
    const confusion = confusionMatrix(test.y, model.predict(test.x));
    await show(confusionPlot(confusion, { title: 'Digits: what was taken for what' }));
  },
);
