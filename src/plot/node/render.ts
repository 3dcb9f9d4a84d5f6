/**
 * Charts as pictures, in Node: Vega-Lite to SVG by vega, SVG to PNG by resvg. The packages are optional and asked for here.
 */
import { writeFile } from 'node:fs/promises';
import { DataError, FormatError, raise } from '../../base/errors.ts';
import type { PlotSpec } from '../spec.ts';

/** @throws DataError if vega or vega-lite is not installed */
export async function renderSvg(spec: PlotSpec): Promise<string> {
  const { compile } = await optional('vega-lite', () => import('vega-lite'));
  const vega = await optional('vega', () => import('vega'));
  // Our types are a part of Vega-Lite's; a copy keeps our specification as it is.
  const copy = structuredClone(spec) as unknown as Parameters<typeof compile>[0];
  const silent = vega.logger(vega.Error);
  const view = new vega.View(vega.parse(compile(copy, { logger: silent }).spec), { renderer: 'none', logger: silent });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}

/** @throws DataError if @resvg/resvg-js is not installed */
export async function renderPng(svg: string, scale: number): Promise<Uint8Array> {
  const { Resvg } = await optional('@resvg/resvg-js', () => import('@resvg/resvg-js'));
  const picture = new Resvg(svg, {
    fitTo: { mode: 'zoom', value: scale },
    font: { loadSystemFonts: true, defaultFontFamily: 'DejaVu Sans' },
  });
  return picture.render().asPng();
}

/** @throws DataError if there is no such folder */
export async function writePicture(path: string, content: string | Uint8Array): Promise<void> {
  try {
    await writeFile(path, content);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT')
      raise(new DataError(`Plot.save: there is no folder for ${path}; make it first`));
    raise(new FormatError(`Plot.save: ${path} cannot be written: ${reason}`));
  }
}

async function optional<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    const isMissing =
      cause instanceof Error &&
      (('code' in cause && cause.code === 'ERR_MODULE_NOT_FOUND') ||
        /Cannot find (package|module)|Failed to load url/.test(cause.message));
    if (!isMissing) throw cause;
    return raise(
      new DataError(`Plot needs the package ${name}, which is not installed. Get it with: npm install ${name}`),
    );
  }
}
