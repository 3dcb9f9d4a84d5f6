/**
 * Parameter groups: which cells an optimizer trains, and what each group has of its own. Every optimizer takes a list of
 * cells, or a list of groups.
 */
import { raise, ValueError } from '../base/errors.ts';
import { Cell } from '../tensor/cell.ts';
import { tensor } from '../tensor/creation.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** Cells with a learning rate or a weight decay of their own; what is left out is the optimizer's. */
export interface ParameterGroup {
  readonly parameters: readonly Cell[];
  readonly lr?: number;
  readonly weightDecay?: number;
}

/** What an optimizer trains. @example [{ parameters: body }, { parameters: head, lr: 0.01, weightDecay: 0 }] */
export type Trainable = readonly Cell[] | readonly ParameterGroup[];

/** A group as an optimizer holds it. */
export class Group {
  readonly parameters: readonly Cell[];
  readonly weightDecay: number;
  /** Its learning rate over the optimizer's, which setting the optimizer's keeps. */
  readonly share: number;
  readonly #name: string;
  #lr: number;
  /** In float64, as every scalar of an update: they are few, and 1 − βᵗ loses half its digits in float32. */
  readonly #rate: Cell;

  constructor(name: string, { parameters, lr, weightDecay }: ParameterGroup, defaults: Required<GroupDefaults>) {
    const own = lr ?? defaults.lr;
    checkLeast(name, 'lr', own);
    checkLeast(name, 'weightDecay', weightDecay ?? defaults.weightDecay);
    if (lr !== undefined && lr > 0 && defaults.lr === 0)
      raise(new ValueError(`${name}: a group's lr counts relative to the optimizer's, which is 0; give that one too`));
    this.parameters = [...parameters];
    this.weightDecay = weightDecay ?? defaults.weightDecay;
    this.share = own === defaults.lr ? 1 : own / defaults.lr;
    this.#name = name;
    this.#lr = own;
    this.#rate = new Cell(scalar(own));
  }

  /** The group's learning rate. Setting it does not compile anything again; 0 freezes the group. */
  get lr(): number {
    return this.#lr;
  }

  set lr(lr: number) {
    checkLeast(this.#name, 'lr', lr);
    this.#lr = lr;
    this.#rate.value = scalar(lr);
  }

  /** The learning rate as a float64 scalar, for updates. */
  get rate(): Tensor {
    return this.#rate.value;
  }
}

interface GroupDefaults {
  readonly lr: number;
  readonly weightDecay: number;
}

/** The groups of what a constructor was given; plain cells are one group. @throws ValueError if there is nothing, or a cell is listed twice */
export function groupsOf(name: string, trainable: Trainable, defaults: GroupDefaults): readonly Group[] {
  const groups = isCells(trainable) ? [{ parameters: trainable }] : trainable;
  const cells = groups.flatMap(({ parameters }) => parameters);
  if (cells.length === 0) raise(new ValueError(`${name}: there are no parameters to train; pass model.parameters()`));
  if (new Set(cells).size !== cells.length) raise(new ValueError(`${name}: a parameter is listed twice`));
  checkLeast(name, 'lr', defaults.lr);
  return groups.map((group) => new Group(name, group, defaults));
}

function isCells(trainable: Trainable): trainable is readonly Cell[] {
  return trainable.every((one: Cell | ParameterGroup) => one instanceof Cell);
}

/** A number as a float64 scalar. */
export function scalar(value: number): Tensor {
  return tensor(value, { dtype: 'float64' });
}

/** @throws ValueError unless value ≥ 0 and finite */
export function checkLeast(op: string, name: string, value: number): void {
  if (!(value >= 0 && value < Infinity)) raise(new ValueError(`${op}: ${name} must be 0 or more, got ${value}`));
}

/** @throws ValueError unless 0 ≤ value < 1 */
export function checkDecay(op: string, name: string, value: number): void {
  if (!(value >= 0 && value < 1)) raise(new ValueError(`${op}: ${name} must be from 0 to below 1, got ${value}`));
}
