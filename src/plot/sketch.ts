/**
 * Charts of characters: what a terminal shows of a chart. Places, bars, shades and outlines are all there is.
 */

export interface SketchSeries {
  readonly name: string;
  readonly x: readonly number[];
  readonly y: readonly number[];
}

export type Sketch =
  | { readonly kind: 'points' | 'lines'; readonly series: readonly SketchSeries[]; readonly x?: string; readonly y?: string } // prettier-ignore
  | { readonly kind: 'bars'; readonly labels: readonly string[]; readonly values: readonly number[] }
  | {
      readonly kind: 'grid';
      readonly rows: readonly (readonly number[])[];
      readonly rowLabels?: readonly string[];
      readonly columnLabels?: readonly string[];
    }
  | { readonly kind: 'outline'; readonly lines: readonly string[] };

const MARKERS = ['•', '×', '+', 'o', '#', '*', '@'] as const;
const SHADES = [' ', '░', '▒', '▓', '█'] as const;
const HEIGHT = 15;

export function sketchText(sketch: Sketch, width: number): string {
  switch (sketch.kind) {
    case 'points':
    case 'lines':
      return canvasText(sketch.series, sketch.kind === 'lines', width, sketch.x, sketch.y);
    case 'bars':
      return barsText(sketch.labels, sketch.values, width);
    case 'grid':
      return gridText(sketch, width);
    case 'outline':
      return sketch.lines.map((line) => clip(line, width)).join('\n');
  }
}

function canvasText(series: readonly SketchSeries[], joined: boolean, width: number, xName = '', yName = ''): string {
  const [left, right] = rangeOf(series.flatMap(({ x }) => x));
  const [low, high] = rangeOf(series.flatMap(({ y }) => y));
  const marks = [high, (low + high) / 2, low].map(short);
  const margin = Math.max(...marks.map((mark) => mark.length));
  const columns = width - margin - 2;
  const cells = Array.from({ length: HEIGHT }, () => new Array<string>(columns).fill(' '));
  const column = (x: number) => Math.round(((x - left) / (right - left)) * (columns - 1));
  const row = (y: number) => Math.round(((high - y) / (high - low)) * (HEIGHT - 1));
  series.forEach(({ x, y }, k) => {
    const marker = MARKERS[k % MARKERS.length]!;
    x.forEach((xi, i) => {
      const yi = y[i]!;
      if (Number.isNaN(yi)) return;
      cells[row(yi)]![column(xi)] = marker;
      const [next, nextY] = [x[i + 1], y[i + 1]];
      if (!joined || next === undefined || nextY === undefined || Number.isNaN(nextY)) return;
      const steps = Math.max(Math.abs(column(next) - column(xi)), Math.abs(row(nextY) - row(yi)));
      for (let s = 1; s < steps; s++)
        cells[row(yi + ((nextY - yi) * s) / steps)]![column(xi + ((next - xi) * s) / steps)] = marker;
    });
  });
  const markAt = new Map([[0, marks[0]], [(HEIGHT - 1) / 2, marks[1]], [HEIGHT - 1, marks[2]]]); // prettier-ignore
  const lines = cells.map((line, i) => `${(markAt.get(i) ?? '').padStart(margin)} │${line.join('')}`.trimEnd());
  const end = short(right);
  const named = series.flatMap(({ name }, k) => (name === '' ? [] : [`${MARKERS[k % MARKERS.length]} ${name}`]));
  return [
    ...(yName === '' ? [] : [yName]),
    ...lines,
    `${' '.repeat(margin)} └${'─'.repeat(columns)}`,
    `${' '.repeat(margin + 2)}${short(left).padEnd(columns - end.length)}${end}${xName === '' ? '' : `  ${xName}`}`,
    ...(named.length === 0 ? [] : [named.join('   ')]),
  ].join('\n');
}

function barsText(labels: readonly string[], values: readonly number[], width: number): string {
  const marks = values.map(short);
  const margin = Math.min(Math.floor(width / 3), Math.max(...labels.map((label) => label.length)));
  const room = Math.max(4, width - margin - 2 - Math.max(...marks.map((mark) => mark.length)));
  const most = values.reduce((top, value) => Math.max(top, Math.abs(value)), 0);
  return labels
    .map((label, i) => {
      const eighths = most === 0 ? 0 : Math.round((Math.abs(values[i]!) / most) * room * 8);
      const part = eighths % 8 === 0 ? '' : String.fromCodePoint(0x2590 - (eighths % 8));
      return `${clip(label, margin).padStart(margin)} ${'█'.repeat(Math.floor(eighths / 8))}${part} ${marks[i]}`;
    })
    .join('\n');
}

function gridText(sketch: Extract<Sketch, { kind: 'grid' }>, width: number): string {
  const { rows, rowLabels, columnLabels } = sketch;
  const columns = rows[0]?.length ?? 0;
  const texts = rows.map((row) => row.map(short));
  const cell = Math.max(...texts.flat().map((text) => text.length), ...(columnLabels ?? []).map((text) => text.length));
  const margin = Math.max(0, ...(rowLabels ?? []).map((label) => label.length));
  if (margin + columns * (cell + 1) <= width) {
    const head = columnLabels?.map((label) => ` ${label.padStart(cell)}`).join('');
    const body = texts.map(
      (row, i) => `${(rowLabels?.[i] ?? '').padStart(margin)}${row.map((text) => ` ${text.padStart(cell)}`).join('')}`,
    );
    return [...(head === undefined ? [] : [' '.repeat(margin) + head]), ...body].join('\n');
  }
  const all = rows.flat();
  const [low, high] = rangeOf(all);
  const across = Math.min(columns, width);
  const down = Math.min(rows.length, Math.max(1, Math.round((across * rows.length) / columns / 2)));
  const shade = (i: number, j: number) => {
    const value = rows[Math.floor((i * rows.length) / down)]![Math.floor((j * columns) / across)]!;
    return SHADES[Math.min(4, Math.floor(((value - low) / (high - low)) * 5))];
  };
  const picture = Array.from({ length: down }, (_, i) =>
    Array.from({ length: across }, (_, j) => shade(i, j)).join(''),
  );
  return [...picture, `${SHADES[0]}=${short(low)} … ${SHADES[4]}=${short(high)}`].join('\n');
}

/** Least and greatest, a little apart where they are one. */
function rangeOf(values: readonly number[]): readonly [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (low > high) return [0, 1];
  return low === high ? [low - 0.5, high + 0.5] : [low, high];
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}

function clip(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(1, width - 1))}…`;
}
