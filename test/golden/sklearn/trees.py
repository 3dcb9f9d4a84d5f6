"""Writes trees.json: what scikit-learn's trees and forests make of the small tables; every third sample is for testing."""
import os
import numpy as np
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, load_iris, load_wine
from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor, RandomForestClassifier, RandomForestRegressor
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor
from digest import digest, gapped, save

tables = {"iris": load_iris(), "wine": load_wine(), "breastCancer": load_breast_cancer(), "digits": load_digits(), "diabetes": load_diabetes()}


def split(name):
    X, y = tables[name].data, tables[name].target
    test = np.arange(len(y)) % 3 == 2
    return X[~test], y[~test], X[test], y[test]


cases = {}


def first(make, a, b, **weights):
    """scikit-learn draws the order of features, and equal splits fall to the first: of many draws, the lowest features."""
    models = [make(s).fit(a, b, **weights) for s in range(150)]
    return min(models, key=lambda m: tuple(m.tree_.feature))


def describe(key, model, X, y):
    t = model.tree_
    leaf = t.feature < 0
    cases[key + " nodes"] = digest(float(t.node_count))
    cases[key + " features"] = digest(np.where(leaf, -1, t.feature))
    cases[key + " thresholds"] = digest(np.where(leaf, 0, t.threshold))
    cases[key + " importances"] = digest(model.feature_importances_)
    cases[key + " predictions"] = digest(model.predict_proba(X) if hasattr(model, "predict_proba") else model.predict(X))


for name in ["iris", "wine", "breastCancer", "digits"]:
    a, b, c, d = split(name)
    for criterion in ["gini", "entropy"]:
        describe(f"{name} {criterion}", first(lambda s: DecisionTreeClassifier(criterion=criterion, max_depth=2, random_state=s), a, b), c, d)
a, b, c, d = split("diabetes")
for criterion in ["squared_error", "absolute_error"]:
    describe(f"diabetes {criterion}", first(lambda s: DecisionTreeRegressor(criterion=criterion, max_depth=4, random_state=s), a, b), c, d)
describe("diabetes leaf", first(lambda s: DecisionTreeRegressor(min_samples_leaf=20, random_state=s), a, b), c, d)
describe("diabetes gaps", first(lambda s: DecisionTreeRegressor(max_depth=3, random_state=s), gapped(a), b), gapped(c), d)
weight = 1 + np.arange(len(b)) % 3
describe("diabetes weights", first(lambda s: DecisionTreeRegressor(max_depth=3, random_state=s), a, b, sample_weight=weight), c, d)
describe("diabetes pruned", first(lambda s: DecisionTreeRegressor(ccp_alpha=40.0, random_state=s), a, b), c, d)
best = first(lambda s: DecisionTreeRegressor(max_depth=4, random_state=s), a, b)
path = DecisionTreeRegressor(max_depth=4, random_state=best.random_state).cost_complexity_pruning_path(a, b)
cases["diabetes path alphas"], cases["diabetes path impurities"] = digest(path.ccp_alphas), digest(path.impurities)

for name in ["wine", "breastCancer", "digits"]:
    a, b, c, d = split(name)
    for kind in [RandomForestClassifier, ExtraTreesClassifier]:
        scores = [kind(100, random_state=s).fit(a, b).score(c, d) for s in range(5)]
        cases[f"{name} {kind.__name__}"] = [float(np.mean(scores)), float(np.min(scores)), float(np.max(scores))]
a, b, c, d = split("diabetes")
for kind in [RandomForestRegressor, ExtraTreesRegressor]:
    scores = [kind(100, random_state=s).fit(a, b).score(c, d) for s in range(5)]
    cases[f"diabetes {kind.__name__}"] = [float(np.mean(scores)), float(np.min(scores)), float(np.max(scores))]
scores = [RandomForestRegressor(200, oob_score=True, random_state=s).fit(a, b).oob_score_ for s in range(5)]
cases["diabetes oob"] = [float(np.mean(scores)), float(np.min(scores)), float(np.max(scores))]
save(os.path.join(os.path.dirname(__file__), "trees.json"), cases)
