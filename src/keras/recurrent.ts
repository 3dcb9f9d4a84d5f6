/**
 * Keras's recurrent layers as ours: gates of a GRU stand in another order, and of both directions' last outputs each is its own last.
 */
import { GRU, LSTM, RNN } from '../nn/index.ts';
import { Module } from '../nn/module.ts';
import { concat, split } from '../tensor/functions.ts';
import { zeros } from '../tensor/creation.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Settings } from './settings.ts';

/** (B, T, C) → (B, T, directions · hidden), or the last step's (B, directions · hidden). */
export class Recurrent extends Module {
  readonly inner: RNN | LSTM | GRU;
  readonly returnsSequences: boolean;

  constructor(inner: RNN | LSTM | GRU, returnsSequences: boolean) {
    super();
    this.inner = inner;
    this.returnsSequences = returnsSequences;
  }

  forward(x: Tensor): Tensor {
    const [outputs, state] = this.inner.forward(x);
    if (this.returnsSequences) return outputs;
    const h = Array.isArray(state) ? state[0]! : (state as Tensor); // (directions, B, hidden)
    return concat(
      Array.from({ length: h.shape[0]! }, (_, i) => h.at(i)),
      -1,
    );
  }
}

type Kind = 'SimpleRNN' | 'LSTM' | 'GRU';

/** @param cell settings of the layer itself, inside of Bidirectional where there is one   @param own takes the weights */
export function recurrent(kind: Kind, cell: Settings, own: Settings, isBidirectional: boolean): Recurrent {
  cell.only({ activation: 'tanh', go_backwards: false, stateful: false, return_state: false });
  if (kind !== 'SimpleRNN') cell.only({ recurrent_activation: 'sigmoid' });
  if (kind === 'GRU' && !cell.flag('reset_after', false))
    cell.fail('reset_after false is not converted: there the gate comes before the product, here after it');
  const bias = cell.flag('use_bias', true);
  const state: Record<string, Tensor> = {};
  let inputSize = 0;
  const units = cell.number('units');
  for (const suffix of isBidirectional ? ['', '_reverse'] : ['']) {
    const kernel = own.weight('kernel', 2); // (input, gates · units)
    inputSize = kernel.shape[0]!;
    state[`weight_ih_l0${suffix}`] = reordered(kind, kernel, 1).transpose();
    state[`weight_hh_l0${suffix}`] = reordered(kind, own.weight('recurrent kernel', 2), 1).transpose();
    if (!bias) continue;
    const gates = kernel.shape[1]!;
    const both = kind === 'GRU' ? own.weight('bias', 2) : own.weight('bias', 1); // a GRU has one for each product
    state[`bias_ih_l0${suffix}`] = reordered(kind, both.rank === 2 ? both.at(0) : both, 0);
    state[`bias_hh_l0${suffix}`] = both.rank === 2 ? reordered(kind, both.at(1), 0) : zeros([gates]);
  }
  const options = { bidirectional: isBidirectional, bias };
  const inner =
    kind === 'LSTM'
      ? new LSTM(inputSize, units, options)
      : kind === 'GRU'
        ? new GRU(inputSize, units, options)
        : new RNN(inputSize, units, options);
  inner.load(state);
  return new Recurrent(inner, cell.flag('return_sequences', false));
}

/** A GRU's gates are z, r, n in Keras and r, z, n here; an LSTM's are i, f, g, o in both. */
function reordered(kind: Kind, weight: Tensor, axis: number): Tensor {
  if (kind !== 'GRU') return weight;
  const [z, r, n] = split(weight, 3, axis) as [Tensor, Tensor, Tensor];
  return concat([r, z, n], axis);
}
