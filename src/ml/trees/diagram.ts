/**
 * A grown tree for people: as nested labels, which `treeDiagram` of fathom/plot draws, and as indented text.
 */
import { raise, ValueError } from '../../base/errors.ts';
import { requireWhole } from '../options.ts';
import type { Label } from '../protocol.ts';
import type { Tree } from './tree.ts';

/** A node, what leads to it, and what it splits into. */
export interface TreeLabels {
  readonly label: string;
  /** 'yes' where the question above is answered so. */
  readonly edge?: 'yes' | 'no';
  readonly children?: readonly TreeLabels[];
}

export interface TreeDiagramOptions {
  /** Names for the questions. Default x0, x1 … */
  readonly featureNames?: readonly string[];
  /** Names for the classes. Default: the labels themselves. */
  readonly classNames?: readonly string[];
  /** Levels below the root; what lies deeper is only counted. Default: all. */
  readonly maxDepth?: number;
  /** Significant digits of thresholds and means. Default 3. */
  readonly digits?: number;
}

/** What has a tree: a fitted decision tree. */
interface Grown {
  readonly tree: Tree;
  readonly featuresIn: number;
  readonly classes?: readonly Label[];
}

/**
 * The questions and answers of a fitted decision tree.
 * @throws ValueError for too few names   @example treeDiagram(treeLabels(fitted, { featureNames, maxDepth: 3 }))
 */
export function treeLabels(fitted: Grown, options: TreeDiagramOptions = {}): TreeLabels {
  const { tree, featuresIn } = fitted;
  const { maxDepth = Infinity, digits = 3 } = options;
  requireWhole('treeLabels', 'digits', digits, 1, 15);
  const features = namesOf('featureNames', options.featureNames, featuresIn, (i) => `x${i}`);
  const classes = fitted.classes?.map(String);
  const names = classes && namesOf('classNames', options.classNames, classes.length, (i) => classes[i]!);
  const short = (value: number): string => String(Number(value.toPrecision(digits)));
  const answer = (node: number): string => {
    const values = tree.value.row(node);
    if (names === undefined) return Array.from(values, short).join(', ');
    const best = values.indexOf(Math.max(...values));
    return `${names[best]} ${Math.round(100 * values[best]!)} %`;
  };
  const visit = (node: number, depth: number): TreeLabels => {
    const size = `n = ${short(tree.weight[node]!)}`;
    const feature = tree.feature[node]!;
    if (feature < 0) return { label: `${answer(node)}, ${size}` };
    if (depth >= maxDepth) return { label: `${answer(node)}, ${size} …` };
    const [yes, no] = [tree.left[node]!, tree.right[node]!].map((child) => visit(child, depth + 1));
    return {
      label: `${features[feature]} ≤ ${short(tree.threshold[node]!)}`,
      children: [
        { ...yes!, edge: 'yes' },
        { ...no!, edge: 'no' },
      ],
    };
  };
  return visit(0, 0);
}

/**
 * The same as text, a line for each question and each answer.
 * @throws as treeLabels   @example console.log(treeText(new DecisionTreeClassifier({ maxDepth: 2 }).fit(x, y)))
 */
export function treeText(fitted: Grown, options: TreeDiagramOptions = {}): string {
  const lines: string[] = [];
  const write = ({ label, edge, children = [] }: TreeLabels, indent: string): void => {
    const isQuestion = children.length > 0;
    lines.push(`${indent}${edge === undefined ? '' : `${edge}: `}${label}${isQuestion ? '?' : ''}`);
    for (const child of children) write(child, `${indent}  `);
  };
  write(treeLabels(fitted, options), '');
  return lines.join('\n');
}

function namesOf(
  option: string,
  names: readonly string[] | undefined,
  count: number,
  fallback: (i: number) => string,
): readonly string[] {
  if (names === undefined) return Array.from({ length: count }, (_, i) => fallback(i));
  if (names.length !== count)
    raise(new ValueError(`treeLabels: ${option} needs ${count} names, one for each. Received: ${names.length}`));
  return names;
}
