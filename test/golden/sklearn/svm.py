"""Writes svm.json: what scikit-learn's support vector machines decide on the small tables, standardised; every third sample is for testing."""
import os
import numpy as np
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris, load_wine
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, SVR, OneClassSVM
from digest import digest, save

tables = {"iris": load_iris(), "wine": load_wine(), "breastCancer": load_breast_cancer(), "diabetes": load_diabetes()}


def split(name):
    table = tables[name]
    test = np.arange(len(table.target)) % 3 == 2
    scaler = StandardScaler().fit(table.data[~test])
    return scaler.transform(table.data[~test]), table.target[~test], scaler.transform(table.data[test])


cases = {}
variants = {
    "rbf": {},
    "linear": dict(kernel="linear", C=0.5),
    "poly": dict(kernel="poly", coef0=1, degree=2),
    "sigmoid": dict(kernel="sigmoid", gamma=0.01),
    "balanced": dict(class_weight="balanced", gamma="auto"),
}
for name in ["iris", "wine", "breastCancer"]:
    a, b, c = split(name)
    for variant, options in variants.items():
        model = SVC(tol=1e-8, **options).fit(a, b)
        cases[f"{name} {variant}"] = digest(model.decision_function(c))
        cases[f"{name} {variant} vectors"] = digest(float(model.n_support_.sum()))
a, b, c = split("diabetes")
cases["diabetes rbf"] = digest(SVR(C=100, epsilon=1, tol=1e-8).fit(a, b).predict(c))
cases["diabetes linear"] = digest(SVR(kernel="linear", tol=1e-8).fit(a, b).predict(c))
a, b, c = split("wine")
for variant, options in {"rbf": dict(nu=0.1), "poly": dict(kernel="poly", degree=2, coef0=1, nu=0.3)}.items():
    model = OneClassSVM(tol=1e-8, **options).fit(a)
    cases[f"one class {variant}"] = digest(model.decision_function(c))
    cases[f"one class {variant} predict"] = digest(model.predict(c))
save(os.path.join(os.path.dirname(__file__), "svm.json"), cases)
