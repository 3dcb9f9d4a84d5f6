/**
 * The kernel ladder: single kernels on the native device, on one thread and on several, as shares of what this machine can do (its FMA
 * peak and memory bandwidth, measured in the same run), with PyTorch taking turns where a Python has it.
 *
 *     npx tsx bench/ladder.ts [--only PATTERN] [--rounds N] [--threads N] [--tier avx512|avx2] [--cpu] [--alone] [--nests]
 *
 * --cpu compares one thread with one thread by processor time, which other programs disturb less; --alone leaves PyTorch out; --nests times every nest of a kernel's plan by itself. FATHOM_BENCH_PYTHON names the Python.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { parseArgs } from 'node:util';
import { compile, device, tensor } from '../src/index.ts';
import type { Graph } from '../src/ir/node.ts';
import type { Storage } from '../src/ir/leaf.ts';
import type { Executable } from '../src/runtime/device.ts';
import { sizeOf } from '../src/base/shape.ts';
import { NativeDevice } from '../src/runtime/native/device.ts';
import { productsPlan } from '../src/runtime/native/peaks.ts';
import { nullDevice } from '../src/runtime/null/index.ts';
import { register } from '../src/runtime/registry.ts';
import { scheduleInStages } from '../src/schedule/schedule.ts';
import { type Rung, rungs } from './rungs.ts';

/** A sample runs for about so long. */
const sampleMs = 12;

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    rounds: { type: 'string', default: '15' },
    threads: { type: 'string', default: '2' },
    tier: { type: 'string' },
    cpu: { type: 'boolean', default: false },
    alone: { type: 'boolean', default: false },
    nests: { type: 'boolean', default: false },
  },
});
const rounds = Number(options.rounds);
const threads = options.cpu ? 1 : Number(options.threads);
const tier = options.tier === 'avx2' || options.tier === 'avx512' ? options.tier : undefined;
const devices = (threads === 1 ? [1] : [1, threads]).map((count) => new NativeDevice(count, tier));

/** Seconds: of the clock, or of this process's use of the processor. */
function now(): number {
  if (!options.cpu) return performance.now() / 1000;
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

type Step = (count: number) => number | Promise<number>;

/** The graph that `compile` makes of a function. */
function graphOf(rung: Rung): Graph {
  let graph: Graph | undefined;
  const catching = nullDevice();
  register('null', () => ({
    ...catching,
    compile(made) {
      graph = made;
      return catching.compile(made);
    },
  }));
  device('null');
  const inputs = rung.shapes.map((shape) => tensor(new Float32Array(sizeOf(shape)), { shape }));
  compile((...args: (typeof inputs)[number][]) => [...rung.fn(...args)])(...inputs);
  if (graph === undefined) throw new Error(`bug: ${rung.name} computes nothing`);
  return graph;
}

function stepOf(executable: Executable, inputs: readonly Storage[], outputs: readonly Storage[]): Step {
  return (count) => {
    const begin = now();
    for (let i = 0; i < count; i++) executable.run(inputs, outputs);
    return now() - begin;
  };
}

function noise(length: number): Float32Array<ArrayBuffer> {
  let state = 12345;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state / 2 ** 32;
  });
}

/** All take turns; best and median seconds of a call each. */
async function race(steps: readonly Step[]): Promise<{ best: number; median: number }[]> {
  const counts: number[] = [];
  for (const step of steps) {
    let count = 1;
    await step(1);
    for (;;) {
      const seconds = await step(count);
      if (seconds * 1000 >= sampleMs / 2) {
        counts.push(Math.max(1, Math.round((count * sampleMs) / 1000 / seconds)));
        break;
      }
      count *= 2;
    }
  }
  const times = steps.map((): number[] => []);
  for (let round = 0; round < rounds; round++)
    for (let i = 0; i < steps.length; i++) {
      const at = (i + round) % steps.length;
      times[at]!.push((await steps[at]!(counts[at]!)) / counts[at]!);
    }
  return times.map((list) => {
    const sorted = list.toSorted((a, b) => a - b);
    return { best: sorted[0]!, median: sorted[sorted.length >> 1]! };
  });
}

interface Child {
  ask(request: object): Promise<{ seconds?: number; ready?: boolean; version?: string; absent?: string }>;
  close(): void;
}

async function startPython(): Promise<Child | undefined> {
  const program = process.env['FATHOM_BENCH_PYTHON'] ?? 'python3';
  const child: ChildProcessByStdio<Writable, Readable, null> = spawn(
    program,
    [new URL('peers/ladder.py', import.meta.url).pathname],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, OMP_WAIT_POLICY: 'passive', OMP_NUM_THREADS: String(threads) },
    },
  );
  child.on('error', () => undefined);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const read = async () => {
    const { value, done } = await lines.next();
    return done === true ? { absent: `${program} ended` } : (JSON.parse(value) as Awaited<ReturnType<Child['ask']>>);
  };
  const greeting = await read();
  if (greeting.absent !== undefined) {
    console.log(`no PyTorch: ${greeting.absent}`);
    return undefined;
  }
  console.log(`PyTorch ${greeting.version}`);
  return {
    ask(request) {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      return read();
    },
    close: () => child.stdin.end(),
  };
}

const column = (text: string, width: number): string => text.padStart(width);
const milliseconds = (seconds: number): string => (seconds * 1000).toFixed(seconds < 1e-4 ? 4 : 3);

async function measureRung(
  rung: Rung,
  child: Child | undefined,
  peaks: readonly { flops: number; bytes: number }[],
): Promise<void> {
  const graph = graphOf(rung);
  const arrays = graph.inputs.map(({ shape }) => noise(sizeOf(shape)));
  const steps = devices.map((one): Step => {
    const outputs = graph.outputs.map(({ dtype, shape }) => one.allocate(dtype, sizeOf(shape)));
    return stepOf(
      one.compile(graph),
      arrays.map((array) => one.store('float32', array)),
      outputs,
    );
  });
  if (child) {
    await child.ask({ torch: rung.torch, shapes: rung.shapes, threads, cpu: options.cpu });
    steps.push(async (count) => (await child.ask({ step: count })).seconds!);
  }
  const timings = await race(steps);
  const shares = timings.map(({ median, best }, i) => {
    const peak = peaks[Math.min(i, peaks.length - 1)]!;
    const amount = rung.flops ?? rung.bytes!;
    const limit = rung.flops === undefined ? peak.bytes : peak.flops;
    return (
      column(milliseconds(median), 10) +
      column((amount / median / 1e9).toFixed(1), 8) +
      column(`${((100 * amount) / median / limit).toFixed(0)}%`, 5) +
      column(`(${((100 * amount) / best / limit).toFixed(0)}%)`, 7)
    );
  });
  const theirs = timings[devices.length];
  const ratio = theirs ? column((theirs.median / timings[devices.length - 1]!.median).toFixed(2), 7) : '';
  console.log(rung.name.padEnd(24) + shares.join(' |') + ratio);
  if (options.nests) await measureNests(graph, arrays);
}

async function measureNests(graph: Graph, arrays: readonly Float32Array<ArrayBuffer>[]): Promise<void> {
  for (const one of devices) {
    const { plan } = scheduleInStages(graph, one.target);
    const outputs = graph.outputs.map(({ dtype, shape }) => one.allocate(dtype, sizeOf(shape)));
    const inputs = arrays.map((array) => one.store('float32', array));
    for (const step of plan.steps) {
      if (step.kind !== 'nest') continue;
      const [time] = await race([stepOf(one.load({ ...plan, steps: [step] }), inputs, outputs)]);
      const { name, work, parallel } = step.nest;
      const rate = (work / time!.median / 1e9).toFixed(1);
      console.log(
        `    ${one.target.threads}T ${milliseconds(time!.median)} ms ${rate} G/s ${parallel ? 'parallel' : 'alone'} ${name}`,
      );
    }
  }
}

async function measurePeaks(): Promise<{ flops: number; bytes: number }[]> {
  const add = rungs().find(({ name }) => name === 'add')!;
  const wide: Rung = { ...add, shapes: [[1 << 24], [1 << 24]], bytes: 12 * (1 << 24) };
  const graph = graphOf(wide);
  const arrays = graph.inputs.map(({ shape }) => noise(sizeOf(shape)));
  const results: { flops: number; bytes: number }[] = [];
  for (const one of devices) {
    const { plan, flops } = productsPlan(one.target.lanes);
    const peak = stepOf(one.load(plan), [], [one.allocate('float32', plan.buffers[0]!.size)]);
    const inputs = arrays.map((array) => one.store('float32', array));
    const stream = stepOf(one.compile(graph), inputs, [one.allocate('float32', 1 << 24)]);
    const [a, b] = await race([peak, stream]);
    results.push({ flops: flops / a!.best, bytes: wide.bytes! / b!.best });
  }
  return results;
}

const peaks = await measurePeaks();
peaks.forEach(({ flops, bytes }, i) => {
  const { threads: count, name } = devices[i]!.target;
  console.log(
    `${name}, ${count} threads: ${(flops / 1e9).toFixed(1)} GF/s, ${(bytes / 1e9).toFixed(1)} GB/s (add, 192 MiB)`,
  );
});
const python = options.alone ? undefined : await startPython();
const heading = ['1 thread', ...(threads > 1 ? [`${threads} threads`] : []), ...(python ? ['PyTorch'] : [])];
console.log(
  `\n${''.padEnd(24)}${heading.map((text) => column(`${text}: ms      G/s  of peak (best)`, 30)).join(' |')}  ratio`,
);
for (const rung of rungs().filter(({ name }) => new RegExp(options.only).test(name)))
  await measureRung(rung, python, peaks);
python?.close();
process.exit(0);
