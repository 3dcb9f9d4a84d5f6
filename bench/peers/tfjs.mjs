/**
 * The TensorFlow.js peer: `tfjs.mjs wasm` or `tfjs.mjs cpu`. NHWC throughout, the only layout its CPU kernels take;
 * data and weights are permuted once, outside the timing. Protocol: serve.ts.
 */

import { createRequire } from 'node:module';
import path from 'node:path';
import { labels, uniform } from '../../test/golden/lcg.ts';
import { batchCount, seeds } from '../workloads.ts';
import { weightScale } from '../workloads/layers.ts';
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

function kernel({ operation, inputs, options, gradients, output }) {
  if (operation === 'normal') return normal(output);
  const make = operations[operation];
  if (make === undefined) throw new Error(`${operation} is not written for this peer`);
  const { compute, arrange = [], restore = (y) => y } = make(options, inputs);
  const values = inputs.map((input, i) => (arrange[i] ?? ((x) => x))(filled(input, seeds.operand + i)));
  const upstream = (arrange.output ?? ((x) => x))(filled({ shape: output }, seeds.upstream));
  const floats = inputs.flatMap(({ below }, i) => (below === undefined ? [i] : []));
  const differentiable = (...xs) =>
    compute(...values.map((value, i) => (floats.includes(i) ? xs[floats.indexOf(i)] : value)));
  const pull = gradients ? tf.grads(differentiable) : undefined;
  let results = [];
  return {
    step() {
      tf.dispose(results);
      // tf.grads keeps the forward value to itself, so it is asked for apart.
      results = tf.tidy(() => {
        const y = compute(...values);
        return pull === undefined
          ? [y]
          : [
              y,
              ...pull(
                floats.map((i) => values[i]),
                upstream,
              ),
            ];
      });
    },
    outputs: () => sample(...results.map((y, i) => restore(y, i).dataSync())),
  };
}

/** Per operation: the function, and how operands and results go to and from the layout it takes. */
const channelsLast = (x) => tf.transpose(x, [0, 2, 3, 1]);
const channelsFirst = (x) => tf.transpose(x, [0, 3, 1, 2]);
const operations = {
  matmul: () => ({ compute: (a, b) => tf.matMul(a, b) }),
  conv2d({ stride, padding, groups }, [, { shape }]) {
    const isDepthwise = groups > 1 && shape[1] === 1;
    if (groups > 1 && !isDepthwise) throw new Error('no grouped convolution in this library');
    const filters = isDepthwise ? (w) => tf.transpose(w, [2, 3, 0, 1]) : (w) => tf.transpose(w, [2, 3, 1, 0]);
    const arrange = Object.assign([channelsLast, filters], { output: channelsLast });
    const compute = (x, w) =>
      isDepthwise ? tf.depthwiseConv2d(x, w, stride, padding) : tf.conv2d(x, w, stride, padding);
    const unfilter = isDepthwise ? (w) => tf.transpose(w, [2, 3, 0, 1]) : (w) => tf.transpose(w, [3, 2, 0, 1]);
    return { compute, arrange, restore: (y, i) => (i === 2 ? unfilter(y) : channelsFirst(y)) };
  },
  softmax: () => ({ compute: (x) => tf.softmax(x) }),
  layerNorm: () => ({ compute: (x, gain, bias) => tf.add(tf.mul(normalized(x, [-1]), gain), bias) }),
  batchNorm: () => ({
    compute: (x, gain, bias) =>
      tf.add(tf.mul(normalized(x, [0, 2, 3]), tf.reshape(gain, [-1, 1, 1])), tf.reshape(bias, [-1, 1, 1])),
  }),
  sum: ({ axis }) => ({ compute: (x) => tf.sum(x, axis) }),
  exp: () => ({ compute: (x) => tf.exp(x) }),
  tanh: () => ({ compute: (x) => tf.tanh(x) }),
  gelu: () => ({ compute: (x) => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1)) }),
  add: () => ({ compute: (a, b) => tf.add(a, b) }),
  transpose: () => ({ compute: (x) => tf.transpose(x) }),
  embedding: () => ({ compute: (table, ids) => tf.gather(table, ids) }),
  topk: ({ k }) => ({ compute: (x) => tf.topk(x, k).values }),
  cumsum: () => ({ compute: (x) => tf.cumsum(x) }),
};

function normalized(x, axes) {
  const centred = tf.sub(x, tf.mean(x, axes, true));
  return tf.mul(centred, tf.rsqrt(tf.add(tf.mean(tf.square(centred), axes, true), 1e-5)));
}

function normal(shape) {
  let result;
  return {
    step() {
      result?.dispose();
      result = tf.randomNormal(shape);
      result.dataSync();
    },
    outputs: () => [tf.mean(result).dataSync()[0], Math.sqrt(tf.mean(tf.square(result)).dataSync()[0])],
  };
}

function train(workload) {
  const { batch, input, vocabulary, layers, loss, target, classes, lr } = workload;
  const model = build(input, layers);
  const optimizer = {
    adam: () => tf.train.adam(lr, 0.9, 0.999, 1e-8),
    sgd: () => tf.train.momentum(lr, 0.9),
  }[workload.optimizer]?.();
  if (optimizer === undefined) throw new Error(`no ${workload.optimizer} in this library`);
  const isEntropy = loss === 'crossEntropy';
  const batches = Array.from({ length: batchCount }, (_, i) => {
    const y = filled({ shape: [batch, ...target], below: classes }, seeds.target + i);
    return {
      x: image(filled({ shape: [batch, ...input], below: vocabulary }, seeds.input + i)),
      y: isEntropy ? tf.oneHot(y, classes).toFloat() : y,
    };
  });
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

function inference({ batch, input, vocabulary, layers }) {
  const model = build(input, layers);
  const x = image(filled({ shape: [batch, ...input], below: vocabulary }, seeds.input));
  let result;
  return {
    step() {
      result?.dispose();
      result = tf.tidy(() => model.forward(x));
    },
    outputs: () => sample(result.dataSync()),
  };
}

/**
 * Layers over NHWC; the linear layer after a flatten has its columns reordered from (c, h, w) to (h, w, c). Batch
 * normalisation is in evaluation mode, for inference; training with it is not written for this peer.
 */
function build(input, layers) {
  const variables = [];
  let seed = seeds.parameter;
  let [channels, side] = input;
  let isFlattened = false;
  const variable = (value) => {
    variables.push(tf.variable(value));
    return variables.at(-1);
  };
  const weight = (shape) => filled({ shape }, seed++, weightScale(shape));
  const zeros = (size) => {
    seed++;
    return tf.zeros([size]);
  };
  const makers = {
    relu: () => (x) => tf.relu(x),
    relu6: () => (x) => tf.relu6(x),
    tanh: () => (x) => tf.tanh(x),
    sigmoid: () => (x) => tf.sigmoid(x),
    globalAvgPool: () => (x) => tf.mean(x, [1, 2]),
    maxPool({ size, stride = size, padding = 0 }) {
      side = Math.floor((side + 2 * padding - size) / stride) + 1;
      return (x) => tf.maxPool(x, size, stride, padding);
    },
    flatten() {
      isFlattened = true;
      return (x) => tf.reshape(x, [x.shape[0], -1]);
    },
    conv({ from, to, kernel, stride = 1, padding, groups = 1, bias = true }) {
      const isDepthwise = groups > 1;
      const w = variable(
        tf.transpose(weight([to, from / groups, kernel, kernel]), isDepthwise ? [2, 3, 0, 1] : [2, 3, 1, 0]),
      );
      const b = bias ? variable(zeros(to)) : undefined;
      channels = to;
      side = Math.floor((side + 2 * padding - kernel) / stride) + 1;
      return (x) => {
        const y = isDepthwise ? tf.depthwiseConv2d(x, w, stride, padding) : tf.conv2d(x, w, stride, padding);
        return b === undefined ? y : tf.add(y, b);
      };
    },
    batchNorm({ features }) {
      seed += 2;
      const [one, zero] = [tf.ones([features]), tf.zeros([features])];
      return (x) => tf.batchNorm(x, zero, one, zero, one, 1e-5);
    },
    linear({ from, to }) {
      let w = weight([to, from]);
      if (isFlattened) {
        w = tf.reshape(tf.transpose(tf.reshape(w, [to, channels, side, side]), [0, 2, 3, 1]), [to, -1]);
        isFlattened = false;
      }
      const kernel = variable(tf.transpose(w));
      const b = variable(zeros(to));
      return (x) => tf.add(tf.matMul(x, kernel), b);
    },
    residual({ body, shortcut }) {
      const [before, start] = [channels, side];
      const inner = chain(body);
      const [after, end] = [channels, side];
      [channels, side] = [before, start];
      const around = chain(shortcut);
      [channels, side] = [after, end];
      return (x) => tf.add(inner(x), around(x));
    },
  };
  const chain = (list) => {
    const steps = list.map((layer) => {
      const make = makers[layer.kind];
      if (make === undefined) throw new Error(`${layer.kind} is not written for this peer`);
      return make(layer);
    });
    return (x) => steps.reduce((value, step) => step(value), x);
  };
  const forward = chain(layers);
  return { variables, forward };
}

/** Images channels-last, all else as it is. */
function image(x) {
  return x.rank === 4 ? channelsLast(x) : x;
}

function filled({ shape, below }, seed, scale) {
  const length = shape.reduce((a, b) => a * b, 1);
  return below === undefined
    ? tf.tensor(uniform(length, seed, scale), shape)
    : tf.tensor(labels(length, seed, below), shape, 'int32');
}

await serve(`tfjs-${backend}`, tf.version.tfjs, (workload) => ({ kernel, train, inference })[workload.kind](workload));
