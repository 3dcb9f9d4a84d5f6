/**
 * A variational autoencoder learns to draw digits, and draws some of its own into a picture.
 *   npx tsx examples/vae.ts               npx tsx examples/vae.ts --epochs 2 --limit 2000
 */
import { writeFile } from 'node:fs/promises';
import { compile, gradients, random, type Tensor } from 'fathom';
import { DataLoader, mnist } from 'fathom/data';
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

  /** (B, 20) → (B, 784) from 0 to 1 */
  draw(z: Tensor): Tensor {
    return this.decoder.forward(z).sigmoid();
  }
}

await program(
  'Trains a variational autoencoder on MNIST and draws 64 digits of its own.',
  {
    epochs: [10, 'passes over the training digits'],
    lr: [0.001, 'learning rate'],
    out: ['vae.png', 'the picture'],
  },
  async ({ epochs, lr, out, limit, seed }) => {
    const options = Number.isFinite(limit) ? { limit } : {};
    const [train, test] = await Promise.all([mnist('train', options), mnist('test', options)]);
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

    const grid = model
      .draw(random.normal(random.key(seed), [64, 20]))
      .reshape([8, 8, 28, 28])
      .permute([0, 2, 1, 3]); // (8, 28, 8, 28): rows of pictures, side by side
    const pixels = Uint8Array.from(await grid.reshape([-1]).mul(255).data(), Math.round);
    await writeFile(out, await encodePng(pixels, 8 * 28, 8 * 28, 1));
    console.log(`64 digits drawn into ${out}`);
    console.log(`test loss ${(sum / test.length).toFixed(2)} nats per digit`);
  },
);
