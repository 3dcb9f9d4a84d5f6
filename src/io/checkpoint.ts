/**
 * Checkpoints: tensors and what else training needs to go on, as one safetensors file with JSON in its metadata. One file, so
 * that one rename makes it appear whole; a checksum, so that a damaged one is told from a good one.
 */
import { FormatError, raise } from '../base/errors.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { crc32c } from './crc32c.ts';
import { parseHeader } from './safetensors-header.ts';
import { readSafetensors, writeSafetensors } from './safetensors.ts';

export interface Checkpoint {
  readonly tensors: Readonly<Record<string, Tensor>>;
  /** JSON; NaN and the infinities are kept, too. */
  readonly state: unknown;
}

/** The keys of the safetensors metadata. */
const STATE = 'fathom.state';
const CHECKSUM = 'fathom.crc32c';
/** Stands where the checksum's ten digits will be, and is what the checksum counts there. */
const BLANK = '0000000000';

/** A checkpoint as a file's bytes: any reader of safetensors can open it. @example await writeBytes(path, encodeCheckpoint({ tensors: model.state(), state: { epoch: 3 } })) */
export function encodeCheckpoint({ tensors, state }: Checkpoint): Uint8Array<ArrayBuffer> {
  const bytes = writeSafetensors(tensors, { [STATE]: JSON.stringify(state, writeNumber), [CHECKSUM]: BLANK });
  const place = placeOfChecksum(bytes);
  if (place === undefined) throw new Error('bug: the checksum has no place in the checkpoint');
  bytes.set(new TextEncoder().encode(String(crc32c(bytes)).padStart(BLANK.length, '0')), place);
  return bytes;
}

/** @throws FormatError for a file that is truncated, damaged, or no checkpoint   @example decodeCheckpoint(bytes).state */
export function decodeCheckpoint(bytes: Uint8Array): Checkpoint {
  const { metadata } = parseHeader(bytes, () => false);
  const [text, checksum] = [metadata[STATE], metadata[CHECKSUM]];
  const place = placeOfChecksum(bytes);
  if (text === undefined || checksum === undefined || place === undefined)
    raise(new FormatError('checkpoint: a safetensors file, but not one that training wrote; use loadSafetensors'));
  const blank = new TextEncoder().encode(BLANK);
  const found = crc32c(bytes.subarray(place + blank.length), crc32c(blank, crc32c(bytes.subarray(0, place))));
  if (found !== Number(checksum))
    raise(new FormatError(`checkpoint: the checksum is ${found} where the file says ${checksum}; it is damaged`));
  return { tensors: readSafetensors(bytes), state: JSON.parse(text, readNumber) as unknown };
}

/** Writes a checkpoint to a path, in Node: whole or not at all. @example await saveCheckpoint('last.safetensors', { tensors: model.state(), state: {} }) */
export async function saveCheckpoint(path: string, checkpoint: Checkpoint): Promise<void> {
  const { writeBytes } = await import('./files.ts');
  await writeBytes(path, encodeCheckpoint(checkpoint));
}

/** @throws DataError if there is no such file   @throws FormatError as decodeCheckpoint   @example await loadCheckpoint('last.safetensors') */
export async function loadCheckpoint(path: string): Promise<Checkpoint> {
  const { readBytes } = await import('./files.ts');
  return decodeCheckpoint(await readBytes('loadCheckpoint', path));
}

/** The name of a numbered checkpoint: in the order of steps also when sorted as text. */
export function checkpointName(step: number): string {
  return `step-${String(step).padStart(10, '0')}.safetensors`;
}

/** The numbered checkpoints in a folder, newest first; none if there is no such folder. */
export async function listCheckpoints(folder: string): Promise<{ readonly name: string; readonly step: number }[]> {
  const { listFiles } = await import('./files.ts');
  return (await listFiles(folder))
    .flatMap((name) => {
      const match = /^step-(\d+)\.safetensors$/.exec(name);
      return match === null ? [] : [{ name, step: Number(match[1]) }];
    })
    .sort((a, b) => b.step - a.step);
}

/**
 * The newest checkpoint in a folder that can be read, in Node; undefined if there is none. A damaged one is passed over.
 * @example await fit(model, data, { epochs: 9, optimizer, loss, resume: await latestCheckpoint('runs/a/checkpoints') })
 */
export async function latestCheckpoint(folder: string): Promise<Checkpoint | undefined> {
  for (const { name } of await listCheckpoints(folder)) {
    try {
      return await loadCheckpoint(`${folder}/${name}`);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
    }
  }
  return undefined;
}

/** Where the checksum's digits begin. No name or text can look like its key, because quotes inside them are escaped. */
function placeOfChecksum(bytes: Uint8Array): number | undefined {
  const size = Number(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigUint64(0, true));
  const key = `"${CHECKSUM}":"`;
  const at = new TextDecoder('latin1').decode(bytes.subarray(8, 8 + size)).indexOf(key);
  return at < 0 ? undefined : 8 + at + key.length;
}

const MARK = '$number';

/** JSON has no word for these, and training must not forget that a figure was NaN. */
function writeNumber(_: string, value: unknown): unknown {
  return typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0))
    ? { [MARK]: Object.is(value, -0) ? '-0' : String(value) }
    : value;
}

function readNumber(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !(MARK in value)) return value;
  return Number(value[MARK]);
}
