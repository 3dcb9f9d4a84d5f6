"""
Incomplete gamma and beta functions and their derivatives in the shape parameters, from mpmath with 60 digits. Writes special.json:
gamma rows are [a, x, P, Q, dP/da or null], beta rows [a, b, x, I, 1 - I, dI/da, dI/db].
"""

import json
import os

import mpmath
from mpmath import betainc, diff, gammainc, log, loggamma, mp, mpf

mp.dps = 60
SMALLEST = mpf(10) ** -280


def lower(a, x):
    """P by its power series."""
    a, x = mpf(a), mpf(x)
    term = total = mpf(1)
    n = 0
    while term > total * mpf(10) ** -62 or x > a + n:
        n += 1
        term *= x / (a + n)
        total += term
    return mp.exp(a * log(x) - x - loggamma(a + 1)) * total


rows = {"gamma": [], "beta": []}
for a in [1e-10, 1e-3, 0.1, 0.5, 1, 3, 7.3, 20, 50.5, 199, 201, 1000, 1e4]:
    for f in [1e-5, 0.01, 0.3, 0.66, 0.99, 1.01, 1.34, 1.36, 2.5]:
        x = float(a * f) if a > 1 else f * 3
        p = lower(a, x)
        q = 1 - p if p < 0.9 else gammainc(a, x, mp.inf, regularized=True) if a < 1000 else mpf(0)
        if p < SMALLEST or q < SMALLEST:
            continue
        d = diff(lambda s: lower(s, x), mpf(a), h=mpf(a) * mpf(10) ** -15) if a <= 1000 and q > mpf(10) ** -20 else None
        rows["gamma"].append([a, x, float(p), float(q), None if d is None else float(d)])
for a in [0.01, 0.3, 1, 2.5, 11, 200, 3000]:
    for b in [0.02, 0.5, 3.3, 12, 70, 1000]:
        for x in [1e-8, 0.2, a / (a + b), 0.8]:
            i = betainc(a, b, 0, x, regularized=True)
            j = betainc(b, a, 0, 1 - mpf(x), regularized=True)
            if i < SMALLEST or j < mpf(10) ** -20 or i < mpf(10) ** -20 and x == 0.2:
                continue
            da = diff(lambda s: betainc(s, b, 0, x, regularized=True), mpf(a), h=mpf(a) * mpf(10) ** -15)
            db = diff(lambda s: betainc(a, s, 0, x, regularized=True), mpf(b), h=mpf(b) * mpf(10) ** -15)
            rows["beta"].append([a, b, x, float(i), float(j), float(da), float(db)])
text = json.dumps({"from": f"mpmath {mpmath.__version__}, 60 digits", **rows}, separators=(",", ":"))
text = text.replace("],[", "],\n[")
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "special.json"), "w") as file:
    file.write(text + "\n")
print(len(rows["gamma"]), len(rows["beta"]), len(text))
