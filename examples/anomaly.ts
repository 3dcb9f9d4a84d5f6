/**
 * Anomaly detection by reconstruction: an autoencoder that knows one digit only draws other digits badly, and that tells them apart.
 * Also writes a picture of what it was shown and what it drew.
 *   npx tsx examples/anomaly.ts               npx tsx examples/anomaly.ts --epochs 2 --limit 2000
 */
import { writeFile } from 'node:fs/promises';
import { compile, concat, type Tensor, tensor } from 'fathom';
import { DataLoader, mnist, TensorDataset } from 'fathom/data';
import { encodePng } from 'fathom/io';
import { Linear, Module, mse, ReLU, Sequential, Sigmoid } from 'fathom/nn';
import { Adam } from 'fathom/optim';
import { fit, progressBar } from 'fathom/train';
import { program } from './program.ts';

/** 784 pixels through 16 numbers. */
class Autoencoder extends Module {
  readonly encoder = new Sequential(new Linear(784, 128), new ReLU(), new Linear(128, 16));
  readonly decoder = new Sequential(new Linear(16, 128), new ReLU(), new Linear(128, 784), new Sigmoid());

  /** (B, 784) → the same, from 0 to 1 */
  forward(x: Tensor): Tensor {
    return this.decoder.forward(this.encoder.forward(x));
  }
}

await program(
  'Learns to draw one digit, and finds all others by how badly it draws them.',
  {
    epochs: [20, 'passes over the training digits of the one kind'],
    digit: [4, 'the digit that is normal, 1 to 9'],
    lr: [0.001, 'learning rate'],
    out: ['anomaly.png', 'the picture: above what was shown, below what was drawn'],
  },
  async ({ epochs, digit, lr, out, limit, seed }) => {
    const options = Number.isFinite(limit) ? { limit } : {};
    const [train, test] = await Promise.all([mnist('train', options), mnist('test', options)]);
    const [known, all] = [await flat(train), await flat(test)];
    const rows = known.labels.flatMap((label, i) => (label === digit ? [i] : []));
    const normal = known.images.take(tensor(Int32Array.from(rows)));
    console.log(`${rows.length} pictures of ${digit} to train on, ${all.labels.length} of all digits to test on`);

    const model = new Autoencoder();
    await fit(model, new DataLoader(new TensorDataset(normal, normal), { batchSize: 64, shuffle: true, seed }), {
      epochs,
      optimizer: new Adam(model.parameters(), { lr }),
      loss: mse,
      callbacks: [progressBar()],
    });

    const errorOf = compile((x: Tensor) => model.forward(x).sub(x).square().mean(-1));
    const errors = await errorOf(all.images).data();
    const shown = all.images.slice(0, 16);
    await writePicture(out, concat([shown, model.forward(shown)], 0), 16);
    console.log(`picture written to ${out}`);
    const isOther = all.labels.map((label) => label !== digit);
    console.log(`test AUROC ${auroc(Array.from(errors), isOther).toFixed(4)}`);
  },
);

/** Pixels from 0 to 1, (N, 784). */
async function flat(set: Awaited<ReturnType<typeof mnist>>): Promise<{ images: Tensor; labels: number[] }> {
  const [images, labels] = set.tensors;
  return {
    images: images
      .reshape([set.length, 784])
      .cast('float32')
      .mul(1 / 255),
    labels: Array.from(await labels.data()),
  };
}

/** The share of pairs of one anomaly and one normal picture in which the anomaly scores higher; half a pair where they are equal. */
function auroc(scores: readonly number[], isPositive: readonly boolean[]): number {
  const order = scores.map((_, i) => i).sort((a, b) => scores[a]! - scores[b]!);
  let [negatives, wins] = [0, 0];
  for (let i = 0; i < order.length;) {
    let end = i;
    while (end < order.length && scores[order[end]!] === scores[order[i]!]) end++;
    const ties = order.slice(i, end);
    const positives = ties.filter((one) => isPositive[one]).length;
    wins += positives * (negatives + (ties.length - positives) / 2);
    negatives += ties.length - positives;
    i = end;
  }
  return wins / (negatives * (scores.length - negatives));
}

/** Pictures (N, 784) from 0 to 1 side by side. */
async function writePicture(path: string, pictures: Tensor, perRow: number): Promise<void> {
  const rows = pictures.shape[0]! / perRow;
  const grid = pictures.reshape([rows, perRow, 28, 28]).permute([0, 2, 1, 3]); // (rows, 28, perRow, 28)
  const pixels = Uint8Array.from(await grid.reshape([-1]).mul(255).data(), Math.round);
  await writeFile(path, await encodePng(pixels, rows * 28, perRow * 28, 1));
}
