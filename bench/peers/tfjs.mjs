/**
 * The TensorFlow.js peer: `tfjs.mjs wasm` or `tfjs.mjs cpu`. NHWC throughout, the only layout its CPU kernels take;
 * data and weights are permuted once, outside the timing. Protocol: serve.ts.
 */

import { createRequire } from 'node:module';
import path from 'node:path';
import { labels, uniform } from '../../test/golden/lcg.ts';
import { batchCount, seeds } from '../workloads.ts';
import { sample } from './sample.ts';
import { sayAbsent, serve } from './serve.ts';

const backend = process.argv[2] === 'cpu' ? 'cpu' : 'wasm';
const require = createRequire(import.meta.url);
console.warn = () => {}; // its advice to install another backend

let tf;
try {
  tf = require('@tensorflow/tfjs');
  if (backend === 'wasm') {
    const wasm = require('@tensorflow/tfjs-backend-wasm');
    wasm.setWasmPaths(path.dirname(require.resolve('@tensorflow/tfjs-backend-wasm')) + path.sep);
  }
  await tf.setBackend(backend);
  await tf.ready();
} catch (error) {
  sayAbsent(error);
  process.exit(0);
}
await serve(`tfjs-${backend}`, tf.version.tfjs, (workload) => ({ matmul, conv, train })[workload.kind](workload));

function matmul({ size }) {
  const a = tf.tensor2d(uniform(size * size, seeds.left), [size, size]);
  const b = tf.tensor2d(uniform(size * size, seeds.right), [size, size]);
  let c;
  return {
    step() {
      c?.dispose();
      c = tf.matMul(a, b);
    },
    outputs: () => sample(c.dataSync()),
  };
}

function conv({ batch, from, to, side, kernel, padding, backward }) {
  const sideOut = side + 2 * padding - kernel + 1;
  const x = nhwc([batch, from, side, side], seeds.left);
  const w = hwio([to, from, kernel, kernel], seeds.right);
  const dy = nhwc([batch, to, sideOut, sideOut], seeds.upstream);
  let results = [];
  const forward = (image, filter) => tf.conv2d(image, filter, 1, padding);
  const gradients = tf.grads(forward);
  return {
    step() {
      tf.dispose(results);
      // tf.grads keeps the forward value to itself, so it is asked for apart; the backward kernels do not need it.
      results = tf.tidy(() => (backward ? [forward(x, w), ...gradients([x, w], dy)] : [forward(x, w)]));
    },
    outputs: () => sample(...results.map((t, i) => tf.transpose(t, i === 2 ? [3, 2, 0, 1] : [0, 3, 1, 2]).dataSync())),
  };
}

function train({ batch, input, layers, loss, outputs }) {
  const model = build(input, layers);
  const optimizer = tf.train.adam(1e-3, 0.9, 0.999, 1e-8);
  const isEntropy = loss === 'crossEntropy';
  const batches = Array.from({ length: batchCount }, (_, i) => ({
    x: input.length === 3 ? nhwc([batch, ...input], seeds.input + i) : from([batch, ...input], seeds.input + i),
    y: isEntropy
      ? tf.oneHot(tf.tensor1d(labels(batch, seeds.target + i, outputs), 'int32'), outputs).toFloat()
      : from([batch, outputs], seeds.target + i),
  }));
  let count = 0;
  return {
    step() {
      const { x, y } = batches[count++ % batchCount];
      const cost = optimizer.minimize(
        () => {
          const guess = model.forward(x);
          return isEntropy ? tf.losses.softmaxCrossEntropy(y, guess) : tf.losses.meanSquaredError(y, guess);
        },
        true,
        model.variables,
      );
      const value = cost.dataSync()[0];
      cost.dispose();
      return value;
    },
  };
}

/** Layers over NHWC; the linear layer after a flatten has its columns reordered from (c, h, w) to (h, w, c). */
function build(input, layers) {
  const variables = [];
  const steps = [];
  let seed = seeds.parameter;
  let [channels, side] = input;
  let isFlattened = false;
  const variable = (tensor) => {
    variables.push(tf.variable(tensor));
    return variables.at(-1);
  };
  for (const layer of layers) {
    if (layer.kind === 'relu') steps.push((x) => tf.relu(x));
    else if (layer.kind === 'maxPool') {
      side /= layer.size;
      steps.push((x) => tf.maxPool(x, layer.size, layer.size, 'valid'));
    } else if (layer.kind === 'flatten') {
      isFlattened = true;
      steps.push((x) => tf.reshape(x, [x.shape[0], -1]));
    } else if (layer.kind === 'conv') {
      const scale = (layer.from * layer.kernel ** 2) ** -0.5;
      const w = variable(hwio([layer.to, layer.from, layer.kernel, layer.kernel], seed++, scale));
      const b = variable(from([layer.to], seed++, scale));
      channels = layer.to;
      steps.push((x) => tf.add(tf.conv2d(x, w, 1, layer.padding), b));
    } else {
      const scale = layer.from ** -0.5;
      let weight = from([layer.to, layer.from], seed++, scale);
      if (isFlattened) {
        weight = tf.reshape(tf.transpose(tf.reshape(weight, [layer.to, channels, side, side]), [0, 2, 3, 1]), [
          layer.to,
          -1,
        ]);
        isFlattened = false;
      }
      const w = variable(tf.transpose(weight));
      const b = variable(from([layer.to], seed++, scale));
      steps.push((x) => tf.add(tf.matMul(x, w), b));
    }
  }
  return { variables, forward: (x) => steps.reduce((value, step) => step(value), x) };
}

function from(shape, seed, scale) {
  return tf.tensor(
    uniform(
      shape.reduce((a, b) => a * b, 1),
      seed,
      scale,
    ),
    shape,
  );
}

function nhwc(shape, seed, scale) {
  return tf.transpose(from(shape, seed, scale), [0, 2, 3, 1]);
}

function hwio(shape, seed, scale) {
  return tf.transpose(from(shape, seed, scale), [2, 3, 1, 0]);
}
