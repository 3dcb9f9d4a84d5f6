/**
 * `checkpoint`: gradients that compute a part of the forward pass again instead of keeping what it computed. (Chen et al., Training
 * deep nets with sublinear memory cost, 2016.)
 */
import { raiseAsyncTransform, withTransform } from '../../engine/trace.ts';
import { barrier, constant, custom } from '../../ir/build.ts';
import { type CustomGradient, Rerun } from '../../ir/custom.ts';
import { isFloat } from '../../ir/dtype.ts';
import type { Node } from '../../ir/node.ts';
import { families } from '../../ir/op.ts';
import { topological } from '../../ir/walk.ts';
import { gradientsOfAll } from '../../transform/gradients.ts';
import { substitute } from '../../transform/substitute.ts';
import { Tensor } from '../tensor.ts';
import { replaceLeaves } from '../tree.ts';
import { tensorsOf } from './vjp.ts';

/**
 * The same function, of which gradients keep only what goes in: what it computes inside is computed a second time on the way back, when
 * it is needed, and not kept from the first. Values and gradients are the same, random numbers included; so are those of
 * cells and tensors that f closes over. It pays for parts whose insides are large, such as a block of a deep network.
 * @param f takes and returns trees of tensors
 * @example const block = checkpoint((x: Tensor) => layer.forward(x)); const loss = blocks.reduce((h, b) => b(h), x).mean();
 */
export function checkpoint<A extends readonly unknown[], R>(f: (...args: A) => R): (...args: A) => R {
  const transform = { name: 'checkpoint' };
  return (...args) => {
    // Ids rise in creation order: what is newer than this is made inside.
    const start = constant(0).id;
    const value = withTransform(transform, () => f(...args));
    if (value instanceof Promise) raiseAsyncTransform(transform);
    const values = tensorsOf(value);
    const isInside = (node: Node): boolean => node.id > start && families[node.op] !== 'leaf';
    if (!values.some(isInside)) return value;
    const entering = topological(values, (node) => !isInside(node)).filter(
      (node) => !isInside(node) && node.op !== 'const' && node.op !== 'iota',
    );
    const results = custom(ruleFor(values.length), values, entering);
    let next = 0;
    return replaceLeaves(value, (leaf) => (leaf instanceof Tensor ? new Tensor(results[next++]!) : leaf));
  };
}

/** Gradients through the graph between the variables and the values, made a second time behind barriers. */
function ruleFor(results: number): CustomGradient {
  return {
    name: 'checkpoint',
    results,
    isOrdinary: true,
    pullBack: (gradients, values, variables) => {
      const rerun = new Rerun();
      const behind = variables.map((x) => barrier(x, rerun));
      const again = substitute(values, new Map(variables.map((x, i) => [x, behind[i]!])));
      const arriving = again.flatMap((y, i) => (gradients[i] === undefined ? [] : [{ y, g: gradients[i] }]));
      const floats = behind.filter(({ dtype }) => isFloat(dtype));
      const found = gradientsOfAll(
        arriving.map(({ y }) => y),
        arriving.map(({ g }) => g),
        floats,
      );
      let next = 0;
      return variables.map(({ dtype }) => (isFloat(dtype) ? found[next++]! : undefined));
    },
  };
}
