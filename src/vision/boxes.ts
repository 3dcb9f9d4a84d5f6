/**
 * Arithmetic of boxes (…, 4) as x₁, y₁, x₂, y₂.
 */
import { concat, stack } from '../tensor/functions.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** x₁, y₁, x₂, y₂, each (…). */
export function cornersOf(boxes: Tensor): [Tensor, Tensor, Tensor, Tensor] {
  return [boxes.at(0, -1), boxes.at(1, -1), boxes.at(2, -1), boxes.at(3, -1)];
}

export function boxesOf(x1: Tensor, y1: Tensor, x2: Tensor, y2: Tensor): Tensor {
  return stack([x1, y1, x2, y2], -1);
}

/** Moved by (x, y), each a number or (N, 1). */
export function shiftBoxes(boxes: Tensor, x: Tensor | number, y: Tensor | number): Tensor {
  const [x1, y1, x2, y2] = cornersOf(boxes);
  return boxesOf(x1.add(x), y1.add(y), x2.add(x), y2.add(y));
}

/** Cut off at the picture's edges; what lies outside becomes a box of size 0 at the edge. @example clipBoxes(boxes, 224, 224) */
export function clipBoxes(boxes: Tensor, height: number, width: number): Tensor {
  const [x1, y1, x2, y2] = cornersOf(boxes);
  return boxesOf(x1.clip(0, width), y1.clip(0, height), x2.clip(0, width), y2.clip(0, height));
}

/** Width · height of each: (…, 4) → (…). @example boxAreas(boxes).greater(0) // those that are left after a crop */
export function boxAreas(boxes: Tensor): Tensor {
  const [x1, y1, x2, y2] = cornersOf(boxes);
  return x2.sub(x1).mul(y2.sub(y1));
}

/**
 * The upright boxes around boxes whose corners are moved: x' = a x + b y + c, y' = d x + e y + f.
 * @param boxes (N, M, 4)   @param matrix (N, 6) or (6,): a, b, c, d, e, f
 */
export function transformBoxes(boxes: Tensor, matrix: Tensor): Tensor {
  const [a, b, c, d, e, f] = Array.from({ length: 6 }, (_, i) => matrix.at(i, -1).unsqueeze(-1).unsqueeze(-1)) as [
    Tensor, Tensor, Tensor, Tensor, Tensor, Tensor,
  ]; // prettier-ignore
  const [x1, y1, x2, y2] = cornersOf(boxes);
  const xs = stack([x1, x2, x2, x1], -1); // (N, M, 4): the corners, clockwise
  const ys = stack([y1, y1, y2, y2], -1);
  const [movedX, movedY] = [xs.mul(a).add(ys.mul(b)).add(c), xs.mul(d).add(ys.mul(e)).add(f)];
  return boxesOf(movedX.min(-1), movedY.min(-1), movedX.max(-1), movedY.max(-1));
}

/** Centres and sizes: x, y, width, height. @example toCenters(tensor([[0, 0, 2, 4]])) // [[1, 2, 2, 4]] */
export function toCenters(boxes: Tensor): Tensor {
  const [x1, y1, x2, y2] = cornersOf(boxes);
  return boxesOf(x1.add(x2).mul(0.5), y1.add(y2).mul(0.5), x2.sub(x1), y2.sub(y1));
}

/** From centres and sizes. @example fromCenters(tensor([[1, 2, 2, 4]])) // [[0, 0, 2, 4]] */
export function fromCenters(boxes: Tensor): Tensor {
  const [x, y, width, height] = cornersOf(boxes);
  const [w, h] = [width.mul(0.5), height.mul(0.5)];
  return concat([x.sub(w).unsqueeze(-1), y.sub(h).unsqueeze(-1), x.add(w).unsqueeze(-1), y.add(h).unsqueeze(-1)], -1);
}
