/**
 * The transformers that a file may name.
 */
import type { Kinds } from '../state.ts';
import { FittedCategoryImputer, FittedOneHotEncoder, FittedOrdinalEncoder } from './encoders.ts';
import { FittedKNNImputer, FittedSimpleImputer } from './imputers.ts';
import { FittedKBinsDiscretizer } from './k-bins-discretizer.ts';
import { FittedNormalizer } from './normalizer.ts';
import { FittedPolynomialFeatures } from './polynomial-features.ts';
import { FittedPowerTransformer } from './power-transformer.ts';
import { FittedQuantileTransformer } from './quantile-transformer.ts';
import { FittedMaxAbsScaler, FittedMinMaxScaler, FittedRobustScaler } from './range-scalers.ts';
import { FittedSelection } from './selection.ts';
import { FittedStandardScaler } from './standard-scaler.ts';
import { FittedTargetEncoder } from './target-encoder.ts';
import {
  FittedCountVectorizer,
  FittedHashingVectorizer,
  FittedTfidfTransformer,
  FittedTfidfVectorizer,
} from './text-vectorizers.ts';

export const preparationKinds: Kinds = {
  StandardScaler: FittedStandardScaler,
  MinMaxScaler: FittedMinMaxScaler,
  MaxAbsScaler: FittedMaxAbsScaler,
  RobustScaler: FittedRobustScaler,
  Normalizer: FittedNormalizer,
  PowerTransformer: FittedPowerTransformer,
  QuantileTransformer: FittedQuantileTransformer,
  PolynomialFeatures: FittedPolynomialFeatures,
  KBinsDiscretizer: FittedKBinsDiscretizer,
  SimpleImputer: FittedSimpleImputer,
  KNNImputer: FittedKNNImputer,
  CategoryImputer: FittedCategoryImputer,
  OneHotEncoder: FittedOneHotEncoder,
  OrdinalEncoder: FittedOrdinalEncoder,
  TargetEncoder: FittedTargetEncoder,
  CountVectorizer: FittedCountVectorizer,
  TfidfTransformer: FittedTfidfTransformer,
  TfidfVectorizer: FittedTfidfVectorizer,
  HashingVectorizer: FittedHashingVectorizer,
  VarianceThreshold: FittedSelection.ofKind('VarianceThreshold'),
  SelectKBest: FittedSelection.ofKind('SelectKBest'),
  RFE: FittedSelection.ofKind('RFE'),
};
