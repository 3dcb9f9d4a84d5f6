/**
 * Losses between numbers, beside mse: absolute and robust ones, and likelihoods of a normal and a Poisson distribution.
 */
import { where } from '../tensor/functions.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { checkSame, type LossOptions, reduced } from './loss-reduction.ts';
import { checkPositive } from './sizes.ts';

/** Mean absolute error, |guess − target|: two tensors of one shape → (). @throws ShapeError   @example l1(tensor([1, 2]), tensor([1, 4])) // 1 */
export function l1(guess: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  checkSame('l1', guess, target);
  return reduced(guess.sub(target).abs(), options);
}

export interface HuberOptions extends LossOptions {
  /** Where the parabola becomes a line. Default: 1. */
  readonly delta?: number;
}

/**
 * ½ d² where |d| < δ, else δ(|d| − ½ δ), d = guess − target: two tensors of one shape → ().
 * @throws ShapeError if the shapes differ; ValueError unless δ > 0   @see Huber 1964   @example huber(guess, target, { delta: 0.5 })
 */
export function huber(guess: Tensor, target: Tensor, options: HuberOptions = {}): Tensor {
  const { delta = 1 } = options;
  checkSame('huber', guess, target);
  checkPositive('huber', 'delta', delta);
  const d = guess.sub(target);
  const size = d.abs();
  return reduced(where(size.less(delta), d.square().mul(0.5), size.sub(delta / 2).mul(delta)), options);
}

export interface SmoothL1Options extends LossOptions {
  /** Where the parabola becomes a line; 0 is l1. Default: 1. */
  readonly beta?: number;
}

/** ½ d² / β where |d| < β, else |d| − ½ β: two tensors of one shape → (). @throws ShapeError   @see Girshick 2015   @example smoothL1(guess, target) */
export function smoothL1(guess: Tensor, target: Tensor, options: SmoothL1Options = {}): Tensor {
  const { beta = 1 } = options;
  checkSame('smoothL1', guess, target);
  if (beta === 0) return l1(guess, target, options);
  checkPositive('smoothL1', 'beta', beta);
  const d = guess.sub(target);
  const size = d.abs();
  return reduced(where(size.less(beta), d.square().mul(0.5 / beta), size.sub(beta / 2)), options);
}

export interface LikelihoodOptions extends LossOptions {
  /** Add what does not depend on the guess. Default: false. */
  readonly full?: boolean;
  /** The least variance; what is added under a logarithm. Default: 1e-6 for gaussianNll, 1e-8 for poissonNll. */
  readonly eps?: number;
}

/**
 * ½ (log v + (guess − target)² / v), v the variance, at least eps: three tensors of one shape → ().
 * @throws ShapeError if the shapes differ   @see Nix and Weigend 1994   @example gaussianNll(mean, target, logVariance.exp())
 */
export function gaussianNll(guess: Tensor, target: Tensor, variance: Tensor, options: LikelihoodOptions = {}): Tensor {
  const { full = false, eps = 1e-6 } = options;
  checkSame('gaussianNll', guess, target, variance);
  const v = variance.maximum(eps);
  const values = v.log().add(guess.sub(target).square().div(v)).mul(0.5);
  return reduced(full ? values.add(0.5 * Math.log(2 * Math.PI)) : values, options);
}

export interface PoissonOptions extends LikelihoodOptions {
  /** The guess is the logarithm of the rate. Default: true. */
  readonly logInput?: boolean;
}

/**
 * rate − target · log rate, the guess being log rate; `full` adds Stirling's log target! for targets above 1: two tensors of one shape → ().
 * @throws ShapeError if the shapes differ   @see torch.nn.PoissonNLLLoss   @example poissonNll(logRate, counts)
 */
export function poissonNll(guess: Tensor, target: Tensor, options: PoissonOptions = {}): Tensor {
  const { logInput = true, full = false, eps = 1e-8 } = options;
  checkSame('poissonNll', guess, target);
  const values = logInput ? guess.exp().sub(target.mul(guess)) : guess.sub(target.mul(guess.add(eps).log()));
  if (!full) return reduced(values, options);
  const isLarge = target.greater(1);
  const t = where(isLarge, target, 1);
  const stirling = t
    .mul(t.log())
    .sub(t)
    .add(
      t
        .mul(2 * Math.PI)
        .log()
        .mul(0.5),
    );
  return reduced(values.add(where(isLarge, stirling, 0)), options);
}
