"""
Writes manifold.json: t-SNE of scikit-learn and UMAP of umap-learn on 600 digits: affinities as they are, layouts by how well they
keep neighbours (trustworthiness) and classes (leave-one-out accuracy of the nearest neighbour), for some seeds.
"""
import os
import numpy as np
import umap
from scipy.sparse import csr_matrix
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE, trustworthiness
from sklearn.manifold._t_sne import _joint_probabilities_nn
from sklearn.neighbors import KNeighborsClassifier, NearestNeighbors
from umap.umap_ import find_ab_params, fuzzy_simplicial_set
from digest import digest, save

# Scales by pixel, so that no two distances are equal.
digits = load_digits().data * np.sqrt(1 + np.arange(64) / 64)
X, y = digits[:600], load_digits().target[:600]
flat = PCA(2).fit_transform(X)
cases = {"trust": [trustworthiness(X, flat, n_neighbors=k) for k in (1, 5, 20)]}


def rows(matrix):
    matrix = csr_matrix(matrix)
    matrix.sort_indices()
    return [digest(np.asarray(matrix.sum(axis=1)).ravel()), float(matrix.multiply(matrix).sum())]


k = 91
graph = NearestNeighbors(n_neighbors=k).fit(X).kneighbors_graph(mode="distance")
graph.data **= 2
cases["affinities"] = rows(_joint_probabilities_nn(graph, 30, 0))
cases["curves"] = [list(map(float, find_ab_params(*p))) for p in [(1.0, 0.1), (1.0, 0.0), (1.5, 0.5)]]
nearest = NearestNeighbors(n_neighbors=15).fit(X).kneighbors(X)
fuzzy = fuzzy_simplicial_set(X, 15, np.random.RandomState(0), "euclidean", knn_indices=nearest[1], knn_dists=nearest[0])
cases["fuzzy"] = rows(fuzzy[0])


def judge(layout):
    near = NearestNeighbors(n_neighbors=1).fit(layout).kneighbors(return_distance=False)[:, 0]
    return [float(trustworthiness(X, layout, n_neighbors=5)), float((y[near] == y).mean())]


cases["tsne"] = [judge(TSNE(random_state=seed, init="pca" if seed == 0 else "random").fit_transform(X)) for seed in range(3)]
cases["tsne divergence"] = [TSNE(random_state=seed, init="pca" if seed == 0 else "random").fit(X).kl_divergence_ for seed in range(3)]
cases["tsne 3"] = [judge(TSNE(3, random_state=0, init="pca").fit_transform(X))]
cases["umap"] = [judge(umap.UMAP(random_state=seed, n_jobs=1).fit_transform(X)) for seed in range(3)]
new = digits[600:900]
scores = []
for seed in range(3):
    model = umap.UMAP(random_state=seed, n_jobs=1).fit(X)
    scores.append(float(KNeighborsClassifier(5).fit(model.embedding_, y).score(model.transform(new), load_digits().target[600:900])))
cases["umap new"] = scores
cases["umap-learn"] = umap.__version__
save(os.path.join(os.path.dirname(__file__), "manifold.json"), cases)
