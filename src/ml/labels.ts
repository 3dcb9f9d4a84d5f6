/**
 * Class labels: numbers, texts or booleans outside, whole numbers 0 … k − 1 inside. Also the weights that classes are given.
 */
import { raise, ShapeError, ValueError } from '../base/errors.ts';
import { formatShape } from '../base/shape.ts';
import { Tensor } from '../tensor/tensor.ts';
import { describe } from './matrix.ts';
import type { Label, Labels } from './protocol.ts';
import { requireLength } from './targets.ts';

/** Labels as places in a sorted list of the different ones. */
export interface Encoded<L extends Label> {
  /** Ascending, each once. */
  readonly classes: readonly L[];
  /** For each sample, the place of its label in `classes`. */
  readonly codes: Int32Array<ArrayBuffer>;
}

/**
 * Labels as codes.
 * @throws ValueError for fractions, NaN, or labels of several types   @throws ShapeError for another number than `rows`
 * @example encodeLabels('fit', ['no', 'yes', 'no'], 3) // { classes: ['no', 'yes'], codes: [0, 1, 0] }
 */
export function encodeLabels<L extends Label>(op: string, y: Labels<L>, rows?: number): Encoded<L> {
  const labels = labelsOf(op, y);
  if (rows !== undefined) requireLength(op, 'y', labels.length, rows);
  const classes = [...new Set(labels)].sort(compareLabels);
  return { classes, codes: codesOf(op, labels, classes) };
}

/** Labels as an array, checked. @param name what they are called in messages */
export function labelsOf<L extends Label>(op: string, y: Labels<L>, name?: string): readonly L[];
export function labelsOf(op: string, y: Labels, name = 'y'): readonly Label[] {
  const labels = listOf(op, y, name);
  const type = typeof labels[0];
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i];
    if (typeof label !== type || (type !== 'number' && type !== 'string' && type !== 'boolean')) {
      raise(
        new ValueError(
          `${op}: the labels in ${name} must be all numbers, all texts or all booleans, got ${describe(labels[0])} at sample 0 and ${describe(label)} at sample ${i}`,
        ),
      );
    }
    if (typeof label === 'number' && !Number.isInteger(label)) {
      const reason = Number.isFinite(label) ? 'to predict quantities, use a regressor' : 'every value must be finite';
      raise(
        new ValueError(
          `${op}: numbers that name classes must be whole, ${name} holds ${label} at sample ${i}; ${reason}`,
        ),
      );
    }
  }
  return labels;
}

function listOf(op: string, y: Labels, name: string): readonly Label[] {
  if (y instanceof Tensor) {
    if (y.rank !== 1)
      raise(new ShapeError(`${op}: ${name} must have one label a sample, got shape ${formatShape(y.shape)}`));
    return Array.from(y.dataSync());
  }
  if (Array.isArray(y)) return y;
  if (ArrayBuffer.isView(y)) return Array.from(y);
  raise(new ValueError(`${op}: ${name} must be an array or a Tensor of labels, got ${describe(y)}`));
}

/** Numbers by size, texts by code unit, false before true. */
export function compareLabels(a: Label, b: Label): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The place of each label in `classes`. @throws ValueError for a label that is not there */
export function codesOf<L extends Label>(
  op: string,
  labels: readonly L[],
  classes: readonly L[],
): Int32Array<ArrayBuffer> {
  const places = new Map(classes.map((label, code) => [label, code]));
  const codes = new Int32Array(labels.length);
  for (let i = 0; i < labels.length; i++) {
    const code = places.get(labels[i]!);
    if (code === undefined) {
      raise(new ValueError(`${op}: the label ${describe(labels[i])} at sample ${i} is none of ${listing(classes)}`));
    }
    codes[i] = code;
  }
  return codes;
}

/** Labels in a message: the first few. */
export function listing(labels: readonly Label[]): string {
  const shown = labels.slice(0, 8).map((label) => describe(label));
  return labels.length > 8 ? `${shown.join(', ')}, … (${labels.length})` : shown.join(', ');
}

/** @throws ValueError unless there are at least two classes to tell apart */
export function requireClasses(op: string, classes: readonly Label[], least = 2): void {
  if (classes.length < least) {
    raise(new ValueError(`${op}: y must hold at least ${least} classes, got only ${listing(classes)}`));
  }
}

/** How much each class counts: `balanced` is n / (k · count), so that classes weigh the same; or a number by label, 1 if not named. */
export type ClassWeight = 'balanced' | Readonly<Record<string, number>>;

/** Sample weights multiplied by those of their classes; undefined where all are 1. */
export function applyClassWeight(
  op: string,
  classWeight: ClassWeight | undefined,
  { classes, codes }: Encoded<Label>,
  weights: Float64Array<ArrayBuffer> | undefined,
): Float64Array<ArrayBuffer> | undefined {
  if (classWeight === undefined) return weights;
  const byClass = classWeight === 'balanced' ? balanced(codes, classes.length) : named(op, classWeight, classes);
  return Float64Array.from(codes, (code, i) => byClass[code]! * (weights?.[i] ?? 1));
}

function balanced(codes: Int32Array, classes: number): Float64Array {
  const counts = new Float64Array(classes);
  for (const code of codes) counts[code]! += 1;
  return counts.map((n) => codes.length / (classes * n));
}

function named(op: string, weights: Readonly<Record<string, number>>, classes: readonly Label[]): number[] {
  const known = new Set(classes.map(String));
  for (const [label, weight] of Object.entries(weights)) {
    if (!known.has(label))
      raise(new ValueError(`${op}: classWeight names ${describe(label)}, which is none of ${listing(classes)}`));
    if (!(weight >= 0 && weight < Infinity)) {
      raise(new ValueError(`${op}: classWeight for ${describe(label)} must be 0 or more, got ${weight}`));
    }
  }
  return classes.map((label) => weights[String(label)] ?? 1);
}
