import { describe, expect, it } from 'vitest';
import { DecisionTreeClassifier, DecisionTreeRegressor, treeLabels, treeText } from '../index.ts';

const x = [[1, 5], [2, 5], [3, 5], [4, 6]]; // prettier-ignore

describe('the diagram of a tree', () => {
  const tree = new DecisionTreeClassifier({ seed: 0 }).fit(x, ['a', 'a', 'b', 'b']);

  it('has a question with two answers', () => {
    expect(treeLabels(tree, { featureNames: ['length', 'width'] })).toEqual({
      label: 'length ≤ 2.5',
      children: [
        { edge: 'yes', label: 'a 100 %, n = 2' },
        { edge: 'no', label: 'b 100 %, n = 2' },
      ],
    });
  });

  it('is text, too, and stops where it is told to', () => {
    const means = new DecisionTreeRegressor({ seed: 0 }).fit(x, [1, 1, 2, 4]);
    expect(treeText(means)).toBe('x0 ≤ 3.5?\n  yes: x0 ≤ 2.5?\n    yes: 1, n = 2\n    no: 2, n = 1\n  no: 4, n = 1');
    expect(treeText(means, { maxDepth: 1 })).toBe('x0 ≤ 3.5?\n  yes: 1.33, n = 3 …\n  no: 4, n = 1');
    expect(treeText(tree, { classNames: ['ham', 'spam'] })).toContain('no: spam 100 %, n = 2');
  });

  it('needs a name for each feature and class', () => {
    expect(() => treeLabels(tree, { featureNames: ['length'] })).toThrow('featureNames needs 2 names');
    expect(() => treeLabels(tree, { classNames: ['a', 'b', 'c'] })).toThrow('classNames needs 2 names');
  });
});
