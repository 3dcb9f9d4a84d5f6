/**
 * The smallest whole program: a network learns exclusive or. `npx tsx examples/tiny.ts`
 */
import { compile, tensor } from 'fathom';
import { Linear, mse, Sequential, Tanh } from 'fathom/nn';
import { Adam } from 'fathom/optim';

const x = tensor([[0, 0], [0, 1], [1, 0], [1, 1]]); // prettier-ignore
const y = tensor([[0], [1], [1], [0]]);
const model = new Sequential(new Linear(2, 8), new Tanh(), new Linear(8, 1));
const optimizer = new Adam(model.parameters(), { lr: 0.05 });

const step = compile(() => optimizer.minimize(mse(model.forward(x), y)));
for (let i = 0; i < 300; i++) step();
console.log(`${model.forward(x)}`);
