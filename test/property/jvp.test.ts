/**
 * Forward against reverse mode on random graphs of every family: ⟨u, J v⟩ = ⟨Jᵀ u, v⟩ for random u and v. In float64, where both sides
 * are the same sum of products in another order. Kinks and ties are met often (inputs are small whole numbers): both modes must
 * then choose alike.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { sizeOf } from '../../src/base/shape.ts';
import { binary, buffer, constant, param, reduce } from '../../src/ir/build.ts';
import { type DType, isFloat, type TypedArray } from '../../src/ir/dtype.ts';
import { makeNode, type Node } from '../../src/ir/node.ts';
import { families } from '../../src/ir/op.ts';
import { topological } from '../../src/ir/walk.ts';
import { evaluate } from '../../src/runtime/reference/evaluate.ts';
import { ArrayStorage } from '../../src/runtime/reference/storage.ts';
import { gradientsOfAll } from '../../src/transform/gradients.ts';
import { tangents } from '../../src/transform/jvp.ts';
import { lcg } from '../golden/lcg.ts';
import { draw, recipe } from './draw-graph.ts';

const seed = 5150;

/** The graph with float64 in place of float32. */
function widened(outputs: readonly Node[], inputs: readonly Node[]): { outputs: Node[]; inputs: Node[] } {
  const wide = (dtype: DType): DType => (dtype === 'float32' ? 'float64' : dtype);
  const found = new Map<Node, Node>(inputs.map((x, i) => [x, param(i, x.shape, wide(x.dtype))]));
  const of = (node: Node): Node => found.get(node)!;
  for (const node of topological(outputs)) {
    if (found.has(node)) continue;
    let attributes: object = node.attributes;
    if (node.op === 'scan') {
      const { body } = node.attributes;
      attributes = { ...attributes, body: widened(body.outputs, body.inputs) };
    }
    found.set(node, makeNode(node.op, wide(node.dtype), node.shape, node.inputs.map(of), attributes as never));
  }
  return { outputs: outputs.map(of), inputs: inputs.map(of) };
}

it(`forward and reverse mode are adjoint on random graphs (seed ${seed})`, () => {
  const seen = new Set<string>();
  let moving = 0;
  fc.assert(
    fc.property(recipe, fc.nat(100_000), (drawn, start) => {
      const { graph, inputs } = draw(drawn);
      const wide = widened(graph.outputs, graph.inputs);
      for (const { op } of topological(wide.outputs)) seen.add(op);
      const values = inputs.map((array): TypedArray =>
        array instanceof Float32Array ? Float64Array.from(array) : array,
      );
      const next = lcg(start);
      const random = ({ shape }: Node): Node => {
        const elements = Float64Array.from({ length: sizeOf(shape) }, () => 2 * next() - 1);
        return buffer({ storage: new ArrayStorage('float64', elements) }, shape);
      };
      const xs = wide.inputs.filter(({ dtype }) => isFloat(dtype));
      const ys = [...new Set(wide.outputs)].filter(({ dtype }) => isFloat(dtype));
      const [vs, us] = [xs.map(random), ys.map(random)];
      const pushed = tangents(ys, xs, vs);
      const pulled = gradientsOfAll(ys, us, xs);
      moving += pushed.filter((t) => t !== undefined).length;
      pushed.forEach((t, i) => {
        if (t !== undefined) expect([t.shape, t.dtype]).toEqual([ys[i]!.shape, 'float64']);
      });
      const products = [...pushed.map((t, i) => product(t, us[i]!)), ...pulled.map((g, i) => product(g, vs[i]!))];
      // The scale: what the terms add up to without their signs, before they cancel.
      const scales = products.map((p) => reduce('sum', binary('max', p, binary('mul', p, like(p, -1))), [0]));
      const totals = products.map((p) => reduce('sum', p, [0]));
      const found = evaluate({ inputs: wide.inputs, outputs: [...totals, ...scales] }, values).map(
        (array) => array[0]!,
      );
      const [sums, sizes] = [found.slice(0, totals.length), found.slice(totals.length)];
      const add = (a: number, b: number): number => a + b;
      const left = sums.slice(0, ys.length).reduce(add, 0);
      const right = sums.slice(ys.length).reduce(add, 0);
      const scale = sizes.reduce(add, 1);
      expect(Number.isFinite(scale)).toBe(true);
      expect(Math.abs(left - right)).toBeLessThanOrEqual(1e-9 * scale);
    }),
    { seed, numRuns: 500 },
  );
  expect(moving).toBeGreaterThan(300);
  // Those that a graph of whole numbers seldom holds have their finite differences in gradients.test.ts.
  const rare = ['log', 'sqrt', 'idiv', 'shl', 'shr', 'threefry', 'bitcast', 'div'];
  const missed = Object.entries(families).flatMap(([op, family]) => (family === 'leaf' || seen.has(op) ? [] : [op]));
  expect(missed.filter((op) => !rare.includes(op))).toEqual([]);
});

/** The elementwise product as a vector. */
function product(a: Node | undefined, b: Node): Node {
  const flat = (x: Node): Node => makeNode('reshape', x.dtype, [sizeOf(x.shape)], [x], {});
  return a === undefined ? constant(0, [1], 'float64') : binary('mul', flat(a), flat(b));
}

function like(x: Node, value: number): Node {
  return constant(value, x.shape, x.dtype);
}
