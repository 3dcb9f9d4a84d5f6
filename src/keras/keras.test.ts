import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { FormatError } from '../base/errors.ts';
import { readKeras } from '../io/keras.ts';
import { Sequential } from '../nn/index.ts';
import { compile } from '../tensor/compile.ts';
import { tensor } from '../tensor/creation.ts';
import { KerasNetwork, toModule } from './network.ts';

const folder = new URL('../../test/golden/keras/', import.meta.url);

interface Numbers {
  readonly shape: number[];
  readonly values: number[];
}

interface Golden {
  readonly models: Record<string, { input: Numbers; output: Numbers; sums: Record<string, number> }>;
}

const { models } = JSON.parse(await readFile(new URL('models.json', folder), 'utf8')) as Golden;
const bytesOf = async (name: string) => new Uint8Array(await readFile(new URL(name, folder)));
const cases = Object.keys(models).flatMap((name) => ['keras', 'h5'].map((form) => [`${name}.${form}`, name] as const));

/** float32, sums in another order. */
const TOLERANCE = 2e-5;

describe('models that Keras saved', () => {
  it.each(cases)('%s computes what Keras computes', async (file, name) => {
    const { input, output } = models[name]!;
    const model = toModule(await readKeras(await bytesOf(file)));
    const x = tensor(input.values, { shape: input.shape, dtype: 'float32' });
    const y = compile((one: typeof x) => model.forward(one))(x);
    expect(y.shape).toEqual(output.shape);
    const values = await y.data();
    output.values.forEach((wanted, i) => {
      expect(Math.abs(values[i]! - wanted), `element ${i}`).toBeLessThan(TOLERANCE * Math.max(1, Math.abs(wanted)));
    });
  });

  it('layers one after another are a Sequential, others a network', async () => {
    expect(toModule(await readKeras(await bytesOf('cnn.keras')))).toBeInstanceOf(Sequential);
    const network = toModule(await readKeras(await bytesOf('functional.keras')));
    expect(network).toBeInstanceOf(KerasNetwork);
    expect(Object.keys(network.state())).toContain('a.inner.inner.weight');
  });

  it.each(cases)('%s has every weight of every layer', async (file, name) => {
    const { tensors } = await readKeras(await bytesOf(file));
    const sums = Object.values(tensors).map((one) => one.abs().sum().itemSync());
    const wanted = Object.values(models[name]!.sums);
    expect(sums).toHaveLength(wanted.length);
    const sorted = (list: readonly number[]) => [...list].sort((a, b) => a - b);
    sorted(sums).forEach((sum, i) => expect(sum).toBeCloseTo(sorted(wanted)[i]!, 3));
  });

  it('names weights as the file does', async () => {
    const h5 = await readKeras(await bytesOf('recurrent.h5'));
    expect(Object.keys(h5.tensors)).toContain('bidirectional/forward_lstm/lstm_cell/recurrent_kernel');
    expect(h5.tensors['embedding/embeddings']!.shape).toEqual([9, 4]);
    const keras = await readKeras(await bytesOf('cnn.keras'));
    expect(keras.tensors['first conv/0']!.shape).toEqual([3, 3, 2, 4]);
  });

  it('has the architecture as data', async () => {
    const { architecture } = await readKeras(await bytesOf('functional.keras'));
    expect(architecture!.className).toBe('Functional');
    const add = architecture!.layers.find(({ className }) => className === 'Add')!;
    expect(add.inputs).toEqual(['a', 'conv2d']);
    expect(architecture!.layers.find(({ name }) => name === 'out')!.config.units).toBe(3);
    expect(architecture!.outputs).toEqual(['out']);
  });

  it('weights alone have names and no architecture', async () => {
    const file = await readKeras(await bytesOf('functional.weights.h5'));
    expect(file.architecture).toBeUndefined();
    expect(file.tensors['out/0']!.shape).toEqual([11, 3]);
    expect(() => toModule(file)).toThrow('the file holds weights only');
  });

  it('learns on: the converted model has parameters that an optimizer finds', async () => {
    const model = toModule(await readKeras(await bytesOf('cnn.keras')));
    expect(model.parameters().length).toBeGreaterThan(10);
  });
});

describe('what is refused', () => {
  it('says layer and setting that are not converted', async () => {
    const file = await readKeras(await bytesOf('recurrent.h5'));
    const changed = (className: string, config: object) => {
      const { architecture } = file;
      const layers = architecture!.layers.map((layer) =>
        layer.className === className ? { ...layer, config: { ...layer.config, ...config } } : layer,
      );
      return { ...file, architecture: { ...architecture!, layers } };
    };
    expect(() => toModule(changed('GRU', { reset_after: false }))).toThrow("keras: GRU 'gru': reset_after false");
    expect(() => toModule(changed('Dense', { activation: 'step' }))).toThrow(`activation "step" is not converted`);
    expect(() => toModule(changed('Dense', { use_bias: 'yes' }))).toThrow('use_bias is neither true nor false');
    expect(() => toModule(changed('Dense', { use_bias: false }))).toThrow('has 2 weights, of which 1 are known');
    expect(() => toModule(changed('Embedding', { mask_zero: true }))).toThrow('mask_zero true is not converted');
    const other = file.architecture!.layers.map((layer) => ({
      ...layer,
      className: layer.className.replace('Dense', 'Lambda'),
    }));
    expect(() => toModule({ ...file, architecture: { ...file.architecture!, layers: other } })).toThrow(
      "keras: Lambda 'dense_3': is not converted; converted are InputLayer,",
    );
  });

  it.each(['functional.keras', 'functional.h5', 'functional.weights.h5'])(
    '%s cut off or with bits turned over is read or refused, never anything else',
    async (name) => {
      const bytes = await bytesOf(name);
      const attempt = async (damaged: Uint8Array) => {
        try {
          await readKeras(damaged);
        } catch (error) {
          if (!(error instanceof FormatError)) throw error;
          return true;
        }
        return false;
      };
      for (let i = 0; i < 40; i++)
        expect(await attempt(bytes.slice(0, Math.floor((bytes.length * i) / 40))), `part ${i}`).toBe(true);
      let state = 1;
      const random = (below: number) => {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        return Math.floor((state / 2 ** 32) * below);
      };
      let refused = 0;
      for (let i = 0; i < 60; i++) {
        const damaged = bytes.slice();
        for (let k = 0; k < 20; k++) damaged[random(bytes.length)]! ^= 1 << random(8);
        if (await attempt(damaged)) refused++;
      }
      expect(refused).toBeGreaterThan(5);
    },
  );
});
