/**
 * Nests as text, for `inspect` and for people reading failures. One statement a line; i0, i1, … are loop counters,
 * r0, r1, … registers and a, b, c, … slots.
 */
import type { Access, Nest, Register, Slot, Statement, Value, Walk } from './nest.ts';

/**
 * @example for i0 in 0..64 {
 *            r3:f32 = load f32 a[8·i0 + 3]
 *            store f32 b[8·i0] = r3
 *          }
 */
export function printNest(nest: Nest): string {
  const slots = nest.slots.map(({ element, access }, i) => `${slotName(i)}: ${access} ${element}`).join(', ');
  const kind = nest.parallel ? 'parallel nest' : 'nest';
  const lines = [`${kind} ${nest.name}(${slots}) ×${nest.lanes} {`];
  printBlock(nest, nest.body, '  ', lines);
  lines.push('}');
  return lines.join('\n');
}

function printBlock(nest: Nest, body: readonly Statement[], indent: string, lines: string[]): void {
  for (const statement of body) {
    switch (statement.kind) {
      case 'loop':
        lines.push(`${indent}for i${statement.loop} in 0..${statement.count} {`);
        printBlock(nest, statement.body, `${indent}  `, lines);
        lines.push(`${indent}}`);
        break;
      case 'set':
        lines.push(
          `${indent}r${statement.target}:${nest.registers[statement.target]} = ${printValue(nest, statement.value)}`,
        );
        break;
      case 'store':
        lines.push(`${indent}store ${statement.element} ${printAccess(nest, statement.access)} = r${statement.source}`);
        break;
      case 'accumulate':
        lines.push(`${indent}accumulate ${statement.element} ${printIndexed(nest, statement)} += r${statement.source}`);
        break;
    }
  }
}

/** One value, as it stands on the right of a `set`. */
export function printValue(nest: Nest, value: Value): string {
  switch (value.op) {
    case 'splat':
      return Object.is(value.value, -0) ? 'splat -0' : `splat ${value.value}`;
    case 'mask':
      return `mask ${value.active}`;
    case 'index':
      return value.step === 0
        ? `index ${printWalk(value.walk)}`
        : `index ${printWalk(value.walk)} + ${times(value.step, 'lane')}`;
    case 'load':
      return `load ${value.element} ${printAccess(nest, value.access)}`;
    case 'gather':
      return `gather ${value.element} ${printIndexed(nest, value)}${value.uniform ? ' uniform' : ''}`;
    case 'select':
      return `select r${value.mask} ? r${value.a} : r${value.b}`;
    case 'fma':
      return `r${value.a} · r${value.b} + r${value.c}`;
    case 'fnma':
      return `r${value.c} − r${value.a} · r${value.b}`;
    case 'zipLow':
    case 'zipHigh':
      return `${value.op} r${value.a}, r${value.b} by ${value.unit}`;
    default:
      return 'b' in value ? `${value.op} r${value.a}, r${value.b}` : `${value.op} r${value.a}`;
  }
}

/** `8·i0 + i1 + 3`. */
export function printWalk(walk: Walk): string {
  const parts = walk.terms.filter(({ by }) => by !== 0).map(({ loop, by }) => times(by, `i${loop}`));
  if (walk.constant !== 0 || parts.length === 0) parts.push(String(walk.constant));
  return parts.join(' + ').replaceAll('+ -', '− ');
}

/** `a[8·i0 + 3]`, with what the lanes do behind it: `×0` for one element in every lane, `×5` for a stride, `|7` for 7 active lanes. */
function printAccess(nest: Nest, { slot, at, step, active }: Access): string {
  return `${slotName(slot)}[${printWalk(at)}]${printLanes(nest, step, active)}`;
}

function printIndexed(
  nest: Nest,
  from: {
    readonly slot: Slot;
    readonly at: Walk;
    readonly index: Register;
    readonly scale: number;
    readonly step: number;
    readonly active: number;
  },
): string {
  const walk = printWalk(from.at);
  const index = times(from.scale, `r${from.index}`);
  return `${slotName(from.slot)}[${walk === '0' ? index : `${walk} + ${index}`}]${printLanes(nest, from.step, from.active, 0)}`;
}

function printLanes(nest: Nest, step: number, active: number, usual = 1): string {
  return (step === usual ? '' : ` ×${step}`) + (active === nest.lanes ? '' : ` |${active}`);
}

function times(by: number, what: string): string {
  return by === 1 ? what : by === -1 ? `-${what}` : `${by}·${what}`;
}

/** a … z, then a1 … z1 and so on. */
function slotName(slot: Slot): string {
  const letter = String.fromCharCode(97 + (slot % 26));
  return slot < 26 ? letter : `${letter}${Math.floor(slot / 26)}`;
}
