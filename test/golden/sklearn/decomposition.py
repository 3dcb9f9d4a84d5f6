"""Writes decomposition.json: scikit-learn's decompositions of wine, iris and digits. Signs are scikit-learn's own."""
import os
import numpy as np
from sklearn.datasets import load_digits, load_iris, load_wine
from sklearn.decomposition import NMF, PCA, FastICA, KernelPCA, IncrementalPCA, TruncatedSVD
from digest import digest, save

iris, wine, digits = load_iris().data, load_wine().data, load_digits().data
cases = {}


def principal(name, model, x):
    z = model.fit(x).transform(x)
    cases[name] = z
    cases[name + " components"] = model.components_
    cases[name + " ratio"] = model.explained_variance_ratio_
    cases[name + " variance"] = model.explained_variance_
    if hasattr(model, "noise_variance_"):
        cases[name + " noise"] = model.noise_variance_


principal("PCA iris", PCA(), iris)
principal("PCA wine full", PCA(n_components=5, svd_solver="full"), wine)
principal("PCA wine covariance", PCA(n_components=5, svd_solver="covariance_eigh"), wine)
principal("PCA wine whiten", PCA(n_components=4, whiten=True), wine)
principal("PCA digits share", PCA(n_components=0.9), digits)
principal("PCA digits", PCA(n_components=6, svd_solver="full"), digits)
principal("IncrementalPCA iris", IncrementalPCA(n_components=3, batch_size=40), iris)
principal("IncrementalPCA wine whiten", IncrementalPCA(n_components=4, whiten=True), wine)
principal("TruncatedSVD digits", TruncatedSVD(6, algorithm="arpack"), digits)
principal("TruncatedSVD iris", TruncatedSVD(2, algorithm="arpack"), iris)
for kernel, options in [("linear", {}), ("poly", {"gamma": 0.1}), ("rbf", {"gamma": 0.2}), ("sigmoid", {"gamma": 0.01}), ("cosine", {})]:
    m = KernelPCA(3, kernel=kernel, eigen_solver="dense", **options).fit(iris[::2])
    cases[f"KernelPCA {kernel} values"] = m.eigenvalues_
    cases[f"KernelPCA {kernel}"] = m.transform(iris[1::2])
for name, x, options in [("iris", iris, {}), ("digits", digits[:300], {}), ("penalty", wine, {"alpha_W": 0.01, "l1_ratio": 0.5})]:
    m = NMF(3, init="nndsvda", tol=1e-4, max_iter=200, **options).fit(x)
    cases[f"NMF {name} components"], cases[f"NMF {name} error"] = m.components_, m.reconstruction_err_
# Three signals in three mixtures, as integers make them.
t = np.arange(600)
sources = np.stack([np.sin(t / 11.0), np.where(t // 37 % 2 == 0, 1.0, -1.0), (t % 53) / 26.5 - 1], 1)
mixed = sources @ np.array([[1.0, 0.5, 1.5], [1.0, 2.0, 1.0], [0.4, 0.3, 2.0]])
for contrast in ["logcosh", "exp", "cube"]:
    m = FastICA(3, fun=contrast, whiten="unit-variance", random_state=0, tol=1e-10, max_iter=2000).fit(mixed)
    mixing = m.mixing_.T
    mixing = mixing * np.sign(mixing[np.arange(3), np.abs(mixing).argmax(1)])[:, None]
    cases[f"FastICA {contrast} mixing"] = mixing[np.argsort(-(mixing**2).sum(1))]
save(os.path.join(os.path.dirname(__file__), "decomposition.json"), {name: digest(x) for name, x in cases.items()})
