"""Writes neighbors.json: what scikit-learn's neighbours say of the small tables; every third sample is for testing."""
import os
import numpy as np
from sklearn.datasets import load_diabetes, load_digits, load_wine
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from digest import digest, save


def split(table):
    test = np.arange(len(table.target)) % 3 == 2
    return table.data[~test], table.target[~test], table.data[test]


cases = {}
variants = {
    "plain": {},
    "distance": dict(weights="distance", n_neighbors=8),
    "manhattan": dict(metric="manhattan", n_neighbors=3),
    "chebyshev": dict(metric="chebyshev", n_neighbors=7),
    "minkowski": dict(p=3),
}
for name, options in variants.items():
    a, b, c = split(load_wine())
    cases[f"wine {name}"] = digest(KNeighborsClassifier(**options).fit(a, b).predict_proba(c))
    a, b, c = split(load_diabetes())
    model = KNeighborsRegressor(**options).fit(a, b)
    cases[f"diabetes {name}"] = digest(model.predict(c))
    cases[f"diabetes {name} distances"] = digest(model.kneighbors(c)[0])
a, b, c = split(load_digits())
cases["digits"] = digest(KNeighborsClassifier(n_neighbors=1).fit(a, b).predict(c))
save(os.path.join(os.path.dirname(__file__), "neighbors.json"), cases)
