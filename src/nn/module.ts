/**
 * What every layer and model shares: finding its parameters. A module is a plain class with a constructor and `forward`;
 * nothing is registered, the fields themselves are walked, so that a model is the data it holds.
 */
import { DTypeError, raise, ShapeError, ValueError } from '../base/errors.ts';
import { formatShape, sameShape } from '../base/shape.ts';
import { noteMode } from '../engine/index.ts';
import { type DType, infoOf, isFloat, isLossless } from '../ir/dtype.ts';
import { Cell } from '../tensor/cell.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** A Cell that an optimizer trains. Any other Cell in a module is saved and loaded but not trained: running statistics. */
export class Parameter extends Cell {
  #isFrozen = false;

  /** Saved and loaded, but left out of `parameters()`. A compiled function that lists parameters follows its changes. */
  get isFrozen(): boolean {
    noteMode(this, () => this.#isFrozen);
    return this.#isFrozen;
  }

  set isFrozen(isFrozen: boolean) {
    this.#isFrozen = isFrozen;
  }
}

/**
 * A parameter that is computed from others each time it is read: normalised weights, for instance. What it is made of takes its
 * place in the state, under `parametrizations`.
 */
export class Computed extends Parameter {
  /** Cells by name, the last part of their path in the state. */
  readonly sources: Readonly<Record<string, unknown>>;
  readonly #compute: () => Tensor;

  /** @param like a value of its shape and dtype */
  constructor(like: Tensor, compute: () => Tensor, sources: Readonly<Record<string, unknown>>) {
    super(like);
    this.#compute = compute;
    this.sources = sources;
  }

  override get value(): Tensor {
    return this.#compute();
  }

  /** @throws ValueError always */
  override set value(_: Tensor) {
    raise(new ValueError('Parameter: this one is computed from others; assign those, or load a state'));
  }
}

/** A module of one tensor in, one tensor out, as Sequential chains them. */
export interface Layer {
  forward(x: Tensor): Tensor;
}

export interface LoadOptions {
  /** Fail if names are missing or left over. Default: true. */
  readonly strict?: boolean;
}

/**
 * The base of layers and models.
 * @example
 * class Net extends Module {
 *   hidden = new Linear(784, 128);
 *   output = new Linear(128, 10);
 *   forward(x: Tensor) { return this.output.forward(this.hidden.forward(x).relu()); }
 * }
 * Object.keys(new Net().state()); // ['hidden.weight', 'hidden.bias', 'output.weight', 'output.bias']
 */
export abstract class Module {
  #isTraining = true;

  /** Dropout drops and batch normalisation uses the batch's statistics. A compiled function that reads it follows its changes. */
  get training(): boolean {
    noteMode(this, () => this.#isTraining);
    return this.#isTraining;
  }

  /** Switches this module and those inside it to training, or with `false` to evaluation. */
  train(isTraining = true): this {
    for (const module of this.modules()) module.#isTraining = isTraining;
    return this;
  }

  /** Switches this module and those inside it to evaluation. */
  eval(): this {
    return this.train(false);
  }

  /** What an optimizer trains, each once, in the order of the fields. */
  parameters(): Parameter[] {
    return this.namedParameters().map(([, parameter]) => parameter);
  }

  /**
   * As `parameters`, with the path of fields to each: `['0.weight', …]`. One that is shared has the first of its paths.
   * @param options `frozen: true` lists those that are not trained as well
   */
  namedParameters({ frozen = false }: { readonly frozen?: boolean } = {}): [name: string, parameter: Parameter][] {
    const found = new Map<Parameter, string>();
    for (const [name, cell] of this.#cells()) {
      if (cell instanceof Parameter && !found.has(cell) && (frozen || !cell.isFrozen)) found.set(cell, name);
    }
    return [...found].map(([parameter, name]) => [name, parameter]);
  }

  /**
   * Leaves the parameters of this module out of `parameters()` from now on, or with `false` takes them in again. Make the optimizer
   * afterwards. Running statistics still move in training; `eval` on the module stops that.
   * @example model.body.freeze(); const optimizer = new Adam(model.parameters());
   */
  freeze(isFrozen = true): this {
    for (const [, parameter] of this.namedParameters({ frozen: true })) parameter.isFrozen = isFrozen;
    return this;
  }

  /** Every parameter and other cell, each once. */
  cells(): Cell[] {
    return [...new Set(this.#cells().map(([, cell]) => cell))];
  }

  /** This module and every one inside it, each once. */
  modules(): Module[] {
    const found = new Set<Module>();
    for (const [, value] of walk('', this, [])) if (value instanceof Module) found.add(value);
    return [...found];
  }

  /** As `modules`, with the path of fields to each; that of this one is ''. */
  namedModules(): [name: string, module: Module][] {
    const found = new Map<Module, string>();
    for (const [name, value] of walk('', this, []))
      if (value instanceof Module && !found.has(value)) found.set(value, name);
    return [...found].map(([module, name]) => [name, module]);
  }

  /**
   * The values of all parameters and other cells by path, equal to PyTorch's names for the same layers.
   * @example await saveSafetensors('net.safetensors', model.state())
   */
  state(): Record<string, Tensor> {
    return Object.fromEntries(this.#cells().map(([name, cell]) => [name, cell.value]));
  }

  /**
   * Takes over values by path. Nothing is changed if anything does not fit.
   * @throws ValueError for missing or unexpected names   @throws ShapeError, DTypeError if a value does not fit its place
   * @example model.load(await loadSafetensors('net.safetensors'))
   */
  load(state: Readonly<Record<string, Tensor>>, { strict = true }: LoadOptions = {}): this {
    const cells = new Map(this.#cells());
    const missing = [...cells.keys()].filter((name) => !Object.hasOwn(state, name));
    const unexpected = Object.keys(state).filter((name) => !cells.has(name));
    if (strict && missing.length + unexpected.length > 0) raise(new ValueError(describeMismatch(missing, unexpected)));
    const pairs = Object.entries(state).flatMap(([name, value]) => {
      const cell = cells.get(name);
      if (cell === undefined) return [];
      if (!sameShape(value.shape, cell.shape)) {
        raise(
          new ShapeError(
            `load: '${name}' has shape ${formatShape(cell.shape)} in the model and ${formatShape(value.shape)} in the state; build the model with the sizes it was saved with`,
          ),
        );
      }
      return [[cell, converted(name, value, cell.dtype)] as const];
    });
    for (const [cell, value] of pairs) cell.value = value;
    return this;
  }

  /** What belongs to this module, with the name each has in `state`: its own fields, unless a subclass knows better. */
  protected fields(): Iterable<readonly [name: string, value: unknown]> {
    return Object.entries(this);
  }

  /** For the walk, which is no method of a subclass. */
  static fieldsOf(module: Module): Iterable<readonly [name: string, value: unknown]> {
    return module.fields();
  }

  #cells(): [name: string, cell: Cell][] {
    return [...walk('', this, [])].flatMap(([name, value]) =>
      value instanceof Cell ? [[name, value] as [string, Cell]] : [],
    );
  }
}

/** Every cell and module under a value, through arrays and plain objects; one that contains itself is not entered again. */
function* walk(
  path: string,
  value: unknown,
  above: readonly object[],
): Generator<readonly [path: string, value: Cell | Module]> {
  if (typeof value !== 'object' || value === null || above.includes(value)) return;
  if (value instanceof Computed) {
    const field = path.lastIndexOf('.') + 1;
    yield* walkAll(
      `${path.slice(0, field)}parametrizations.${path.slice(field)}`,
      Object.entries(value.sources),
      above,
    );
  } else if (value instanceof Cell) yield [path, value];
  else if (value instanceof Module) {
    yield [path, value];
    yield* walkAll(path, Module.fieldsOf(value), [...above, value]);
  } else if (Array.isArray(value) || isPlain(value)) {
    yield* walkAll(path, Object.entries(value), [...above, value]);
  }
}

function* walkAll(
  path: string,
  entries: Iterable<readonly [string, unknown]>,
  above: readonly object[],
): ReturnType<typeof walk> {
  for (const [name, value] of entries) yield* walk(path === '' ? name : `${path}.${name}`, value, above);
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/**
 * A stored value in the dtype of the model: floats in any float dtype, whole numbers in any integer dtype that holds them.
 * @throws DTypeError for floats in place of integers, and the other way; ValueError for a number that does not fit
 */
function converted(name: string, value: Tensor, dtype: DType): Tensor {
  if (value.dtype === dtype) return value;
  if (infoOf(value.dtype).kind !== infoOf(dtype).kind) {
    raise(
      new DTypeError(
        `load: '${name}' is ${dtype} in the model and ${value.dtype} in the state; convert it with .cast('${dtype}')`,
      ),
    );
  }
  const result = value.cast(dtype);
  if (isFloat(dtype) || isLossless(value.dtype, dtype)) return result;
  if (result.cast(value.dtype).equal(value).all().itemSync() === 0)
    raise(new ValueError(`load: '${name}' holds numbers beyond ${dtype}, which it is in the model`));
  return result;
}

function describeMismatch(missing: readonly string[], unexpected: readonly string[]): string {
  const parts: string[] = [];
  if (missing.length > 0) parts.push(`the state lacks ${list(missing)}`);
  if (unexpected.length > 0) parts.push(`the model has no ${list(unexpected)}`);
  return `load: ${parts.join('; ')}. Use { strict: false } to load what fits`;
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, 5).map((name) => `'${name}'`);
  return names.length > 5 ? `${shown.join(', ')} and ${names.length - 5} more` : shown.join(', ');
}
