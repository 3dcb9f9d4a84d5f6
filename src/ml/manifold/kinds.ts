/**
 * The layouts that a file may name.
 */
import type { Kinds } from '../state.ts';
import { FittedUMAP } from './umap.ts';

export const manifoldKinds: Kinds = { UMAP: FittedUMAP };
