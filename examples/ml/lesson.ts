/**
 * The frame of the lessons: their command line, the way samples are divided, and how a score is set beside scikit-learn's, which
 * scikit-learn.py computes on the same samples.
 */
import { parseArgs } from 'node:util';
import { FathomError, type Tensor } from 'fathom';
import { Matrix, takeRows } from 'fathom/ml';
import type { Plot } from 'fathom/plot';

/** The version that scikit-learn.py printed. */
const VERSION = '1.9.1';

/** What a lesson is told. */
export interface Task {
  /** Use only the first so many samples of each part. */
  readonly limit: number;
  /** Where the picture goes. */
  readonly out: string;
  /** Writes the picture to where `--out` says. */
  show(plot: Plot): Promise<void>;
}

/**
 * Runs a lesson. Exit codes: 0 done, 1 failed, 2 a command line that is wrong.
 * @param about what the program does, one sentence   @param picture where it is drawn unless `--out` says otherwise
 */
export async function lesson(
  about: string,
  picture: string,
  main: (task: Task) => void | Promise<void>,
): Promise<void> {
  let options;
  try {
    options = read();
  } catch (error) {
    console.error(`error: ${error instanceof Error ? error.message : String(error)}\nSee --help.`);
    process.exitCode = 2;
    return;
  }
  const { out = picture, limit, help } = options;
  if (help) {
    console.log(
      `${about}\n\n  --out PATH   the picture, .svg, .png or .html (${picture})\n  --limit N    use only N samples of each part`,
    );
    return;
  }
  try {
    await main({
      limit,
      out,
      async show(plot) {
        await plot.save(out);
        console.log(`picture written to ${out}`);
      },
    });
  } catch (error) {
    if (!(error instanceof FathomError)) throw error;
    console.error(`error: ${error.message}`);
    process.exitCode = 1;
  }
}

function read(): { readonly out: string | undefined; readonly limit: number; readonly help: boolean } {
  const { values } = parseArgs({
    options: { out: { type: 'string' }, limit: { type: 'string' }, help: { type: 'boolean' } },
  });
  const limit = values.limit === undefined ? Infinity : Number(values.limit);
  if (values.limit !== undefined && !(Number.isInteger(limit) && limit >= 20))
    throw new RangeError(`--limit takes a whole number from 20 up, not '${values.limit}'`);
  return { out: values.out, limit, help: values.help ?? false };
}

/** Every fourth sample is for testing. The classes of our tables come in blocks, so each is in both parts. */
export function parts<Y extends Tensor | readonly string[]>(
  x: Tensor | Matrix,
  y: Y,
  limit = Infinity,
): { readonly train: { readonly x: Matrix; readonly y: Y }; readonly test: { readonly x: Matrix; readonly y: Y } } {
  const matrix = x instanceof Matrix ? x : new Matrix(x.shape[0]!, x.shape[1]!, Float64Array.from(x.dataSync()));
  const rows = Array.from({ length: matrix.rows }, (_, i) => i);
  // With a limit, samples are taken from all over the table.
  const step = Math.max(1, Math.floor(matrix.rows / (2 * limit)));
  const pick = (isTest: boolean) => {
    const own = rows.filter((i) => (i % 4 === 0) === isTest && Math.floor(i / 4) % step === 0).slice(0, limit);
    return { x: matrix.takeRows(own), y: takeRows('parts', y, own) };
  };
  return { train: pick(false), test: pick(true) };
}

/** One line: ours beside theirs. */
export function compare(what: string, ours: number, theirs: number): void {
  console.log(`${what.padEnd(44)} ${ours.toFixed(4)}   scikit-learn ${VERSION}: ${theirs.toFixed(4)}`);
}
