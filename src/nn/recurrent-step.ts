/**
 * One step of each recurrent network, from what input and state contribute to its gates: shared by the cells and the layers.
 */
import { split } from '../tensor/functions.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** A kind of recurrence. */
export interface Recurrence {
  /** Gates per hidden unit. */
  readonly gates: number;
  /** Tensors that are carried: h, or h and c. */
  readonly carried: 1 | 2;
  /**
   * The next state. @param fromInput x W_ihᵀ + b_ih   @param fromState h W_hhᵀ + b_hh, both (B, gates · hidden)
   */
  step(fromInput: Tensor, fromState: Tensor, state: readonly Tensor[]): readonly Tensor[];
}

/** h′ = tanh(a + b), or with relu. */
export function elman(nonlinearity: 'tanh' | 'relu'): Recurrence {
  return {
    gates: 1,
    carried: 1,
    step: (fromInput, fromState) => [fromInput.add(fromState)[nonlinearity]()],
  };
}

/** c′ = σ(f) c + σ(i) tanh(g), h′ = σ(o) tanh(c′); gates in PyTorch's order i, f, g, o. */
export const longShortTerm: Recurrence = {
  gates: 4,
  carried: 2,
  step: (fromInput, fromState, [, c]) => {
    const [i, f, g, o] = split(fromInput.add(fromState), 4, -1) as [Tensor, Tensor, Tensor, Tensor];
    const next = gate(f).mul(c!).add(gate(i).mul(g.tanh()));
    return [gate(o).mul(next.tanh()), next];
  },
};

/** n = tanh(aₙ + σ(r) bₙ), h′ = (1 − σ(z)) n + σ(z) h; gates in PyTorch's order r, z, n. */
export const gatedUnit: Recurrence = {
  gates: 3,
  carried: 1,
  step: (fromInput, fromState, [h]) => {
    const [ar, az, an] = split(fromInput, 3, -1) as [Tensor, Tensor, Tensor];
    const [br, bz, bn] = split(fromState, 3, -1) as [Tensor, Tensor, Tensor];
    const n = an.add(gate(ar.add(br)).mul(bn)).tanh();
    return [n.add(gate(az.add(bz)).mul(h!.sub(n)))];
  },
};

/** σ(x) = ½ + ½ tanh(½x): right to 1e-7, which is all that a gate needs, and its gradient needs nothing but its value. */
function gate(x: Tensor): Tensor {
  return x.mul(0.5).tanh().mul(0.5).add(0.5);
}
