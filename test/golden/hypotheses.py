"""Tests of hypotheses, correlations and intervals from SciPy. Writes hypotheses.json: [function, arguments, statistic, p-value, more]."""

import json
import math
import os

import numpy as np
import scipy
import scipy.stats as st

rng = np.random.default_rng(7)
SAMPLES = {
    "a": np.round(rng.normal(0.3, 1.0, 9), 4), "b": np.round(rng.normal(-0.2, 1.4, 12), 4), "c": np.round(rng.normal(0, 1, 9), 4),
    "tied": [1.0, 2.0, 2.0, 3.0, 5.0, 5.0, 5.0, 8.0, 1.0], "tied2": [2.0, 2.0, 4.0, 5.0, 6.0, 8.0, 8.0, 9.0, 9.0],
    "long": np.round(rng.normal(0, 1, 60), 4), "longer": np.round(rng.normal(0.5, 1.2, 75), 4), "long2": np.round(rng.normal(0.2, 1.0, 60), 4),
    "far": np.round(rng.normal(4, 1, 60), 4), "three": [0.1, 0.7, 3.0], "one": [0.7], "two": [0.2, 1.4],
    "counts": [16.0, 18.0, 16.0, 14.0, 12.0, 12.0], "expected": [16.0, 16.0, 16.0, 16.0, 16.0, 8.0],
    "uniform": np.round(rng.uniform(0, 1, 25), 4),
}
SAMPLES = {k: [float(v) for v in x] for k, x in SAMPLES.items()}
S = {k: np.array(v) for k, v in SAMPLES.items()}
rows = []


def plain(x):
    x = float(x)
    return x if math.isfinite(x) else "NaN" if math.isnan(x) else "Infinity" if x > 0 else "-Infinity"


def add(name, args, options, result, more=()):
    rows.append([name, args, options, plain(result[0]), plain(result[1]), [plain(m) for m in more]])


for alt in ["two-sided", "less", "greater"]:
    o = {"alternative": alt}
    for x, mean in [("a", 0.0), ("long", 0.25), ("far", 0.0), ("two", 1.0), ("tied", 3.0)]:
        r = st.ttest_1samp(S[x], mean, alternative=alt)
        add("tTest", [x], {**o, "mean": mean}, r, [r.df, *r.confidence_interval(0.9)])
    for x, y in [("a", "b"), ("long", "longer"), ("far", "long"), ("two", "tied")]:
        for equal in [True, False]:
            r = st.ttest_ind(S[x], S[y], equal_var=equal, alternative=alt)
            add("tTestIndependent", [x, y], {**o, "equalVariances": equal}, r, [r.df, *r.confidence_interval(0.9)])
    for x, y in [("a", "c"), ("long", "long2"), ("tied", "tied2")]:
        r = st.ttest_rel(S[x], S[y], alternative=alt)
        add("tTestPaired", [x, y], o, r, [r.df, *r.confidence_interval(0.9)])
    for x, y in [("a", "b"), ("a", "c"), ("tied", "tied2"), ("long", "longer"), ("far", "long"), ("one", "b"), ("two", "a")]:
        add("mannWhitney", [x, y], o, st.mannwhitneyu(S[x], S[y], alternative=alt))
    add("mannWhitney", ["long", "longer"], {**o, "method": "exact"}, st.mannwhitneyu(S["long"], S["longer"], alternative=alt, method="exact"))
    add("mannWhitney", ["a", "b"], {**o, "method": "asymptotic", "continuity": False}, st.mannwhitneyu(S["a"], S["b"], alternative=alt, method="asymptotic", use_continuity=False))
    for x, y in [("a", "c"), ("long", "long2"), ("tied", "tied2"), ("far", "long")]:
        exact = "exact" if x == "a" else "asymptotic"
        add("wilcoxon", [x, y], {**o, "method": exact}, st.wilcoxon(S[x], S[y], alternative=alt, method=exact if exact == "exact" else "approx"))
    add("wilcoxon", ["uniform"], o, st.wilcoxon(S["uniform"], alternative=alt, method="exact"))
    for x, y in [("a", "c"), ("long", "long2"), ("tied", "tied2"), ("far", "long")]:
        add("pearson", [x, y], o, st.pearsonr(S[x], S[y], alternative=alt))
        add("spearman", [x, y], o, st.spearmanr(S[x], S[y], alternative=alt))
        add("kendall", [x, y], o, st.kendalltau(S[x], S[y], alternative=alt))
    for x in ["a", "long", "far", "uniform", "one", "two"]:
        add("ksTest", [x], {**o, "cdf": "normal"}, st.ks_1samp(S[x], st.norm.cdf, alternative=alt, method="exact"))
    add("ksTest", ["uniform"], {**o, "cdf": "uniform"}, st.ks_1samp(S["uniform"], st.uniform.cdf, alternative=alt, method="exact"))
    for x, y in [("a", "b"), ("long", "longer"), ("far", "long"), ("one", "b"), ("tied", "tied2"), ("long", "uniform")]:
        add("ksTestTwoSamples", [x, y], o, st.ks_2samp(S[x], S[y], alternative=alt, method="exact"))
add("chiSquareTest", ["counts"], {}, st.chisquare(S["counts"]), [5])
add("chiSquareTest", ["counts", "expected"], {"ddof": 1}, st.chisquare(S["counts"], S["expected"], ddof=1), [4])
for groups in [["a", "b", "c"], ["long", "longer", "far"], ["tied", "tied2"]]:
    n = sum(len(S[g]) for g in groups)
    add("anova", groups, {}, st.f_oneway(*[S[g] for g in groups]), [len(groups) - 1, n - len(groups)])
for x in ["a", "b", "tied", "long", "longer", "uniform", "counts"]:
    add("shapiro", [x], {}, st.shapiro(S[x]))
add("shapiro", ["three"], {}, st.shapiro(S["three"]))
tables = []
for table in [[[10, 20], [30, 25]], [[10, 10, 20], [20, 20, 20]], [[90, 60, 104, 95], [30, 50, 51, 20], [30, 40, 45, 35]], [[1, 0], [0, 1]]]:
    for correction in [True, False]:
        r = st.chi2_contingency(np.array(table), correction=correction)
        tables.append([table, correction, plain(r[0]), plain(r[1]), int(r[2]), r[3].tolist()])
proportions = []
for k, n in [(0, 10), (7, 10), (10, 10), (1, 1000), (450, 1000)]:
    for level in [0.9, 0.99]:
        for method, name in [("wilson", "wilson"), ("exact", "clopperPearson")]:
            r = st.binomtest(k, n).proportion_ci(level, method=method)
            proportions.append([k, n, level, name, plain(r.low), plain(r.high)])
d = S["long"]
describe = [len(d), d.mean(), d.var(ddof=1), d.std(ddof=1), d.min(), *np.quantile(d, [0.25, 0.5, 0.75]), d.max(), st.skew(d), st.kurtosis(d)]
out = {"from": f"scipy {scipy.__version__}", "samples": SAMPLES, "rows": rows, "tables": tables, "proportions": proportions, "describe": [float(v) for v in describe]}
text = json.dumps(out, separators=(",", ":")).replace('],["', '],\n["')
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "hypotheses.json"), "w") as file:
    file.write(text + "\n")
print(len(rows), len(text))
