/**
 * The onnxruntime-node peer: inference only, of the PyTorch peer's network, which onnx_export.py writes for it. Protocol: serve.ts.
 */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { sample } from './sample.ts';
import { sayAbsent, serve } from './serve.ts';

const require = createRequire(import.meta.url);
const python = process.env.FATHOM_BENCH_PYTHON ?? 'python3';
const script = fileURLToPath(new URL('onnx_export.py', import.meta.url));

let runtime;
try {
  runtime = require('onnxruntime-node');
  execFileSync(python, ['-c', 'import torch, onnx, onnxscript'], { stdio: ['ignore', 'ignore', 'pipe'] });
} catch (error) {
  sayAbsent(error);
  process.exit(0);
}

const arrays = { float32: Float32Array, int64: BigInt64Array, int32: Int32Array };

async function inference(workload, threads) {
  const folder = mkdtempSync(path.join(tmpdir(), 'fathom-bench-'));
  try {
    const [model, input] = [path.join(folder, 'model.onnx'), path.join(folder, 'input')];
    const answer = execFileSync(python, [script, model, input], {
      input: JSON.stringify(workload),
      encoding: 'utf8',
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const { dtype, shape } = JSON.parse(answer.trim().split('\n').at(-1));
    const bytes = readFileSync(input);
    const data = new arrays[dtype](bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
    const session = await runtime.InferenceSession.create(model, {
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      graphOptimizationLevel: 'all',
      extra: { session: { intra_op: { allow_spinning: '0' }, set_denormal_as_zero: '1' } },
    });
    const x = new runtime.Tensor(dtype, data, shape);
    let result;
    return {
      step: async () => {
        result = await session.run({ x });
      },
      outputs: () => sample(result.y.data),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const { version } = require('onnxruntime-node/package.json');
await serve('onnxruntime', version, (workload, { threads }) => {
  if (workload.kind !== 'inference') throw new Error('onnxruntime only infers');
  return inference(workload, threads);
});
