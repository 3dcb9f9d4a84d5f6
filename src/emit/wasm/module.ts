/**
 * A WebAssembly module of functions over one imported memory, and its binary encoding.
 */
import { ByteWriter } from './bytes.ts';
import { valueTypes } from './function.ts';
import type { FunctionBuilder } from './function.ts';

export interface WasmModule {
  /** The memory is imported as `memory` of module `fathom`; a shared one may be used by several threads. */
  readonly isShared: boolean;
  /** An index into this is what `call` takes. */
  readonly functions: readonly FunctionBuilder[];
  /** Name → index of the function. */
  readonly exports: ReadonlyMap<string, number>;
}

/** The most a memory can have: 65,536 pages of 64 KiB, 4 GiB. */
export const maximumPages = 65536;

const sectionIds = { type: 1, import: 2, function: 3, export: 7, code: 10 } as const;

/** The module as bytes, ready for `new WebAssembly.Module`. */
export function encodeModule(module: WasmModule): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter();
  out.append([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]);

  const arities = [...new Set(module.functions.map((f) => f.parameters))];
  section(out, 'type', (writer) => {
    writer.unsigned(arities.length);
    for (const arity of arities) {
      writer.byte(0x60);
      writer.sized(new Array<number>(arity).fill(valueTypes.i32));
      writer.unsigned(0);
    }
  });
  section(out, 'import', (writer) => {
    writer.unsigned(1);
    writer.text('fathom');
    writer.text('memory');
    writer.byte(0x02);
    writer.byte(module.isShared ? 0x03 : 0x01); // limits with a maximum
    writer.unsigned(1);
    writer.unsigned(maximumPages);
  });
  section(out, 'function', (writer) => {
    writer.unsigned(module.functions.length);
    for (const f of module.functions) writer.unsigned(arities.indexOf(f.parameters));
  });
  section(out, 'export', (writer) => {
    writer.unsigned(module.exports.size);
    for (const [name, index] of module.exports) {
      writer.text(name);
      writer.byte(0x00);
      writer.unsigned(index);
    }
  });
  section(out, 'code', (writer) => {
    writer.unsigned(module.functions.length);
    for (const f of module.functions) f.encode(writer);
  });
  return out.view().slice();
}

function section(out: ByteWriter, id: keyof typeof sectionIds, write: (writer: ByteWriter) => void): void {
  const writer = new ByteWriter();
  write(writer);
  out.byte(sectionIds[id]);
  out.sized(writer.view());
}
