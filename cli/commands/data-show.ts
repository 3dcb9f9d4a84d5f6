/**
 * `fathom data show`: how much a data set holds, of what, and its first items.
 */
import {
  breastCancer,
  cifar10,
  cifar10Classes,
  cifar100,
  type ClassTable,
  diabetes,
  digits,
  fashionClasses,
  fashionMnist,
  firstNames,
  type ImageDataset,
  imdb,
  iris,
  mnist,
  type NumberTable,
  type PlaceOptions,
  spamAssassin,
  tinyShakespeare,
  wine,
} from '../../src/data/index.ts';
import type { Tensor } from '../../src/index.ts';
import { columns, type Command, UsageError } from '../command.ts';

interface Shown {
  /** Items, or letters of a text. */
  readonly items: number;
  /** Of an item. */
  readonly shape?: readonly number[];
  /** How many items have each label. */
  readonly labels?: Readonly<Record<string, number>>;
  /** The first items, a text each; pictures as drawings. */
  readonly first: readonly string[];
}

type Show = (count: number, place: PlaceOptions) => Promise<Shown>;

const sets: Readonly<Record<string, Show>> = {
  mnist: async (count, place) => pictures(await mnist('train', place), count),
  'fashion-mnist': async (count, place) => pictures(await fashionMnist('train', place), count, fashionClasses),
  cifar10: async (count, place) => pictures(await cifar10('train', place), count, cifar10Classes),
  cifar100: async (count, place) => pictures(await cifar100('train', place), count),
  'spam-assassin': async (count, { folder }) => {
    const mails = await spamAssassin(folder === undefined ? {} : { folder });
    const all = Array.from({ length: mails.length }, (_, i) => mails.get(i));
    return texts(
      all.map(({ text, isSpam }) => ({ text, label: isSpam ? 'spam' : 'no spam' })),
      count,
    );
  },
  imdb: async (count, place) => {
    const reviews = await imdb('train', place);
    const all = Array.from({ length: reviews.length }, (_, i) => reviews.get(i));
    return texts(
      all.map(({ text, isPositive }) => ({ text, label: isPositive ? 'positive' : 'negative' })),
      count,
    );
  },
  'tiny-shakespeare': async (count, place) => {
    const text = await tinyShakespeare(place);
    return { items: text.length, first: text.split('\n').slice(0, count) };
  },
  names: async (count, place) => {
    const names = await firstNames(place);
    return { items: names.length, first: names.slice(0, count) };
  },
  iris: (count) => table(iris(), count),
  wine: (count) => table(wine(), count),
  breastCancer: (count) => table(breastCancer(), count),
  digits: (count) => table(digits(), count),
  diabetes: (count) => table(diabetes(), count),
};

export const dataShow: Command = {
  name: 'data show',
  takes: ['NAME'],
  about: 'Shows a data set (the part to train on): how much it holds, of what, and its first items.',
  options: {
    count: { about: 'so many items (default: 3)', value: 'N' },
    folder: { about: 'look there and nowhere else', value: 'FOLDER' },
  },
  more: `NAME is one of ${Object.keys(sets).join(', ')}.`,
  examples: ['fathom data show iris', 'fathom data show mnist --count 5', 'fathom data show names --json'],
  async run(given) {
    const name = given.words[0]!;
    const show = Object.hasOwn(sets, name) ? sets[name] : undefined;
    if (show === undefined)
      throw new UsageError(`there is no data set '${name}'; there are ${Object.keys(sets).join(', ')}`);
    const folder = given.text('folder');
    const found = await show(given.wholeNumber('count', 1) ?? 3, folder === undefined ? {} : { folder });
    const { items, shape, labels, first } = found;
    const rows = Object.entries(labels ?? {}).map(([label, count]) => [label, count.toLocaleString('en-US')]);
    const head =
      `${name}: ${items.toLocaleString('en-US')} ${shape === undefined ? '' : `of (${shape.join(', ')})`}`.trimEnd();
    return {
      text: [head, ...(rows.length === 0 ? [] : [columns(rows)]), ...first].join('\n\n'),
      data: { name, ...found },
    };
  },
};

async function pictures(set: ImageDataset, count: number, names: readonly string[] = []): Promise<Shown> {
  const [images, labels] = set.tensors;
  const found = Array.from(await labels.data(), Number);
  const nameOf = (label: number): string => names[label] ?? String(label);
  const shape = images.shape.slice(1); // (C, H, W)
  const [channels = 1, height = 1, width = 1] = shape;
  const shown = await images.slice(0, Math.min(count, set.length)).cast('float32').mean(1).data();
  const first = Array.from({ length: Math.min(count, set.length) }, (_, i) => {
    const at = i * height * width;
    return `${nameOf(found[i]!)}\n${drawn(shown.subarray(at, at + height * width), height, width)}`;
  });
  return { items: set.length, shape: [channels, height, width], labels: counted(found.map(nameOf)), first };
}

/** Two pixels a character, one above the other. */
function drawn(pixels: ArrayLike<number | bigint>, height: number, width: number): string {
  const isLight = (y: number, x: number): boolean => y < height && Number(pixels[y * width + x]) > 127;
  const line = (y: number): string =>
    Array.from(
      { length: width },
      (_, x) => [' ', '▀', '▄', '█'][Number(isLight(y, x)) + 2 * Number(isLight(y + 1, x))],
    ).join('');
  return Array.from({ length: Math.ceil(height / 2) }, (_, row) => line(2 * row).trimEnd()).join('\n');
}

async function table(found: ClassTable | NumberTable, count: number): Promise<Shown> {
  const [rows, targets] = [await rowsOf(found.data, count), Array.from(await found.target.data(), Number)];
  const nameOf = (target: number): string => ('targetNames' in found ? found.targetNames[target]! : String(target));
  const first = rows.map((row, i) =>
    columns([...row.map((value, j) => [found.featureNames[j]!, String(value)]), ['→', nameOf(targets[i]!)]]),
  );
  const items = found.data.shape[0]!;
  const shape = found.data.shape.slice(1);
  return 'targetNames' in found
    ? { items, shape, labels: counted(targets.map(nameOf)), first }
    : { items, shape, first };
}

async function rowsOf(data: Tensor, count: number): Promise<number[][]> {
  const [items, width] = data.shape as readonly [number, number];
  const values = await data.slice(0, Math.min(count, items)).data();
  return Array.from({ length: Math.min(count, items) }, (_, i) =>
    Array.from(values.slice(i * width, (i + 1) * width), Number),
  );
}

/** Letters of a text that are shown. */
const SHOWN = 300;

function texts(all: readonly { readonly text: string; readonly label: string }[], count: number): Shown {
  const first = all
    .slice(0, count)
    .map(({ text, label }) => `${label}\n${text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text}`);
  return { items: all.length, labels: counted(all.map(({ label }) => label)), first };
}

function counted(labels: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const label of labels) counts[label] = (counts[label] ?? 0) + 1;
  return counts;
}
