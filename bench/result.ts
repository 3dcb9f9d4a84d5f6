/** Everything that one run of the benchmarks found, as its JSON file holds it: written by main.ts, read by page.ts. */

import type { Measured } from './harness.ts';
import type { Install } from './install.ts';
import { disagreements, type Row, rows } from './report.ts';

export interface Machine {
  readonly cpu: string;
  /** The processors that the system shows. */
  readonly cores: number;
  readonly system: string;
  readonly node: string;
  /** Per contender. */
  readonly threads: number;
  /** Fewer and shorter samples: for a look, not for a claim. */
  readonly isQuick: boolean;
  readonly date: string;
}

export interface BenchResult {
  readonly machine: Machine;
  /** Who was there, by name. */
  readonly versions: Readonly<Record<string, string>>;
  readonly rows: readonly Row[];
  readonly refusals: readonly { readonly workload: string; readonly contender: string; readonly reason: string }[];
  /** Results that disagree: whoever computes something else has not won. */
  readonly warnings: readonly string[];
  /** Null where the package was not built. */
  readonly install: Install | null;
}

/** @example resultOf(machine, { pytorch: '2.15.0' }, measured, ['native', 'wasm'], install) */
export function resultOf(
  machine: Machine,
  versions: BenchResult['versions'],
  measured: readonly Measured[],
  devices: readonly string[],
  install: Install | undefined,
): BenchResult {
  return {
    machine,
    versions,
    rows: rows(measured, devices),
    refusals: measured.flatMap(({ workload, results }) =>
      results.flatMap((result) =>
        result.kind === 'refusal'
          ? [{ workload: workload.name, contender: result.contender, reason: result.reason }]
          : [],
      ),
    ),
    warnings: measured.flatMap((one) => disagreements(one)),
    install: install ?? null,
  };
}
