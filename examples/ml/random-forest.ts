/**
 * A random forest and what it looks at: which of three growers made the wine? 13 measurements of 178 bottles.
 *   npx tsx examples/ml/random-forest.ts
 */
import { wine } from 'fathom/data';
import { permutationImportance, RandomForestClassifier } from 'fathom/ml';
import { featureImportance } from 'fathom/plot';
import { compare, lesson, parts } from './lesson.ts';

await lesson(
  'A random forest on the wine table, and the features that it needs.',
  'importance.png',
  async ({ limit, show }) => {
    const { data, target, featureNames } = wine();
    const { train, test } = parts(data, target, limit);

    const model = new RandomForestClassifier({ estimators: 200, oobScore: true, seed: 1 }).fit(train.x, train.y);
    compare('accuracy, 200 trees', model.score(test.x, test.y), 1); // mean of ten seeds
    compare('accuracy by trees that had not seen a sample', model.oobScore!, 0.9662);

    // How much the accuracy on new samples falls when one feature is put in random order.
    const { mean, deviation } = permutationImportance((x) => model.score(x, test.y), test.x, { repeats: 20 });
    await show(
      featureImportance(featureNames, mean, {
        errors: deviation,
        xLabel: 'accuracy lost without it',
        title: 'Wine: what the forest looks at',
      }),
    );
  },
);
