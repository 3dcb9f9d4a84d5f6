import { describe, expect, it } from 'vitest';
import { breastCancer, type ClassTable, diabetes, digits, iris, penguins, wine } from './index.ts';

/** Shape, sum, sum of squares and Σ x₁ y in scikit-learn 1.9.1: any value in a wrong place moves one of them. */
const sets: readonly (readonly [string, () => Omit<ClassTable, 'targetNames'>, number[], number, number, number])[] = [
  ['iris', iris, [150, 4], 2078.7, 9539.29, 435.9],
  ['wine', wine, [178, 13], 159975.295999, 118768104.78031619, 457.26],
  ['breastCancer', breastCancer, [569, 30], 1056474.4596356, 955069324.085005, 6395.57],
  ['digits', digits, [1797, 64], 561718, 6907012, 2210],
  ['diabetes', diabetes, [442, 10], 0, 10, 69.71535567841556],
];

describe('tables', () => {
  it.each(sets)('%s holds the numbers of scikit-learn', async (_, load, shape, sum, squares, product) => {
    const { data, target, featureNames } = load();
    expect(data.shape).toEqual(shape);
    expect(featureNames).toHaveLength(shape[1]!);
    const [x, y] = [Array.from(await data.data()), Array.from(await target.data())];
    expect(x.reduce((a, b) => a + b, 0) - sum).toBeCloseTo(0, 6);
    expect(x.reduce((a, b) => a + b * b, 0) / squares).toBeCloseTo(1, 12);
    expect(y.reduce((a, b, i) => a + b * x[i * shape[1]! + 1]!, 0) / product).toBeCloseTo(1, 12);
  });

  it('diabetes can be had as it was measured', async () => {
    const { data } = diabetes({ scaled: false });
    expect(Array.from(await data.data()).reduce((a, b) => a + b, 0)).toBeCloseTo(276404.2336, 6);
  });

  it('penguins has gaps where nothing was measured', () => {
    const { columns, target } = penguins();
    expect(target).toHaveLength(344);
    expect(new Set(target)).toEqual(new Set(['Adelie', 'Chinstrap', 'Gentoo']));
    expect(columns.bodyMass.filter(Number.isNaN)).toHaveLength(2);
    expect(columns.sex.filter((sex) => sex === null)).toHaveLength(11);
  });
});
