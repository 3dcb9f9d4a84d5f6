import { inspect as show } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { currentDevice, device } from '../runtime/registry.ts';
import { compile } from '../tensor/compile.ts';
import { tensor } from '../tensor/creation.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { inspect } from './index.ts';

const before = currentDevice().name;
afterAll(() => void device(before));

const layer = (x: Tensor, w: Tensor) => x.matmul(w).relu();
const x = () => tensor(new Float32Array(24 * 20), { shape: [24, 20] });
const w = () => tensor(new Float32Array(20 * 32), { shape: [20, 32] });

/** What the code of each device must multiply and add with. */
const products = {
  native: /vfmadd231ps/,
  wasm: /f32x4\.(mul|relaxed_madd)/,
};

const isX64Linux = process.arch === 'x64' && process.platform === 'linux';

describe.each(['native', 'wasm'] as const)('inspect on %s', (name) => {
  it.skipIf(name === 'native' && !isX64Linux)('shows each stage of a matmul with relu', () => {
    device(name);
    const { graph, kernels, schedule, plan, code } = inspect(layer)(x(), w());
    expect(graph).toMatch(/= sum float32 \(24, 32\)/);
    expect(graph).toMatch(/^return %\d+$/m);
    // One kernel: the relu is the product's epilogue.
    expect(kernels.match(/^kernel /gm)).toHaveLength(1);
    expect(kernels).toMatch(/max\(.*sum\(i\d in 0\.\.20: .*b\d\[.*\] · b\d\[.*\]/);
    expect(schedule).toMatch(/nest contract max\(.*\) ×\d+ \{/);
    expect(schedule).toContain('store f32');
    expect(plan).toMatch(/^b\d: float32 × 480 in input 0$/m);
    expect(plan).toMatch(/^b\d: float32 × 640 in input 1$/m);
    expect(plan).toMatch(/^b\d: float32 × 768 in output 0$/m);
    expect(plan).toMatch(/^step \d: contract max\(b\d, b\d, b\d\)/m);
    expect(plan).toMatch(/^arena: \d+ bytes$/m);
    expect(code).toMatch(products[name]);
  });
});

describe('an inspection', () => {
  it('as text has every stage under its title, in order', () => {
    device('wasm');
    const inspection = inspect(layer)(x(), w());
    const text = String(inspection);
    expect(text.match(/^── .* ──$/gm)).toEqual([
      '── graph ──',
      '── kernels ──',
      '── schedule ──',
      '── plan ──',
      '── code ──',
    ]);
    expect(text).toContain(inspection.schedule);
    expect(show(inspection)).toBe(text);
  });

  it('leaves out what the device has not', () => {
    device('reference');
    const inspection = inspect(layer)(x(), w());
    expect(inspection.code).toBe('');
    expect(String(inspection)).toBe(`── graph ──\n${inspection.graph}`);
  });

  it('of a compiled function is of what it runs', () => {
    device('wasm');
    const compiled = compile(layer);
    compiled(x(), w());
    expect(inspect(compiled)(x(), w()).graph).toContain('sum float32');
    expect(compiled.traces).toBe(1);
  });

  it('of a function that computes nothing says so', () => {
    expect(String(inspect((y: Tensor) => y)(x()))).toBe('nothing to compute');
  });
});
