/**
 * A contender in a process of its own, spoken to in JSON lines (the protocol is in peers/serve.ts). Each workload gets
 * a fresh process, so neither heaps, thread pools nor compiled-code caches of one engine or workload disturb another.
 */

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Contender, Prepared } from '../harness.ts';
import type { Workload } from '../workloads.ts';

/** How to start a peer: a program and its arguments. */
export interface ChildCommand {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
}

interface Answer {
  readonly name?: string;
  readonly version?: string;
  readonly absent?: string;
  readonly cannot?: string;
  readonly firstStepMs?: number;
  readonly outputs?: readonly number[];
  readonly seconds?: number;
  readonly peakMiB?: number;
}

interface Pipe {
  ask(request: object): Promise<Answer>;
  /** Ends the process at once; whoever awaits an answer gets `reason` instead. */
  kill(reason: string): void;
  close(): Promise<void>;
}

/**
 * The contender that a command runs for one workload; it cannot if it is not ready after `patienceMs`.
 * @example childContender(command, workload, 2, 60_000)
 */
export function childContender(
  command: ChildCommand,
  workload: Workload,
  threads: number,
  patienceMs: number,
): Contender {
  return {
    name: command.name,
    async prepare(): Promise<Prepared> {
      const { pipe } = await open(command, threads);
      const timer = setTimeout(() => pipe.kill(`not ready after ${patienceMs / 1000} s`), patienceMs);
      const answer = await pipe.ask({ prepare: workload, threads }).finally(() => clearTimeout(timer));
      if (answer.cannot !== undefined) {
        await pipe.close();
        throw new Error(answer.cannot);
      }
      const run = async (count: number): Promise<number> => {
        const { seconds, cannot } = await pipe.ask({ step: count });
        if (seconds === undefined) throw new Error(cannot ?? `${command.name}: answered a step without a time`);
        return seconds;
      };
      return {
        firstStepMs: answer.firstStepMs ?? Number.NaN,
        run,
        step: async () => void (await run(1)),
        outputs: () => Float32Array.from(answer.outputs ?? []),
        peakMiB: async () => (await pipe.ask({ memory: true })).peakMiB ?? Number.NaN,
        close: () => pipe.close(),
      };
    },
  };
}

/** Whether the peer can be used here, with its version, or the reason why not. */
export async function probe(command: ChildCommand): Promise<{ version: string } | { absent: string }> {
  try {
    const { pipe, version } = await open(command, 1);
    await pipe.close();
    return { version };
  } catch (error) {
    return { absent: error instanceof Error ? error.message : String(error) };
  }
}

/** Starts the child and reads its greeting. OpenMP waits passively, or one engine's idle threads would slow another. */
async function open(command: ChildCommand, threads: number): Promise<{ pipe: Pipe; version: string }> {
  const child = spawn(command.program, command.args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: {
      ...process.env,
      OMP_WAIT_POLICY: 'passive',
      OMP_NUM_THREADS: String(threads),
      MKL_NUM_THREADS: String(threads),
    },
  });
  let complaint = '';
  let killed: string | undefined;
  child.stderr.on('data', (text: Buffer) => (complaint = (complaint + text.toString()).slice(-2000)));
  child.stdin.on('error', () => undefined); // a child that died shows in `ended`
  const ended = new Promise<never>((_, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      const lastWords = complaint.trim().split('\n').at(-1) ?? '';
      reject(new Error(killed ?? `the process ended (${signal ?? code}) ${lastWords}`));
    });
  });
  ended.catch(() => undefined); // only of interest while an answer is awaited
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const read = async (): Promise<Answer> => {
    for (;;) {
      const { value, done } = await Promise.race([lines.next(), ended]);
      if (done === true) return ended;
      if (value.startsWith('{')) return JSON.parse(value) as Answer; // libraries may chat on stdout
    }
  };
  const greeting = await read();
  if (greeting.absent !== undefined) throw new Error(greeting.absent);
  const pipe: Pipe = {
    async ask(request) {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      return read();
    },
    kill(reason) {
      killed = reason;
      child.kill('SIGKILL');
    },
    async close() {
      child.stdin.end();
      const timer = setTimeout(() => child.kill('SIGKILL'), 3000);
      await ended.catch(() => undefined);
      clearTimeout(timer);
    },
  };
  return { pipe, version: greeting.version ?? 'unknown' };
}
