/**
 * Learning-rate schedules: plain functions that return the share of a highest rate, set as `optimizer.lr` between steps. `cosine`
 * and `oneCycle` take how far training is, from 0 to 1; the others, named after PyTorch's, are made for a number of steps or
 * epochs and take the count of those done, from 0.
 */
import { raise, ValueError } from '../base/errors.ts';

/** From the number of steps done to the share of the learning rate. @example optimizer.lr = 0.1 * schedule(step) */
export type Schedule = (step: number) => number;

/**
 * Half a cosine from 1 to 0: (1 + cos(π · progress)) / 2.
 * @see Loshchilov and Hutter 2017, eq. 5   @example optimizer.lr = 0.1 * cosine(step / steps)
 */
export function cosine(progress: number): number {
  return (1 + Math.cos(Math.PI * Math.min(Math.max(progress, 0), 1))) / 2;
}

/**
 * Rises linearly from 0 to 1 over the first `warmup` of the way, then falls as half a cosine.
 * @see Smith and Topin 2018, "Super-Convergence"   @example optimizer.lr = 0.003 * oneCycle((step + 0.5) / steps)
 */
export function oneCycle(progress: number, warmup = 0.1): number {
  return progress < warmup ? progress / warmup : cosine((progress - warmup) / (1 - warmup));
}

/** γ^⌊step / size⌋. @throws ValueError unless size is a whole number above 0   @example stepLR(30, 0.1) */
export function stepLR(size: number, gamma = 0.1): Schedule {
  checkSteps('stepLR', size);
  return (step) => gamma ** Math.floor(step / size);
}

/** γ to the number of milestones reached. @example multiStepLR([30, 80]) */
export function multiStepLR(milestones: readonly number[], gamma = 0.1): Schedule {
  return (step) => gamma ** milestones.filter((milestone) => milestone <= step).length;
}

/** γ^step. @example exponentialLR(0.95) */
export function exponentialLR(gamma: number): Schedule {
  return (step) => gamma ** step;
}

/** `factor` for the first `steps`, then 1. @example constantLR(0.1, 5) */
export function constantLR(factor: number, steps: number): Schedule {
  return (step) => (step < steps ? factor : 1);
}

/** In a straight line from `start` to `end` over `steps`. @throws ValueError   @example linearLR(1, 0, 100) */
export function linearLR(start: number, end: number, steps: number): Schedule {
  checkSteps('linearLR', steps);
  return (step) => start + (end - start) * Math.min(step / steps, 1);
}

/** Rises in a straight line to 1 after `steps`, from `start` at step 0, by default one step's rise. @example sequentialLR([warmup(500), cosineAnnealingLR(9500)], [500]) */
export function warmup(steps: number, start = 1 / steps): Schedule {
  return linearLR(start, 1, steps);
}

/** (1 − step / steps)^power, 0 from then on. @throws ValueError   @example polynomialLR(100, 0.9) */
export function polynomialLR(steps: number, power = 1): Schedule {
  checkSteps('polynomialLR', steps);
  return (step) => (1 - Math.min(step / steps, 1)) ** power;
}

/** From 1 to `minimum` in half a cosine of `steps`, and up again if it goes on. @throws ValueError   @see Loshchilov and Hutter 2017   @example cosineAnnealingLR(100, 0.01) */
export function cosineAnnealingLR(steps: number, minimum = 0): Schedule {
  checkSteps('cosineAnnealingLR', steps);
  return (step) => minimum + ((1 - minimum) * (1 + Math.cos((Math.PI * step) / steps))) / 2;
}

/**
 * From 1 to `minimum` in half a cosine, then at once from 1 again: the first time over `steps`, each time `factor` times longer.
 * @throws ValueError   @see Loshchilov and Hutter 2017, "SGDR"   @example cosineAnnealingWarmRestarts(10, 2)
 */
export function cosineAnnealingWarmRestarts(steps: number, factor = 1, minimum = 0): Schedule {
  checkSteps('cosineAnnealingWarmRestarts', steps);
  checkSteps('cosineAnnealingWarmRestarts', factor);
  return (step) => {
    let [done, length] = [0, steps];
    if (factor === 1) done = Math.floor(step / steps) * steps;
    else
      while (step - done >= length) {
        done += length;
        length *= factor;
      }
    return minimum + ((1 - minimum) * (1 + Math.cos((Math.PI * (step - done)) / length))) / 2;
  };
}

export interface OneCycleOptions {
  /** Share of the steps that rise. Default: 0.3. */
  readonly rising?: number;
  /** It starts at 1 / this. Default: 25. */
  readonly divisor?: number;
  /** It ends at the start's rate over this. Default: 10,000. */
  readonly finalDivisor?: number;
  /** Default: 'cosine'. */
  readonly shape?: 'cosine' | 'linear';
}

/**
 * Up to 1 and down again, in PyTorch's parametrisation; the share is of the highest rate.
 * @throws ValueError   @see Smith and Topin 2018; torch.optim.lr_scheduler.OneCycleLR   @example oneCycleLR(1000)
 */
export function oneCycleLR(
  steps: number,
  { rising = 0.3, divisor = 25, finalDivisor = 1e4, shape = 'cosine' }: OneCycleOptions = {},
): Schedule {
  checkSteps('oneCycleLR', steps);
  const peak = rising * steps - 1;
  const between = (from: number, to: number, share: number): number =>
    shape === 'linear' ? from + (to - from) * share : to + ((from - to) * (1 + Math.cos(Math.PI * share))) / 2;
  return (step) =>
    step <= peak
      ? between(1 / divisor, 1, step / peak)
      : between(
          1,
          1 / divisor / finalDivisor,
          Math.min((step - Math.max(peak, 0)) / (steps - 1 - Math.max(peak, 0)), 1),
        );
}

/**
 * One schedule after another: schedule i from milestone i − 1 on, each counting its steps from 0.
 * @throws ValueError unless there is one milestone fewer than schedules   @example sequentialLR([warmup(5), exponentialLR(0.9)], [5])
 */
export function sequentialLR(schedules: readonly Schedule[], milestones: readonly number[]): Schedule {
  if (schedules.length === 0 || milestones.length !== schedules.length - 1) {
    raise(
      new ValueError(
        `sequentialLR: ${schedules.length} schedules need ${Math.max(schedules.length - 1, 0)} milestones between them, got ${milestones.length}`,
      ),
    );
  }
  return (step) => {
    const i = milestones.filter((milestone) => milestone <= step).length;
    return schedules[i]!(step - (i === 0 ? 0 : milestones[i - 1]!));
  };
}

/** All at once: their product. @example chainedLR(warmup(5), stepLR(30)) */
export function chainedLR(...schedules: readonly Schedule[]): Schedule {
  return (step) => schedules.reduce((product, schedule) => product * schedule(step), 1);
}

function checkSteps(op: string, steps: number): void {
  if (!Number.isInteger(steps) || steps < 1)
    raise(new ValueError(`${op}: the number of steps must be a whole number from 1 up, got ${steps}`));
}
