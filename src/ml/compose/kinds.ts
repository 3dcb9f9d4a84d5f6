/**
 * The composed models that a file may name.
 */
import type { Kinds } from '../state.ts';
import { FittedColumnTransformer } from './column-transformer.ts';
import { FittedPipeline } from './pipeline.ts';

export const composeKinds: Kinds = { Pipeline: FittedPipeline, ColumnTransformer: FittedColumnTransformer };
