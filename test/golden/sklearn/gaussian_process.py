"""Writes gaussian_process.json: Gaussian processes of scikit-learn, on functions of a grid and on the small tables."""
import os
import numpy as np
from scipy.optimize import minimize
from sklearn.datasets import load_breast_cancer, load_iris
from sklearn.gaussian_process import GaussianProcessClassifier, GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel, DotProduct, ExpSineSquared, Matern, RationalQuadratic, WhiteKernel
from digest import digest, save

i = np.arange(40)
X = np.stack([(i * 7 % 40) / 10, (i * 11 % 13) / 6], axis=1)
y = np.sin(2 * X[:, 0]) + 0.5 * X[:, 1] + 0.1 * np.cos(37 * i)
Z = np.stack([np.linspace(-0.5, 4.5, 15), np.linspace(0, 2, 15)], axis=1)

kernels = {
    "rbf": RBF(0.8),
    "rbf by feature": RBF([0.8, 1.5]),
    "matern 0.5": Matern(1.1, nu=0.5),
    "matern 1.5": Matern([1.1, 0.7], nu=1.5),
    "matern 2.5": Matern(1.1, nu=2.5),
    "rational quadratic": RationalQuadratic(length_scale=1.2, alpha=0.7),
    "exp sine squared": ExpSineSquared(length_scale=1.3, periodicity=2.9),
    "dot product": DotProduct(0.8),
    "constant": ConstantKernel(1.7),
    "sums and products": ConstantKernel(1.5) * RBF(0.9) + 0.3 * DotProduct(1.2) * Matern(1.4, nu=2.5) + WhiteKernel(0.05),
}
cases = {}
XX, ZZ = X, Z
for name, kernel in kernels.items():
    # A period is one of a line, not of a plane.
    X, Z = (XX[:, :1], ZZ[:, :1]) if name == "exp sine squared" else (XX, ZZ)
    cases[f"{name} matrix"] = digest(kernel(X))
    cases[f"{name} cross"] = digest(kernel(X, Z))
    cases[f"{name} diagonal"] = digest(kernel.diag(Z))
    model = GaussianProcessRegressor(kernel, alpha=1e-2, optimizer=None).fit(X, y)
    value, slopes = model.log_marginal_likelihood(kernel.theta, eval_gradient=True)
    cases[f"{name} evidence"] = digest(value)
    cases[f"{name} slopes"] = digest(slopes)
    mean, std = model.predict(Z, return_std=True)
    cases[f"{name} mean"], cases[f"{name} std"] = digest(mean), digest(std)


def exact(objective, start, bounds):
    found = minimize(objective, start, method="L-BFGS-B", jac=True, bounds=bounds, options=dict(ftol=1e-15, gtol=1e-9, maxiter=1000))
    return found.x, found.fun


kernel = ConstantKernel(1.0) * RBF([1.0, 1.0]) + WhiteKernel(0.1)
model = GaussianProcessRegressor(kernel, normalize_y=True, optimizer=exact).fit(X, y)
cases["tuned theta"] = digest(model.kernel_.theta)
cases["tuned evidence"] = digest(model.log_marginal_likelihood_value_)
mean, cov = model.predict(Z, return_cov=True)
cases["tuned mean"], cases["tuned cov"] = digest(mean), digest(cov)
two = GaussianProcessRegressor(RBF(0.8), alpha=0.01 * (1 + i % 3), optimizer=exact, normalize_y=True).fit(X, np.stack([y, y**2], axis=1))
mean, std = two.predict(Z, return_std=True)
cases["outputs theta"], cases["outputs mean"], cases["outputs std"] = digest(two.kernel_.theta), digest(mean), digest(std)


def split(table, scale):
    X, y = table.data / scale, table.target
    test = np.arange(len(y)) % 3 == 2
    return X[~test], y[~test], X[test], y[test]


a, b, c, d = split(load_iris(), 1)
model = GaussianProcessClassifier(ConstantKernel(2.0) * RBF(1.5), optimizer=None).fit(a, b)
cases["iris"] = digest(model.predict_proba(c))
a, b = a[b < 2], b[b < 2]
model = GaussianProcessClassifier(ConstantKernel(2.0) * RBF([1.5, 1.0, 2.0, 1.5]), optimizer=None).fit(a[:, :4], b)
value, slopes = model.base_estimator_.log_marginal_likelihood(model.kernel_.theta, eval_gradient=True)
cases["two evidence"], cases["two slopes"] = digest(value), digest(slopes)
a, b, c, d = split(load_breast_cancer(), load_breast_cancer().data.std(axis=0))
model = GaussianProcessClassifier(ConstantKernel(1.0) * RBF(3.0), optimizer=exact).fit(a[:120], b[:120])
cases["tuned classifier theta"] = digest(model.kernel_.theta)
cases["tuned classifier"] = digest(model.predict_proba(c))
save(os.path.join(os.path.dirname(__file__), "gaussian_process.json"), cases)
