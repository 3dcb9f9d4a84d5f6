/**
 * Schedules as data: everything that may be decided about a kernel without changing what it computes. choose.ts decides by a cost model;
 * loops.ts and tile.ts do what they are told. Any directives of the right kind give the same results, which a property test checks.
 */
import type { Affine, Var } from '../kernel/affine.ts';
import type { Kernel, Load, Reduce } from '../kernel/kernel.ts';
import type { Target } from './target.ts';

/** For a kernel that is not a contraction. */
export interface LoopDirectives {
  /** The variable that runs along the lanes, of the output or of a lone reduction; undefined for one element at a time. */
  readonly lane: Var | undefined;
  /**
   * A second variable of the output: what is contiguous along it and not along the lanes is read in squares and transposed in registers.
   * Only for kernels without reductions that accumulate nowhere.
   */
  readonly across?: Var | undefined;
  /** The variable of a lone reduction that numbers rows to be read as they lie (columns.ts says which may be). */
  readonly rows?: Var | undefined;
  /** Vectors a reduction keeps side by side, from 1 up. */
  readonly side: number;
  /** Threads may share the outermost loop. */
  readonly parallel: boolean;
}

/**
 * How an operand of a contraction is copied first: not at all; with the lane variable innermost; or in panels, one for each tile along
 * the lane variable, in the order in which the tile reads it (only for lanes along a variable of the result).
 */
export type Packing = 'none' | 'plain' | 'panels';

/** For a contraction. */
export interface TileDirectives {
  /** 'outer': lanes along a result variable, one product each; 'inner': lanes along a summed variable, added up at the end. */
  readonly kind: 'outer' | 'inner';
  readonly lane: Var;
  /** The result variable whose values are the rows of a tile. */
  readonly row: Var | undefined;
  /** For 'inner': the result variable whose values are the columns. */
  readonly column: Var | undefined;
  /** Rows of a register tile. */
  readonly rows: number;
  /** 'outer': vectors across a register tile; 'inner': columns of it. */
  readonly across: number;
  /** Where lanes run along an operand that is not contiguous along them, some copy is required. */
  readonly pack: { readonly a: Packing; readonly b: Packing };
  /** Tiles of rows that are computed for one tile of columns before the next: what they read of their operand should stay in cache. */
  readonly block: number;
  /** The outermost loop, which threads may share: over a variable that is neither row nor column, over blocks of rows, or over tiles of columns. */
  readonly outermost: 'free' | 'row' | 'across';
  readonly parallel: boolean;
}

/** A sum of products of two loads, as the choice of its directives sees it. */
export interface Contraction {
  readonly vars: readonly Var[];
  readonly summed: readonly Var[];
  readonly a: Load;
  readonly b: Load;
  /** The address of the result; undefined while its layout is still to be chosen. */
  readonly out: Affine | undefined;
}

/** Who decides. */
export interface Chooser {
  loops(kernel: Kernel, reduces: readonly Reduce[], lanes: number, target: Target): LoopDirectives;
  /** Undefined sends the contraction to the plain loops. */
  tiles(contraction: Contraction, lanes: number, target: Target): TileDirectives | undefined;
}
