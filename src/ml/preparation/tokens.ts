/**
 * Texts into the terms that are counted: words, their sequences, or letters.
 */
import { raise, ValueError } from '../../base/errors.ts';
import { requireOneOf, requireWhole } from '../options.ts';

const analyzers = ['word', 'char', 'charWithin'] as const;
export type Analyzer = (typeof analyzers)[number];

export interface TokenOptions {
  /** Terms are words, sequences of letters, or those that stay within a word. Default word. */
  readonly analyzer?: Analyzer;
  /** Terms of how many words or letters. Default [1, 1]. */
  readonly ngrams?: readonly [least: number, most: number];
  /** Default true. */
  readonly lowercase?: boolean;
  /** Words that are left out. */
  readonly stopWords?: readonly string[];
}

/** Every option with its value: plain data, so that a state can hold it. */
export interface Tokenization {
  readonly analyzer: Analyzer;
  readonly ngrams: readonly [least: number, most: number];
  readonly lowercase: boolean;
  readonly stopWords: readonly string[];
}

/** @throws ValueError for an option that makes no sense */
export function tokenization(
  owner: string,
  { analyzer = 'word', ngrams = [1, 1], lowercase = true, stopWords = [] }: TokenOptions,
): Tokenization {
  requireOneOf(owner, 'analyzer', analyzer, analyzers);
  requireWhole(owner, 'ngrams', ngrams[0], 1);
  requireWhole(owner, 'ngrams', ngrams[1], ngrams[0]);
  return { analyzer, ngrams: [ngrams[0], ngrams[1]], lowercase, stopWords: [...stopWords] };
}

/** The terms of a text, repeated ones too. A word is two or more letters, digits or underscores. */
export function termsOf(text: string, { analyzer, ngrams, lowercase, stopWords }: Tokenization): string[] {
  const plain = lowercase ? text.toLowerCase() : text;
  switch (analyzer) {
    case 'word': {
      const stop = new Set(stopWords);
      const words = (plain.match(/[\p{L}\p{N}_]{2,}/gu) ?? []).filter((word) => !stop.has(word));
      return sequences(words, ngrams, ' ');
    }
    case 'char':
      return sequences([...plain.replaceAll(/\s\s+/g, ' ')], ngrams, '');
    case 'charWithin':
      return plain
        .split(/\s+/)
        .filter(Boolean)
        .flatMap((word) => within([' ', ...word, ' '], ngrams));
  }
}

function sequences(parts: readonly string[], [least, most]: readonly [number, number], glue: string): string[] {
  const result: string[] = [];
  for (let n = least; n <= most; n++)
    for (let i = 0; i + n <= parts.length; i++) result.push(parts.slice(i, i + n).join(glue));
  return result;
}

/** A word that is shorter than the sequences counts once, whole. */
function within(letters: readonly string[], [least, most]: readonly [number, number]): string[] {
  const result: string[] = [];
  for (let n = least; n <= most; n++) {
    if (letters.length <= n) {
      result.push(letters.join(''));
      break;
    }
    result.push(...sequences(letters, [n, n], ''));
  }
  return result;
}

/** Texts, checked. @throws ValueError for anything else */
export function textsOf(op: string, texts: readonly string[]): readonly string[] {
  if (!Array.isArray(texts)) raise(new ValueError(`${op}: expected an array of texts, got ${typeof texts}`));
  const odd = texts.findIndex((text) => typeof text !== 'string');
  if (odd >= 0) raise(new ValueError(`${op}: expected texts, got ${String(texts[odd])} at ${odd}`));
  if (texts.length === 0) raise(new ValueError(`${op}: there are no texts`));
  return texts;
}
