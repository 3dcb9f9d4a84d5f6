/**
 * The adding problem: of a sequence of random numbers two are marked, and their sum is to be told at the end. What is marked may
 * lie a hundred steps back, which plain recurrence does not keep and gates do. Always telling 1 has an error of 1/6.
 *   npx tsx examples/sequence.ts               npx tsx examples/sequence.ts --cell gru --length 50
 */
import { compile, gradients, random, stack, type Tensor } from 'fathom';
import { GRU, Linear, LSTM, Module, mse, RNN } from 'fathom/nn';
import { Adam, clipGradNorm } from 'fathom/optim';
import { program } from './program.ts';

const CELLS = ['rnn', 'lstm', 'gru'] as const;
type Cell = (typeof CELLS)[number];

/** One recurrent layer; its last output tells the sum. */
class Net extends Module {
  readonly recurrent: RNN | LSTM | GRU;
  readonly output: Linear;

  constructor(cell: Cell, hidden: number) {
    super();
    this.recurrent = { rnn: () => new RNN(2, hidden), lstm: () => new LSTM(2, hidden), gru: () => new GRU(2, hidden) }[
      cell
    ]();
    this.output = new Linear(hidden, 1);
  }

  /** (B, T, 2) → (B,) */
  forward(x: Tensor): Tensor {
    const [outputs] = this.recurrent.forward(x);
    return this.output.forward(outputs.slice([0, -1], [null, null]).squeeze(1)).squeeze(1);
  }
}

/** Numbers and marks (B, T, 2), one mark in each half, and the sums (B,). */
function adding(key: Tensor, batch: number, length: number): [x: Tensor, sums: Tensor] {
  const [ofValues, ofFirst, ofSecond] = random.splitKeys(key, 3) as [Tensor, Tensor, Tensor];
  const values = random.uniform(ofValues, [batch, length]);
  const half = Math.floor(length / 2);
  const first = random.randint(ofFirst, [batch], 0, half).oneHot(length);
  const second = random.randint(ofSecond, [batch], half, length).oneHot(length);
  const marks = first.add(second); // (B, T)
  return [stack([values, marks], -1), values.mul(marks).sum(1)];
}

await program(
  'Trains recurrent networks to add two marked numbers of a long sequence.',
  {
    steps: [3000, 'steps of an epoch'],
    length: [100, 'numbers in a sequence'],
    hidden: [64, 'size of the state'],
    batch: [32, 'sequences per step'],
    lr: [0.002, 'learning rate'],
    cell: ['all', `${CELLS.join(', ')}, or all one after another`],
  },
  async ({ epochs, steps, length, hidden, batch, lr, cell, seed }) => {
    const cells = CELLS.filter((one) => cell === 'all' || cell === one);
    if (cells.length === 0) throw new RangeError(`--cell takes ${CELLS.join(', ')} or all, not '${cell}'`);
    for (const one of cells) {
      random.seed(seed);
      const model = new Net(one, hidden);
      const optimizer = new Adam(model.parameters(), { lr });
      const lossOf = (key: Tensor, size: number) => {
        const [x, sums] = adding(key, size, length);
        return mse(model.forward(x), sums);
      };
      const step = compile((key: Tensor) => {
        const loss = lossOf(key, batch);
        optimizer.step(clipGradNorm(gradients(loss, optimizer.parameters), 1));
        return loss;
      });
      const total = epochs * steps;
      const every = Math.max(1, Math.floor(total / 10));
      let recent = 0;
      for (let i = 0; i < total; i++) {
        recent += (await step(random.foldIn(random.key(seed), i)).item()) as number;
        if ((i + 1) % every !== 0) continue;
        console.log(`${one}  step ${i + 1}/${total}  squared error ${(recent / every).toFixed(5)}`);
        recent = 0;
      }
      const error = compile((key: Tensor) => lossOf(key, 2000))(random.foldIn(random.key(seed + 1), 0)).itemSync();
      console.log(`test error of ${one} ${error.toFixed(5)}; always telling 1: ${(1 / 6).toFixed(5)}`);
    }
  },
);
