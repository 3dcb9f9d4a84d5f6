/**
 * File formats: tensors as safetensors, from bytes or by path.
 */
export {
  loadSafetensors,
  readMetadata,
  type ReadOptions,
  readSafetensors,
  saveSafetensors,
  writeSafetensors,
} from './safetensors.ts';
