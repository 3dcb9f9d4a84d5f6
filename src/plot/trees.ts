/**
 * Charts of trees: the merges of a hierarchical clustering, and the nodes of a decision tree.
 */
import { raise, ShapeError, ValueError } from '../base/errors.ts';
import { type Grid, labelsOf, numbersOf, rowsOf, sameLength, type Series } from './numbers.ts';
import { type Plot, type PlotOptions, plotOf } from './plot.ts';
import type { Row, UnitSpec } from './spec.ts';
import { PALETTE } from './theme.ts';

export interface DendrogramOptions extends PlotOptions {
  /** Of the N samples. Default: 0, 1, … */
  readonly labels?: ArrayLike<string | number>;
}

/**
 * Which samples were joined, and at what distance.
 * @param merges (N − 1, 2): merge i makes cluster N + i of two earlier ones; clusters below N are the samples. As scikit-learn's `children_`
 * @param distances (N − 1,)   @throws ShapeError; ValueError for a cluster that is not there yet or was joined before
 * @example dendrogram([[0, 1], [2, 3]], [0.5, 2], { labels: ['a', 'b', 'c'] })
 */
export function dendrogram(merges: Grid, distances: Series, options: DendrogramOptions = {}): Plot {
  const op = 'dendrogram';
  const pairs = rowsOf(op, 'merges', merges);
  if (pairs[0]!.length !== 2)
    raise(new ShapeError(`${op}: merges must be (N − 1, 2). Received: (${pairs.length}, ${pairs[0]!.length})`));
  const heights = numbersOf(op, 'distances', distances);
  sameLength(op, 'distances', heights.length, pairs.length);
  const count = pairs.length + 1;
  const labels = options.labels ? labelsOf(op, 'labels', options.labels, count) : Array.from({ length: count }, (_, i) => String(i)); // prettier-ignore
  const used = new Set<number>();
  pairs.forEach((pair, i) => {
    for (const child of pair) {
      if (!Number.isInteger(child) || child < 0 || child >= count + i)
        raise(new ValueError(`${op}: merge ${i} joins cluster ${child}, but only 0 to ${count + i - 1} are there yet`));
      if (used.has(child)) raise(new ValueError(`${op}: merge ${i} joins cluster ${child}, which was joined before`));
      used.add(child);
    }
  });
  const order = leavesOf(pairs, count);
  const place = new Map(order.map((leaf, i) => [leaf, i + 0.5]));
  const height = (cluster: number) => (cluster < count ? 0 : heights[cluster - count]!);
  const rules: Row[] = [];
  const lines: string[] = [];
  pairs.forEach(([a, b], i) => {
    const [left, right, top] = [place.get(a!)!, place.get(b!)!, heights[i]!];
    rules.push({ x: left, y: height(a!), x2: left, y2: top }, { x: right, y: height(b!), x2: right, y2: top });
    rules.push({ x: left, y: top, x2: right, y2: top });
    place.set(count + i, (left + right) / 2);
    const name = (cluster: number) => labels[cluster] ?? `#${cluster - count + 1}`;
    lines.push(`#${i + 1} = ${name(a!)} + ${name(b!)} at ${Number(top.toPrecision(3))}`);
  });
  const x = { field: 'x', type: 'quantitative', axis: null, scale: { domain: [0, count], nice: false } } as const;
  const y = { field: 'y', type: 'quantitative', title: 'distance' } as const;
  const isLong = labels.some((label) => label.length > 3) || count > 24;
  const layer: UnitSpec[] = [
    {
      data: { values: rules },
      mark: { type: 'rule', color: PALETTE[0], strokeWidth: 1.5, strokeCap: 'square' },
      encoding: { x, y, x2: { field: 'x2' }, y2: { field: 'y2' } },
    },
    {
      data: { values: order.map((leaf, i): Row => ({ x: i + 0.5, y: 0, label: labels[leaf]! })) },
      mark: {
        type: 'text',
        ...(isLong ? { angle: 270, align: 'right', dx: -6 } : { dy: 12 }),
        fontSize: count > 60 ? 7 : 11,
        clip: false,
      },
      encoding: { x, y, text: { field: 'label', type: 'nominal' } },
    },
  ];
  return plotOf(op, options, { layer, width: Math.min(1200, Math.max(240, count * 22)) }, { kind: 'outline', lines });
}

/** A node of a tree to draw. */
export interface TreeNode {
  /** One line, or several with \n between. */
  readonly label: string;
  /** What leads here from above, such as 'yes'. */
  readonly edge?: string;
  readonly children?: readonly TreeNode[];
}

const MOST_NODES = 2000;

/**
 * A tree from the root at the top: leaves side by side, every other node over the middle of its children.
 * @param root at most 2,000 nodes   @throws ValueError for more, or for a node that is its own ancestor
 * @example treeDiagram({ label: 'petal ≤ 2.45', children: [{ label: 'setosa', edge: 'yes' }, { label: 'virginica', edge: 'no' }] })
 */
export function treeDiagram(root: TreeNode, options: PlotOptions = {}): Plot {
  const op = 'treeDiagram';
  const nodes: Row[] = [];
  const edges: Row[] = [];
  const lines: string[] = [];
  let [leaves, deepest, widest, tallest] = [0, 0, 1, 1];
  const visit = (node: TreeNode, depth: number, indent: string, ancestors: ReadonlySet<TreeNode>): number => {
    if (ancestors.has(node)) raise(new ValueError(`${op}: the node '${node.label}' is its own ancestor`));
    if (nodes.length + ancestors.size >= MOST_NODES)
      raise(new ValueError(`${op}: the tree has more than ${MOST_NODES} nodes; draw a part of it`));
    const parts = node.label.split('\n');
    const edge = node.edge === undefined ? '' : `${node.edge}: `;
    lines.push(`${indent}${depth === 0 ? '' : '└ '}${edge}${parts.join(', ')}`);
    deepest = Math.max(deepest, depth);
    widest = Math.max(widest, ...parts.map((part) => part.length));
    tallest = Math.max(tallest, parts.length);
    const within = new Set(ancestors).add(node);
    const children = node.children ?? [];
    const places = children.map((child) => visit(child, depth + 1, depth === 0 ? indent : `${indent}  `, within));
    const x = places.length === 0 ? leaves++ : (places[0]! + places.at(-1)!) / 2;
    children.forEach((child, i) => {
      const to = places[i]!;
      edges.push({ x, y: depth, x2: to, y2: depth + 1, middleX: (x + to) / 2, middleY: depth + 0.5, text: child.edge ?? '' }); // prettier-ignore
    });
    nodes.push({ x, y: depth, label: node.label, isLeaf: children.length === 0, lines: parts.length });
    return x;
  };
  visit(root, 0, '', new Set());
  const boxWidth = widest * 6.4 + 14;
  const boxHeight = tallest * 14 + 10;
  const place = (field: string, cells: number) =>
    ({ field, type: 'quantitative', axis: null, scale: { domain: [-0.5, cells - 0.5], nice: false, ...(field.endsWith('y') || field === 'middleY' ? { reverse: true } : {}) } }) as const; // prettier-ignore
  const [x, y] = [place('x', leaves), place('y', deepest + 1)];
  const layer: UnitSpec[] = [
    { data: { values: edges }, mark: { type: 'rule' }, encoding: { x, y, x2: { field: 'x2' }, y2: { field: 'y2' } } },
    {
      data: { values: edges.filter(({ text }) => text !== '') },
      mark: { type: 'text', fontSize: 10, dx: 4, align: 'left' },
      encoding: {
        x: { ...x, field: 'middleX' },
        y: { ...y, field: 'middleY' },
        text: { field: 'text', type: 'nominal' },
      },
    },
    {
      data: { values: nodes },
      mark: { type: 'rect', width: boxWidth, height: boxHeight, cornerRadius: 4, opacity: 1 },
      encoding: {
        x,
        y,
        color: { value: PALETTE[0]!, condition: { test: 'datum.isLeaf', value: '#00785A' } },
      },
    },
    // Lines of text grow downwards, so a label of k lines begins (k − 1) / 2 lines above the middle.
    ...[...new Set(nodes.map(({ lines: count }) => Number(count)))].map((count): UnitSpec => ({
      data: { values: nodes.filter((node) => node.lines === count) },
      mark: { type: 'text', lineBreak: '\n', color: 'white', baseline: 'middle', dy: 7 * (1 - count) },
      encoding: { x, y, text: { field: 'label', type: 'nominal' } },
    })),
  ];
  const size = { width: leaves * (boxWidth + 14), height: (deepest + 1) * (boxHeight + 34) };
  return plotOf(
    op,
    options,
    { layer, width: Math.min(4000, size.width), height: Math.min(4000, size.height) },
    { kind: 'outline', lines },
  );
}

/** The samples in an order in which no two merges cross. */
function leavesOf(pairs: readonly (readonly number[])[], count: number): number[] {
  const order: number[] = [];
  // A stack and no recursion: chains of merges may be as deep as there are samples.
  const stack = [2 * count - 2];
  for (let cluster = stack.pop(); cluster !== undefined; cluster = stack.pop()) {
    if (cluster < count) order.push(cluster);
    else stack.push(pairs[cluster - count]![1]!, pairs[cluster - count]![0]!);
  }
  return order;
}
