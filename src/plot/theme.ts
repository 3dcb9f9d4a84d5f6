/**
 * The house theme. Every series colour has a contrast of at least 3 to both backgrounds, and series differ by dash or form as
 * well as by colour, so that charts stay legible on white, on black, in print and to the colour-blind.
 */

export type Theme = 'light' | 'dark';

/**
 * Colours of series: four of Okabe and Ito's, and three searched for. Any two are at least 13 apart (ΔE of CIELAB, where 2 can be told apart)
 * with full colour vision and without red, green or blue cones.
 */
export const PALETTE: readonly string[] = ['#0072B2', '#D55E00', '#009E73', '#CC79A7', '#8C5932', '#AC14FA', '#7C6A73'];

/** Dashes that go with the colours, in pixels on and off. */
export const DASHES: readonly (readonly number[])[] = [[1, 0], [6, 3], [2, 2], [8, 3, 2, 3], [10, 4], [4, 2, 1, 2], [3, 6]]; // prettier-ignore

/** Forms of points that go with the colours. */
export const SHAPES: readonly string[] = ['circle', 'square', 'triangle-up', 'diamond', 'cross', 'triangle-down', 'triangle-right']; // prettier-ignore

/** From few to many; from below through nothing to above. Both keep their order without colour vision. */
export const SCHEMES = { sequential: 'viridis', diverging: 'purpleorange' } as const;

export const GREY = '#6E7781';

const INK = { light: '#1F2328', dark: '#E6EDF3' } as const;
const BACKGROUND = { light: '#FFFFFF', dark: '#16181D' } as const;
const GRID = { light: '#E3E6EA', dark: '#2F343C' } as const;

/** What Vega-Lite is told of the look of everything that a chart does not say itself. */
export function configOf(theme: Theme): Readonly<Record<string, unknown>> {
  const ink = INK[theme];
  const text = { labelColor: ink, titleColor: ink, labelFontSize: 11, titleFontSize: 12, titleFontWeight: 'normal' };
  return {
    background: BACKGROUND[theme],
    font: 'DejaVu Sans, Verdana, Arial, sans-serif',
    padding: 12,
    title: { color: ink, fontSize: 14, fontWeight: 'bold', anchor: 'start', offset: 10 },
    view: { stroke: null },
    axis: { ...text, gridColor: GRID[theme], domainColor: GREY, tickColor: GREY, labelPadding: 4, titlePadding: 8 },
    legend: { ...text, symbolStrokeWidth: 2, labelLimit: 240 },
    range: { category: PALETTE, heatmap: { scheme: SCHEMES.sequential }, ramp: { scheme: SCHEMES.sequential } },
    mark: { color: PALETTE[0] },
    line: { strokeWidth: 2 },
    point: { filled: true, size: 36, opacity: 0.85 },
    rule: { color: ink, opacity: 0.75 },
    text: { color: ink, fontSize: 11 },
    boxplot: { median: { color: BACKGROUND[theme], strokeWidth: 2 }, rule: { color: GREY }, outliers: { size: 20 } },
  };
}

/** The backgrounds, to check colours against. */
export const BACKGROUNDS: Readonly<Record<Theme, string>> = BACKGROUND;
