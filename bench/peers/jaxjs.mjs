/**
 * The jax-js peer on its wasm device, whole steps under `jit`, optimizer included, except where they convolve:
 * its convolutions run about twice as fast outside `jit`, where padding is stored before it is read. Arrays are moved into the functions
 * that take them, `.ref` keeps one for later: that is this library's ownership rule. Protocol: serve.ts.
 */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { labels, uniform } from '../../test/golden/lcg.ts';
import { batchCount, seeds } from '../workloads.ts';
import { sample } from './sample.ts';
import { sayAbsent, serve } from './serve.ts';

let jax;
let version = 'unknown';
try {
  jax = await import('@jax-js/jax');
  await jax.init('wasm');
  jax.defaultDevice('wasm');
  const manifest = createRequire(import.meta.url)
    .resolve('@jax-js/jax')
    .replace(/dist.*$/, 'package.json');
  version = JSON.parse(readFileSync(manifest, 'utf8')).version;
} catch (error) {
  sayAbsent(error);
  process.exit(0);
}
const { numpy: np, lax, nn, jit, tree, valueAndGrad, vjp, blockUntilReady } = jax;
await serve('jax-js-wasm', version, (workload) => ({ matmul, conv, train })[workload.kind](workload));

function matmul({ size }) {
  const a = from([size, size], seeds.left);
  const b = from([size, size], seeds.right);
  const product = jit((x, y) => np.matmul(x, y));
  return keeping(() => [product(a.ref, b.ref)]);
}

function conv({ batch, from: channels, to, side, kernel, padding, backward }) {
  const sideOut = side + 2 * padding - kernel + 1;
  const x = from([batch, channels, side, side], seeds.left);
  const w = from([to, channels, kernel, kernel], seeds.right);
  const dy = from([batch, to, sideOut, sideOut], seeds.upstream);
  const convolve = (image, filter) => convolution(image, filter, padding);
  const both = (image, filter, upstream) => {
    const [y, pull] = vjp(convolve, [image, filter]);
    const [dx, dw] = pull(upstream);
    pull.dispose?.();
    return [y, dx, dw];
  };
  return keeping(() => (backward ? both(x.ref, w.ref, dy.ref) : [convolve(x.ref, w.ref)]));
}

/** A run whose last results stay readable and whose older ones are freed. */
function keeping(compute) {
  let results = [];
  return {
    async step() {
      for (const old of results) old.dispose();
      results = compute();
      await blockUntilReady(results);
    },
    outputs: () => sample(...results.map((result) => result.ref.dataSync())),
  };
}

function train({ batch, input, layers, loss, outputs }) {
  const { parameters, forward } = build(layers);
  const isEntropy = loss === 'crossEntropy';
  const cost = (weights, x, y) => {
    const guess = forward(weights, x);
    return isEntropy
      ? nn
          .logSoftmax(guess, -1)
          .mul(y)
          .sum()
          .mul(-1 / batch)
      : np.square(guess.sub(y)).mean();
  };
  const capture = layers.some(({ kind }) => kind === 'conv') ? (plain) => plain : jit;
  const step = capture((state, x, y) => {
    const [value, grads] = valueAndGrad(cost)(tree.ref(state.weights), x, y);
    return [value, adam(state, grads)];
  });
  let state = {
    weights: parameters,
    m: parameters.map((p) => np.zeros(p.shape)),
    v: parameters.map((p) => np.zeros(p.shape)),
    decay: np.array([1, 1]),
  };
  const batches = Array.from({ length: batchCount }, (_, i) => ({
    x: from([batch, ...input], seeds.input + i),
    y: isEntropy
      ? nn.oneHot(np.array(labels(batch, seeds.target + i, outputs), { dtype: np.int32 }), outputs)
      : from([batch, outputs], seeds.target + i),
  }));
  let count = 0;
  return {
    async step() {
      const { x, y } = batches[count++ % batchCount];
      const [value, next] = step(state, x.ref, y.ref);
      state = next;
      return (await value.data())[0];
    },
  };
}

/** Adam, PyTorch's form: w − lr · m̂ / (√v̂ + ε); `decay` holds (β₁ᵗ, β₂ᵗ). */
function adam(state, grads) {
  const decay = state.decay.mul(np.array([0.9, 0.999]));
  const correction = np.array([1, 1]).sub(decay.ref);
  const first = correction.ref.slice(0);
  const second = correction.slice(1);
  const m = state.m.map((old, i) => old.mul(0.9).add(grads[i].ref.mul(0.1)));
  const v = state.v.map((old, i) => old.mul(0.999).add(np.square(grads[i]).mul(0.001)));
  const weights = state.weights.map((old, i) => {
    const scaled = np.sqrt(v[i].ref.div(second.ref)).add(1e-8);
    return old.sub(m[i].ref.div(first.ref).div(scaled).mul(1e-3));
  });
  first.dispose();
  second.dispose();
  return { weights, m, v, decay };
}

function build(layers) {
  const parameters = [];
  const steps = [];
  let seed = seeds.parameter;
  for (const layer of layers) {
    const at = parameters.length;
    if (layer.kind === 'relu') steps.push((_, x) => nn.relu(x));
    else if (layer.kind === 'flatten') steps.push((_, x) => x.reshape([x.shape[0], -1]));
    else if (layer.kind === 'maxPool') {
      // Windows that tile the image: a reshape and a maximum, which has a gradient here.
      steps.push((_, x) => {
        const [n, c, h, w] = x.shape;
        return np.max(x.reshape([n, c, h / layer.size, layer.size, w / layer.size, layer.size]), [3, 5]);
      });
    } else if (layer.kind === 'conv') {
      const scale = (layer.from * layer.kernel ** 2) ** -0.5;
      parameters.push(
        from([layer.to, layer.from, layer.kernel, layer.kernel], seed++, scale),
        from([layer.to], seed++, scale),
      );
      steps.push((p, x) => convolution(x, p[at], layer.padding).add(p[at + 1].reshape([1, layer.to, 1, 1])));
    } else {
      const scale = layer.from ** -0.5;
      parameters.push(from([layer.to, layer.from], seed++, scale), from([layer.to], seed++, scale));
      steps.push((p, x) => np.matmul(x, np.transpose(p[at])).add(p[at + 1]));
    }
  }
  return { parameters, forward: (weights, x) => steps.reduce((value, step) => step(weights, value), x) };
}

function convolution(x, w, padding) {
  return lax.convWithGeneralPadding(
    x,
    w,
    [1, 1],
    [
      [padding, padding],
      [padding, padding],
    ],
  );
}

function from(shape, seed, scale) {
  return np
    .array(
      uniform(
        shape.reduce((a, b) => a * b, 1),
        seed,
        scale,
      ),
    )
    .reshape(shape);
}
