/**
 * A small layers model that TensorFlow.js saves, with an input and what it answers. Run in a folder that has @tensorflow/tfjs:
 *   node models.mjs
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const here = new URL('.', import.meta.url).pathname;
const require = createRequire(join(process.argv[2] ?? here, 'x.js'));
const tf = require('@tensorflow/tfjs');
await tf.setBackend('cpu');
console.error('tfjs', tf.version.tfjs);

const { layers: L } = tf;
const seeded = (seed) => ({ kernelInitializer: tf.initializers.glorotUniform({ seed }), biasInitializer: tf.initializers.randomNormal({ seed, stddev: 0.3 }) });
const picture = tf.input({ shape: [7, 6, 2] });
let y = L.conv2d({ filters: 4, kernelSize: 3, strides: 2, padding: 'same', activation: 'relu', ...seeded(1) }).apply(picture);
y = L.batchNormalization({ gammaInitializer: tf.initializers.randomNormal({ seed: 2 }), movingMeanInitializer: tf.initializers.randomNormal({ seed: 3 }) }).apply(y);
const z = L.conv2d({ filters: 4, kernelSize: 1, ...seeded(4) }).apply(y);
y = L.add().apply([y, z]);
y = L.reshape({ targetShape: [4, 12] }).apply(y);
y = L.lstm({ units: 3, recurrentActivation: 'sigmoid', recurrentInitializer: tf.initializers.glorotUniform({ seed: 7 }), ...seeded(5) }).apply(y);
y = L.dense({ units: 5, activation: 'softmax', ...seeded(6) }).apply(y);
const model = tf.model({ inputs: picture, outputs: y });

const x = tf.randomNormal([2, 7, 6, 2], 0, 1, 'float32', 11);
const output = model.predict(x);
mkdirSync(here, { recursive: true });
await model.save(
  tf.io.withSaveHandler(async (artifacts) => {
    const data = Buffer.from(artifacts.weightData);
    const cut = Math.floor(data.length / 2); // two shards; their border lies within a weight
    writeFileSync(join(here, 'group1-shard1of2.bin'), data.subarray(0, cut));
    writeFileSync(join(here, 'group1-shard2of2.bin'), data.subarray(cut));
    const manifest = [{ paths: ['group1-shard1of2.bin', 'group1-shard2of2.bin'], weights: artifacts.weightSpecs }];
    writeFileSync(join(here, 'model.json'), JSON.stringify({ format: artifacts.format, generatedBy: artifacts.generatedBy, convertedBy: artifacts.convertedBy, modelTopology: artifacts.modelTopology, weightsManifest: manifest }));
    return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
  }),
);
const numbers = (one) => ({ shape: one.shape, values: [...one.dataSync()] });
writeFileSync(join(here, 'golden.json'), JSON.stringify({ tfjs: tf.version.tfjs, input: numbers(x), output: numbers(output) }));
