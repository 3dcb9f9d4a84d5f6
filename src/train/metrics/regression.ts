/**
 * Metrics of regression, and perplexity: figures of sums of errors. Sums are float64 on the device.
 */
import { tensor } from '../../tensor/creation.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { Measure, Metric } from '../metric.ts';

/** Mean of (guess − target)². @example fit(model, data, { …, metrics: { mse: meanSquaredError() } }) */
export function meanSquaredError(): Metric {
  return meanOfErrors(
    (error) => error.square(),
    (mean) => mean,
  );
}

/** √ of the mean of (guess − target)², in the target's unit. @example rootMeanSquaredError() */
export function rootMeanSquaredError(): Metric {
  return meanOfErrors(
    (error) => error.square(),
    (mean) => mean.sqrt(),
  );
}

/** Mean of |guess − target|, in the target's unit. @example meanAbsoluteError() */
export function meanAbsoluteError(): Metric {
  return meanOfErrors(
    (error) => error.abs(),
    (mean) => mean,
  );
}

/**
 * The share of the variance that is explained: 1 − Σ (guess − target)² / Σ (target − mean)². 1 is perfect, 0 is as good as
 * always guessing the mean. Over all elements together.
 * @example fit(model, data, { …, metrics: { r2: r2() } })
 */
export function r2(): Metric {
  const zero = tensor(0, { dtype: 'float64' });
  return {
    initial: { residual: zero, mean: zero, scatter: zero, items: zero },
    // The scatter about the mean grows batch by batch without large sums that cancel: Chan, Golub and LeVeque 1983.
    update({ residual, mean, scatter, items }, guess, target) {
      const t = target.cast('float64');
      const size = target.size;
      const own = t.mean();
      const shift = own.sub(mean!);
      const total = items!.add(size);
      return {
        residual: residual!.add(guess.cast('float64').sub(t).square().sum()),
        mean: mean!.add(shift.mul(size).div(total)),
        scatter: scatter!.add(t.sub(own).square().sum()).add(shift.square().mul(items!).mul(size).div(total)),
        items: total,
      };
    },
    result: ({ residual, scatter }) => residual!.div(scatter!).neg().add(1),
  };
}

/**
 * e^(mean loss a token): between how many tokens the model is undecided.
 * @param loss a mean over tokens, in nats   @example fit(model, data, { loss: crossEntropy, …, metrics: { perplexity: perplexity(crossEntropy) } })
 */
export function perplexity(loss: Measure): Metric {
  const zero = tensor(0, { dtype: 'float64' });
  return {
    initial: { sum: zero, tokens: zero },
    update: ({ sum, tokens }, output, target) => ({
      sum: sum!.add(loss(output, target).cast('float64').mul(target.size)),
      tokens: tokens!.add(target.size),
    }),
    result: ({ sum, tokens }) => sum!.div(tokens!).exp(),
  };
}

function meanOfErrors(of: (error: Tensor) => Tensor, finish: (mean: Tensor) => Tensor): Metric {
  const zero = tensor(0, { dtype: 'float64' });
  return {
    initial: { sum: zero, items: zero },
    update: ({ sum, items }, guess, target) => ({
      sum: sum!.add(of(guess.cast('float64').sub(target.cast('float64'))).sum()),
      items: items!.add(target.size),
    }),
    result: ({ sum, items }) => finish(sum!.div(items!)),
  };
}
