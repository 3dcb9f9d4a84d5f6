/**
 * `summary`: what a model consists of, as a table: modules, shapes, parameters, floating-point operations, bytes. The model is
 * recorded once and nothing of it runs.
 */
import { raise, ValueError } from '../base/errors.ts';
import { formatShape, type Shape, sizeOf } from '../base/shape.ts';
import { constant } from '../ir/build.ts';
import { infoOf } from '../ir/dtype.ts';
import { zeros } from '../tensor/creation.ts';
import { Tensor } from '../tensor/tensor.ts';
import { leavesOf } from '../tensor/tree.ts';
import type { Module } from './module.ts';
import { flopsOf } from './work.ts';

/** One call of one module; what it counts includes the modules inside. */
export interface SummaryRow {
  /** The path of fields to it; '' for the model. */
  readonly path: string;
  /** Its class. */
  readonly kind: string;
  /** How many modules it is inside of. */
  readonly depth: number;
  readonly outputs: readonly Shape[];
  /** Numbers that it learns, a shared one once. */
  readonly parameters: number;
  readonly flops: number;
  /** Of its parameters and other cells. */
  readonly stateBytes: number;
  readonly outputBytes: number;
}

export interface Summary {
  /** In the order of calls, a module before those inside it. */
  readonly rows: readonly SummaryRow[];
  readonly parameters: number;
  /** Those that are not frozen. */
  readonly trainable: number;
  readonly flops: number;
  readonly stateBytes: number;
  /** Of the outputs of modules that have none inside: what a step of training keeps, at most. */
  readonly activationBytes: number;
  /** The table. */
  toString(): string;
}

/** A row while its module runs. */
type Draft = { -readonly [K in keyof SummaryRow]: SummaryRow[K] };

/**
 * What a model consists of and costs for inputs of these shapes, in evaluation mode.
 * @param inputs shapes, batch included, of float32 inputs; or tensors, for other dtypes
 * @throws ValueError without inputs; whatever the model throws for shapes that do not fit
 * @example console.log(`${summary(model, [1, 1, 28, 28])}`)
 */
export function summary(model: Module, ...inputs: readonly (Shape | Tensor)[]): Summary {
  if (inputs.length === 0)
    raise(new ValueError('summary: give the shape of an input, batch included, e.g. summary(model, [1, 784])'));
  const tensors = inputs.map((input) => (input instanceof Tensor ? input : zeros(input)));
  const modes = model.modules().map((module) => [module, module.training] as const);
  const rows: Draft[] = [];
  const restore = watch(model, rows);
  try {
    model.eval();
    const forward: unknown = Reflect.get(model, 'forward');
    if (typeof forward !== 'function')
      raise(new ValueError(`summary: ${model.constructor.name} has no forward method to record`));
    Reflect.apply(forward, model, tensors);
  } finally {
    restore();
    // From the outside in, so that what a module's mode sets inside is set right afterwards.
    for (const [module, isTraining] of modes) module.train(isTraining);
  }
  const trainable = model.parameters().reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const { parameters, stateBytes } = sizesOf(model);
  const isInnermost = (row: Draft, i: number): boolean => (rows[i + 1]?.depth ?? 0) <= row.depth;
  const activationBytes = rows.filter(isInnermost).reduce((sum, { outputBytes }) => sum + outputBytes, 0);
  const whole = { rows, parameters, trainable, flops: rows[0]?.flops ?? 0, stateBytes, activationBytes };
  return { ...whole, toString: () => table(whole) };
}

/** Lets every module's forward add its row. @returns what undoes it */
function watch(model: Module, rows: Draft[]): () => void {
  const watched: Module[] = [];
  let depth = 0;
  for (const [path, module] of model.namedModules()) {
    const forward: unknown = Reflect.get(module, 'forward');
    if (typeof forward !== 'function' || watched.includes(module)) continue;
    watched.push(module);
    const value = (...args: unknown[]): unknown => {
      const row: Draft = {
        path,
        kind: module.constructor.name,
        depth,
        outputs: [],
        ...sizesOf(module),
        flops: 0,
        outputBytes: 0,
      };
      rows.push(row);
      const since = constant(0).id;
      depth++;
      try {
        const result: unknown = Reflect.apply(forward, module, args);
        const found = leavesOf(result).filter((leaf) => leaf instanceof Tensor);
        row.outputs = found.map(({ shape }) => shape);
        row.flops = flopsOf(found, since);
        row.outputBytes = found.reduce((sum, { size, dtype }) => sum + size * infoOf(dtype).bytes, 0);
        return result;
      } finally {
        depth--;
      }
    };
    Object.defineProperty(module, 'forward', { value, configurable: true, writable: true });
  }
  return () => {
    for (const module of watched) Reflect.deleteProperty(module, 'forward');
  };
}

function sizesOf(module: Module): { readonly parameters: number; readonly stateBytes: number } {
  const cells = new Set(module.cells());
  const parameters = module.namedParameters({ frozen: true });
  return {
    parameters: parameters.reduce((sum, [, { shape }]) => sum + sizeOf(shape), 0),
    stateBytes: [...cells].reduce((sum, { shape, dtype }) => sum + sizeOf(shape) * infoOf(dtype).bytes, 0),
  };
}

function table({ rows, parameters, trainable, flops, stateBytes, activationBytes }: Omit<Summary, 'toString'>): string {
  const header = ['module', 'output', 'parameters', 'flops', 'bytes out'];
  const lines = rows.map((row) => [
    `${'  '.repeat(row.depth)}${row.path === '' ? '' : `${row.path.split('.').at(-1)!} `}${row.kind}`,
    row.outputs.map(formatShape).join(' '),
    row.parameters === 0 ? '' : row.parameters.toLocaleString('en-US'),
    row.flops === 0 ? '' : row.flops.toLocaleString('en-US'),
    row.outputBytes.toLocaleString('en-US'),
  ]);
  const widths = header.map((title, column) => Math.max(...[header, ...lines].map((line) => line[column]!.length)));
  const format = (line: readonly string[]): string =>
    line
      .map((cell, i) => (i < 2 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '─'.repeat(width)).join('──');
  const frozen = parameters - trainable;
  return [
    format(header),
    rule,
    ...lines.map(format),
    rule,
    `${parameters.toLocaleString('en-US')} parameters${frozen === 0 ? '' : `, ${frozen.toLocaleString('en-US')} of them frozen`}, ${bytes(stateBytes)} of state`,
    `${flops.toLocaleString('en-US')} floating-point operations, ${bytes(activationBytes)} of activations`,
  ].join('\n');
}

function bytes(count: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = count === 0 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(count) / 10));
  return `${(count / 1024 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]!}`;
}
