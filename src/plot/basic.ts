/**
 * The everyday charts: lines, points, counts, bars and boxes.
 */
import { raise, ValueError } from '../base/errors.ts';
import { classesOf, countOf, labelsOf, type Named, namedOf, numbersOf, sameLength, type Series } from './numbers.ts';
import { type Plot, type PlotOptions, plotOf } from './plot.ts';
import type { Channel, Encoding, Row, UnitSpec } from './spec.ts';
import { DASHES, PALETTE, SHAPES } from './theme.ts';

export interface AxesOptions extends PlotOptions {
  readonly xLabel?: string;
  readonly yLabel?: string;
  readonly xScale?: 'linear' | 'log';
  readonly yScale?: 'linear' | 'log';
}

export interface LineOptions extends AxesOptions {
  /** Marks each point, too. Default: false. */
  readonly points?: boolean;
}

/**
 * Lines through (xᵢ, yᵢ) in the order given; NaN in y is a gap. Several lines differ by colour and dash.
 * @param x (N,)   @param y (N,), or several of them by name   @throws ShapeError, ValueError
 * @example line([1, 2, 3], { train: [0.9, 0.5, 0.3], test: [1, 0.7, 0.6] }, { xLabel: 'epoch', yLabel: 'loss' })
 */
export function line(x: Series, y: Series | Named<Series>, options: LineOptions = {}): Plot {
  const at = numbersOf('line', 'x', x);
  const series = namedOf('line', 'y', y, at.length, true);
  checkScale('line', 'x', options.xScale, at);
  for (const { values } of series) checkScale('line', 'y', options.yScale, values);
  const values = series.flatMap(({ name, values }) =>
    values.map((value, i): Row => ({ x: at[i]!, y: Number.isNaN(value) ? null : value, series: name, order: i })),
  );
  const encoding = axes(options, {
    order: { field: 'order', type: 'quantitative' },
    ...(isNamed(series) ? seriesChannels(series.map(({ name }) => name)) : {}),
  });
  return plotOf(
    'line',
    options,
    { data: { values }, encoding, layer: [unit({ type: 'line', point: options.points ?? false })] },
    { kind: 'lines', series: series.map(({ name, values: ys }) => ({ name, x: at, y: ys })), ...namesOf(options) },
  );
}

export interface ScatterOptions extends AxesOptions {
  /** A class for each point: colour and form. */
  readonly labels?: ArrayLike<string | number>;
}

/**
 * A point at each (xᵢ, yᵢ).
 * @param x (N,)   @param y (N,)   @throws ShapeError, ValueError
 * @example scatter(petalLength, petalWidth, { labels: species, xLabel: 'petal length / cm' })
 */
export function scatter(x: Series, y: Series, options: ScatterOptions = {}): Plot {
  return points('scatter', numbersOf('scatter', 'x', x), numbersOf('scatter', 'y', y), options);
}

/** Points with classes, for the charts that are made of them. */
export function points(op: string, x: readonly number[], y: readonly number[], options: ScatterOptions): Plot {
  sameLength(op, 'y', y.length, x.length);
  checkScale(op, 'x', options.xScale, x);
  checkScale(op, 'y', options.yScale, y);
  const labels = options.labels && labelsOf(op, 'labels', options.labels, x.length);
  const classes = labels === undefined ? [''] : classesOf(labels);
  const values = x.map((at, i): Row => ({ x: at, y: y[i]!, label: labels?.[i] ?? '' }));
  const encoding = axes(options, labels === undefined ? {} : classChannels(classes));
  const sketch = classes.map((name) => {
    const members = x.flatMap((_, i) => (labels === undefined || labels[i] === name ? [i] : []));
    return { name, x: members.map((i) => x[i]!), y: members.map((i) => y[i]!) };
  });
  return plotOf(
    op,
    options,
    { data: { values }, encoding, layer: [unit({ type: 'point' })] },
    { kind: 'points', series: sketch, ...namesOf(options) },
  );
}

export interface HistogramOptions extends PlotOptions {
  /** How many, or their edges. Default: the larger of Sturges' and Freedman and Diaconis' number, as NumPy's 'auto'. */
  readonly bins?: number | readonly number[];
  readonly xLabel?: string;
  readonly yLabel?: string;
}

/**
 * How many values lie in each bin [eᵢ, eᵢ₊₁); the last bin has its upper edge, too.
 * @param values (N,)   @throws ShapeError, ValueError   @example histogram(residuals, { bins: 20 })
 */
export function histogram(values: Series, options: HistogramOptions = {}): Plot {
  const { xLabel = 'value', yLabel = 'count' } = options;
  const numbers = numbersOf('histogram', 'values', values);
  const edges = edgesOf(numbers, options.bins);
  const counts = new Array<number>(edges.length - 1).fill(0);
  for (const value of numbers) {
    if (value < edges[0]! || value > edges.at(-1)!) continue;
    let bin = 0;
    while (bin < counts.length - 1 && value >= edges[bin + 1]!) bin++;
    counts[bin]!++;
  }
  const rows = counts.map((count, i): Row => ({ from: edges[i]!, to: edges[i + 1]!, count, zero: 0 }));
  const encoding: Encoding = {
    x: { field: 'from', type: 'quantitative', title: xLabel, scale: { zero: false, nice: false } },
    x2: { field: 'to' },
    y: { field: 'count', type: 'quantitative', title: yLabel },
    y2: { field: 'zero' },
  };
  const texts = counts.map((_, i) => `${Number(edges[i]!.toPrecision(3))} …`);
  return plotOf(
    'histogram',
    options,
    {
      data: { values: rows },
      encoding,
      layer: [unit({ type: 'rect', binSpacing: 0, stroke: 'white', strokeWidth: 0.5 })],
    },
    { kind: 'bars', labels: texts, values: counts },
  );
}

export interface BarOptions extends PlotOptions {
  /** Names to the left, bars to the right: for long names. Default: false. */
  readonly horizontal?: boolean;
  /** Half the length of a whisker for each bar, in the values' unit. */
  readonly errors?: Series;
  readonly xLabel?: string;
  readonly yLabel?: string;
}

/**
 * A bar for each label, in the order given, from zero.
 * @param values (N,)   @throws ShapeError, ValueError; ValueError for a label that comes twice
 * @example bar(['ridge', 'forest'], [0.71, 0.84], { yLabel: 'R²' })
 */
export function bar(labels: ArrayLike<string | number>, values: Series, options: BarOptions = {}): Plot {
  const { horizontal = false, xLabel = '', yLabel = '' } = options;
  const numbers = numbersOf('bar', 'values', values);
  const names = labelsOf('bar', 'labels', labels, numbers.length);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) raise(new ValueError(`bar: the label '${twice}' comes twice; each bar needs its own`));
  const errors = options.errors && numbersOf('bar', 'errors', options.errors);
  if (errors) sameLength('bar', 'errors', errors.length, numbers.length);
  const rows = numbers.map((value, i): Row => {
    const error = errors?.[i] ?? 0;
    return { label: names[i]!, value, low: value - error, high: value + error };
  });
  const label: Channel = {
    field: 'label',
    type: 'nominal',
    sort: null,
    title: (horizontal ? yLabel : xLabel) || null,
    axis: horizontal ? { labelLimit: 240, ticks: false } : { labelAngle: names.length > 8 ? -45 : 0, ticks: false },
  };
  const value: Channel = { field: 'value', type: 'quantitative', title: (horizontal ? xLabel : yLabel) || null };
  const low: Channel = { ...value, field: 'low' };
  const high: Channel = { field: 'high' };
  const layer: UnitSpec[] = [
    { mark: { type: 'bar' }, encoding: horizontal ? { x: value, y: label } : { x: label, y: value } },
  ];
  if (errors)
    layer.push({
      mark: { type: 'rule', strokeWidth: 1.5 },
      encoding: horizontal ? { y: label, x: low, x2: high } : { x: label, y: low, y2: high },
    });
  const size = horizontal ? { height: Math.max(60, names.length * 24) } : {};
  return plotOf(
    'bar',
    options,
    { data: { values: rows }, layer, ...size },
    { kind: 'bars', labels: names, values: numbers },
  );
}

/**
 * Boxes from the first to the third quartile with the median within, whiskers to the last values within 1.5 of the boxes' height,
 * and points beyond.
 * @param groups values by the name of their group   @throws ShapeError, ValueError   @see Tukey 1977
 * @example box({ ridge: ridgeScores, forest: forestScores }, { yLabel: 'R²' })
 */
export function box(groups: Named<Series>, options: { readonly yLabel?: string } & PlotOptions = {}): Plot {
  const series = namedOf('box', 'groups', groups);
  const values = series.flatMap(({ name, values: own }) => own.map((value): Row => ({ group: name, value })));
  const encoding: Encoding = {
    x: {
      field: 'group',
      type: 'nominal',
      sort: series.map(({ name }) => name),
      title: null,
      axis: { labelAngle: 0, ticks: false },
    },
    y: { field: 'value', type: 'quantitative', title: options.yLabel ?? 'value', scale: { zero: false } },
  };
  const lines = series.map(({ name, values: own }) => {
    const sorted = [...own].sort((a, b) => a - b);
    const marks = [0, 0.25, 0.5, 0.75, 1].map((q) => Number(quantile(sorted, q).toPrecision(3)));
    return `${name}: ${marks[0]} ├─[${marks[1]} │ ${marks[2]} │ ${marks[3]}]─┤ ${marks[4]}`;
  });
  return plotOf(
    'box',
    options,
    { data: { values }, encoding, layer: [unit({ type: 'boxplot', size: 36 })] },
    { kind: 'outline', lines },
  );
}

/** A layer of the chart's own data and places. */
export function unit(mark: UnitSpec['mark']): UnitSpec {
  return { mark, encoding: {} };
}

/** Two axes of numbers. */
export function axes(options: AxesOptions, rest: Encoding = {}): Encoding {
  const channel = (field: string, title: string | undefined, scale: 'linear' | 'log' | undefined): Channel => ({
    field,
    type: 'quantitative',
    title: title ?? field,
    scale: scale === 'log' ? { type: 'log' } : { zero: false },
  });
  return { x: channel('x', options.xLabel, options.xScale), y: channel('y', options.yLabel, options.yScale), ...rest };
}

/** Colour and dash for the lines of several series. */
export function seriesChannels(names: readonly string[]): Encoding {
  const range = names.map((_, i) => partner(DASHES, i));
  return {
    color: { field: 'series', type: 'nominal', sort: names, title: null },
    strokeDash: { field: 'series', type: 'nominal', sort: names, title: null, scale: { domain: names, range } },
  };
}

/** Colour and form for the points of several classes. */
export function classChannels(classes: readonly string[]): Encoding {
  const range = classes.map((_, i) => partner(SHAPES, i));
  return {
    color: { field: 'label', type: 'nominal', sort: classes, title: null, scale: { domain: classes } },
    shape: { field: 'label', type: 'nominal', sort: classes, title: null, scale: { domain: classes, range } },
  };
}

/** What goes with colour i: when the colours begin again, each meets another partner. */
function partner<T>(partners: readonly T[], i: number): T {
  return partners[(i + Math.floor(i / PALETTE.length)) % partners.length]!;
}

function namesOf({ xLabel, yLabel }: AxesOptions) {
  return { ...(xLabel === undefined ? {} : { x: xLabel }), ...(yLabel === undefined ? {} : { y: yLabel }) };
}

function isNamed(series: readonly { readonly name: string }[]): boolean {
  return series.length > 1 || series[0]!.name !== '';
}

function checkScale(op: string, axis: string, scale: 'linear' | 'log' | undefined, values: readonly number[]): void {
  const place = scale === 'log' ? values.findIndex((value) => value <= 0) : -1;
  if (place >= 0)
    raise(new ValueError(`${op}: ${axis} has ${values[place]} at ${place}; a log scale has only positive numbers`));
}

function edgesOf(values: readonly number[], bins: number | readonly number[] | undefined): readonly number[] {
  if (typeof bins === 'object') {
    if (bins.length < 2 || bins.some((edge, i) => !Number.isFinite(edge) || (i > 0 && edge <= bins[i - 1]!)))
      raise(
        new ValueError(`histogram: edges must be two or more finite numbers that rise. Received: ${bins.join(', ')}`),
      );
    return bins;
  }
  const sorted = [...values].sort((a, b) => a - b);
  let [low, high] = [sorted[0]!, sorted.at(-1)!];
  if (low === high) [low, high] = [low - 0.5, high + 0.5];
  const count = bins === undefined ? autoBins(sorted, high - low) : countOf('histogram', 'bins', bins);
  return Array.from({ length: count + 1 }, (_, i) => low + ((high - low) * i) / count);
}

function autoBins(sorted: readonly number[], range: number): number {
  const sturges = Math.ceil(Math.log2(sorted.length) + 1);
  const spread = quantile(sorted, 0.75) - quantile(sorted, 0.25);
  const freedman = spread === 0 ? 0 : Math.ceil((range * Math.cbrt(sorted.length)) / (2 * spread));
  return Math.min(200, Math.max(sturges, freedman));
}

function quantile(sorted: readonly number[], q: number): number {
  const place = q * (sorted.length - 1);
  const below = Math.floor(place);
  const low = sorted[below]!;
  return low + (place - below) * ((sorted[below + 1] ?? low) - low);
}
