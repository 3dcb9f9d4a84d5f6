/**
 * Logistic regression beside naive Bayes: is a tumour malignant? 30 measurements of 569 patients.
 *   npx tsx examples/ml/logistic-regression.ts
 */
import { breastCancer } from 'fathom/data';
import { GaussianNB, LogisticRegression, pipeline, rocAuc, rocCurve, StandardScaler } from 'fathom/ml';
import { rocCurve as rocPlot } from 'fathom/plot';
import { compare, lesson, parts } from './lesson.ts';

await lesson(
  'Logistic regression and its ROC curve on the breast cancer table.',
  'roc.png',
  async ({ limit, show }) => {
    const { data, target } = breastCancer();
    const { train, test } = parts(data, target, limit);

    const logistic = pipeline(new StandardScaler(), new LogisticRegression({ C: 0.1 })).fit(train.x, train.y);
    const bayes = new GaussianNB().fit(train.x, train.y);
    // The probability of class 1, benign.
    const scores = [logistic, bayes].map((model) => model.predictProba(test.x).at(1, 1));

    compare('accuracy, logistic regression', logistic.score(test.x, test.y), 0.993);
    compare('area under the ROC curve', rocAuc(test.y, scores[0]!), 0.9959);
    compare('accuracy, naive Bayes', bayes.score(test.x, test.y), 0.9301);

    const curves = { logistic: rocCurve(test.y, scores[0]!), Bayes: rocCurve(test.y, scores[1]!) };
    await show(rocPlot(curves, { title: 'Benign tumours, found by two models' }));
  },
);
