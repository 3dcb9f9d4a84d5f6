/**
 * Holds the sources to ARCHITECTURE.md: which folder may import which, which files may import Node modules and packages,
 * and no hand-managed memory in anything exported. The permissions are read from the page's tables, never repeated here.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

interface Link {
  readonly specifier: string;
  readonly line: number;
}

interface Source {
  /** Relative to the repository, with forward slashes: `src/ir/op.ts`. */
  readonly path: string;
  readonly tree: ts.SourceFile;
}

/** Folder → folders that it may import besides itself. */
type Layers = ReadonlyMap<string, ReadonlySet<string>>;

interface Permit {
  readonly path: string;
  readonly imports: readonly string[];
}

const root = fileURLToPath(new URL('..', import.meta.url));
const page = readFileSync(`${root}/ARCHITECTURE.md`, 'utf8');
const sources = readSources();
const layers = parseLayers(page);
const permits = parsePermits(page);

describe('layers', () => {
  it('the table places every folder of src', () => {
    const lost = sources.filter(({ path }) => path !== 'src/index.ts' && !layers.has(folderOf(path) ?? ''));
    expect(lost.map(({ path }) => path)).toEqual([]);
  });

  it('no permission in the table leads back to where it started', () => {
    const circular = [...layers.keys()].filter((folder) => reachable(layers, folder).has(folder));
    expect(circular).toEqual([]);
  });

  it('no file imports upwards or sideways', () => {
    expect(sources.flatMap((source) => layerFaults(source, layers))).toEqual([]);
  });

  it('an upward, a sideways, a re-exported and a type-only import are all found, and a downward one is not', () => {
    const table = parseLayers(
      layerTable(['0 | `base` | nothing', '1 | `ir` | below', '2 | `nn`, `io` | below', '2 | `train` | below, `io`']),
    );
    const faults = (path: string, text: string) =>
      layerFaults(parse(path, text), table).map((fault) => fault.split(':')[0]);
    expect(faults('src/ir/a.ts', "import { x } from '../nn/x.ts';")).toEqual(['src/ir/a.ts']);
    expect(faults('src/nn/a.ts', "export * from '../io/x.ts';")).toEqual(['src/nn/a.ts']);
    expect(faults('src/ir/a.ts', "import type { X } from '../nn/x.ts';")).toHaveLength(1);
    expect(faults('src/ir/a.ts', "type X = import('../nn/x.ts').X; const y = import('../io/y.ts');")).toHaveLength(2);
    expect(faults('src/ir/a.ts', "import { x } from '../index.ts';")).toHaveLength(1);
    expect(faults('src/ir/a.ts', "import { x } from '../../test/x.ts';")).toHaveLength(1);
    expect(faults('src/ir/a.ts', "import { x } from './x.test.ts';")).toHaveLength(1);
    expect(faults('src/nn/deep/a.ts', "import { x } from '../../ir/x.ts'; import { y } from '../b.ts';")).toEqual([]);
    expect(faults('src/train/a.ts', "import { x } from '../io/x.ts';")).toEqual([]);
    expect(faults('src/index.ts', "export { x } from './train/x.ts';")).toEqual([]);
  });
});

describe('packages and Node modules', () => {
  it('are imported only by the files that the table names', () => {
    expect(sources.flatMap((source) => packageFaults(source, permits))).toEqual([]);
  });

  it('are found however they are asked for', () => {
    const allowed: Permit[] = [
      { path: 'src/io/files.ts', imports: ['node:*'] },
      { path: 'src/native/', imports: ['koffi'] },
    ];
    const faults = (path: string, text: string) => packageFaults(parse(path, text), allowed);
    expect(faults('src/ir/a.ts', "import { readFile } from 'node:fs/promises';")).toHaveLength(1);
    expect(faults('src/ir/a.ts', "const fs = await import('node:fs'); const k = require('koffi');")).toHaveLength(2);
    expect(faults('src/ir/a.ts', "process.getBuiltinModule('fs'); await import(name);")).toHaveLength(2);
    expect(faults('src/io/files.ts', "import fs from 'node:fs'; import koffi from 'koffi';")).toHaveLength(1);
    expect(faults('src/native/deep/a.ts', "import koffi from 'koffi';")).toEqual([]);
  });
});

describe('memory', () => {
  it('nothing exported has a member called dispose or ref', () => {
    expect(sources.flatMap((source) => ownershipFaults(source))).toEqual([]);
  });

  it('such members are found in classes, interfaces, nested types and objects, and private ones are left alone', () => {
    const faults = (text: string) => ownershipFaults(parse('src/a.ts', text));
    expect(faults('export class A { dispose(): void {} }')).toHaveLength(1);
    expect(faults('export interface A { readonly b: { readonly ref: A } }')).toHaveLength(1);
    expect(faults('export const a = { ref: 1 };')).toHaveLength(1);
    expect(faults('export function dispose(): void {}')).toHaveLength(1);
    expect(faults('class A { #ref = 1; private dispose(): void {} } export { A };')).toEqual([]);
    expect(faults('class A { ref = 1 } export { A };')).toHaveLength(1);
    expect(faults('export class A { [Symbol.dispose](): void { const o = { ref: 1 }; } }')).toEqual([]);
  });
});

function readSources(): readonly Source[] {
  return readdirSync(`${root}/src`, { recursive: true, encoding: 'utf8' })
    .map((name) => `src/${name.replaceAll('\\', '/')}`)
    .filter((path) => path.endsWith('.ts') && !isBeside(path))
    .sort()
    .map((path) => parse(path, readFileSync(`${root}/${path}`, 'utf8')));
}

/** Tests, and scripts that wrote recorded data: they stand beside a source and are no part of it. */
function isBeside(path: string): boolean {
  return /\.(test|generate)\.ts$/.test(path);
}

function parse(path: string, text: string): Source {
  return { path, tree: ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true) };
}

/** The cells of the first table under a heading, without the header row. Throws where the columns are not those expected. */
function tableUnder(markdown: string, heading: string, columns: readonly string[]): readonly (readonly string[])[] {
  const section = markdown.split(/^## /m).find((part) => part.startsWith(`${heading}\n`));
  if (section === undefined) throw new Error(`ARCHITECTURE.md has no section "${heading}"`);
  const rows = section
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  const found = rows[0]?.slice(0, columns.length) ?? [];
  if (found.join() !== columns.join()) {
    throw new Error(
      `"${heading}": expected a table with columns ${columns.join(' | ')}. Received: ${found.join(' | ')}`,
    );
  }
  return rows.slice(2);
}

/** Markdown of a layer table, for the cases above. */
function layerTable(rows: readonly string[]): string {
  const head = ['## Layers', '| Layer | Folder | May import |', '| --- | --- | --- |'];
  return [...head, ...rows.map((row) => `| ${row} |`)].join('\n');
}

/** The names in backticks of a table cell. */
function named(cell: string): readonly string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1]!);
}

function parseLayers(markdown: string): Layers {
  const rows = tableUnder(markdown, 'Layers', ['Layer', 'Folder', 'May import']).flatMap(
    ([layer, folders, mayImport]) =>
      named(folders!).map((folder) => ({ folder, level: Number.parseInt(layer!, 10), mayImport: mayImport! })),
  );
  const known = new Set(rows.map((row) => row.folder));
  return new Map(
    rows.map(({ folder, level, mayImport }) => {
      const allowed = new Set(named(mayImport));
      for (const name of allowed)
        if (!known.has(name)) throw new Error(`layer table: \`${folder}\` names unknown \`${name}\``);
      if (/\bbelow\b/.test(mayImport)) for (const row of rows) if (row.level < level) allowed.add(row.folder);
      return [folder, allowed];
    }),
  );
}

function parsePermits(markdown: string): readonly Permit[] {
  return tableUnder(markdown, 'Where Node is allowed', ['Path', 'May import']).flatMap(([paths, imports]) =>
    named(paths!).map((path) => ({ path, imports: named(imports!) })),
  );
}

/** Every folder that can be reached from one by following permissions. */
function reachable(table: Layers, start: string): ReadonlySet<string> {
  const seen = new Set<string>();
  const queue = [...(table.get(start) ?? [])];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    queue.push(...(table.get(next) ?? []));
  }
  return seen;
}

/** The folder directly under src that holds a file: '' for src/index.ts, undefined outside src. */
function folderOf(path: string): string | undefined {
  const parts = path.split('/');
  if (parts[0] !== 'src') return undefined;
  return parts.length > 2 ? parts[1] : '';
}

/** Everything a file asks another module for: static, dynamic, type-only, re-exported or required. */
function linksOf({ tree }: Source): readonly Link[] {
  const links: Link[] = [];
  const add = (node: ts.Node, module: ts.Node | undefined) => {
    const specifier = module !== undefined && ts.isStringLiteralLike(module) ? module.text : '(computed)';
    links.push({ specifier, line: tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1 });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node, node.moduleSpecifier);
    else if (ts.isExportDeclaration(node) && node.moduleSpecifier) add(node, node.moduleSpecifier);
    else if (ts.isImportTypeNode(node))
      add(node, ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined);
    else if (ts.isCallExpression(node) && isModuleCall(node)) add(node, node.arguments[0]);
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return links;
}

function isModuleCall({ expression }: ts.CallExpression): boolean {
  if (expression.kind === ts.SyntaxKind.ImportKeyword) return true;
  const name = ts.isPropertyAccessExpression(expression) ? expression.name : expression;
  return ts.isIdentifier(name) && (name.text === 'require' || name.text === 'getBuiltinModule');
}

function layerFaults(source: Source, table: Layers): readonly string[] {
  const from = folderOf(source.path);
  if (from === '' && source.path === 'src/index.ts') return [];
  const allowed = table.get(from ?? '') ?? new Set<string>();
  return linksOf(source).flatMap(({ specifier, line }) => {
    if (!specifier.startsWith('.')) return [];
    const target = new URL(specifier, `file:///${source.path}`).pathname.slice(1);
    const to = folderOf(target);
    if (isBeside(target))
      return [`${source.path}:${line} imports ${target}: a source cannot lean on a test or a script`];
    if (to !== undefined && to !== '' && (to === from || allowed.has(to))) return [];
    const may = allowed.size > 0 ? [...allowed].join(', ') : 'nothing';
    return [`${source.path}:${line} imports ${target}, but ${from || 'src'} may import only: ${may}`];
  });
}

function packageFaults(source: Source, table: readonly Permit[]): readonly string[] {
  const allowed = table
    .filter(({ path }) => (path.endsWith('/') ? source.path.startsWith(path) : source.path === path))
    .flatMap(({ imports }) => imports);
  const permits = (specifier: string) =>
    allowed.some((name) => (name.endsWith('*') ? specifier.startsWith(name.slice(0, -1)) : specifier === name));
  return linksOf(source)
    .filter(({ specifier }) => !specifier.startsWith('.') && !permits(specifier))
    .map(
      ({ specifier, line }) =>
        `${source.path}:${line} imports ${specifier}, which "Where Node is allowed" does not grant it`,
    );
}

const OWNERSHIP: ReadonlySet<string> = new Set(['dispose', 'ref']);

/** Exported declarations, and members of theirs, named like hand-managed ownership. */
function ownershipFaults({ path, tree }: Source): readonly string[] {
  const faults: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isBlock(node)) return;
    if (isHidden(node)) return;
    const name = (ts.isClassElement(node) || ts.isTypeElement(node) || isNamedValue(node)) && node.name;
    if (name && (ts.isIdentifier(name) || ts.isStringLiteral(name)) && OWNERSHIP.has(name.text)) {
      const line = tree.getLineAndCharacterOfPosition(name.getStart(tree)).line + 1;
      faults.push(`${path}:${line} exports "${name.text}": memory is planned or left to the garbage collector`);
    }
    ts.forEachChild(node, visit);
  };
  const listed = new Set(tree.statements.flatMap(exportedNames));
  for (const statement of tree.statements) if (isExported(statement, listed)) visit(statement);
  return faults;
}

function isNamedValue(
  node: ts.Node,
): node is ts.ObjectLiteralElement | ts.FunctionDeclaration | ts.VariableDeclaration {
  return ts.isObjectLiteralElement(node) || ts.isFunctionDeclaration(node) || ts.isVariableDeclaration(node);
}

function isHidden(node: ts.Node): boolean {
  if (!ts.isClassElement(node)) return false;
  if (node.name !== undefined && ts.isPrivateIdentifier(node.name)) return true;
  return (
    ts.canHaveModifiers(node) && (ts.getModifiers(node) ?? []).some(({ kind }) => kind === ts.SyntaxKind.PrivateKeyword)
  );
}

/** Names in `export { a, b as c }` without a module, as they are called inside the file. */
function exportedNames(statement: ts.Statement): readonly string[] {
  if (!ts.isExportDeclaration(statement) || statement.moduleSpecifier) return [];
  const clause = statement.exportClause;
  if (clause === undefined || !ts.isNamedExports(clause)) return [];
  return clause.elements.map((element) => (element.propertyName ?? element.name).text);
}

function isExported(statement: ts.Statement, listed: ReadonlySet<string>): boolean {
  if (ts.canHaveModifiers(statement)) {
    if (ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) return true;
  }
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.some(({ name }) => ts.isIdentifier(name) && listed.has(name.text));
  }
  return (
    (ts.isDeclarationStatement(statement) && statement.name !== undefined && listed.has(statement.name.text)) ?? false
  );
}
