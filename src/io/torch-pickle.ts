/**
 * The part of Python's pickle that state dicts use (protocol 2), as a machine that makes plain data and never runs a thing.
 * What the allowed names make is torch-objects.ts; where the pickles lie is torch-file.ts.
 * @see https://github.com/python/cpython/blob/main/Lib/pickletools.py, the opcodes
 */
import {
  call,
  fail,
  findGlobal,
  findStorage,
  isDict,
  isList,
  keyOf,
  type List,
  type Storage,
  type Value,
} from './torch-objects.ts';

type Operation = (machine: Machine) => void;

const latin = new TextDecoder('latin1');

/** By opcode. STOP is the caller's. */
const operations = new Map<number, Operation>([
  [0x80, (m) => checkProtocol(m.byte())], // PROTO
  [code('N'), (m) => m.push(null)],
  [0x88, (m) => m.push(true)],
  [0x89, (m) => m.push(false)],
  [code('J'), (m) => m.push(m.view(4).getInt32(0, true))], // BININT
  [code('K'), (m) => m.push(m.byte())], // BININT1
  [code('M'), (m) => m.push(m.view(2).getUint16(0, true))], // BININT2
  [0x8a, (m) => m.push(long(m.take(m.byte())))], // LONG1
  [code('G'), (m) => m.push(m.view(8).getFloat64(0))], // BINFLOAT, big-endian
  [code('X'), (m) => m.push(text(m.take(m.length())))], // BINUNICODE
  [code('T'), (m) => m.push(latin.decode(m.take(m.length())))], // BINSTRING, of Python 2
  [code('U'), (m) => m.push(latin.decode(m.take(m.byte())))], // SHORT_BINSTRING, of Python 2
  [code('}'), (m) => m.push({ kind: 'dict', entries: new Map() })],
  [code(']'), (m) => m.push(list([]))],
  [code(')'), (m) => m.push(list([]))],
  [code('('), (m) => m.mark()],
  [code('t'), (m) => m.push(list(m.popToMark()))],
  [0x85, (m) => m.push(list(m.popMany(1)))],
  [0x86, (m) => m.push(list(m.popMany(2)))],
  [0x87, (m) => m.push(list(m.popMany(3)))],
  [code('a'), (m) => append(m, m.popMany(1))],
  [code('e'), (m) => append(m, m.popToMark())],
  [code('s'), (m) => setItems(m, m.popMany(2))],
  [code('u'), (m) => setItems(m, m.popToMark())],
  [code('q'), (m) => m.remember(m.byte())],
  [code('r'), (m) => m.remember(m.length())],
  [code('h'), (m) => m.recall(m.byte())],
  [code('j'), (m) => m.recall(m.length())],
  [code('c'), (m) => m.push(findGlobal(`${m.line()}.${m.line()}`))],
  [code('Q'), (m) => m.push(m.declare(findStorage(m.pop())))], // BINPERSID
  [code('R'), reduce],
  [code('b'), build],
]);

export interface Pickle {
  readonly value: Value;
  /** The first byte after it. */
  readonly end: number;
  /** Every storage that it names, by key. */
  readonly storages: ReadonlyMap<string, Storage>;
}

/**
 * The value that a pickle holds, and where the pickle ends.
 * @param start first byte of the pickle   @throws FormatError for an opcode or a name outside the lists, or a pickle cut short
 */
export function unpickle(bytes: Uint8Array, start = 0): Pickle {
  const machine = new Machine(bytes, start);
  for (;;) {
    const at = machine.position;
    const opcode = machine.byte();
    if (opcode === code('.')) return { value: machine.pop(), end: machine.position, storages: machine.storages };
    const operation = operations.get(opcode);
    if (operation === undefined) {
      fail(`byte ${at} is the pickle opcode 0x${opcode.toString(16).padStart(2, '0')}, which no state dict needs`);
    }
    operation(machine);
  }
}

/** The bytes ahead, the stack, the marks in it, and the memo. */
class Machine {
  readonly bytes: Uint8Array;
  position: number;
  /** What calls may copy from lists; more means that a list is copied over and over. */
  copies: number;
  readonly storages = new Map<string, Storage>();
  private readonly stack: Value[] = [];
  private readonly marks: number[] = [];
  private readonly memo = new Map<number, Value>();

  constructor(bytes: Uint8Array, start: number) {
    this.bytes = bytes;
    this.position = start;
    this.copies = bytes.length;
  }

  take(count: number): Uint8Array {
    const { position } = this;
    if (count > this.bytes.length - position) {
      fail(
        `${count} bytes are expected at byte ${position}, ${this.bytes.length - position} are left; the file is truncated`,
      );
    }
    this.position += count;
    return this.bytes.subarray(position, this.position);
  }

  view(count: number): DataView {
    const { buffer, byteOffset } = this.take(count);
    return new DataView(buffer, byteOffset, count);
  }

  byte(): number {
    return this.take(1)[0]!;
  }

  length(): number {
    return this.view(4).getUint32(0, true);
  }

  line(): string {
    const end = this.bytes.indexOf(0x0a, this.position);
    if (end < 0) fail(`a name at byte ${this.position} does not end; the file is truncated`);
    const found = latin.decode(this.take(end - this.position));
    this.position++;
    return found;
  }

  push(value: Value): void {
    this.stack.push(value);
  }

  pop(): Value {
    return this.popMany(1)[0]!;
  }

  top(): Value {
    const { stack } = this;
    if (stack.length <= this.floor()) this.underflow();
    return stack[stack.length - 1]!;
  }

  popMany(count: number): Value[] {
    if (this.stack.length - count < this.floor()) this.underflow();
    return this.stack.splice(this.stack.length - count);
  }

  mark(): void {
    this.marks.push(this.stack.length);
  }

  popToMark(): Value[] {
    const mark = this.marks.pop();
    if (mark === undefined) fail(`the pickle closes at byte ${this.position} what it never opened`);
    return this.stack.splice(mark);
  }

  remember(key: number): void {
    this.memo.set(key, this.top());
  }

  recall(key: number): void {
    const value = this.memo.get(key);
    if (value === undefined) fail(`the pickle recalls entry ${key} of its memo, which is empty`);
    this.push(value);
  }

  /** A storage that is named twice must be the same both times. */
  declare(storage: Storage): Storage {
    const { key, element, count } = storage;
    const known = this.storages.get(key) ?? storage;
    if (known.element !== element || known.count !== count) {
      fail(
        `storage '${key}' is ${known.count} elements of ${known.element} at one place and ${count} of ${element} at another`,
      );
    }
    this.storages.set(key, known);
    return known;
  }

  private floor(): number {
    return this.marks.at(-1) ?? 0;
  }

  private underflow(): never {
    fail(`the pickle takes more values than it has at byte ${this.position}`);
  }
}

function append(machine: Machine, added: readonly Value[]): void {
  const target = machine.top();
  if (!isList(target)) fail('the pickle appends to what is no list');
  for (const value of added) target.items.push(value);
}

function setItems(machine: Machine, items: readonly Value[]): void {
  const target = machine.top();
  if (!isDict(target) || items.length % 2 !== 0)
    fail('the pickle sets items of what is no dictionary, or half an item');
  for (let i = 0; i < items.length; i += 2) target.entries.set(keyOf(items[i]!), items[i + 1]!);
}

function reduce(machine: Machine): void {
  const [callee, args] = machine.popMany(2);
  if (!isList(args)) fail('the pickle calls a name without a tuple of arguments');
  const [first] = args.items;
  machine.copies -= args.items.length + (isList(first) ? first.items.length : 0);
  if (machine.copies < 0) fail('the pickle copies the same list over and over');
  machine.push(call(callee!, args.items));
}

/** Attributes: PyTorch hangs versions of modules on a state dict; they say nothing about tensors and are left out. */
function build(machine: Machine): void {
  machine.pop();
  const target = machine.top();
  if (!isDict(target)) fail('the pickle sets attributes of what is no dictionary');
}

function checkProtocol(version: number): void {
  if (version !== 2) fail(`pickle protocol ${version}; expected 2, which torch.save writes unless told otherwise`);
}

function list(items: Value[]): List {
  return { kind: 'list', items };
}

function text(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    fail('a text is not UTF-8');
  }
}

/** Two's complement, little-endian. */
function long(bytes: Uint8Array): number | bigint {
  const digits = [...bytes].reverse().map((byte) => byte.toString(16).padStart(2, '0'));
  const exact = digits.length === 0 ? 0n : BigInt.asIntN(8 * bytes.length, BigInt(`0x${digits.join('')}`));
  const rounded = Number(exact);
  return Number.isSafeInteger(rounded) ? rounded : exact;
}

function code(character: string): number {
  return character.charCodeAt(0);
}
