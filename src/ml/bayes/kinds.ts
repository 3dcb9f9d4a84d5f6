/**
 * The models by Bayes' rule that a file may name.
 */
import type { Kinds } from '../state.ts';
import { FittedCategoricalNB } from './categorical-nb.ts';
import { FittedDiscreteNB } from './discrete-nb.ts';
import { FittedGaussianNB } from './gaussian-nb.ts';
import { FittedLDA } from './lda.ts';
import { FittedQDA } from './qda.ts';

export const bayesKinds: Kinds = {
  GaussianNB: FittedGaussianNB,
  MultinomialNB: FittedDiscreteNB.ofKind('MultinomialNB'),
  ComplementNB: FittedDiscreteNB.ofKind('ComplementNB'),
  BernoulliNB: FittedDiscreteNB.ofKind('BernoulliNB'),
  CategoricalNB: FittedCategoricalNB,
  LDA: FittedLDA,
  QDA: FittedQDA,
};
