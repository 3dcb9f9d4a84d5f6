import { expect, it } from 'vitest';
import * as build from '../../ir/build.ts';
import { nullDevice } from './index.ts';

it('answers zeros for whatever was computed', () => {
  const device = nullDevice();
  const x = build.param(0, [2], 'float32');
  const executable = device.compile({ inputs: [x], outputs: [build.unary('exp', x)] });
  const output = device.store('float32', Float32Array.of(7, 7));
  executable.run([device.store('float32', Float32Array.of(1, 2))], [output]);
  expect([...output.read()]).toEqual([0, 0]);
});

it('puts every graph through its preparation once and shows what came out', () => {
  let graphs = 0;
  const device = nullDevice((graph) => [
    { title: 'plan', text: `graph ${++graphs} with ${graph.outputs.length} outputs` },
  ]);
  const x = build.param(0, [2], 'float32');
  const executable = device.compile({ inputs: [x], outputs: [x] });
  expect(executable.stages()).toEqual([{ title: 'plan', text: 'graph 1 with 1 outputs' }]);
});

it('counts nodes when nothing else is asked of it', () => {
  const x = build.param(0, [2], 'float32');
  const text = nullDevice()
    .compile({ inputs: [x], outputs: [build.unary('exp', x)] })
    .stages()[0]!.text;
  expect(text.split('\n')[0]).toBe('2 nodes');
});
