/**
 * The engine for the layers above: choosing a device, running graphs, recording functions.
 */
export { currentDevice, device } from '../runtime/registry.ts';
export { raiseAsync, record, Recording, type Signature, type Stage } from './capture.ts';
export { NodeCell } from './cell.ts';
export { labelIndex } from './index-checks.ts';
export { knownValue, realize, sameElements } from './realize.ts';
export { currentTrace, noteMode } from './trace.ts';
export { store, Value, valueOf } from './value.ts';
