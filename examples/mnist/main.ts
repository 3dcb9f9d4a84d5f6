/**
 * MNIST from start to finish: load the digits, train a small convolutional network, test it, save its weights.
 *   npm start               npm start -- --epochs 1 --limit 2000               npm start -- --help
 */
import { writeFile } from 'node:fs/promises';
import { compile, currentDevice, device, FathomError, random, type Tensor } from 'fathom';
import { DataLoader, mnist, normalizeImages } from 'fathom/data';
import { saveSafetensors } from 'fathom/io';
import { Conv2d, crossEntropy, Flatten, Linear, MaxPool2d, Module, ReLU, Sequential } from 'fathom/nn';
import { Adam, oneCycle } from 'fathom/optim';
import { accuracy, fit } from 'fathom/train';
import pc from 'picocolors';
import { percent, ProgressBar } from './bar.ts';
import { type Drawing, drawDigits } from './draw.ts';
import { type Options, parseOptions } from './options.ts';

/** Two convolutions and two linear layers: 105,866 parameters. */
class Net extends Module {
  readonly layers = new Sequential(
    new Conv2d(1, 16, 3, { padding: 1 }), // (B, 16, 28, 28)
    new MaxPool2d(2),
    new ReLU(),
    new Conv2d(16, 32, 3, { padding: 1 }), // (B, 32, 14, 14)
    new MaxPool2d(2),
    new ReLU(),
    new Flatten(), // (B, 1568)
    new Linear(32 * 7 * 7, 64),
    new ReLU(),
    new Linear(64, 10),
  );

  /** (B, 1, 28, 28) bytes → (B, 10) logits */
  forward(x: Tensor): Tensor {
    return this.layers.forward(normalizeImages(x));
  }
}

async function main(options: Options): Promise<void> {
  const { epochs, batch, lr, seed, limit } = options;
  if (options.device !== undefined) device(options.device);
  random.seed(seed);

  const [train, test] = await Promise.all([mnist('train', { limit }), mnist('test', { limit })]);
  const model = new Net();
  const optimizer = new Adam(model.parameters(), { lr });
  console.log(`${train.length} digits to train on, ${test.length} to test on, ${currentDevice().description}`);

  const bar = new ProgressBar(epochs, train.length);
  const loader = new DataLoader(train, { batchSize: batch, shuffle: true, seed, dropLast: train.length >= batch });
  const history = await fit(model, loader, {
    epochs,
    optimizer,
    loss: crossEntropy,
    metrics: { accuracy },
    onStep: (step, steps) => (optimizer.lr = lr * oneCycle((step + 0.5) / steps, 0.2)),
    onEpoch: (record) => bar.finishEpoch(record),
    progress: (state) => bar.update(state),
  }).finally(() => bar.close());

  const predict = compile((x: Tensor) => model.forward(x).argmax(-1));
  const predicted: number[] = [];
  for (const [x] of new DataLoader(test, { batchSize: 500 })) predicted.push(...(await predict(x).data()));
  const [images, labels] = await Promise.all(test.tensors.map((one) => one.data()));
  const isRight = predicted.map((digit, i) => digit === labels![i]);
  const score = isRight.filter(Boolean).length / test.length;

  await saveSafetensors(options.out, model.state());
  const pictures = pick(isRight).map((i): Drawing => {
    const pixels = Uint8Array.from(images!.subarray(i * 784, (i + 1) * 784));
    return { pixels, predicted: predicted[i]!, label: labels![i]! };
  });
  console.log(`\n${drawDigits(pictures, process.stdout.columns || 80, pc.isColorSupported)}\n`);
  console.log(`weights saved to ${options.out}`);

  const seconds = performance.now() / 1000; // counted from the start of the process
  const name = currentDevice().description;
  if (options.json !== undefined) {
    const result = { testAccuracy: score, seconds, device: name, epochs, batch, lr, seed, limit, history };
    await writeFile(options.json, `${JSON.stringify(result, null, 2)}\n`);
  }
  console.log(`test accuracy ${percent(score)} in ${seconds.toFixed(1)} s on ${name}`);
}

/** A dozen digits to show: the first nine, then the first mistakes, filled up with digits that were right. */
function pick(isRight: readonly boolean[]): number[] {
  const all = isRight.map((_, i) => i);
  const mistakes = all.filter((i) => i >= 9 && !isRight[i]).slice(0, 3);
  const rest = all.filter((i) => !mistakes.includes(i)).slice(0, 12 - mistakes.length);
  return [...rest, ...mistakes];
}

const options = parseOptions(process.argv);
try {
  await main(options);
} catch (error) {
  // What a user can put right needs no stack trace.
  if (!(error instanceof FathomError)) throw error;
  console.error(`${pc.red('error:')} ${error.message}`);
  process.exitCode = 1;
}
