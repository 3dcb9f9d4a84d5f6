"""Writes linear.json: coefficients and predictions of scikit-learn's linear models, solved far beyond their defaults' tolerance."""
import os
import numpy as np
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris, load_wine
from sklearn.linear_model import *
from sklearn.linear_model._huber import _huber_loss_and_gradient
from sklearn.preprocessing import StandardScaler
from scipy.optimize import minimize
from digest import digest, save

d = load_diabetes()
X, y = d.data, d.target
i = np.arange(len(y))
w = i % 4
Y = np.stack([y, np.sin(i) * 50 + y], 1)
cancer, wine, iris = load_breast_cancer(), load_wine(), load_iris()
C = StandardScaler().fit_transform(cancer.data)
W = StandardScaler().fit_transform(wine.data)
wc = 1 + np.arange(len(cancer.target)) % 3
counts = np.round(y / 40)

cases = {}


def keep(name, model, x=None, proba=False):
    cases[name] = np.append(np.ravel(model.coef_), np.ravel(model.intercept_))
    if proba:
        cases[name + " proba"] = model.predict_proba(x)


keep("LinearRegression", LinearRegression().fit(X, y))
keep("LinearRegression weights", LinearRegression().fit(X, y, sample_weight=w))
keep("LinearRegression outputs", LinearRegression().fit(X, Y))
keep("LinearRegression wide", LinearRegression().fit(d.data[:7], y[:7]))
keep("LinearRegression plain", LinearRegression(fit_intercept=False).fit(X, y))
keep("Ridge", Ridge(alpha=0.5).fit(X, y))
keep("Ridge weights", Ridge(alpha=0.1).fit(X, Y, sample_weight=w))
keep("Ridge wide", Ridge(alpha=0.1).fit(X[:7], y[:7]))
cv = RidgeCV(alphas=np.logspace(-4, 1, 11), store_cv_results=True).fit(X, y)
keep("RidgeCV", cv)
cases["RidgeCV chosen"] = [cv.alpha_, -cv.best_score_]
tight = dict(tol=1e-12, max_iter=100000)
keep("Lasso", Lasso(alpha=0.3, **tight).fit(X, y))
keep("Lasso weights", Lasso(alpha=0.1, **tight).fit(X, y, sample_weight=w))
keep("Lasso positive", Lasso(alpha=0.1, positive=True, **tight).fit(X, y))
keep("ElasticNet", ElasticNet(alpha=0.01, l1_ratio=0.7, **tight).fit(X, y))
alphas, path, _ = lasso_path(X - X.mean(0), y - y.mean(), alphas=20, **tight)
cases["lassoPath alphas"], cases["lassoPath weights"] = alphas, path.T
lcv = LassoCV(alphas=30, **tight).fit(X, y)
keep("LassoCV", lcv)
cases["LassoCV chosen"] = np.append(lcv.mse_path_.mean(1), lcv.alpha_)
keep("PoissonRegressor", PoissonRegressor(alpha=0.1, tol=1e-10, max_iter=10000).fit(X, counts))
# HuberRegressor leaves scipy's ftol at 2e-9 and stops 5e-8 above the least value, so its own loss is taken further down.
huber = HuberRegressor(epsilon=1.5, alpha=1e-3, tol=1e-10, max_iter=100000).fit(X, y)
start = np.r_[huber.coef_, huber.intercept_, huber.scale_]
further = minimize(_huber_loss_and_gradient, start, args=(X, y, 1.5, 1e-3, np.ones(len(y))), jac=True, method="L-BFGS-B",
                   bounds=[(-np.inf, np.inf)] * 11 + [(1e-9, np.inf)], options=dict(ftol=0, gtol=1e-12, maxiter=100000, maxls=100))
cases["HuberRegressor"] = further.x[:-1]
tight = dict(tol=1e-10, max_iter=100000)
keep("LogisticRegression", LogisticRegression(**tight).fit(C, cancer.target), C, True)
keep("LogisticRegression strong", LogisticRegression(C=0.01, fit_intercept=False, **tight).fit(C, cancer.target, sample_weight=wc))
keep("LogisticRegression balanced", LogisticRegression(class_weight="balanced", **tight).fit(C, cancer.target))
keep("LogisticRegression classes", LogisticRegression(**tight).fit(W, wine.target), W, True)
keep("LogisticRegression l1", LogisticRegression(l1_ratio=1, solver="saga", C=0.1, **tight).fit(C, cancer.target))
keep("LogisticRegression elastic", LogisticRegression(l1_ratio=0.4, solver="saga", C=0.2, **tight).fit(C, cancer.target, sample_weight=wc))
keep("LogisticRegression l1 classes", LogisticRegression(l1_ratio=1, solver="saga", C=0.2, **tight).fit(W, wine.target), W, True)
save(os.path.join(os.path.dirname(__file__), "linear.json"), {name: digest(x) for name, x in cases.items()})
