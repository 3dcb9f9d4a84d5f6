"""How results are stored: shape, sum, sum of squares, and a sum weighted by place, so that a value in a wrong place shows."""
import json, sys
import numpy as np
import sklearn


def digest(result):
    if hasattr(result, "toarray"):
        result = result.toarray()
    a = np.asarray(result, dtype=np.float64)
    flat = a.ravel()
    gaps = np.isnan(flat)
    flat = np.where(gaps, -1.0, flat)
    weights = (np.arange(flat.size) * 37 % 101) / 101
    return [list(a.shape), float(flat.sum()), float((flat**2).sum()), float((flat * weights).sum())]


def save(path, cases):
    head = {"scikit-learn": sklearn.__version__, "numpy": np.__version__, "python": sys.version.split()[0]}
    with open(path, "w") as file:
        file.write(json.dumps({"from": head, "cases": cases}, indent=0, separators=(",", ":")).replace("\n", "") + "\n")
    print(path, len(cases), head)


def gapped(x):
    """The same samples with NaN where (7 i + 3 j) mod 11 is 0."""
    x = x.copy()
    i, j = np.indices(x.shape)
    x[(7 * i + 3 * j) % 11 == 0] = np.nan
    return x
