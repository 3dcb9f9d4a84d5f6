/**
 * The jax-js peer on its wasm device, whole steps under `jit`, optimizer included, except where they convolve:
 * its convolutions run about twice as fast outside `jit`, where padding is stored before it is read. Arrays are moved into the functions
 * that take them, `.ref` keeps one for later: that is this library's ownership rule. Protocol: serve.ts.
 */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { labels, uniform } from '../../test/golden/lcg.ts';
import { batchCount, seeds } from '../workloads.ts';
import { weightScale } from '../workloads/layers.ts';
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

/** Operations move their arguments: each is used once, or has `.ref` where it is used again. */
const operations = {
  matmul: (x, y) => np.matmul(x, y),
  conv2d: (x, w, { stride, padding, groups }) => {
    if (groups > 1) throw new Error('grouped convolution is not written for this peer');
    return convolution(x, w, padding, stride);
  },
  softmax: (x) => nn.softmax(x, -1),
  sum: (x, { axis }) => np.sum(x, axis),
  exp: (x) => np.exp(x),
  tanh: (x) => np.tanh(x),
  add: (x, y) => x.add(y),
  transpose: (x) => np.transpose(x).add(0),
};

function kernel({ operation, inputs, options, gradients, output }) {
  const compute = operations[operation];
  if (compute === undefined) throw new Error(`${operation} is not written for this peer`);
  const values = inputs.map(({ shape }, i) => from(shape, seeds.operand + i));
  const upstream = from(output, seeds.upstream);
  const capture = operation === 'conv2d' ? (plain) => plain : jit;
  const forward = capture((...xs) => compute(...xs, options));
  const both = (dy, ...xs) => {
    const [y, pull] = vjp((...zs) => compute(...zs, options), xs);
    const pulled = pull(dy);
    pull.dispose?.();
    return [y, ...pulled];
  };
  return keeping(() => {
    const given = values.map((value) => value.ref);
    return gradients ? both(upstream.ref, ...given) : [forward(...given)];
  });
}

function inference({ batch, input, vocabulary, layers }) {
  if (vocabulary !== undefined) throw new Error('embeddings are not written for this peer');
  const { parameters, forward } = build(layers);
  const x = from([batch, ...input], seeds.input);
  return keeping(() => [forward(tree.ref(parameters), x.ref)]);
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

function train({ batch, input, vocabulary, layers, loss, optimizer, target, classes }) {
  if (vocabulary !== undefined || optimizer !== 'adam') throw new Error(`${optimizer} is not written for this peer`);
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
      ? nn.oneHot(np.array(labels(batch, seeds.target + i, classes), { dtype: np.int32 }), classes)
      : from([batch, ...target], seeds.target + i),
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
  const weight = (shape) => from(shape, seed++, weightScale(shape));
  const zeros = (size) => {
    seed++;
    return np.zeros([size]);
  };
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
    } else if (layer.kind === 'conv' && (layer.groups ?? 1) === 1 && layer.bias !== false) {
      parameters.push(weight([layer.to, layer.from, layer.kernel, layer.kernel]), zeros(layer.to));
      steps.push((p, x) =>
        convolution(x, p[at], layer.padding, layer.stride).add(p[at + 1].reshape([1, layer.to, 1, 1])),
      );
    } else if (layer.kind === 'linear') {
      parameters.push(weight([layer.to, layer.from]), zeros(layer.to));
      steps.push((p, x) => np.matmul(x, np.transpose(p[at])).add(p[at + 1]));
    } else throw new Error(`${layer.kind} is not written for this peer`);
  }
  return { parameters, forward: (weights, x) => steps.reduce((value, step) => step(weights, value), x) };
}

function convolution(x, w, padding, stride = 1) {
  return lax.convWithGeneralPadding(
    x,
    w,
    [stride, stride],
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

await serve('jax-js-wasm', version, (workload) => ({ kernel, train, inference })[workload.kind](workload));
