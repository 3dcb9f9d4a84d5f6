/**
 * `fathom data list` and `fathom data get`: the data sets that have loaders, and fetching them into the cache.
 */
import {
  cifar10,
  cifar100,
  dataCache,
  fashionMnist,
  firstNames,
  imdb,
  mnist,
  type PlaceOptions,
  spamAssassin,
  tinyShakespeare,
} from '../../src/data/index.ts';
import { DataError } from '../../src/index.ts';
import { columns, type Command, UsageError } from '../command.ts';

interface Entry {
  readonly about: string;
  /** @returns how many items there are */
  readonly load: (place: PlaceOptions) => Promise<number>;
}

const catalogue: Readonly<Record<string, Entry>> = {
  mnist: {
    about: 'handwritten digits, 60,000 + 10,000 pictures',
    load: async (place) => (await mnist('train', place)).length + (await mnist('test', place)).length,
  },
  'fashion-mnist': {
    about: 'clothes, 60,000 + 10,000 pictures',
    load: async (place) => (await fashionMnist('train', place)).length + (await fashionMnist('test', place)).length,
  },
  cifar10: {
    about: 'things and animals, 50,000 + 10,000 colour pictures',
    load: async (place) => (await cifar10('train', place)).length + (await cifar10('test', place)).length,
  },
  cifar100: {
    about: 'as cifar10, in 100 classes',
    load: async (place) => (await cifar100('train', place)).length + (await cifar100('test', place)).length,
  },
  'spam-assassin': {
    about: '6,046 mails, 31 % of them spam',
    load: async ({ folder }) => (await spamAssassin(folder === undefined ? {} : { folder })).length,
  },
  imdb: {
    about: '25,000 + 25,000 film reviews',
    load: async (place) => (await imdb('train', place)).length + (await imdb('test', place)).length,
  },
  'tiny-shakespeare': {
    about: '1,115,394 characters of plays',
    load: async (place) => (await tinyShakespeare(place)).length,
  },
  names: { about: '32,033 first names', load: async (place) => (await firstNames(place)).length },
};

export const dataList: Command = {
  name: 'data list',
  takes: [],
  about: 'Lists the data sets that can be fetched, and which of them are on this machine.',
  more: 'Small tables (iris, wine, breastCancer, digits, diabetes, penguins) travel with the package and are not listed.',
  examples: ['fathom data list', 'fathom data list --json'],
  async run() {
    const sets = await Promise.all(
      Object.entries(catalogue).map(async ([name, { about, load }]) => ({
        name,
        about,
        isHere: await isHere(load),
      })),
    );
    const cache = await dataCache();
    const rows = sets.map(({ name, about, isHere }) => [isHere ? 'here' : '-', name, about]);
    return { text: `${columns(rows)}\n\nfathom data get NAME fetches one into ${cache}`, data: { cache, sets } };
  },
};

export const dataGet: Command = {
  name: 'data get',
  takes: ['NAME'],
  about: 'Makes sure that a data set is on this machine: fetches it, checks its checksum, keeps it in the cache.',
  options: {
    folder: { about: 'look there and nowhere else', value: 'FOLDER' },
    mirror: { about: 'fetch from another server that has the same files', value: 'URL' },
  },
  examples: ['fathom data get tiny-shakespeare', 'fathom data get cifar10 --mirror https://example.org/cifar'],
  async run(given) {
    const name = given.words[0]!;
    const entry = Object.hasOwn(catalogue, name) ? catalogue[name] : undefined;
    if (entry === undefined)
      throw new UsageError(`there is no data set '${name}'; there are ${Object.keys(catalogue).join(', ')}`);
    const [folder, mirror] = [given.text('folder'), given.text('mirror')];
    const items = await entry.load({
      ...(folder === undefined ? {} : { folder }),
      ...(mirror === undefined ? {} : { mirror }),
    });
    return { text: `${name} is here: ${items.toLocaleString('en-US')} items`, data: { name, items } };
  },
};

async function isHere(load: Entry['load']): Promise<boolean> {
  try {
    await load({ download: false });
    return true;
  } catch (error) {
    if (error instanceof DataError) return false;
    throw error;
  }
}
