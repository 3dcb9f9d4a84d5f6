/**
 * Learning-rate schedules: functions of how far training is, from 0 to 1, that return the share of the highest rate. They are
 * plain numbers, set as `optimizer.lr` between steps.
 */

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
