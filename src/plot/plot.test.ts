import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as plots from './index.ts';
import { BACKGROUNDS } from './theme.ts';
import { contour } from './surfaces.ts';
import { storedPng } from './png.ts';

const x = [1, 2, 3, 4, 5, 6];
const y = [2, 1, 4, 3, 6, 5];
const labels = ['a', 'b', 'a', 'b', 'a', 'c'];
const samples = x.map((at, i) => [at, y[i]!]);

/** Each kind of chart, how many marks of a class its drawing has, and texts that must be in it. */
const charts: readonly (readonly [string, plots.Plot, Readonly<Record<string, number>>, readonly string[]])[] = [
  ['line', plots.line(x, { train: y, test: x }, { title: 'Loss', xLabel: 'epoch' }), { 'mark-line': 2 }, ['Loss', 'epoch', 'train', 'test']],
  ['line with a gap', plots.line([1, 2, 3, 4], [1, 2, NaN, 3], { points: true }), { 'mark-line': 1, 'mark-symbol': 3 }, ['x', 'y']],
  ['scatter', plots.scatter(x, y, { labels }), { 'mark-symbol': 6 }, ['a', 'b', 'c']],
  ['histogram', plots.histogram([1, 1, 2, 5], { bins: 4 }), { 'mark-rect': 4 }, ['count', 'value']],
  ['bar', plots.bar(['p', 'q'], [1, 2], { errors: [0.1, 0.2], yLabel: 'R²' }), { 'mark-rect': 2, 'mark-rule': 2 }, ['p', 'q', 'R²']],
  ['box', plots.box({ one: [1, 2, 3, 4, 100], two: y }, { yLabel: 'score' }), { 'mark-symbol': 1 }, ['one', 'two', 'score']],
  ['heatMap', plots.heatMap([[1, -0.5], [0.25, 1]], { rows: ['r', 's'], columns: ['same', 'same'], scheme: 'diverging' }), { 'mark-rect': 4, 'mark-text': 4 }, ['0.25', 'r', 's', 'same']],
  ['confusionMatrix', plots.confusionMatrix([[50, 2], [3, 45]], { labels: ['ham', 'spam'] }), { 'mark-rect': 4, 'mark-text': 4 }, ['50', '45', 'ham', 'predicted', 'true']],
  ['rocCurve', plots.rocCurve({ m: { falsePositiveRate: [0, 0, 1], truePositiveRate: [0, 0.5, 1] }, k: { falsePositiveRate: [0, 1], truePositiveRate: [0, 1] } }), { 'mark-line': 2, 'mark-rule': 1 }, ['m, area 0.750', 'k, area 0.500', 'false positive rate']],
  ['precisionRecallCurve', plots.precisionRecallCurve({ precision: [0.5, 1, 1], recall: [1, 0.5, 0] }), { 'mark-line': 1 }, ['AP 0.750', 'recall', 'precision']],
  ['learningCurve', plots.learningCurve([10, 20], { train: [[1, 1], [0.9, 1]], test: [[0.5, 0.7], [0.8, 0.9]] }), { 'mark-line': 2, 'mark-area': 2, 'mark-symbol': 4 }, ['train', 'test', 'training samples']],
  ['residuals', plots.residuals(x, y), { 'mark-symbol': 6, 'mark-rule': 1 }, ['predicted']],
  ['silhouette', plots.silhouette([0.5, 0.6, -0.1, 0.4, 0.3, 0.2], labels), { 'mark-rect': 6, 'mark-rule': 1 }, ['silhouette', 'a', 'b', 'c']],
  ['decisionBoundary', plots.decisionBoundary(samples, (all) => all.map(([a]) => (a! > 3 ? 'b' : 'a')), { labels, resolution: 10 }), { 'mark-rect': 20, 'mark-symbol': 6 }, ['a', 'b', 'c']],
  ['imageGrid', plots.imageGrid({ shape: [3, 2, 2], data: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11] }, { labels: ['u', 'v', 'w'] }), { 'mark-image': 3, 'mark-text': 3 }, ['u', 'v', 'w']],
  ['featureImportance', plots.featureImportance(['low', 'high', 'none'], [0.1, 0.7, 0], { top: 2 }), { 'mark-rect': 2 }, ['high', 'low', 'importance']],
  ['embedding', plots.embedding(samples, { labels, dimensions: ['PC 1', 'PC 2'] }), { 'mark-symbol': 6 }, ['PC 1', 'PC 2']],
  ['dendrogram', plots.dendrogram([[0, 1], [2, 3]], [0.5, 2], { labels: ['u', 'v', 'w'] }), { 'mark-rule': 6, 'mark-text': 3 }, ['u', 'v', 'w', 'distance']],
  ['treeDiagram', plots.treeDiagram({ label: 'root', children: [{ label: 'left', edge: 'yes' }, { label: 'right', edge: 'no' }] }), { 'mark-rect': 3, 'mark-rule': 2, 'mark-text': 5 }, ['root', 'left', 'right', 'yes', 'no']],
  ['lossSurface', plots.lossSurface([0, 1, 2], [0, 1], [[0, 1, 2], [0, 1, 2]], { levels: 1, path: [[0, 0], [2, 1]] }), { 'mark-rect': 6, 'mark-line': 1, 'mark-rule': 1 }, ['x', 'y']],
]; // prettier-ignore

/** sRGB as light. */
function linear(color: string): number[] {
  const parts = [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16) / 255);
  return parts.map((x) => (x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4));
}

/** Light as CIELAB, by which equal distances look equal. */
function lab(light: readonly number[]): number[] {
  const [r, g, b] = light.map((x) => Math.min(1, Math.max(0, x))) as [number, number, number];
  const f = (t: number) => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116);
  const x = f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047);
  const y = f(0.2126 * r + 0.7152 * g + 0.0722 * b);
  const z = f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

/** How many marks of a class an SVG has, those of axes and legends left out. A line is one mark, however many points it has. */
function marksOf(svg: string, kind: string): number {
  const groups = svg.match(new RegExp(`<g class="${kind} role-mark[^>]*>(.*?)</g>`, 'gs')) ?? [];
  return groups.reduce((sum, group) => sum + (group.match(/<(path|text|image|line) /g) ?? []).length, 0);
}

describe('every chart', () => {
  it.each(charts)('%s is drawn with its marks and texts, light and dark', async (_, plot, marks, texts) => {
    const svg = await plot.toSvg();
    for (const [kind, count] of Object.entries(marks)) expect([kind, marksOf(svg, kind)]).toEqual([kind, count]);
    for (const text of texts) expect(svg).toContain(`>${text}<`);
    expect(svg).not.toMatch(/NaN|undefined/);
    expect(svg).toContain(BACKGROUNDS.light);
    expect(await plot.toSvg({ theme: 'dark' })).toContain(BACKGROUNDS.dark);
    expect(plot.toText(50)).not.toMatch(/NaN|undefined/);
    expect(JSON.parse(JSON.stringify(plot.spec))).toEqual(plot.spec);
  });
});

describe('a chart', () => {
  const plot = plots.bar(['one', 'two'], [1, 2], { title: '<Bars> & more' });

  it('is saved by the ending of its path', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'fathom-'));
    try {
      await plot.save(join(folder, 'a.svg'));
      await plot.save(join(folder, 'a.png'), { scale: 1 });
      await plot.save(join(folder, 'a.html'));
      expect(await readFile(join(folder, 'a.svg'), 'utf8')).toMatch(/^<svg/);
      expect([...(await readFile(join(folder, 'a.png'))).subarray(0, 4)]).toEqual([137, 80, 78, 71]);
      const page = await readFile(join(folder, 'a.html'), 'utf8');
      expect(page).toContain('<title>&lt;Bars&gt; &amp; more</title>');
      expect(page).toContain('prefers-color-scheme:dark');
      expect(page).not.toContain('"title":"<Bars>');
      await expect(plot.save(join(folder, 'a.gif'))).rejects.toThrow('must end in .svg, .png or .html');
      await expect(plot.save(join(folder, 'no/a.svg'))).rejects.toThrow('there is no folder');
      expect(existsSync(join(folder, 'a.gif'))).toBe(false);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('shows itself in notebooks in three forms', async () => {
    const display: unknown = Reflect.get(plot, Symbol.for('Jupyter.display'));
    if (typeof display !== 'function') throw new Error('no display');
    const bundle: unknown = await display.call(plot);
    expect(bundle).toMatchObject({
      'application/vnd.vegalite.v5+json': { title: '<Bars> & more' },
      'image/svg+xml': expect.stringContaining('<svg'),
      'text/plain': expect.stringContaining('█'),
    });
  });

  it('is printed as characters', () => {
    expect(plot.toText(24)).toBe('<Bars> & more\none █████████ 1\ntwo ██████████████████ 2');
    const text = plots.line([0, 1], { up: [0, 1], down: [1, 0] }).toText(30);
    expect(text.split('\n')).toHaveLength(18);
    expect(text).toContain('• up   × down');
    expect(() => plot.toText(5)).toThrow('at least 20');
  });
});

describe('the theme', () => {
  const light = (hex: string) => {
    const [r, g, b] = linear(hex) as [number, number, number];
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };

  it('has colours with a contrast of 3 or more to both backgrounds, and a dash and a form for each', () => {
    for (const background of Object.values(BACKGROUNDS))
      for (const colour of plots.PALETTE) {
        const [a, b] = [light(colour), light(background)];
        expect((Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)).toBeGreaterThanOrEqual(3);
      }
    expect([plots.DASHES.length, plots.SHAPES.length]).toEqual([plots.PALETTE.length, plots.PALETTE.length]);
  });
});

describe('the parts', () => {
  it('has colours that stay apart without the cones for red, green or blue', () => {
    // Machado, Oliveira and Fernandes 2009, at full severity, on linear light.
    const eyes: Readonly<Record<string, readonly number[]>> = {
      full: [1, 0, 0, 0, 1, 0, 0, 0, 1],
      protan: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
      deutan: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
      tritan: [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039],
    };
    for (const [eye, m] of Object.entries(eyes)) {
      const seen = plots.PALETTE.map((color) => {
        const light = linear(color);
        return lab([0, 3, 6].map((row) => light.reduce((sum, x, k) => sum + x * m[row + k]!, 0)));
      });
      for (const [i, a] of seen.entries())
        for (const [k, b] of seen.slice(0, i).entries())
          expect([eye, i, k, Math.hypot(...a.map((x, j) => x - b[j]!)) > 13]).toEqual([eye, i, k, true]);
    }
  });

  it('contours meet the sides where the height is interpolated, and split a saddle', () => {
    expect(contour([0, 1], [0, 1], [[0, 1], [0, 1]], 0.25)).toEqual([{ x: 0.25, y: 0, x2: 0.25, y2: 1 }]); // prettier-ignore
    expect(contour([0, 1], [0, 1], [[1, 0], [0, 1]], 0.5)).toHaveLength(2); // prettier-ignore
    expect(contour([0, 1], [0, 1], [[0, 0], [0, 0]], 0.5)).toEqual([]); // prettier-ignore
  });

  it('small pictures are PNGs that others read', async () => {
    const { decode } = await import('fast-png');
    const { width, height, data } = decode(storedPng(Uint8Array.of(0, 50, 100, 150, 200, 255), 3, 2, 1));
    expect([width, height, ...data]).toEqual([3, 2, 0, 50, 100, 150, 200, 255]);
  });
});

it.each<readonly [string, () => unknown, string]>([
  ['nothing', () => plots.line([], []), 'line: x is empty'],
  ['unequal lengths', () => plots.scatter([1, 2], [1]), 'scatter: y has 1 values, expected 2'],
  ['infinity', () => plots.line([1], [Infinity]), 'line: y has Infinity at 0; only finite numbers'],
  ['NaN', () => plots.histogram([1, NaN]), 'histogram: values has NaN at 1'],
  ['zero on a log scale', () => plots.line([1, 2], [1, 0], { yScale: 'log' }), 'y has 0 at 1; a log scale'],
  ['falling edges', () => plots.histogram([1], { bins: [2, 1] }), 'edges must be two or more finite numbers that rise'],
  ['a label twice', () => plots.bar(['a', 'a'], [1, 2]), "the label 'a' comes twice"],
  ['rows of unequal length', () => plots.heatMap([[1, 2], [3]]), 'row 1 of grid has 1 values, row 0 has 2'],
  ['counts that are not square', () => plots.confusionMatrix([[1, 2]]), 'counts must be square. Received: (1, 2)'],
  ['a cluster that is not there', () => plots.dendrogram([[0, 5]], [1]), 'joins cluster 5, but only 0 to 1'],
  ['a cluster twice', () => plots.dendrogram([[0, 1], [0, 2]], [1, 2]), 'joins cluster 0, which was joined before'], // prettier-ignore
  ['three dimensions', () => plots.embedding([[1, 2, 3]]), 'samples must be (N, 2). Received: (1, 3)'],
  ['pictures of two channels', () => plots.imageGrid({ shape: [1, 2, 2, 2], data: [] }), 'images must be (N, H, W)'],
  ['a surface of other size', () => plots.lossSurface([0, 1], [0, 1], [[1, 2]]), 'heights must be (2, 2)'],
  ['no width', () => plots.line([1], [1], { width: 0 }), 'width must be over 0'],
])('%s is refused with a sentence', (_, make, message) => {
  expect(make).toThrow(message);
});

it('a tree that holds itself is refused', () => {
  const children: plots.TreeNode[] = [];
  const node = { label: 'loop', children };
  children.push(node);
  expect(() => plots.treeDiagram(node)).toThrow("the node 'loop' is its own ancestor");
});
