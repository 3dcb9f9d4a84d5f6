/**
 * A grown decision tree: one array for each thing a node knows, children after their parents, node 0 the root. What the tree
 * is for (classes, quantities, a member of a forest) its owner knows; growing is grow.ts.
 */
import { FormatError, raise } from '../../base/errors.ts';
import { Matrix } from '../matrix.ts';
import { type ArrayState, type StateReader, vectorState } from '../state.ts';

/** The arrays of a tree, all of one length. */
export interface TreeArrays {
  /** The feature that a node asks about; −1 for a leaf. */
  readonly feature: Int32Array<ArrayBuffer>;
  /** Values up to this go left. Infinity sends all but gaps left. */
  readonly threshold: Float64Array<ArrayBuffer>;
  /** The child nodes; 0 for a leaf. */
  readonly left: Int32Array<ArrayBuffer>;
  readonly right: Int32Array<ArrayBuffer>;
  /** 1 where NaN goes left. */
  readonly missingLeft: Uint8Array<ArrayBuffer>;
  /** (nodes, outputs): shares of classes, or means. */
  readonly value: Matrix;
  readonly impurity: Float64Array<ArrayBuffer>;
  /** The weight of the samples in each node. */
  readonly weight: Float64Array<ArrayBuffer>;
}

/** @see TreeArrays */
export class Tree implements TreeArrays {
  readonly feature: Int32Array<ArrayBuffer>;
  readonly threshold: Float64Array<ArrayBuffer>;
  readonly left: Int32Array<ArrayBuffer>;
  readonly right: Int32Array<ArrayBuffer>;
  readonly missingLeft: Uint8Array<ArrayBuffer>;
  readonly value: Matrix;
  readonly impurity: Float64Array<ArrayBuffer>;
  readonly weight: Float64Array<ArrayBuffer>;

  constructor(arrays: TreeArrays) {
    this.feature = arrays.feature;
    this.threshold = arrays.threshold;
    this.left = arrays.left;
    this.right = arrays.right;
    this.missingLeft = arrays.missingLeft;
    this.value = arrays.value;
    this.impurity = arrays.impurity;
    this.weight = arrays.weight;
  }

  get nodes(): number {
    return this.feature.length;
  }

  get leaves(): number {
    return this.feature.reduce((count, feature) => count + (feature < 0 ? 1 : 0), 0);
  }

  /** The longest way from the root to a leaf, in steps. */
  get depth(): number {
    const depths = new Int32Array(this.nodes);
    for (let node = 0; node < this.nodes; node++) {
      if (this.feature[node]! < 0) continue;
      depths[this.left[node]!] = depths[this.right[node]!] = depths[node]! + 1;
    }
    return depths.reduce((a, b) => Math.max(a, b), 0);
  }

  /** The leaf that a row comes to. Hot. */
  leafOf(data: Float64Array, offset: number): number {
    const { feature, threshold, left, right, missingLeft } = this;
    let node = 0;
    for (let j = feature[0]!; j >= 0; j = feature[node]!) {
      const x = data[offset + j]!;
      const goesLeft = x !== x ? missingLeft[node] === 1 : x <= threshold[node]!;
      node = goesLeft ? left[node]! : right[node]!;
    }
    return node;
  }

  /** The leaf of each sample. */
  apply(x: Matrix): Int32Array<ArrayBuffer> {
    const leaves = new Int32Array(x.rows);
    for (let i = 0; i < x.rows; i++) leaves[i] = this.leafOf(x.data, i * x.columns);
    return leaves;
  }

  /** Adds the value of each sample's leaf to `sums` (n, outputs). Hot. */
  addTo(sums: Matrix, x: Matrix, scale = 1): void {
    const { data, columns } = this.value;
    for (let i = 0; i < x.rows; i++) {
      const leaf = this.leafOf(x.data, i * x.columns) * columns;
      for (let k = 0; k < columns; k++) sums.data[i * columns + k]! += scale * data[leaf + k]!;
    }
  }

  /** How much each feature's splits lower the impurity, weighted by samples; not yet scaled to sum to 1. */
  rawImportances(features: number): Float64Array<ArrayBuffer> {
    const { feature, left, right, impurity, weight } = this;
    const sums = new Float64Array(features);
    for (let node = 0; node < feature.length; node++) {
      if (feature[node]! < 0) continue;
      const [a, b] = [left[node]!, right[node]!];
      sums[feature[node]!]! +=
        (weight[node]! * impurity[node]! - weight[a]! * impurity[a]! - weight[b]! * impurity[b]!) / weight[0]!;
    }
    return sums;
  }
}

/** Scaled to sum to 1, or all 0. */
export function shares(values: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const total = values.reduce((a, b) => a + b, 0);
  return total > 0 ? values.map((v) => v / total) : values;
}

/** Several trees end to end, as arrays of a state. */
export function treesState(trees: readonly Tree[]): Record<string, ArrayState | Matrix> {
  const nodes = trees.reduce((sum, tree) => sum + tree.nodes, 0);
  const outputs = trees[0]?.value.columns ?? 1;
  const sizes = Int32Array.from(trees, (tree) => tree.nodes);
  const integers = (pick: (tree: Tree) => Int32Array) => joined(new Int32Array(nodes), trees.map(pick));
  const floats = (pick: (tree: Tree) => Float64Array) => joined(new Float64Array(nodes), trees.map(pick));
  return {
    sizes: vectorState(sizes),
    feature: vectorState(integers((tree) => tree.feature)),
    threshold: vectorState(floats((tree) => tree.threshold)),
    left: vectorState(integers((tree) => tree.left)),
    right: vectorState(integers((tree) => tree.right)),
    missingLeft: vectorState(
      joined(
        new Uint8Array(nodes),
        trees.map((tree) => tree.missingLeft),
      ),
    ),
    value: new Matrix(
      nodes,
      outputs,
      joined(
        new Float64Array(nodes * outputs),
        trees.map((tree) => tree.value.data),
      ),
    ),
    impurity: vectorState(floats((tree) => tree.impurity)),
    weight: vectorState(floats((tree) => tree.weight)),
  };
}

function joined<T extends { set(part: ArrayLike<number>, offset: number): void }>(
  result: T,
  parts: readonly ArrayLike<number>[],
): T {
  let offset = 0;
  for (const part of parts) {
    result.set(part, offset);
    offset += part.length;
  }
  return result;
}

/** Trees from a state, with every index checked: a walk through them ends. @throws FormatError */
export function treesFrom(read: StateReader, features: number, outputs: number): Tree[] {
  const sizes = read.integers('sizes');
  const nodes = sizes.reduce((a, b) => a + Math.max(1, b), 0);
  const feature = read.integers('feature', nodes);
  const threshold = read.vector('threshold', nodes);
  const left = read.integers('left', nodes);
  const right = read.integers('right', nodes);
  const missingLeft = read.bytes('missingLeft', nodes);
  const value = read.matrix('value', outputs);
  const impurity = read.vector('impurity', nodes);
  const weight = read.vector('weight', nodes);
  if (value.rows !== nodes) raise(new FormatError(`tree: the state has ${nodes} nodes, but ${value.rows} values`));
  let start = 0;
  return Array.from(sizes, (size) => {
    const end = start + size;
    for (let node = start; node < end; node++) {
      if (feature[node]! < 0) continue;
      const [place, a, b] = [node - start, left[node]!, right[node]!];
      if (feature[node]! >= features || a <= place || b <= place || a >= size || b >= size) {
        raise(new FormatError(`tree: node ${place} asks about feature ${feature[node]} of ${features} and leads to nodes ${a} and ${b} of ${size}; the state is damaged`)); // prettier-ignore
      }
    }
    const tree = new Tree({
      feature: feature.slice(start, end),
      threshold: threshold.slice(start, end),
      left: left.slice(start, end),
      right: right.slice(start, end),
      missingLeft: missingLeft.slice(start, end),
      value: new Matrix(size, outputs, value.data.slice(start * outputs, end * outputs)),
      impurity: impurity.slice(start, end),
      weight: weight.slice(start, end),
    });
    start = end;
    return tree;
  });
}
