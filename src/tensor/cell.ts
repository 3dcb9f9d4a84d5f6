/**
 * A Cell: a place for a tensor that changes over time, such as a weight, a moment, a learning rate. Compiled functions find
 * the cells they read and assign by themselves.
 */
import { NodeCell } from '../engine/cell.ts';
import { constant } from '../ir/build.ts';
import { Tensor, type TensorLike } from './tensor.ts';

/**
 * Holds one tensor at a time, always of one shape and dtype. Tensors taken from it keep their value when it changes.
 * @example const steps = new Cell(0); steps.value = steps.value.add(1);
 */
export class Cell extends NodeCell {
  constructor(value: TensorLike) {
    super(value instanceof Tensor ? value.node : constant(Number(value)));
  }

  get value(): Tensor {
    return new Tensor(this.readNode());
  }

  /** @throws ShapeError or DTypeError if the new value is of another shape or dtype */
  set value(value: Tensor) {
    this.writeNode(value.node);
  }
}
