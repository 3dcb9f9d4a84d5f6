/**
 * Texts as sparse vectors: counts of terms, tf-idf, and counts by hash without a vocabulary.
 */
import { raise, ValueError } from '../../base/errors.ts';
import { requireOneOf, requireWhole } from '../options.ts';
import type { FittedTransformer, Transformer } from '../protocol.ts';
import { SparseMatrix } from '../sparse.ts';
import { type ModelState, StateReader, vectorState } from '../state.ts';
import { murmur3 } from './murmur3.ts';
import { lengthOf, type Norm } from './normalizer.ts';
import { termsOf, textsOf, type Tokenization, tokenization, type TokenOptions } from './tokens.ts';

const textNorms = ['l1', 'l2', 'max', 'none'] as const;
type TextNorm = Norm | 'none';

export interface CountVectorizerOptions extends TokenOptions {
  /** A term must be in so many texts, or in this share of them if below 1. Default 1. */
  readonly minDocuments?: number;
  /** A term in more texts than this, or than this share of them if at most 1, is left out. Default 1, that is all. */
  readonly maxDocuments?: number;
  /** Only the most frequent terms. Default: all. */
  readonly maxFeatures?: number;
  /** Whether a term is there, not how often. Default false. */
  readonly binary?: boolean;
}

/**
 * How often each term is in each text; terms in alphabetical order.
 * @example new CountVectorizer().fit(['red fish', 'blue fish']).transform(['fish, red fish']).toTensor() // [[0, 2, 1]]
 */
export class CountVectorizer implements Transformer<readonly string[], SparseMatrix> {
  readonly role = 'transformer';
  readonly tokens: Tokenization;
  readonly minDocuments: number;
  readonly maxDocuments: number;
  readonly maxFeatures: number | undefined;
  readonly binary: boolean;

  constructor({
    minDocuments = 1,
    maxDocuments = 1,
    maxFeatures,
    binary = false,
    ...tokens
  }: CountVectorizerOptions = {}) {
    if (maxFeatures !== undefined) requireWhole('CountVectorizer', 'maxFeatures', maxFeatures, 1);
    this.tokens = tokenization('CountVectorizer', tokens);
    this.minDocuments = minDocuments;
    this.maxDocuments = maxDocuments;
    this.maxFeatures = maxFeatures;
    this.binary = binary;
  }

  fit(texts: readonly string[]): FittedCountVectorizer {
    const op = 'CountVectorizer.fit';
    const documents = textsOf(op, texts);
    const frequency = new Map<string, { documents: number; total: number; last: number }>();
    documents.forEach((text, i) => {
      for (const term of termsOf(text, this.tokens)) {
        const entry = frequency.get(term) ?? { documents: 0, total: 0, last: -1 };
        if (entry.last !== i) entry.documents++;
        entry.total++;
        entry.last = i;
        frequency.set(term, entry);
      }
    });
    const least = this.minDocuments < 1 ? this.minDocuments * documents.length : this.minDocuments;
    const most = this.maxDocuments <= 1 ? this.maxDocuments * documents.length : this.maxDocuments;
    let terms = [...frequency.keys()].filter(
      (term) => frequency.get(term)!.documents >= least && frequency.get(term)!.documents <= most,
    );
    terms.sort();
    if (this.maxFeatures !== undefined && terms.length > this.maxFeatures) {
      const ranked = terms.toSorted((a, b) => frequency.get(b)!.total - frequency.get(a)!.total);
      terms = ranked.slice(0, this.maxFeatures).sort();
    }
    if (terms.length === 0)
      raise(new ValueError(`${op}: no terms are left; the texts are empty, or of stop words alone`));
    return new FittedCountVectorizer(terms, this.tokens, this.binary);
  }
}

/** @see CountVectorizer */
export class FittedCountVectorizer implements FittedTransformer<readonly string[], SparseMatrix> {
  readonly kind = 'CountVectorizer';
  /** The terms, in the order of the columns. */
  readonly terms: readonly string[];
  readonly tokens: Tokenization;
  readonly binary: boolean;
  readonly #places: ReadonlyMap<string, number>;

  constructor(terms: readonly string[], tokens: Tokenization, binary: boolean) {
    this.terms = terms;
    this.tokens = tokens;
    this.binary = binary;
    this.#places = new Map(terms.map((term, j) => [term, j]));
  }

  transform(texts: readonly string[]): SparseMatrix {
    const rows = textsOf('CountVectorizer.transform', texts).map((text) => {
      const places: number[] = [];
      for (const term of termsOf(text, this.tokens)) {
        const place = this.#places.get(term);
        if (place !== undefined) places.push(place);
      }
      return tally(places, () => 1, this.binary);
    });
    return SparseMatrix.fromRows(this.terms.length, rows);
  }

  featureNames(): string[] {
    return [...this.terms];
  }

  toState(): ModelState {
    const { kind, terms, tokens, binary } = this;
    return { kind, fields: { terms: [...terms], binary, ...tokenFields(tokens) }, arrays: {} };
  }

  static fromState(state: ModelState): FittedCountVectorizer {
    const read = new StateReader(state, 'CountVectorizer');
    return new FittedCountVectorizer(read.texts('terms'), tokensFrom(read), read.flag('binary'));
  }
}

function tokenFields({ analyzer, ngrams, lowercase, stopWords }: Tokenization) {
  return { analyzer, least: ngrams[0], most: ngrams[1], lowercase, stopWords: [...stopWords] };
}

function tokensFrom(read: StateReader): Tokenization {
  return tokenization('restore', {
    analyzer: read.text('analyzer', ['word', 'char', 'charWithin'] as const),
    ngrams: [read.whole('least', 1), read.whole('most', 1)],
    lowercase: read.flag('lowercase'),
    stopWords: read.texts('stopWords'),
  });
}

/** Places in ascending order, each once, with the sum of their signs. */
function tally(
  places: readonly number[],
  sign: (index: number) => number,
  binary: boolean,
): readonly [number[], number[]] {
  const counts = new Map<number, number>();
  places.forEach((place, i) => counts.set(place, (counts.get(place) ?? 0) + sign(i)));
  const sorted = [...counts.keys()].sort((a, b) => a - b);
  return [sorted, sorted.map((place) => (binary ? Math.sign(counts.get(place)!) : counts.get(place)!))];
}

export interface TfidfTransformerOptions {
  /** Each text gets this length. Default l2. */
  readonly norm?: TextNorm;
  /** 1 + log(count) in place of the count. Default false. */
  readonly sublinear?: boolean;
  /** As if one more text had every term. Default true. */
  readonly smooth?: boolean;
  /** Weigh terms by how few texts have them. Default true. */
  readonly idf?: boolean;
}

/** count · (log((1 + n) / (1 + documents)) + 1), then each text is given length 1. */
export class TfidfTransformer implements Transformer<SparseMatrix, SparseMatrix> {
  readonly role = 'transformer';
  readonly norm: TextNorm;
  readonly sublinear: boolean;
  readonly smooth: boolean;
  readonly idf: boolean;

  constructor({ norm = 'l2', sublinear = false, smooth = true, idf = true }: TfidfTransformerOptions = {}) {
    requireOneOf('TfidfTransformer', 'norm', norm, textNorms);
    this.norm = norm;
    this.sublinear = sublinear;
    this.smooth = smooth;
    this.idf = idf;
  }

  fit(counts: SparseMatrix): FittedTfidfTransformer {
    const documents = new Float64Array(counts.columns);
    counts.places.forEach((place, k) => (documents[place]! += counts.values[k] === 0 ? 0 : 1));
    const extra = this.smooth ? 1 : 0;
    const idf = documents.map((n) => (this.idf ? Math.log((counts.rows + extra) / (n + extra)) + 1 : 1));
    return new FittedTfidfTransformer(idf, this.norm, this.sublinear);
  }
}

/** @see TfidfTransformer */
export class FittedTfidfTransformer implements FittedTransformer<SparseMatrix, SparseMatrix> {
  readonly kind = 'TfidfTransformer';
  /** The weight of each term. */
  readonly idf: Float64Array<ArrayBuffer>;
  readonly norm: TextNorm;
  readonly sublinear: boolean;

  constructor(idf: Float64Array<ArrayBuffer>, norm: TextNorm, sublinear: boolean) {
    this.idf = idf;
    this.norm = norm;
    this.sublinear = sublinear;
  }

  transform(counts: SparseMatrix): SparseMatrix {
    if (counts.columns !== this.idf.length) {
      raise(
        new ValueError(`TfidfTransformer.transform: fitted on ${this.idf.length} terms, but X has ${counts.columns}`),
      );
    }
    const weighted = counts.values.map(
      (count, k) => (this.sublinear ? Math.log(count) + 1 : count) * this.idf[counts.places[k]!]!,
    );
    return normalizeRows(counts.withValues(weighted), this.norm);
  }

  toState(): ModelState {
    return {
      kind: this.kind,
      fields: { norm: this.norm, sublinear: this.sublinear },
      arrays: { idf: vectorState(this.idf) },
    };
  }

  static fromState(state: ModelState): FittedTfidfTransformer {
    const read = new StateReader(state, 'TfidfTransformer');
    return new FittedTfidfTransformer(read.vector('idf'), read.text('norm', textNorms), read.flag('sublinear'));
  }
}

function normalizeRows(x: SparseMatrix, norm: TextNorm): SparseMatrix {
  if (norm === 'none') return x;
  const values = x.values.slice();
  for (let i = 0; i < x.rows; i++) {
    const row = values.subarray(x.starts[i]!, x.starts[i + 1]!);
    const length = lengthOf(row, norm);
    if (length > 0) for (let k = 0; k < row.length; k++) row[k]! /= length;
  }
  return x.withValues(values);
}

export type TfidfVectorizerOptions = CountVectorizerOptions & TfidfTransformerOptions;

/**
 * `CountVectorizer`, then `TfidfTransformer`.
 * @example const X = new TfidfVectorizer().fit(mails).transform(mails)
 */
export class TfidfVectorizer implements Transformer<readonly string[], SparseMatrix> {
  readonly role = 'transformer';
  readonly counts: CountVectorizer;
  readonly weights: TfidfTransformer;

  constructor(options: TfidfVectorizerOptions = {}) {
    this.counts = new CountVectorizer(options);
    this.weights = new TfidfTransformer(options);
  }

  fit(texts: readonly string[]): FittedTfidfVectorizer {
    const counts = this.counts.fit(texts);
    return new FittedTfidfVectorizer(counts, this.weights.fit(counts.transform(texts)));
  }
}

/** @see TfidfVectorizer */
export class FittedTfidfVectorizer implements FittedTransformer<readonly string[], SparseMatrix> {
  readonly counts: FittedCountVectorizer;
  readonly weights: FittedTfidfTransformer;

  constructor(counts: FittedCountVectorizer, weights: FittedTfidfTransformer) {
    this.counts = counts;
    this.weights = weights;
  }

  transform(texts: readonly string[]): SparseMatrix {
    return this.weights.transform(this.counts.transform(texts));
  }

  featureNames(): string[] {
    return this.counts.featureNames();
  }

  toState(): ModelState {
    return {
      kind: 'TfidfVectorizer',
      fields: {},
      arrays: {},
      parts: { counts: this.counts.toState(), weights: this.weights.toState() },
    };
  }

  static fromState(state: ModelState): FittedTfidfVectorizer {
    const read = new StateReader(state, 'TfidfVectorizer');
    return new FittedTfidfVectorizer(
      FittedCountVectorizer.fromState(read.part('counts')),
      FittedTfidfTransformer.fromState(read.part('weights')),
    );
  }
}

export interface HashingVectorizerOptions extends TokenOptions {
  /** How many columns. Default 2²⁰. */
  readonly features?: number;
  /** Each text gets this length. Default l2. */
  readonly norm?: TextNorm;
  /** Half of the terms count negatively, so that collisions cancel on average. Default true. */
  readonly alternateSign?: boolean;
  /** Whether a term is there, not how often. Default false. */
  readonly binary?: boolean;
}

/**
 * Terms counted in the column that MurmurHash3 gives them: nothing is learned, so texts may come one by one.
 * (Weinberger et al. 2009, Feature hashing.)
 * @example new HashingVectorizer({ features: 1024 }).fit([]).transform(mails)
 */
export class HashingVectorizer implements Transformer<readonly string[], SparseMatrix> {
  readonly role = 'transformer';
  readonly tokens: Tokenization;
  readonly features: number;
  readonly norm: TextNorm;
  readonly alternateSign: boolean;
  readonly binary: boolean;

  constructor({
    features = 2 ** 20,
    norm = 'l2',
    alternateSign = true,
    binary = false,
    ...tokens
  }: HashingVectorizerOptions = {}) {
    requireWhole('HashingVectorizer', 'features', features, 1, 2 ** 31 - 1);
    requireOneOf('HashingVectorizer', 'norm', norm, textNorms);
    this.tokens = tokenization('HashingVectorizer', tokens);
    this.features = features;
    this.norm = norm;
    this.alternateSign = alternateSign;
    this.binary = binary;
  }

  fit(_texts: readonly string[] = []): FittedHashingVectorizer {
    return new FittedHashingVectorizer(this);
  }
}

/** @see HashingVectorizer */
export class FittedHashingVectorizer implements FittedTransformer<readonly string[], SparseMatrix> {
  readonly settings: HashingVectorizer;

  constructor(settings: HashingVectorizer) {
    this.settings = settings;
  }

  transform(texts: readonly string[]): SparseMatrix {
    const { tokens, features, alternateSign, binary, norm } = this.settings;
    const rows = textsOf('HashingVectorizer.transform', texts).map((text) => {
      const hashes = termsOf(text, tokens).map((term) => murmur3(term));
      return tally(
        hashes.map((hash) => Math.abs(hash) % features),
        (i) => (alternateSign && hashes[i]! < 0 ? -1 : 1),
        binary,
      );
    });
    return normalizeRows(SparseMatrix.fromRows(features, rows), norm);
  }

  toState(): ModelState {
    const { tokens, features, alternateSign, binary, norm } = this.settings;
    return {
      kind: 'HashingVectorizer',
      fields: { features, alternateSign, binary, norm, ...tokenFields(tokens) },
      arrays: {},
    };
  }

  static fromState(state: ModelState): FittedHashingVectorizer {
    const read = new StateReader(state, 'HashingVectorizer');
    const settings = new HashingVectorizer({
      ...tokensFrom(read),
      features: read.whole('features', 1),
      alternateSign: read.flag('alternateSign'),
      binary: read.flag('binary'),
      norm: read.text('norm', textNorms),
    });
    return new FittedHashingVectorizer(settings);
  }
}
