/**
 * What lowering needs to know of a nest before it chooses registers: where every statement stands, which registers are constants,
 * which loads melt into the instruction that uses them, which masks can stay in opmask registers, which vectors are uniform.
 */
import {
  type ArithmeticOp,
  elementBytes,
  type Lane,
  type Nest,
  type Register,
  type Statement,
  type Value,
} from '../../kernel/nest.ts';

/** Instruction sets code is emitted for: AVX-512 F, VL, DQ and BW; or AVX2 with FMA. */
export type Tier = 'avx512' | 'avx2';

/** A loop and the positions of its statements: everything in it lies strictly between start and end. */
export interface LoopSpan {
  readonly loop: number;
  readonly count: number;
  readonly start: number;
  end: number;
  readonly parent: LoopSpan | undefined;
  /** How often its body runs, capped. */
  readonly frequency: number;
}

/** A statement that is no loop. */
export interface Site {
  readonly statement: Exclude<Statement, { kind: 'loop' }>;
  readonly position: number;
  /** The innermost loop around it. */
  readonly span: LoopSpan | undefined;
}

/** A register whose value is known while compiling: one number in every lane, or one per lane. */
export type Constant =
  { readonly kind: 'splat'; readonly value: number } | { readonly kind: 'lanes'; readonly values: readonly number[] };

export type Load = Extract<Value, { op: 'load' }>;

export interface Analysis {
  readonly nest: Nest;
  readonly tier: Tier;
  readonly sites: ReadonlyMap<Statement, Site>;
  readonly spans: ReadonlyMap<number, LoopSpan>;
  readonly constants: ReadonlyMap<Register, Constant>;
  /** Registers that exist only as the memory operand of their one use. */
  readonly folded: ReadonlyMap<Register, Load>;
  /** Masks that live in an opmask register. */
  readonly opmasks: ReadonlySet<Register>;
  /** Registers whose lanes are all equal. */
  readonly uniform: ReadonlySet<Register>;
  /** Number of positions. */
  readonly length: number;
}

/** Registers a statement reads, in the order of its operands. */
export function operandsOf(statement: Statement): readonly Register[] {
  switch (statement.kind) {
    case 'loop':
      return [];
    case 'store':
      return [statement.source];
    case 'accumulate':
      return [statement.index, statement.source];
    case 'set':
      return inputsOf(statement.value);
  }
}

export function inputsOf(value: Value): readonly Register[] {
  if ('mask' in value) return [value.mask, value.a, value.b];
  if ('c' in value) return [value.a, value.b, value.c];
  if ('b' in value) return [value.a, value.b];
  if ('a' in value) return [value.a];
  return 'index' in value ? [value.index] : [];
}

function isInteger(lane: Lane | undefined): boolean {
  return lane === 'i32' || lane === 'i64';
}

export function isCommutative(op: ArithmeticOp, isInteger: boolean): boolean {
  switch (op) {
    case 'add':
    case 'mul':
    case 'and':
    case 'or':
    case 'xor':
      return true;
    case 'max':
    case 'min':
      return isInteger;
    case 'sub':
    case 'div':
    case 'andnot':
    case 'shl':
    case 'shr':
    case 'sar':
    case 'scale':
      return false;
  }
}

/** @param vectorMasks registers that must not be opmasks, because they found no room there */
export function analyse(nest: Nest, tier: Tier, vectorMasks: ReadonlySet<Register>): Analysis {
  const sites = new Map<Statement, Site>();
  const spans = new Map<number, LoopSpan>();
  let position = 0;
  const visit = (block: readonly Statement[], parent: LoopSpan | undefined): void => {
    for (const statement of block) {
      if (statement.kind !== 'loop') {
        sites.set(statement, { statement, position: position++, span: parent });
        continue;
      }
      const frequency = Math.min(1e9, (parent?.frequency ?? 1) * Math.max(1, statement.count));
      const span: LoopSpan = {
        loop: statement.loop,
        count: statement.count,
        start: position++,
        end: 0,
        parent,
        frequency,
      };
      visit(statement.body, span);
      span.end = position++;
      spans.set(statement.loop, span);
    }
  };
  visit(nest.body, undefined);

  const definitions = new Map<Register, Value[]>();
  const uses = new Map<Register, Site[]>();
  for (const site of sites.values()) {
    const { statement } = site;
    if (statement.kind === 'set') append(definitions, statement.target, statement.value);
    for (const register of operandsOf(statement)) append(uses, register, site);
  }
  const only = (register: Register): Value | undefined => {
    const values = definitions.get(register);
    return values?.length === 1 ? values[0] : undefined;
  };

  const constants = new Map<Register, Constant>();
  for (const register of definitions.keys()) {
    const constant = constantOf(only(register), nest.lanes, spans);
    if (constant !== undefined) constants.set(register, constant);
  }
  const usesOf = (register: Register): readonly Site[] => uses.get(register) ?? [];
  return {
    nest,
    tier,
    sites,
    spans,
    constants,
    length: position,
    folded: findFolded(nest, tier, constants, only, usesOf),
    opmasks: tier === 'avx512' ? findOpmasks(definitions, only, usesOf, vectorMasks) : new Set(),
    uniform: findUniform(sites, constants, only),
  };
}

function append<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

function constantOf(
  value: Value | undefined,
  lanes: number,
  spans: ReadonlyMap<number, LoopSpan>,
): Constant | undefined {
  if (value?.op === 'splat') return { kind: 'splat', value: value.value };
  if (value?.op === 'mask')
    return lanesOrSplat(Array.from({ length: lanes }, (_, lane) => (lane < value.active ? -1 : 0)));
  if (value?.op === 'index' && value.walk.terms.every(({ loop, by }) => by === 0 || spans.get(loop)?.count === 1)) {
    return lanesOrSplat(Array.from({ length: lanes }, (_, lane) => value.walk.constant + lane * value.step));
  }
  return undefined;
}

function lanesOrSplat(values: readonly number[]): Constant {
  const first = values[0] ?? 0;
  return values.every((value) => value === first) ? { kind: 'splat', value: first } : { kind: 'lanes', values };
}

/** Loads that their one use, later in the same block with no store between, can read from memory itself. */
function findFolded(
  nest: Nest,
  tier: Tier,
  constants: ReadonlyMap<Register, Constant>,
  only: (register: Register) => Value | undefined,
  usesOf: (register: Register) => readonly Site[],
): ReadonlyMap<Register, Load> {
  const folded = new Map<Register, Load>();
  const visit = (block: readonly Statement[]): void => {
    const pending = new Map<Register, Load>();
    for (const statement of block) {
      if (statement.kind === 'loop') visit(statement.body);
      if (statement.kind !== 'set') {
        pending.clear();
        continue;
      }
      const { target, value } = statement;
      const candidate = memoryInputs(nest, tier, value, constants)
        .filter((register) => pending.has(register))
        .pop();
      const load = candidate === undefined ? undefined : pending.get(candidate);
      if (candidate !== undefined && load !== undefined) folded.set(candidate, load);
      if (
        value.op === 'load' &&
        only(target) !== undefined &&
        usesOf(target).length === 1 &&
        canFold(nest, tier, value)
      )
        pending.set(target, value);
    }
  };
  visit(nest.body);
  return folded;
}

function canFold(nest: Nest, tier: Tier, { element, access }: Load): boolean {
  return (
    elementBytes[element] >= 4 &&
    access.active >= nest.lanes &&
    (access.step === 1 || (access.step === 0 && tier === 'avx512'))
  );
}

/** The inputs of a value of which one may be a memory operand. */
function memoryInputs(
  nest: Nest,
  tier: Tier,
  value: Value,
  constants: ReadonlyMap<Register, Constant>,
): readonly Register[] {
  switch (value.op) {
    case 'fma':
    case 'fnma':
      return [value.a, value.b, value.c];
    case 'add':
    case 'mul':
    case 'and':
    case 'or':
    case 'xor':
    case 'max':
    case 'min':
      // On AVX2, operations on 64-bit integers may be several instructions.
      if (nest.registers[value.a] === 'i64' && tier === 'avx2') return [];
      return isCommutative(value.op, isInteger(nest.registers[value.a])) ? [value.a, value.b] : [value.b];
    case 'sub':
    case 'div':
      return [value.b];
    case 'lt':
    case 'le':
    case 'eq':
    case 'ne':
      if (tier === 'avx2') return nest.registers[value.a] === 'f32' ? [value.b] : [];
      return constants.has(value.b) ? [value.a] : [value.b];
    default:
      return [];
  }
}

/** Compares, and logic on them, that only select and such logic read. */
function findOpmasks(
  definitions: ReadonlyMap<Register, readonly Value[]>,
  only: (register: Register) => Value | undefined,
  usesOf: (register: Register) => readonly Site[],
  excluded: ReadonlySet<Register>,
): ReadonlySet<Register> {
  const found = new Map<Register, readonly Register[]>();
  for (const register of definitions.keys()) {
    const value = only(register);
    if (value === undefined || excluded.has(register)) continue;
    if (value.op === 'lt' || value.op === 'le' || value.op === 'eq' || value.op === 'ne') found.set(register, []);
    if (value.op === 'and' || value.op === 'or' || value.op === 'xor' || value.op === 'andnot')
      found.set(register, [value.a, value.b]);
  }
  const staysMask = (register: Register, { statement }: Site): boolean => {
    if (statement.kind !== 'set') return false;
    const { value } = statement;
    if (value.op === 'select') return value.a !== register && value.b !== register;
    return (
      found.has(statement.target) &&
      (value.op === 'and' || value.op === 'or' || value.op === 'xor' || value.op === 'andnot')
    );
  };
  for (let changed = true; changed;) {
    changed = false;
    for (const [register, inputs] of found) {
      if (inputs.every((input) => found.has(input)) && usesOf(register).every((site) => staysMask(register, site)))
        continue;
      found.delete(register);
      changed = true;
    }
  }
  return new Set(found.keys());
}

function findUniform(
  sites: ReadonlyMap<Statement, Site>,
  constants: ReadonlyMap<Register, Constant>,
  only: (register: Register) => Value | undefined,
): ReadonlySet<Register> {
  const uniform = new Set<Register>();
  for (const { statement } of sites.values()) {
    if (statement.kind !== 'set' || only(statement.target) === undefined) continue;
    const { target, value } = statement;
    const constant = constants.get(target);
    const inputs = inputsOf(value);
    if (
      constant !== undefined
        ? constant.kind === 'splat'
        : isUniform(value) || (isLanewise(value) && inputs.every((input) => uniform.has(input)))
    ) {
      uniform.add(target);
    }
  }
  return uniform;
}

function isUniform(value: Value): boolean {
  if (value.op === 'sumLanes' || value.op === 'maxLanes' || value.op === 'mulLanes') return true;
  if (value.op === 'index') return value.step === 0;
  if (value.op === 'gather') return value.uniform && value.step === 0;
  return value.op === 'load' && value.access.step === 0;
}

function isLanewise({ op }: Value): boolean {
  switch (op) {
    case 'load':
    case 'gather':
    case 'index':
    case 'mask':
    case 'splat':
    case 'zipLow':
    case 'zipHigh':
    case 'evenGroups':
    case 'oddGroups':
      return false;
    default:
      return true;
  }
}
