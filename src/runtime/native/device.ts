/**
 * The native device: graphs become machine code, a run is one foreign call (one more after each routine).
 * Programs share executable pages, worker threads and one arena for intermediates, as large as the largest of them needs.
 */
import { DeviceError } from '../../base/errors.ts';
import type { Tier } from '../../emit/x64/lower-analysis.ts';
import { emitProgram, type ProgramOptions } from '../../emit/x64/program.ts';
import { infoOf } from '../../ir/dtype.ts';
import type { Storage } from '../../ir/leaf.ts';
import type { Node } from '../../ir/node.ts';
import { lineOf } from '../../ir/origin.ts';
import { isEmitted, leavesOf, type Plan, type Segment, segmentsOf } from '../../schedule/plan.ts';
import { printPlanStages, printStages } from '../../schedule/print.ts';
import { scheduleInStages } from '../../schedule/schedule.ts';
import { parallelWork as measuredParallelWork, type Target } from '../../schedule/target.ts';
import type { Device, Executable, Peaks, StepTime } from '../device.ts';
import { calmly } from './calm.ts';
import { CodeArena, type LoadedCode } from './code.ts';
import { chooseTier, detectFeatures, hostAbi } from './cpuid.ts';
import { addressOf, foreignCallProblem, functionAt, viewAt } from './ffi.ts';
import { Memory, type Part, runPart, type Region } from './parts.ts';
import { allocatePages, freePages } from './memory.ts';
import { NativeMachine } from './machine.ts';
import { measurePeaks } from './peaks.ts';
import { NativeStorage } from './storage.ts';
import { startThreads, threadCount, type ThreadPool } from './threads.ts';

/** What the scheduler is told of each tier. */
const targets = {
  avx512: { name: 'avx512', lanes: 16, registers: 32, broadcastsFromMemory: true },
  avx2: { name: 'avx2', lanes: 8, registers: 16, broadcastsFromMemory: false },
} as const satisfies Record<Tier, Omit<Target, 'threads' | 'parallelWork'>>;

/** @throws DeviceError where foreign calls, x86-64 or AVX2 are missing */
export function nativeDevice(): NativeDevice {
  if (globalThis.process?.arch !== 'x64')
    throw new DeviceError(
      `the native device emits x86-64 code. This is ${globalThis.process?.arch ?? 'not Node'}; use the wasm device`,
    );
  const problem = foreignCallProblem();
  if (problem !== undefined) throw problem;
  return new NativeDevice(threadCount());
}

/** Plans, once emitted and loaded, as executables. */
export class NativeDevice implements Device {
  readonly name = 'native';
  readonly description: string;
  readonly target: Target;
  private readonly code = new CodeArena();
  private readonly tier: Tier;
  private readonly unused = new FinalizationRegistry<LoadedCode>((code) => {
    code.free();
  });
  private readonly machine: NativeMachine;
  private pool: ThreadPool | undefined;
  private measured: Peaks | undefined;
  private arena = 0n;
  private arenaBytes = 0;
  /** The arena as a buffer, for routines; made when one needs it. */
  private arenaView: ArrayBuffer | undefined;

  /** @param parallelWork nests with less work run on one thread */
  constructor(threads: number, tier?: Tier, parallelWork = measuredParallelWork) {
    this.tier = tier ?? chooseTier(detectFeatures(this.code));
    this.target = { ...targets[this.tier], threads, parallelWork };
    this.machine = new NativeMachine(this);
    this.description = `native (${this.tier})`;
  }

  compile(graph: Parameters<Device['compile']>[0]): Executable {
    return calmly(() => {
      const schedule = scheduleInStages(graph, this.target);
      return this.load(schedule.plan, () => printStages(graph, schedule));
    });
  }

  /** The executable of a plan. */
  load(plan: Plan, stages = () => printPlanStages(plan)): Executable {
    const { parallelWork } = this.target;
    const isLarge = leavesOf(plan.steps).some(
      (step) => step.kind === 'nest' && step.nest.parallel && step.nest.work >= parallelWork,
    );
    const pool = isLarge && this.target.threads > 1 ? this.startedPool() : undefined;
    const options: ProgramOptions = { abi: hostAbi(), pool, parallelWork };
    const { loaded, parts, enter } = this.assemble(plan, options);
    const [only] = parts;
    const isOneCall = parts.length === 1 && typeof only === 'function';
    const executable: Executable = {
      inPlace: plan.inPlace,
      run: (inputs, outputs) => {
        const { table, memory } = enter(inputs, outputs);
        if (isOneCall) only(table);
        else {
          const seen = memory();
          for (const part of parts) runPart(part, seen, table);
        }
      },
      runTimed: (inputs, outputs) => this.runTimed(plan, options, inputs, outputs),
      stages: () => [...stages(), { title: 'code', text: emitProgram(plan, this.tier, options).listing() }],
    };
    this.unused.register(executable, loaded);
    return executable;
  }

  /** A plan's code in memory, in parts, and what fills its table. */
  private assemble(plan: Plan, options: ProgramOptions) {
    this.reserve(plan.arenaBytes); // first of all: its pages are found while the code is emitted
    const {
      code,
      entries,
      inputs: inputCount,
      outputs: outputCount,
      tableEntries,
      homes,
    } = emitProgram(plan, this.tier, options);
    const loaded = this.code.load(code);
    const remaining = entries.map((offset) => functionAt(loaded.address + BigInt(offset), ['uint64_t']));
    const load = (segment: Segment): Part => {
      if (isEmitted(segment)) return remaining.shift()!;
      return segment.kind === 'routine' ? segment : { loop: segment.loop, body: segment.body.map(load) };
    };
    const parts = segmentsOf(plan.steps, options.apart).map(load);
    // Addresses as pairs of 32 bits: writing them makes no garbage.
    const words = new Uint32Array(new ArrayBuffer(8 * tableEntries));
    const known = new Float64Array(1 + inputCount + outputCount);
    const table = addressOf(words.buffer);
    const set = (entry: number, address: number): void => {
      if (known[entry] === address) return;
      known[entry] = address;
      words[2 * entry] = address;
      words[2 * entry + 1] = address / 2 ** 32;
    };
    const enter = (inputs: readonly Storage[], outputs: readonly Storage[]) => {
      set(0, Number(this.arena));
      for (let i = 0; i < inputCount; i++) set(1 + i, addressIn(inputs, i));
      for (let i = 0; i < outputCount; i++) set(1 + inputCount + i, addressIn(outputs, i));
      const memory = () => new Memory(plan, homes, words, this.arenaMemory(), [...inputs, ...outputs], this.machine);
      return { table, memory };
    };
    return { loaded, parts, enter };
  }

  /** Assembles the plan in pieces for this one run. */
  private runTimed(
    plan: Plan,
    options: ProgramOptions,
    inputs: readonly Storage[],
    outputs: readonly Storage[],
  ): readonly StepTime[] {
    const { loaded, parts, enter } = this.assemble(plan, { ...options, apart: true });
    const { table, memory } = enter(inputs, outputs);
    const steps = leavesOf(plan.steps);
    const times = steps.map(() => 0);
    const numbers = new Map<Part, number>();
    const number = (part: Part): void => {
      if (typeof part !== 'function' && 'loop' in part) part.body.forEach(number);
      else numbers.set(part, numbers.size);
    };
    parts.forEach(number);
    const seen = memory();
    for (const part of parts)
      runPart(part, seen, table, (done, ms) => {
        const at = numbers.get(done)!;
        times[at] = times[at]! + ms;
      });
    loaded.free();
    return steps.map((step, i) => ({
      name: step.kind === 'nest' ? step.nest.name : step.routine.name,
      ms: times[i]!,
      operations: step.kind === 'nest' ? step.nest.work : 0,
      bytes: [...new Set(step.bindings)].reduce((sum, buffer) => {
        const { dtype, size } = plan.buffers[buffer]!;
        return sum + size * infoOf(dtype).bytes;
      }, 0),
      lines: linesOf(step.nodes ?? []),
    }));
  }

  peaks(): Peaks {
    this.measured ??= measurePeaks(this);
    return this.measured;
  }

  allocate(...[dtype, size]: Parameters<Device['allocate']>): NativeStorage {
    return NativeStorage.allocate(dtype, size);
  }

  store(...[dtype, values]: Parameters<Device['store']>): NativeStorage {
    return NativeStorage.of(dtype, values);
  }

  private startedPool(): ThreadPool {
    if (this.pool === undefined) {
      const pool = startThreads(this.target.threads);
      this.pool = pool;
      // In a worker thread of Node the process goes on without us.
      process.once('exit', () => {
        pool.stop();
      });
    }
    return this.pool;
  }

  private arenaMemory(): Region {
    if (this.arenaBytes > 0) this.arenaView ??= viewAt(this.arena, this.arenaBytes);
    return {
      address: Number(this.arena),
      buffer: this.arenaView ?? new ArrayBuffer(0),
      start: 0,
      bytes: this.arenaBytes,
    };
  }

  private reserve(bytes: number): void {
    if (bytes <= this.arenaBytes) return;
    if (this.arenaBytes > 0) freePages(this.arena, this.arenaBytes);
    this.arenaBytes = 0;
    this.arenaView = undefined;
    this.arena = allocatePages(bytes);
    this.arenaBytes = bytes;
  }
}

function addressIn(storages: readonly Storage[], index: number): number {
  const storage = storages[index];
  if (storage instanceof NativeStorage) return storage.address;
  throw new Error(`bug: storage ${index} of ${storages.length} is not of the native device`);
}

function linesOf(nodes: readonly Node[]): readonly string[] {
  return [...new Set(nodes.map(lineOf).filter((line) => line !== undefined))];
}
