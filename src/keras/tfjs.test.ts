import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { FormatError } from '../base/errors.ts';
import { loadTfjs, readTfjs } from '../io/tfjs-model.ts';
import { tensor } from '../tensor/creation.ts';
import { toModule } from './network.ts';

const folder = new URL('../../test/golden/tfjs/', import.meta.url);
const read = async (name: string): Promise<unknown> =>
  JSON.parse(await readFile(new URL(name, folder), 'utf8')) as unknown;

interface Golden {
  readonly input: { shape: number[]; values: number[] };
  readonly output: { shape: number[]; values: number[] };
}

const text = await readFile(new URL('model.json', folder), 'utf8');
const shard = async (path: string) => new Uint8Array(await readFile(new URL(path, folder)));

describe('layers models of TensorFlow.js', () => {
  it('compute what TensorFlow.js computes', async () => {
    const { input, output } = (await read('golden.json')) as Golden;
    const model = toModule(await loadTfjs(fileURLToPath(new URL('model.json', folder))));
    const y = model.forward(tensor(input.values, { shape: input.shape, dtype: 'float32' }));
    expect(y.shape).toEqual(output.shape);
    const values = await y.data();
    output.values.forEach((wanted, i) => expect(Math.abs(values[i]! - wanted)).toBeLessThan(1e-5));
  });

  it.each(['uint8', 'uint16', 'float16'])(
    'weights quantised to %s are what the real converter decodes',
    async (kind) => {
      const { weights } = (await read('quantised.json')) as { weights: Record<string, Record<string, number[]>> };
      const { tensors } = await loadTfjs(fileURLToPath(new URL(`${kind}/model.json`, folder)));
      expect(Object.keys(tensors).sort()).toEqual(Object.keys(weights[kind]!).sort());
      for (const [name, wanted] of Object.entries(weights[kind]!)) {
        const values = await tensors[name]!.data();
        // Products in float64 here and float32 there.
        wanted.forEach((one, i) =>
          expect(Math.abs(values[i]! - one), name).toBeLessThanOrEqual(2e-7 * Math.max(1, Math.abs(one))),
        );
      }
    },
  );

  it.each([
    ['{', 'model.json is no JSON'],
    ['[]', 'model.json has no weightsManifest'],
    ['{"format":"graph-model"}', 'this is a graph model'],
    ['{"modelTopology":{"node":[]}}', 'this is a graph model'],
    [text.replace('group1-shard1of2.bin', '../secret.bin'), 'is no name of a file beside model.json'],
    [text.replace('group1-shard1of2.bin', '/etc/passwd'), 'is no name of a file beside model.json'],
    [text.replace('[3,3,2,4]', '[3000000,3000000,2,4]'), 'the weights take'],
    [text.replace('[3,3,2,4]', '[3,3,2,5]'), 'the weights take'],
    [text.replace('[3,3,2,4]', '[3,-3,2,4]'), 'has no shape'],
    [text.replace('"dtype":"float32"}]', '"dtype":"string"}]'), 'is of dtype "string"'],
    [text.replace('"class_name":"Model"', '"class_name":"Cat"'), 'a model of class "Cat" is not read'],
    [text.replace(/"inbound_nodes":\[\[\["input1",0,0/, '"inbound_nodes":[[["nobody",0,0'), "no layer 'nobody'"],
    [text.replace(/"inbound_nodes":\[\[\["input1",0,0/, '"inbound_nodes":[[["conv2d_Conv2D1",0,0'), 'in a circle'],
  ])('%#: a wrong model.json is refused with its fault', async (wrong, message) => {
    expect(wrong).not.toBe(text);
    await expect(readTfjs(wrong, shard)).rejects.toThrow(message);
    await expect(readTfjs(wrong, shard)).rejects.toThrow(FormatError);
  });

  it('a shard that is cut off is refused', async () => {
    const short = async (path: string) => (await shard(path)).slice(0, -1);
    await expect(readTfjs(text, short)).rejects.toThrow('the weights take 1296 bytes, the shards have 1294');
  });
});
