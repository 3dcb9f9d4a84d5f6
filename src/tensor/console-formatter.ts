/**
 * Tensors in a browser's console: an entry of DevTools' custom formatters, which Chrome, Edge and Firefox know. Node needs none.
 */
import { currentTrace } from '../engine/trace.ts';
import { Complex } from './complex.ts';
import { Tensor } from './tensor.ts';

/** An element as DevTools take it: name, attributes, content. */
export type ConsoleElement = readonly ['div' | 'pre' | 'span', { readonly style?: string }, string];

/**
 * Shows tensors as their elements in place of the graph behind them. Custom formatters must be on in the settings of DevTools.
 * @example globalThis.devtoolsFormatters = [consoleFormatter]; console.log(tensor([1, 2]));
 */
export const consoleFormatter = {
  /** One line: the elements if they fit, else shape and dtype. Null for what is no tensor. */
  header(value: unknown): ConsoleElement | null {
    if (!isTensor(value)) return null;
    const text = value.toString();
    const name = value instanceof Tensor ? 'Tensor' : 'Complex';
    const isShort = !text.includes('\n');
    return ['span', {}, isShort && !text.startsWith(name) ? `${name} ${text}` : `${name} ${value.shape.join(' × ')} ${value.dtype}`]; // prettier-ignore
  },
  /** Whether there is more to see than the line. */
  hasBody(value: unknown): boolean {
    return isTensor(value) && currentTrace() === undefined && value.toString().includes('\n');
  },
  body(value: unknown): ConsoleElement | null {
    return isTensor(value) ? ['pre', { style: 'margin: 0' }, value.toString()] : null;
  },
};

function isTensor(value: unknown): value is Tensor | Complex {
  return value instanceof Tensor || value instanceof Complex;
}
