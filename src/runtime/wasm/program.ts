/**
 * A plan as a WebAssembly instance: puts inputs where the code finds them, fills the table of addresses, calls, and takes outputs out.
 */
import { raise } from '../../base/errors.ts';
import { infoOf } from '../../ir/dtype.ts';
import type { Storage } from '../../ir/leaf.ts';
import { encodeModule } from '../../emit/wasm/module.ts';
import { lowerPlan } from '../../emit/wasm/lower.ts';
import type { Call, LoweredPlan } from '../../emit/wasm/lower.ts';
import type { WasmFeatures } from '../../emit/wasm/nest.ts';
import { printModule } from '../../emit/wasm/text.ts';
import type { LoopStep, Move, Plan, RoutineStep } from '../../schedule/plan.ts';
import { printPlanStages, type Stage } from '../../schedule/print.ts';
import type { Executable } from '../device.ts';
import { runRoutineStep } from '../routine.ts';
import type { Heap } from './heap.ts';
import type { Scratch } from './scratch.ts';
import { WasmStorage } from './storage.ts';
import type { Residents } from './storage.ts';
import type { Crew } from './threads.ts';

/** Runs of a storage as an input after which it stays in the memory. */
const usesToStay = 4;
/** Work (flop or elements) below which a step stays on one thread: waking another costs more. */
const parallelWork = 1e6;

/** What programs of one device share. */
export interface WasmHost {
  readonly heap: Heap;
  readonly residents: Residents;
  readonly scratch: Scratch;
  readonly features: WasmFeatures;
  /** The other threads, if there are any. */
  readonly crew: Crew | undefined;
}

type EmittedFunction = (table: number, begin?: number, end?: number) => void;

/** A call with the function of the module that it is of, if any. */
type LoadedCall =
  | { readonly kind: 'emitted'; readonly call: Extract<Call, { readonly name: string }>; readonly run: EmittedFunction }
  | Extract<Call, { readonly kind: 'routine' }>
  | { readonly kind: 'loop'; readonly loop: LoopStep; readonly body: readonly LoadedCall[] };

export class WasmProgram implements Executable {
  readonly inPlace: ReadonlyMap<number, number>;
  private readonly host: WasmHost;
  private readonly plan: Plan;
  private readonly lowered: LoweredPlan;
  private readonly calls: readonly LoadedCall[];
  /** The crew's number for the module. */
  private readonly moduleId: number;
  private readonly table: number;
  /** Where the arena lay when the table was filled last. */
  private tableArena = -1;
  /** Buffers of the plan by home. */
  private readonly arenaBuffers: { buffer: number; offset: number }[] = [];
  private readonly inputBuffers: (number | undefined)[] = [];
  private readonly outputBuffers: (number | undefined)[] = [];
  /** Input index → the output that is written over it in this run. */
  private readonly overwritten = new Map<number, number>();
  /** The storages of those. */
  private readonly targets = new Set<WasmStorage>();

  constructor(host: WasmHost, plan: Plan) {
    this.host = host;
    this.plan = plan;
    this.inPlace = plan.inPlace;
    const { heap, features, crew } = host;
    this.lowered = lowerPlan(plan, { features, parallelWork: crew === undefined ? Infinity : parallelWork });
    const module = new WebAssembly.Module(encodeModule(this.lowered.module));
    const { exports } = new WebAssembly.Instance(module, { fathom: { memory: heap.memory } });
    // What the emitter exports are functions of i32 parameters, and nothing else.
    const load = (call: Call): LoadedCall => {
      if (call.kind === 'routine') return call;
      if (call.kind === 'loop') return { ...call, body: call.body.map(load) };
      return { kind: 'emitted', call, run: exports[call.name] as EmittedFunction };
    };
    this.calls = this.lowered.calls.map(load);
    this.moduleId = crew?.add(module) ?? 0;
    plan.buffers.forEach(({ home }, buffer) => {
      if (home.kind === 'arena') this.arenaBuffers.push({ buffer, offset: home.offset });
      else if (home.kind === 'input') this.inputBuffers[home.index] = buffer;
      else if (home.kind === 'output') this.outputBuffers[home.index] = buffer;
    });
    const tableBytes = plan.buffers.length * 4;
    this.table = heap.tryAllocate(tableBytes) ?? raise(heap.exhausted(tableBytes));
    belongings.register(this, { heap, table: this.table, crew, moduleId: this.moduleId });
  }

  run(inputs: readonly Storage[], outputs: readonly Storage[]): void {
    const { heap, residents, scratch } = this.host;
    const { overwritten, targets } = this;
    const given = inputs.map(ownStorage);
    const wanted = outputs.map(ownStorage);
    residents.begin();
    for (const storage of given) residents.use(storage);
    for (const storage of wanted) residents.use(storage);
    this.findOverwritten(given, wanted);

    // Addresses; below 0: ~offset behind the scratch block's start.
    let next = align(this.plan.arenaBytes);
    const stage = (storage: Storage): number => {
      const offset = next;
      next = align(next + storage.size * infoOf(storage.dtype).bytes);
      return ~offset;
    };
    const inputAt = given.map((storage, i) => {
      if (overwritten.has(i)) return residents.admit(storage) || stage(storage);
      // Another output may be written over this storage while this input is still read.
      if (targets.has(storage)) return stage(storage);
      if (++storage.uses >= usesToStay) residents.admit(storage);
      return storage.contents.address || stage(storage);
    });
    const outputAt = wanted.map((storage, i) => {
      const source = this.plan.inPlace.get(i);
      if (source !== undefined && overwritten.get(source) === i) return inputAt[source]!;
      const { address } = storage.contents;
      return address !== 0 && !given.includes(storage) ? address : stage(storage);
    });

    const base = scratch.reserve(next);
    const resolve = (at: number): number => (at < 0 ? base + ~at : at);
    inputAt.forEach((at, i) => {
      if (at < 0) heap.write(given[i]!.dtype, resolve(at), given[i]!.read());
    });
    this.fillTable(base, inputAt.map(resolve), outputAt.map(resolve));
    this.callAll();
    outputAt.forEach((at, i) => {
      const storage = wanted[i]!;
      if (at >= 0) residents.changed(storage);
      else this.takeOut(storage, resolve(at));
    });
  }

  /** The stages up to the plan, then the code. */
  stages(earlier: readonly Stage[] = printPlanStages(this.plan)): readonly Stage[] {
    return [...earlier, { title: 'code', text: printModule(this.lowered.module) }];
  }

  private findOverwritten(given: readonly WasmStorage[], wanted: readonly WasmStorage[]): void {
    this.overwritten.clear();
    this.targets.clear();
    for (const [output, input] of this.plan.inPlace) {
      const storage = wanted[output]!;
      // A storage can be given twice; only one of its places can be written over.
      if (given[input] !== storage || this.targets.has(storage)) continue;
      this.overwritten.set(input, output);
      this.targets.add(storage);
    }
  }

  private fillTable(base: number, inputAt: readonly number[], outputAt: readonly number[]): void {
    const { words } = this.host.heap;
    const first = this.table / 4;
    if (this.tableArena !== base) {
      for (const { buffer, offset } of this.arenaBuffers) words[first + buffer] = base + offset;
      this.tableArena = base;
    }
    inputAt.forEach((address, i) => {
      const buffer = this.inputBuffers[i];
      if (buffer !== undefined) words[first + buffer] = address;
    });
    outputAt.forEach((address, i) => {
      const buffer = this.outputBuffers[i];
      if (buffer !== undefined) words[first + buffer] = address;
    });
  }

  private callAll(calls = this.calls): void {
    const { crew } = this.host;
    for (const loaded of calls) {
      if (loaded.kind === 'routine') this.runRoutine(loaded.step);
      else if (loaded.kind === 'loop') this.runLoop(loaded.loop, loaded.body);
      else {
        const { call, run } = loaded;
        if (call.kind === 'serial') run(this.table);
        else if (crew === undefined) run(this.table, 0, call.count);
        else crew.split(this.moduleId, call, run, this.table);
      }
    }
  }

  private runLoop({ count, test, enter, turn }: LoopStep, body: readonly LoadedCall[]): void {
    const { heap } = this.host;
    const first = this.table / 4;
    const move = (moves: readonly Move[]): void => {
      for (const { to, from, offset } of moves) heap.words[first + to] = heap.words[first + from]! + offset;
    };
    move(enter);
    for (let i = 0; i < count; i++) {
      if (test !== undefined && heap.view('bool', heap.words[first + test]! >>> 0, 1)[0] === 0) return;
      this.callAll(body);
      move(turn);
    }
  }

  /** Runs an algorithm of the host over the memory: the table says where its buffers are. */
  private runRoutine(step: RoutineStep): void {
    const { heap } = this.host;
    runRoutineStep(step, this.plan, (buffer) => {
      const { dtype, size } = this.plan.buffers[buffer]!;
      return heap.view(dtype, heap.words[this.table / 4 + buffer]!, size);
    });
  }

  private takeOut(storage: WasmStorage, address: number): void {
    const values = this.host.heap.read(storage.dtype, address, storage.size);
    storage.contents.host = values;
    if (storage.contents.address !== 0) this.host.heap.write(storage.dtype, storage.contents.address, values);
  }
}

interface Belongings {
  readonly heap: Heap;
  readonly table: number;
  readonly crew: Crew | undefined;
  readonly moduleId: number;
}

/** What a program leaves behind when it is collected. */
const belongings = new FinalizationRegistry<Belongings>(({ heap, table, crew, moduleId }) => {
  heap.free(table);
  crew?.remove(moduleId);
});

function ownStorage(storage: Storage): WasmStorage {
  if (storage instanceof WasmStorage) return storage;
  throw new Error('bug: a storage of another device was given to the wasm device');
}

function align(bytes: number): number {
  return Math.ceil(bytes / 64) * 64;
}
