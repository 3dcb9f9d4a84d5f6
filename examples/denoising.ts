/**
 * A denoising autoencoder: shown pictures of clothes under heavy noise, it learns to draw what was there. Measured on test pictures
 * beside the best that blurring can do, and drawn: what was, what was shown, what was drawn.
 *   npx tsx examples/denoising.ts               npx tsx examples/denoising.ts --epochs 1 --limit 2000
 */
import { writeFile } from 'node:fs/promises';
import { compile, concat, gradients, random, type Tensor, tensor } from 'fathom';
import { DataLoader, fashionMnist } from 'fathom/data';
import { encodePng } from 'fathom/io';
import { Conv2d, ConvTranspose2d, Module, mse, ReLU, Sequential, Sigmoid } from 'fathom/nn';
import { Adam, cosine } from 'fathom/optim';
import { program } from './program.ts';

/** @see Vincent et al. 2008, "Extracting and Composing Robust Features with Denoising Autoencoders" */
class Autoencoder extends Module {
  readonly encoder = new Sequential(
    new Conv2d(1, 32, 3, { padding: 1, stride: 2 }), // (B, 32, 14, 14)
    new ReLU(),
    new Conv2d(32, 64, 3, { padding: 1, stride: 2 }), // (B, 64, 7, 7)
    new ReLU(),
  );
  readonly decoder = new Sequential(
    new ConvTranspose2d(64, 32, 4, { padding: 1, stride: 2 }), // (B, 32, 14, 14)
    new ReLU(),
    new ConvTranspose2d(32, 1, 4, { padding: 1, stride: 2 }), // (B, 1, 28, 28)
    new Sigmoid(),
  );

  /** (B, 1, 28, 28) → the same, from 0 to 1 */
  forward(x: Tensor): Tensor {
    return this.decoder.forward(this.encoder.forward(x));
  }
}

await program(
  'Trains a denoising autoencoder on Fashion-MNIST and draws what it makes of noisy pictures.',
  {
    epochs: [10, 'passes over the training pictures'],
    lr: [0.002, 'learning rate at the start; it falls to 0'],
    noise: [0.5, 'standard deviation of the noise; pixels go from 0 to 1'],
    out: ['denoising.png', 'the picture: rows in threes, of what was, what was shown, what was drawn'],
  },
  async ({ epochs, lr, noise, out, limit, seed }) => {
    const options = Number.isFinite(limit) ? { limit } : {};
    const [train, test] = await Promise.all([fashionMnist('train', options), fashionMnist('test', options)]);
    const clean = (x: Tensor) => x.cast('float32').div(255);
    const noisy = (x: Tensor, key: Tensor) => x.add(random.normal(key, x.shape).mul(noise)).clip(0, 1);

    const model = new Autoencoder();
    const optimizer = new Adam(model.parameters(), { lr });
    const step = compile((pixels: Tensor) => {
      const x = clean(pixels);
      const loss = mse(model.forward(noisy(x, random.defaultKey())), x);
      optimizer.step(gradients(loss, optimizer.parameters));
      return loss;
    });
    const loader = new DataLoader(train, { batchSize: 128, shuffle: true, seed });
    const total = epochs * loader.length;
    let done = 0;
    for (let epoch = 1; epoch <= epochs; epoch++) {
      let sum = 0;
      for (const [x] of loader) {
        optimizer.lr = lr * cosine(done++ / total);
        sum += ((await step(x).item()) as number) * x.shape[0]!;
      }
      console.log(`epoch ${epoch}/${epochs}  squared error ${(sum / train.length).toFixed(5)}`);
    }

    // The same noise for all who compete; the width of the blur is the one that is best on these very pictures.
    const widths = [0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.2, 1.5];
    const measure = compile((pixels: Tensor, key: Tensor) => {
      const x = clean(pixels);
      const shown = noisy(x, key);
      return concat(
        [shown, model.forward(shown), ...widths.map((width) => blurred(shown, width))].map((y) =>
          mse(y, x).reshape([1]),
        ),
        0,
      );
    });
    const errors = new Float64Array(2 + widths.length);
    let batch = 0;
    for (const [x] of new DataLoader(test, { batchSize: 200 })) {
      const results = await measure(x, random.foldIn(random.key(seed), batch++)).data();
      results.forEach((error, i) => (errors[i]! += (error * x.shape[0]!) / test.length));
    }
    const blur = Math.min(...errors.slice(2));
    const shown = (error: number) => `${error.toFixed(5)}, ${(-10 * Math.log10(error)).toFixed(2)} dB`;
    console.log(`squared error of the noisy pictures ${shown(errors[0]!)}`);
    console.log(`blurred by a Gaussian ${shown(blur)}`);

    const first = clean(test.tensors[0].slice(0, 32)); // (32, 1, 28, 28)
    const seen = noisy(first, random.foldIn(random.key(seed), batch));
    await writePicture(out, [first, seen, model.forward(seen)], 16);
    console.log(`picture written to ${out}`);
    console.log(`test error ${shown(errors[1]!)}`);
  },
);

/** A Gaussian of so many pixels' width over (B, 1, 28, 28), divided by what of it lies inside the picture. */
function blurred(x: Tensor, width: number): Tensor {
  const size = x.shape[2]!;
  const rows = Array.from({ length: size }, (_, i) => {
    const weights = Array.from({ length: size }, (_, j) => Math.exp(-((i - j) ** 2) / (2 * width ** 2)));
    const sum = weights.reduce((one, other) => one + other, 0);
    return weights.map((weight) => weight / sum);
  });
  const along = tensor(rows); // (28, 28)
  return along.matmul(x).matmul(along.transpose());
}

/** Series of pictures (N, 1, 28, 28) under each other, `perRow` in a row. */
async function writePicture(path: string, series: readonly Tensor[], perRow: number): Promise<void> {
  const rows = series[0]!.shape[0]! / perRow;
  const grid = concat(
    series.map((one) => one.reshape([rows, 1, perRow, 28, 28])),
    1,
  ).permute([0, 1, 3, 2, 4]); // (rows, series, 28, perRow, 28)
  const pixels = Uint8Array.from(await grid.reshape([-1]).mul(255).data(), Math.round);
  await writeFile(path, await encodePng(pixels, rows * series.length * 28, perRow * 28, 1));
}
