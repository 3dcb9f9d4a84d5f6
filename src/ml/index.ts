/**
 * Classical machine learning: estimators, preparation, metrics and model selection. protocol.ts says how estimators behave,
 * and `checkEstimator` holds any estimator to it.
 */
export type {
  Classifier,
  Clusterer,
  Estimator,
  Features,
  Fitted,
  FittedClassifier,
  FittedClusterer,
  FittedDecidingClassifier,
  FittedOutlierDetector,
  FittedProbabilisticClassifier,
  FittedRegressor,
  FittedTransformer,
  FitOptions,
  Label,
  Labels,
  NumberArray,
  OutlierDetector,
  ProbabilisticClassifier,
  Regressor,
  Targets,
  Transformer,
  Weights,
} from './protocol.ts';
export { Matrix } from './matrix.ts';
export { SparseMatrix } from './sparse.ts';
export type { ClassWeight } from './labels.ts';
export { ClassifierBase, ProbabilisticBase, RegressorBase, TransformerBase } from './fitted.ts';
export { loadModel, modelFromBytes, modelToBytes, type Restorable, restore, saveModel } from './saving.ts';
export { type ArrayState, type Json, type Kinds, type ModelState, type Restore, StateReader } from './state.ts';
export { type Check, checkEstimator, ConformanceError, type Traits } from './conformance/index.ts';

// Linear models
export { FittedLinearRegression, LinearRegression, type LinearRegressionOptions } from './linear/linear-regression.ts';

export { FittedRidge, FittedRidgeCV, Ridge, RidgeCV, type RidgeCVOptions, type RidgeOptions } from './linear/ridge.ts';
export {
  ElasticNet,
  type ElasticNetOptions,
  FittedElasticNet,
  FittedLassoCV,
  Lasso,
  LassoCV,
  type LassoCVOptions,
  type LassoOptions,
  lassoPath,
  type PathOptions,
  type RegularizationPath,
} from './linear/elastic-net.ts';
export {
  FittedLogisticRegression,
  LogisticRegression,
  type LogisticRegressionOptions,
} from './linear/logistic-regression.ts';
export { FittedPoissonRegressor, PoissonRegressor, type PoissonRegressorOptions } from './linear/poisson-regressor.ts';
export { FittedHuberRegressor, HuberRegressor, type HuberRegressorOptions } from './linear/huber-regressor.ts';

export { LinearClassifier, LogisticClassifier } from './linear/linear-classifier.ts';
export {
  FittedSGDRegressor,
  Perceptron,
  type PerceptronOptions,
  SGDClassifier,
  type SGDClassifierOptions,
  SGDRegressor,
  type SGDRegressorOptions,
} from './linear/sgd-estimators.ts';
export type { SGDOptions } from './linear/sgd.ts';

// Bayes
export { CategoricalNB, FittedCategoricalNB } from './bayes/categorical-nb.ts';
export {
  BernoulliNB,
  type BernoulliNBOptions,
  ComplementNB,
  type ComplementNBOptions,
  type DiscreteNBOptions,
  FittedDiscreteNB,
  MultinomialNB,
} from './bayes/discrete-nb.ts';
export { FittedGaussianNB, GaussianNB, type GaussianNBOptions } from './bayes/gaussian-nb.ts';
export { FittedLDA, LDA, type LDAOptions } from './bayes/lda.ts';
export { FittedQDA, QDA, type QDAOptions } from './bayes/qda.ts';

// Trees and forests
export {
  DecisionTreeClassifier,
  type DecisionTreeClassifierOptions,
  DecisionTreeRegressor,
  type DecisionTreeRegressorOptions,
  FittedDecisionTreeClassifier,
  FittedDecisionTreeRegressor,
} from './trees/decision-trees.ts';
export {
  ExtraTreesClassifier,
  ExtraTreesRegressor,
  FittedForestClassifier,
  FittedForestRegressor,
  type ForestClassifierOptions,
  type ForestRegressorOptions,
  RandomForestClassifier,
  RandomForestRegressor,
} from './trees/forests.ts';
export {
  type PermutationImportance,
  permutationImportance,
  type PermutationOptions,
} from './trees/permutation-importance.ts';
export { type PruningPath, pruningPath } from './trees/prune.ts';
export { type TreeDiagramOptions, treeLabels, type TreeLabels, treeText } from './trees/diagram.ts';
export { Tree, type TreeArrays } from './trees/tree.ts';

// Ensembles
export {
  FittedHistGradientBoostingClassifier,
  FittedHistGradientBoostingRegressor,
  HistGradientBoostingClassifier,
  type HistGradientBoostingClassifierOptions,
  type HistGradientBoostingOptions,
  HistGradientBoostingRegressor,
} from './ensembles/hist-gradient-boosting.ts';
export {
  AdaBoostClassifier,
  type AdaBoostClassifierOptions,
  AdaBoostRegressor,
  type AdaBoostRegressorOptions,
  FittedAdaBoostClassifier,
  FittedAdaBoostRegressor,
} from './ensembles/ada-boost.ts';
export {
  BaggingClassifier,
  type BaggingOptions,
  BaggingRegressor,
  FittedBaggingClassifier,
  FittedBaggingRegressor,
} from './ensembles/bagging.ts';
export {
  FittedSoftVotingClassifier,
  FittedVotingClassifier,
  FittedVotingRegressor,
  SoftVotingClassifier,
  VotingClassifier,
  type VotingOptions,
  VotingRegressor,
} from './ensembles/voting.ts';
export {
  FittedStackingClassifier,
  FittedStackingRegressor,
  StackingClassifier,
  type StackingClassifierOptions,
  StackingRegressor,
  type StackingRegressorOptions,
  type StackMethod,
} from './ensembles/stacking.ts';
export type { Making, Named } from './ensembles/members.ts';

// Gaussian processes
export {
  type Bounds,
  type BoundsOption,
  ConstantKernel,
  CovarianceKernel,
  DotProduct,
  ExpSineSquared,
  type ExpSineSquaredOptions,
  Matern,
  type MaternOptions,
  RationalQuadratic,
  type RationalQuadraticOptions,
  RBF,
  type Smoothness,
  WhiteKernel,
} from './gaussian-process/kernels.ts';
export {
  FittedGaussianProcessRegressor,
  GaussianProcessRegressor,
  type GaussianProcessRegressorOptions,
} from './gaussian-process/gaussian-process-regressor.ts';
export {
  FittedGaussianProcessClassifier,
  GaussianProcessClassifier,
  type GaussianProcessClassifierOptions,
} from './gaussian-process/gaussian-process-classifier.ts';

// Neighbours
export type { Metric as DistanceMetric } from './neighbors/distances.ts';
export {
  FittedKNeighborsClassifier,
  FittedKNeighborsRegressor,
  KNeighborsClassifier,
  type KNeighborsOptions,
  KNeighborsRegressor,
} from './neighbors/k-neighbors.ts';
export type { Algorithm as NeighborAlgorithm, Neighbors } from './neighbors/nearest.ts';

// Support vector machines
export type { KernelName, KernelOptions } from './svm/kernels.ts';
export type { SolverOptions as SVMSolverOptions, SVMOptions } from './svm/machine.ts';
export { FittedOneClassSVM, OneClassSVM, type OneClassSVMOptions } from './svm/one-class-svm.ts';
export { FittedSVC, FittedSVR, SVC, type SVCOptions, SVR, type SVROptions } from './svm/support-vectors.ts';

// Networks
export {
  FittedMLPClassifier,
  FittedMLPRegressor,
  MLPClassifier,
  MLPRegressor,
  type PartialFitOptions,
} from './neural/mlp.ts';
export type { MLPOptions } from './neural/training.ts';

// Model selection and calibration
export {
  type CrossValidation,
  type CrossValidationOptions,
  crossValidate,
  crossValPredict,
  type CrossValPredictOptions,
  crossValScore,
  learningCurve,
  type LearningCurveOptions,
  type PermutationTest,
  type PermutationTestOptions,
  permutationTestScore,
  type ScoreCurve,
  validationCurve,
} from './selection/cross-validation.ts';
export {
  type Distributions,
  type Grid,
  logUniformBetween,
  uniformBetween,
  wholeBetween,
} from './selection/candidates.ts';
export type { FittedPredictor, Predictor, Scorer, ScorerName, Scoring } from './selection/scoring.ts';
export { type ParallelOptions, searchInWorkers, serveSearch } from './selection/parallel.ts';
export {
  type Candidate,
  FittedClassifierSearch,
  FittedRegressorSearch,
  gridSearch,
  halvingSearch,
  type HalvingSearchOptions,
  randomizedSearch,
  type RandomizedSearchOptions,
  type SearchOptions,
  type SearchResult,
} from './selection/search.ts';
export {
  type Fold,
  KFold,
  type KFoldOptions,
  LeaveOneOut,
  RepeatedKFold,
  type RepeatedKFoldOptions,
  ShuffleSplit,
  type ShuffleSplitOptions,
  type SplitAbout,
  type Splitter,
  StratifiedKFold,
  TimeSeriesSplit,
  type TimeSeriesSplitOptions,
} from './selection/splitters.ts';
export { GroupKFold, LeaveOneGroupOut, StratifiedGroupKFold } from './selection/group-splitters.ts';
export { trainTestSplit, type TrainTestSplitOptions } from './selection/train-test-split.ts';
export {
  CalibratedClassifier,
  type CalibratedClassifierOptions,
  FittedCalibratedClassifier,
} from './calibration/calibrated-classifier.ts';
export {
  FittedIsotonicRegression,
  IsotonicRegression,
  type IsotonicRegressionOptions,
} from './calibration/isotonic-regression.ts';
export { Random } from './random.ts';
export { rowCount, type Samples, takeRows } from './rows.ts';

// Preparation
export { FittedStandardScaler, StandardScaler, type StandardScalerOptions } from './preparation/standard-scaler.ts';
export {
  FittedMaxAbsScaler,
  FittedMinMaxScaler,
  FittedRobustScaler,
  MaxAbsScaler,
  MinMaxScaler,
  type MinMaxScalerOptions,
  RobustScaler,
  type RobustScalerOptions,
} from './preparation/range-scalers.ts';
export { FittedNormalizer, Normalizer, type NormalizerOptions } from './preparation/normalizer.ts';
export {
  FittedPowerTransformer,
  PowerTransformer,
  type PowerTransformerOptions,
} from './preparation/power-transformer.ts';
export {
  FittedQuantileTransformer,
  QuantileTransformer,
  type QuantileTransformerOptions,
} from './preparation/quantile-transformer.ts';
export {
  FittedPolynomialFeatures,
  PolynomialFeatures,
  type PolynomialFeaturesOptions,
} from './preparation/polynomial-features.ts';
export {
  FittedKBinsDiscretizer,
  KBinsDiscretizer,
  type KBinsDiscretizerOptions,
} from './preparation/k-bins-discretizer.ts';
export {
  FittedKNNImputer,
  FittedSimpleImputer,
  KNNImputer,
  type KNNImputerOptions,
  SimpleImputer,
  type SimpleImputerOptions,
} from './preparation/imputers.ts';
export {
  CategoryImputer,
  type CategoryImputerOptions,
  FittedCategoryImputer,
  FittedOneHotEncoder,
  FittedOrdinalEncoder,
  OneHotEncoder,
  type OneHotEncoderOptions,
  OrdinalEncoder,
  type OrdinalEncoderOptions,
} from './preparation/encoders.ts';
export { LabelEncoder } from './preparation/label-encoder.ts';
export { FittedTargetEncoder, TargetEncoder, type TargetEncoderOptions } from './preparation/target-encoder.ts';
export {
  CountVectorizer,
  type CountVectorizerOptions,
  FittedCountVectorizer,
  FittedHashingVectorizer,
  FittedTfidfTransformer,
  FittedTfidfVectorizer,
  HashingVectorizer,
  type HashingVectorizerOptions,
  TfidfTransformer,
  type TfidfTransformerOptions,
  TfidfVectorizer,
  type TfidfVectorizerOptions,
} from './preparation/text-vectorizers.ts';
export type { Analyzer, TokenOptions } from './preparation/tokens.ts';
export { chi2, fClassif, fRegression, type ScoreFunction } from './preparation/feature-scores.ts';
export {
  FittedSelection,
  RFE,
  type RFEOptions,
  SelectKBest,
  type SelectKBestOptions,
  VarianceThreshold,
  type VarianceThresholdOptions,
} from './preparation/selection.ts';

// Composition
export { pipeline } from './compose/pipeline.ts';
export { ColumnTransformer, columnTransformer, FittedColumnTransformer } from './compose/column-transformer.ts';
export type { Cell, Cells, Column, Columns } from './cells.ts';

// Decomposition
export { FittedPCA, PCA, type PCAOptions, type PCASolver } from './decomposition/pca.ts';
export { FittedIncrementalPCA, IncrementalPCA, type IncrementalPCAOptions } from './decomposition/incremental-pca.ts';
export { FittedTruncatedSVD, TruncatedSVD, type TruncatedSVDOptions } from './decomposition/truncated-svd.ts';
export { FittedKernelPCA, KernelPCA, type KernelPCAOptions, type PCAKernel } from './decomposition/kernel-pca.ts';
export { FittedNMF, NMF, type NMFInit, type NMFOptions } from './decomposition/nmf.ts';
export { type Contrast, FastICA, type FastICAOptions, FittedFastICA } from './decomposition/fast-ica.ts';

// Manifolds
export { type FittedTSNE, TSNE, type TSNEOptions } from './manifold/tsne.ts';
export { FittedUMAP, UMAP, type UMAPOptions } from './manifold/umap.ts';

// Clustering
export type { CenterInit } from './cluster/centers.ts';
export { FittedKMeans, KMeans, type KMeansOptions } from './cluster/k-means.ts';
export { MiniBatchKMeans, type MiniBatchKMeansOptions } from './cluster/mini-batch-k-means.ts';
export type { Metric } from './cluster/distance.ts';
export { DBSCAN, type DBSCANOptions, FittedDBSCAN } from './cluster/dbscan.ts';
export type { Linkage, MergeTree } from './cluster/linkage.ts';
export {
  AgglomerativeClustering,
  type AgglomerativeClusteringOptions,
  FittedAgglomerativeClustering,
} from './cluster/agglomerative.ts';

// Mixtures
export type { CovarianceType } from './mixture/covariance.ts';
export { FittedGaussianMixture, GaussianMixture, type GaussianMixtureOptions } from './mixture/gaussian-mixture.ts';

// Outliers
export type { Contamination } from './outliers/detector.ts';
export { FittedIsolationForest, IsolationForest, type IsolationForestOptions } from './outliers/isolation-forest.ts';
export {
  FittedLocalOutlierFactor,
  LocalOutlierFactor,
  type LocalOutlierFactorOptions,
} from './outliers/local-outlier-factor.ts';

// Metrics
export * from './metrics/index.ts';
