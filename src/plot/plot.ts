/**
 * A chart: a Vega-Lite specification, and a sketch of the same for terminals. Drawing it as a picture is node/render.ts's part,
 * which is asked for when it is needed.
 */
import { raise, ValueError } from '../base/errors.ts';
import { sketchText, type Sketch } from './sketch.ts';
import type { Data, Encoding, PlotSpec, UnitSpec } from './spec.ts';
import { configOf, type Theme } from './theme.ts';

/** What every chart can be told. */
export interface PlotOptions {
  readonly title?: string;
  /** Of the area inside the axes, in pixels. */
  readonly width?: number;
  readonly height?: number;
}

export interface PictureOptions {
  /** Default: 'light'. */
  readonly theme?: Theme;
  /** PNG only: pixels per pixel of the chart. Default: 2. */
  readonly scale?: number;
}

/** What a notebook is handed: one picture in several forms, of which it takes the best that it can show. */
export type DisplayBundle = Readonly<Record<string, unknown>>;

/**
 * A chart that can be saved, shown in a notebook (its last value in a cell is enough) or printed.
 * @example await line([1, 2, 3], [2, 4, 8], { title: 'Doubling' }).save('doubling.svg')
 */
export class Plot {
  /** Vega-Lite, with the light theme: what `vega-embed` and notebooks draw. */
  readonly spec: PlotSpec;
  readonly #sketch: Sketch;

  constructor(spec: PlotSpec, sketch: Sketch) {
    this.spec = spec;
    this.#sketch = sketch;
  }

  /** The specification with the colours of a theme. @example plot.withTheme('dark') */
  withTheme(theme: Theme): PlotSpec {
    return { ...this.spec, config: configOf(theme) };
  }

  /**
   * Writes the chart as .svg, .png or .html (a page without scripts that follows the reader's light or dark setting), in Node.
   * @throws ValueError for another ending   @throws DataError if vega, vega-lite or (for PNG) @resvg/resvg-js is not installed
   * @example await plot.save('loss.png', { theme: 'dark' })
   */
  async save(path: string, options: PictureOptions = {}): Promise<void> {
    const ending = /\.(svg|png|html)$/i.exec(path)?.[1]?.toLowerCase();
    if (ending === undefined)
      raise(new ValueError(`Plot.save: the path must end in .svg, .png or .html. Received: ${path}`));
    const { writePicture } = await import('./node/render.ts');
    const content =
      ending === 'svg' ? await this.toSvg(options) : ending === 'png' ? await this.toPng(options) : await this.toHtml();
    await writePicture(path, content);
  }

  /** The chart as the text of an SVG file. @throws DataError if vega or vega-lite is not installed   @example await plot.toSvg() */
  async toSvg({ theme = 'light' }: PictureOptions = {}): Promise<string> {
    const { renderSvg } = await import('./node/render.ts');
    return renderSvg(this.withTheme(theme));
  }

  /** The chart as the bytes of a PNG file. @throws DataError if a package is not installed   @example await plot.toPng({ scale: 1 }) */
  async toPng({ theme = 'light', scale = 2 }: PictureOptions = {}): Promise<Uint8Array> {
    if (!(scale > 0 && scale <= 10))
      raise(new ValueError(`Plot.toPng: scale must be over 0 and at most 10. Received: ${scale}`));
    const { renderPng } = await import('./node/render.ts');
    return renderPng(await this.toSvg({ theme }), scale);
  }

  /** The chart as a page of its own, light or dark as the reader's system. The specification is in it as data. */
  async toHtml(): Promise<string> {
    const [light, dark] = [await this.toSvg({ theme: 'light' }), await this.toSvg({ theme: 'dark' })];
    const data = JSON.stringify(this.spec).replaceAll('<', '\\u003c');
    return [
      '<!doctype html>',
      `<html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(this.spec.title ?? 'Chart')}</title>`,
      '<style>body{margin:0;background:#fff}svg{max-width:100%;height:auto}.dark{display:none}',
      '@media(prefers-color-scheme:dark){body{background:#16181d}.light{display:none}.dark{display:block}}</style></head>',
      `<body><div class="light">${light}</div><div class="dark">${dark}</div>`,
      `<script type="application/vnd.vegalite.v6+json">${data}</script></body></html>`,
      '',
    ].join('\n');
  }

  /** A small chart of characters, for terminals. @param width in characters, default 60   @example console.log(plot.toText()) */
  toText(width = 60): string {
    if (!Number.isInteger(width) || width < 20)
      raise(new ValueError(`Plot.toText: width must be a whole number of at least 20. Received: ${width}`));
    const text = sketchText(this.#sketch, width);
    return this.spec.title === undefined ? text : `${this.spec.title}\n${text}`;
  }

  toString(): string {
    return this.toText();
  }

  /** Jupyter's display protocol. Notebooks know Vega-Lite by the label of version 5; the picture serves where they do not. */
  async [Symbol.for('Jupyter.display')](): Promise<DisplayBundle> {
    const bundle = { 'application/vnd.vegalite.v5+json': this.spec, 'text/plain': this.toText() };
    try {
      return { ...bundle, 'image/svg+xml': await this.toSvg() };
    } catch (cause) {
      // Without vega there is still the specification, which the notebook draws itself.
      if (cause instanceof Error && cause.name === 'DataError') return bundle;
      throw cause;
    }
  }
}

/** What a chart function fills in; the rest is the house's. */
export interface PlotParts {
  readonly layer: readonly UnitSpec[];
  readonly data?: Data;
  readonly encoding?: Encoding;
  readonly resolve?: PlotSpec['resolve'];
  readonly width?: number;
  readonly height?: number;
}

/** A chart of these parts, after checking the options that all charts have. @throws ValueError */
export function plotOf(op: string, options: PlotOptions, parts: PlotParts, sketch: Sketch): Plot {
  const { title, width = parts.width ?? 420, height = parts.height ?? 280 } = options;
  for (const [name, value] of [
    ['width', width],
    ['height', height],
  ] as const)
    // prettier-ignore
    if (!(Number.isFinite(value) && value > 0 && value <= 10_000))
      raise(new ValueError(`${op}: ${name} must be over 0 and at most 10000 pixels. Received: ${value}`));
  return new Plot(
    {
      $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
      ...(title === undefined ? {} : { title }),
      ...parts,
      width,
      height,
      config: configOf('light'),
    },
    sketch,
  );
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
