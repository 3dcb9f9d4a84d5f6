/**
 * File formats: tensors as safetensors, .npy and .npz, checkpoints of a training, and those of PyTorch, from bytes or by path.
 */
export {
  type Checkpoint,
  decodeCheckpoint,
  encodeCheckpoint,
  latestCheckpoint,
  loadCheckpoint,
  saveCheckpoint,
} from './checkpoint.ts';
export { EventWriter, type EventWriterOptions } from './event-writer.ts';
export { type Hdf5Dataset, type Hdf5Group, type Hdf5Value, isHdf5, loadHdf5, openHdf5 } from './hdf5.ts';
export type { Hdf5Type } from './hdf5-types.ts';
export { type KerasFile, loadKeras, readKeras } from './keras.ts';
export {
  type Json,
  type JsonObject,
  type KerasArchitecture,
  type KerasLayer,
  readArchitecture,
} from './keras-config.ts';
export { loadTfjs, readTfjs } from './tfjs-model.ts';
export { loadNpy, readNpy, saveNpy, writeNpy } from './npy.ts';
export { loadNpz, readNpz, saveNpz, writeNpz } from './npz.ts';
export { encodePng } from './png.ts';
export { frameRecord, readRecords } from './tfrecord.ts';
export { readZip, writeZip, type ZipMember, type ZipOptions } from './zip.ts';
export {
  loadSafetensors,
  readMetadata,
  type ReadOptions,
  readSafetensors,
  saveSafetensors,
  writeSafetensors,
} from './safetensors.ts';
export { loadTorch, readTorch } from './torch-file.ts';
