/**
 * Spam or not: words and pairs of words of a mail, an embedding bag, one layer. The form of fastText.
 *   npx tsx examples/text-classification.ts
 */
import { random, type Tensor, tensor } from 'fathom';
import { DataLoader, spamAssassin, TensorDataset } from 'fathom/data';
import { crossEntropy, EmbeddingBag, Linear, Module } from 'fathom/nn';
import { AdamW, cosine } from 'fathom/optim';
import { accuracy, evaluate, fit, learningRate, progressBar } from 'fathom/train';
import { program } from './program.ts';

/** Rows of the table that words are hashed into; row 0 is padding. */
const BUCKETS = 1 << 16;

/** @see Joulin et al. 2017, "Bag of Tricks for Efficient Text Classification" */
class Net extends Module {
  readonly words = new EmbeddingBag(BUCKETS, 16, { paddingIndex: 0 });
  readonly output = new Linear(16, 2);

  /** (B, length) buckets → (B, 2) logits */
  forward(x: Tensor): Tensor {
    return this.output.forward(this.words.forward(x));
  }
}

await program(
  'Learns to tell spam from mail by its words and pairs of words.',
  {
    epochs: [8, 'passes over the mails'],
    lr: [0.02, 'learning rate at the start; it falls to 0'],
    length: [400, 'words and pairs of a mail, as many of them from its beginning'],
    folder: ['', "where the mails are; by default FATHOM_DATA, then the package's own"],
  },
  async ({ epochs, lr, length, folder, limit, seed }) => {
    const mails = await spamAssassin(folder === '' ? {} : { folder });
    // Mails lie in the order of their groups, so the first few would be all of one kind.
    const order = await random.permutation(random.key(seed), mails.length).data();
    const chosen = Array.from(order.subarray(0, Math.min(limit, mails.length)), (i) => mails.get(i));
    const held = Math.max(1, Math.floor(chosen.length / 5));
    const asSet = (part: typeof chosen) =>
      new TensorDataset(
        tensor(Int32Array.from(part.flatMap(({ text }) => bucketsOf(text, length))), { shape: [part.length, length] }),
        tensor(Int32Array.from(part, ({ isSpam }) => Number(isSpam))),
      );
    const [test, train] = [asSet(chosen.slice(0, held)), asSet(chosen.slice(held))];
    const share = chosen.slice(0, held).filter(({ isSpam }) => !isSpam).length / held;
    console.log(
      `${train.length} mails to train on, ${test.length} to test on; ${(100 * share).toFixed(1)} % are no spam`,
    );

    const model = new Net();
    const optimizer = new AdamW(model.parameters(), { lr, weightDecay: 0 });
    await fit(model, new DataLoader(train, { batchSize: 64, shuffle: true, seed }), {
      epochs,
      optimizer,
      loss: crossEntropy,
      metrics: { accuracy },
      callbacks: [progressBar(), learningRate(optimizer, (progress) => lr * cosine(progress))],
    });
    const result = await evaluate(model, test, { accuracy });
    console.log(`test accuracy ${(100 * result['accuracy']!).toFixed(2)} %`);
  },
);

/** Words and pairs of neighbours, hashed to 1 … BUCKETS − 1, filled up with 0. */
function bucketsOf(text: string, length: number): number[] {
  const words = text.toLowerCase().match(/[a-z0-9'$!]+/g) ?? [];
  const buckets: number[] = [];
  for (let i = 0; i < words.length && buckets.length < length; i++) {
    buckets.push(bucketOf(words[i]!));
    if (i > 0 && buckets.length < length) buckets.push(bucketOf(`${words[i - 1]!} ${words[i]!}`));
  }
  return [...buckets, ...new Array<number>(length - buckets.length).fill(0)];
}

/** FNV-1a. */
function bucketOf(word: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), 0x01000193);
  return 1 + ((hash >>> 0) % (BUCKETS - 1));
}
