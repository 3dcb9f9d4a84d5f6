/**
 * Random graphs of every family mixed (draw-graph.ts), on every compiler and in the interpreter, against the reference.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { infoOf, type TypedArray } from '../../src/ir/dtype.ts';
import type { Storage } from '../../src/ir/leaf.ts';
import { rowsOf } from '../../src/schedule/columns.ts';
import { interpret } from '../../src/kernel/interpret.ts';
import type { Nest } from '../../src/kernel/nest.ts';
import { validate } from '../../src/kernel/validate.ts';
import type { Device } from '../../src/runtime/device.ts';
import { evaluate } from '../../src/runtime/reference/evaluate.ts';
import { allocateArray, ArrayStorage } from '../../src/runtime/reference/storage.ts';
import { runRoutineStep } from '../../src/runtime/routine.ts';
import { wasmTarget } from '../../src/runtime/wasm/target.ts';
import { heuristics, tileCandidates } from '../../src/schedule/choose.ts';
import type { Chooser, Packing } from '../../src/schedule/directives.ts';
import { leavesOf, type Move, type Step } from '../../src/schedule/plan.ts';
import { scheduleInStages } from '../../src/schedule/schedule.ts';
import type { Target } from '../../src/schedule/target.ts';
import { findFault, outputsOn } from '../conformance/compare.ts';
import { compilers } from '../devices.ts';
import { lcg } from '../golden/lcg.ts';
import { draw, recipe } from './draw-graph.ts';

const seed = 4711;
const numRuns = 600;

/** The scheduler's plans in the interpreter, every nest validated: what is wrong here is not the emitters' fault. */
function interpreter(target: Target, chooser: Chooser = heuristics): Device {
  return {
    name: 'null',
    description: `interpreted for ${target.name}`,
    compile(graph) {
      const { plan } = scheduleInStages(graph, target, chooser);
      const faults = leavesOf(plan.steps).flatMap((step) => (step.kind === 'nest' ? validate(step.nest) : []));
      if (faults.length > 0) throw new Error(faults.join('\n'));
      return {
        inPlace: plan.inPlace,
        run(inputs, outputs) {
          const arena = new ArrayBuffer(plan.arenaBytes);
          new Uint8Array(arena).fill(0xff);
          const memories = plan.buffers.map(({ dtype, size, home }): TypedArray => {
            if (home.kind === 'pointer') return new (infoOf(dtype).array)(0);
            if (home.kind === 'arena') return new (infoOf(dtype).array)(arena, home.offset, size);
            return (home.kind === 'input' ? inputs : outputs)[home.index]!.read();
          });
          const point = ({ to, from, offset }: Move): void => {
            const { buffer, byteOffset } = memories[from]!;
            const { array, bytes } = infoOf(plan.buffers[to]!.dtype);
            const at = byteOffset + offset;
            const { size } = plan.buffers[to]!;
            // After the last turn a pointer stands behind its memory.
            const isInside = at >= 0 && at + size * bytes <= buffer.byteLength;
            memories[to] = isInside ? new array(buffer, at, size) : new array(0);
          };
          const runAll = (steps: readonly Step[]): void => {
            for (const step of steps) {
              if (step.kind === 'routine') runRoutineStep(step, plan, (buffer) => memories[buffer]!);
              else if (step.kind === 'nest')
                runBackwards(
                  step.nest,
                  step.bindings.map((buffer) => memories[buffer]!),
                );
              else {
                step.enter.forEach(point);
                for (let turn = 0; turn < step.count; turn++) {
                  if (step.test !== undefined && memories[step.test]![0] === 0) break;
                  runAll(step.body);
                  step.turn.forEach(point);
                }
              }
            }
          };
          runAll(plan.steps);
        },
        stages: () => [],
      };
    },
    allocate: allocateArray,
    store: (dtype, values): Storage => new ArrayStorage(dtype, values),
  };
}

/** Threads may take the iterations of a parallel nest in any order: here the last comes first. */
function runBackwards(nest: Nest, memories: readonly TypedArray[]): void {
  const loop = nest.body.at(-1);
  if (!nest.parallel || loop?.kind !== 'loop') interpret(nest, memories);
  else for (let i = loop.count - 1; i >= 0; i--) interpret(nest, memories, { begin: i, end: i + 1 });
}

/** Any directives that are valid, good or bad: what a kernel computes must not depend on them. */
function atRandom(from: number): Chooser {
  const next = lcg(from);
  const whole = (below: number) => Math.floor(next() * below);
  return {
    loops(kernel, reduces, lanes) {
      const scatters = kernel.effects.some(({ kind }) => kind === 'accumulate');
      const summed = reduces.length === 1 && !scatters ? reduces[0]!.vars : [];
      const lane = [...kernel.vars, ...summed, undefined][whole(kernel.vars.length + summed.length + 1)];
      const isPlain = reduces.length === 0 && !scatters;
      const across = isPlain && whole(2) === 1 ? kernel.vars[whole(kernel.vars.length)] : undefined;
      const rows = whole(2) === 1 ? rowsOf(kernel, lane, lanes) : undefined;
      return { lane, across, rows, side: 1 + whole(5), parallel: whole(2) === 1 };
    },
    tiles(contraction, lanes, target) {
      const candidates = tileCandidates(contraction, lanes, target);
      const picked = candidates[whole(candidates.length + 1)];
      if (picked === undefined) return undefined;
      const { lane, pack } = picked;
      const [inA, inB] = [contraction.a, contraction.b].map((load) => load.at.terms.has(lane));
      // Any copy but panels along a variable that both operands, or a sum, run along.
      const copies = (isThere: boolean, required: Packing): Packing => {
        const isPanelled = picked.kind === 'outer' && inA !== inB;
        if (!isThere || (required === 'none' && whole(2) === 0)) return required;
        return isPanelled && whole(3) > 0 ? 'panels' : 'plain';
      };
      const rows = 1 + whole(6);
      const across = 1 + whole(4);
      return {
        ...picked,
        rows,
        across,
        pack: { a: copies(inA!, pack.a), b: copies(inB!, pack.b) },
        block: 1 + whole(4),
        outermost: (['free', 'row', 'across'] as const)[whole(3)]!,
        parallel: whole(2) === 1,
      };
    },
  };
}

const interpreted = [
  { name: 'avx512', lanes: 16, registers: 32, broadcastsFromMemory: true, threads: 2, parallelWork: 1e6 },
  { name: 'avx2', lanes: 8, registers: 16, broadcastsFromMemory: false, threads: 2, parallelWork: 1e6 },
  wasmTarget({ relaxed: true, threads: 2 }),
].flatMap((target) => [
  { label: `interpreted ${target.name}`, device: interpreter(target), numRuns: 100 },
  { label: `directives at random for ${target.name}`, device: interpreter(target, atRandom(seed)), numRuns: 100 },
]);

describe.each([...interpreted, ...compilers.map((one) => ({ ...one, numRuns }))])(
  '$label',
  ({ device, numRuns: runs }) => {
    it(`computes random graphs as the reference does (seed ${seed})`, () => {
      fc.assert(
        fc.property(recipe, (drawn) => {
          const { graph, inputs, errors } = draw(drawn);
          const want = evaluate(graph, inputs);
          const got = outputsOn(device, graph, inputs);
          const faults = graph.outputs.map(({ dtype }, i) => {
            const distance = errors[i]!;
            return findFault(
              dtype,
              got[i]!,
              want[i]!,
              distance === 0 ? { kind: 'exact' } : { kind: 'absolute', distance },
            );
          });
          expect(faults).toEqual(faults.map(() => undefined));
        }),
        { seed, numRuns: runs },
      );
    });
  },
);
