/**
 * For tests: runs an expansion over arrays in the interpreter, and counts errors in units of the last place.
 */
import type { DType, TypedArray } from '../../ir/dtype.ts';
import { bigintsOf, infoOf, numbersOf, storedFrom } from '../../ir/dtype.ts';
import type { ElementwiseOp } from '../../ir/op.ts';
import { NestBuilder } from '../builder.ts';
import { elementOf, fromElement, toElement } from '../element.ts';
import { expandOp, type Word } from '../expand.ts';
import { interpret } from '../interpret.ts';
import { laneOf, type Nest, type Statement } from '../nest.ts';
import { validate } from '../validate.ts';

const lanes = 8;

/** One operand: its dtype and its elements. */
export interface Operand {
  readonly dtype: DType;
  readonly values: readonly number[];
}

/** A nest that applies `op` to slots 0, 1, … and writes the last slot, `count` elements each (a multiple of 8). */
export function elementwiseNest(
  op: ElementwiseOp,
  from: readonly DType[],
  to: DType,
  count: number,
  word?: Word,
): Nest {
  const b = new NestBuilder(lanes);
  const slots = from.map((dtype) => b.slot(elementOf[dtype], 'read'));
  const target = b.slot(elementOf[to], 'write');
  const loop = b.open(count / lanes);
  const at = { constant: 0, terms: [{ loop, by: lanes }] };
  const args = slots.map((slot, i) => {
    const element = elementOf[from[i]!];
    const loaded = b.set(laneOf[element], { op: 'load', element, access: { slot, at, step: 1, active: lanes } });
    return fromElement(b, from[i]!, loaded);
  });
  const result = expandOp(b, op, from[from.length - 1]!, to, args, word);
  b.store(elementOf[to], { slot: target, at, step: 1, active: lanes }, toElement(b, to, result));
  b.close();
  return b.finish(op, { parallel: true, work: count });
}

/** The elements of `op` over the operands, through the interpreter. `fused` false: every fma rounds twice. */
export function apply(
  op: ElementwiseOp,
  operands: readonly Operand[],
  to: DType,
  options: { readonly word?: Word; readonly fused?: boolean } = {},
): number[] {
  const count = operands[0]!.values.length;
  const padded = Math.ceil(count / lanes) * lanes;
  const fusedNest = elementwiseNest(
    op,
    operands.map(({ dtype }) => dtype),
    to,
    padded,
    options.word,
  );
  const nest = options.fused === false ? unfuse(fusedNest) : fusedNest;
  const faults = validate(nest);
  if (faults.length > 0) throw new Error(`bug: ${faults.join('; ')}`);
  const memories = operands.map(({ dtype, values }): TypedArray => {
    const memory = new (infoOf(dtype).array)(padded);
    memory.set(storedFrom(dtype, values));
    return memory;
  });
  const result = new (infoOf(to).array)(padded);
  interpret(nest, [...memories, result]);
  return Array.from(numbersOf(to, result.subarray(0, count)));
}

/** As `apply`, of int64 operands to int64. */
export function applyWide(op: ElementwiseOp, operands: readonly (readonly bigint[])[]): bigint[] {
  const count = operands[0]!.length;
  const padded = Math.ceil(count / lanes) * lanes;
  const memories = operands.map((values) => {
    const memory = new Float64Array(padded);
    bigintsOf(memory).set(values);
    return memory;
  });
  const nest = elementwiseNest(
    op,
    operands.map(() => 'int64'),
    'int64',
    padded,
  );
  const faults = validate(nest);
  if (faults.length > 0) throw new Error(`bug: ${faults.join('; ')}`);
  const result = new Float64Array(padded);
  interpret(nest, [...memories, result]);
  return Array.from(bigintsOf(result).subarray(0, count));
}

/** The same nest for a machine without fused multiply-add. */
export function unfuse(nest: Nest): Nest {
  const registers = [...nest.registers];
  const rewrite = (body: readonly Statement[]): Statement[] =>
    body.flatMap((statement): Statement[] => {
      if (statement.kind === 'loop') return [{ ...statement, body: rewrite(statement.body) }];
      if (statement.kind !== 'set' || (statement.value.op !== 'fma' && statement.value.op !== 'fnma'))
        return [statement];
      const { op, a, b, c } = statement.value;
      const product = registers.push(registers[statement.target]!) - 1;
      return [
        { kind: 'set', target: product, value: { op: 'mul', a, b } },
        {
          kind: 'set',
          target: statement.target,
          value: op === 'fma' ? { op: 'add', a: product, b: c } : { op: 'sub', a: c, b: product },
        },
      ];
    });
  const body = rewrite(nest.body);
  return { ...nest, registers, body };
}

/** |got − exact| in units of the last place of `exact` in this dtype; 0 where both are the same special value. */
export function ulps(dtype: 'float32' | 'float64', got: number, exact: number): number {
  if (Object.is(got, exact) || got === exact) return 0;
  const [bits, smallest] = dtype === 'float32' ? [23, -126] : [52, -1022];
  const exponent = Math.max(Math.floor(Math.log2(Math.abs(exact))), smallest);
  const error = Math.abs(got - exact) / 2 ** (exponent - bits);
  return Number.isNaN(error) ? Infinity : error;
}
