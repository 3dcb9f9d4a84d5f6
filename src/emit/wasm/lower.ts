/**
 * A plan as one WebAssembly module over one memory. A table in that memory, whose address every exported function takes, says where
 * each buffer of the plan lies: one i32 each, in the plan's order. The arena is part of it, so it may lie elsewhere in every run.
 */
import type { LoopStep, Move, NestStep, Plan, RoutineStep, Step } from '../../schedule/plan.ts';
import type { Nest } from '../../kernel/nest.ts';
import { FunctionBuilder } from './function.ts';
import type { WasmModule } from './module.ts';
import { lowerNest, splitLoop } from './nest.ts';
import type { WasmFeatures } from './nest.ts';

/** What is called to run a plan, in order. */
export type Call =
  /** An exported function (table) that runs some steps from first to last. */
  | { readonly kind: 'serial'; readonly name: string }
  /** An exported function (table, begin, end) that runs iterations of one step, which has `count` of them in all. */
  | { readonly kind: 'parallel'; readonly name: string; readonly count: number; readonly work: number }
  /** No function of the module: an algorithm that the host runs. */
  | { readonly kind: 'routine'; readonly step: RoutineStep }
  /** No function either: a loop around calls that are split or the host's own, which the host drives. */
  | { readonly kind: 'loop'; readonly loop: LoopStep; readonly body: readonly Call[] };

export interface LoweredPlan {
  readonly module: WasmModule;
  readonly calls: readonly Call[];
}

export interface PlanOptions {
  readonly features: WasmFeatures;
  /** Parallel steps of at least this much work become calls of their own, to be split between threads. */
  readonly parallelWork: number;
}

/** Lowers a whole plan. A nest object that several steps share is one function. */
export function lowerPlan(plan: Plan, options: PlanOptions): LoweredPlan {
  return new PlanLowering(plan, options).run();
}

class PlanLowering {
  private readonly plan: Plan;
  private readonly options: PlanOptions;
  private readonly functions: FunctionBuilder[] = [];
  private readonly exports = new Map<string, number>();
  private readonly ofNest = new Map<Nest, number>();
  private callCount = 0;

  constructor(plan: Plan, options: PlanOptions) {
    this.plan = plan;
    this.options = options;
  }

  run(): LoweredPlan {
    const calls = this.calls(this.plan.steps);
    return {
      module: { isShared: this.options.features.shared, functions: this.functions, exports: this.exports },
      calls,
    };
  }

  private calls(steps: readonly Step[]): Call[] {
    const calls: Call[] = [];
    let serial: FunctionBuilder | undefined;
    const closeSerial = (): void => {
      if (serial !== undefined) this.publish(serial);
      serial = undefined;
    };
    for (const step of steps) {
      if (this.isSerial(step)) {
        if (serial === undefined) {
          serial = new FunctionBuilder(this.nextName(), 1);
          calls.push({ kind: 'serial', name: serial.name });
        }
        this.emit(serial, step);
        continue;
      }
      closeSerial();
      if (step.kind === 'nest') calls.push(this.parallelCall(step));
      else if (step.kind === 'loop') calls.push({ kind: 'loop', loop: step, body: this.calls(step.body) });
      else calls.push({ kind: 'routine', step });
    }
    closeSerial();
    return calls;
  }

  /** Whether a step, with all that is inside, may be part of one function. */
  private isSerial(step: Step): boolean {
    if (step.kind === 'loop') return step.body.every((one) => this.isSerial(one));
    return step.kind === 'nest' && (splitLoop(step.nest) === undefined || step.nest.work < this.options.parallelWork);
  }

  private parallelCall(step: NestStep): Call {
    const f = new FunctionBuilder(this.nextName(), 3);
    const callee = this.indexOf(step.nest);
    pushBases(f, step);
    f.get(1);
    f.get(2);
    f.index('call', callee);
    this.publish(f);
    return { kind: 'parallel', name: f.name, count: splitLoop(step.nest)!.count, work: step.nest.work };
  }

  private emit(f: FunctionBuilder, step: Step): void {
    if (step.kind === 'loop') this.emitLoop(f, step);
    else if (step.kind === 'nest') {
      const split = splitLoop(step.nest);
      const callee = this.indexOf(step.nest);
      pushBases(f, step);
      if (split !== undefined) {
        f.i32(0);
        f.i32(split.count);
      }
      f.index('call', callee);
    }
  }

  private emitLoop(f: FunctionBuilder, { count, test, enter, turn, body }: LoopStep): void {
    const left = f.local('i32');
    this.emitMoves(f, enter);
    f.i32(count);
    f.set(left);
    f.open('block');
    f.open('loop');
    if (test !== undefined) {
      this.pushAddress(f, test);
      f.memory('i32.load8_u', 0);
      f.op('i32.eqz');
      f.index('br_if', 1);
    }
    for (const step of body) this.emit(f, step);
    this.emitMoves(f, turn);
    f.get(left);
    f.i32(1);
    f.op('i32.sub');
    f.index('local.tee', left);
    f.index('br_if', 0);
    f.op('end');
    f.op('end');
  }

  private emitMoves(f: FunctionBuilder, moves: readonly Move[]): void {
    for (const { to, from, offset } of moves) {
      f.get(0);
      this.pushAddress(f, from);
      if (offset !== 0) {
        f.i32(offset);
        f.op('i32.add');
      }
      f.memory('i32.store', 4 * to);
    }
  }

  /** The address of a buffer, from the table (local 0). */
  private pushAddress(f: FunctionBuilder, buffer: number): void {
    f.get(0);
    f.memory('i32.load', 4 * buffer);
  }

  private indexOf(nest: Nest): number {
    let index = this.ofNest.get(nest);
    if (index === undefined) {
      index = this.functions.push(lowerNest(nest, this.options.features)) - 1;
      this.ofNest.set(nest, index);
    }
    return index;
  }

  private nextName(): string {
    return `call${this.callCount++}`;
  }

  private publish(f: FunctionBuilder): void {
    this.exports.set(f.name, this.functions.push(f) - 1);
  }
}

/** Pushes the base addresses of a step's slots, read from the table (local 0). */
function pushBases(f: FunctionBuilder, step: NestStep): void {
  if (step.bindings.length !== step.nest.slots.length) {
    throw new Error(`bug: ${step.nest.name} has ${step.nest.slots.length} slots, ${step.bindings.length} are bound`);
  }
  for (const buffer of step.bindings) {
    f.get(0);
    f.memory('i32.load', 4 * buffer);
  }
}
