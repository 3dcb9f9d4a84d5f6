/**
 * What the machine can do at most, measured: what kernels are compared with.
 */
import { NestBuilder } from '../../kernel/builder.ts';
import type { Plan } from '../../schedule/plan.ts';
import type { Peaks } from '../device.ts';
import type { NativeDevice } from './device.ts';

/** Runs of each, of which the best counts: other programs only take away. */
const RUNS = 12;
/** Elements of each array; three of them are larger than caches are. */
const STREAMED = 1 << 24;

export function measurePeaks(device: NativeDevice): Peaks {
  const { plan, flops } = productsPlan(device.target.lanes);
  const out = device.allocate('float32', plan.buffers[0]!.size);
  const products = device.load(plan);
  const stream = device.load(streamPlan(device.target.lanes));
  const [a, b, sum] = Array.from({ length: 3 }, () => device.store('float32', new Float32Array(STREAMED)));
  return {
    flops: flops / bestOf(() => products.run([], [out])),
    bytes: (12 * STREAMED) / bestOf(() => stream.run([a!, b!], [sum!])),
  };
}

/** Seconds. */
function bestOf(run: () => void): number {
  let best = Infinity;
  for (let i = 0; i < RUNS; i++) {
    const start = performance.now();
    run();
    best = Math.min(best, performance.now() - start);
  }
  return best / 1000;
}

/** Nothing but fused multiply-adds on registers, on all threads. */
export function productsPlan(lanes: number): { readonly plan: Plan; readonly flops: number } {
  const builder = new NestBuilder(lanes);
  const out = builder.slot('f32', 'write');
  const [outer, inner, chains] = [64, 5000, 12];
  const chunk = builder.open(outer);
  const [a, b] = [builder.set('f32', { op: 'splat', value: 0.5 }), builder.set('f32', { op: 'splat', value: 0.25 })];
  const sums = Array.from({ length: chains }, () => builder.register('f32'));
  for (const sum of sums) builder.assign(sum, { op: 'splat', value: 1 });
  builder.open(inner);
  for (const sum of sums) builder.assign(sum, { op: 'fma', a, b: sum, c: b });
  builder.close();
  sums.forEach((sum, i) => {
    const at = { constant: i * lanes, terms: [{ loop: chunk, by: chains * lanes }] };
    builder.store('f32', { slot: out, at, step: 1, active: lanes }, sum);
  });
  builder.close();
  return {
    plan: {
      buffers: [{ dtype: 'float32', size: outer * chains * lanes, home: { kind: 'output', index: 0 } }],
      steps: [{ kind: 'nest', nest: builder.finish('peak', { parallel: true, work: 1e9 }), bindings: [0] }],
      arenaBytes: 0,
      inPlace: new Map(),
    },
    flops: 2 * lanes * chains * inner * outer,
  };
}

/** The sum of two arrays. */
function streamPlan(lanes: number): Plan {
  const builder = new NestBuilder(lanes);
  const [x, y] = [builder.slot('f32', 'read'), builder.slot('f32', 'read')];
  const sum = builder.slot('f32', 'write');
  const [outer, each] = [64, STREAMED / 64];
  const chunk = builder.open(outer);
  const inner = builder.open(each / lanes);
  const at = (slot: number) => ({
    slot,
    at: { constant: 0, terms: [{ loop: chunk, by: each }, { loop: inner, by: lanes }] }, // prettier-ignore
    step: 1,
    active: lanes,
  });
  const [a, b] = [x, y].map((slot) => builder.set('f32', { op: 'load', element: 'f32', access: at(slot) }));
  builder.store('f32', at(sum), builder.set('f32', { op: 'add', a: a!, b: b! }));
  builder.close();
  builder.close();
  const home = (kind: 'input' | 'output', index: number) => ({ dtype: 'float32', size: STREAMED, home: { kind, index } }) as const; // prettier-ignore
  return {
    buffers: [home('input', 0), home('input', 1), home('output', 0)],
    steps: [{ kind: 'nest', nest: builder.finish('stream', { parallel: true, work: STREAMED }), bindings: [0, 1, 2] }],
    arenaBytes: 0,
    inPlace: new Map(),
  };
}
