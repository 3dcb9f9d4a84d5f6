/**
 * Minimal cost-complexity pruning: again and again, the branch whose leaves lower the impurity least for their number becomes
 * a leaf. (Breiman, Friedman, Olshen and Stone 1984, chapter 3.)
 */
import { Matrix } from '../matrix.ts';
import { Tree } from './tree.ts';

/** What each step of pruning costs. */
export interface PruningPath {
  /** Where a step is taken: ascending, from 0 for the whole tree. */
  readonly alphas: Float64Array<ArrayBuffer>;
  /** The impurity of all leaves after that step. */
  readonly impurities: Float64Array<ArrayBuffer>;
}

/** All steps down to the root alone. @example const { alphas } = pruningPath(model.tree) */
export function pruningPath(tree: Tree): PruningPath {
  const steps = collapse(tree, Infinity);
  return { alphas: Float64Array.from(steps.alphas), impurities: Float64Array.from(steps.impurities) };
}

/** The smallest tree that minimises impurity + α · leaves. */
export function prune(tree: Tree, alpha: number): Tree {
  if (alpha <= 0) return tree;
  const { isLeaf } = collapse(tree, alpha);
  const places: number[] = [];
  const renamed = new Int32Array(tree.nodes);
  const isKept = new Uint8Array(tree.nodes);
  isKept[0] = 1;
  for (let node = 0; node < tree.nodes; node++) {
    if (isKept[node] === 0) continue;
    renamed[node] = places.length;
    places.push(node);
    if (isLeaf[node] === 0) isKept[tree.left[node]!] = isKept[tree.right[node]!] = 1;
  }
  const inner = (value: (node: number) => number, leaf: number) => (node: number) =>
    isLeaf[node] === 1 ? leaf : value(node);
  return new Tree({
    feature: Int32Array.from(
      places,
      inner((node) => tree.feature[node]!, -1),
    ),
    threshold: Float64Array.from(
      places,
      inner((node) => tree.threshold[node]!, 0),
    ),
    left: Int32Array.from(
      places,
      inner((node) => renamed[tree.left[node]!]!, 0),
    ),
    right: Int32Array.from(
      places,
      inner((node) => renamed[tree.right[node]!]!, 0),
    ),
    missingLeft: Uint8Array.from(
      places,
      inner((node) => tree.missingLeft[node]!, 0),
    ),
    value: new Matrix(places.length, tree.value.columns, tree.value.takeRows(places).data),
    impurity: Float64Array.from(places, (node) => tree.impurity[node]!),
    weight: Float64Array.from(places, (node) => tree.weight[node]!),
  });
}

function collapse(tree: Tree, limit: number): { isLeaf: Uint8Array; alphas: number[]; impurities: number[] } {
  const { feature, left, right, nodes } = tree;
  const parent = new Int32Array(nodes).fill(-1);
  const isLeaf = new Uint8Array(nodes);
  const risk = Float64Array.from(tree.impurity, (impurity, node) => (impurity * tree.weight[node]!) / tree.weight[0]!);
  const below = risk.slice();
  const leaves = new Int32Array(nodes).fill(1);
  for (let node = nodes - 1; node >= 0; node--) {
    if (feature[node]! < 0) {
      isLeaf[node] = 1;
      continue;
    }
    const [a, b] = [left[node]!, right[node]!];
    parent[a] = parent[b] = node;
    below[node] = below[a]! + below[b]!;
    leaves[node] = leaves[a]! + leaves[b]!;
  }
  const alphas = [0];
  const impurities = [below[0]!];
  const isGone = new Uint8Array(nodes);
  while (isLeaf[0] === 0) {
    let weakest = -1;
    let least = Infinity;
    for (let node = 0; node < nodes; node++) {
      if (node > 0 && (isGone[parent[node]!] === 1 || isLeaf[parent[node]!] === 1)) isGone[node] = 1;
      if (isGone[node] === 1 || isLeaf[node] === 1) continue;
      const alpha = (risk[node]! - below[node]!) / (leaves[node]! - 1);
      if (alpha < least) {
        least = alpha;
        weakest = node;
      }
    }
    if (least > limit) break;
    const [gained, fewer] = [risk[weakest]! - below[weakest]!, leaves[weakest]! - 1];
    isLeaf[weakest] = 1;
    for (let node = weakest; node >= 0; node = parent[node]!) {
      below[node]! += gained;
      leaves[node]! -= fewer;
    }
    alphas.push(least);
    impurities.push(below[0]!);
  }
  return { isLeaf, alphas, impurities };
}
