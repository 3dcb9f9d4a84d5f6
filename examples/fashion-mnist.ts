/**
 * A small convolutional network learns ten kinds of clothes.
 *   npx tsx examples/fashion-mnist.ts               npx tsx examples/fashion-mnist.ts --epochs 1 --limit 2000
 */
import { random, type Tensor } from 'fathom';
import { DataLoader, fashionClasses, fashionMnist } from 'fathom/data';
import { Conv2d, crossEntropy, Dropout, Flatten, Linear, MaxPool2d, Module, ReLU, Sequential } from 'fathom/nn';
import { AdamW, oneCycle } from 'fathom/optim';
import { accuracy, fit, learningRate, progressBar } from 'fathom/train';
import { randomFlip } from 'fathom/vision';
import { program } from './program.ts';

/** Mean and standard deviation of the training pixels, as shares of 255. */
const [MEAN, DEVIATION] = [0.286, 0.353];

/** Two convolutions and two linear layers: 421,642 parameters. In training, pictures are mirrored at random. */
class Net extends Module {
  readonly #flip = randomFlip();
  readonly layers = new Sequential(
    new Conv2d(1, 32, 3, { padding: 1 }), // (B, 32, 28, 28)
    new MaxPool2d(2),
    new ReLU(),
    new Conv2d(32, 64, 3, { padding: 1 }), // (B, 64, 14, 14)
    new MaxPool2d(2),
    new ReLU(),
    new Flatten(), // (B, 3136)
    new Dropout(0.3),
    new Linear(64 * 7 * 7, 128),
    new ReLU(),
    new Dropout(0.3),
    new Linear(128, 10),
  );

  /** (B, 1, 28, 28) bytes → (B, 10) logits */
  forward(x: Tensor): Tensor {
    const images = x.cast('float32').div(255).sub(MEAN).div(DEVIATION);
    return this.layers.forward(this.training ? this.#flip({ images }, random.defaultKey()).images : images);
  }
}

await program(
  'Trains a convolutional network on Fashion-MNIST and tests it.',
  {
    epochs: [15, 'passes over the training pictures'],
    batch: [128, 'pictures per step'],
    lr: [0.002, 'highest learning rate; it rises for a fifth of the way, then falls to 0'],
  },
  async ({ epochs, batch, lr, seed, limit }) => {
    const options = Number.isFinite(limit) ? { limit } : {};
    const [train, test] = await Promise.all([fashionMnist('train', options), fashionMnist('test', options)]);
    const model = new Net();
    const optimizer = new AdamW(model.parameters(), { lr, weightDecay: 0.01 });
    console.log(`${train.length} pictures to train on, ${test.length} to test on`);

    await fit(model, new DataLoader(train, { batchSize: batch, shuffle: true, seed }), {
      epochs,
      optimizer,
      loss: crossEntropy,
      metrics: { accuracy },
      callbacks: [progressBar(), learningRate(optimizer, (progress) => lr * oneCycle(progress, 0.2))],
    });

    const predicted: number[] = [];
    for (const [x] of new DataLoader(test, { batchSize: 500 }))
      predicted.push(...(await model.forward(x).argmax(-1).data()));
    const labels = await test.tensors[1].data();
    fashionClasses.forEach((name, label) => {
      const rows = predicted.filter((_, i) => labels[i] === label);
      const right = rows.filter((guess) => guess === label).length;
      if (rows.length > 0) console.log(`${name.padEnd(12)} ${right} of ${rows.length} found`);
    });
    const right = predicted.filter((guess, i) => guess === labels[i]).length;
    console.log(`test accuracy ${((100 * right) / test.length).toFixed(2)} %`);
  },
);
