/**
 * Adafactor: Adam's second moment kept as row and column means, so that the state is much smaller than the parameters.
 */
import { raise, ValueError } from '../base/errors.ts';
import type { Cell } from '../tensor/cell.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { checkLeast, type Trainable } from './groups.ts';
import { Optimizer, type OptimizerOptions } from './optimizer.ts';

export interface AdafactorOptions extends OptimizerOptions {
  /** Bounds the relative step size. Default: 0.01. */
  readonly lr?: number;
  /** 1 − β₂ at step t is t to this power. Default: −0.8. */
  readonly beta2Decay?: number;
  /** ε₁ in the second moment, ε₂ in the parameter's size. Default: [the dtype's spacing at 1, 1e-3]. */
  readonly eps?: readonly [number | undefined, number];
  /** d: a step whose root mean square is above it is scaled down. Default: 1. */
  readonly clippingThreshold?: number;
  /** λ, decoupled. Default: 0. */
  readonly weightDecay?: number;
}

/**
 * Rows r and columns c of the mean of g² by 1 − β₂ = t^decay; v = r cᵀ / mean(r); u = g / √max(v, ε₁²), clipped to root mean
 * square d; p ← (1 − lr · λ)p − max(ε₂, rms(p)) · min(lr, 1/√t) · u. Parameters with fewer than two axes keep a whole v.
 * @throws ValueError for negative rates, a decay above 0 or d below 1   @see Shazeer and Stern 2018, algorithms 4 and 5; torch.optim.Adafactor
 * @example const optimizer = new Adafactor(model.parameters())
 */
export class Adafactor extends Optimizer {
  readonly #beta2Decay: number;
  readonly #eps: readonly [number | undefined, number];
  readonly #threshold: number;
  readonly #rows: readonly Cell[];
  readonly #columns: readonly Cell[];
  readonly #steps: Cell;

  constructor(parameters: Trainable, options: AdafactorOptions = {}) {
    const { lr = 0.01, beta2Decay = -0.8, eps = [undefined, 1e-3], clippingThreshold = 1, weightDecay = 0 } = options;
    super('Adafactor', parameters, { ...options, lr, weightDecay, decay: 'rule' });
    if (!(beta2Decay <= 0)) raise(new ValueError(`Adafactor: beta2Decay must be 0 or less, got ${beta2Decay}`));
    if (!(clippingThreshold >= 1))
      raise(new ValueError(`Adafactor: clippingThreshold must be 1 or more, got ${clippingThreshold}`));
    checkLeast('Adafactor', 'eps[0]', eps[0] ?? 0);
    checkLeast('Adafactor', 'eps[1]', eps[1]);
    this.#beta2Decay = beta2Decay;
    this.#eps = eps;
    this.#threshold = clippingThreshold;
    // A vector has no columns: `rows` is its whole second moment, and `columns` one 0 that nothing reads.
    this.#rows = this.perParameter('rows', 0, (shape) => (shape.length > 1 ? [...shape.slice(0, -1), 1] : shape));
    this.#columns = this.perParameter('columns', 0, (shape) =>
      shape.length > 1 ? [...shape.slice(0, -2), 1, shape.at(-1)!] : [],
    );
    this.#steps = this.single('steps', 0);
  }

  protected override advance(): void {
    this.#steps.value = this.#steps.value.add(1);
  }

  protected override update(p: Tensor, g: Tensor, i: number): Tensor {
    const eps1 = this.#eps[0] ?? (p.dtype === 'float64' ? 2 ** -52 : 2 ** -23);
    const [rate, steps, lambda] = [this.rateOf(i), this.#steps.value, this.weightDecayOf(i)];
    const moved = steps.pow(this.#beta2Decay).cast(p.dtype);
    const size = rms(p).maximum(this.#eps[1]).mul(rate.minimum(steps.rsqrt()).cast(p.dtype));
    const [rows, columns] = [this.#rows[i]!, this.#columns[i]!];
    const follow = (cell: Cell, mean: Tensor): Tensor => (cell.value = cell.value.add(mean.sub(cell.value).mul(moved)));
    let v: Tensor;
    if (p.rank > 1) {
      const r = follow(rows, g.square().mean(-1, { keepDims: true }));
      const c = follow(columns, g.square().mean(-2, { keepDims: true }));
      v = r.mul(c).div(r.mean(-2, { keepDims: true }).maximum(eps1)); // (…, m, 1) · (…, 1, n) → (…, m, n)
    } else v = follow(rows, g.square());
    const u = v
      .maximum(eps1 * eps1)
      .rsqrt()
      .mul(g);
    const clip = rms(u).div(this.#threshold).maximum(1);
    const kept = lambda === 0 ? p : p.mul(rate.mul(-lambda).add(1).cast(p.dtype));
    return kept.sub(u.mul(size.div(clip)));
  }
}

/** The root of the mean square. */
function rms(x: Tensor): Tensor {
  return x.square().mean().sqrt();
}
