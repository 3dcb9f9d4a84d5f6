/**
 * Muon: momentum whose matrices are made nearly orthogonal, so that every direction moves alike.
 */
import { raise, ShapeError } from '../base/errors.ts';
import { formatShape } from '../base/shape.ts';
import type { Cell } from '../tensor/cell.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { checkDecay, checkLeast, type Trainable } from './groups.ts';
import { Optimizer, type OptimizerOptions } from './optimizer.ts';

export interface MuonOptions extends OptimizerOptions {
  /** Learning rate. Default: 0.001. */
  readonly lr?: number;
  /** μ. Default: 0.95. */
  readonly momentum?: number;
  /** Look ahead along the momentum. Default: true. */
  readonly nesterov?: boolean;
  /** λ, decoupled. Default: 0.1. */
  readonly weightDecay?: number;
  /** Iterations of the orthogonalisation. Default: 5. */
  readonly iterations?: number;
  /** 'original': lr · √max(1, rows / columns); 'matchAdamW': lr · 0.2 √max(rows, columns), so that AdamW's lr fits. Default: 'original'. */
  readonly adjustment?: 'original' | 'matchAdamW';
}

/** Of the quintic a·x + b·x³ + c·x⁵, chosen for the steepest slope at 0. */
const [A, B, C] = [3.4445, -4.775, 2.0315] as const;

/**
 * b ← μb + (1 − μ)g; p ← (1 − lr · λ)p − lr · adjustment · orthogonalise(μb + (1 − μ)g). For weights of hidden layers, matrices
 * all; embeddings, biases and the last layer want AdamW. Computed in the parameter's dtype, where PyTorch uses bfloat16.
 * @throws ShapeError for parameters without exactly two axes   @see Jordan et al. 2024, "Muon"; torch.optim.Muon
 * @example new Muon(model.parameters().filter(({ shape }) => shape.length === 2), { lr: 0.02 })
 */
export class Muon extends Optimizer {
  readonly #momentum: number;
  readonly #nesterov: boolean;
  readonly #iterations: number;
  readonly #adjustment: NonNullable<MuonOptions['adjustment']>;
  readonly #first: readonly Cell[];

  constructor(parameters: Trainable, options: MuonOptions = {}) {
    const { lr = 1e-3, momentum = 0.95, nesterov = true, weightDecay = 0.1 } = options;
    super('Muon', parameters, { ...options, lr, weightDecay, decay: 'parameter' });
    for (const { shape } of this.parameters) {
      if (shape.length !== 2)
        raise(
          new ShapeError(
            `Muon: expected matrices, got a parameter of shape ${formatShape(shape)}; train the others with AdamW`,
          ),
        );
    }
    checkDecay('Muon', 'momentum', momentum);
    checkLeast('Muon', 'iterations', options.iterations ?? 5);
    this.#momentum = momentum;
    this.#nesterov = nesterov;
    this.#iterations = options.iterations ?? 5;
    this.#adjustment = options.adjustment ?? 'original';
    this.#first = this.perParameter('first');
  }

  protected override update(p: Tensor, g: Tensor, i: number): Tensor {
    const m = this.#first[i]!;
    m.value = m.value.add(g.sub(m.value).mul(1 - this.#momentum));
    const direction = this.#nesterov ? g.add(m.value.sub(g).mul(this.#momentum)) : m.value;
    const [rows, columns] = p.shape as readonly [number, number];
    const factor =
      this.#adjustment === 'original'
        ? Math.sqrt(Math.max(1, rows / columns))
        : 0.2 * Math.sqrt(Math.max(rows, columns));
    return p.sub(orthogonalise(direction, this.#iterations).mul(this.rateOf(i).mul(factor).cast(p.dtype)));
  }
}

/**
 * Near U Vᵀ where x = U S Vᵀ: singular values drawn to between about 0.7 and 1.2 by a quintic Newton-Schulz iteration.
 * @param x (m, n)   @example orthogonalise(normal(key(0), [4, 8]))
 */
export function orthogonalise(x: Tensor, iterations = 5): Tensor {
  const [rows, columns] = x.shape as readonly [number, number];
  const isTall = rows > columns;
  const wide = isTall ? x.transpose() : x;
  let y = wide.div(wide.square().sum().sqrt().maximum(1e-7));
  for (let k = 0; k < iterations; k++) {
    const gram = y.matmul(y.transpose()); // (m, n) · (n, m) → (m, m)
    const polynomial = gram.mul(B).add(gram.matmul(gram).mul(C));
    y = y.mul(A).add(polynomial.matmul(y));
  }
  return isTall ? y.transpose() : y;
}
