"""Writes cluster.json: scikit-learn's groups of iris, wine and digits, from the same first centres."""
import os
import numpy as np
from sklearn.cluster import DBSCAN, AgglomerativeClustering, KMeans
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


def by_first(labels):
    names = {}
    return [names.setdefault(label, len(names)) for label in labels]


for metric, eps in [("euclidean", 0.5), ("manhattan", 0.8), ("chebyshev", 0.4), ("cosine", 0.001)]:
    m = DBSCAN(eps=eps, metric=metric).fit(iris)
    cases[f"DBSCAN {metric} labels"], cases[f"DBSCAN {metric} core"] = m.labels_, m.core_sample_indices_
m = DBSCAN(eps=0.5, min_samples=7).fit(iris, sample_weight=[i % 3 for i in range(150)])
cases["DBSCAN weights labels"], cases["DBSCAN weights core"] = m.labels_, m.core_sample_indices_
for linkage in ["ward", "complete", "average", "single"]:
    for metric in ["euclidean"] if linkage == "ward" else ["euclidean", "manhattan", "cosine"]:
        m = AgglomerativeClustering(5, linkage=linkage, metric=metric, compute_distances=True).fit(wine)
        name = f"AgglomerativeClustering {linkage} {metric}"
        cases[name + " labels"], cases[name + " distances"] = by_first(m.labels_), m.distances_
        cases[name + " children"] = np.sort(m.children_, 1)
save(os.path.join(os.path.dirname(__file__), "cluster.json"), {name: digest(x) for name, x in cases.items()})
