/**
 * The clusterings keep every promise of the suite.
 */
import { describe, it } from 'vitest';
import { checkEstimator, type Traits } from '../conformance/index.ts';
import type { Estimator } from '../protocol.ts';
import { AgglomerativeClustering } from './agglomerative.ts';
import { DBSCAN } from './dbscan.ts';
import { KMeans } from './k-means.ts';
import { MiniBatchKMeans } from './mini-batch-k-means.ts';

const estimators: readonly (readonly [name: string, make: () => Estimator, traits: Traits])[] = [
  ['KMeans', () => new KMeans({ clusters: 3, initializations: 5 }), {}],
  [
    'MiniBatchKMeans',
    () => new MiniBatchKMeans({ clusters: 3 }),
    {
      except: {
        'a weight of k is as good as the sample k times, and 0 as good as leaving it out':
          'batches are drawn from the rows, so repeated rows are other batches',
      },
    },
  ],
  [
    'DBSCAN',
    () => new DBSCAN({ epsilon: 1.5, minSamples: 3 }),
    {
      except: {
        'a weight of k is as good as the sample k times, and 0 as good as leaving it out':
          'its labels are of the samples it was given, of which there are more when they are repeated; golden.test.ts has weights',
      },
    },
  ],
  ['AgglomerativeClustering', () => new AgglomerativeClustering({ clusters: 3 }), { noSampleWeight: true }],
  [
    'AgglomerativeClustering, single, by distance',
    () => new AgglomerativeClustering({ distanceThreshold: 1.5, linkage: 'single' }),
    { noSampleWeight: true },
  ],
];

describe.each(estimators)('%s', (_, make, traits) => {
  for (const { name, run, skip } of checkEstimator(make, traits)) it.skipIf(skip !== undefined)(name, run);
});
