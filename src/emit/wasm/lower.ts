/**
 * A plan as one WebAssembly module over one memory. A table in that memory, whose address every exported function takes, says where
 * each buffer of the plan lies: one i32 each, in the plan's order. The arena is part of it, so it may lie elsewhere in every run.
 */
import type { NestStep, Plan, RoutineStep } from '../../schedule/plan.ts';
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
  | { readonly kind: 'routine'; readonly step: RoutineStep };

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
export function lowerPlan(plan: Plan, { features, parallelWork }: PlanOptions): LoweredPlan {
  const functions: FunctionBuilder[] = [];
  const exports = new Map<string, number>();
  const calls: Call[] = [];
  const ofNest = new Map<Nest, number>();
  const indexOf = (nest: Nest): number => {
    let index = ofNest.get(nest);
    if (index === undefined) {
      index = functions.push(lowerNest(nest, features)) - 1;
      ofNest.set(nest, index);
    }
    return index;
  };
  const publish = (f: FunctionBuilder): void => {
    exports.set(f.name, functions.push(f) - 1);
  };
  let serial: FunctionBuilder | undefined;
  const closeSerial = (): void => {
    if (serial !== undefined) publish(serial);
    serial = undefined;
  };
  for (const step of plan.steps) {
    if (step.kind === 'routine') {
      closeSerial();
      calls.push({ kind: 'routine', step });
      continue;
    }
    const split = splitLoop(step.nest);
    const callee = indexOf(step.nest);
    if (split !== undefined && step.nest.work >= parallelWork) {
      closeSerial();
      const f = new FunctionBuilder(`call${calls.length}`, 3);
      pushBases(f, step);
      f.get(1);
      f.get(2);
      f.index('call', callee);
      publish(f);
      calls.push({ kind: 'parallel', name: f.name, count: split.count, work: step.nest.work });
    } else {
      if (serial === undefined) {
        serial = new FunctionBuilder(`call${calls.length}`, 1);
        calls.push({ kind: 'serial', name: serial.name });
      }
      pushBases(serial, step);
      if (split !== undefined) {
        serial.i32(0);
        serial.i32(split.count);
      }
      serial.index('call', callee);
    }
  }
  closeSerial();
  return { module: { isShared: features.shared, functions, exports }, calls };
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
