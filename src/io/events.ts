/**
 * TensorBoard's events as messages: what event.proto, summary.proto, tensor.proto and graph.proto of TensorFlow say, of it what
 * scalars, histograms, images, texts and graphs need. Writing them to files is event-writer.ts.
 */
import { Message } from './protobuf.ts';

/** A moment's figures, or what a file begins with. */
export interface EventHead {
  /** Seconds since 1970. */
  readonly time: number;
  readonly step: number;
}

/** The first event of every file. */
export function versionEvent(time: number): Uint8Array {
  return new Message().double(1, time).text(3, 'brain.Event:2').finish();
}

/** Says that what other files have from this step on is void: a training was resumed. */
export function restartEvent({ time, step }: EventHead): Uint8Array {
  const START = 1;
  return new Message().double(1, time).integer(2, step).message(7, new Message().integer(1, START)).finish();
}

export function summaryEvent({ time, step }: EventHead, values: readonly Message[]): Uint8Array {
  const summary = new Message();
  for (const value of values) summary.message(1, value);
  return new Message().double(1, time).integer(2, step).message(5, summary).finish();
}

export function scalarValue(tag: string, value: number): Message {
  return new Message().text(1, tag).float(2, value);
}

export interface EncodedImage {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly png: Uint8Array;
}

export function imageValue(tag: string, { height, width, channels, png }: EncodedImage): Message {
  const image = new Message().integer(1, height).integer(2, width).integer(3, channels).bytes(4, png);
  return new Message().text(1, tag).message(4, image);
}

/** Markdown, by TensorBoard's text plugin. */
export function textValue(tag: string, text: string): Message {
  const DT_STRING = 7;
  const shape = new Message().message(2, new Message().integer(1, 1));
  const tensor = new Message().integer(1, DT_STRING).message(2, shape).text(8, text);
  const metadata = new Message().message(1, new Message().text(1, 'text'));
  return new Message().text(1, tag).message(8, tensor).message(9, metadata);
}

/** Values counted in bins whose limits grow by 1.1, as TensorFlow's and PyTorch's histograms. NaN and infinities are left out. */
export function histogramValue(tag: string, values: ArrayLike<number>): Message {
  const limits = histogramLimits();
  const counts = new Map<number, number>();
  let [least, largest, sum, squares, count] = [Infinity, -Infinity, 0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) continue;
    const bin = firstFrom(limits, value);
    counts.set(bin, (counts.get(bin) ?? 0) + 1);
    least = Math.min(least, value);
    largest = Math.max(largest, value);
    sum += value;
    squares += value * value;
    count++;
  }
  // From the bin before the first that holds something to the last one.
  const bins = [...counts.keys()].sort((a, b) => a - b);
  const from = Math.max(0, (bins[0] ?? 0) - 1);
  const to = bins.at(-1) ?? 0;
  const used = Array.from({ length: to - from + 1 }, (_, i) => from + i);
  const histogram = new Message()
    .double(1, count === 0 ? 0 : least)
    .double(2, count === 0 ? 0 : largest)
    .double(3, count)
    .double(4, sum)
    .double(5, squares)
    .doubles(
      6,
      used.map((bin) => limits[bin]!),
    )
    .doubles(
      7,
      used.map((bin) => counts.get(bin) ?? 0),
    );
  return new Message().text(1, tag).message(5, histogram);
}

/** A node of a graph to be drawn. */
export interface GraphNode {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly string[];
  /** Shown beside it. */
  readonly attributes?: Readonly<Record<string, string>>;
}

export function graphEvent({ time, step }: EventHead, nodes: readonly GraphNode[]): Uint8Array {
  const graph = new Message();
  for (const { name, op, inputs, attributes = {} } of nodes) {
    const node = new Message().text(1, name).text(2, op);
    for (const input of inputs) node.text(3, input);
    for (const [key, value] of Object.entries(attributes))
      node.message(5, new Message().text(1, key).message(2, new Message().text(2, value)));
    graph.message(1, node);
  }
  graph.message(4, new Message().integer(1, 22));
  return new Message().double(1, time).integer(2, step).bytes(4, graph.finish()).finish();
}

let made: readonly number[] | undefined;

function histogramLimits(): readonly number[] {
  if (made !== undefined) return made;
  const positive: number[] = [];
  for (let limit = 1e-12; limit < 1e20; limit *= 1.1) positive.push(limit);
  const negative = positive.map((limit) => -limit).reverse();
  return (made = [...negative, 0, ...positive, Number.MAX_VALUE]);
}

/** The first limit that is not below a value. */
function firstFrom(limits: readonly number[], value: number): number {
  let low = 0;
  let high = limits.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (limits[middle]! >= value) high = middle;
    else low = middle + 1;
  }
  return low;
}
