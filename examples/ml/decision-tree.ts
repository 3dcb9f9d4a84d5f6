/**
 * A decision tree that can be read: which iris is it? Four lengths of 150 flowers.
 *   npx tsx examples/ml/decision-tree.ts
 */
import { iris } from 'fathom/data';
import { DecisionTreeClassifier, type Tree } from 'fathom/ml';
import { treeDiagram, type TreeNode } from 'fathom/plot';
import { compare, lesson, parts } from './lesson.ts';

await lesson('A decision tree on the iris table, drawn.', 'tree.png', async ({ limit, show }) => {
  const { data, target, featureNames, targetNames } = iris();
  const { train, test } = parts(data, target, limit);

  const model = new DecisionTreeClassifier({ maxDepth: 3 }).fit(train.x, train.y);
  compare(`accuracy, ${model.tree.leaves} leaves`, model.score(test.x, test.y), 0.9211);
  const whole = new DecisionTreeClassifier().fit(train.x, train.y);
  compare(`accuracy, fully grown, ${whole.tree.leaves} leaves`, whole.score(test.x, test.y), 0.9211);

  await show(treeDiagram(nodeOf(model.tree, 0, featureNames, targetNames), { title: 'Iris: the questions of a tree' }));
});

/** A node as the diagram takes it: its question or its class, and how many samples came here. */
function nodeOf(
  tree: Tree,
  node: number,
  features: readonly string[],
  classes: readonly string[],
  edge?: string,
): TreeNode {
  const shares = tree.value.row(node);
  const count = `${tree.weight[node]} flowers`;
  const above = edge === undefined ? {} : { edge };
  if (tree.feature[node]! < 0) return { label: `${classes[shares.indexOf(Math.max(...shares))]!}\n${count}`, ...above };
  return {
    label: `${features[tree.feature[node]!]!} ≤ ${tree.threshold[node]!.toFixed(2)}\n${count}`,
    children: [
      nodeOf(tree, tree.left[node]!, features, classes, 'yes'),
      nodeOf(tree, tree.right[node]!, features, classes, 'no'),
    ],
    ...above,
  };
}
