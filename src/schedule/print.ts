/**
 * Kernels and plans as text, for `inspect`. i0, i1, … are iteration variables, b0, b1, … buffers of the plan, t0, t1, … values that
 * are used more than once. Nests, which a plan is made of, are printed by kernel/print.ts.
 */
import { formatShape } from '../base/shape.ts';
import type { Graph } from '../ir/node.ts';
import type { ElementwiseOp } from '../ir/op.ts';
import { printGraph } from '../ir/print.ts';
import type { RoutineCall } from '../ir/routine.ts';
import type { Affine, Var } from '../kernel/affine.ts';
import { type Effect, type Expression, visitExpressions } from '../kernel/kernel.ts';
import { printNest } from '../kernel/print.ts';
import type { LoweredStep } from './lowered.ts';
import { type Home, leavesOf, type LoopOf, type Move, type Plan, type Step } from './plan.ts';
import type { Schedule } from './schedule.ts';

export interface Stage {
  readonly title: string;
  readonly text: string;
}

/** The stages from a graph to a plan, in order; the emitters add theirs, `code`. */
export function printStages(graph: Graph, { kernels, plan }: Schedule): Stage[] {
  return [
    { title: 'graph', text: printGraph(graph.outputs) },
    { title: 'kernels', text: kernels.map(printKernel).join('\n\n') },
    ...printPlanStages(plan),
  ];
}

/** The last two of them, for a plan that comes from nowhere. */
export function printPlanStages(plan: Plan): Stage[] {
  return [
    {
      title: 'schedule',
      text: leavesOf(plan.steps)
        .map((step) => (step.kind === 'nest' ? printNest(step.nest) : `routine ${printRoutine(step.routine)}`))
        .join('\n\n'),
    },
    { title: 'plan', text: printPlan(plan) },
  ];
}

/**
 * One kernel: its iteration space, then what it stores where.
 * @example kernel add for i0 in 0..64, i1 in 0..10 {
 *            b3[10·i0 + i1] = sum(i2 in 0..784: b0[784·i0 + i2] · b1[784·i1 + i2]) + b2[i1]
 *          }
 */
export function printKernel(kernel: LoweredStep): string {
  if ('turn' in kernel) {
    const body = kernel.body.map((one) => printKernel(one).replace(/^/gm, '  '));
    return [`${printLoop(kernel)} {`, ...body, '}'].join('\n');
  }
  if ('routine' in kernel) {
    const inputs = kernel.inputs.map(({ buffer, shape }) => `b${buffer} ${formatShape(shape)}`);
    return `routine b${kernel.output} = ${printRoutine(kernel.routine)}(${inputs.join(', ')})`;
  }
  const printer = new KernelPrinter();
  const space = printer.ranges(kernel.vars);
  const lines = kernel.effects.flatMap((effect) => printer.effect(effect));
  return [
    `kernel ${kernel.name}${space === '' ? '' : ` for ${space}`} {`,
    ...lines.map((line) => `  ${line}`),
    '}',
  ].join('\n');
}

const infix: Partial<Record<ElementwiseOp, string>> = {
  add: '+',
  mul: '·',
  div: '/',
  lt: '<',
  eq: '==',
};

class KernelPrinter {
  private readonly names = new Map<Var, string>();
  /** Values with a line of their own. */
  private readonly shared = new Map<Expression, string>();

  /** `i0 in 0..64, i1 in 0..10`. */
  ranges(vars: readonly Var[]): string {
    return vars.map((v) => `${this.nameOf(v)} in 0..${v.size}`).join(', ');
  }

  /** The lines of an effect: shared values first. */
  effect(effect: Effect): string[] {
    const roots = effect.kind === 'store' ? [effect.value] : [effect.index, effect.value];
    const lines = this.share(roots);
    const to =
      effect.kind === 'store'
        ? `b${effect.buffer}[${this.affine(effect.at)}] =`
        : `b${effect.buffer}[${this.indexed(effect)}] +=`;
    return [...lines, `${to} ${this.expression(effect.value)}`];
  }

  /** Names the applications and reductions that are used more than once, so that a graph of values stays as short as it is. */
  private share(roots: readonly Expression[]): string[] {
    const uses = new Map<Expression, number>();
    const order: Expression[] = [];
    const seen = new Set<Expression>();
    const use = (expression: Expression) => uses.set(expression, (uses.get(expression) ?? 0) + 1);
    for (const root of roots) {
      use(root);
      visitExpressions(
        root,
        (expression) => {
          order.push(expression);
          argumentsOf(expression).forEach(use);
        },
        seen,
      );
    }
    const lines: string[] = [];
    for (const expression of order) {
      const isWorthIt = argumentsOf(expression).length > 0 && uses.get(expression)! > 1;
      if (!isWorthIt || this.shared.has(expression)) continue;
      const text = this.expression(expression);
      const name = `t${this.shared.size}`;
      this.shared.set(expression, name);
      lines.push(`${name} = ${text}`);
    }
    return lines;
  }

  /** `isOperand`: it stands beside an infix sign, and is put in brackets if it has one itself. */
  private expression(expression: Expression, isOperand = false): string {
    const name = this.shared.get(expression);
    if (name !== undefined) return name;
    switch (expression.kind) {
      case 'const':
        return Object.is(expression.value, -0) ? '-0' : String(expression.value);
      case 'index':
        return isOperand ? `(${this.affine(expression.at)})` : this.affine(expression.at);
      case 'load':
        return `b${expression.buffer}[${this.affine(expression.at)}]`;
      case 'gather':
        return `b${expression.buffer}[${this.indexed(expression)}]`;
      case 'reduce':
        return `${expression.op}(${this.ranges(expression.vars)}: ${this.expression(expression.arg)})`;
      case 'apply': {
        const sign = infix[expression.op];
        const args = expression.args.map((arg) => this.expression(arg, sign !== undefined));
        if (sign !== undefined) return isOperand ? `(${args.join(` ${sign} `)})` : args.join(` ${sign} `);
        const op = expression.op === 'cast' ? expression.dtype : expression.op;
        return `${op}${expression.word === undefined ? '' : `.${expression.word}`}(${args.join(', ')})`;
      }
    }
  }

  /** Where a gather or an accumulation points: an affine place and a computed index. */
  private indexed({ at, index, scale }: { at: Affine; index: Expression; scale: number }): string {
    const place = this.affine(at);
    const computed = scale === 1 ? this.expression(index) : `${scale}·${this.expression(index, true)}`;
    return place === '0' ? computed : `${place} + ${computed}`;
  }

  /** `10·i0 + i1 + 3`. */
  private affine({ constant, terms }: Affine): string {
    const parts = [...terms].map(([v, by]) => {
      const name = this.nameOf(v);
      return by === 1 ? name : by === -1 ? `-${name}` : `${by}·${name}`;
    });
    if (constant !== 0 || parts.length === 0) parts.push(String(constant));
    return parts.join(' + ').replaceAll('+ -', '− ');
  }

  private nameOf(v: Var): string {
    let name = this.names.get(v);
    if (name === undefined) this.names.set(v, (name = `i${this.names.size}`));
    return name;
  }
}

function argumentsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'apply':
      return expression.args;
    case 'reduce':
      return [expression.arg];
    case 'gather':
      return [expression.index];
    case 'const':
    case 'index':
    case 'load':
      return [];
  }
}

/** `argsort{descending: true}`. */
function printRoutine({ name, ...parameters }: RoutineCall): string {
  const entries = Object.entries(parameters).map(([key, value]) => `${key}: ${value}`);
  return entries.length === 0 ? name : `${name}{${entries.join(', ')}}`;
}

/** A plan's buffers with their homes, its steps with what their slots are bound to, and the size of the arena. */
export function printPlan({ buffers, steps, arenaBytes, inPlace }: Plan): string {
  const lines = buffers.map(({ dtype, size, home }, i) => `b${i}: ${dtype} × ${size} ${printHome(home)}`);
  let count = 0;
  const print = (list: readonly Step[], indent: string): void => {
    for (const step of list) {
      const number = `${indent}step ${count++}: `;
      if (step.kind === 'loop') {
        lines.push(number + printLoop(step));
        print(step.body, `${indent}  `);
        continue;
      }
      const name = step.kind === 'nest' ? step.nest.name : `routine ${printRoutine(step.routine)}`;
      const parallel = step.kind === 'nest' && step.nest.parallel ? ' parallel' : '';
      lines.push(`${number}${name}(${step.bindings.map((buffer) => `b${buffer}`).join(', ')})${parallel}`);
    }
  };
  print(steps, '');
  for (const [output, input] of inPlace) lines.push(`output ${output} may be written over input ${input}`);
  lines.push(`arena: ${arenaBytes} bytes`);
  return lines.join('\n');
}

function printHome(home: Home): string {
  if (home.kind === 'pointer') return 'behind a pointer';
  return home.kind === 'arena' ? `in arena at ${home.offset}` : `in ${home.kind} ${home.index}`;
}

/** `loop 32 times from b5 = b1, b6 = b2 by b5 = b6 + 64`: the pointers before the first turn, and how they move after each. */
function printLoop({ count, test, enter, turn }: LoopOf<unknown>): string {
  const print = (moves: readonly Move[]): string =>
    moves.map(({ to, from, offset }) => `b${to} = b${from}${offset === 0 ? '' : ` + ${offset}`}`).join(', ');
  const turns = test === undefined ? `${count} times` : `while b${test}, up to ${count} times`;
  return `loop ${turns}${enter.length > 0 ? ` from ${print(enter)}` : ''}${turn.length > 0 ? ` by ${print(turn)}` : ''}`;
}
