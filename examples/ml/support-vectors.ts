/**
 * A support vector machine in the plane: which penguin is it, by its beak alone? Length and depth of 342 beaks.
 *   npx tsx examples/ml/support-vectors.ts
 */
import { penguins } from 'fathom/data';
import { Matrix, pipeline, StandardScaler, SVC } from 'fathom/ml';
import { decisionBoundary } from 'fathom/plot';
import { compare, lesson, parts } from './lesson.ts';

await lesson('A support vector machine on penguins, with its boundary.', 'boundary.png', async ({ limit, show }) => {
  const { columns, target } = penguins();
  // Two birds were not measured.
  const known = target.map((_, i) => i).filter((i) => !Number.isNaN(columns.beakLength[i]!));
  const beaks = new Matrix(known.length, 2);
  known.forEach((i, row) => beaks.row(row).set([columns.beakLength[i]!, columns.beakDepth[i]!]));
  const { train, test } = parts(
    beaks,
    known.map((i) => target[i]!),
    limit,
  );

  const model = pipeline(new StandardScaler(), new SVC({ C: 10 })).fit(train.x, train.y);
  compare('accuracy, radial kernel', model.score(test.x, test.y), 0.9302);
  const linear = pipeline(new StandardScaler(), new SVC({ kernel: 'linear' })).fit(train.x, train.y);
  compare('accuracy, linear kernel', linear.score(test.x, test.y), 0.9419);

  const rows = Array.from({ length: test.x.rows }, (_, i) => test.x.row(i));
  await show(
    decisionBoundary(rows, (points) => model.predict(points), {
      labels: test.y,
      xLabel: 'beak length / mm',
      yLabel: 'beak depth / mm',
      title: 'Penguins by their beaks, and new birds',
    }),
  );
});
