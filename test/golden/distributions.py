"""
Distributions: logProb, its gradients, entropy, mean, variance and KL from PyTorch; cdf, sf and icdf from SciPy; float64. Writes distributions.json.
A case has parameters of shape (P, 1) (event axes behind it) and values x (X,), so that every function has shape (P, X); gradients are of Σ logProb over
the finite ones. Infinite and undefined numbers are strings.
"""

import json
import math
import os

import numpy as np
import scipy
import scipy.stats as st
import torch
import torch.distributions as td

torch.set_default_dtype(torch.float64)
HERE = os.path.dirname(os.path.abspath(__file__))
P = [0.0, 1e-12, 1e-3, 0.1, 0.5, 0.77, 0.999, 1.0]
REAL = [-30.0, -3.0, -1.0, -0.1, 0.0, 0.4, 1.0, 2.5, 8.0, 100.0]
POSITIVE = [-1.0, 1e-8, 0.01, 0.5, 1.0, 2.5, 8.0, 60.0]
UNIT = [-0.5, 1e-6, 0.1, 0.5, 0.9, 0.999999, 1.5]
COUNT = [-1.0, 0.0, 1.0, 2.0, 3.0, 7.0, 20.0]
LOCS = {"loc": [0.0, 1.5, -100.0, 0.3], "scale": [1.0, 0.2, 30.0, 1e-3]}

CASES = [
    ("Normal", LOCS, REAL, td.Normal, lambda loc, scale: st.norm(loc, scale)),
    ("LogNormal", {"loc": [0.0, 1.5], "scale": [1.0, 0.2]}, POSITIVE, td.LogNormal, lambda loc, scale: st.lognorm(s=scale, scale=np.exp(loc))),
    ("HalfNormal", {"scale": [1.0, 0.2, 30.0]}, POSITIVE, td.HalfNormal, lambda scale: st.halfnorm(scale=scale)),
    ("Laplace", LOCS, REAL, td.Laplace, lambda loc, scale: st.laplace(loc, scale)),
    ("Gumbel", {"loc": [0.0, 1.5, -2.0], "scale": [1.0, 0.5, 30.0]}, REAL, td.Gumbel, lambda loc, scale: st.gumbel_r(loc, scale)),
    ("Cauchy", LOCS, REAL, td.Cauchy, lambda loc, scale: st.cauchy(loc, scale)),
    ("Logistic", {"loc": [0.0, 1.5], "scale": [1.0, 20.0]}, REAL, None, lambda loc, scale: st.logistic(loc, scale)),
    ("Uniform", {"low": [0.0, -3.0, 0.2], "high": [1.0, 5.0, 0.7]}, REAL, td.Uniform, lambda low, high: st.uniform(low, high - low)),
    ("Exponential", {"rate": [1.0, 0.01, 50.0]}, POSITIVE, td.Exponential, lambda rate: st.expon(scale=1 / rate)),
    ("Gamma", {"concentration": [0.05, 0.5, 1.0, 3.0, 40.0, 2000.0], "rate": [1.0, 2.0, 0.5, 3.0, 5.0, 40.0]}, POSITIVE, td.Gamma, lambda concentration, rate: st.gamma(concentration, scale=1 / rate)),
    ("Chi2", {"df": [1.0, 2.0, 3.5, 50.0]}, POSITIVE, td.Chi2, lambda df: st.chi2(df)),
    ("Beta", {"concentration1": [0.5, 1.0, 2.0, 30.0, 800.0], "concentration0": [0.5, 3.0, 2.0, 4.0, 900.0]}, UNIT, td.Beta, lambda concentration1, concentration0: st.beta(concentration1, concentration0)),
    ("StudentT", {"df": [1.2, 1.5, 3.0, 12.0, 400.0, 1e4], "loc": [0.0, 1.0, 0.0, -2.0, 0.0, 0.0], "scale": [1.0, 2.0, 1.0, 0.5, 1.0, 1.0]}, REAL, td.StudentT, lambda df, loc, scale: st.t(df, loc, scale)),
    ("Bernoulli", {"probs": [0.3, 1e-9, 0.999]}, [-1.0, 0.0, 1.0, 2.0], td.Bernoulli, lambda probs: st.bernoulli(probs)),
    ("Geometric", {"probs": [0.3, 1e-4, 0.95]}, COUNT, td.Geometric, lambda probs: st.geom(probs, loc=-1)),
    ("Binomial", {"totalCount": [7.0, 20.0, 500.0], "probs": [0.3, 0.95, 0.01]}, COUNT, lambda totalCount, probs: td.Binomial(totalCount, probs), lambda totalCount, probs: st.binom(totalCount, probs)),
    ("Poisson", {"rate": [0.1, 2.0, 15.0, 300.0]}, COUNT, td.Poisson, lambda rate: st.poisson(rate)),
]


def plain(x):
    if isinstance(x, (list, tuple)):
        return [plain(v) for v in x]
    x = float(x)
    return x if math.isfinite(x) else "NaN" if math.isnan(x) else "Infinity" if x > 0 else "-Infinity"


def listed(x):
    return plain(np.asarray(x.detach() if isinstance(x, torch.Tensor) else x, float).tolist())


def columns(parameters):
    return {k: np.array(v).reshape(-1, 1) for k, v in parameters.items()}


rows = []
for name, parameters, xs, of_torch, of_scipy in CASES:
    arrays = columns(parameters)
    frozen = of_scipy(**arrays)
    x = np.array(xs)
    row = {"name": name, "parameters": parameters, "x": xs, "p": P[1:] if name in ("Bernoulli", "Geometric", "Binomial", "Poisson") else P}
    discrete = name in ("Bernoulli", "Geometric", "Binomial", "Poisson")
    low, high = frozen.support()
    inside = (x >= low) & (x <= high) & (not discrete or x == np.floor(x)) & ~((name == "Gumbel") & np.isinf(x))
    if of_torch is not None:
        tensors = {k: torch.tensor(v, requires_grad=k != "totalCount") for k, v in arrays.items()}
        tx = torch.tensor(xs, requires_grad=True)
        # Outside of the support PyTorch refuses or says something else: there it is −∞.
        inside_t = torch.tensor(inside)
        safe = torch.where(inside_t, tx, 0.0 if discrete else 0.5)
        if name == "Uniform":
            safe = torch.where(inside_t, tx, (tensors["low"] + tensors["high"]).detach() / 2)
        d = of_torch(**tensors)
        values = d.log_prob(safe)
        total = torch.where(inside_t & values.isfinite(), values, 0.0).sum()
        wanted = [v for v in tensors.values() if v.requires_grad]
        grads = torch.autograd.grad(total, [*wanted, tx], allow_unused=True)
        row["logProb"] = listed(np.where(inside, values.detach().numpy(), -np.inf))
        names = [k for k, v in tensors.items() if v.requires_grad]
        row["gradients"] = {k: listed(g.reshape(-1) if g is not None else torch.zeros(len(parameters[k]))) for k, g in zip(names, grads)}
        if not discrete:
            row["gradients"]["x"] = listed(grads[-1] if grads[-1] is not None else torch.zeros(len(xs)))
    else:
        row["logProb"] = listed(frozen.logpdf(x))
    row["cdf"], row["sf"] = listed(frozen.cdf(x)), listed(frozen.sf(x))
    row["icdf"] = listed(frozen.ppf(np.array(row["p"])))
    row["entropy"] = listed(np.broadcast_to(frozen.entropy(), (len(next(iter(parameters.values()))), 1)).reshape(-1))
    mean, variance = frozen.stats("mv")
    row["mean"], row["variance"] = listed(np.asarray(mean).reshape(-1)), listed(np.asarray(variance).reshape(-1))
    rows.append(row)

A = {"loc": 0.3, "scale": 1.2}
B = {"loc": -1.0, "scale": 0.7}
PAIRS = [
    ("Normal", A, "Normal", B), ("LogNormal", A, "LogNormal", B), ("Laplace", A, "Laplace", B), ("Gumbel", A, "Gumbel", B), ("Cauchy", A, "Cauchy", B),
    ("HalfNormal", {"scale": 1.2}, "HalfNormal", {"scale": 0.4}),
    ("Bernoulli", {"probs": 0.3}, "Bernoulli", {"probs": 0.8}), ("Bernoulli", {"probs": 0.0}, "Bernoulli", {"probs": 0.8}), ("Bernoulli", {"probs": 0.3}, "Bernoulli", {"probs": 0.0}),
    ("Binomial", {"totalCount": 9.0, "probs": 0.3}, "Binomial", {"totalCount": 9.0, "probs": 0.8}),
    ("Geometric", {"probs": 0.3}, "Geometric", {"probs": 0.8}), ("Poisson", {"rate": 3.0}, "Poisson", {"rate": 5.5}),
    ("Exponential", {"rate": 3.0}, "Exponential", {"rate": 0.5}), ("Gamma", {"concentration": 3.0, "rate": 0.5}, "Gamma", {"concentration": 1.5, "rate": 2.0}),
    ("Exponential", {"rate": 3.0}, "Gamma", {"concentration": 1.5, "rate": 2.0}), ("Gamma", {"concentration": 3.0, "rate": 0.5}, "Exponential", {"rate": 2.0}),
    ("Beta", {"concentration1": 3.0, "concentration0": 0.5}, "Beta", {"concentration1": 1.5, "concentration0": 2.0}),
    ("Uniform", {"low": 0.0, "high": 1.0}, "Uniform", {"low": -1.0, "high": 4.0}), ("Uniform", {"low": 0.0, "high": 5.0}, "Uniform", {"low": -1.0, "high": 4.0}),
    ("Uniform", {"low": 0.0, "high": 5.0}, "Normal", B), ("Laplace", A, "Normal", B), ("Exponential", {"rate": 3.0}, "Normal", B),
]


def torch_of(name, parameters):
    of_torch = next(of for n, _, _, of, _ in CASES if n == name)
    return of_torch(**{k: torch.tensor(v) for k, v in parameters.items()})


pairs = [[p, a, q, b, plain(td.kl_divergence(torch_of(p, a), torch_of(q, b)))] for p, a, q, b in PAIRS]

# Those with an event axis
alpha = [[0.5, 1.0, 3.0], [20.0, 5.0, 1.0]]
beta = [[1.0, 1.0, 1.0], [2.0, 0.5, 9.0]]
simplex = [[0.2, 0.3, 0.5], [0.01, 0.01, 0.98]]
loc, x = [[0.0, 1.0, -1.0], [2.0, 0.0, 0.5]], [[0.5, 0.2, 0.1], [1.0, -2.0, 3.0]]
matrix = [[2.0, 0.3, -0.2], [0.3, 1.0, 0.4], [-0.2, 0.4, 0.7]]
other = [[1.0, 0.0, 0.1], [0.0, 1.5, -0.4], [0.1, -0.4, 3.0]]
probs = [[0.1, 0.0, 0.6, 0.3], [0.25, 0.25, 0.25, 0.25]]
guess = [[0.2, 0.1, 0.3, 0.4], [0.7, 0.1, 0.1, 0.1]]


def with_gradients(make, variables, value):
    tensors = [torch.tensor(v, requires_grad=True) for v in variables]
    result = make(*tensors).log_prob(torch.tensor(value))
    return {"logProb": listed(result), "gradients": [listed(g) for g in torch.autograd.grad(result.sum(), tensors)]}


dirichlet, gauss, places = td.Dirichlet(torch.tensor(alpha)), td.MultivariateNormal(torch.tensor(loc), torch.tensor(matrix)), td.Categorical(torch.tensor(probs))
events = {
    "dirichlet": {"alpha": alpha, "x": simplex, **with_gradients(td.Dirichlet, [alpha], simplex), "entropy": listed(dirichlet.entropy()), "mean": listed(dirichlet.mean), "variance": listed(dirichlet.variance), "other": beta, "kl": listed(td.kl_divergence(dirichlet, td.Dirichlet(torch.tensor(beta))))},
    "multivariateNormal": {"loc": loc, "matrix": matrix, "x": x, **with_gradients(td.MultivariateNormal, [loc, matrix], x), "entropy": listed(gauss.entropy()), "variance": listed(gauss.variance), "other": other, "kl": listed(td.kl_divergence(gauss, td.MultivariateNormal(torch.zeros(3), torch.tensor(other))))},
    "categorical": {"probs": probs, "x": [2, 0], "logProb": listed(places.log_prob(torch.tensor([2, 0]))), "entropy": listed(places.entropy()), "other": guess, "kl": listed(td.kl_divergence(places, td.Categorical(torch.tensor(guess))))},
}
text = json.dumps({"from": f"torch {torch.__version__.split('+')[0]}, scipy {scipy.__version__}", "cases": rows, "pairs": pairs, "events": events}, separators=(",", ":"))
text = text.replace('{"name"', '\n{"name"').replace('[["Normal"', '[\n["Normal"').replace('],["', '],\n["')
with open(os.path.join(HERE, "distributions.json"), "w") as file:
    file.write(text + "\n")
print(len(rows), len(pairs), len(text))
