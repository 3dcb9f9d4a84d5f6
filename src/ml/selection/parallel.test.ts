/** Searches in worker threads find what they find without. */
import { expect, it } from 'vitest';
import { search } from '../../../test/fixtures/serve-search.ts';
import { iris } from '../../data/tables/index.ts';
import { Matrix } from '../matrix.ts';
import { searchInWorkers } from './parallel.ts';

const module = new URL('../../../test/fixtures/serve-search.mjs', import.meta.url);
const { data, target, targetNames } = iris();

it('several threads find the same scores and the same best as one, for tensors, matrices and texts', async () => {
  const labels = Array.from(target.dataSync(), (code) => targetNames[code]!);
  const alone = search.fit(data, labels);
  const x = new Matrix(150, 4, Float64Array.from(data.dataSync()));
  const model = await searchInWorkers(search, module, x, labels, { threads: 2 });
  expect(model.result?.candidates).toEqual(alone.result?.candidates);
  expect(model.result?.best).toEqual(alone.result?.best);
  expect(model.predict(data)).toEqual(alone.predict(data));
  const weighted = await searchInWorkers(search, module, data, target, { sampleWeight: target.add(1) });
  expect(weighted.result?.candidates.map((one) => one.mean)).toEqual(
    search.fit(data, target, { sampleWeight: target.add(1) }).result?.candidates.map((one) => one.mean),
  );
}, 60_000);

it('what fails in a thread fails here', async () => {
  await expect(searchInWorkers(search, module, [[1], [2]], [0, 1])).rejects.toThrow('need at least 5');
}, 60_000);
