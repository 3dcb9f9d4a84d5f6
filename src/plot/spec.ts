/**
 * The part of the Vega-Lite 6 language that our charts are written in, as types. A specification is JSON: what draws it in a
 * page, in a notebook or here (node/render.ts) is another's business.
 */

export type Cell = number | string | boolean | null;
export type Row = Readonly<Record<string, Cell>>;

export type FieldType = 'quantitative' | 'nominal' | 'ordinal' | 'temporal';

export interface Scale {
  readonly type?: 'linear' | 'log' | 'symlog' | 'point' | 'band';
  readonly domain?: readonly (number | string)[];
  readonly domainMid?: number;
  readonly range?: readonly (string | number | readonly number[])[];
  readonly scheme?: string;
  readonly zero?: boolean;
  readonly nice?: boolean;
  readonly padding?: number;
  readonly paddingInner?: number;
  readonly reverse?: boolean;
}

export interface Axis {
  readonly title?: string | null;
  readonly grid?: boolean;
  readonly labels?: boolean;
  readonly ticks?: boolean;
  readonly domain?: boolean;
  readonly labelAngle?: number;
  readonly labelOverlap?: boolean | 'greedy' | 'parity';
  readonly labelLimit?: number;
  readonly labelExpr?: string;
  readonly format?: string;
  readonly tickCount?: number;
  readonly tickMinStep?: number;
}

export interface Legend {
  readonly title?: string | null;
  readonly format?: string;
}

/** How a column of the data becomes a place, a colour or a form. */
export interface Channel {
  readonly field?: string;
  readonly type?: FieldType;
  readonly title?: string | null;
  readonly value?: string | number | readonly number[];
  readonly datum?: number | string;
  readonly scale?: Scale | null;
  readonly axis?: Axis | null;
  readonly legend?: Legend | null;
  readonly sort?: readonly (string | number)[] | 'ascending' | 'descending' | null;
  readonly stack?: boolean | null;
  readonly format?: string;
  readonly condition?: { readonly test: string; readonly value: string | number };
}

export interface Encoding {
  readonly x?: Channel;
  readonly x2?: Channel;
  readonly xOffset?: Channel;
  readonly y?: Channel;
  readonly y2?: Channel;
  readonly yOffset?: Channel;
  readonly color?: Channel;
  readonly shape?: Channel;
  readonly strokeDash?: Channel;
  readonly opacity?: Channel;
  readonly text?: Channel;
  readonly url?: Channel;
  readonly order?: Channel;
  readonly detail?: Channel | readonly Channel[];
  readonly tooltip?: Channel | readonly Channel[] | null;
}

export interface Mark {
  readonly type: 'line' | 'point' | 'bar' | 'rect' | 'rule' | 'text' | 'area' | 'image' | 'boxplot' | 'tick';
  readonly [option: string]: unknown;
}

export interface Data {
  readonly values: readonly Row[];
}

/** Marks of one kind, for each row one or for each series one. */
export interface UnitSpec {
  readonly mark: Mark;
  readonly encoding: Encoding;
  readonly data?: Data;
}

/** A whole chart: layers of marks over one another. */
export interface PlotSpec {
  readonly $schema: 'https://vega.github.io/schema/vega-lite/v6.json';
  readonly title?: string;
  readonly width: number;
  readonly height: number;
  readonly data?: Data;
  readonly encoding?: Encoding;
  readonly layer: readonly UnitSpec[];
  readonly resolve?: { readonly scale: Readonly<Partial<Record<keyof Encoding, 'shared' | 'independent'>>> };
  readonly config: Readonly<Record<string, unknown>>;
}
