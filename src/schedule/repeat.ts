/**
 * Kernels of one structure are scheduled once: the blocks of a deep network differ in nothing but their buffers. A kernel met again gets
 * the very nests of the first, bound to its own buffers, and an emitter that sees one nest twice has to emit it only once.
 */
import type { DType } from '../ir/dtype.ts';
import type { Affine, Var } from '../kernel/affine.ts';
import type { BufferId, Effect, Expression, Kernel } from '../kernel/kernel.ts';
import type { Bound } from './loops.ts';
import type { Workspace } from './tile.ts';

type ScheduleKernel = (kernel: Kernel, workspace: Workspace) => readonly Bound[];

/** What a kernel became, in terms of its buffers and of the temporaries made for it. */
interface Known {
  readonly bound: readonly Bound[];
  readonly buffers: readonly BufferId[];
  readonly temporaries: readonly { readonly buffer: BufferId; readonly dtype: DType; readonly size: number }[];
}

/** The same as `schedule`, but for kernels that differ from an earlier one in their buffers only. */
export function sharingRepeats(schedule: ScheduleKernel, workspace: Workspace): (kernel: Kernel) => readonly Bound[] {
  const known = new Map<string, Known>();
  return (kernel) => {
    const { key, buffers } = structureOf(kernel);
    const earlier = known.get(key);
    if (earlier !== undefined) return rebound(earlier, buffers, workspace);
    const temporaries: Known['temporaries'][number][] = [];
    const bound = schedule(kernel, {
      ...workspace,
      temporary(dtype, size) {
        const buffer = workspace.temporary(dtype, size);
        temporaries.push({ buffer, dtype, size });
        return buffer;
      },
    });
    known.set(key, { bound, buffers, temporaries });
    return bound;
  };
}

function rebound({ bound, buffers, temporaries }: Known, own: readonly BufferId[], workspace: Workspace): Bound[] {
  const to = new Map(buffers.map((buffer, i) => [buffer, own[i]!]));
  for (const { buffer, dtype, size } of temporaries) to.set(buffer, workspace.temporary(dtype, size));
  return bound.map((one) => ({ ...one, bindings: one.bindings.map((buffer) => to.get(buffer)!) }));
}

/** A kernel as text with buffers and variables numbered as they come, and the buffers in that order. */
function structureOf(kernel: Kernel): { readonly key: string; readonly buffers: readonly BufferId[] } {
  const buffers = new Map<BufferId, number>();
  const vars = new Map<Var, number>();
  const expressions = new Map<Expression, number>();
  const lines = [kernel.name];
  const numbered = <T>(of: Map<T, number>, one: T): number => {
    let number = of.get(one);
    if (number === undefined) of.set(one, (number = of.size));
    return number;
  };
  const variable = (v: Var): string => `${numbered(vars, v)}:${v.size}`;
  const place = ({ constant, terms }: Affine): string => {
    let text = `${constant}`;
    for (const [v, by] of terms) text += `+${by}*${variable(v)}`;
    return text;
  };
  const write = (expression: Expression): number => {
    const done = expressions.get(expression);
    if (done !== undefined) return done;
    const line = describe(expression);
    lines.push(line);
    const number = expressions.size;
    expressions.set(expression, number);
    return number;
  };
  const describe = (expression: Expression): string => {
    const { kind, dtype } = expression;
    switch (kind) {
      case 'const': // Object.is tells zeros apart, text does not
        return `${kind} ${dtype} ${Object.is(expression.value, -0) ? '-0' : expression.value}`;
      case 'index':
        return `${kind} ${place(expression.at)}`;
      case 'load':
        return `${kind} ${dtype} ${numbered(buffers, expression.buffer)}[${place(expression.at)}]`;
      case 'gather': {
        const index = write(expression.index);
        const buffer = numbered(buffers, expression.buffer);
        return `${kind} ${dtype} ${buffer}[${place(expression.at)}+${index}*${expression.scale}]`;
      }
      case 'apply':
        return `${kind} ${dtype} ${expression.op} ${expression.word ?? ''} ${expression.args.map(write).join()}`;
      case 'reduce': {
        const arg = write(expression.arg);
        return `${kind} ${dtype} ${expression.op} ${expression.vars.map(variable).join()} ${arg}`;
      }
    }
  };
  const effect = (one: Effect): string => {
    const value = write(one.value);
    const at = `${numbered(buffers, one.buffer)}[${place(one.at)}]`;
    return one.kind === 'store' ? `store ${at} ${value}` : `accumulate ${at} ${write(one.index)}*${one.scale} ${value}`;
  };
  lines.push(kernel.vars.map(variable).join());
  for (const one of kernel.effects) lines.push(effect(one));
  return { key: lines.join('\n'), buffers: [...buffers.keys()] };
}
