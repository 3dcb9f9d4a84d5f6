/**
 * Looking inside: what a function of tensors becomes, from its graph to the machine code, as text.
 */
import { compile, type Compiled } from '../tensor/compile.ts';

export { type KernelTime, profile, Profile } from './profile.ts';

/** The stages in the order a function goes through them. */
const titles = ['graph', 'kernels', 'schedule', 'plan', 'code'] as const;

/** Every stage of a function as text; empty where the device has no such stage, or there was nothing to compute. */
export class Inspection {
  /** The operations, one node a line. */
  readonly graph: string;
  /** After fusion: what is stored where, as expressions over loads. */
  readonly kernels: string;
  /** The loop nests that compute it, vector code with structured loops. */
  readonly schedule: string;
  /** Buffers and where they live, steps and what they are bound to. */
  readonly plan: string;
  /** Machine code or WebAssembly, instruction by instruction. */
  readonly code: string;

  constructor(stages: Readonly<Record<(typeof titles)[number], string>>) {
    this.graph = stages.graph;
    this.kernels = stages.kernels;
    this.schedule = stages.schedule;
    this.plan = stages.plan;
    this.code = stages.code;
  }

  /** All stages that there are, each under its title. */
  toString(): string {
    const shown = titles.filter((title) => this[title] !== '').map((title) => `── ${title} ──\n${this[title]}`);
    return shown.length === 0 ? 'nothing to compute' : shown.join('\n\n');
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

/**
 * What `fn` compiles to for arguments of these shapes, on the device in use. Runs no code; fn itself is traced once.
 * @param fn as for compile, or what compile returned   @throws TraceError where fn cannot be traced
 * @example console.log(inspect((x: Tensor) => x.matmul(w).relu())(x))   @example inspect(step)(x, y).plan
 */
export function inspect<A extends readonly unknown[], R>(
  fn: Compiled<A, R> | ((...args: A) => R),
): (...args: A) => Inspection {
  const compiled = 'stages' in fn ? fn : compile(fn);
  return (...args) => {
    const stages = new Map(compiled.stages(...args).map(({ title, text }) => [title, text]));
    const textOf = (title: (typeof titles)[number]) => stages.get(title) ?? '';
    return new Inspection({
      graph: textOf('graph'),
      kernels: textOf('kernels'),
      schedule: textOf('schedule'),
      plan: textOf('plan'),
      code: textOf('code'),
    });
  };
}
