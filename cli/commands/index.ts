/**
 * The table of commands, in the order that help has them.
 */
import type { Command } from '../command.ts';
import { bench } from './bench.ts';
import { completion } from './completion.ts';
import { dataGet, dataList } from './data.ts';
import { dataShow } from './data-show.ts';
import { devices } from './devices.ts';
import { evaluation } from './eval.ts';
import { exportWeights } from './export.ts';
import { inspect } from './inspect.ts';
import { predict } from './predict.ts';
import { runsCompare, runsList, runsShow } from './runs.ts';
import { summary } from './summary.ts';
import { train } from './train.ts';

export const commands: readonly Command[] = [
  train,
  evaluation,
  predict,
  exportWeights,
  summary,
  inspect,
  bench,
  devices,
  dataList,
  dataGet,
  dataShow,
  runsList,
  runsShow,
  runsCompare,
  completion(() => commands),
];
