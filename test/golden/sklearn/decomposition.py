"""Writes decomposition.json: scikit-learn's decompositions of wine, iris and digits. Signs are scikit-learn's own."""
import os
from sklearn.datasets import load_digits, load_iris, load_wine
from sklearn.decomposition import PCA, IncrementalPCA, TruncatedSVD
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
save(os.path.join(os.path.dirname(__file__), "decomposition.json"), {name: digest(x) for name, x in cases.items()})
