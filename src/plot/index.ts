/**
 * Charts as typed Vega-Lite specifications: made by functions, saved as SVG, PNG or HTML, shown in notebooks, printed in terminals.
 */
export { Plot, type DisplayBundle, type PictureOptions, type PlotOptions } from './plot.ts';
export type {
  Axis,
  Cell,
  Channel,
  Data,
  Encoding,
  FieldType,
  Legend,
  Mark,
  PlotSpec,
  Row,
  Scale,
  UnitSpec,
} from './spec.ts';
export type { Grid, Named, Readable, Series } from './numbers.ts';
export { DASHES, PALETTE, SHAPES, type Theme } from './theme.ts';
export {
  type AxesOptions,
  bar,
  type BarOptions,
  box,
  histogram,
  type HistogramOptions,
  line,
  type LineOptions,
  scatter,
  type ScatterOptions,
} from './basic.ts';
export {
  type ConfusionCounts,
  confusionMatrix,
  type ConfusionPlotOptions,
  heatMap,
  type HeatMapOptions,
} from './grids.ts';
export {
  learningCurve,
  type LearningCurveOptions,
  precisionRecallCurve,
  type PrecisionRecallPoints,
  residuals,
  rocCurve,
  type RocPoints,
  silhouette,
} from './curves.ts';
export { imageGrid, type ImageGridOptions, type Pixels } from './images.ts';
export { decisionBoundary, type DecisionBoundaryOptions, lossSurface, type LossSurfaceOptions } from './surfaces.ts';
export { dendrogram, type DendrogramOptions, treeDiagram, type TreeNode } from './trees.ts';
export { embedding, type EmbeddingOptions, featureImportance, type FeatureImportanceOptions } from './models.ts';
