"""Writes mixture.json: scikit-learn's Gaussian mixtures of iris and wine; components in the order of their k-means centres."""
import os
import numpy as np
from sklearn.cluster import KMeans
from sklearn.datasets import load_iris, load_wine
from sklearn.mixture import GaussianMixture
from digest import digest, save

cases = {}
for name, x in [("iris", load_iris().data), ("wine", load_wine().data)]:
    groups = KMeans(3, n_init=20, random_state=0).fit(x)
    order = np.argsort(groups.cluster_centers_[:, 0])
    resp = np.eye(3)[np.argsort(order)[groups.labels_]]
    for form in ["full", "tied", "diag", "spherical"]:
        class Started(GaussianMixture):
            def _initialize_parameters(self, X, random_state, xp=None):
                self._initialize(X, resp)
        m = Started(3, covariance_type=form, tol=1e-4).fit(x)
        case = lambda what, value: cases.__setitem__(f"{form} {name} {what}", value)
        case("iterations", m.n_iter_)
        case("lower bound", m.lower_bound_)
        case("means", m.means_)
        case("weights", m.weights_)
        case("proba", m.predict_proba(x))
        case("scores", m.score_samples(x))
        case("aic", m.aic(x))
        case("bic", m.bic(x))
        case("labels", m.predict(x))
save(os.path.join(os.path.dirname(__file__), "mixture.json"), {name: digest(x) for name, x in cases.items()})
