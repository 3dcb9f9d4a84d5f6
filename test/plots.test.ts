/**
 * The charts of the gallery, drawn again, are the stored pictures, which people have looked at. After a change that is meant:
 * `npx tsx examples/plots/gallery.ts`, and look at what has changed.
 */
import { readFile } from 'node:fs/promises';
import { beforeAll, expect, it } from 'vitest';
import { charts } from '../examples/plots/charts.ts';
import { device } from '../src/index.ts';

beforeAll(() => {
  device('reference');
});

const NUMBER = /-?\d+(?:\.\d+)?(?:e-?\d+)?/g;
/** Pixels, and parts of 255: devices and versions of Node differ in the last digits of what is drawn. */
const TOLERANCE = 1;

it.each(charts)('$name looks as stored, light and dark', async ({ name, draw }) => {
  const plot = draw();
  for (const theme of ['light', 'dark'] as const) {
    const stored = await readFile(new URL(`../docs/plots/${name}${theme === 'dark' ? '-dark' : ''}.svg`, import.meta.url), 'utf8'); // prettier-ignore
    const drawn = await plot.toSvg({ theme });
    expect(drawn.replace(NUMBER, '#')).toBe(stored.replace(NUMBER, '#'));
    const [want, got] = [stored, drawn].map((svg) => (svg.match(NUMBER) ?? []).map(Number));
    const furthest = got!.reduce((most, x, i) => Math.max(most, Math.abs(x - want![i]!)), 0);
    expect(furthest).toBeLessThanOrEqual(TOLERANCE);
  }
});
