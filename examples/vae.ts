/**
 * A variational autoencoder learns to draw clothes or digits, and draws some of its own into a picture, below some of the real ones
 * and what it makes of them.
 *   npx tsx examples/vae.ts               npx tsx examples/vae.ts --data mnist --epochs 2 --limit 2000
 */
import { writeFile } from 'node:fs/promises';
import { compile, concat, gradients, random, type Tensor } from 'fathom';
import { DataLoader, fashionMnist, mnist } from 'fathom/data';
import { encodePng } from 'fathom/io';
import { binaryCrossEntropyWithLogits, Linear, Module, ReLU, Sequential } from 'fathom/nn';
import { Adam } from 'fathom/optim';
import { program } from './program.ts';

/** @see Kingma and Welling 2014, "Auto-Encoding Variational Bayes" */
class VAE extends Module {
  readonly hidden = new Sequential(new Linear(784, 400), new ReLU());
  readonly mean = new Linear(400, 20);
  readonly logVariance = new Linear(400, 20);
  readonly decoder = new Sequential(new Linear(20, 400), new ReLU(), new Linear(400, 784));

  /** (B, 784) from 0 to 1 → the negative evidence lower bound, in nats per picture */
  loss(x: Tensor): Tensor {
    const h = this.hidden.forward(x);
    const [mean, logVariance] = [this.mean.forward(h), this.logVariance.forward(h)]; // (B, 20)
    const noise = random.normal(random.defaultKey(), mean.shape);
    const z = mean.add(logVariance.mul(0.5).exp().mul(noise));
    const drawing = binaryCrossEntropyWithLogits(this.decoder.forward(z), x, { reduction: 'sum' });
    // KL(q ‖ N(0, 1)) = −½ Σ (1 + log σ² − μ² − σ²)
    const divergence = logVariance.add(1).sub(mean.square()).sub(logVariance.exp()).sum().mul(-0.5);
    return drawing.add(divergence).div(x.shape[0]!);
  }

  /** What it makes of pictures, without chance: (B, 784) → (B, 784) */
  again(x: Tensor): Tensor {
    return this.draw(this.mean.forward(this.hidden.forward(x)));
  }

  /** (B, 20) → (B, 784) from 0 to 1 */
  draw(z: Tensor): Tensor {
    return this.decoder.forward(z).sigmoid();
  }
}

await program(
  'Trains a variational autoencoder on Fashion-MNIST or MNIST and draws 64 pictures of its own.',
  {
    epochs: [10, 'passes over the training digits'],
    lr: [0.001, 'learning rate'],
    data: ['fashion-mnist', 'fashion-mnist, or mnist for digits'],
    out: ['vae.png', 'the picture: 16 real ones, below them the same drawn again, then 64 of its own'],
  },
  async ({ epochs, lr, data, out, limit, seed }) => {
    if (data !== 'fashion-mnist' && data !== 'mnist')
      throw new RangeError(`--data takes fashion-mnist or mnist, not '${data}'`);
    const load = data === 'mnist' ? mnist : fashionMnist;
    const options = Number.isFinite(limit) ? { limit } : {};
    const [train, test] = await Promise.all([load('train', options), load('test', options)]);
    const model = new VAE();
    const optimizer = new Adam(model.parameters(), { lr });
    const asInput = (x: Tensor) => x.reshape([x.shape[0]!, 784]).cast('float32').div(255);
    const step = compile((x: Tensor) => {
      const loss = model.loss(asInput(x));
      optimizer.step(gradients(loss, optimizer.parameters));
      return loss;
    });
    const measure = compile((x: Tensor) => model.loss(asInput(x)));

    const loader = new DataLoader(train, { batchSize: 128, shuffle: true, seed });
    for (let epoch = 1; epoch <= epochs; epoch++) {
      let sum = 0;
      for (const [x] of loader) sum += step(x).itemSync() * x.shape[0]!;
      console.log(`epoch ${epoch}/${epochs}  loss ${(sum / train.length).toFixed(2)}`);
    }
    let sum = 0;
    for (const [x] of new DataLoader(test, { batchSize: 500 })) sum += measure(x).itemSync() * x.shape[0]!;

    const real = asInput(test.tensors[0].slice(0, 16));
    const pictures = [real, model.again(real), model.draw(random.normal(random.key(seed), [64, 20]))];
    const grid = concat(pictures, 0).reshape([6, 16, 28, 28]).permute([0, 2, 1, 3]); // (6, 28, 16, 28): side by side
    const pixels = Uint8Array.from(await grid.reshape([-1]).mul(255).data(), Math.round);
    await writeFile(out, await encodePng(pixels, 6 * 28, 16 * 28, 1));
    console.log(`picture written to ${out}`);
    console.log(`test loss ${(sum / test.length).toFixed(2)} nats per picture`);
  },
);
