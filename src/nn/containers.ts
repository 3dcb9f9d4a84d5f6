/**
 * Modules made of modules, beside Sequential: lists and dictionaries that a model's own forward reads, and the shapes that many
 * networks repeat.
 */
import { raise, ShapeError, ValueError } from '../base/errors.ts';
import { formatShape, sameShape } from '../base/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { type Layer, Module } from './module.ts';

/**
 * Modules in order, named by position. A plain array of modules in a field does the same; this one is a module itself.
 * @example readonly blocks = new ModuleList(Array.from({ length: 6 }, () => new Linear(64, 64))); // 'blocks.0.weight', …
 */
export class ModuleList<M extends Module = Module> extends Module {
  readonly items: readonly M[];

  constructor(items: Iterable<M> = []) {
    super();
    this.items = [...items];
  }

  get length(): number {
    return this.items.length;
  }

  /** The module at a position; negative ones count from the end. @throws ValueError if there is none */
  at(index: number): M {
    return (
      this.items.at(index) ??
      raise(new ValueError(`ModuleList: there is no module ${index} among ${this.items.length}`))
    );
  }

  [Symbol.iterator](): IterableIterator<M> {
    return this.items[Symbol.iterator]();
  }

  protected override fields(): Iterable<readonly [string, unknown]> {
    return Object.entries(this.items);
  }
}

/**
 * Modules by name. A plain object of modules in a field does the same; this one is a module itself.
 * @example readonly heads = new ModuleDict({ policy: new Linear(64, 4), value: new Linear(64, 1) }); // 'heads.policy.weight', …
 */
export class ModuleDict<R extends Readonly<Record<string, Module>> = Readonly<Record<string, Module>>> extends Module {
  readonly items: R;

  constructor(items: R) {
    super();
    this.items = { ...items };
  }

  /** @throws ValueError if there is no module of that name */
  get<K extends keyof R & string>(name: K): R[K] {
    if (!Object.hasOwn(this.items, name))
      raise(new ValueError(`ModuleDict: there is no '${name}'; there are ${Object.keys(this.items).join(', ')}`));
    return this.items[name];
  }

  protected override fields(): Iterable<readonly [string, unknown]> {
    return Object.entries(this.items);
  }
}

/** x, to fill a place where a layer is expected. @example new Identity().forward(x) */
export class Identity extends Module {
  forward(x: Tensor): Tensor {
    return x;
  }
}

/**
 * x + f(x), or shortcut(x) + f(x) where f changes the shape.
 * @throws ShapeError if the two differ   @see He et al. 2016, "Deep Residual Learning"
 * @example new Residual(new Sequential(new Conv2d(16, 16, 3, { padding: 1 }), new BatchNorm2d(16), new ReLU()))
 */
export class Residual extends Module {
  readonly body: Layer;
  readonly shortcut: Layer | undefined;

  constructor(body: Layer, shortcut?: Layer) {
    super();
    this.body = body;
    this.shortcut = shortcut;
  }

  forward(x: Tensor): Tensor {
    const kept = this.shortcut === undefined ? x : this.shortcut.forward(x);
    const y = this.body.forward(x);
    if (!sameShape(kept.shape, y.shape))
      raise(
        new ShapeError(
          `Residual: the body gives ${formatShape(y.shape)}, the shortcut ${formatShape(kept.shape)}; give a shortcut that changes the shape alike`,
        ),
      );
    return kept.add(y);
  }
}
