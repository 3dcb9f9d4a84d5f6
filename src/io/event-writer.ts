/**
 * Writing TensorBoard's event files, in Node: `tensorboard --logdir FOLDER` shows them. Messages are events.ts.
 */
import { raise, ShapeError } from '../base/errors.ts';
import { formatShape } from '../base/shape.ts';
import { isFloat } from '../ir/dtype.ts';
import { topological } from '../ir/walk.ts';
import type { Tensor } from '../tensor/tensor.ts';
import {
  graphEvent,
  type GraphNode,
  histogramValue,
  imageValue,
  restartEvent,
  scalarValue,
  summaryEvent,
  textValue,
  versionEvent,
} from './events.ts';
import type { Appender } from './files.ts';
import { encodePng } from './png.ts';
import { frameRecord } from './tfrecord.ts';

export interface EventWriterOptions {
  /** A training goes on after this step: what older files say of later ones is void. Default: it starts anew. */
  readonly after?: number;
  /** Seconds since 1970. Default: the clock. */
  readonly now?: () => number;
}

/**
 * One event file in a folder. Every call is written at once.
 * @example const board = await EventWriter.open('runs/a/tensorboard'); board.scalar('loss', 0.3, step); board.close()
 */
export class EventWriter {
  readonly path: string;
  readonly #file: Appender;
  readonly #now: () => number;

  private constructor(path: string, file: Appender, now: () => number) {
    this.path = path;
    this.#file = file;
    this.#now = now;
  }

  /** Starts a new file in the folder, which is made if need be. */
  static async open(folder: string, options: EventWriterOptions = {}): Promise<EventWriter> {
    const { after = 0, now = () => Date.now() / 1000 } = options;
    const { listFiles, openAppender } = await import('./files.ts');
    const time = now();
    const number = (await listFiles(folder)).length;
    const path = `${folder}/events.out.tfevents.${String(Math.floor(time)).padStart(10, '0')}.fathom.${number}`;
    const writer = new EventWriter(path, openAppender(path), now);
    writer.#write(versionEvent(time));
    if (after > 0) writer.#write(restartEvent({ time, step: after + 1 }));
    return writer;
  }

  scalar(tag: string, value: number, step: number): void {
    this.scalars({ [tag]: value }, step);
  }

  /** Several figures of one moment. @example board.scalars({ 'train/loss': 0.3, 'train/accuracy': 0.9 }, 100) */
  scalars(values: Readonly<Record<string, number>>, step: number): void {
    this.#write(
      summaryEvent(
        this.#head(step),
        Object.entries(values).map(([tag, value]) => scalarValue(tag, value)),
      ),
    );
  }

  /** How values are spread: of a tensor of any shape, or an array. NaN and infinities are left out. */
  histogram(tag: string, values: Tensor | ArrayLike<number>, step: number): void {
    const elements = 'dataSync' in values ? values.dataSync() : values;
    this.#write(summaryEvent(this.#head(step), [histogramValue(tag, elements)]));
  }

  /**
   * A picture: (H, W), (1, H, W), (3, H, W) or (4, H, W); uint8, or floats from 0 to 1.
   * @throws ShapeError for another shape
   */
  async image(tag: string, image: Tensor, step: number): Promise<void> {
    const planes = image.rank === 2 ? image.unsqueeze(0) : image;
    const [channels = 0, height = 0, width = 0] = planes.shape;
    if (planes.rank !== 3 || ![1, 3, 4].includes(channels) || height * width === 0)
      raise(
        new ShapeError(`image: expected (H, W) or (C, H, W) with 1, 3 or 4 channels, got ${formatShape(image.shape)}`),
      );
    const bytes = isFloat(image.dtype) ? planes.clip(0, 1).mul(255).round() : planes;
    const pixels = Uint8Array.from(bytes.permute(1, 2, 0).dataSync());
    const png = await encodePng(pixels, height, width, channels);
    this.#write(summaryEvent(this.#head(step), [imageValue(tag, { height, width, channels, png })]));
  }

  /** A text in Markdown. */
  text(tag: string, text: string, step: number): void {
    this.#write(summaryEvent(this.#head(step), [textValue(tag, text)]));
  }

  /**
   * The graph of operations that a tensor comes from.
   * @param names tensors that have one, e.g. `model.state()`   @example board.graph(model.forward(x), { ...model.state(), x })
   */
  graph(output: Tensor, names: Readonly<Record<string, Tensor>> = {}): void {
    this.#write(graphEvent(this.#head(0), nodesOf(output, names)));
  }

  close(): void {
    this.#file.close();
  }

  #head(step: number): { time: number; step: number } {
    return { time: this.#now(), step };
  }

  #write(event: Uint8Array): void {
    this.#file.write(frameRecord(event));
  }
}

/** Dots in names become slashes, which TensorBoard folds into boxes. */
function nodesOf(output: Tensor, names: Readonly<Record<string, Tensor>>): GraphNode[] {
  const known = new Map(Object.entries(names).map(([name, { node }]) => [node, name.replaceAll('.', '/')]));
  const nodes = topological([output.node]);
  const nameOf = new Map(nodes.map((node, i) => [node, known.get(node) ?? `${node.op}_${i}`]));
  return nodes.map((node) => ({
    name: nameOf.get(node)!,
    op: node.op,
    inputs: node.inputs.map((input) => nameOf.get(input)!),
    attributes: { shape: formatShape(node.shape), dtype: node.dtype },
  }));
}
