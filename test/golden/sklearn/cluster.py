"""Writes cluster.json: scikit-learn's groups of iris, wine and digits, from the same first centres."""
import os
from sklearn.cluster import KMeans
from sklearn.datasets import load_digits, load_iris, load_wine
from digest import digest, save

iris, wine, digits = load_iris().data, load_wine().data, load_digits().data
cases = {}


def ordered(centers):
    return sorted(map(tuple, centers), key=lambda c: tuple(v.round(9) for v in c))


m = KMeans(3, init=iris[[0, 60, 120]], n_init=1).fit(iris)
cases["KMeans iris centers"], cases["KMeans iris inertia"] = ordered(m.cluster_centers_), m.inertia_
m = KMeans(3, init=wine[[0, 60, 120]], n_init=1).fit(wine, sample_weight=[1 + i % 3 for i in range(178)])
cases["KMeans wine weights centers"], cases["KMeans wine weights inertia"] = ordered(m.cluster_centers_), m.inertia_
m = KMeans(10, init=digits[:10], n_init=1, tol=0).fit(digits)
cases["KMeans digits centers"], cases["KMeans digits inertia"] = ordered(m.cluster_centers_), m.inertia_
best = KMeans(10, n_init=50, random_state=0).fit(digits)
cases["KMeans digits best of 50"] = best.inertia_
save(os.path.join(os.path.dirname(__file__), "cluster.json"), {name: digest(x) for name, x in cases.items()})
