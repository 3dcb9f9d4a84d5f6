/**
 * Every kind of fitted model that a file may name: one line a family.
 */
import { bayesKinds } from './bayes/kinds.ts';
import { clusterKinds } from './cluster/kinds.ts';
import { calibrationKinds } from './calibration/kinds.ts';
import { composeKinds } from './compose/kinds.ts';
import { decompositionKinds } from './decomposition/kinds.ts';
import { ensembleKinds } from './ensembles/kinds.ts';
import { gaussianProcessKinds } from './gaussian-process/kinds.ts';
import { linearKinds } from './linear/kinds.ts';
import { manifoldKinds } from './manifold/kinds.ts';
import { mixtureKinds } from './mixture/kinds.ts';
import { outlierKinds } from './outliers/kinds.ts';
import { neighborKinds } from './neighbors/kinds.ts';
import { neuralKinds } from './neural/kinds.ts';
import { preparationKinds } from './preparation/kinds.ts';
import type { Kinds } from './state.ts';
import { svmKinds } from './svm/kinds.ts';
import { treeKinds } from './trees/kinds.ts';

export const kinds: Kinds = {
  ...linearKinds,
  ...bayesKinds,
  ...treeKinds,
  ...svmKinds,
  ...neighborKinds,
  ...neuralKinds,
  ...ensembleKinds,
  ...preparationKinds,
  ...composeKinds,
  ...calibrationKinds,
  ...decompositionKinds,
  ...clusterKinds,
  ...mixtureKinds,
  ...outlierKinds,
  ...gaussianProcessKinds,
  ...manifoldKinds,
};
