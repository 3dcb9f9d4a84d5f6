/**
 * Mean average precision of object detection. Images have different numbers of boxes, so it runs on the host.
 */
import { raise, ValueError } from '../../base/errors.ts';

/** x₁, y₁, x₂, y₂ in pixels or any unit, x₁ ≤ x₂ and y₁ ≤ y₂. */
export type Corners = readonly [x1: number, y1: number, x2: number, y2: number];

export interface Detection {
  readonly box: Corners;
  readonly label: number;
  readonly score: number;
}

export interface GroundTruth {
  readonly box: Corners;
  readonly label: number;
  /** Counts neither as found nor as missed. */
  readonly isDifficult?: boolean;
}

export interface MeanAveragePrecisionOptions {
  /** Overlaps from which a detection counts; the result is the mean over them. Default: 0.5, 0.55, … 0.95, as COCO. */
  readonly thresholds?: readonly number[];
  /** Detections of an image and class that are looked at, the best ones. Default: 100. */
  readonly limit?: number;
}

interface Guess {
  readonly image: number;
  readonly box: Corners;
  readonly score: number;
}

/**
 * mAP: for each class and overlap, detections in order of score are matched with the truth they overlap most, each truth once; the
 * area under the precision-recall curve at 101 recalls, precision made monotone. Then the mean over overlaps and classes.
 * @see Lin et al. 2014, "Microsoft COCO"
 * @example const map = new MeanAveragePrecision(); map.update(detections, truths); map.result().map50
 */
export class MeanAveragePrecision {
  readonly #thresholds: readonly number[];
  readonly #limit: number;
  #images = 0;
  readonly #guesses = new Map<number, Guess[]>();
  readonly #truths = new Map<number, Map<number, GroundTruth[]>>();

  constructor({ thresholds = tenths(), limit = 100 }: MeanAveragePrecisionOptions = {}) {
    if (thresholds.length === 0 || thresholds.some((t) => !(t > 0 && t <= 1)))
      raise(
        new ValueError(`MeanAveragePrecision: thresholds must be above 0 and at most 1, got ${thresholds.join(', ')}`),
      );
    this.#thresholds = thresholds;
    this.#limit = limit;
  }

  /** Counts one image. @throws ValueError for a box that runs backwards or a score that is NaN */
  update(detections: readonly Detection[], truths: readonly GroundTruth[]): void {
    const image = this.#images++;
    for (const { box } of [...detections, ...truths]) {
      if (!(box[0] <= box[2] && box[1] <= box[3]))
        raise(
          new ValueError(
            `MeanAveragePrecision: expected a box x1, y1, x2, y2 with x1 <= x2 and y1 <= y2, got ${box.join(', ')}`,
          ),
        );
    }
    for (const truth of truths) {
      const images = entry(this.#truths, truth.label, () => new Map<number, GroundTruth[]>());
      entry(images, image, () => []).push(truth);
    }
    for (const [label, found] of grouped(detections)) {
      if (found.some(({ score }) => Number.isNaN(score))) raise(new ValueError('MeanAveragePrecision: a score is NaN'));
      const best = [...found].sort((a, b) => b.score - a.score).slice(0, this.#limit);
      entry(this.#guesses, label, () => []).push(...best.map(({ box, score }) => ({ image, box, score })));
    }
  }

  /** `map` over all overlaps, `map50` and `map75` at those (NaN if not asked for), `perClass` over all overlaps; of classes that have a truth. */
  result(): {
    readonly map: number;
    readonly map50: number;
    readonly map75: number;
    readonly perClass: ReadonlyMap<number, number>;
  } {
    const labels = [...this.#truths.keys()].sort((a, b) => a - b);
    const table = labels.map((label) => this.#thresholds.map((threshold) => this.#precisionOf(label, threshold)));
    const at = (threshold: number): number => {
      const column = this.#thresholds.findIndex((one) => Math.abs(one - threshold) < 1e-9);
      return column < 0 ? NaN : mean(table.map((row) => row[column]!));
    };
    const perClass = new Map(labels.map((label, i) => [label, mean(table[i]!)]));
    return {
      map: mean([...perClass.values()].filter((x) => !Number.isNaN(x))),
      map50: at(0.5),
      map75: at(0.75),
      perClass,
    };
  }

  #precisionOf(label: number, threshold: number): number {
    const truths = this.#truths.get(label)!;
    const wanted = [...truths.values()].flat().filter(({ isDifficult }) => isDifficult !== true).length;
    if (wanted === 0) return NaN;
    const taken = new Map<number, Set<GroundTruth>>();
    const isHit: boolean[] = [];
    for (const { image, box } of [...(this.#guesses.get(label) ?? [])].sort((a, b) => b.score - a.score)) {
      const used = entry(taken, image, () => new Set<GroundTruth>());
      let best: GroundTruth | undefined;
      let overlap = threshold;
      for (const truth of truths.get(image) ?? []) {
        if (used.has(truth)) continue;
        const iou = boxIoU(box, truth.box);
        // A plain truth goes before a difficult one, whatever the overlap.
        const isPreferred = best === undefined || (best.isDifficult === true && truth.isDifficult !== true);
        if (
          iou >= threshold &&
          (isPreferred || (iou > overlap && (best?.isDifficult ?? false) === (truth.isDifficult ?? false)))
        ) {
          best = truth;
          overlap = iou;
        }
      }
      if (best?.isDifficult === true) continue;
      if (best !== undefined) used.add(best);
      isHit.push(best !== undefined);
    }
    return areaAt101(isHit, wanted);
  }
}

/** The overlap of two boxes over their union, 0 … 1. @example boxIoU([0, 0, 2, 2], [1, 0, 3, 2]) // 1/3 */
export function boxIoU(a: Corners, b: Corners): number {
  const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
  const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
  if (width <= 0 || height <= 0) return 0;
  const shared = width * height;
  const area = (c: Corners): number => (c[2] - c[0]) * (c[3] - c[1]);
  return shared / (area(a) + area(b) - shared);
}

/** Mean over recalls 0, 0.01, … 1 of the best precision at that recall or above. */
function areaAt101(isHit: readonly boolean[], wanted: number): number {
  const recalls: number[] = [];
  const precisions: number[] = [];
  let hits = 0;
  isHit.forEach((hit, i) => {
    if (hit) hits++;
    recalls.push(hits / wanted);
    precisions.push(hits / (i + 1));
  });
  for (let i = precisions.length - 2; i >= 0; i--) precisions[i] = Math.max(precisions[i]!, precisions[i + 1]!);
  let sum = 0;
  let place = 0;
  for (let step = 0; step <= 100; step++) {
    while (place < recalls.length && recalls[place]! < step / 100) place++;
    sum += precisions[place] ?? 0;
  }
  return sum / 101;
}

function tenths(): number[] {
  return Array.from({ length: 10 }, (_, i) => (50 + 5 * i) / 100);
}

function grouped(detections: readonly Detection[]): Map<number, Detection[]> {
  const groups = new Map<number, Detection[]>();
  for (const detection of detections) entry(groups, detection.label, () => []).push(detection);
  return groups;
}

function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
