/**
 * L-BFGS: steps by an approximate inverse of the Hessian, made of the last changes of the gradient. How often the loss is
 * evaluated depends on its values, so the steps are driven from the host and only the closure is compiled.
 */
import { raise, ShapeError, ValueError } from '../base/errors.ts';
import { sizeOf } from '../base/shape.ts';
import type { Cell } from '../tensor/cell.ts';
import { tensor } from '../tensor/creation.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { checkLeast } from './groups.ts';
import { strongWolfe, type Trial } from './line-search.ts';

/** Computes the loss with the parameters as they are now, and its gradients, one each. */
export type Closure = () => readonly [loss: Tensor, gradients: readonly Tensor[]];

export interface LBFGSOptions {
  /** The step length, or with a line search the first one tried. Default: 1. */
  readonly lr?: number;
  /** Iterations per step. Default: 20. */
  readonly maxIterations?: number;
  /** Evaluations of the closure per step. Default: ⌊1.25 · maxIterations⌋. */
  readonly maxEvaluations?: number;
  /** Ends when no element of the gradient is larger. Default: 1e-7. */
  readonly toleranceGradient?: number;
  /** Ends when neither the loss nor an element changes by more. Default: 1e-9. */
  readonly toleranceChange?: number;
  /** Changes remembered. Default: 100. */
  readonly history?: number;
  /** Default: 'none', the step is lr long. */
  readonly lineSearch?: 'strongWolfe' | 'none';
}

/** Two vectors of the memory: change of the gradient, change of the parameters, and 1 over their product. */
interface Change {
  readonly y: Float64Array;
  readonly s: Float64Array;
  readonly rho: number;
}

/**
 * d = −H g by the two-loop recursion over the remembered changes; p ← p + t · d. PyTorch's, decision for decision, with the
 * vectors in float64. For problems small enough to evaluate in full: with mini-batches the memory is of different losses.
 * @throws ValueError for no parameters or negative options   @see Liu and Nocedal 1989; torch.optim.LBFGS
 * @example
 * const optimizer = new LBFGS(model.parameters(), { lineSearch: 'strongWolfe' });
 * const closure = compile(() => {
 *   const loss = mse(model.forward(x), y);
 *   return [loss, gradients(loss, model.parameters())] as const;
 * });
 * for (let i = 0; i < 10; i++) await optimizer.step(closure);
 */
export class LBFGS {
  readonly parameters: readonly Cell[];
  lr: number;
  readonly #options: Required<Omit<LBFGSOptions, 'lr'>>;
  #iterations = 0;
  #memory: Change[] = [];
  #scale = 1;
  #length = 0;
  #direction: Float64Array = new Float64Array(0);
  #gradient: Float64Array = new Float64Array(0);

  constructor(parameters: readonly Cell[], options: LBFGSOptions = {}) {
    const { lr = 1, maxIterations = 20, history = 100, lineSearch = 'none' } = options;
    const { toleranceGradient = 1e-7, toleranceChange = 1e-9 } = options;
    const { maxEvaluations = Math.floor(maxIterations * 1.25) } = options;
    if (parameters.length === 0)
      raise(new ValueError('LBFGS: there are no parameters to train; pass model.parameters()'));
    const numbers = { lr, maxIterations, maxEvaluations, history, toleranceGradient, toleranceChange };
    for (const [name, value] of Object.entries(numbers)) checkLeast('LBFGS', name, value);
    this.parameters = [...parameters];
    this.lr = lr;
    this.#options = { maxIterations, maxEvaluations, history, toleranceGradient, toleranceChange, lineSearch };
  }

  /** Up to `maxIterations` iterations. @returns the loss before them   @throws ShapeError if the closure's gradients do not fit */
  async step(closure: Closure): Promise<number> {
    const { maxIterations, maxEvaluations, toleranceGradient, toleranceChange, lineSearch } = this.#options;
    let [loss, gradient] = await this.#evaluate(closure);
    const before = loss;
    let evaluations = 1;
    if (largest(gradient) <= toleranceGradient) return before;

    for (let n = 1; n <= maxIterations; n++) {
      this.#iterations++;
      const d = this.#chooseDirection(gradient);
      const previous = loss;
      this.#gradient = gradient;
      this.#direction = d;
      const isFirst = this.#iterations === 1;
      this.#length = isFirst ? Math.min(1, 1 / gradient.reduce((sum, g) => sum + Math.abs(g), 0)) * this.lr : this.lr;
      const slope = dot(gradient, d);
      if (slope > -toleranceChange) break;

      const x = await this.#read(this.parameters.map(({ value }) => value));
      if (lineSearch === 'strongWolfe') {
        const evaluate = async (t: number): Promise<Trial> => {
          this.#write(moved(x, t, d));
          const [value, found] = await this.#evaluate(closure);
          return { t, value, gradient: found, slope: dot(found, d) };
        };
        const start = { t: 0, value: loss, gradient, slope };
        const limits = { tolerance: toleranceChange, limit: maxEvaluations - evaluations };
        const result = await strongWolfe(start, this.#length, largest(d), evaluate, limits);
        ({ t: this.#length, value: loss, gradient } = result.found);
        evaluations += result.evaluations;
        this.#write(moved(x, this.#length, d));
      } else {
        this.#write(moved(x, this.#length, d));
        if (n < maxIterations) {
          [loss, gradient] = await this.#evaluate(closure);
          evaluations++;
        }
      }
      const isSmall = largest(d) * this.#length <= toleranceChange || Math.abs(loss - previous) < toleranceChange;
      if (evaluations >= maxEvaluations || largest(gradient) <= toleranceGradient || isSmall) break;
    }
    return before;
  }

  /** What the optimizer remembers, by name, to go on later, in float64. */
  state(): Record<string, Tensor> {
    const wide = { dtype: 'float64' } as const;
    const rows = (pick: (change: Change) => Float64Array): Tensor =>
      tensor(Float64Array.from(this.#memory.flatMap((change) => [...pick(change)])), {
        shape: [this.#memory.length, this.#direction.length],
      });
    return {
      progress: tensor([this.#iterations, this.#length, this.#scale], wide),
      direction: tensor(this.#direction),
      gradient: tensor(this.#gradient),
      gradientChanges: rows(({ y }) => y),
      parameterChanges: rows(({ s }) => s),
    };
  }

  /** Takes over what `state` gave. @throws ValueError if it is of other parameters */
  load(state: Readonly<Record<string, Tensor>>): this {
    const part = (name: string): Float64Array => {
      const found = state[name];
      if (found === undefined) raise(new ValueError(`LBFGS: load: the state does not fit; missing: ${name}`));
      return Float64Array.from(found.dataSync());
    };
    const [iterations = 0, length = 0, scale = 1] = part('progress');
    const direction = part('direction');
    const size = this.#size();
    if (direction.length !== size && direction.length !== 0)
      raise(new ValueError(`LBFGS: load: the state is of ${direction.length} numbers, the parameters have ${size}`));
    const [ys, ss] = [part('gradientChanges'), part('parameterChanges')];
    this.#memory = Array.from({ length: ys.length / size }, (_, i) => {
      const [y, s] = [ys.slice(i * size, (i + 1) * size), ss.slice(i * size, (i + 1) * size)];
      return { y, s, rho: 1 / dot(y, s) };
    });
    this.#iterations = iterations;
    this.#length = length;
    this.#scale = scale;
    this.#direction = direction;
    this.#gradient = part('gradient');
    return this;
  }

  /** −H g; remembers the change since the last iteration first. */
  #chooseDirection(gradient: Float64Array): Float64Array {
    const q = gradient.map((g) => -g);
    if (this.#iterations === 1) return q;
    const y = gradient.map((g, i) => g - this.#gradient[i]!);
    const s = this.#direction.map((d) => d * this.#length);
    const ys = dot(y, s);
    if (ys > 1e-10) {
      if (this.#memory.length === this.#options.history) this.#memory.shift();
      this.#memory.push({ y, s, rho: 1 / ys });
      this.#scale = ys / dot(y, y);
    }
    const weights = this.#memory.map(() => 0);
    for (let i = this.#memory.length - 1; i >= 0; i--) {
      const { y, s, rho } = this.#memory[i]!;
      weights[i] = dot(s, q) * rho;
      addScaled(q, -weights[i]!, y);
    }
    const r = q.map((v) => v * this.#scale);
    this.#memory.forEach(({ y, s, rho }, i) => addScaled(r, weights[i]! - dot(y, r) * rho, s));
    return r;
  }

  async #evaluate(closure: Closure): Promise<[loss: number, gradient: Float64Array]> {
    const [loss, gradients] = closure();
    if (gradients.length !== this.parameters.length) {
      raise(
        new ShapeError(
          `LBFGS: expected ${this.parameters.length} gradients, one per parameter, got ${gradients.length}; return [loss, gradients(loss, optimizer.parameters)]`,
        ),
      );
    }
    return [await loss.item(), await this.#read(gradients)];
  }

  #size(): number {
    return this.parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  }

  /** Tensors in the parameters' order as one vector. */
  async #read(tensors: readonly Tensor[]): Promise<Float64Array> {
    const flat = new Float64Array(this.#size());
    let offset = 0;
    for (const [i, one] of tensors.entries()) {
      if (one.size !== sizeOf(this.parameters[i]!.shape))
        raise(
          new ShapeError(
            `LBFGS: gradient ${i} does not have its parameter's shape; give them in the parameters' order`,
          ),
        );
      flat.set(await one.data(), offset);
      offset += one.size;
    }
    return flat;
  }

  #write(flat: Float64Array): void {
    let offset = 0;
    for (const cell of this.parameters) {
      const size = sizeOf(cell.shape);
      cell.value = tensor(flat.slice(offset, offset + size), { shape: cell.shape, dtype: cell.dtype });
      offset += size;
    }
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function largest(x: Float64Array): number {
  return x.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
}

function moved(x: Float64Array, t: number, d: Float64Array): Float64Array {
  return x.map((v, i) => v + t * d[i]!);
}

function addScaled(to: Float64Array, factor: number, x: Float64Array): void {
  for (let i = 0; i < to.length; i++) to[i]! += factor * x[i]!;
}
