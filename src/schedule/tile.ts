/**
 * Schedules contractions. The result is computed in register tiles: a few rows of one variable times a few vectors along another (the lane
 * variable), summed in registers over everything that is summed, finished by the epilogue and stored once. What varies is which variable runs
 * along the lanes and which operand is first copied ("packed") so that its neighbours are neighbours; a cost in cycles decides.
 */
import { type DType, isFloat } from '../ir/dtype.ts';
import { type Affine, coefficient, plus, times, type Var } from '../kernel/affine.ts';
import {
  type BufferId,
  type Effect,
  type Kernel,
  type Load,
  mapIndices,
  type Reduce,
  reducesOf,
} from '../kernel/kernel.ts';
import { best } from './choose.ts';
import type { Chooser, Contraction, Packing } from './directives.ts';
import { usesF64 } from './evaluate.ts';
import type { Bound } from './loops.ts';
import { largestDivisor, replace } from './split.ts';
import { asProduct } from './layout.ts';
import { type Operand, packPanels, packPlain, sizeOfVars } from './pack.ts';
import type { Target } from './target.ts';
import { TileWriter } from './tile-writer.ts';

/** What the scheduling of one kernel may ask of the plan. */
export interface Workspace {
  variable(size: number): Var;
  temporary(dtype: DType, size: number): BufferId;
}

/** The nests of a contraction, or undefined if the kernel is not one. */
export function scheduleTiles(
  kernel: Kernel,
  target: Target,
  workspace: Workspace,
  chooser: Chooser,
  others: (kernel: Kernel) => readonly Bound[],
  mayBeParts = true,
): Bound[] | undefined {
  const [reduce, ...more] = reducesOf(kernel.effects);
  const [effect] = kernel.effects;
  if (reduce === undefined || more.length > 0 || kernel.effects.length !== 1 || effect?.kind !== 'store')
    return undefined;
  const product = asProduct(reduce);
  if (product === undefined || !isFloat(reduce.dtype) || !isOuter(kernel.vars, product)) return undefined;
  const split = mayBeParts ? splitDepth(kernel, effect, reduce, product, workspace) : undefined;
  if (split) {
    const parts = scheduleTiles(split.parts, target, workspace, chooser, others, false) ?? others(split.parts);
    return [...parts, ...others(split.total)];
  }
  const lanes = usesF64(kernel.effects) ? target.lanes / 2 : target.lanes;
  const contraction: Contraction = {
    vars: kernel.vars,
    summed: product.summed,
    a: product.a,
    b: product.b,
    out: effect.at,
  };
  const form = chooser.tiles(contraction, lanes, target);
  if (form === undefined) return undefined;
  const bound: Bound[] = [];
  const packed = (load: Load, how: Packing): Operand => {
    if (how === 'none') return { load };
    const { kernels, operand } =
      how === 'plain'
        ? packPlain(load, form.lane, kernel.vars, product.summed, workspace)
        : packPanels(load, form.lane, form.across * lanes, kernel.vars, product.summed, workspace);
    for (const one of kernels) bound.push(...others(one));
    return operand;
  };
  const a = packed(product.a, form.pack.a);
  const b = packed(product.b, form.pack.b);
  bound.push(...new TileWriter({ kernel, effect, reduce, a, b, summed: product.summed, form, lanes }).write());
  return bound;
}

/** Some result variable belongs to one operand alone: the product is worth a tile. */
function isOuter(vars: readonly Var[], { a, b, summed }: { a: Load; b: Load; summed: readonly Var[] }): boolean {
  return (
    vars.some((v) => a.at.terms.has(v) !== b.at.terms.has(v)) &&
    summed.some((v) => a.at.terms.has(v)) &&
    summed.some((v) => b.at.terms.has(v))
  );
}

/** Operands larger than this do not stay in a core's cache while a small result is computed from them. */
const cachedElements = 65_536;

/** More results than this are work enough for every thread, and so is less than this to each. */
const mostSplitResults = 131_072;
const leastDepth = 256;
const manyResults = 8192;

/**
 * Few results of very long sums (weight gradients): the outermost summed variable is cut into parts, each summed on its own
 * while its operands stay in cache and shared out to threads; their total follows. The parts depend on the shape alone, never on the number of threads.
 */
function splitDepth(
  kernel: Kernel,
  effect: Extract<Effect, { kind: 'store' }>,
  reduce: Reduce,
  product: { a: Load; b: Load; summed: readonly Var[] },
  workspace: Workspace,
): { parts: Kernel; total: Kernel } | undefined {
  const size = sizeOfVars(kernel.vars);
  const elements = (load: Load) => sizeOfVars([...load.at.terms.keys()]);
  const operands = elements(product.a) + elements(product.b);
  const outermost = best(
    product.summed,
    (v) => Math.abs(coefficient(product.a.at, v)) + Math.abs(coefficient(product.b.at, v)),
  );
  if (outermost === undefined || operands < 4 * cachedElements) return undefined;
  // What runs along the lanes stays in cache whatever the order is, and there are results enough for every thread.
  const contiguous = kernel.vars.find((v) => coefficient(effect.at, v) === 1);
  const along = [product.a, product.b].find(({ at }) => contiguous !== undefined && at.terms.has(contiguous));
  if (along !== undefined && elements(along) <= cachedElements && size >= manyResults) return undefined;
  if (size > mostSplitResults) return undefined;
  // The parts are written and read again: that must be little beside what each takes to compute.
  const depth = sizeOfVars(product.summed);
  const wanted = Math.min(64, Math.ceil(operands / cachedElements), Math.floor(depth / leastDepth));
  const count = largestDivisor(outermost.size, wanted);
  if (count < 4 || size * count > operands / 2) return undefined;
  const part = workspace.variable(count);
  const inner = workspace.variable(outermost.size / count);
  const partial = workspace.temporary(reduce.dtype, size * count);
  // The parts lie as the result does, so that the same lane variable is contiguous in both.
  const byOut = [...kernel.vars].sort((x, y) => coefficient(effect.at, y) - coefficient(effect.at, x));
  let at: Affine = times({ constant: 0, terms: new Map([[part, 1]]) }, size);
  let stride = size;
  for (const v of byOut) {
    stride /= v.size;
    at = plus(at, { constant: 0, terms: new Map([[v, stride]]) });
  }
  const rewrite = (index: Affine): Affine => {
    const by = coefficient(index, outermost);
    if (by === 0) return index;
    const terms = new Map(index.terms);
    terms.delete(outermost);
    terms.set(part, by * inner.size);
    if (inner.size > 1) terms.set(inner, by);
    return { constant: index.constant, terms };
  };
  const partsEffect = mapIndices({ kind: 'store', buffer: partial, at, value: reduce }, rewrite, (vars) =>
    vars.flatMap((v) => (v === outermost ? (inner.size > 1 ? [inner] : []) : [v])),
  );
  const whole = workspace.variable(count);
  const load: Load = {
    kind: 'load',
    dtype: reduce.dtype,
    buffer: partial,
    at: { constant: 0, terms: new Map([...at.terms].map(([v, k]) => [v === part ? whole : v, k])) },
  };
  return {
    parts: { name: `${kernel.name} parts`, vars: [part, ...byOut], effects: [partsEffect] },
    total: {
      ...kernel,
      effects: [{ ...effect, value: replace(effect.value, reduce, { ...reduce, vars: [whole], arg: load }) }],
    },
  };
}
