/**
 * The two loops that histogram boosting spends its time in, as WebAssembly: adding derivatives of samples to the bins of their
 * codes, four features at a time, one 16-byte addition each; and parting samples by a code. Both go by parts of a node.
 */
import { FunctionBuilder } from '../../emit/wasm/function.ts';

/** Features are in groups of four: the codes of a sample in a group are four bytes in a row. */
export const GROUP = 4;

/** Bytes of the sums of a group: 256 bins of two float64 each; where second derivatives differ, int32 counts come after. */
export const SUMS = GROUP * 256 * 16;
export const COUNTS = GROUP * 256 * 4;

/** The words of a table of arguments. Pointers are in bytes. */
export const words = {
  codes: 0,
  groupBytes: 1,
  groups: 2,
  gradients: 3,
  hessians: 4,
  output: 5,
  partBytes: 6,
  spare: 7,
  goesLeft: 8,
  /** Derivatives in the order of the samples: written with the first group, read with the others. Where those of part 0 begin. */
  ordered: 9,
  /** Where the samples of part p begin; those of the last one end where one more would begin. */
  parts: 16,
  /** Where the samples of part p that go left end, written by `partition`. */
  middles: 48,
} as const;

/** Bytes of a table. */
export const TABLE = 4 * 96;

function word(f: FunctionBuilder, name: keyof typeof words): number {
  const local = f.local('i32');
  f.get(0);
  f.memory('i32.load', 4 * words[name]);
  f.set(local);
  return local;
}

/** Repeats while what `test` leaves is not 0; `test` comes after the body. */
function repeat(f: FunctionBuilder, body: () => void, test: () => void): void {
  f.open('loop');
  body();
  test();
  f.index('br_if', 0);
  f.op('end');
}

function addTo(f: FunctionBuilder, local: number, amount: number): void {
  f.get(local);
  f.i32(amount);
  f.op('i32.add');
  f.set(local);
}

/** Not equal, as a number that is 0 or not. */
function differ(f: FunctionBuilder, a: number, b: number): void {
  f.get(a);
  f.get(b);
  f.op('i32.sub');
}

/** Loads the bounds of part `part` into `from` and `to`. */
function bounds(f: FunctionBuilder, part: number, from: number, to: number): void {
  for (const [local, offset] of [
    [from, 0],
    [to, 4],
  ] as const) {
    f.get(0);
    f.get(part);
    f.i32(2);
    f.op('i32.shl');
    f.op('i32.add');
    f.memory('i32.load', 4 * words.parts + offset);
    f.set(local);
  }
}

/**
 * (table, begin, end): the histograms of parts begin … end − 1, none of which is empty. @param isCurved sums of first and second
 * derivatives, with counts apart; else sums of first derivatives and counts
 */
export function countFunction(isCurved: boolean): FunctionBuilder {
  const f = new FunctionBuilder(isCurved ? 'countBoth' : 'countFirst', 3);
  const codes = word(f, 'codes');
  const groupBytes = word(f, 'groupBytes');
  const groups = word(f, 'groups');
  const gradients = word(f, 'gradients');
  const hessians = word(f, 'hessians');
  const output = word(f, 'output');
  const partBytes = word(f, 'partBytes');
  const ordered = word(f, 'ordered');
  const [from, to, at, base, column, left, sample, code, bin, next] = Array.from({ length: 10 }, () => f.local('i32')) as [number, number, number, number, number, number, number, number, number, number]; // prettier-ignore
  const pair = f.local('v128');
  const ones = new Uint8Array(Float64Array.of(0, 1).buffer);
  const size = isCurved ? SUMS + COUNTS : SUMS;
  const clear = () => {
    f.get(base);
    f.set(at);
    f.get(base);
    f.i32(size);
    f.op('i32.add');
    f.set(bin);
    repeat(
      f,
      () => {
        for (let k = 0; k < 4; k++) {
          f.get(at);
          f.v128(new Uint8Array(16));
          f.memory('v128.store', 16 * k);
        }
        addTo(f, at, 64);
      },
      () => differ(f, at, bin),
    );
  };
  /** Leaves the address of the sample's element of an array of float64. */
  const place = (array: number) => {
    f.get(array);
    f.get(sample);
    f.i32(3);
    f.op('i32.shl');
    f.op('i32.add');
  };
  const fetchPair = () => {
    if (isCurved) {
      place(hessians);
      place(gradients);
      f.memory('v128.load64_zero', 0);
      f.memoryLane('v128.load64_lane', 0, 1);
    } else {
      place(gradients);
      f.memory('v128.load64_zero', 0);
      f.v128(ones);
      f.op('v128.or');
    }
    f.set(pair);
    f.get(next);
    f.get(pair);
    if (isCurved) f.memory('v128.store', 0);
    else f.memoryLane('v128.store64_lane', 0, 0);
  };
  const rereadPair = () => {
    f.get(next);
    if (isCurved) f.memory('v128.load', 0);
    else {
      f.memory('v128.load64_zero', 0);
      f.v128(ones);
      f.op('v128.or');
    }
    f.set(pair);
  };
  const addSample = (isFirst: boolean) => {
    f.get(at);
    f.memory('i32.load', 0);
    f.set(sample);
    if (isFirst) fetchPair();
    else rereadPair();
    addTo(f, next, isCurved ? 16 : 8);
    f.get(column);
    f.get(sample);
    f.i32(2);
    f.op('i32.shl');
    f.op('i32.add');
    f.set(sample);
    for (let k = 0; k < GROUP; k++) {
      f.get(sample);
      f.memory('i32.load8_u', k);
      if (isCurved) f.index('local.tee', code);
      f.i32(4);
      f.op('i32.shl');
      f.get(base);
      f.op('i32.add');
      f.index('local.tee', bin);
      f.get(bin);
      f.memory('v128.load', 4096 * k);
      f.get(pair);
      f.op('f64x2.add');
      f.memory('v128.store', 4096 * k);
      if (!isCurved) continue;
      f.get(code);
      f.i32(2);
      f.op('i32.shl');
      f.get(base);
      f.op('i32.add');
      f.index('local.tee', bin);
      f.get(bin);
      f.memory('i32.load', SUMS + 1024 * k);
      f.i32(1);
      f.op('i32.add');
      f.memory('i32.store', SUMS + 1024 * k);
    }
    addTo(f, at, 4);
  };
  const addGroup = (isFirst: boolean) => {
    clear();
    // Part p of `ordered` lies as far from its beginning as its samples do from those of part 0.
    f.get(from);
    f.get(0);
    f.memory('i32.load', 4 * words.parts);
    f.op('i32.sub');
    f.i32(isCurved ? 2 : 1);
    f.op('i32.shl');
    f.get(ordered);
    f.op('i32.add');
    f.set(next);
    f.get(from);
    f.set(at);
    repeat(
      f,
      () => addSample(isFirst),
      () => differ(f, at, to),
    );
    addTo(f, base, size);
    f.get(column);
    f.get(groupBytes);
    f.op('i32.add');
    f.set(column);
    addTo(f, left, -1);
  };
  repeat(
    f,
    () => {
      bounds(f, 1, from, to);
      f.get(output);
      f.get(1);
      f.get(partBytes);
      f.op('i32.mul');
      f.op('i32.add');
      f.set(base);
      f.get(codes);
      f.set(column);
      f.get(groups);
      f.set(left);
      addGroup(true);
      f.get(left);
      f.open('if');
      repeat(
        f,
        () => addGroup(false),
        () => f.get(left),
      );
      f.op('end');
      addTo(f, 1, 1);
    },
    () => differ(f, 1, 2),
  );
  return f;
}

/**
 * (table, begin, end): in each part, samples whose code goes left first, in the order they were in; the others to `spare`, from
 * the same place on. The pointer to codes is that of the feature's own.
 */
export function partitionFunction(): FunctionBuilder {
  const f = new FunctionBuilder('partition', 3);
  const codes = word(f, 'codes');
  const spare = word(f, 'spare');
  const goesLeft = word(f, 'goesLeft');
  const [from, to, low, high, sample, step] = Array.from({ length: 6 }, () => f.local('i32')) as [number, number, number, number, number, number]; // prettier-ignore
  repeat(
    f,
    () => {
      bounds(f, 1, from, to);
      f.get(from);
      f.set(low);
      // Part p of `spare` lies as far from its beginning as the part from the samples of the node.
      f.get(spare);
      f.get(from);
      f.op('i32.add');
      f.get(0);
      f.memory('i32.load', 4 * words.parts);
      f.op('i32.sub');
      f.set(high);
      repeat(
        f,
        () => {
          f.get(from);
          f.memory('i32.load', 0);
          f.set(sample);
          f.get(goesLeft);
          f.get(codes);
          f.get(sample);
          f.i32(2);
          f.op('i32.shl');
          f.op('i32.add');
          f.memory('i32.load8_u', 0);
          f.op('i32.add');
          f.memory('i32.load8_u', 0);
          f.i32(2);
          f.op('i32.shl');
          f.set(step);
          // Both are written, and one of them moves on: no branch to be guessed.
          f.get(low);
          f.get(sample);
          f.memory('i32.store', 0);
          f.get(high);
          f.get(sample);
          f.memory('i32.store', 0);
          f.get(low);
          f.get(step);
          f.op('i32.add');
          f.set(low);
          f.get(high);
          f.i32(4);
          f.op('i32.add');
          f.get(step);
          f.op('i32.sub');
          f.set(high);
          addTo(f, from, 4);
        },
        () => differ(f, from, to),
      );
      f.get(0);
      f.get(1);
      f.i32(2);
      f.op('i32.shl');
      f.op('i32.add');
      f.get(low);
      f.memory('i32.store', 4 * words.middles);
      addTo(f, 1, 1);
    },
    () => differ(f, 1, 2),
  );
  return f;
}
