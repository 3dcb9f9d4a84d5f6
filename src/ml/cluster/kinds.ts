/**
 * The clusterings that a file may name.
 */
import type { Kinds } from '../state.ts';
import { FittedAgglomerativeClustering } from './agglomerative.ts';
import { FittedDBSCAN } from './dbscan.ts';
import { FittedKMeans } from './k-means.ts';

export const clusterKinds: Kinds = {
  KMeans: FittedKMeans.ofKind('KMeans'),
  MiniBatchKMeans: FittedKMeans.ofKind('MiniBatchKMeans'),
  DBSCAN: FittedDBSCAN,
  AgglomerativeClustering: FittedAgglomerativeClustering,
};
