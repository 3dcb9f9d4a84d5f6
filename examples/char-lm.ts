/**
 * A Transformer learns Shakespeare letter by letter, and then writes.
 *   npx tsx examples/char-lm.ts               npx tsx examples/char-lm.ts --steps 200
 */
import { arange, compile, gradients, random, type Tensor, tensor } from 'fathom';
import { tinyShakespeare } from 'fathom/data';
import {
  crossEntropy,
  Embedding,
  LayerNorm,
  Linear,
  Module,
  TransformerEncoder,
  TransformerEncoderLayer,
} from 'fathom/nn';
import { AdamW, clipGradNorm, oneCycle } from 'fathom/optim';
import { program } from './program.ts';

/** Letters in sight. */
const CONTEXT = 64;

/** Decoder-only: each letter sees those before it. */
class Net extends Module {
  readonly letters: Embedding;
  readonly places = new Embedding(CONTEXT, 128);
  readonly blocks: TransformerEncoder;
  readonly output: Linear;

  constructor(alphabet: number, layers: number) {
    super();
    this.letters = new Embedding(alphabet, 128);
    const block = () =>
      new TransformerEncoderLayer(128, 4, { feedForward: 512, normFirst: true, activation: 'gelu', dropout: 0 });
    this.blocks = new TransformerEncoder(Array.from({ length: layers }, block), new LayerNorm(128));
    this.output = new Linear(128, alphabet);
  }

  /** (B, T) letters → (B, T, alphabet) logits of the next */
  forward(x: Tensor): Tensor {
    const places = this.places.forward(arange(x.shape[1]!).cast('int32')); // (T, 128)
    const seen = this.letters.forward(x).add(places).mul(0.1); // tables begin with deviation 1
    return this.output.forward(this.blocks.forward(seen, { causal: true }));
  }
}

await program(
  "Trains a small Transformer on Shakespeare's plays, letter by letter, and lets it write.",
  {
    epochs: [1, 'times that --steps are done'],
    steps: [2000, 'steps of an epoch'],
    batch: [32, 'pieces of 64 letters per step'],
    layers: [3, 'blocks of the network'],
    lr: [0.002, 'highest learning rate'],
    sample: [300, 'letters to write'],
    folder: ['', 'where tiny-shakespeare.txt is; by default looked for, then fetched'],
  },
  async ({ epochs, steps, batch, layers, lr, sample, folder, limit, seed }) => {
    const text = (await tinyShakespeare(folder === '' ? {} : { folder })).slice(0, Math.min(limit, 1e9));
    const alphabet = [...new Set(text)].sort();
    const codes = Int32Array.from(text, (letter) => alphabet.indexOf(letter));
    const border = Math.floor(0.9 * codes.length); // the rest is held out
    console.log(`${border} letters to train on, ${codes.length - border} held out, ${alphabet.length} different ones`);

    const model = new Net(alphabet.length, layers);
    const optimizer = new AdamW(model.parameters(), { lr, weightDecay: 0.01 });
    const lossOf = (piece: Tensor) => {
      const logits = model.forward(piece.slice([0, 0], [null, CONTEXT]));
      return crossEntropy(logits, piece.slice([0, 1], [null, CONTEXT + 1]));
    };
    const step = compile((piece: Tensor) => {
      const loss = lossOf(piece);
      optimizer.step(clipGradNorm(gradients(loss, optimizer.parameters), 1));
      return loss;
    });
    const total = epochs * steps;
    const starts = await random.randint(random.key(seed), [total, batch], 0, border - CONTEXT - 1).data();
    let recent = 0;
    for (let i = 0; i < total; i++) {
      optimizer.lr = lr * oneCycle((i + 0.5) / total);
      recent += (await step(pieces(codes, starts.subarray(i * batch, (i + 1) * batch))).item()) as number;
      const every = Math.max(1, Math.floor(total / 20));
      if ((i + 1) % every === 0) {
        console.log(`step ${i + 1}/${total}  loss ${(recent / every).toFixed(4)}`);
        recent = 0;
      }
    }
    model.eval();

    // All of the held-out text, piece by piece; each letter has at most CONTEXT before it.
    const measure = compile(lossOf);
    const places = Array.from(
      { length: Math.floor((codes.length - border - 1) / CONTEXT) },
      (_, i) => border + i * CONTEXT,
    );
    let sum = 0;
    const usable = places.slice(0, Math.floor(places.length / batch) * batch || places.length);
    const size = Math.min(batch, usable.length);
    for (let i = 0; i < usable.length; i += size)
      sum += ((await measure(pieces(codes, usable.slice(i, i + size))).item()) as number) * size;
    console.log(`\n${await write(model, alphabet, sample, seed)}\n`);
    console.log(`held-out loss ${(sum / usable.length).toFixed(4)} nats per letter`);
  },
);

/** CONTEXT + 1 letters from each start: (starts, CONTEXT + 1). */
function pieces(codes: Int32Array, starts: ArrayLike<number>): Tensor {
  const values = new Int32Array(starts.length * (CONTEXT + 1));
  for (let i = 0; i < starts.length; i++)
    values.set(codes.subarray(starts[i]!, starts[i]! + CONTEXT + 1), i * (CONTEXT + 1));
  return tensor(values, { shape: [starts.length, CONTEXT + 1] });
}

/** Letter by letter, each drawn from what the model expects after those before. */
async function write(model: Net, alphabet: readonly string[], count: number, seed: number): Promise<string> {
  // Always a whole window, so that one recording serves; what stands behind the last letter cannot be seen from it.
  const next = compile((seen: Tensor, last: Tensor, key: Tensor) => {
    const logits = model.forward(seen).at(0).take(last).div(0.8); // (1, alphabet), a little bolder than it is
    const gumbel = random.uniform(key, logits.shape).clip(1e-9, 1).log().neg().log().neg();
    return logits.add(gumbel).argmax(-1);
  });
  const written = [alphabet.indexOf('\n')];
  for (let i = 0; i < count; i++) {
    const seen = written.slice(-CONTEXT);
    const window = Int32Array.from({ length: CONTEXT }, (_, place) => seen[place] ?? 0);
    const drawn = next(
      tensor(window, { shape: [1, CONTEXT] }),
      tensor(Int32Array.of(seen.length - 1)),
      random.foldIn(random.key(seed + 1), i),
    );
    written.push((await drawn.data())[0]!);
  }
  return written
    .slice(1)
    .map((code) => alphabet[code])
    .join('');
}
