/**
 * Our own contender: builds each workload with the public API, the way a user would. The process that runs it on one
 * device is peers/fathom.ts.
 */

import type { Run } from '../peers/serve.ts';
import type { Workload } from '../workloads.ts';
import { prepareDecode } from './fathom-decode.ts';
import { prepareKernel } from './fathom-kernels.ts';
import { prepareInference, prepareTrain } from './fathom-networks.ts';

/** The workload on the default device, ready to step. @example (await prepare(workload)).step() */
export async function prepare(workload: Workload): Promise<Run> {
  switch (workload.kind) {
    case 'kernel':
      return prepareKernel(workload);
    case 'train':
      return prepareTrain(workload);
    case 'inference':
      return prepareInference(workload);
    case 'decode':
      return prepareDecode(workload);
    case 'ml':
      return (await import('./fathom-ml.ts')).prepareMl(workload);
  }
}
