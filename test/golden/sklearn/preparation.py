"""Writes preparation.json: what scikit-learn's transformers make of wine, iris, diabetes and a few texts."""
import os
import numpy as np
from sklearn.datasets import load_wine, load_iris, load_diabetes
from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer, TfidfVectorizer
from sklearn.feature_selection import RFE, SelectKBest, VarianceThreshold, chi2, f_classif, f_regression
from sklearn.impute import KNNImputer, SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.preprocessing import *
from digest import digest, gapped, save

wine = load_wine()
iris = load_iris()
diabetes = load_diabetes()
X = wine.data
gaps = gapped(X)
texts = [
    "The quick brown fox jumps over the lazy dog.",
    "The dog sleeps; the fox does not.",
    "Ein Über-Fuchs springt, 3 mal 42!",
    "",
    "fox fox FOX dog_house it's",
]
animals = np.array([["cat", 1], ["dog", 2], ["cat", 3], ["bird", 1], ["dog", 1], ["cat", 2], ["bird", 3]] * 5, dtype=object)
amounts = np.array([(i * i) % 7 + 0.5 * (i % 3) for i in range(35)])
kinds = np.array(["abc"[(i * i) % 3] for i in range(35)])
binary = np.array(["yes" if (i * i) % 3 else "no" for i in range(35)])

cases = {
    "StandardScaler": StandardScaler().fit_transform(X),
    "StandardScaler gaps": StandardScaler().fit_transform(gaps),
    "StandardScaler weights": StandardScaler().fit(X, sample_weight=np.arange(len(X)) % 4).transform(X),
    "MinMaxScaler": MinMaxScaler().fit_transform(X),
    "MinMaxScaler range": MinMaxScaler(feature_range=(-1, 3), clip=True).fit(X[:50]).transform(X),
    "MaxAbsScaler": MaxAbsScaler().fit_transform(diabetes.data),
    "RobustScaler": RobustScaler().fit_transform(gaps),
    "RobustScaler unit": RobustScaler(quantile_range=(10, 80), unit_variance=True).fit_transform(X),
    "Normalizer l2": Normalizer().fit_transform(X),
    "Normalizer l1": Normalizer(norm="l1").fit_transform(diabetes.data),
    "Normalizer max": Normalizer(norm="max").fit_transform(diabetes.data),
    "PowerTransformer": PowerTransformer().fit_transform(diabetes.data),
    "PowerTransformer box-cox": PowerTransformer(method="box-cox").fit_transform(X),
    "QuantileTransformer": QuantileTransformer(n_quantiles=50).fit_transform(X),
    "QuantileTransformer normal": QuantileTransformer(n_quantiles=1000, output_distribution="normal").fit_transform(gaps),
    "PolynomialFeatures": PolynomialFeatures(3).fit_transform(iris.data),
    "PolynomialFeatures interactions": PolynomialFeatures(2, interaction_only=True, include_bias=False).fit_transform(X),
    "KBinsDiscretizer uniform": KBinsDiscretizer(5, encode="ordinal", strategy="uniform").fit_transform(X),
    "KBinsDiscretizer quantile": KBinsDiscretizer(7, encode="onehot-dense", strategy="quantile", quantile_method="averaged_inverted_cdf").fit_transform(X),
    "KBinsDiscretizer kmeans": KBinsDiscretizer(4, encode="ordinal", strategy="kmeans").fit_transform(X),
    "SimpleImputer mean": SimpleImputer().fit_transform(gaps),
    "SimpleImputer median": SimpleImputer(strategy="median").fit_transform(gaps),
    "SimpleImputer mostFrequent": SimpleImputer(strategy="most_frequent").fit_transform(gaps),
    "SimpleImputer indicator": SimpleImputer(strategy="constant", fill_value=7, add_indicator=True).fit_transform(gaps),
    "KNNImputer": KNNImputer().fit_transform(gaps),
    "KNNImputer distance": KNNImputer(n_neighbors=3, weights="distance").fit_transform(gaps),
    "OneHotEncoder": OneHotEncoder().fit_transform(animals),
    "OneHotEncoder drop": OneHotEncoder(drop="first").fit_transform(animals),
    "OrdinalEncoder": OrdinalEncoder().fit_transform(animals),
    "TargetEncoder": TargetEncoder(target_type="continuous").fit(animals, amounts).transform(animals),
    "TargetEncoder smooth": TargetEncoder(smooth=3.0, target_type="continuous").fit(animals, amounts).transform(animals),
    "TargetEncoder binary": TargetEncoder().fit(animals, binary).transform(animals),
    "TargetEncoder classes": TargetEncoder().fit(animals, kinds).transform(animals),
    "CountVectorizer": CountVectorizer().fit_transform(texts),
    "CountVectorizer options": CountVectorizer(ngram_range=(1, 2), min_df=2, stop_words=["the"], binary=True).fit_transform(texts),
    "CountVectorizer char": CountVectorizer(analyzer="char", ngram_range=(2, 3)).fit_transform(texts),
    "CountVectorizer charWithin": CountVectorizer(analyzer="char_wb", ngram_range=(3, 4)).fit_transform(texts),
    "TfidfVectorizer": TfidfVectorizer().fit_transform(texts),
    "TfidfVectorizer options": TfidfVectorizer(sublinear_tf=True, smooth_idf=False, norm="l1").fit_transform(texts),
    "HashingVectorizer": HashingVectorizer(n_features=64).fit_transform(texts),
    "VarianceThreshold": VarianceThreshold(0.5).fit_transform(X),
    "SelectKBest": SelectKBest(f_classif, k=4).fit_transform(X, wine.target),
    "fClassif": f_classif(X, wine.target)[0],
    "fRegression": f_regression(diabetes.data, diabetes.target)[0],
    "chi2": chi2(X, wine.target)[0],
    "RFE": RFE(Ridge(alpha=1e-3), n_features_to_select=4, step=2).fit(diabetes.data, diabetes.target).ranking_,
}
save(os.path.join(os.path.dirname(__file__), "preparation.json"), {name: digest(x) for name, x in cases.items()})
