"""Writes ensembles.json: what scikit-learn's boosting makes of the small tables; every third sample is for testing."""
import os
import numpy as np
from sklearn.datasets import load_breast_cancer, load_diabetes, load_wine
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.metrics import log_loss
from digest import digest, gapped, save

tables = {"wine": load_wine(), "breastCancer": load_breast_cancer(), "diabetes": load_diabetes()}


def split(name):
    X, y = tables[name].data, tables[name].target
    test = np.arange(len(y)) % 3 == 2
    return X[~test], y[~test], X[test], y[test]


cases = {}
options = dict(max_iter=30, early_stopping=False)
a, b, c, d = split("diabetes")
cases["regressor"] = digest(HistGradientBoostingRegressor(**options).fit(a, b).predict(c))
cases["regressor l2"] = digest(HistGradientBoostingRegressor(l2_regularization=3, max_leaf_nodes=5, learning_rate=0.3, **options).fit(a, b).predict(c))
cases["regressor bins"] = digest(HistGradientBoostingRegressor(max_bins=16, max_depth=3, **options).fit(a, b).predict(c))
cases["regressor weights"] = digest(HistGradientBoostingRegressor(**options).fit(a, b, sample_weight=1 + np.arange(len(b)) % 3).predict(c))
scores = {}
scores["gaps"] = HistGradientBoostingRegressor(**options).fit(gapped(a), b).score(gapped(c), d)
scores["monotonic"] = HistGradientBoostingRegressor(monotonic_cst=[0, 0, 1, 1, 0, 0, -1, 0, 1, 0], **options).fit(a, b).score(c, d)
a, b, c, d = split("breastCancer")
model = HistGradientBoostingClassifier(**options).fit(a, b)
scores["binary"], scores["binary loss"] = model.score(c, d), log_loss(d, model.predict_proba(c))
a, b, c, d = split("wine")
model = HistGradientBoostingClassifier(min_samples_leaf=5, **options).fit(a, b)
scores["classes"], scores["classes loss"] = model.score(c, d), log_loss(d, model.predict_proba(c))
cases |= {name: float(score) for name, score in scores.items()}
save(os.path.join(os.path.dirname(__file__), "ensembles.json"), cases)
