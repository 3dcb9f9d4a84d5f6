/**
 * Fewer, longer loops: two neighbouring variables become one where every index steps through them as through one
 * (the outer's stride is the inner's times its size). A contiguous elementwise kernel of any rank becomes one flat loop.
 */
import { type Affine, coefficient, ofVar, type Var } from '../kernel/affine.ts';
import { type Effect, type Kernel, mapIndices, visitExpressions } from '../kernel/kernel.ts';

export function mergeVars(kernel: Kernel, fresh: (size: number) => Var): Kernel {
  let { vars, effects } = kernel;
  for (let i = vars.length - 1; i > 0; i--) {
    const merged = mergePair(vars[i - 1]!, vars[i]!, effects, fresh);
    if (!merged) continue;
    vars = [...vars.slice(0, i - 1), merged.v, ...vars.slice(i + 1)];
    effects = merged.effects;
  }
  // Summed variables merge among themselves, whichever of two is the outer one.
  for (;;) {
    const merged = mergeSummed(effects, fresh);
    if (!merged) break;
    effects = merged;
  }
  return { ...kernel, vars, effects };
}

function mergePair(
  outer: Var,
  inner: Var,
  effects: readonly Effect[],
  fresh: (size: number) => Var,
): { v: Var; effects: readonly Effect[] } | undefined {
  for (const at of indicesOf(effects))
    if (coefficient(at, outer) !== inner.size * coefficient(at, inner)) return undefined;
  const v = fresh(outer.size * inner.size);
  const rewrite = (at: Affine): Affine => {
    const by = coefficient(at, inner);
    if (by === 0) return at;
    const terms = new Map(at.terms);
    terms.delete(outer);
    terms.delete(inner);
    for (const [w, k] of ofVar(v).terms) terms.set(w, k * by);
    return { constant: at.constant, terms };
  };
  const vars = (list: readonly Var[]) => list.flatMap((w) => (w === outer ? [v] : w === inner ? [] : [w]));
  return { v, effects: effects.map((effect) => mapIndices(effect, rewrite, vars)) };
}

function mergeSummed(effects: readonly Effect[], fresh: (size: number) => Var): readonly Effect[] | undefined {
  for (const effect of effects) {
    let result: readonly Effect[] | undefined;
    visitExpressions(effect.value, (expression) => {
      if (expression.kind !== 'reduce' || result) return;
      for (const outer of expression.vars) {
        for (const inner of expression.vars) {
          if (outer !== inner) result ??= mergePair(outer, inner, effects, fresh)?.effects;
        }
      }
    });
    if (result) return result;
  }
  return undefined;
}

/** Every affine index the effects mention. */
export function indicesOf(effects: readonly Effect[]): Affine[] {
  const result: Affine[] = [];
  for (const effect of effects) {
    result.push(effect.at);
    for (const root of effect.kind === 'accumulate' ? [effect.value, effect.index] : [effect.value]) {
      visitExpressions(root, (expression) => {
        if ('at' in expression) result.push(expression.at);
      });
    }
  }
  return result;
}
