/**
 * Curves that judge a model: receiver operating characteristic, precision and recall, learning curves, residuals, silhouettes.
 * The numbers come from fathom/ml's metrics, or from anywhere.
 */
import { raise, ShapeError } from '../base/errors.ts';
import { axes, seriesChannels } from './basic.ts';
import {
  classesOf,
  type Grid,
  labelsOf,
  mean,
  type Named,
  numbersOf,
  rowsOf,
  sameLength,
  type Series,
} from './numbers.ts';
import { type Plot, type PlotOptions, plotOf } from './plot.ts';
import type { Encoding, Row, UnitSpec } from './spec.ts';
import { PALETTE } from './theme.ts';

export interface RocPoints {
  readonly falsePositiveRate: Series;
  readonly truePositiveRate: Series;
}

export interface PrecisionRecallPoints {
  readonly precision: Series;
  readonly recall: Series;
}

const UNIT = { domain: [0, 1], nice: false } as const;

/**
 * True against false positive rate, with the area under each curve in the legend and chance as a thin diagonal.
 * @param curves what `rocCurve` of fathom/ml gives, or several by name   @throws ShapeError, ValueError
 * @example rocCurve({ logistic: metrics.rocCurve(y, p), forest: metrics.rocCurve(y, q) })
 */
export function rocCurve(curves: RocPoints | Named<RocPoints>, options: PlotOptions = {}): Plot {
  const op = 'rocCurve';
  const entries = isRoc(curves) ? [['', curves] as const] : Object.entries(curves);
  const series = entries.map(([name, curve]) => {
    const x = numbersOf(op, 'falsePositiveRate', curve.falsePositiveRate);
    const y = numbersOf(op, 'truePositiveRate', curve.truePositiveRate);
    sameLength(op, 'truePositiveRate', y.length, x.length);
    let area = 0;
    for (let i = 1; i < x.length; i++) area += ((x[i]! - x[i - 1]!) * (y[i]! + y[i - 1]!)) / 2;
    return { name: `${name}${name === '' ? '' : ', '}area ${Math.abs(area).toFixed(3)}`, x, y };
  });
  const chance: UnitSpec = {
    data: { values: [{ x: 0, y: 0, x2: 1, y2: 1 }] },
    mark: { type: 'rule', strokeDash: [3, 3] },
    encoding: { x2: { field: 'x2' }, y2: { field: 'y2' } },
  };
  return unitCurves(op, series, options, 'false positive rate', 'true positive rate', 'linear', chance);
}

/**
 * Precision against recall as steps, with the average precision Σ (Rₙ − Rₙ₋₁) Pₙ of each curve in the legend.
 * @param curves what `precisionRecallCurve` of fathom/ml gives, or several by name   @throws ShapeError, ValueError
 * @example precisionRecallCurve(metrics.precisionRecallCurve(y, p))
 */
export function precisionRecallCurve(
  curves: PrecisionRecallPoints | Named<PrecisionRecallPoints>,
  options: PlotOptions = {},
): Plot {
  const op = 'precisionRecallCurve';
  const entries = isPrecision(curves) ? [['', curves] as const] : Object.entries(curves);
  const series = entries.map(([name, curve]) => {
    const x = numbersOf(op, 'recall', curve.recall);
    const y = numbersOf(op, 'precision', curve.precision);
    sameLength(op, 'precision', y.length, x.length);
    // Recall falls along the curve, as thresholds rise.
    let average = 0;
    for (let i = 1; i < x.length; i++) average += (x[i - 1]! - x[i]!) * y[i - 1]!;
    return { name: `${name}${name === '' ? '' : ', '}AP ${Math.abs(average).toFixed(3)}`, x, y };
  });
  return unitCurves(op, series, options, 'recall', 'precision', 'step-before');
}

function unitCurves(
  op: string,
  series: readonly { readonly name: string; readonly x: readonly number[]; readonly y: readonly number[] }[],
  options: PlotOptions,
  xLabel: string,
  yLabel: string,
  interpolate: string,
  ...under: readonly UnitSpec[]
): Plot {
  if (series.length === 0) raise(new ShapeError(`${op}: there are no curves`));
  const values = series.flatMap(({ name, x, y }) =>
    x.map((at, i): Row => ({ x: at, y: y[i]!, series: name, order: i })),
  );
  const names = series.map(({ name }) => name);
  const encoding: Encoding = {
    x: { field: 'x', type: 'quantitative', title: xLabel, scale: UNIT },
    y: { field: 'y', type: 'quantitative', title: yLabel, scale: UNIT },
  };
  const lines: UnitSpec = {
    mark: { type: 'line', interpolate },
    encoding: { order: { field: 'order', type: 'quantitative' }, ...seriesChannels(names) },
  };
  return plotOf(
    op,
    options,
    { data: { values }, encoding, layer: [...under, lines], width: 300, height: 300 },
    { kind: 'lines', series, x: xLabel, y: yLabel },
  );
}

export interface LearningCurveOptions extends PlotOptions {
  readonly xLabel?: string;
  /** What is measured. Default: 'score'. */
  readonly yLabel?: string;
}

/**
 * Scores against the number of training samples: the mean over folds as a line, one standard deviation to both sides as a band.
 * @param sizes (S,)   @param scores by name, each (S, folds)   @throws ShapeError, ValueError
 * @example learningCurve([100, 200, 400], { train: trainScores, test: testScores })
 */
export function learningCurve(sizes: Series, scores: Named<Grid>, options: LearningCurveOptions = {}): Plot {
  const op = 'learningCurve';
  const { xLabel = 'training samples', yLabel = 'score' } = options;
  const at = numbersOf(op, 'sizes', sizes);
  const names = Object.keys(scores);
  if (names.length === 0) raise(new ShapeError(`${op}: scores has no series; there is nothing to draw`));
  const series = Object.entries(scores).map(([name, grid]) => {
    const rows = rowsOf(op, `'${name}'`, grid);
    sameLength(op, `'${name}'`, rows.length, at.length);
    const means = rows.map(mean);
    return {
      name,
      x: at,
      y: means,
      deviations: rows.map((row, i) => mean(row.map((v) => (v - means[i]!) ** 2)) ** 0.5),
    };
  });
  const values = series.flatMap(({ name, y, deviations }) =>
    y.map((value, i): Row => ({
      x: at[i]!,
      y: value,
      low: value - deviations[i]!,
      high: value + deviations[i]!,
      series: name,
    })),
  );
  const { strokeDash, color } = seriesChannels(names);
  const y = { field: 'y', type: 'quantitative', title: yLabel, scale: { zero: false } } as const;
  const layer: UnitSpec[] = [
    {
      mark: { type: 'area', opacity: 0.2 },
      encoding: { y: { ...y, field: 'low', stack: null }, y2: { field: 'high' } },
    },
    { mark: { type: 'line', point: true }, encoding: { y, ...(strokeDash === undefined ? {} : { strokeDash }) } },
  ];
  const { x } = axes({ xLabel });
  return plotOf(
    op,
    options,
    {
      data: { values },
      encoding: { ...(x === undefined ? {} : { x }), ...(color === undefined ? {} : { color }) },
      layer,
    },
    { kind: 'lines', series, x: xLabel, y: yLabel },
  );
}

/**
 * What is left over, yᵢ − ŷᵢ, against what was predicted. A good fit has no pattern around the line at 0.
 * @param truth (N,)   @param predicted (N,)   @throws ShapeError, ValueError   @example residuals(y, model.predict(x))
 */
export function residuals(truth: Series, predicted: Series, options: PlotOptions = {}): Plot {
  const op = 'residuals';
  const y = numbersOf(op, 'truth', truth);
  const x = numbersOf(op, 'predicted', predicted);
  sameLength(op, 'predicted', x.length, y.length);
  const left = y.map((value, i) => value - x[i]!);
  const values = x.map((at, i): Row => ({ x: at, y: left[i]! }));
  const encoding = axes({ xLabel: 'predicted', yLabel: 'true − predicted' });
  const layer: UnitSpec[] = [
    { mark: { type: 'point' }, encoding },
    {
      data: { values: [{ zero: 0 }] },
      mark: { type: 'rule', strokeWidth: 1.5 },
      encoding: { y: { field: 'zero', type: 'quantitative' } },
    },
  ];
  return plotOf(op, options, { data: { values }, layer }, { kind: 'points', series: [{ name: '', x, y: left }], x: 'predicted', y: 'true − predicted' }); // prettier-ignore
}

/**
 * How much nearer each sample is to its own group than to the next, group by group and sorted; the dashed line is the mean.
 * @param values (N,) in [−1, 1], as `silhouetteSamples` gives   @param groups (N,)   @throws ShapeError, ValueError   @see Rousseeuw 1987
 * @example silhouette(silhouetteSamples(x, groups), groups)
 */
export function silhouette(values: Series, groups: ArrayLike<string | number>, options: PlotOptions = {}): Plot {
  const op = 'silhouette';
  const widths = numbersOf(op, 'values', values);
  const labels = labelsOf(op, 'groups', groups, widths.length);
  const classes = classesOf(labels);
  const sorted = classes.map((name) => widths.filter((_, i) => labels[i] === name).sort((a, b) => b - a));
  const gap = Math.max(1, Math.round(widths.length / 50));
  const rows: Row[] = [];
  let top = 0;
  sorted.forEach((group, k) => {
    group.forEach((width, i) => rows.push({ from: top + i, to: top + i + 1, width, zero: 0, label: classes[k]! }));
    top += group.length + gap;
  });
  const average = mean(widths);
  const layer: UnitSpec[] = [
    {
      mark: { type: 'rect' },
      encoding: {
        x: { field: 'zero', type: 'quantitative', title: 'silhouette' },
        x2: { field: 'width' },
        y: {
          field: 'from',
          type: 'quantitative',
          title: 'samples by group',
          axis: { labels: false, ticks: false, grid: false },
          scale: { reverse: true, nice: false },
        },
        y2: { field: 'to' },
        color: { field: 'label', type: 'nominal', sort: classes, title: null },
      },
    },
    {
      data: { values: [{ average }] },
      mark: { type: 'rule', strokeDash: [5, 3], strokeWidth: 1.5, color: PALETTE[6] },
      encoding: { x: { field: 'average', type: 'quantitative' } },
    },
  ];
  return plotOf(
    op,
    options,
    { data: { values: rows }, layer },
    { kind: 'bars', labels: classes, values: sorted.map(mean) },
  );
}

function isRoc(curves: RocPoints | Named<RocPoints>): curves is RocPoints {
  return 'falsePositiveRate' in curves && 'truePositiveRate' in curves;
}

function isPrecision(curves: PrecisionRecallPoints | Named<PrecisionRecallPoints>): curves is PrecisionRecallPoints {
  return 'precision' in curves && 'recall' in curves;
}
