import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectClose } from '../../../test/arrays.ts';
import { testDevices } from '../../../test/devices.ts';
import {
  Cell,
  checkpoint,
  compile,
  device,
  grad,
  gradients,
  hvp,
  jvp,
  random,
  type Tensor,
  tensor,
  vmap,
} from '../../index.ts';
import { Dropout, Embedding, Linear } from '../../nn/index.ts';
import { nullDevice } from '../../runtime/null/index.ts';
import { currentDevice, register } from '../../runtime/registry.ts';

const values = (shape: readonly number[], seed = 1): Tensor => random.normal(random.key(seed), shape);

function expectSame(a: Tensor, b: Tensor, tolerance = 1e-5): void {
  expectClose(a, b.arraySync(), tolerance);
}

/** A block whose insides are four times as wide as what goes in. */
class Block {
  readonly up = new Linear(16, 64);
  readonly down = new Linear(64, 16);
  forward(x: Tensor): Tensor {
    const h = this.up.forward(x).tanh();
    return this.down.forward(h.mul(h.sigmoid())).add(x);
  }
}

function network(isCheckpointed: boolean, depth: number): { forward: (x: Tensor) => Tensor; weights: Cell[] } {
  random.seed(0);
  const blocks = Array.from({ length: depth }, () => new Block());
  const run = blocks.map((block) => {
    const forward = (x: Tensor) => block.forward(x);
    return isCheckpointed ? checkpoint(forward) : forward;
  });
  const weights = blocks.flatMap(({ up, down }) => [up.weight, up.bias!, down.weight, down.bias!]);
  return {
    forward: (x) =>
      run
        .reduce((h, f) => f(h), x)
        .square()
        .mean(),
    weights,
  };
}

describe.each(testDevices)('checkpoint on %s', (name) => {
  beforeAll(() => {
    device(name);
  });

  it('changes no value and no gradient, of arguments or of cells inside', () => {
    const x = values([8, 16]);
    const [plain, saving] = [network(false, 2), network(true, 2)];
    expectSame(saving.forward(x), plain.forward(x));
    const [wanted, found] = [plain, saving].map(({ forward, weights }) =>
      compile((t: Tensor) => gradients(forward(t), [t, ...weights]))(x),
    );
    found!.forEach((g, i) => {
      expectSame(g, wanted![i]!);
    });
    const weight = saving.weights[0]!;
    expectSame(gradients(saving.forward(x), weight), wanted![1]!);
  });

  it('draws the same random numbers the second time', () => {
    const dropout = new Dropout(0.5);
    const x = values([50]);
    const f = checkpoint((t: Tensor) => dropout.forward(t.mul(2)).mul(t));
    const y = f(x);
    const g = gradients(y.sum(), x);
    // y = 4 x² where it was kept, so g = 8 x there.
    expectSame(g.mul(x), y.mul(2));
  });

  it('nests, and works with the other transforms', () => {
    const x = values([5, 4]);
    const inner = checkpoint((t: Tensor) => t.tanh().mul(t));
    const outer = checkpoint((t: Tensor) => inner(inner(t.mul(2)).sin()).sum());
    const plain = (t: Tensor) => {
      const f = (u: Tensor) => u.tanh().mul(u);
      return f(f(t.mul(2)).sin()).sum();
    };
    expectSame(grad(outer)(x), grad(plain)(x));
    expectSame(hvp(outer, x, x), hvp(plain, x, x), 1e-4);
    expectSame(grad((t: Tensor) => grad(outer)(t).square().sum())(x), grad((t: Tensor) => grad(plain)(t).square().sum())(x), 1e-4); // prettier-ignore
    expectSame(jvp(outer, [x], [x])[1], jvp(plain, [x], [x])[1]);
    expectSame(vmap(grad(outer))(x), grad(plain)(x));
    expectSame(grad((t: Tensor) => vmap(outer)(t).sum())(x), grad(plain)(x));
  });

  it('under vmap, sends back to what all examples share, seen through whichever view', () => {
    const [x, b] = [values([5, 4]), values([1], 2)];
    const shared = (t: Tensor, wide: Tensor) => t.mul(wide).exp().sum();
    const loss = (f: typeof shared) => (bias: Tensor) => {
      const wide = bias.broadcastTo([4]);
      return vmap((t: Tensor) => f(t, wide))(x).sum();
    };
    expectSame(grad(loss(checkpoint(shared)))(b), grad(loss(shared))(b));
  });

  it('looks up by indices inside', () => {
    const table = new Embedding(5, 3);
    const ids = tensor(new Int32Array([4, 0, 4]));
    const f = checkpoint((i: Tensor) => table.forward(i).square());
    expectSame(gradients(f(ids).sum(), table.weight), gradients(table.forward(ids).square().sum(), table.weight));
    const compiled = compile((i: Tensor) => gradients(f(i).sum(), table.weight));
    expect(() => compiled(tensor(new Int32Array([5, 0, 4])))).toThrow(/index 5 is outside axis of size 5/);
  });

  it('gives back what it was given', () => {
    const x = values([3]);
    const same = checkpoint((t: Tensor) => [t, t.exp()] as const);
    expectSame(grad((t: Tensor) => same(t)[0].mul(same(t)[1]).sum())(x), x.exp().mul(x.add(1)));
    expect(checkpoint((t: Tensor) => t)(x)).toBe(x);
  });
});

describe('the memory of a train step', () => {
  const before = currentDevice().name;
  afterAll(() => {
    register('null', () => nullDevice());
    device(before);
  });

  function arenaBytes(isCheckpointed: boolean): { arena: number; contractions: number } {
    const { forward, weights } = network(isCheckpointed, 6);
    const counted = nullDevice();
    const seen: { arena: number; contractions: number }[] = [];
    register('null', () => ({
      ...counted,
      compile(graph) {
        const executable = counted.compile(graph);
        seen.push({ arena: executable.counts.arenaBytes, contractions: executable.counts.contractions });
        return executable;
      },
    }));
    device('null');
    compile((t: Tensor) => {
      const loss = forward(t);
      const found = gradients(loss, weights);
      weights.forEach((weight, i) => (weight.value = weight.value.sub(found[i]!.mul(0.1))));
      return loss;
    })(tensor(new Float32Array(512 * 16), { shape: [512, 16] }));
    return seen.reduce((most, one) => (one.contractions > most.contractions ? one : most));
  }

  it('is less by what the blocks would have kept', () => {
    const [plain, saving] = [arenaBytes(false), arenaBytes(true)];
    // Each of six blocks keeps (512, 64) floats of 128 KiB, at least one, for its way back; with checkpoints, one block at a time does.
    const kept = 512 * 64 * 4;
    expect(plain.arena - saving.arena).toBeGreaterThan(5 * kept);
    expect(saving.arena).toBeLessThan(0.6 * plain.arena);
    // The price: the first product of each block, of which the second is not needed again.
    expect(saving.contractions).toBe(plain.contractions + 6);
  });
});
