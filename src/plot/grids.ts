/**
 * Charts of a grid of numbers: heat maps and confusion matrices.
 */
import { raise, ShapeError, ValueError } from '../base/errors.ts';
import { type Grid, labelsOf, rowsOf } from './numbers.ts';
import { type Plot, type PlotOptions, plotOf } from './plot.ts';
import type { Channel, Row, UnitSpec } from './spec.ts';
import { SCHEMES } from './theme.ts';

export interface HeatMapOptions extends PlotOptions {
  readonly rows?: ArrayLike<string | number>;
  readonly columns?: ArrayLike<string | number>;
  readonly xLabel?: string;
  readonly yLabel?: string;
  /** Writes the numbers into the cells. Default: where there are at most 144 cells. */
  readonly annotate?: boolean;
  /** 'diverging' puts 0 in the middle: for correlations and weights. Default: 'sequential'. */
  readonly scheme?: 'sequential' | 'diverging';
}

/**
 * A grid of numbers as colours; row 0 is at the top.
 * @param grid (R, C)   @throws ShapeError, ValueError
 * @example heatMap(correlations, { rows: names, columns: names, scheme: 'diverging' })
 */
export function heatMap(grid: Grid, options: HeatMapOptions = {}): Plot {
  return cells('heatMap', rowsOf('heatMap', 'grid', grid), options, short);
}

/** What `confusionMatrix` of fathom/ml gives. */
export interface ConfusionCounts {
  readonly labels: readonly (string | number | boolean)[];
  readonly counts: { readonly rows: number; row(i: number): ArrayLike<number> };
}

export interface ConfusionPlotOptions extends PlotOptions {
  /** Of the classes. Default: those of the counts, else 0, 1, … */
  readonly labels?: ArrayLike<string | number>;
  /** 'true': each row as shares of 1. Default: counts. */
  readonly normalize?: 'true';
}

/**
 * How often what is class i (row) was taken for class j (column).
 * @param confusion (K, K) counts, or what `confusionMatrix` of fathom/ml gives   @throws ShapeError if it is not square, ValueError
 * @example confusionMatrix([[50, 2], [3, 45]], { labels: ['ham', 'spam'] })
 */
export function confusionMatrix(confusion: Grid | ConfusionCounts, options: ConfusionPlotOptions = {}): Plot {
  const op = 'confusionMatrix';
  const isCounts = 'counts' in confusion;
  const counts = isCounts
    ? rowsOf(
        op,
        'counts',
        Array.from({ length: confusion.counts.rows }, (_, i) => confusion.counts.row(i)),
      )
    : rowsOf(op, 'counts', confusion);
  if (counts[0]!.length !== counts.length)
    raise(new ShapeError(`${op}: counts must be square. Received: (${counts.length}, ${counts[0]!.length})`));
  if (counts.some((row) => row.some((count) => count < 0))) raise(new ValueError(`${op}: counts must not be negative`));
  const labels = options.labels ?? (isCounts ? confusion.labels.map(String) : counts.map((_, i) => i));
  const names = labelsOf(op, 'labels', labels, counts.length);
  const rows =
    options.normalize === undefined
      ? counts
      : counts.map((row) => {
          const sum = row.reduce((a, b) => a + b, 0);
          return row.map((count) => (sum === 0 ? 0 : count / sum));
        });
  const size = Math.min(420, Math.max(160, 46 * names.length));
  return cells(
    op,
    rows,
    { width: size, height: size, ...options, rows: names, columns: names, xLabel: 'predicted', yLabel: 'true' },
    options.normalize === undefined ? short : (value) => value.toFixed(2),
  );
}

function cells(
  op: string,
  grid: readonly (readonly number[])[],
  options: HeatMapOptions,
  format: (value: number) => string,
): Plot {
  const width = grid[0]!.length;
  const { annotate = grid.length * width <= 144, scheme = 'sequential' } = options;
  const rowNames = options.rows && labelsOf(op, 'rows', options.rows, grid.length);
  const columnNames = options.columns && labelsOf(op, 'columns', options.columns, width);
  const all = grid.flat();
  const low = all.reduce((a, b) => Math.min(a, b));
  const high = all.reduce((a, b) => Math.max(a, b));
  const far = Math.max(Math.abs(low), Math.abs(high));
  const values = grid.flatMap((row, i) =>
    row.map((value, j): Row => ({ row: i, column: j, value, text: format(value) })),
  );
  // Places by number, so that two rows may have one name; the names are put on by the axis.
  const place = (
    field: string,
    count: number,
    names: readonly string[] | undefined,
    title = '',
    angle = 0,
  ): Channel => ({
    field,
    type: 'ordinal',
    title: title || null,
    axis: {
      labelAngle: angle,
      ticks: false,
      domain: false,
      labelOverlap: names === undefined,
      ...(names === undefined
        ? count > 40
          ? { labels: false }
          : {}
        : { labelExpr: `${JSON.stringify(names)}[datum.value]` }),
    },
    scale: { paddingInner: 0 },
  });
  const size = {
    width: options.width ?? Math.min(560, Math.max(200, 36 * width)),
    height: options.height ?? Math.min(560, Math.max(120, 30 * grid.length)),
  };
  // A letter is about 7 pixels wide; names that are wider than a cell lean.
  const isWide = columnNames?.some((name) => 7 * name.length > size.width / width) ?? false;
  const encoding = {
    x: place('column', width, columnNames, options.xLabel, isWide ? -45 : 0),
    y: place('row', grid.length, rowNames, options.yLabel),
  };
  const color: Channel = {
    field: 'value',
    type: 'quantitative',
    title: null,
    scale: scale(scheme, low, high, far),
  };
  // Viridis is dark below, the diverging colours are dark at both ends.
  const middle = (low + high) / 2;
  const dark = scheme === 'sequential' ? `datum.value < ${middle}` : `abs(datum.value) > ${0.6 * far}`;
  const layer: UnitSpec[] = [{ mark: { type: 'rect' }, encoding: { color } }];
  if (annotate)
    layer.push({
      mark: { type: 'text', fontSize: 11 },
      encoding: { text: { field: 'text' }, color: { value: '#000000', condition: { test: dark, value: '#FFFFFF' } } },
    });
  return plotOf(
    op,
    options.title === undefined ? {} : { title: options.title },
    { data: { values }, encoding, layer, ...size },
    {
      kind: 'grid',
      rows: grid,
      ...(rowNames === undefined ? {} : { rowLabels: rowNames }),
      ...(columnNames === undefined ? {} : { columnLabels: columnNames }),
    },
  );
}

function scale(
  scheme: 'sequential' | 'diverging',
  low: number,
  high: number,
  far: number,
): NonNullable<Channel['scale']> {
  if (scheme === 'sequential')
    return { scheme: SCHEMES.sequential, domain: low === high ? [low - 0.5, high + 0.5] : [low, high] };
  return { scheme: SCHEMES.diverging, domain: far === 0 ? [-1, 1] : [-far, far] };
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
