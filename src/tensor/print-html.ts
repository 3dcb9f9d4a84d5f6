/**
 * Tensors as HTML tables, for notebooks. Only numbers and our own words go in, so nothing needs escaping.
 */
import { sizeOf, stridesOf } from '../base/shape.ts';
import { indicesShown, type Layout, placesShown } from './print.ts';

/**
 * A vector is a row, a matrix a table; further axes are tables one under the other, each with its indices above.
 * @param name what stands above them: the dtype and kind   @example htmlOf(layoutOf(elements, [2], 'float32'), 'Tensor (2,) float32')
 */
export function htmlOf({ shape, edge, word }: Layout, name: string): string {
  const caption = `<div><code>${name}</code></div>`;
  if (sizeOf(shape) === 0) return caption;
  const [columns = 1, rows = 1] = shape.toReversed();
  const row = (i: number | undefined, offset: number): string =>
    placesShown(columns, edge)
      .map((j) => (i === undefined || j === undefined ? '⋯' : word(offset + i * columns + j).trim()))
      .map((text) => `<td style="text-align:right">${text}</td>`)
      .join('');
  const table = (offset: number): string =>
    `<table>${placesShown(rows, edge)
      .map((i) => `<tr>${row(i, offset)}</tr>`)
      .join('')}</table>`;
  const leading = shape.slice(0, -2);
  if (leading.length === 0) return caption + table(0);
  const strides = stridesOf(leading);
  const places = indicesShown(leading, edge);
  const tables = places.map((place) => {
    const indices = leading.map((n, axis) => Math.floor(place / strides[axis]!) % n);
    return `<div><code>[${indices.join(', ')}]</code></div>${table(place * rows * columns)}`;
  });
  return caption + tables.join('') + (places.length < sizeOf(leading) ? '<div>⋯</div>' : '');
}
