/**
 * Tables as aligned text.
 */
import type { Value } from './column.ts';

export function tableText(
  names: readonly string[],
  rows: readonly Readonly<Record<string, Value>>[],
  length: number,
): string {
  const cells = rows.map((row) => names.map((name) => cellText(row[name] ?? null)));
  const widths = names.map((name, j) => Math.max(name.length, ...cells.map((row) => row[j]!.length)));
  const isText = names.map((name) => rows.some((row) => typeof row[name] === 'string'));
  const line = (texts: readonly string[]) =>
    texts.map((text, j) => (isText[j] ? text.padEnd(widths[j]!) : text.padStart(widths[j]!))).join('  ').trimEnd(); // prettier-ignore
  return [line(names), ...cells.map(line), `${length} row${length === 1 ? '' : 's'} × ${names.length}`].join('\n');
}

function cellText(value: Value): string {
  if (value === null) return '·';
  if (typeof value === 'number') return String(Number(value.toPrecision(6)));
  const text = value instanceof Date ? value.toISOString().replace('T00:00:00.000Z', '') : value;
  return text.length > 30 ? `${text.slice(0, 29)}…` : text;
}
