/**
 * A module as WebAssembly text, for people: decoded from the very bytes that run.
 */
import { ByteReader } from './bytes.ts';
import type { FunctionBuilder } from './function.ts';
import { maximumPages } from './module.ts';
import type { WasmModule } from './module.ts';
import { opcodeOf, opcodes } from './opcodes.ts';

/** The module in the text format; `wat2wasm` makes the same bytes of it. */
export function printModule(module: WasmModule): string {
  const shared = module.isShared ? ' shared' : '';
  const lines = ['(module', `  (import "fathom" "memory" (memory 1 ${maximumPages}${shared}))`];
  module.functions.forEach((f, i) => lines.push(...printFunction(f, i, module)));
  return `${lines.join('\n')})\n`;
}

function printFunction(f: FunctionBuilder, index: number, module: WasmModule): string[] {
  const exported = [...module.exports].filter(([, i]) => i === index).map(([name]) => ` (export "${name}")`);
  const parameters = f.parameters > 0 ? ` (param${' i32'.repeat(f.parameters)})` : '';
  const lines = [`  (func (;${index} ${f.name.replaceAll(';', ',')};)${exported.join('')}${parameters}`];
  if (f.locals.length > 0) lines.push(`    (local ${f.locals.join(' ')})`);
  const reader = new ByteReader(f.code.view());
  let indent = 4;
  while (!reader.isAtEnd) {
    const text = printInstruction(reader);
    if (text === 'end') indent -= 2;
    lines.push(' '.repeat(indent) + text);
    if (text === 'loop' || text === 'block' || text === 'if') indent += 2;
  }
  lines[lines.length - 1] += ')';
  return lines;
}

function printInstruction(reader: ByteReader): string {
  const first = reader.byte();
  const op = first === 0xfd || first === 0xfc ? opcodeOf(reader.unsigned(), first) : opcodeOf(first);
  if (op === undefined) throw new Error(`bug: unknown WebAssembly instruction 0x${first.toString(16)}`);
  switch (opcodes[op].immediate) {
    case 'none':
      return op;
    case 'block':
      reader.byte();
      return op;
    case 'label':
    case 'function':
    case 'local':
      return `${op} ${reader.unsigned()}`;
    case 'lane':
      return `${op} ${reader.byte()}`;
    case 'i32':
      return `${op} ${reader.signed()}`;
    case 'v128':
      return `${op} i32x4${[...new Uint32Array(reader.take(16).buffer)].map((v) => ` 0x${v.toString(16).padStart(8, '0')}`).join('')}`;
    case 'shuffle':
      return `${op} ${[...reader.take(16)].join(' ')}`;
    case 'memory':
      return `${op}${printMemory(reader, opcodes[op].align)}`;
    case 'memoryLane':
      return `${op}${printMemory(reader, opcodes[op].align)} ${reader.byte()}`;
  }
}

function printMemory(reader: ByteReader, natural: number): string {
  const align = reader.unsigned();
  const offset = reader.unsigned();
  return (offset === 0 ? '' : ` offset=${offset}`) + (align === natural ? '' : ` align=${1 << align}`);
}
