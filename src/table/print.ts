/**
 * Tables as aligned text, and as HTML.
 */
import type { TableRow, Value } from './schema.ts';

export function tableText(names: readonly string[], rows: readonly TableRow[], length: number): string {
  const cells = rows.map((row) => names.map((name) => cellText(row[name] ?? null)));
  const widths = names.map((name, j) => Math.max(name.length, ...cells.map((row) => row[j]!.length)));
  const isText = names.map((name) => holdsTexts(rows, name));
  const line = (texts: readonly string[]) =>
    texts.map((text, j) => (isText[j] ? text.padEnd(widths[j]!) : text.padStart(widths[j]!))).join('  ').trimEnd(); // prettier-ignore
  return [line(names), ...cells.map(line), sizeText(names, length)].join('\n');
}

export function tableHTML(names: readonly string[], rows: readonly TableRow[], length: number): string {
  const align = names.map((name) => ` style="text-align:${holdsTexts(rows, name) ? 'left' : 'right'}"`);
  const line = (tag: string, texts: readonly string[]): string =>
    `<tr>${texts.map((text, j) => `<${tag}${align[j]}>${escaped(text)}</${tag}>`).join('')}</tr>`;
  const body = rows.map((row) => line('td', names.map((name) => cellText(row[name] ?? null)))); // prettier-ignore
  return `<table>${line('th', names)}${body.join('')}</table><div>${sizeText(names, length)}</div>`;
}

function sizeText(names: readonly string[], length: number): string {
  return `${length} row${length === 1 ? '' : 's'} × ${names.length}`;
}

function holdsTexts(rows: readonly TableRow[], name: string): boolean {
  return rows.some((row) => typeof row[name] === 'string');
}

function cellText(value: Value): string {
  if (value === null) return '·';
  if (typeof value === 'number') return String(Number.isSafeInteger(value) ? value : Number(value.toPrecision(6)));
  const text = value instanceof Date ? value.toISOString().replace('T00:00:00.000Z', '') : value;
  return text.length > 30 ? `${text.slice(0, 29)}…` : text;
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);
}
