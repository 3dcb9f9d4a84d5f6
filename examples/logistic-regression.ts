/**
 * Logistic regression from scratch and by layers, to one result: is a tumour malignant? 569 patients with 30 measurements each.
 *   npx tsx examples/logistic-regression.ts
 */
import { compile, random, type Tensor, zeros } from 'fathom';
import { breastCancer } from 'fathom/data';
import { binaryCrossEntropyWithLogits, Linear } from 'fathom/nn';
import { SGD } from 'fathom/optim';
import { program } from './program.ts';

await program(
  'Tells malignant from benign tumours: the gradient written out, then by layers.',
  { epochs: [500, 'steps, each on all patients'], lr: [0.5, 'learning rate'], decay: [0.01, 'weight decay (L2)'] },
  ({ epochs, lr, decay, limit, seed }) => {
    const { data, target } = breastCancer();
    const count = Math.min(limit, data.shape[0]!);
    const order = random.permutation(random.key(seed), data.shape[0]!).slice(0, count);
    const held = Math.max(1, Math.floor(count / 4)); // to test on
    const [testRows, rows] = [order.slice(0, held), order.slice(held, count)];

    // Scaled by what the training part shows, as if the rest had not been seen.
    const known = data.take(rows);
    const mean = known.mean(0);
    const deviation = known.sub(mean).square().mean(0).sqrt();
    const features = (which: Tensor) => data.take(which).sub(mean).div(deviation).cast('float32');
    const classes = (which: Tensor) => target.take(which).cast('float32').unsqueeze(-1);
    const [x, y] = [features(rows), classes(rows)]; // (n, 30), (n, 1)
    const [testX, testY] = [features(testRows), classes(testRows)];
    console.log(`${x.shape[0]} patients to train on, ${held} to test on`);

    // From scratch: p = σ(xw + b); the gradient of −y log p − (1 − y) log (1 − p) with respect to xw + b is p − y.
    const step = compile((w: Tensor, b: Tensor) => {
      const error = x.matmul(w).add(b).sigmoid().sub(y).div(x.shape[0]!);
      const toW = x.transpose().matmul(error).add(w.mul(decay));
      return [w.sub(toW.mul(lr)), b.sub(error.sum().mul(lr))] as const;
    });
    let [w, b] = [zeros([x.shape[1]!, 1]), zeros([1])];
    for (let i = 0; i < epochs; i++) [w, b] = step(w, b);
    report('from scratch', testX.matmul(w).add(b), testY);

    // By layers; the decay is the weight's alone, so it goes into a group of its own.
    const model = new Linear(x.shape[1]!, 1);
    const optimizer = new SGD([{ parameters: [model.weight], weightDecay: decay }, { parameters: [model.bias!] }], {
      lr,
    });
    const layered = compile(() => optimizer.minimize(binaryCrossEntropyWithLogits(model.forward(x), y)));
    for (let i = 0; i < epochs; i++) layered();
    report('by layers', model.forward(testX), testY);
  },
);

function report(name: string, logits: Tensor, y: Tensor): void {
  const score = logits.greater(0).cast('float32').equal(y).cast('float32').mean().itemSync();
  console.log(`${name.padEnd(14)} test accuracy ${(100 * score).toFixed(2)} %`);
}
