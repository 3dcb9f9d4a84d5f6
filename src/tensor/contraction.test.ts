import { beforeAll, describe, expect, it } from 'vitest';
import { expectClose } from '../../test/arrays.ts';
import { testDevices } from '../../test/devices.ts';
import { device } from '../runtime/registry.ts';
import { tensor } from './creation.ts';
import { einsum } from './functions.ts';
import { gradients } from './gradients.ts';
import * as random from './random.ts';
import type { Tensor } from './tensor.ts';

/** Sums of at most 12 products of numbers of size 1 in float32. */
const TOLERANCE = 2e-6;

describe.each(testDevices)('contractions on %s', (name) => {
  beforeAll(() => {
    device(name);
  });
  const draw = (...shape: number[]): Tensor => random.normal(random.key(sum(shape)), shape).realize();

  it.each([
    [[3], [3]],
    [[2, 3], [3]],
    [[3], [3, 4]],
    [
      [2, 3],
      [3, 4],
    ],
    [
      [5, 2, 3],
      [3, 4],
    ],
    [
      [2, 3],
      [5, 3, 4],
    ],
    [
      [5, 1, 2, 3],
      [6, 3, 4],
    ],
    [
      [1, 3],
      [3, 1],
    ],
  ])('matmul of %j and %j is sums of products', (left, right) => {
    const [a, b] = [draw(...left), draw(...right)];
    const y = a.matmul(b);
    expectClose(y.reshape(-1), plainMatmul(a, b, y.shape), TOLERANCE);
  });

  it('matmul names the sizes that differ, and guesses a forgotten transpose', () => {
    expect(() => draw(32, 784).matmul(draw(512, 784))).toThrow(
      'matmul: inner sizes differ: (32, 784) · (512, 784); 784 ≠ 512. Did you mean to transpose',
    );
  });

  it('the gradients of a matmul are matmuls with the other operand transposed', () => {
    const [a, b, g] = [draw(2, 3), draw(3, 4), draw(2, 4)];
    const [da, db] = gradients(a.matmul(b), [a, b], g);
    expectClose(da!, nestedOf(g.matmul(b.T)), TOLERANCE);
    expectClose(db!, nestedOf(a.T.matmul(g)), TOLERANCE);
  });

  it.each([
    [
      'ij,jk->ik',
      [
        [2, 3],
        [3, 4],
      ],
    ],
    [
      'ij,jk',
      [
        [2, 3],
        [3, 4],
      ],
    ],
    [
      'ij,kj->ki',
      [
        [2, 3],
        [4, 3],
      ],
    ],
    [
      'bhqd,bhkd->bhqk',
      [
        [2, 2, 3, 4],
        [2, 2, 5, 4],
      ],
    ],
    ['i,j->ij', [[2], [3]]],
    ['ij->ji', [[2, 3]]],
    ['ij->', [[2, 3]]],
    ['ii->i', [[3, 3]]],
    ['ii', [[3, 3]]],
    ['iij->ji', [[3, 3, 2]]],
    ['ij,i->j', [[2, 3], [2]]],
    [
      'ij,ik,il->jkl',
      [
        [2, 3],
        [2, 2],
        [2, 4],
      ],
    ],
    [
      'ij,jk,kl->il',
      [
        [2, 3],
        [3, 4],
        [4, 2],
      ],
    ],
    [
      'ik,jl->ij',
      [
        [2, 3],
        [2, 4],
      ],
    ],
  ])('einsum %s is the sum over all indices', (formula, shapes) => {
    const operands = shapes.map((shape) => draw(...shape));
    const y = einsum(formula, ...operands);
    expectClose(y.reshape(-1), plainEinsum(formula, operands), 4 * TOLERANCE);
  });

  it('einsum lets an ellipsis broadcast', () => {
    const [a, b] = [draw(5, 2, 3), draw(3, 4)];
    expectClose(einsum('...ij,jk->...ik', a, b), nestedOf(a.matmul(b)), TOLERANCE);
    expectClose(einsum('...i->...', a), nestedOf(a.sum(2)), TOLERANCE);
  });

  it('einsum says what is wrong with a formula', () => {
    expect(() => einsum('ij,jk->ik', draw(2, 3))).toThrow(/names 2 operands, got 1/);
    expect(() => einsum('ij->ik', draw(2, 3))).toThrow(/'k' in its output, but in no operand/);
    expect(() => einsum('ij,jk->ik', draw(2, 3), draw(4, 2))).toThrow(/axis 'j' has sizes 3 and 4/);
    expect(() => einsum('i->i', draw(2, 3))).toThrow(/names 1 axes, the operand is \(2, 3\)/);
  });

  it('integers stay exact', () => {
    const a = tensor(
      [
        [1, 2],
        [3, 4],
      ],
      { dtype: 'int32' },
    );
    expectClose(
      a.matmul(a),
      [
        [7, 10],
        [15, 22],
      ],
      0,
    );
    expect(a.matmul(a).dtype).toBe('int32');
  });
});

function sum(list: readonly number[]): number {
  return list.reduce((a, b) => a + b, 0);
}

function nestedOf(x: Tensor) {
  return x.arraySync();
}

/** Three plain loops over the broadcast shape. */
function plainMatmul(a: Tensor, b: Tensor, shape: readonly number[]): number[] {
  const left = a.rank === 1 ? a.unsqueeze(0) : a;
  const right = b.rank === 1 ? b.unsqueeze(1) : b;
  const [m, k, n] = [left.shape.at(-2)!, left.shape.at(-1)!, right.shape.at(-1)!];
  const batch = shape.slice(0, shape.length - (a.rank > 1 ? 1 : 0) - (b.rank > 1 ? 1 : 0));
  const x = left.expand([...batch, m, k]).dataSync();
  const y = right.expand([...batch, k, n]).dataSync();
  const result: number[] = [];
  for (let group = 0; group < x.length / (m * k); group++)
    for (let i = 0; i < m; i++)
      for (let j = 0; j < n; j++) {
        let total = 0;
        for (let p = 0; p < k; p++) total += x[(group * m + i) * k + p]! * y[(group * k + p) * n + j]!;
        result.push(total);
      }
  return result;
}

/** Every combination of indices of every letter, one after the other. */
function plainEinsum(formula: string, operands: readonly Tensor[]): number[] {
  const [left, right] = formula.split('->');
  const terms = left!.split(',').map((term) => [...term]);
  const all = terms.flat();
  const output = right === undefined ? all.filter((l) => all.indexOf(l) === all.lastIndexOf(l)).sort() : [...right];
  const sizes = new Map<string, number>();
  terms.forEach((term, i) => {
    term.forEach((letter, axis) => sizes.set(letter, operands[i]!.shape[axis]!));
  });
  const letters = [...output, ...[...sizes.keys()].filter((letter) => !output.includes(letter))];
  const data = operands.map((x) => x.dataSync());
  const result = new Array<number>(output.reduce((n, letter) => n * sizes.get(letter)!, 1)).fill(0);
  const total = letters.reduce((n, letter) => n * sizes.get(letter)!, 1);
  for (let flat = 0; flat < total; flat++) {
    const index = new Map<string, number>();
    let rest = flat;
    for (const letter of letters.toReversed()) {
      index.set(letter, rest % sizes.get(letter)!);
      rest = Math.floor(rest / sizes.get(letter)!);
    }
    const place = (names: readonly string[]): number =>
      names.reduce((at, letter) => at * sizes.get(letter)! + index.get(letter)!, 0);
    result[place(output)]! += terms.reduce((product, term, i) => product * data[i]![place(term)]!, 1);
  }
  return result;
}
