/**
 * Labels as whole numbers, for models that take no labels of their own, such as networks.
 */
import { raise, ValueError } from '../../base/errors.ts';
import { codesOf, encodeLabels, labelsOf, listing } from '../labels.ts';
import type { Label, Labels } from '../protocol.ts';

/**
 * Labels ↔ 0 … k − 1, in ascending order of the labels.
 * @example const encoder = new LabelEncoder(['no', 'yes', 'no']); encoder.transform(['yes']) // Int32Array [1]
 */
export class LabelEncoder<L extends Label> {
  readonly classes: readonly L[];

  /** Learns the classes of these labels. */
  constructor(labels: Labels<L>) {
    this.classes = encodeLabels('LabelEncoder', labels).classes;
  }

  /** @throws ValueError for a label that was not among those learned */
  transform(labels: Labels<L>): Int32Array<ArrayBuffer> {
    return codesOf('LabelEncoder.transform', labelsOf('LabelEncoder.transform', labels), this.classes);
  }

  inverse(codes: ArrayLike<number>): L[] {
    return Array.from(codes, (code) => {
      const label = this.classes[code];
      if (label === undefined) {
        raise(new ValueError(`LabelEncoder.inverse: ${code} stands for no label; there are ${listing(this.classes)}`));
      }
      return label;
    });
  }
}
