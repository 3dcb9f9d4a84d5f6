/**
 * Linear regression three ways, to one result: gradients taken by hand, the same with `valueAndGrad`, and a layer with an optimizer.
 * Data: how diabetes went on in a year, of 442 patients with 10 measurements each.
 *   npx tsx examples/linear-regression.ts
 */
import { compile, linalg, type Tensor, valueAndGrad, zeros } from 'fathom';
import { diabetes } from 'fathom/data';
import { Linear, mse } from 'fathom/nn';
import { SGD } from 'fathom/optim';
import { program } from './program.ts';

await program(
  'Fits a line through measurements of patients: by hand, by gradients, by layers.',
  { epochs: [2000, 'steps, each on all patients'], lr: [0.1, 'learning rate'] },
  ({ epochs, lr, limit }) => {
    const table = diabetes();
    const n = Math.min(limit, table.data.shape[0]!);
    // Columns of mean 0 and deviation 1, so that one learning rate suits all; targets in units of their deviation.
    const x = standard(table.data.slice(0, n)).cast('float32'); // (n, 10)
    const y = standard(table.target.slice(0, n)).cast('float32').reshape([n, 1]); // (n, 1)
    const features = x.shape[1]!;

    // By hand: for L = mean (xw + b − y)² the gradients are 2 xᵀ(xw + b − y) / n and 2 mean(xw + b − y).
    const byHand = compile((w: Tensor, b: Tensor) => {
      const error = x.matmul(w).add(b).sub(y);
      const toW = x
        .transpose()
        .matmul(error)
        .mul(2 / n);
      return [w.sub(toW.mul(lr)), b.sub(error.mean().mul(2 * lr))] as const;
    });
    let [w, b] = [zeros([features, 1]), zeros([1])];
    for (let i = 0; i < epochs; i++) [w, b] = byHand(w, b);
    report('by hand', x.matmul(w).add(b), y);

    // The same steps, the gradients found by Fathom.
    const loss = valueAndGrad((p: { w: Tensor; b: Tensor }) => mse(x.matmul(p.w).add(p.b), y));
    const byGradients = compile((p: { w: Tensor; b: Tensor }) => {
      const [, g] = loss(p);
      return { w: p.w.sub(g.w.mul(lr)), b: p.b.sub(g.b.mul(lr)) };
    });
    let p = { w: zeros([features, 1]), b: zeros([1]) };
    for (let i = 0; i < epochs; i++) p = byGradients(p);
    report('by gradients', x.matmul(p.w).add(p.b), y);

    // The same again as a layer and an optimizer.
    const model = new Linear(features, 1);
    const optimizer = new SGD(model.parameters(), { lr });
    const step = compile(() => optimizer.minimize(mse(model.forward(x), y)));
    for (let i = 0; i < epochs; i++) step();
    report('by layers', model.forward(x), y);

    // What all three approach: the solution of least squares.
    const { solution } = linalg.lstsq(x.cast('float64'), y.cast('float64'));
    report('least squares', x.matmul(solution.cast('float32')), y);
  },
);

/** (n, …) → the same, each column of mean 0 and deviation 1. */
function standard(values: Tensor): Tensor {
  const mean = values.mean(0, { keepDims: true });
  const centered = values.sub(mean);
  return centered.div(centered.square().mean(0, { keepDims: true }).sqrt());
}

/** R² = 1 − Σ (y − ŷ)² / Σ (y − ȳ)²: 0 for guessing the mean, 1 for no error. */
function report(name: string, guess: Tensor, y: Tensor): void {
  const share = y.sub(guess).square().sum().div(y.sub(y.mean()).square().sum()).itemSync();
  console.log(`${name.padEnd(14)} R² ${(1 - share).toFixed(4)}`);
}
