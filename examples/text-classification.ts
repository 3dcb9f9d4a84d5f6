/**
 * Spam or not. Three networks: an embedding bag over words and pairs of words (the form of fastText), or an LSTM or a GRU that reads
 * in both directions; and naive Bayes on the same words and mails, to be beaten.
 * Of the mails a fifth is kept for the test and a fifth for choosing settings: `--measure validation` trains without both.
 *   npx tsx examples/text-classification.ts               npx tsx examples/text-classification.ts --network gru
 */
import { concat, random, type Tensor, tensor } from 'fathom';
import { DataLoader, type Mail, spamAssassin, TensorDataset } from 'fathom/data';
import { crossEntropy, Embedding, EmbeddingBag, GRU, Linear, LSTM, Module } from 'fathom/nn';
import { AdamW, cosine } from 'fathom/optim';
import { accuracy, evaluate, fit, learningRate, progressBar } from 'fathom/train';
import { program } from './program.ts';
import { partsOf, wordsOf } from './text-classification/mail.ts';
import { naiveBayes } from './text-classification/naive-bayes.ts';

/** Rows of the table that words are hashed into; row 0 is padding. */
const BUCKETS = 1 << 17;
/** Places for what the header says. */
const HEADER = 200;
const WIDTH = 16;

/**
 * The sums of the words' vectors, divided by √n: what many words say is not drowned by their number, as in a mean, nor shouted.
 * @see Joulin et al. 2017, "Bag of Tricks for Efficient Text Classification"
 */
class Bag extends Module {
  readonly words = new EmbeddingBag(BUCKETS, WIDTH, { paddingIndex: 0, mode: 'sum' });
  readonly output = new Linear(2 * WIDTH, 2);

  constructor() {
    super();
    this.words.weight.value = this.words.weight.value.mul(0.1); // tables begin with deviation 1
  }

  /** (B, HEADER + length) buckets → (B, 2) logits */
  forward(x: Tensor): Tensor {
    const sum = (part: Tensor) => {
      const count = part.notEqual(0).cast('float32').sum(1, { keepDims: true }).maximum(1); // (B, 1)
      return this.words.forward(part).div(count.sqrt());
    };
    const [header, body] = [x.slice([0, 0], [null, HEADER]), x.slice([0, HEADER], [null, null])];
    return this.output.forward(concat([sum(header), sum(body)], -1));
  }
}

/** Reads the words in their order, both ways, and keeps of each unit the highest that it showed. */
class Reader extends Module {
  readonly words = new Embedding(BUCKETS, 2 * WIDTH, { paddingIndex: 0 });
  readonly recurrent: LSTM | GRU;
  readonly output = new Linear(4 * WIDTH, 2);

  constructor(network: 'lstm' | 'gru') {
    super();
    const options = { bidirectional: true };
    this.recurrent =
      network === 'lstm' ? new LSTM(2 * WIDTH, 2 * WIDTH, options) : new GRU(2 * WIDTH, 2 * WIDTH, options);
    this.words.weight.value = this.words.weight.value.mul(0.3);
  }

  /** (B, length) buckets → (B, 2) logits */
  forward(x: Tensor): Tensor {
    const lengths = x.notEqual(0).cast('int32').sum(1).maximum(1).cast('int32');
    const [outputs] = this.recurrent.forward(this.words.forward(x), undefined, { lengths });
    return this.output.forward(outputs.max(1)); // after a mail's end the outputs are 0
  }
}

await program(
  'Learns to tell spam from mail by its words.',
  {
    epochs: [4, 'passes over the mails'],
    network: ['bag', 'bag, lstm or gru'],
    lr: [0.01, 'learning rate at the start; it falls to 0'],
    length: [0, 'words of a mail, from its beginning; by default 2000 for the bag and 200 for the others'],
    runs: [1, 'networks, each from a seed of its own'],
    measure: ['test', 'test, or validation: the mails to measure on'],
    folder: ['', "where the mails are; by default FATHOM_DATA, then the package's own"],
  },
  async ({ epochs, network, lr, length: chosen, runs, measure, folder, limit, seed }) => {
    if (measure !== 'test' && measure !== 'validation')
      throw new RangeError(`--measure takes test or validation, not '${measure}'`);
    if (network !== 'bag' && network !== 'lstm' && network !== 'gru')
      throw new RangeError(`--network takes bag, lstm or gru, not '${network}'`);
    const length = chosen === 0 ? (network === 'bag' ? 2000 : 200) : chosen;
    const all = await spamAssassin(folder === '' ? {} : { folder });
    // Mails lie in the order of their groups, so the first few would be all of one kind. The parts do not depend on the seed.
    const order = await random.permutation(random.key(0), all.length).data();
    const mails = Array.from(order.subarray(0, Math.min(limit, all.length)), (i) => all.get(i));
    const fifth = Math.max(1, Math.floor(mails.length / 5));
    const [forTest, forValidation, others] = [
      mails.slice(0, fifth),
      mails.slice(fifth, 2 * fifth),
      mails.slice(2 * fifth),
    ];
    const [training, held] =
      measure === 'validation' ? [others, forValidation] : [[...forValidation, ...others], forTest];
    const share = held.filter(({ isSpam }) => !isSpam).length / held.length;
    console.log(
      `${training.length} mails to train on, ${held.length} for ${measure}; ${(100 * share).toFixed(1)} % are no spam`,
    );
    const words = (mail: Mail) => Object.values(partsOf(mail.text)).flat();
    const rival = naiveBayes(training.map((mail) => [words(mail), mail.isSpam] as const));
    const right = held.filter((mail) => rival(words(mail)) === mail.isSpam).length;
    console.log(`${measure} accuracy of naive Bayes ${((100 * right) / held.length).toFixed(2)} %`);

    const placesOf = network === 'bag' ? bagOf : sequenceOf;
    const asSet = (part: readonly Mail[]) =>
      new TensorDataset(
        tensor(Int32Array.from(part.flatMap(({ text }) => placesOf(text, length))), {
          shape: [part.length, length + (network === 'bag' ? HEADER : 0)],
        }),
        tensor(Int32Array.from(part, ({ isSpam }) => Number(isSpam))),
      );
    const [train, test] = [asSet(training), asSet(held)];
    const scores: number[] = [];
    for (let run = seed; run < seed + runs; run++) {
      random.seed(run);
      const model = network === 'bag' ? new Bag() : new Reader(network);
      const optimizer = new AdamW(model.parameters(), { lr, weightDecay: 0 });
      await fit(model, new DataLoader(train, { batchSize: 64, shuffle: true, seed: run }), {
        epochs,
        optimizer,
        loss: crossEntropy,
        metrics: { accuracy },
        callbacks: [progressBar(), learningRate(optimizer, (progress) => lr * cosine(progress))],
      });
      const result = await evaluate(model, test, { accuracy });
      scores.push(100 * result['accuracy']!);
      console.log(`seed ${run}: ${measure} accuracy ${scores.at(-1)!.toFixed(2)} %`);
    }
    const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
    console.log(`${measure} accuracy of ${network} ${mean.toFixed(2)} %`);
  },
);

/** Different words and pairs of the header, then of the body: HEADER + length buckets. */
function bagOf(text: string, length: number): number[] {
  const { header, body } = partsOf(text);
  return [...filled([...new Set(header.map(bucketOf))], HEADER), ...filled([...new Set(body.map(bucketOf))], length)];
}

/** The words of subject and body, one after another. */
function sequenceOf(text: string, length: number): number[] {
  return filled(wordsOf(text).map(bucketOf), length);
}

function filled(buckets: readonly number[], length: number): number[] {
  return [...buckets.slice(0, length), ...new Array<number>(Math.max(0, length - buckets.length)).fill(0)];
}

/** FNV-1a: 1 … BUCKETS − 1. */
function bucketOf(word: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), 0x01000193);
  return 1 + ((hash >>> 0) % (BUCKETS - 1));
}
