/**
 * Values whose gradients are not taken from how they were computed. What a `custom` node stands on: the transforms ask it for the way back.
 */
import type { Node } from './node.ts';

/** One function with a gradient of its own, shared by the nodes of all its results and by their copies in other graphs. */
export interface CustomGradient {
  /** For messages. */
  readonly name: string;
  /** How many results the function has. */
  readonly results: number;
  /** The gradient is that of the values themselves: forward mode may go through them, and `pullBack` finds all it needs in the graph. */
  readonly isOrdinary: boolean;
  /**
   * The gradient of each variable; undefined where none flows.
   * @param gradients of each result, undefined where none arrives   @param values the results   @param variables in the graph of the values
   */
  pullBack(
    gradients: readonly (Node | undefined)[],
    values: readonly Node[],
    variables: readonly Node[],
  ): readonly (Node | undefined)[];
}

/** One run of a checkpoint's backward pass: barriers of one run are alike, those of two are not. */
export class Rerun {
  toString(): string {
    return 'rerun';
  }
}
