/**
 * The least point of a function of one variable.
 */

const GOLDEN = (3 - Math.sqrt(5)) / 2;

/**
 * Brent's method: from two starting points downhill to a bracket, then parabolas where they help and golden sections where
 * they do not. @returns x to a relative 1.5e-8 (Brent 1973, chapter 5)
 */
export function minimizeScalar(f: (x: number) => number, from: number, to: number, tolerance = 1.48e-8): number {
  let [a, b] = bracket(f, from, to);
  let x = a + GOLDEN * (b - a);
  let [w, v] = [x, x];
  let fx = f(x);
  let [fw, fv] = [fx, fx];
  let step = 0;
  let previous = 0;
  for (let iteration = 0; iteration < 500; iteration++) {
    const middle = (a + b) / 2;
    const slack = tolerance * Math.abs(x) + 1e-11;
    if (Math.abs(x - middle) <= 2 * slack - (b - a) / 2) break;
    let isGolden = true;
    if (Math.abs(previous) > slack) {
      const r = (x - w) * (fx - fv);
      let q = (x - v) * (fx - fw);
      let p = (x - v) * q - (x - w) * r;
      q = 2 * (q - r);
      if (q > 0) p = -p;
      q = Math.abs(q);
      const before = previous;
      previous = step;
      if (Math.abs(p) < Math.abs(0.5 * q * before) && p > q * (a - x) && p < q * (b - x)) {
        step = p / q;
        const u = x + step;
        if (u - a < 2 * slack || b - u < 2 * slack) step = x < middle ? slack : -slack;
        isGolden = false;
      }
    }
    if (isGolden) {
      previous = x < middle ? b - x : a - x;
      step = GOLDEN * previous;
    }
    const u = x + (Math.abs(step) >= slack ? step : step > 0 ? slack : -slack);
    const fu = f(u);
    if (fu <= fx) {
      if (u < x) b = x;
      else a = x;
      [v, fv, w, fw, x, fx] = [w, fw, x, fx, u, fu];
    } else {
      if (u < x) a = u;
      else b = u;
      if (fu <= fw || w === x) [v, fv, w, fw] = [w, fw, u, fu];
      else if (fu <= fv || v === x || v === w) [v, fv] = [u, fu];
    }
  }
  return x;
}

/** Two points with a lower one between them. */
function bracket(f: (x: number) => number, from: number, to: number): [number, number] {
  let [a, b] = [from, to];
  let [fa, fb] = [f(a), f(b)];
  if (fb > fa) [a, b, fa, fb] = [b, a, fb, fa];
  let c = b + 1.618034 * (b - a);
  let fc = f(c);
  for (let step = 0; step < 60 && fc < fb; step++) {
    [a, fa, b, fb] = [b, fb, c, fc];
    c = b + 1.618034 * (b - a);
    fc = f(c);
  }
  return a < c ? [a, c] : [c, a];
}
