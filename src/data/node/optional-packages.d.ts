/**
 * What Fathom uses of packages that need not be installed, so that it type-checks without them.
 */

declare module 'csv-parse/sync' {
  export function parse(
    text: Uint8Array,
    options: { readonly bom: boolean; readonly delimiter: string; readonly skip_empty_lines: boolean },
  ): unknown;
}

declare module 'hyparquet' {
  export interface AsyncBuffer {
    readonly byteLength: number;
    slice(start: number, end?: number): ArrayBuffer | Promise<ArrayBuffer>;
  }

  export interface SchemaTree {
    readonly element: { readonly name: string };
    readonly children: readonly SchemaTree[];
  }

  export interface FileMetaData {
    readonly version: number;
    readonly row_groups: readonly {
      readonly columns: readonly { readonly meta_data?: { readonly codec: string } }[];
    }[];
  }

  export type Compressors = Readonly<Record<string, (packed: Uint8Array, length: number) => Uint8Array>>;

  export function parquetMetadataAsync(file: AsyncBuffer): Promise<FileMetaData>;
  export function parquetSchema(metadata: FileMetaData): SchemaTree;
  export function parquetReadObjects(options: {
    readonly file: AsyncBuffer;
    readonly metadata: FileMetaData;
    readonly columns: readonly string[];
    readonly rowStart?: number;
    readonly rowEnd?: number;
    readonly compressors?: Compressors;
  }): Promise<readonly Readonly<Record<string, unknown>>[]>;
}

declare module 'hyparquet-compressors' {
  import type { Compressors } from 'hyparquet';

  export const compressors: Compressors;
}

declare module 'apache-arrow' {
  interface Type {
    readonly typeId: number;
  }
  export const DataType: {
    isDate(type: Type): boolean;
    isTimestamp(type: Type): boolean;
  };
  export function tableFromIPC(bytes: Uint8Array): {
    readonly schema: { readonly fields: readonly { readonly name: string; readonly type: Type }[] };
    getChildAt(index: number): Iterable<unknown> | null;
  };
}

declare module 'sharp' {
  interface Picture {
    rotate(): Picture;
    removeAlpha(): Picture;
    toColourspace(space: string): Picture;
    resize(width: number, height: number, options: { readonly fit: 'cover' }): Picture;
    raw(): Picture;
    toBuffer(options: { readonly resolveWithObject: true }): Promise<{
      readonly data: Uint8Array;
      readonly info: { readonly height: number; readonly width: number; readonly channels: number };
    }>;
  }

  function open(source: string | Uint8Array): Picture;
  export { open as default };
}

declare module 'fast-png' {
  export interface DecodedPng {
    readonly data: Uint8Array | Uint16Array;
    readonly height: number;
    readonly width: number;
    readonly channels: number;
    readonly depth: number;
    readonly palette?: readonly (readonly number[])[];
  }

  export function decode(bytes: Uint8Array): DecodedPng;
}
