/**
 * `scan` against the loop it stands for, unrolled: values, gradients, gradients of gradients and forward derivatives of random bodies, in float64 on every device. What
 * the two compute is the same in another order, so they may differ by roundings only.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Shape, sizeOf } from '../../src/base/shape.ts';
import {
  concat,
  device,
  type DeviceName,
  gradients,
  jvp,
  scan,
  stack,
  type Tensor,
  tensor,
  type TypedArray,
  where,
} from '../../src/index.ts';
import { testDevices } from '../devices.ts';
import { uniform64 } from '../golden/lcg.ts';

const seed = 1311;

/** One node of a body: what it does, to which earlier ones. Any numbers are valid. */
const step = fc.record({ kind: fc.nat(15), a: fc.nat(99), b: fc.nat(99) });
const recipe = fc.record({
  length: fc.integer({ min: 1, max: 4 }),
  batch: fc.integer({ min: 1, max: 3 }),
  width: fc.integer({ min: 1, max: 5 }),
  reverse: fc.boolean(),
  steps: fc.array(step, { minLength: 2, maxLength: 8 }),
  chosen: fc.array(fc.nat(99), { minLength: 4, maxLength: 4 }),
});
type Recipe = typeof recipe extends fc.Arbitrary<infer T> ? T : never;

interface Carry {
  readonly h: Tensor;
  readonly c: Tensor;
  readonly turn: Tensor;
}

/** What a loop is made of besides its body: w, v (H, H), b (H,), s (), and xs (T, B, H), h and c (B, H). */
function operands({ length, batch, width }: Recipe): Tensor[] {
  const shapes = [[width, width], [width, width], [width], [], [length, batch, width], [batch, width], [batch, width]];
  return shapes.map((shape, i) => values(shape, i));
}

function values(shape: readonly number[], from: number): Tensor {
  return tensor(Float64Array.from(uniform64(sizeOf(shape), from)), { shape });
}

function body({ steps, chosen }: Recipe, [w, v, b, s]: readonly Tensor[]) {
  return ({ h, c, turn }: Carry, x: Tensor): [Carry, readonly [Tensor, { sum: Tensor }, Tensor]] => {
    const pool: Tensor[] = [x, h, c, b!.expand(h.shape)];
    const take = (by: number): Tensor => pool[by % pool.length]!;
    for (const { kind, a, b: other } of steps) {
      const [p, q] = [take(a), take(other)];
      const made = [
        () => p.tanh(),
        () => p.sigmoid(),
        () => p.mul(q),
        () => p.add(q),
        () => p.matmul(w!).mul(0.4),
        () => p.matmul(v!.transpose()).add(b!).mul(0.4),
        () => p.sub(p.mean(1, { keepDims: true })),
        () => p.relu(),
        () => p.flip(1),
        () => p.square().neg().exp(),
        () => p.softmax(1),
        () => p.mul(s!),
        () => where(p.greater(q), p, q.mul(0.5)),
        () => concat([p, q], 1).slice([0, 1], [p.shape[0]!, p.shape[1]! + 1]),
        () => p.matmul(q.transpose()).matmul(p).mul(0.1),
        () => p.take(turn.mod(p.shape[1]!).expand(p.shape.slice(1)), 1),
      ][kind]!();
      pool.push(made);
    }
    const next = { h: take(chosen[0]!).tanh(), c: take(chosen[1]!).mul(0.5), turn: turn.add(1) };
    return [next, [take(chosen[2]!), { sum: take(chosen[3]!).sum() }, turn]];
  };
}

/** The loss of both, and everything that the loop returns. */
type Run = (recipe: Recipe, operands: readonly Tensor[]) => readonly Tensor[];

const rolled: Run = (made, given) => {
  const [xs, h, c] = given.slice(4);
  const init = { h: h!, c: c!, turn: tensor(0, { dtype: 'int32' }) };
  const [last, [ys, { sum }, turns]] = scan(body(made, given), init, xs!, { reverse: made.reverse });
  return [last.h, last.c, last.turn, ys, sum, turns];
};

const unrolled: Run = (made, given) => {
  const [xs, h, c] = given.slice(4);
  const turn = body(made, given);
  let carry: Carry = { h: h!, c: c!, turn: tensor(0, { dtype: 'int32' }) };
  const found: Tensor[][] = [];
  for (let i = 0; i < made.length; i++) {
    const at = made.reverse ? made.length - 1 - i : i;
    const [next, [y, { sum }, count]] = turn(carry, xs!.at(at));
    carry = next;
    found[at] = [y, sum, count];
  }
  return [carry.h, carry.c, carry.turn, ...[0, 1, 2].map((k) => stack(found.map((one) => one[k]!)))];
};

function lossOf(results: readonly Tensor[]): Tensor {
  const terms = results.filter(({ dtype }) => dtype === 'float64').map((x, i) => x.mul(values(x.shape, 50 + i)).sum());
  return terms.reduce((a, b) => a.add(b));
}

/** Everything that is compared: results, gradients of a loss, the gradients of their squares, and how all but the last move along a direction. */
function everything(run: Run, made: Recipe): Tensor[] {
  const given = operands(made);
  const directions = given.map((x, i) => values(x.shape, 100 + i));
  const withGradients = (...xs: Tensor[]): Tensor[] => {
    const results = run(made, xs);
    return [...results, ...gradients(lossOf(results), xs)];
  };
  const [first, moved] = jvp(withGradients, given, directions);
  const grads = withGradients(...given).slice(-given.length);
  const second = gradients(
    grads.map((g) => g.square().sum()).reduce((a, b) => a.add(b)),
    given,
  );
  return [...first, ...moved, ...second];
}

/** What a device finds, beside the unrolled loop on the reference: compiling that as machine code would take most of the test's time. */
function check(name: DeviceName, made: Recipe): void {
  const expected = onDevice('reference', () => everything(unrolled, made));
  const actual = onDevice(name, () => everything(rolled, made));
  actual.forEach(({ shape, elements }, i) => {
    const want = expected[i]!;
    expect(shape).toEqual(want.shape);
    let scale = 1;
    for (const value of want.elements) scale = Math.max(scale, Math.abs(value));
    elements.forEach((value, k) => {
      if (!(Math.abs(value - want.elements[k]!) <= 1e-9 * scale))
        expect.fail(`result ${i}, element ${k}: ${value}, unrolled ${want.elements[k]}`);
    });
  });
}

function onDevice(name: DeviceName, make: () => Tensor[]): { shape: Shape; elements: TypedArray }[] {
  const before = device().name;
  device(name);
  const found = make().map((x) => ({ shape: x.shape, elements: x.dataSync() }));
  device(before);
  return found;
}

it.each(testDevices)(`scan on %s is the loop unrolled, with its derivatives and theirs (seed ${seed})`, (name) => {
  fc.assert(
    fc.property(recipe, (made) => {
      check(name, made);
    }),
    { seed, numRuns: 60 },
  );
});
